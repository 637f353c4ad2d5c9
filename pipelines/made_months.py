"""Which months and profiles a table of the warehouse has, for commands that show one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import duckdb
import polars as pl

from assets.method import find_profiles
from assets.months import Month
from assets.warehouse.pruning import pruned_months
from pipelines.profiles import DEFAULT_PROFILES, PROFILES_FOLDER
from pipelines.settings import Settings

if TYPE_CHECKING:
    from assets.warehouse.database import Warehouse


def made_month(warehouse: Warehouse, table: str, wanted: Month | None, what: str, remedy: str) -> Month:
    """The month wanted, or the latest in the table where None.

    Raises ValueError where there is none: that `what` is not made for it, and how it is made.
    """
    try:
        made = [Month.of(day) for day in warehouse.read(f"select distinct month from {table} order by month")["month"]]
    except duckdb.CatalogException:  # A warehouse from before there was such a table.
        made = []
    if not made:
        raise ValueError(f"{table} is empty: {remedy}")
    if wanted is None:
        return made[-1]
    if wanted not in made:
        if wanted in _pruned(warehouse, table):
            raise ValueError(
                f"{table} of {wanted} was deleted, for working tables are kept for the newest months alone: make the "
                f"month again with `innovation-clusters refresh --month {wanted}`"
            )
        raise ValueError(f"{what} is not made for {wanted}: there are {', '.join(str(month) for month in made)}")
    return wanted


def usual_profiles() -> list[str]:
    """The names of the profiles that the environment sets, then of the default ones."""
    wanted = dict.fromkeys([*Settings.from_environment().profiles, *DEFAULT_PROFILES])
    return [method.name for method in find_profiles([*wanted], PROFILES_FOLDER)]


def made_profiles(warehouse: Warehouse, table: str, month: Month | None, usual: Sequence[str]) -> list[str]:
    """The profiles to look in where none is named: of the usual ones those that a table's month was made with, in their
    order, and all of its own where it was made with none of them.

    The month is the latest where None. The usual ones where there is no such month: to say so is for who reads it.
    """
    try:
        rows = warehouse.read(f"select distinct month, profile from {table} order by month, profile")
    except duckdb.CatalogException:  # As above.
        return [*usual]
    is_asked = pl.col("month") == (month.first_day if month else pl.col("month").max())
    there = rows.filter(is_asked)["profile"].to_list()
    return [profile for profile in usual if profile in there] or there or [*usual]


def not_made_with(month: Month, profiles: Sequence[str], there: Sequence[str]) -> str:
    """A sentence: the month is there, but not with a profile asked for."""
    return f"{month} is not made with profile {' or '.join(profiles)}, but with {', '.join(there)}: give one of these"


def _pruned(warehouse: Warehouse, table: str) -> list[Month]:
    """The months of a table whose rows were deleted for their age."""
    try:
        with warehouse.connect(read_only=True) as connection:
            return pruned_months(connection, [table]).get(table, [])
    except duckdb.CatalogException:  # As above.
        return []
