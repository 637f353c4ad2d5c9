"""Where an item of the Index is said to be: columns for coordinates, and what is wrong with them.

What belongs here: refusing places that cannot be. What does not: looking a postcode up (`sql/innovation_index`).
"""

from __future__ import annotations

from typing import Literal

import polars as pl

from assets.sources.values.columns import DEGREES, UK_LATITUDES, UK_LONGITUDES, Column
from assets.sources.values.tables import PLACE, Table

BOUNDS = f"a latitude from {UK_LATITUDES[0]:g} to {UK_LATITUDES[1]:g} and a longitude from {UK_LONGITUDES[0]:g} to " + (
    f"{UK_LONGITUDES[1]:g} degrees, which is the United Kingdom"
)
EXCHANGED = f"{BOUNDS}: latitude and longitude are exchanged here, so exchange the two columns"
PAIR = "both latitude and longitude, or neither"


def coordinate_columns(presence: Literal["required", "optional"]) -> tuple[Column, Column]:
    """The columns `latitude` and `longitude`, in whatever degrees: `refuse_misplaced` looks at them together."""
    return (
        Column("latitude", ("latitude", "lat"), DEGREES, presence),
        Column("longitude", ("longitude", "long", "lon", "lng"), DEGREES, presence),
    )


def refuse_misplaced(table: Table) -> None:
    """Refuse rows with one coordinate alone, with coordinates outside the United Kingdom, or with the two exchanged."""
    latitude, longitude = pl.col("latitude"), pl.col("longitude")
    inside = latitude.is_between(*UK_LATITUDES) & longitude.is_between(*UK_LONGITUDES)
    exchanged = longitude.is_between(*UK_LATITUDES) & latitude.is_between(*UK_LONGITUDES)
    for condition, expected in (
        (latitude.is_null() != longitude.is_null(), PAIR),
        (exchanged, EXCHANGED),
        (~inside, BOUNDS),
    ):
        value = pl.concat_str(latitude, longitude, separator=", ", ignore_nulls=True)
        table.refuse(table.rows.filter(condition).select(*PLACE, value=value), "latitude", expected)


def without_place(table: Table) -> pl.LazyFrame:
    """The rows with neither coordinates nor a postcode, with a `value` of null."""
    nowhere = pl.col("latitude").is_null() & pl.col("postcode").is_null()
    return table.rows.filter(nowhere).select(*PLACE, value=pl.lit(None, pl.String))
