"""What the command `diff` reads from the warehouse: what became of the clusters between two months, and why.

What belongs here: which months lie between, the rows in their layout. What does not: how the history was made
(assets/typology), how rows are written (output).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import polars as pl

from assets.method import find_profiles
from assets.months import Month
from assets.typology.steps import STEPS
from assets.warehouse.database import Warehouse
from assets.warehouse.following import is_out_of_date, steps_there
from assets.warehouse.inputs import asked
from pipelines.made_months import made_month
from pipelines.output import Layout
from pipelines.profiles import PROFILES_FOLDER
from pipelines.settings import Settings

TABLE = "typology.cluster_history"
LAYOUT = Layout(
    headed_by=("event",),
    views={
        "": (
            "cluster",
            "month",
            "name",
            "sector",
            "earlier_cluster",
            "before",
            "after",
            "firms_before",
            "firms",
            "cause",
            "why",
        )
    },
)


def months_between(warehouse: Warehouse, first: Month, last: Month | None, profile: str) -> list[Month]:
    """The months whose histories lead from one month to another, the earliest first; to the latest where None.

    Raises ValueError that says which months there are, where none leads there.
    """
    remedy = "make a month with `innovation-clusters refresh --month YYYY-MM`"
    to = made_month(warehouse, TABLE, last, "the history of clusters", remedy)
    if first >= to:
        raise ValueError(f"--from {first} is not before --to {to}: give an earlier month")
    rows = warehouse.read(asked("typology", "months_compared"), profile=profile, last=to.first_day)
    compared: dict[date, date | None] = dict(rows.iter_rows())
    chain: list[Month] = []
    at: date | None = to.first_day
    while at is not None and at > first.first_day:
        if at not in compared:
            raise ValueError(f"{to} was not made with profile {profile!r}: {_known(warehouse)}")
        chain.insert(0, Month.of(at))
        at = compared[at]
    if at != first.first_day:
        earlier = [str(Month.of(day)) for day in compared.values() if day is not None]
        there = f"--from can be {', '.join(sorted(set(earlier)))}" if earlier else "there is no month before it"
        raise ValueError(f"the history of {to} with profile {profile} does not lead back to {first}: {there}")
    return chain


def find_differences(warehouse: Warehouse, months: Sequence[Month], profile: str) -> pl.DataFrame:
    """What became of clusters in these months, births first and those that go on last."""
    return warehouse.read(
        asked("typology", "differences"), profile=profile, months=[month.first_day for month in months]
    )


def changes_of(found: pl.DataFrame) -> pl.DataFrame:
    """Without the clusters that go on as they were."""
    return found.filter(pl.col("event") != "continuation")


def in_numbers(found: pl.DataFrame) -> str:
    """How many of what, in a sentence."""
    changes = changes_of(found)
    counts = changes.group_by("event", maintain_order=True).len("count")
    told = ", ".join(f"{event.replace('_', ' ')} {count}" for event, count in counts.iter_rows()) or "no changes"
    return f"{told}; continuation {found.height - changes.height}"


def out_of_date(warehouse: Warehouse, months: Sequence[Month]) -> list[Month]:
    """Of months those whose history follows from a month that was made otherwise since."""
    names = warehouse.read(f"select distinct profile from {TABLE}")["profile"].to_list()
    given = find_profiles(Settings.from_environment().profiles, PROFILES_FOLDER)
    if {method.name for method in given} != set(names):
        return []
    with warehouse.connect(read_only=True) as connection:
        return [
            month for month in months if is_out_of_date(connection, steps_there(connection, STEPS, month), month, given)
        ]


def _known(warehouse: Warehouse) -> str:
    names = warehouse.read(f"select distinct profile from {TABLE} order by profile")["profile"].to_list()
    return f"there are {', '.join(names)}"
