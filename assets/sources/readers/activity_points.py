"""`activity_points`: items classified elsewhere, one row an item. Where given, they are the Index's points."""

from __future__ import annotations

import polars as pl

from assets.sources.datasets import Dataset
from assets.sources.plausibility.measures import Measure
from assets.sources.reading.contract import Delivery, Desk, Reading
from assets.sources.values.category_lists import CATEGORY_LIST, each_category
from assets.sources.values.columns import CODE, Column, choice
from assets.sources.values.places_given import coordinate_columns, refuse_misplaced
from assets.sources.values.tables import Table

TABLE = "sources.activity_points"
COLUMNS = (
    Column("item_id", ("item_id",), CODE),
    Column("kind", ("kind",), choice("business", "event", "paper")),
    Column("categories", ("categories", "category"), CATEGORY_LIST, "nullable"),
    *coordinate_columns("required"),
)


def read(delivery: Delivery, desk: Desk) -> Reading:
    """A row for each category of each item; an item of none is passed over."""
    table = Table(delivery, COLUMNS, desk)
    refuse_misplaced(table)
    table.require_unique("item_id")
    table.pass_over(table.rows.filter(pl.col("categories").is_null()), "an item of none of the five categories")
    rows = each_category(table.rows.select("item_id", "kind", "categories", "latitude", "longitude"))
    return Reading({TABLE: table.write("activity_points", rows)}, table.rejected)


ACTIVITY_POINTS = Dataset(
    "activity_points",
    (TABLE,),
    read,
    lacking="items classified elsewhere: the Index classifies its own",
    profiled=(
        Measure(TABLE, "latitude", "latitude", "coordinate", "needed"),
        Measure(TABLE, "longitude", "longitude", "coordinate", "needed"),
    ),
)
