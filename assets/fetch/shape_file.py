"""What a drop's files look like and what changed with it, kept beside it: made before it is moved in.

What belongs here: the file `_shape.json` of a drop's folder, whose name keeps it from being read as data, and the drop
before that a drop is held against. What does not: what differs (`changes`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from assets.fetch.changes import Change, Earlier, changes, still_told
from assets.fetch.contract import contract_of
from assets.fetch.limits import Limits
from assets.sources import FileShape, dated_drops, shapes_of

FILE = "_shape.json"


@dataclass(frozen=True)
class DropShape:
    """What is known of a fetched drop's files."""

    dataset: str
    released: str
    """Day that the publisher's release is as of, else the drop's date; YYYY-MM-DD."""
    shapes: tuple[FileShape, ...]
    changes: tuple[Change, ...]
    """As they were told when the drop was fetched."""

    def write(self, folder: Path) -> None:
        """Write it into a drop's folder."""
        (folder / FILE).write_text(json.dumps(asdict(self), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")

    def by_kind(self) -> Mapping[str, FileShape]:
        """The shapes by their kind of files."""
        return {shape.kind: shape for shape in self.shapes}

    def held(self) -> list[Change]:
        """What changed with the drop, by what is expected today."""
        return still_told(contract_of(self.dataset), self.by_kind(), self.changes)


def look_at(dataset: str, folder: Path, drops: Path, as_of: date, released: date, limits: Limits) -> DropShape:
    """What the drop in `folder` looks like, that is to lie in `drops` under a date, and what changed since the newest
    fetched drop there that is older."""
    contracts = contract_of(dataset)
    shapes = shapes_of(folder, [contract.kind for contract in contracts], limits.look_bytes)
    day = str(released)
    before = _before(drops, as_of)
    earlier = Earlier(before.by_kind(), tuple(before.held())) if before else Earlier()
    found = changes(contracts, {shape.kind: shape for shape in shapes}, earlier, day, limits)
    return DropShape(dataset, day, shapes, tuple(found))


def read_shape(text: str) -> DropShape | None:
    """What a file says; None where it is not of this form."""
    try:
        found: Any = json.loads(text)
        shapes = tuple(FileShape(**{**shape, "columns": tuple(shape["columns"])}) for shape in found.pop("shapes"))
        told = tuple(Change(**change) for change in found.pop("changes"))
        date.fromisoformat(found["released"])
        for change in told:
            date.fromisoformat(change.since)
        made = DropShape(**found, shapes=shapes, changes=told)
        made.held()
    except (OSError, ValueError, TypeError, AttributeError, KeyError):
        return None
    return made


def shape_beside(folder: Path) -> DropShape | None:
    """What is known of a drop's files; None where it was not looked at when it came."""
    try:
        return read_shape((folder / FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def _before(drops: Path, as_of: date) -> DropShape | None:
    older = (path for dated, path in sorted(dated_drops(drops).items(), reverse=True) if dated < as_of)
    return next((found for path in older if (found := shape_beside(path))), None)
