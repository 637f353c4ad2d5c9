"""`rtic_locations`: where the firms of the Real-Time Industrial Classifications are, one row a location."""

from __future__ import annotations

import polars as pl

from assets.sources.datasets import Dataset
from assets.sources.plausibility.measures import Measure
from assets.sources.reading.contract import Delivery, Desk, Reading
from assets.sources.values.columns import CRN, POSTCODE, WHOLE_NUMBER, Column, choice
from assets.sources.values.tables import Table

TABLE = "sources.rtic_locations"
KEY = ("company_number", "postcode", "kind")
COLUMNS = (
    Column("company_number", ("company_number",), CRN),
    Column("postcode", ("postcode",), POSTCODE),
    Column("kind", ("kind",), choice("registered", "operating")),
    Column("employees", ("employees",), WHOLE_NUMBER, "nullable", "max_employees"),
)


def read(delivery: Delivery, desk: Desk) -> Reading:
    """Locations, one for each firm, postcode and kind.

    A row that repeats another exactly is passed over; one of a firm, postcode and kind that an earlier row has, and
    that differs in anything else, is refused.
    """
    table = Table(delivery, COLUMNS, desk, hash_rows=True)
    if table.rows.select(pl.struct(KEY).hash().is_duplicated().any()).collect().item():
        table.pass_over_repeats()
        table.refuse_repeats({name: pl.col(name) for name in KEY})
    return Reading({TABLE: table.write("rtic_locations", table.rows.select(*KEY, "employees"))}, table.rejected)


RTIC_LOCATIONS = Dataset(
    "rtic_locations",
    (TABLE,),
    read,
    lacking="the places of the firms in the 46 emerging sectors",
    refers_to="rtic_companies",
    reader_version=3,
    profiled=(Measure(TABLE, "employees", "employees", "count", "optional"),),
)
