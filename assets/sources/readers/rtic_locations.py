"""`rtic_locations`: where the firms of the Real-Time Industrial Classifications are, one row a location."""

from __future__ import annotations

import polars as pl

from assets.sources.columns import CRN, POSTCODE, WHOLE_NUMBER, Column, choice
from assets.sources.datasets import Dataset
from assets.sources.reading import Delivery, Desk, Reading
from assets.sources.tables import Table

TABLE = "sources.rtic_locations"
KEY = ("company_number", "postcode", "kind")
COLUMNS = (
    Column("company_number", ("company_number",), CRN),
    Column("postcode", ("postcode",), POSTCODE),
    Column("kind", ("kind",), choice("registered", "operating")),
    Column("employees", ("employees",), WHOLE_NUMBER, "nullable"),
)


def read(delivery: Delivery, desk: Desk) -> Reading:
    """Locations, one for each firm, postcode and kind.

    A row that repeats another exactly is passed over; of several that differ in employees, these are added up: two
    places of business at one postcode are one point [ours].
    """
    table = Table(delivery, COLUMNS, desk, hash_rows=True)
    rows = table.rows
    if rows.select(pl.struct(KEY).hash().is_duplicated().any()).collect().item():
        table.pass_over_repeats()
        counted = pl.when(pl.col("employees").count() > 0).then(pl.col("employees").sum())
        rows = table.rows.group_by(KEY, maintain_order=True).agg(counted)
    return Reading({TABLE: table.write("rtic_locations", rows.select(*KEY, "employees"))}, table.rejected)


RTIC_LOCATIONS = Dataset(
    "rtic_locations",
    (TABLE,),
    read,
    lacking="the places of the firms in the 46 emerging sectors",
    refers_to="rtic_companies",
)
