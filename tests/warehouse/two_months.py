"""A small warehouse with two months of drops and organisations in it, as an earlier version left it."""

from __future__ import annotations

from pathlib import Path

from assets.months import Month
from assets.organisations.steps import STEPS
from assets.sources.steps import ingest_step
from assets.warehouse.database import Warehouse
from assets.warehouse.schema import table_names
from synthetic_uk import synthesise
from tests.support import make
from tests.warehouse.killing import OLD_SECTORS

MONTHS = [Month(2025, 4), Month(2025, 5)]


def two_months(folder: Path) -> Path:
    """The warehouse as it is made now; the drops stand beside it."""
    path = folder / "warehouse.duckdb"
    synthesise(folder / "sources", MONTHS, 0.001, 7)
    warehouse = Warehouse(path)
    warehouse.create()
    for month in MONTHS:
        for step in (ingest_step(str(folder / "sources")), *STEPS):
            make(warehouse, step, month=month)
    return path


def older_of_two_months(folder: Path) -> Path:
    """The same with a check that calls a function, and without the tables of later layers and one of reference."""
    path = two_months(folder)
    warehouse = Warehouse(path)
    with warehouse.connect() as connection:
        connection.execute(OLD_SECTORS)
        for table in sorted(table_names()):
            empty = connection.execute(f"select count(*) = 0 from {table}").fetchall()[0][0]
            if table != "reference.rtic_sectors" and (empty or table.startswith("reference.sic")):
                connection.execute(f"drop table {table}")
    return path
