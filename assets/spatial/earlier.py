"""Runs of earlier months that would be made again just so: their rows are taken over.

What belongs here: which runs those are, and their rows out of the warehouse. What does not: what makes runs the same
(`points_fingerprint`), the runs themselves.

A run of the scan is taken over only where all its groups stayed when p-values were adjusted over its month: those that
did not are in no table, and this month's adjustment may let them stay.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import polars as pl

from assets.methods.groups.sector_groups import GROUP_COLUMNS, MEMBER_COLUMNS, RUN_COLUMNS, Found, Sector
from assets.warehouse.steps import StepContext


@dataclass(frozen=True)
class EarlierRun:
    """A run of an earlier month."""

    sector: Sector
    run: pl.DataFrame
    """Its row, with month and profile."""


def earlier_runs(ctx: StepContext) -> Mapping[tuple[Sector, str], EarlierRun]:
    """The latest earlier run of each sector and fingerprint of its points, made with the same profile."""
    runs = ctx.input("latest_runs")
    found = {}
    for place, row in enumerate(runs.iter_rows(named=True)):
        sector = Sector(row["scheme"], row["sector"], row["grid"])
        found[sector, row["points_fingerprint"]] = EarlierRun(sector, runs[place])
    return found


def taken_over(ctx: StepContext, runs: Iterable[EarlierRun]) -> dict[Sector, Found]:
    """The groups of earlier runs, as a run of this month would find them."""
    found: dict[Sector, Found] = {}
    by_month: dict[tuple[object, object], list[EarlierRun]] = {}
    for one in runs:
        by_month.setdefault((one.run["month"][0], one.run["profile"][0]), []).append(one)
    for (month, profile), together in by_month.items():
        given = {
            "from_month": month,
            "from_profile": profile,
            "sectors": [f"{one.sector.scheme}/{one.sector.sector}/{one.sector.grid}" for one in together],
        }
        groups = _by_sector(ctx.input("their_groups", **given))
        members = _by_sector(ctx.input("their_members", **given))
        for one in together:
            found[one.sector] = Found(
                one.run.select(pl.col(name).cast(kind) for name, kind in RUN_COLUMNS.items()),
                _columns(groups.get(one.sector), GROUP_COLUMNS),
                _columns(members.get(one.sector), MEMBER_COLUMNS),
            )
    return found


def _by_sector(rows: pl.DataFrame) -> dict[Sector, pl.DataFrame]:
    parts = rows.partition_by("scheme", "sector", "grid", as_dict=True, maintain_order=True)
    return {Sector(*(str(name) for name in key)): part for key, part in parts.items()}


def _columns(rows: pl.DataFrame | None, columns: Mapping[str, type[pl.DataType]]) -> pl.DataFrame:
    if rows is None:
        return pl.DataFrame(schema=dict(columns))
    return rows.select(pl.col(name).cast(kind) for name, kind in columns.items())
