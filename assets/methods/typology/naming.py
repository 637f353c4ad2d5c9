"""Names of clusters: the towns they lie at.

What belongs here: from outlines, centres and towns to names, all different within a sector. What does not: outlines
(the spatial layer), regions and local authorities (areas).
"""

from __future__ import annotations

import numpy as np
import polars as pl
import shapely
from numpy.typing import NDArray

from assets.methods.geometry.sphere import distances_and_bearings, nearest

BEARINGS = ("N", "NE", "E", "SE", "S", "SW", "W", "NW")
NAMES = {"group_id": pl.String, "name": pl.String}


def name_by_outline(clusters: pl.DataFrame, towns: pl.DataFrame, most_towns: int) -> pl.DataFrame:
    """Name clusters with an outline: the towns inside it, largest first, at most `most_towns` [ours].

    `clusters`: `group_id`, `outline_wkt` (WGS84), `latitude`, `longitude` of the centre. `towns`: `name`, `latitude`,
    `longitude`, `population`. Where no town lies inside: the nearest to the centre, with the kilometres and the
    eight-point bearing from it (`12 km NE of Leeds`), or its bare name below half a kilometre. One search tree serves
    all outlines. Returns `group_id`, `name`. Raises ValueError where there are no towns at all.
    """
    if clusters.is_empty():
        return pl.DataFrame(schema=NAMES)
    ranked = largest_first(towns)
    inside = (
        towns_inside(clusters, ranked)
        .group_by("group_id", maintain_order=True)
        .agg(name=pl.col("name").head(most_towns).str.join(", "))
    )
    outside = clusters.join(inside, on="group_id", how="anti")
    return pl.concat([inside, name_by_nearest(outside, ranked)]).sort("group_id")


def name_dispersed(groups: pl.DataFrame, places: pl.DataFrame, towns: pl.DataFrame, most_towns: int) -> pl.DataFrame:
    """Name clusters without an outline after where their firms are: `Dispersed: London, Manchester, Bristol` [ours].

    `groups`: `group_id`. `places`: `group_id`, `organisation_id`, `is_firm`, `latitude`, `longitude`, one row a located
    site of a member. `towns` as for `name_by_outline`, with `is_primary_urban_area`. Each firm counts once for every
    Primary Urban Area that is the nearest to one of its sites (any town where none is marked), so that a firm in a
    village counts for the city it is near; the towns of most firms come first, then the larger. A group of which no
    firm is located is named after its other organisations. Returns `group_id`, `name`. Raises ValueError where there
    are no towns at all.
    """
    if groups.is_empty():
        return pl.DataFrame(schema=NAMES)
    urban = towns.filter(pl.col("is_primary_urban_area"))
    ranked = largest_first(urban if urban.height else towns)
    located = places.join(groups.select("group_id"), on="group_id")
    most_firms_first = (
        located.with_columns(rank=pl.Series(nearest(located, ranked)))
        .unique(["group_id", "organisation_id", "rank"])
        .group_by("group_id", "rank")
        .agg(firms=pl.col("is_firm").sum(), organisations=pl.len())
        .sort("group_id", "firms", "organisations", "rank", descending=[False, True, True, False])
    )
    return (
        most_firms_first.with_columns(town=ranked["name"].gather(most_firms_first["rank"]))
        .group_by("group_id", maintain_order=True)
        .agg(name="Dispersed: " + pl.col("town").head(most_towns).str.join(", "))
    )


def number_duplicates(clusters: pl.DataFrame) -> pl.DataFrame:
    """Add a number to `name` where clusters of one sector would share it: `Leeds`, `Leeds (2)` [ours].

    `clusters`: `cluster_id`, `scheme`, `sector` (null for network clusters, which are one sector here), `name`. They
    are numbered by identifier, which begins with the month of birth: the oldest keeps the plain name, and a name stays
    from month to month as long as the clusters do.
    """
    number = pl.col("cluster_id").rank("ordinal").over("scheme", "sector", "name")
    return clusters.with_columns(name=pl.when(number > 1).then(pl.format("{} ({})", "name", number)).otherwise("name"))


def bearing(degrees: NDArray[np.float64]) -> NDArray[np.str_]:
    """The nearest of the eight points of the compass to bearings in degrees clockwise from north."""
    return np.array(BEARINGS)[np.round(degrees / 45).astype(np.int64) % len(BEARINGS)]


def towns_inside(clusters: pl.DataFrame, towns: pl.DataFrame) -> pl.DataFrame:
    """The towns inside or on each outline: `group_id` and the columns of `towns`, by group in the towns' order.

    `clusters`: `group_id`, `outline_wkt` (WGS84). Of towns of one name in an outline the first counts.
    """
    tree = shapely.STRtree(shapely.points(towns["longitude"].to_numpy(), towns["latitude"].to_numpy()))
    outline, town = tree.query(shapely.from_wkt(clusters["outline_wkt"].to_numpy()), predicate="intersects")
    return (
        towns[town]
        .select(clusters["group_id"].gather(outline), pl.Series("rank", town), pl.all())
        .sort("group_id", "rank")
        .unique(["group_id", "name"], keep="first", maintain_order=True)
        .drop("rank")
    )


def largest_first(towns: pl.DataFrame) -> pl.DataFrame:
    """Towns by population, largest first. Raises ValueError where there are none."""
    if towns.is_empty():
        raise ValueError("reference.places has no towns for the month to name clusters after: give a drop of places")
    return towns.sort("population", "name", "latitude", "longitude", descending=[True, False, False, False])


def name_by_nearest(clusters: pl.DataFrame, towns: pl.DataFrame) -> pl.DataFrame:
    """`group_id` and the `name` of the nearest town to the centre, with the kilometres and bearing from it if any."""
    closest = towns[nearest(clusters, towns)]
    kilometres, degrees = distances_and_bearings(
        *(closest[axis].to_numpy() for axis in ("latitude", "longitude")),
        *(clusters[axis].to_numpy() for axis in ("latitude", "longitude")),
    )
    whole = np.round(kilometres).astype(np.int64)
    frame = pl.DataFrame(
        {"group_id": clusters["group_id"], "town": closest["name"], "km": whole, "point": bearing(degrees)}
    )
    return frame.select(
        "group_id",
        name=pl.when(pl.col("km") > 0).then(pl.format("{} km {} of {}", "km", "point", "town")).otherwise("town"),
    )
