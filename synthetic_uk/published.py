"""Objects as their publishers file them: pages of Gateway to Research's API, a snapshot of OpenAlex as of June 2026.

What belongs here: envelopes, folders, manifests, lists of what was deleted, and reading the objects back. What does
not: what an object says (`ukri_drops`, `publication_drops`).
"""

from __future__ import annotations

import gzip
import itertools
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, overload

from synthetic_uk.drops import write_json_lines, write_text_gzip

PAGE_SIZE = 100
"""Objects of a page of Gateway to Research, the most that it gives."""


@dataclass(frozen=True)
class Listed:
    """Objects of one kind, and how many they are."""

    records: Iterator[dict[str, Any]]
    total: int


def pages(kind: str, listed: Listed) -> Iterator[dict[str, Any]]:
    """Objects of a kind (`projects`) in the pages of the API, under the name of one of them (`project`)."""
    total_pages = -(-listed.total // PAGE_SIZE)
    for number in range(1, total_pages + 1):
        yield {
            "page": number,
            "size": PAGE_SIZE,
            "totalPages": total_pages,
            "totalSize": listed.total,
            kind.removesuffix("s"): list(itertools.islice(listed.records, PAGE_SIZE)),
        }


def write_snapshot(
    folder: Path,
    entities: Mapping[str, Mapping[date, Iterable[dict[str, Any]]]],
    deleted: Sequence[str],
    released: date,
) -> dict[str, int]:
    """Write the records of each entity, by the day that they were last changed on, and the works that were deleted.

    Returns the records of each entity.
    """
    written: dict[str, int] = {}
    everything: list[dict[str, Any]] = []
    for entity, partitions in entities.items():
        files: list[dict[str, Any]] = []
        for day, records in partitions.items():
            place = f"jsonl/{entity}/updated_date={day.isoformat()}/part_0000.gz"
            count = write_json_lines(folder / place, records)
            meta = {"content_length": (folder / place).stat().st_size, "record_count": count}
            files.append({"url": f"s3://openalex/data/{place}", "meta": meta})
        written[entity] = sum(file["meta"]["record_count"] for file in files)
        _write_manifest(folder / "jsonl" / entity, entity, files, released)
        everything += files
    _write_manifest(folder / "jsonl", "all", everything, released)
    lines = ["work_id,deleted_date", *(f"{work},{released.isoformat()}" for work in deleted)]
    write_text_gzip(folder / "jsonl" / "works" / "deleted_ids.csv.gz", "".join(f"{line}\n" for line in lines))
    return written


class Filed(Sequence[dict[str, Any]]):
    """Objects of a kind, held as lines of text and read as they are asked for: a country has half a million."""

    def __init__(self, lines: Sequence[bytes], kind: str) -> None:
        """`lines` are pages, all as long as the first but for the last, or objects."""
        self._lines, self._page = lines, kind.removesuffix("s")
        self._each = max(1, len(self._objects(0))) if lines else 1
        self._count = (len(lines) - 1) * self._each + len(self._objects(len(lines) - 1)) if lines else 0

    def __len__(self) -> int:
        """How many objects there are."""
        return self._count

    @overload
    def __getitem__(self, place: int) -> dict[str, Any]: ...

    @overload
    def __getitem__(self, place: slice) -> list[dict[str, Any]]: ...

    def __getitem__(self, place: int | slice) -> dict[str, Any] | list[dict[str, Any]]:
        """Objects by their places."""
        if isinstance(place, int):
            return self._objects(range(self._count)[place] // self._each)[range(self._count)[place] % self._each]
        wanted = range(self._count)[place]
        if not wanted:
            return []
        first, last = min(wanted) // self._each, max(wanted) // self._each
        held = [item for line in range(first, last + 1) for item in self._objects(line)]
        return [held[number - first * self._each] for number in wanted]

    def _objects(self, line: int) -> list[dict[str, Any]]:
        found: dict[str, Any] = json.loads(self._lines[line])
        objects: list[dict[str, Any]] = found.get(self._page, [found])
        return objects


def objects_of(folder: Path, kind: str) -> Filed:
    """The objects of a kind in a drop written here: those of pages, or those of a snapshot's newest partition."""
    snapshot = sorted(folder.glob(f"jsonl/{kind}/updated_date=*/part_*.gz"))
    lines: list[bytes] = []
    for path in snapshot[-1:] or sorted(folder.glob(f"{kind}-*.jsonl.gz")):
        with gzip.open(path, "rb") as text:
            lines += text.read().splitlines()
    return Filed(lines, kind)


def _write_manifest(folder: Path, entity: str, files: Sequence[dict[str, Any]], released: date) -> None:
    manifest = {
        "date": released.isoformat(),
        "format": "jsonl",
        "entity": entity,
        "record_count": sum(file["meta"]["record_count"] for file in files),
        "content_length": sum(file["meta"]["content_length"] for file in files),
        "files": files,
    }
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=1), encoding="utf-8")
