"""`places`: towns and cities that clusters are named after. A drop takes the shipped list's place, whole."""

from __future__ import annotations

import numpy as np
import polars as pl

from assets.methods.geometry.grid import to_grid
from assets.sources.datasets import Dataset
from assets.sources.plausibility.measures import Measure
from assets.sources.reading.contract import Delivery, Desk, Reading
from assets.sources.values.columns import LATITUDE, LONGITUDE, TEXT, WHOLE_NUMBER, YES_NO, Column
from assets.sources.values.tables import Table

TABLE = "reference.places"
COLUMNS = (
    Column("name", ("name",), TEXT),
    Column("latitude", ("latitude", "lat"), LATITUDE),
    Column("longitude", ("longitude", "long", "lon"), LONGITUDE),
    Column("population", ("population",), WHOLE_NUMBER, limit="max_population"),
    Column("region", ("region",), TEXT),
    Column("is_primary_urban_area", ("is_primary_urban_area",), YES_NO),
    Column("index_order", ("index_order",), WHOLE_NUMBER.or_null(), "optional"),
)


def read(delivery: Delivery, desk: Desk) -> Reading:
    """Places with their grid references, in the Irish Grid where the region is Northern Ireland."""
    table = Table(delivery, COLUMNS, desk)
    table.require_unique("name", "region")
    places = table.rows.select(column.name for column in COLUMNS).collect()
    degrees = places["latitude"].to_numpy(), places["longitude"].to_numpy()
    is_irish = (places["region"] == "Northern Ireland").to_numpy()
    easting, northing = np.where(is_irish, to_grid(*degrees, "ni"), to_grid(*degrees, "gb"))
    located = places.with_columns(
        pl.col("population", "index_order").cast(pl.Int32),
        easting=pl.Series(easting),
        northing=pl.Series(northing),
        grid=pl.when(pl.col("region") == "Northern Ireland").then(pl.lit("ni")).otherwise(pl.lit("gb")),
    )
    return Reading({TABLE: located}, table.rejected)


PLACES = Dataset(
    "places",
    (TABLE,),
    read,
    lacking="towns other than the shipped ones",
    shipped="places",
    reader_version=2,
    profiled=(
        Measure(TABLE, "population", "population", "count", "needed"),
        Measure(TABLE, "latitude", "latitude", "coordinate", "needed"),
        Measure(TABLE, "longitude", "longitude", "coordinate", "needed"),
    ),
)
