"""What has to hold before a month of the warehouse is published by itself."""

from __future__ import annotations

import duckdb

from assets.months import Month
from assets.warehouse.database import Warehouse


def unpublishable(warehouse: Warehouse, month: Month) -> str | None:
    """Why a month cannot be published from the warehouse as it stands; None where it can."""
    try:
        made = warehouse.read("select distinct month from sources.drops order by month")["month"]
    except duckdb.CatalogException:
        return f"{warehouse.path} is no warehouse of innovation-clusters: give another with --warehouse"
    months = [str(Month.of(day)) for day in made]
    if str(month) in months:
        return None
    return (
        f"{month} is not in {warehouse.path}: there {'are' if len(months) > 1 else 'is'} "
        f"{', '.join(months) or 'no month'}; make it first with `innovation-clusters refresh --month {month}`"
    )
