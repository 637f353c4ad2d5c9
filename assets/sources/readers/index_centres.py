"""`index_centres`: where the Index's K-means starts, one row a centre.

Either one table with a column `category`, or a folder of the publisher's files, one a category, whose names say which
(`AIAndData_centroidLabelsAndProportions.csv`).
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath

import polars as pl

from assets.reference import CATEGORIES, OVERALL, category_of
from assets.sources.datasets import Dataset
from assets.sources.plausibility.measures import Measure
from assets.sources.reading.contract import Delivery, Desk, Reading
from assets.sources.values.category_lists import one_category
from assets.sources.values.columns import CODE, Column, Kind
from assets.sources.values.places_given import coordinate_columns, refuse_misplaced
from assets.sources.values.tables import PLACE, Table

TABLE = "sources.index_centres"
EXPECTED = f"one of {', '.join((*CATEGORIES, OVERALL))}"
COLUMNS = (
    Column("category", ("category",), Kind(EXPECTED, one_category), "optional"),
    Column("label", ("label",), CODE),
    *coordinate_columns("required"),
)


def read(delivery: Delivery, desk: Desk) -> Reading:
    """Centres of each category; a label stands once in a category."""
    table = Table(delivery, COLUMNS, desk)
    refuse_misplaced(table)
    files = [part.name for part in delivery.parts]
    of_file = pl.col("file").replace_strict(files, [category_of_file(file) for file in files], default=None)
    nameless = table.rows.filter(pl.col("category").is_null() & of_file.is_null())
    expected = f"{EXPECTED}, in a column category or at the beginning of the file's name"
    table.refuse(nameless.select(*PLACE, value=pl.lit(None, pl.String)), "category", expected)
    centres = table.rows.with_columns(pl.coalesce("category", of_file))
    table.require_unique("category", "label", rows=centres)
    return Reading({TABLE: centres.select("category", "label", "latitude", "longitude").collect()}, table.rejected)


def category_of_file(file: str) -> str | None:
    """The category that a file's name begins with, or None."""
    words = re.split(r"[_\W]+", PurePosixPath(file).name.split(".")[0])
    spellings = (" ".join(words[:count]) for count in range(len(words), 0, -1))
    return next((category for spelling in spellings if (category := category_of(spelling))), None)


INDEX_CENTRES = Dataset(
    "index_centres",
    (TABLE,),
    read,
    lacking="given starting centres: last month's or k-means++ start the Index",
    profiled=(
        Measure(TABLE, "latitude", "latitude", "coordinate", "needed"),
        Measure(TABLE, "longitude", "longitude", "coordinate", "needed"),
    ),
)
