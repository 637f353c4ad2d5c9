"""`businesses`: the Index's businesses where they are not the Map's firms, one row a business."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from assets.sources.datasets import Dataset
from assets.sources.files.batches import batches, joined
from assets.sources.plausibility.measures import Measure
from assets.sources.reading.contract import Delivery, Desk, Reading
from assets.sources.values.columns import CRN, POSTCODE, TEXT, Column, Kind
from assets.sources.values.places_given import coordinate_columns, refuse_misplaced, without_place
from assets.sources.values.tables import Table

TABLE = "sources.businesses"
DESCRIPTION = Kind("the business's description: without a text there is nothing to classify", TEXT.parse)
COLUMNS = (
    Column("company_number", ("company_number",), CRN),
    Column("name", ("name", "company_name"), TEXT),
    Column("description", ("description",), DESCRIPTION),
    Column("postcode", ("postcode",), POSTCODE.or_null(), "optional"),
    *coordinate_columns("optional"),
)


def read(delivery: Delivery, desk: Desk) -> Reading:
    """Businesses and where they are; one with neither coordinates nor a postcode is refused."""
    table = _table(delivery, desk)
    table.require_unique("company_number")
    rows = table.rows.select("company_number", "name", "postcode", "latitude", "longitude")
    return Reading({TABLE: table.write("businesses", rows)}, table.rejected, codes=(table.codes("postcode"),))


def texts(delivery: Delivery, desk: Desk, batch_rows: int) -> Iterator[pl.DataFrame]:
    """Name and description of each business, by company number."""
    table = _table(delivery, desk)
    rows = table.rows.select(key="company_number", text=joined("name", "description"))
    yield from batches(table.write("texts", rows), batch_rows)


def _table(delivery: Delivery, desk: Desk) -> Table:
    table = Table(delivery, COLUMNS, desk)
    refuse_misplaced(table)
    table.refuse(without_place(table), "postcode", "a unit postcode, or a latitude and a longitude")
    return table


BUSINESSES = Dataset(
    "businesses",
    (TABLE,),
    read,
    lacking="businesses of the Index's own: rtic_companies are taken",
    texts=texts,
    reader_version=2,
    profiled=(
        Measure(TABLE, "latitude", "latitude", "coordinate", "optional"),
        Measure(TABLE, "longitude", "longitude", "coordinate", "optional"),
        Measure(TABLE, "postcode", "postcode", "code", "optional"),
    ),
)
