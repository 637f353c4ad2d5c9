"""The tables of where a month's drops came from and what changed at their publishers, made of what lies beside them.

The layer has no schema of its own: what it makes are drops. What belongs here: the step. What does not: fetching
(`fetching`), the files that say where a drop came from and what it looks like (`provenance`, `shape_file`).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars as pl

from assets.fetch.changes import said
from assets.fetch.provenance import FILE, Provenance, read_provenance
from assets.fetch.shape_file import FILE as SHAPE_FILE
from assets.fetch.shape_file import read_shape
from assets.fetch.telling import tell_of
from assets.sources import USUAL_BOUNDS, Bounds, Storage, sha256_of_parts
from assets.warehouse.declarations import declared_tables
from assets.warehouse.steps import Report, Rows, Step, StepContext

TABLE, CHANGES = "sources.fetched_files", "sources.publisher_changes"
TYPES = {
    "month": pl.Date,
    "as_of": pl.Date,
    "released": pl.Date,
    "fetched_at": pl.Datetime,
    "bytes": pl.Int64,
    "is_as_fetched": pl.Boolean,
    "since": pl.Date,
    "is_needed": pl.Boolean,
    "is_refused": pl.Boolean,
}


def provenance_step(sources: str, bounds: Bounds = USUAL_BOUNDS) -> Step:
    """The step that reads where the drops of the month came from, in the folder or object store `sources`."""

    def provenance(context: StepContext) -> Rows:
        storage = Storage(sources, bounds.linked)
        drops = context.read("select * from sources.drops where month = $month order by dataset")
        made: dict[str, list[dict[str, Any]]] = {TABLE: [], CHANGES: []}
        for drop in drops.iter_rows(named=True):
            made[TABLE] += _rows_of(storage, drop, context)
            made[CHANGES] += _changes_of(storage, drop, context)
        return {table: _frame(table, rows) for table, rows in made.items()}

    return Step(
        name="provenance",
        tables=(TABLE, CHANGES),
        reads=("sources.drops",),
        per_profile=False,
        compute=provenance,
        description=(
            f"Read from the files {FILE} and {SHAPE_FILE} that fetching puts into a drop's folder. A drop that a "
            "person put there has none, and no rows here."
        ),
        reaches_outside=True,
    )


def _frame(table: str, rows: list[dict[str, Any]]) -> pl.DataFrame:
    names = [column.name for column in declared_tables()[table].columns]
    return pl.DataFrame(rows, schema={name: TYPES.get(name, pl.String) for name in names})


def _changes_of(storage: Storage, drop: Mapping[str, Any], context: StepContext) -> Iterator[dict[str, Any]]:
    path = f"{drop['path']}/{SHAPE_FILE}"
    if not storage.is_file(path):
        return
    known = read_shape(storage.bring(path, context.scratch).read_text(encoding="utf-8"))
    if known is None:
        context.report.say(f"{path} cannot be read: what changed at the publisher is not known")
        return
    for change in known.held():
        sentence = said(drop["dataset"], change)
        context.report.say(sentence)
        yield {
            **{name: drop[name] for name in ("month", "dataset", "as_of")},
            **{name: value for name, value in asdict(change).items() if name != "unknown"},
            "since": date.fromisoformat(change.since),
            "sentence": sentence,
        }


def tell_at(report: Report, storage: Storage, drop: str, scratch: Path, what: str = "") -> None:
    """Tell in a report where a drop of the sources came from (see `tell_of`)."""
    tell_of(report, _known(storage, drop, scratch), what)


def _known(storage: Storage, drop: str, scratch: Path) -> Provenance | None:
    """What lies beside a drop of where it came from; None where nothing does, or nothing that can be read."""
    path = f"{drop}/{FILE}"
    if not storage.is_file(path):
        return None
    return read_provenance(storage.bring(path, scratch).read_text(encoding="utf-8"))


def _rows_of(storage: Storage, drop: Mapping[str, Any], context: StepContext) -> Iterator[dict[str, Any]]:
    known = _known(storage, drop["path"], context.scratch)
    if known is None:
        if storage.is_file(path := f"{drop['path']}/{FILE}"):
            context.report.say(f"{path} cannot be read: where the drop came from is not known")
        return
    is_as_fetched = _digest(known) == drop["sha256"]
    for file in known.files:
        yield {
            "month": drop["month"],
            "dataset": drop["dataset"],
            "as_of": drop["as_of"],
            "file": file.name,
            "address": file.address,
            "fetched_at": datetime.fromisoformat(file.fetched_at).replace(tzinfo=None),
            "publisher": known.publisher,
            "release": known.release,
            "released": datetime.fromisoformat(known.dated).date() if known.dated else None,
            "licence": known.licence,
            "licence_address": known.licence_address,
            "attribution": known.attribution,
            "bytes": file.bytes,
            "sha256": file.sha256,
            "etag": file.headers.get("etag"),
            "last_modified": file.headers.get("last-modified"),
            "headers": json.dumps(file.headers, sort_keys=True),
            "is_as_fetched": is_as_fetched,
        }


def _digest(known: Provenance) -> str:
    return sha256_of_parts(sorted((file.name, file.sha256) for file in known.files))
