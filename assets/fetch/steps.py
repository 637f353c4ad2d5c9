"""The table of where a month's drops came from, made of what lies beside them.

The layer has no schema of its own: what it makes are drops. What belongs here: the step. What does not: fetching
(`fetching`), the file that says where a drop came from (`provenance`).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl

from assets.fetch.provenance import FILE, Provenance, read_provenance
from assets.fetch.telling import tell_of
from assets.sources import USUAL_BOUNDS, Bounds, Storage, sha256_of_parts
from assets.warehouse.declarations import declared_tables
from assets.warehouse.steps import Report, Rows, Step, StepContext

TABLE = "sources.fetched_files"
TYPES = {
    "month": pl.Date,
    "as_of": pl.Date,
    "released": pl.Date,
    "fetched_at": pl.Datetime,
    "bytes": pl.Int64,
    "is_as_fetched": pl.Boolean,
}


def provenance_step(sources: str, bounds: Bounds = USUAL_BOUNDS) -> Step:
    """The step that reads where the drops of the month came from, in the folder or object store `sources`."""

    def provenance(context: StepContext) -> Rows:
        storage = Storage(sources, bounds.linked)
        drops = context.read("select * from sources.drops where month = $month order by dataset")
        rows = [row for drop in drops.iter_rows(named=True) for row in _rows_of(storage, drop, context)]
        names = [column.name for column in declared_tables()[TABLE].columns]
        return {TABLE: pl.DataFrame(rows, schema={name: TYPES.get(name, pl.String) for name in names})}

    return Step(
        name="provenance",
        tables=(TABLE,),
        reads=("sources.drops",),
        per_profile=False,
        compute=provenance,
        description=(
            f"Read from the file {FILE} that fetching puts into a drop's folder. A drop that a person put there has "
            "none, and no rows here."
        ),
        reaches_outside=True,
    )


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
