"""An outsider's attack: every released table of every month as one system, and what follows from it.

What belongs here: the system as a reader would write it down, from the released rows alone, and the truth to judge what
he reaches. Nothing of the project's own disclosure control is used, neither its system nor its rules.

The relations: each total is the sum of its clusters; each given figure lies in its rounding interval; and a figure of
which nothing that is shown has changed (outline, firms, sites, funding, publications; of a total: all its clusters) is
the same as before, in the other profile as well. Where that guess would be wrong, the outsider is spared it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import highspy
import numpy as np

from assets.months import Month
from assets.warehouse.database import Warehouse

SHOWN = ("outline_wkt", "firms", "sites", "iuk_funding_gbp", "ukri_funding_gbp", "publications", "local_authorities")
DIMENSIONS = {
    "all": lambda row: "all",
    "cluster_type": lambda row: row["cluster_type"],
    "sector": lambda row: "communities" if row["scheme"] is None else f"{row['scheme']}: {row['sector']}",
    "main_region": lambda row: row["main_region"],
}
BASES = {"employees": 10, "turnover_gbp": 10_000}
SHARE = 0.10
SLACK = 1e-4
"""Of a requirement, relative: what two solvers may differ by."""

TRUTH = """
with sites as (
    select distinct month, profile, cluster_id, site_id from typology.cluster_members
    where month = $month and site_id is not null
)
select profile, cluster_id, organisation_id, sum({measure})::double as amount
from sites
join organisations.apportioned_sites using (month, site_id)
where {measure} is not null
group by all
"""


@dataclass
class Release:
    """What was shown once, and what was behind it."""

    name: str
    clusters: list[dict[str, Any]]
    totals: list[dict[str, Any]]
    truth: dict[str, dict[tuple[str, str], dict[str, float]]]
    """Measure -> (profile, cluster) -> amount of each business; whoever attacks does not have it."""


@dataclass
class Reached:
    """A sensitive figure that follows more closely than it may."""

    release: str
    cell: tuple[str, ...]
    lower: float
    upper: float
    truth: float


@dataclass
class Found:
    """What an attack came to."""

    attacked: int = 0
    reached: list[Reached] = field(default_factory=list)


def released(warehouse: Warehouse, month: Month, name: str | None = None) -> Release:
    """What is shown of a month now."""

    def rows(table: str) -> list[dict[str, Any]]:
        return warehouse.read(
            f"select * from publication.{table} where month = $month order by all", month=month.first_day
        ).to_dicts()

    truth: dict[str, dict[tuple[str, str], dict[str, float]]] = {}
    for measure in BASES:
        held = truth.setdefault(measure, {})
        for profile, cluster, business, amount in warehouse.read(
            TRUTH.format(measure=measure), month=month.first_day
        ).iter_rows():
            held.setdefault((profile, cluster), {})[business] = amount
    return Release(name or str(month), rows("clusters"), rows("totals"), truth)


def is_sensitive(amounts: dict[str, float]) -> bool:
    """The rules as `docs/disclosure.md` states them."""
    largest = sorted((amount for amount in amounts.values() if amount > 0), reverse=True)
    whole, one, two = sum(largest), sum(largest[:1]), sum(largest[:2])
    return len(largest) < 10 or one > 0.75 * whole or two > 0.85 * whole or whole - two < 0.1 * one


class System:
    """One measure of all releases: unknowns, intervals, sums."""

    def __init__(self, releases: list[Release], measure: str) -> None:
        self.base = BASES[measure]
        self.low: list[float] = []
        self.high: list[float] = []
        self.value: list[float] = []
        """The truth, which whoever attacks does not have."""
        self.sums: list[tuple[int, list[int]]] = []
        self.column: dict[tuple[str, ...], int] = {}
        self.truth: dict[tuple[str, ...], dict[str, float]] = {}
        unchanged: dict[tuple[Any, ...], int] = {}
        for release in releases:
            of_total: dict[tuple[str, str, str], list[int]] = {}
            behind: dict[tuple[str, str, str], dict[str, float]] = {}
            for row in release.clusters:
                if row[f"{measure}_status"] == "x":
                    continue
                held = release.truth[measure].get((row["profile"], row["cluster_id"]), {})
                amount = round(100 * sum(held.values()))
                shown = ("cluster", amount, *(row[name] for name in SHOWN))
                column = self._figure(unchanged, shown, row[measure], held)
                cell = (release.name, row["profile"], row["cluster_id"])
                self.column[cell], self.truth[cell] = column, held
                for dimension, member in DIMENSIONS.items():
                    of = (row["profile"], dimension, member(row))
                    of_total.setdefault(of, []).append(column)
                    sums = behind.setdefault(of, {})
                    for business, value in held.items():
                        sums[business] = sums.get(business, 0.0) + value
            for row in release.totals:
                of = (row["profile"], row["dimension"], row["member"])
                if row[f"{measure}_status"] == "x" or of not in of_total:
                    continue
                column = self._figure(unchanged, ("total", *sorted(of_total[of])), row[measure], behind[of])
                cell = (release.name, row["profile"], f"{row['dimension']}: {row['member']}")
                self.column[cell], self.truth[cell] = column, behind[of]
                self.sums.append((column, of_total[of]))

    def _figure(
        self,
        unchanged: dict[tuple[Any, ...], int],
        shown: tuple[Any, ...],
        given: int | None,
        held: dict[str, float],
    ) -> int:
        column = unchanged.setdefault(shown, len(self.low))
        if column == len(self.low):
            self.low.append(0.0)
            self.high.append(np.inf)
            self.value.append(sum(held.values()) / self.base)
        if given is not None:
            self.low[column] = max(self.low[column], given / self.base - 0.5)
            self.high[column] = min(self.high[column], given / self.base + 0.5)
        return column

    def sensitive(self) -> Iterator[tuple[tuple[str, ...], int, float]]:
        """Cells that the rules forbid: one of each figure."""
        seen = set()
        for cell, column in self.column.items():
            if column not in seen and is_sensitive(self.truth[cell]):
                seen.add(column)
                yield cell, column, sum(self.truth[cell].values())

    def bounds(self) -> Iterator[tuple[tuple[str, ...], float, float, float]]:
        """Of each sensitive cell: least and greatest value that agrees with all, and the truth."""
        highs = highspy.Highs()
        highs.silent()
        infinite = highspy.kHighsInf
        highs.addVars(len(self.low), np.array(self.low), np.minimum(self.high, infinite))
        for total, parts in self.sums:
            entries = {total: -1.0}
            for part in parts:
                entries[part] = entries.get(part, 0.0) + 1.0
            highs.addRow(0.0, 0.0, len(entries), np.array(list(entries)), np.array(list(entries.values())))
        for cell, column, truth in self.sensitive():
            ends = []
            for cost in (1.0, -1.0):
                highs.changeColCost(column, cost)
                highs.run()
                status = highs.getModelStatus()
                if status == highspy.HighsModelStatus.kOptimal:
                    ends.append(cost * highs.getObjectiveValue() * self.base)
                elif cost < 0 and "nbounded" in highs.modelStatusToString(status):
                    ends.append(np.inf)
                else:
                    raise AssertionError(f"{cell}: {highs.modelStatusToString(status)}")
            highs.changeColCost(column, 0.0)
            yield cell, ends[0], ends[1], truth


def attack(releases: list[Release], measure: str) -> Found:
    """Every sensitive figure of every release, attacked with all releases."""
    found = Found()
    for cell, lower, upper, truth in System(releases, measure).bounds():
        found.attacked += 1
        room = SHARE * truth * (1 - SLACK)
        if lower > truth - room or upper < truth + room:
            found.reached.append(Reached(cell[0], cell[1:], lower, upper, truth))
    return found
