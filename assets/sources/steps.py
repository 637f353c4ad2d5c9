"""Taking the month's drops in: one step for sources and reference, so that a bad drop leaves both as they were.

What belongs here: which drops to read, what to do where one is absent or already loaded, the rows of `sources.drops`.
What does not: what is inside a file (`readers`), what protects the run from it (`readings`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from assets.disk import full_disk_said
from assets.months import today_in_london
from assets.reference import SHIPPED_AS_OF, shipped_file
from assets.sources.bounds import USUAL_BOUNDS, Bounds
from assets.sources.datasets import Dataset
from assets.sources.delivery.deliveries import bring, change_of, delivery_of
from assets.sources.delivery.drops import Drop, Listing, list_drops, select_drops
from assets.sources.delivery.marks import is_synthetic
from assets.sources.delivery.storage import Storage
from assets.sources.files.kinds import Part
from assets.sources.needs import missing
from assets.sources.plausibility.looking import LookedAt, Looker, accepted_rows, profile_rows
from assets.sources.plausibility.rules import alarm_rows, sentence_of
from assets.sources.problems import DropError, DropsRefusedError, Problem
from assets.sources.readiness import judge, readiness_rows
from assets.sources.reading.contract import Delivery, Desk, Reading
from assets.sources.reading.readings import read_drop
from assets.sources.registry import DATASETS, OTHER_NAMES
from assets.synthetic import WORD
from assets.warehouse.database import Replacement
from assets.warehouse.steps import Report, Step, StepContext

DROPS = "sources.drops"
READINESS = "sources.readiness"
SYNTHETIC = "sources.synthetic_drops"
STATEMENTS = "sources.drop_statements"
TABLES: tuple[str, ...] = tuple(
    dict.fromkeys(
        [
            DROPS,
            READINESS,
            STATEMENTS,
            "sources.rejected",
            "sources.drop_profiles",
            "sources.drop_codes",
            "sources.alarms",
            SYNTHETIC,
            *(table for dataset in DATASETS for table in dataset.tables),
        ]
    )
)
OF_EVERY_DATASET = (
    STATEMENTS,
    "sources.rejected",
    "sources.drop_profiles",
    "sources.drop_codes",
    "sources.alarms",
    SYNTHETIC,
)
"""Tables that every drop has rows in, besides those of its dataset."""
OF_THE_MONTH = (DROPS, READINESS)
"""Tables whose rows are a month's and no drop's."""
ACCEPTED = "ledger.accepted"
TellAt = Callable[[Report, Storage, str, Path, str], None]
"""Tells in a report where the drop of a path in the sources came from; gets a folder for a while, and what the name of
each thing told begins with."""
SHIPPED = "default:"
"""How the path of a shipped list begins."""
DROPS_SCHEMA = {
    "month": pl.Date,
    "dataset": pl.String,
    "as_of": pl.Date,
    "path": pl.String,
    "sha256": pl.String,
    "bytes": pl.Int64,
    "rows_read": pl.Int64,
    "rows_rejected": pl.Int64,
    "reader_version": pl.Int32,
    "rows_deleted_at": pl.Datetime,
}


@dataclass(frozen=True)
class Loaded:
    """What became of a dataset's drop: its row of `sources.drops`, and what to write where it was read."""

    delivery: Delivery
    row: dict[str, Any]
    reading: Reading | None
    """None where the warehouse has the drop already."""
    looked_at: LookedAt | None = None
    """None of a shipped list, and of a drop that was not read and of which nothing is let pass now."""
    is_synthetic: bool = False
    """Whether it bears the mark of the synthetic United Kingdom."""


def ingest_step(
    sources: str,
    today: Callable[[], date] = today_in_london,
    bounds: Bounds = USUAL_BOUNDS,
    tell_at: TellAt | None = None,
) -> Step:
    """The step that takes in the drops of the month from the folder or object-store address `sources`.

    Its run raises DropsRefusedError, with a line for each bad drop, before anything is written. `today` says which
    dates are to come, `tell_at` tells at the tables of a dataset where its drop came from.
    """

    def ingest(context: StepContext) -> list[Replacement]:
        storage = Storage(sources, bounds.linked)
        listing = list_all(storage, today())
        earlier = context.read("select * from sources.drops order by month")
        loaded = _load(storage, listing, earlier, Looker(context, earlier), context, bounds)
        _report(listing, loaded, context)
        if tell_at is not None:
            _tell_where_from(tell_at, storage, loaded, context)
        names = [dataset.name for dataset in DATASETS]
        states = judge(context.month, listing.drops, context.method.expected, names)
        rows = readiness_rows(context.month, states)
        context.report.of_table(READINESS).figure("sources", rows.drop("month"))
        of_month = Replacement(READINESS, {"month": context.month.first_day}, rows)
        return [*_replacements(loaded, earlier, context), of_month]

    return Step(
        name="ingest",
        tables=TABLES,
        reads=(),
        per_profile=False,
        compute=ingest,
        description=(
            "For each dataset, the newest drop that is not after the month's last day: found, read in its publisher's "
            "format, checked. A drop that the warehouse has already is taken over; a bad one stops the month, and "
            "nothing changes."
        ),
        reaches_outside=True,
        datasets={
            table: [dataset.name for dataset in DATASETS if table in dataset.tables or table in OF_EVERY_DATASET]
            for table in TABLES
            if table not in OF_THE_MONTH
        },
    )


def list_all(storage: Storage, today: date) -> Listing:
    """All that lies in the sources, for a sensor or a person."""
    return list_drops(storage, [dataset.name for dataset in DATASETS], OTHER_NAMES, today)


def _deliveries(
    storage: Storage, selected: Mapping[str, Drop], scratch: Path, bounds: Bounds
) -> dict[str, Delivery | DropError]:
    """The drops on the local disk, or why one is not, and the shipped lists where there is none."""
    deliveries: dict[str, Delivery | DropError] = {}
    for name, drop in selected.items():
        try:
            deliveries[name] = bring(storage, drop, scratch / "brought", bounds)
        except DropError as error:
            deliveries[name] = error
    for dataset in DATASETS:
        if dataset.shipped and dataset.name not in selected:
            deliveries[dataset.name] = _shipped(dataset, dataset.shipped, scratch / "shipped")
    return deliveries


def _shipped(dataset: Dataset, name: str, scratch: Path) -> Delivery:
    scratch.mkdir(parents=True, exist_ok=True)
    local = scratch / f"{name}.csv"
    local.write_bytes(shipped_file(name).read_bytes())
    path = f"{SHIPPED}{name}.csv"
    return delivery_of(Drop(dataset.name, SHIPPED_AS_OF, path, is_folder=False), (Part(local, path),))


def _load(
    storage: Storage, listing: Listing, earlier: pl.DataFrame, looker: Looker, context: StepContext, bounds: Bounds
) -> dict[str, Loaded]:
    """Read every drop that the warehouse lacks; raises DropsRefusedError once all bad ones are known."""
    selected = select_drops(listing, context.month)
    troubled = {problem.file.split("/")[0] for problem in listing.problems}
    needed = missing({*selected, *troubled}, storage.address, context.making)
    refused = [DropError(problem) for problem in (*listing.problems, *needed)]
    with full_disk_said(context.scratch, "drops were brought"):
        deliveries = _deliveries(storage, selected, context.scratch, bounds)
    loaded: dict[str, Loaded] = {}

    def load(dataset: Dataset) -> Loaded | DropError | None:
        """What became of the dataset's drop; None where there is none."""
        delivery = deliveries.get(dataset.name)
        if delivery is None or dataset.name in troubled:
            return None
        if isinstance(delivery, DropError):
            return delivery
        parent = loaded.get(dataset.refers_to or "")
        before = _earlier_row(dataset, delivery, earlier)
        if before is not None and (parent is None or parent.reading is None):
            row = {**before, "month": context.month.first_day, "path": delivery.drop.path}
            again = looker.look_again(dataset, delivery)
            return _marked(storage, Loaded(delivery, row, None, again))
        try:
            reading = _read(dataset, delivery, deliveries, parent, context)
            is_shipped = delivery.drop.path.startswith(SHIPPED)
            looked_at = None if is_shipped else looker.look_at(dataset, delivery, reading)
        except DropError as error:
            # A file that was replaced half-way is not at fault for what its halves make together.
            return change_of(storage, delivery) or error
        change = change_of(storage, delivery)
        made = Loaded(delivery, _drops_row(dataset, delivery, reading, context), reading, looked_at)
        return change or _marked(storage, made)

    # Those that refer to no other come first; of each kind several at once, since parts of reading keep one core busy.
    outcomes: dict[str, Loaded | DropError | None] = {}
    with ThreadPoolExecutor(context.threads) as pool:
        for refers in (False, True):
            wave = [dataset for dataset in DATASETS if (dataset.refers_to is not None) == refers]
            outcomes |= dict(zip((dataset.name for dataset in wave), pool.map(load, wave), strict=True))
            loaded |= {name: outcome for name, outcome in outcomes.items() if isinstance(outcome, Loaded)}
    refused += [outcome for dataset in DATASETS if isinstance(outcome := outcomes[dataset.name], DropError)]
    loaded = {dataset.name: loaded[dataset.name] for dataset in DATASETS if dataset.name in loaded}
    if refused:
        raise DropsRefusedError(refused)
    return loaded


def _marked(storage: Storage, loaded: Loaded) -> Loaded | DropError:
    """With what the drop says of itself; asked each time, for the mark of a folder is no part of the drop's bytes."""
    try:
        return replace(loaded, is_synthetic=is_synthetic(storage, loaded.delivery))
    except DropError as error:
        return error


def _earlier_row(dataset: Dataset, delivery: Delivery, earlier: pl.DataFrame) -> dict[str, Any] | None:
    """The row of an earlier load of the very same drop by the very same reader, which holds for this month too; none
    where the drop's rows were deleted since."""
    same = earlier.filter(
        (pl.col("dataset") == dataset.name)
        & (pl.col("as_of") == delivery.drop.as_of)
        & (pl.col("sha256") == delivery.sha256)
        & (pl.col("reader_version") == dataset.reader_version)
        & pl.col("rows_deleted_at").is_null()
    )
    return same.row(0, named=True) if same.height else None


def _read(
    dataset: Dataset,
    delivery: Delivery,
    deliveries: Mapping[str, Delivery | DropError],
    parent: Loaded | None,
    context: StepContext,
) -> Reading:
    if dataset.refers_to and dataset.refers_to not in deliveries:
        remedy = f"Put a drop of {dataset.refers_to} in the sources, or take this one out"
        raise DropError(
            Problem(delivery.drop.path, f"there is no {dataset.refers_to} for the month", "both datasets", remedy)
        )
    if not delivery.parts:
        raise DropError(
            Problem(
                delivery.drop.path, "the folder holds no file", "the drop's files", "Put them there, or take it out"
            )
        )
    scratch = context.scratch / dataset.name
    scratch.mkdir()
    related = {dataset.refers_to: _rows_of(parent, context)} if dataset.refers_to and parent else {}
    limits, holds_texts = context.method.sources, dataset.texts is not None
    return read_drop(dataset, delivery, Desk(scratch, limits.max_rejected_share, related, limits, holds_texts))


def _rows_of(parent: Loaded, context: StepContext) -> Path:
    """The rows of a dataset's first table: those just read, or the warehouse's."""
    dataset = next(dataset for dataset in DATASETS if dataset.name == parent.row["dataset"])
    table = dataset.tables[0]
    if parent.reading is not None:
        rows = parent.reading.tables[table]
        if isinstance(rows, Path):
            return rows
    target = context.scratch / f"{dataset.name}-loaded.parquet"
    return context.export(f"select * from {table} where as_of = $as_of", target, as_of=parent.row["as_of"])


def _drops_row(dataset: Dataset, delivery: Delivery, reading: Reading, context: StepContext) -> dict[str, Any]:
    return {
        "month": context.month.first_day,
        "dataset": dataset.name,
        "as_of": delivery.drop.as_of,
        "path": delivery.drop.path,
        "sha256": delivery.sha256,
        "bytes": delivery.size_bytes,
        "rows_read": _height(reading.tables[dataset.tables[0]]),
        "rows_rejected": reading.rejected.select("file", "row_number").n_unique() if reading.rejected.height else 0,
        "reader_version": dataset.reader_version,
        "rows_deleted_at": None,
    }


def _height(rows: pl.DataFrame | Path) -> int:
    return (
        rows.height
        if isinstance(rows, pl.DataFrame)
        else pl.scan_parquet(rows, glob=False).select(pl.len()).collect().item()
    )


def _tell_where_from(tell_at: TellAt, storage: Storage, loaded: Mapping[str, Loaded], context: StepContext) -> None:
    """Tell at each dataset's tables where its drop came from."""
    for dataset in DATASETS:
        path = loaded[dataset.name].delivery.drop.path if dataset.name in loaded else SHIPPED
        if path.startswith(SHIPPED):
            continue
        what = f"{dataset.name}: " if dataset.scoped_by_dataset else ""
        for table in dataset.tables:
            tell_at(context.report.of_table(table), storage, path, context.scratch / "told", what)


def _replacements(loaded: Mapping[str, Loaded], earlier: pl.DataFrame, context: StepContext) -> list[Replacement]:
    month = context.month.first_day
    rows = pl.DataFrame([item.row for item in loaded.values()], schema=DROPS_SCHEMA)
    replacements = [Replacement("sources.drops", {"month": month}, rows)]
    known_synthetic = {*context.read(f"select dataset, as_of from {SYNTHETIC}").iter_rows()}
    for dataset in DATASETS:
        item = loaded.get(dataset.name)
        if item is not None and item.is_synthetic != ((dataset.name, item.row["as_of"]) in known_synthetic):
            replacements.append(_of_mark(dataset.name, item))
        if item is not None and item.looked_at is not None:
            replacements += _of_looked_at(item.looked_at, dataset.name, item)
        if item is None or item.reading is None:
            continue
        as_of = item.row["as_of"]
        for table in dataset.tables:
            scope = {"as_of": as_of, **({"dataset": dataset.name} if dataset.scoped_by_dataset else {})}
            replacements.append(Replacement(table, scope, item.reading.tables[table]))
        of_drop = {"dataset": dataset.name, "as_of": as_of}
        replacements.append(Replacement("sources.rejected", of_drop, item.reading.rejected))
        replacements.append(Replacement(STATEMENTS, of_drop, _statement_rows(item.reading)))
        replacements += [
            Replacement(
                "sources.drops",
                {"month": other, "dataset": dataset.name},
                pl.DataFrame([{**item.row, "month": other}], schema=DROPS_SCHEMA),
            )
            for other in _months_of(earlier, dataset.name, as_of)
            if other != month
        ]
    return replacements


def _statement_rows(reading: Reading) -> pl.DataFrame:
    """What a drop states of itself, in the columns of its table without the dataset and the date."""
    rows = sorted(reading.statements.items())
    return pl.DataFrame(rows, schema={"statement": pl.String, "value": pl.String}, orient="row")


def _of_mark(dataset: str, item: Loaded) -> Replacement:
    """The drop among those of the synthetic country, where it is one."""
    as_of = item.row["as_of"]
    rows = [{"dataset": dataset, "as_of": as_of}] if item.is_synthetic else []
    frame = pl.DataFrame(rows, schema={"dataset": pl.String, "as_of": pl.Date})
    return Replacement(SYNTHETIC, {"dataset": dataset, "as_of": as_of}, frame)


def _of_looked_at(looked_at: LookedAt, dataset: str, item: Loaded) -> list[Replacement]:
    """The drop's profile and alarms, and what was let pass of it now."""
    of_drop = {"dataset": dataset, "as_of": item.row["as_of"]}
    sha256 = item.delivery.sha256
    replacements = [Replacement("sources.alarms", of_drop, alarm_rows(looked_at.alarms, sha256))]
    if looked_at.profile is not None:
        replacements += [Replacement(table, of_drop, rows) for table, rows in profile_rows(looked_at.profile)]
    accepted = accepted_rows(looked_at.accepted_now, sha256)
    return replacements + [Replacement(ACCEPTED, {**of_drop, **key}, rows) for key, rows in accepted]


def _months_of(earlier: pl.DataFrame, dataset: str, as_of: date) -> list[date]:
    """The months that use a drop: where it was delivered again, they use what it holds now."""
    return earlier.filter((pl.col("dataset") == dataset) & (pl.col("as_of") == as_of))["month"].to_list()


def _report(listing: Listing, loaded: Mapping[str, Loaded], context: StepContext) -> None:
    for warning in listing.warnings:
        context.report.say(f"sources: {warning}")
    for dataset in DATASETS:
        item = loaded.get(dataset.name)
        if item is None:
            context.report.say(f"{dataset.name}: no drop for {context.month}; the month goes without {dataset.lacking}")
        elif item.row["path"].startswith(SHIPPED):
            context.report.say(
                f"{dataset.name}: no drop for {context.month}; the shipped list is used, without {dataset.lacking}"
            )
        elif item.reading is None:
            context.report.say(f"{dataset.name}: {item.row['path']} is loaded already and taken over")
        else:
            refused = f", {item.row['rows_rejected']} refused or passed over" if item.row["rows_rejected"] else ""
            context.report.say(f"{dataset.name}: {item.row['rows_read']} rows of {item.row['path']}{refused}")
            if item.reading.passed_over:
                things = ", ".join(f"{count:,} {what}" for what, count in sorted(item.reading.passed_over.items()))
                context.report.say(f"{dataset.name}: passed over: {things}")
            for note in item.reading.notes:
                context.report.say(note)
        if item is not None and item.is_synthetic:
            context.report.say(f"{dataset.name}: {WORD}: {item.row['path']} is of the synthetic United Kingdom")
        for alarm in item.looked_at.alarms if item and item.looked_at else ():
            context.report.say(f"{dataset.name}: {sentence_of(alarm)}")
    used = [
        {name: item.row[name] for name in ("dataset", "as_of", "path", "rows_read", "rows_rejected")}
        for item in loaded.values()
    ]
    context.report.of_table(DROPS).figure("drops", pl.DataFrame(used))
