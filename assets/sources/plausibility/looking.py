"""Looking at a drop that has been read: its profile, what is not plausible about it, what a person lets pass.

What belongs here: finding the dataset's drop before, and what was accepted of this one. What does not: the rules
(`plausibility`), writing (`layer`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import polars as pl

from assets.reference import SHIPPED_AS_OF
from assets.sources.datasets import Dataset
from assets.sources.plausibility.accepting import accepted_by, parse_accepted
from assets.sources.plausibility.measures import CODE_COLUMNS, ROWS, drop_profile
from assets.sources.plausibility.rules import Alarm, find_alarms, refusal
from assets.sources.reading.contract import Delivery, Reading
from assets.warehouse.steps import StepContext

NUMBERS, CODES = "drop_profiles", "drop_codes"
"""The tables that a profile stands in."""


@dataclass(frozen=True)
class LookedAt:
    """What was seen of a drop that is let in."""

    profile: pl.DataFrame | None
    """In the columns of PROFILE_SCHEMA; None where it is there already."""
    alarms: list[Alarm]
    accepted_now: list[Alarm]
    """Those of `alarms` that were let pass in this run."""


class Looker:
    """Looks at the drops of a run beside what the warehouse knows of those before.

    Raises ValueError where what is to be let pass cannot be understood.
    """

    def __init__(self, context: StepContext, earlier: pl.DataFrame) -> None:
        """`earlier` are the rows of `sources.drops`."""
        self._context = context
        self._earlier = earlier
        numbers, codes = (context.read(f"select * from sources.{table}") for table in (NUMBERS, CODES))
        self._profiles = pl.concat([numbers, codes.with_columns(kind=pl.lit("code"))], how="diagonal_relaxed")
        self._alarms = context.read("select * from sources.alarms order by all")
        self._accepting = parse_accepted(context.accepting.items())

    def look_at(self, dataset: Dataset, delivery: Delivery, reading: Reading) -> LookedAt:
        """The drop's profile and alarms; raises DropError where one stops it that nobody lets pass."""
        method = self._context.method.sources
        profile = drop_profile(dataset.profiled, dataset.tables[0], reading.tables, reading.codes, reading.passed_over)
        found = find_alarms(dataset, profile, self._before(dataset, delivery.drop.as_of), method)
        before = {(alarm.column, alarm.figure): alarm.accepted_because for alarm in self._known(dataset, delivery)}
        alarms, accepted_now = self._accept(
            dataset,
            [replace(alarm, accepted_because=before.get((alarm.column, alarm.figure))) for alarm in found],
        )
        refused = refusal(dataset, delivery.drop.path, alarms, method)
        if refused:
            raise refused
        return LookedAt(profile, alarms, accepted_now)

    def look_again(self, dataset: Dataset, delivery: Delivery) -> LookedAt | None:
        """The alarms of a drop that is taken over, where some of them are let pass in this run; else None."""
        alarms, accepted_now = self._accept(dataset, self._known(dataset, delivery))
        return LookedAt(None, alarms, accepted_now) if accepted_now else None

    def _accept(self, dataset: Dataset, alarms: Sequence[Alarm]) -> tuple[list[Alarm], list[Alarm]]:
        """The alarms with the reasons given in this run, and those of them that have one."""
        reasons = [self._accepting.get((dataset.name, alarm.column)) for alarm in alarms]
        with_reasons = [
            replace(alarm, accepted_because=reason or alarm.accepted_because)
            for alarm, reason in zip(alarms, reasons, strict=True)
        ]
        return with_reasons, [alarm for alarm, reason in zip(with_reasons, reasons, strict=True) if reason]

    def _before(self, dataset: Dataset, as_of: date) -> tuple[date, pl.DataFrame] | None:
        """Date and profile of the dataset's newest drop that is older than `as_of`, if the warehouse has one.

        A drop that was taken in before profiles were kept is profiled from its rows.
        """
        older = self._earlier.filter(
            (pl.col("dataset") == dataset.name) & (pl.col("as_of") < as_of) & (pl.col("as_of") > SHIPPED_AS_OF)
        )
        if older.is_empty():
            return None
        when = max(older["as_of"])
        known = self._profiles.filter((pl.col("dataset") == dataset.name) & (pl.col("as_of") == when))
        return when, known if (known["kind"] == ROWS).any() else self._of_rows(dataset, when)

    def _of_rows(self, dataset: Dataset, as_of: date) -> pl.DataFrame:
        tables: dict[str, pl.DataFrame | Path] = {}
        for table in {dataset.tables[0], *(measure.table for measure in dataset.profiled)}:
            target = self._context.scratch / f"{dataset.name}-{table}-before.parquet"
            of_dataset = " and dataset = $of" if dataset.scoped_by_dataset else ""
            query = f"select * from {table} where as_of = $as_of{of_dataset}"
            tables[table] = self._context.export(query, target, as_of=as_of, of=dataset.name)
        return drop_profile(dataset.profiled, dataset.tables[0], tables)

    def _known(self, dataset: Dataset, delivery: Delivery) -> list[Alarm]:
        """The alarms of the very same drop in an earlier run."""
        same = self._alarms.filter(
            (pl.col("dataset") == dataset.name)
            & (pl.col("as_of") == delivery.drop.as_of)
            & (pl.col("sha256") == delivery.sha256)
        )
        return [
            Alarm(
                row["column_name"],
                row["label"],
                row["figure"],
                row["before"],
                row["now"],
                row["verdict"],
                row["before_as_of"],
                row["accepted_because"],
            )
            for row in same.iter_rows(named=True)
        ]


def profile_rows(profile: pl.DataFrame) -> Iterator[tuple[str, pl.DataFrame]]:
    """The table of numbers and that of codes, each with its rows of a drop's profile but for the drop's own columns."""
    is_code = pl.col("kind") == "code"
    yield f"sources.{NUMBERS}", profile.filter(~is_code).drop("unread", "example")
    yield f"sources.{CODES}", profile.filter(is_code).select(CODE_COLUMNS)


def accepted_rows(alarms: Sequence[Alarm], sha256: str) -> Iterator[tuple[dict[str, Any], pl.DataFrame]]:
    """For `ledger.accepted`: of each alarm that was let pass its part of the key, and its row but for the drop's."""
    for alarm in alarms:
        row = {
            "before": alarm.before,
            "now": alarm.now,
            "reason": alarm.accepted_because,
            "accepted_by": accepted_by(),
            "accepted_at": datetime.now(UTC).replace(tzinfo=None),
        }
        schema = {"before": pl.Float64, "now": pl.Float64, "reason": pl.String, "accepted_by": pl.String}
        key = {"sha256": sha256, "column_name": alarm.column, "figure": alarm.figure}
        yield key, pl.DataFrame([row], schema={**schema, "accepted_at": pl.Datetime("us")})
