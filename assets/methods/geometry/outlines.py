"""Outlines of groups of points, spatial or not, and where their middle is.

What belongs here: hulls and buffers in metres of one grid, their WKT in WGS84. What does not: which points form a
group, towns or regions inside an outline.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import polars as pl
import shapely
from numpy.typing import NDArray

from assets.arrays import Floats, Integers
from assets.methods.geometry.grid import Grid, to_grid, to_wgs84

WKT_DECIMALS = 6
"""Decimals of a degree in an outline: a tenth of a metre, finer than any postcode is placed."""

SHARES = 8
"""Shares of the groups that each thread is given one by one, so that all end at nearly the same time."""

GRIDS: tuple[Grid, Grid] = ("gb", "ni")


def outline_geometries(
    group: Integers, easting: Floats, northing: Floats, hull_ratio: float, buffer_m: float, threads: int | None = None
) -> NDArray[np.object_]:
    """Outline of each group in metres of the grid: concave hull of its places, buffered.

    `group` numbers the groups of the points from 0 without gaps, shape (points,); the result is shapely polygons or
    multipolygons, shape (groups,). A group at fewer than three distinct places is its buffered points; places on one
    line give the buffered line. The order of the points does not matter. `threads`: how many groups are outlined at
    once, None for one a core; the outlines are the same for any. Rule: hull ratio 0.7 and 1 km [stated in part: the
    publisher names a buffer].
    """
    places = pl.DataFrame({"group": group, "easting": easting, "northing": northing}).unique().sort(pl.all())
    of_group, at = places["group"].to_numpy(), places.select("easting", "northing").to_numpy()
    has_hull = np.bincount(of_group) >= 3
    shapes = np.empty(len(has_hull), dtype=object)
    hulled = has_hull[of_group]
    # A hull is of the corners of what it is given, whatever joins them: a line is made sooner than its points.
    shapes[has_hull] = shapely.linestrings(at[hulled], indices=(np.cumsum(has_hull) - 1)[of_group[hulled]])
    shapes[~has_hull] = shapely.multipoints(
        shapely.points(at[~hulled]), indices=(np.cumsum(~has_hull) - 1)[of_group[~hulled]]
    )

    def outline(some: Integers) -> None:
        hulls = np.where(has_hull[some], shapely.concave_hull(shapes[some], ratio=hull_ratio), shapes[some])
        shapes[some] = shapely.buffer(hulls, buffer_m)

    workers = threads or os.cpu_count() or 1
    with ThreadPoolExecutor(workers) as pool:
        list(pool.map(outline, np.array_split(np.arange(len(shapes)), SHARES * workers)))
    return shapes


def outline_table(
    members: pl.DataFrame, hull_ratio: float, buffer_m: float, threads: int | None = None
) -> pl.DataFrame:
    """Outline, area and middle of each group.

    `members` has columns group_id (of any type that sorts: numbers are faster than texts), grid (gb or ni), easting and
    northing in metres, a row a member. Gives the columns of spatial.outlines, ordered by group_id: the outline in WKT
    in WGS84 (longitude, latitude), the area in square kilometres, the mean of the members in metres and degrees. A
    group with members in both grids, which only a network group can have, is outlined in the grid that most of them are
    in. `threads`: as `outline_geometries` says.
    """
    known = _in_one_grid(members)
    tables = []
    for grid in GRIDS:
        in_grid = known.filter(pl.col("grid") == grid).drop("grid").sort("group_id", "easting", "northing")
        tables.append(_outlines_in_grid(in_grid, grid, hull_ratio, buffer_m, threads))
    return pl.concat(tables).sort("group_id")


def _in_one_grid(members: pl.DataFrame) -> pl.DataFrame:
    """The members with each group in one grid: the one most of them are in, Great Britain's where they are even."""
    known = members.select("group_id", "easting", "northing", "grid")
    in_both = (
        known.group_by("group_id")
        .agg((pl.col("grid") == "gb").mean().alias("gb_share"))
        .filter((pl.col("gb_share") > 0) & (pl.col("gb_share") < 1))
        .select(
            "group_id", pl.when(pl.col("gb_share") >= 0.5).then(pl.lit("gb")).otherwise(pl.lit("ni")).alias("main_grid")
        )
    )
    if in_both.is_empty():
        return known
    split = known.join(in_both, on="group_id")
    tables = [known.join(in_both, on="group_id", how="anti")]
    tables.append(split.filter(pl.col("grid") == pl.col("main_grid")).drop("main_grid"))
    for source, target in (GRIDS, GRIDS[::-1]):
        moved = split.filter((pl.col("grid") == source) & (pl.col("main_grid") == target))
        latitude, longitude = to_wgs84(moved["easting"].to_numpy(), moved["northing"].to_numpy(), source)
        easting, northing = to_grid(latitude, longitude, target)
        tables.append(
            moved.with_columns(
                pl.Series("easting", easting), pl.Series("northing", northing), pl.col("main_grid").alias("grid")
            ).drop("main_grid")
        )
    return pl.concat(tables)


def _outlines_in_grid(
    members: pl.DataFrame, grid: Grid, hull_ratio: float, buffer_m: float, threads: int | None
) -> pl.DataFrame:
    """The table for the members in one grid, in order."""
    centres = members.group_by("group_id", maintain_order=True).agg(pl.col("easting", "northing").mean())
    numbers = members["group_id"].rle_id().to_numpy().astype(np.int64)
    shapes = outline_geometries(
        numbers, members["easting"].to_numpy(), members["northing"].to_numpy(), hull_ratio, buffer_m, threads
    )
    latitude, longitude = to_wgs84(centres["easting"].to_numpy(), centres["northing"].to_numpy(), grid)
    return pl.DataFrame(
        {
            "group_id": centres["group_id"],
            "outline_wkt": pl.Series(_wgs84_wkt(shapes, grid), dtype=pl.String),
            "area_km2": shapely.area(shapes) / 1e6,
            "latitude": latitude,
            "longitude": longitude,
            "easting": centres["easting"],
            "northing": centres["northing"],
            "grid": pl.Series([grid] * len(shapes), dtype=pl.String),
        }
    )


def _wgs84_wkt(shapes: NDArray[np.object_], grid: Grid) -> list[str]:
    """WKT with longitude and latitude in WGS84."""

    def to_degrees(metres: Floats) -> Floats:
        latitude, longitude = to_wgs84(metres[:, 0], metres[:, 1], grid)
        return np.column_stack([longitude, latitude])

    return [
        str(text) for text in shapely.to_wkt(shapely.transform(shapes, to_degrees), rounding_precision=WKT_DECIMALS)
    ]
