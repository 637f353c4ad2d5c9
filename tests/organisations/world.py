"""A small world for the warehouse: hand-worked source rows with dull columns filled in, and the run of the layer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from assets.method import MethodProfile
from assets.organisations.steps import STEPS
from assets.warehouse.database import Warehouse
from assets.warehouse.running import StepResult
from tests.support import fill, make_all, opened_once, use_drop

Row = Mapping[str, Any]

DATASETS = (
    "postcodes",
    "sic_sectors",
    "rtic_sectors",
    "idbr_enterprises",
    "idbr_local_units",
    "rtic_companies",
    "rtic_locations",
    "companies_house",
    "innovate_uk",
    "innovate_uk_applications",
    "ukri",
    "publications",
    "patents",
    "rd_tax_claims",
)

DULL: Mapping[str, Row] = {
    "sources.idbr_enterprises": {"sic2007": "62012"},
    "sources.idbr_local_units": {"sic2007": "62012"},
    "sources.rtic_locations": {"kind": "operating"},
    "sources.innovate_uk": {"is_lead": False, "is_withdrawn": False, "is_funded": True},
    "sources.innovate_uk_applications": {"is_lead": False, "is_withdrawn": False, "is_funded": True},
    "sources.ukri_projects": {"lead_funder": "EPSRC"},
    "sources.ukri_participants": {"role": "participant"},
    "organisations.source_records": {"is_overseas": False},
    "organisations.matches": {"match_rule": "new", "match_score": 1.0},
    "organisations.organisations": {"name": "X", "organisation_type": "business", "is_firm": True},
    "organisations.sites": {
        "geocode_quality": "postcode",
        "grid": "gb",
        "latitude": 51.0,
        "longitude": -1.0,
        "northing": 1.0,
        "in_register": True,
        "in_rtic": False,
        "is_registered_only": False,
        "is_excluded": False,
    },
    "reference.postcodes": {"grid": "gb", "is_terminated": False},
}

PLACES = (
    {"postcode": "OX1 1AA", "easting": 451000, "northing": 206000, "latitude": 51.75, "longitude": -1.26},
    {"postcode": "OX1 2BB", "easting": 452000, "northing": 207000, "latitude": 51.76, "longitude": -1.25},
    {"postcode": "M1 1AA", "easting": 384000, "northing": 398000, "latitude": 53.48, "longitude": -2.24},
    {"postcode": "EC1A 1BB", "easting": 532000, "northing": 181000, "latitude": 51.51, "longitude": -0.10},
)


def put(warehouse: Warehouse, table: str, *rows: Row) -> None:
    """Put rows in a table in place of all that it holds; columns the test is not about are filled in."""
    if table in ("sources.innovate_uk", "sources.innovate_uk_applications", "sources.activity_signals"):
        rows = tuple({"row_number": number, **row} for number, row in enumerate(rows, start=2))
    fill(warehouse, table, [{**DULL.get(table, {}), **row} for row in rows])


@opened_once
def world(warehouse: Warehouse, tables: Mapping[str, Sequence[Row]], without: Sequence[str] = ()) -> Warehouse:
    """Fill tables, with PLACES as the postcode directory where none is given; every dataset but some has a drop."""
    use_drop(warehouse, *(dataset for dataset in DATASETS if dataset not in without))
    for table, rows in {"reference.postcodes": PLACES, **tables}.items():
        put(warehouse, table, *rows)
    return warehouse


def run(warehouse: Warehouse, last: str | None = None, first: str | None = None, **parameters: Any) -> list[StepResult]:
    """Run the layer's steps from one to another by name (all, where none is given) with parameters of the section."""
    profile = MethodProfile.model_validate({"name": "test", "organisations": parameters})
    names = [each.name for each in STEPS]
    steps = STEPS[names.index(first or names[0]) : 1 + names.index(last or names[-1])]
    return make_all(warehouse, steps, profile)


def rows(warehouse: Warehouse, table: str, *columns: str) -> list[tuple[Any, ...]]:
    """Columns of a table's rows, in order of these columns."""
    listed = ", ".join(columns)
    return warehouse.read(f"select {listed} from {table} order by {listed}").rows()


def frame(warehouse: Warehouse, table: str) -> pl.DataFrame:
    """A table's rows."""
    return warehouse.read(f"select * from {table} order by all")
