"""Which months a table of the warehouse has, for commands that show one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb

from assets.months import Month

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
        raise ValueError(f"{what} is not made for {wanted}: there are {', '.join(str(month) for month in made)}")
    return wanted
