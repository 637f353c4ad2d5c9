"""What a person lets pass: figures of a drop that are not plausible and right all the same, each with the reason.

What belongs here: reading what was given, and who gave it. What does not: what is not plausible (`plausibility`).
"""

from __future__ import annotations

import difflib
import getpass
from collections.abc import Iterable, Mapping

from assets.sources.plausibility.measures import ROWS
from assets.sources.registry import DATASETS


def parse_accepted(given: Iterable[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """`(dataset, column) -> reason` of pairs `dataset:column`, reason; a column goes by our name or the publisher's.

    Raises ValueError for a dataset or a column that is not known, and where no reason is given.
    """
    return {_named(name): _reason(name, reason) for name, reason in given}


def accepted_by() -> str:
    """The operating system's user who runs this, or `unknown`."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "unknown"


def _named(name: str) -> tuple[str, str]:
    dataset_name, _, column = name.partition(":")
    dataset = next((dataset for dataset in DATASETS if dataset.name == dataset_name.strip()), None)
    if dataset is None:
        known = [dataset.name for dataset in DATASETS]
        raise ValueError(f"{name!r} cannot be accepted: {_meant(dataset_name, known)} is expected, then :column")
    columns: Mapping[str, str] = {
        **{measure.label.casefold(): measure.column for measure in dataset.profiled},
        **{measure.column: measure.column for measure in dataset.profiled},
        ROWS: ROWS,
    }
    found = columns.get(column.strip().casefold())
    if found is None:
        raise ValueError(f"{name!r} cannot be accepted: of {dataset.name}, {_meant(column, [*columns])} is expected")
    return dataset.name, found


def _meant(text: str, known: list[str]) -> str:
    near = difflib.get_close_matches(text, known, 1)
    return near[0] if near else f"one of {', '.join(known)}"


def _reason(name: str, reason: str) -> str:
    if not reason.strip():
        raise ValueError(f"{name!r} cannot be accepted without a reason: say why its figures are right")
    return " ".join(reason.split())
