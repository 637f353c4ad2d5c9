"""`postcodes`: the ONS Postcode Directory (ONSPD) or the National Statistics Postcode Lookup (NSPL), any release.

Column names change at every release: those of areas are known by their pattern, whatever the year (`lad26cd`, `Region
Code (2025)`). A Parquet or CSV file with the same columns and no grid references is read too: they are then projected
from the degrees.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

import numpy as np
import polars as pl

from assets.methods.geometry.grid import Grid, to_grid, to_wgs84
from assets.methods.text.postcodes import postcode_district, postcode_sector
from assets.sources.datasets import Dataset
from assets.sources.files.kinds import SEND_AGAIN
from assets.sources.plausibility.measures import Measure
from assets.sources.problems import DropError, Problem
from assets.sources.reading.contract import Delivery, Desk, Reading
from assets.sources.values.columns import (
    LATITUDE,
    LONGITUDE,
    POSTCODE,
    TEXT,
    UK_EASTINGS,
    UK_NORTHINGS,
    WHOLE_NUMBER,
    Column,
    Kind,
)
from assets.sources.values.ons_columns import AreaCode
from assets.sources.values.tables import PLACE, Table

POSTCODES = "reference.postcodes"
AREAS = "reference.postcode_areas"
NO_LATITUDE = "99.999999"
"""Stands for a latitude that the directory does not know; the longitude beside it is 0."""
NO_GRID_REFERENCE = "9"
"""Positional quality of a postcode that has no grid reference."""
IRISH_GRID_AREA = "BT"
"""The postcode area that is Northern Ireland: its grid references are Irish Grid ones [stated in FORMATS]."""


def _latitude(text: pl.Expr) -> pl.Expr:
    return pl.when(text == NO_LATITUDE).then(float("nan")).otherwise(LATITUDE.parse(text))


MSOA = frozenset({"msoa", "middle layer super output area", "census middle layer super output area"})
ITL3 = frozenset(
    {
        *("itl", "itl3", "itl level 3", "nuts", "nuts3"),
        *("international territorial level", "international territorial level 3"),
    }
)
NO_AREA = r"^[A-Z]99999999$"
"""Stands where there is no area of that kind."""


def _area(name: str, label: str, *areas: str) -> Column:
    """The codes of a kind of area: under the label of older releases, or as the ONS names them in any year."""
    return Column(name, (label, AreaCode(label, frozenset(areas))), TEXT, "nullable")


COLUMNS = (
    Column(
        "postcode",
        (
            "pcds",
            "pcd7",
            "pcd8",
            "pcd",
            "pcd2",
            "postcode",
            "Postcode (e-GIF)",
            "Postcode (8 char)",
            "Postcode (7 char)",
        ),
        POSTCODE,
    ),
    Column("easting", ("oseast1m", "east1m", "easting", "National Grid Reference (Easting)"), WHOLE_NUMBER, "optional"),
    Column(
        "northing", ("osnrth1m", "north1m", "northing", "National Grid Reference (Northing)"), WHOLE_NUMBER, "optional"
    ),
    Column("quality", ("osgrdind", "gridind", "Grid Reference Positional Quality Indicator"), TEXT, "optional"),
    Column("terminated", ("doterm", "Date of Termination"), TEXT, "optional"),
    Column(
        "local_authority_code",
        (
            "oslaua",
            "laua",
            AreaCode("lad25cd", frozenset({"lad", "ltla", "local authority district", "local authority"})),
        ),
        TEXT,
        "nullable",
    ),
    _area("region_code", "rgn", "rgn", "region"),
    _area("country_code", "ctry", "ctry", "country"),
    _area("travel_to_work_area_code", "ttwa", "ttwa", "travel to work area"),
    Column("msoa_code", (AreaCode("msoa21cd", MSOA),), TEXT, "optional"),
    Column("msoa_before", (AreaCode("msoa11cd", MSOA, newer=1),), TEXT, "optional"),
    Column("itl3_code", (AreaCode("itl325cd", ITL3), "itl", "nuts"), TEXT, "optional"),
    Column("latitude", ("lat", "latitude"), Kind(LATITUDE.expected, _latitude), "nullable"),
    Column("longitude", ("long", "longitude", "lon"), LONGITUDE, "nullable"),
)
MOSTLY = 0.5
"""Share of the rows that are too far away from which on all of them are said to be exchanged."""
POSITION = ("easting", "northing", "grid", "latitude", "longitude")


def read(delivery: Delivery, desk: Desk) -> Reading:
    """Every postcode, live or terminated, and the centroids of their sectors and districts.

    A postcode without coordinates keeps its codes and has nulls for its position. A postcode stands once.
    """
    table = Table(delivery, COLUMNS, desk, choose=directory_files)
    table.require_unique("postcode")
    check_agreement(table, desk)
    refuse_off_grid(table)
    is_known = _is_known()
    grid = _grid()
    given = table.rows.select(
        "postcode",
        *[pl.when(is_known).then(pl.col(name).cast(pl.Float64)).alias(name) for name in POSITION if name != "grid"],
        pl.when(is_known).then(grid).alias("grid"),
        pl.col("terminated").is_not_null().alias("is_terminated"),
        "local_authority_code",
        "region_code",
        "country_code",
        "travel_to_work_area_code",
        # A release gives Scotland's small areas in the column of one census alone.
        pl.coalesce(_area_code("msoa_code"), _area_code("msoa_before")).alias("msoa_code"),
        "itl3_code",
    )
    complete = given if _is_complete(given) else complete_positions(given.collect()).lazy()
    postcodes = table.write("postcodes", complete.with_columns(pl.col("easting", "northing").round().cast(pl.Int32)))
    areas = area_centroids(pl.scan_parquet(postcodes, glob=False)).collect()
    return Reading({POSTCODES: postcodes, AREAS: areas}, table.rejected)


def _area_code(column: str) -> pl.Expr:
    return pl.when(~pl.col(column).str.contains(NO_AREA)).then(pl.col(column))


def _is_known() -> pl.Expr:
    """Whether the directory knows where a postcode is."""
    return (
        pl.col("quality").ne_missing(NO_GRID_REFERENCE)
        & pl.col("latitude").is_not_nan().fill_null(True)
        & (pl.col("easting").is_not_null() | pl.col("latitude").is_not_null())
    )


def _grid() -> pl.Expr:
    return pl.when(pl.col("postcode").str.starts_with(IRISH_GRID_AREA)).then(pl.lit("ni")).otherwise(pl.lit("gb"))


def refuse_off_grid(table: Table) -> None:
    """Refuse rows whose easting or northing lies outside the United Kingdom."""
    for name, (lower, upper) in (("easting", UK_EASTINGS), ("northing", UK_NORTHINGS)):
        outside = table.rows.filter(_is_known() & ~pl.col(name).is_between(lower, upper))
        expected = f"a whole number of metres, {lower} to {upper}, which is the United Kingdom"
        table.refuse(outside.select(*PLACE, value=pl.col(name).cast(pl.String)), name, expected)


def check_agreement(table: Table, desk: Desk) -> None:
    """Raise DropError where grid references and degrees tell of different places, as when eastings and northings are
    exchanged: of a sample evenly spaced over the directory, more than the desk's share of rows are too far apart."""
    given = pl.all_horizontal(pl.col("easting", "northing", "latitude", "longitude").is_not_null())
    known = table.rows.filter(_is_known() & given)
    every = max(1, table.rows_read // desk.limits.grid_sample_rows)
    columns = ("file", "row", "easting", "northing", "latitude", "longitude")
    rows = known.filter(pl.col("drop_row") % every == 0).select(*columns, grid=_grid()).collect()
    east, north = (rows[name].to_numpy().astype(np.float64) for name in ("easting", "northing"))
    degrees = rows["latitude"].to_numpy(), rows["longitude"].to_numpy()
    is_irish = (rows["grid"] == "ni").to_numpy()
    true_east, true_north = np.where(is_irish, to_grid(*degrees, "ni"), to_grid(*degrees, "gb"))
    limit = desk.limits.max_grid_error_m
    is_far = ~(np.hypot(east - true_east, north - true_north) <= limit)
    if is_far.sum() <= desk.max_rejected_share * len(is_far):
        return
    is_exchanged = np.hypot(north - true_east, east - true_north) <= limit
    columns_named = f"{table.label('easting')} and {table.label('northing')}"
    first = rows.row(int(is_far.argmax()), named=True)
    there = f"{first['easting']} and {first['northing']} (and so {is_far.sum()} of {len(is_far)} postcodes looked at)"
    place = f"{round(true_east[is_far.argmax()])} and {round(true_north[is_far.argmax()])}"
    expected = f"within {limit:,.0f} m (max_grid_error_m) of {place}, where its latitude and longitude are"
    exchanged = is_exchanged[is_far].mean() > MOSTLY
    remedy = "The two columns are exchanged: give each the other's name" if exchanged else SEND_AGAIN
    raise DropError(Problem(first["file"], there, expected, remedy, row=first["row"], column=columns_named))


def directory_files(names: Sequence[str]) -> Collection[str]:
    """Of a release's files, the one with all postcodes (`Data/ONSPD_MAY_2025_UK.csv`), else its parts by area.

    A release carries lookups of codes (`Documents/`), all postcodes a second time, split by area (`multi_csv/`), and
    in older years a third time as text without a header.
    """
    data = [name for name in names if not re.search(r"(^|/)(documents|user guide)/", name, re.IGNORECASE)]
    tables = [name for name in data if re.search(r"\.csv(\.gz)?$", name, re.IGNORECASE)] or data
    return [name for name in tables if "multi_csv/" not in name.lower()] or tables


def _is_complete(postcodes: pl.LazyFrame) -> bool:
    """Whether every postcode with a position has it in metres and in degrees, as in all releases of the ONS."""
    located = postcodes.filter(pl.col("grid").is_not_null())
    return located.select(pl.all_horizontal(pl.col(POSITION).is_not_null()).all()).collect().item()


def complete_positions(rows: pl.DataFrame) -> pl.DataFrame:
    """Fill in grid references from degrees and degrees from grid references where only one is given, in metres."""
    return _complete_in(_complete_in(rows, "gb"), "ni")


def _complete_in(rows: pl.DataFrame, grid: Grid) -> pl.DataFrame:
    in_grid = (rows["grid"] == grid).fill_null(False).to_numpy()
    position = {name: rows[name].to_numpy().astype(np.float64) for name in POSITION if name != "grid"}
    east, north, latitude, longitude = position.values()
    to_metres = in_grid & (np.isnan(east) | np.isnan(north))
    to_degrees = in_grid & (np.isnan(latitude) | np.isnan(longitude))
    if to_metres.any():
        position["easting"][to_metres], position["northing"][to_metres] = to_grid(
            latitude[to_metres], longitude[to_metres], grid
        )
    if to_degrees.any():
        position["latitude"][to_degrees], position["longitude"][to_degrees] = to_wgs84(
            east[to_degrees], north[to_degrees], grid
        )
    return rows.with_columns(pl.Series(name, values, nan_to_null=True) for name, values in position.items())


def _exact_mean(degrees: pl.Expr) -> pl.Expr:
    """Mean of degrees by whole billionths: sums of integers do not depend on the order of rows or on threads."""
    return (degrees * 1e9).round().cast(pl.Int64).sum() / pl.len() / 1e9


def area_centroids(postcodes: pl.LazyFrame) -> pl.LazyFrame:
    """Plain means over the unit postcodes of each sector and district that have coordinates [ours]."""
    located = postcodes.filter(pl.col("grid").is_not_null())
    means = [
        located.group_by(area.alias("area"), "grid")
        .agg(
            pl.col("easting", "northing").mean().round().cast(pl.Int32),
            *[_exact_mean(pl.col(name)) for name in ("latitude", "longitude")],
            pl.len().cast(pl.Int32).alias("postcodes"),
        )
        .with_columns(pl.lit(kind).alias("area_kind"))
        for kind, area in (
            ("sector", postcode_sector(pl.col("postcode"))),
            ("district", postcode_district(pl.col("postcode"))),
        )
    ]
    return pl.concat(means).sort("area_kind", "area")


POSTCODES_DATASET = Dataset(
    "postcodes",
    (POSTCODES, AREAS),
    read,
    lacking="every position: nothing can be placed",
    reader_version=6,
    profiled=(
        Measure(POSTCODES, "easting", "oseast1m", "coordinate", "needed"),
        Measure(POSTCODES, "northing", "osnrth1m", "coordinate", "needed"),
        Measure(POSTCODES, "latitude", "lat", "coordinate", "needed"),
        Measure(POSTCODES, "longitude", "long", "coordinate", "needed"),
    ),
)
