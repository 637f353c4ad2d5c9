"""Sectors side by side: draws and other settings of each as items of work.

What belongs here: what is shared out, and what comes back of each sector. What does not: reading, what is done with a
sector (`stability`, `sweep`), where it is done (`work`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from assets.methods.trust.stability import Counted, Part, Subject, TrialRules, go_through, parts_of, together
from assets.methods.trust.sweep import SweepRules, Swept, sweep
from assets.work import Engine, over


@dataclass(frozen=True)
class Tested:
    """What came of a sector."""

    counted: Counted
    swept: Swept


@dataclass(frozen=True)
class _Shared:
    rules: TrialRules
    sweeping: SweepRules


def each_tested(subjects: Iterable[Subject], rules: TrialRules, sweeping: SweepRules, engine: Engine) -> list[Tested]:
    """Draws and other settings of each sector, in their order; the same whatever the engine.

    A sector is taken when the items of the one before are under way.
    """
    results = over(_items(subjects, rules), _go, engine, _Shared(rules, sweeping))
    found: list[Tested] = []
    parts: list[Counted] = []
    for result in results:
        if isinstance(result, Swept):
            found.append(Tested(together(parts), result))
            parts = []
        else:
            parts.append(result)
    return found


def _items(subjects: Iterable[Subject], rules: TrialRules) -> Iterator[Part | Subject]:
    """Of each sector its draws, then the sector itself for its other settings."""
    for subject in subjects:
        yield from parts_of(subject, rules)
        yield subject


def _go(item: Part | Subject, shared: _Shared) -> Counted | Swept:
    if isinstance(item, Subject):
        return sweep(item, shared.rules, shared.sweeping)
    return go_through(item, shared.rules)
