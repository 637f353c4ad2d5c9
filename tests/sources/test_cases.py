"""Kinds of input that people meet, laid over a small synthetic month: tables in general, and Innovate UK.

A case is a folder of drops beside the project; its test skips where they are absent, and a small input of the same kind
stands beside it. `laid("name of the case")` gives what became of the month (`laying.Laid`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tests.sources.laying import Laid

Lay = Callable[[str | Mapping[str, str | bytes]], Laid]


def test_the_month_is_taken_over_where_nothing_is_laid_over_it(laid: Lay) -> None:
    month = laid({})
    assert month.read("idbr_enterprises")[0] > 1_000
    assert any(sentence.endswith("is loaded already and taken over") for sentence in month.said)
