"""Which months a table of the warehouse has, for commands that show one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb

from assets.months import Month
from assets.warehouse.pruning import pruned_months

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


def _pruned(warehouse: Warehouse, table: str) -> list[Month]:
    """The months of a table whose rows were deleted for their age."""
    try:
        with warehouse.connect(read_only=True) as connection:
            return pruned_months(connection, [table]).get(table, [])
    except duckdb.CatalogException:  # As above.
        return []
