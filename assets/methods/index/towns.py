"""Each town's part in the Index: its cluster in every category, its items, what it has more of than the country.

What belongs here: pure functions over towns, clusters and counts of items. What does not: how clusters are found,
the test of a quotient (spatial layer), reading and writing (places).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl
import shapely

from assets.methods.geometry.sphere import distances_and_bearings, nearest
from assets.methods.statistics.quotients import location_quotients
from assets.methods.statistics.significance import benjamini_hochberg

PER_RESIDENTS = 100_000
TOWN = ["place", "region"]
"""What a town goes by: two regions may each have one of the same name."""
KINDS = ["businesses", "events", "papers"]


def nearest_clusters(towns: pl.DataFrame, clusters: pl.DataFrame) -> pl.DataFrame:
    """The cluster of each town in each category: the one whose centre is nearest as K-means measures it [recovered].

    That is the straight line in unprojected degrees; of centres equally near, the first by identifier. `towns`:
    `place`, `region`, `latitude`, `longitude`. `clusters`: `category`, `cluster_id`, `latitude` and `longitude` of the
    centre, `outline_wkt` (null where it has none, and then no town lies inside). Gives the columns of
    innovation_index.place_clusters ordered by its key, a row for each town and category that has clusters; distances
    are great circles in kilometres.
    """
    points = towns.select("latitude", "longitude").to_numpy()
    found = []
    for (category,), of_category in clusters.sort("category", "cluster_id").group_by("category", maintain_order=True):
        centres = of_category.select("latitude", "longitude").to_numpy()
        own = of_category[np.square(points[:, None, :] - centres[None, :, :]).sum(axis=2).argmin(axis=1)]
        kilometres, _ = distances_and_bearings(*points.T, *own.select("latitude", "longitude").to_numpy().T)
        inside = shapely.intersects_xy(shapely.from_wkt(own["outline_wkt"].to_numpy()), *points[:, ::-1].T)
        found.append(
            towns.select(
                *TOWN,
                pl.lit(category).alias("category"),
                own["cluster_id"],
                pl.Series("is_inside_outline", inside, dtype=pl.Boolean),
                pl.Series("centre_distance_km", kilometres, dtype=pl.Float64),
            )
        )
    empty = {"place": pl.String, "region": pl.String, "category": pl.String, "cluster_id": pl.String}
    columns = {**empty, "is_inside_outline": pl.Boolean, "centre_distance_km": pl.Float64}
    return pl.concat([pl.DataFrame(schema=columns), *found]).sort(*TOWN, "category")


def towns_of(points: pl.DataFrame, towns: pl.DataFrame, radius_km: float) -> pl.DataFrame:
    """The points that belong to a town, with its `place` and `region`: the nearest, no farther than `radius_km` [ours].

    `points`: `latitude`, `longitude` and whatever else, which stays. `towns` as for `nearest_clusters`. Points beyond
    the radius of every town are left out; the order stays. Raises ValueError where there are points and no towns.
    """
    closest = towns[nearest(points, towns)]
    axes = ("latitude", "longitude")
    kilometres, _ = distances_and_bearings(
        *(points[axis].to_numpy() for axis in axes), *(closest[axis].to_numpy() for axis in axes)
    )
    return points.with_columns(closest.select(TOWN)).filter(pl.Series(kilometres <= radius_km, dtype=pl.Boolean))


def specialisation(
    items: pl.DataFrame,
    category_items: pl.DataFrame,
    towns: pl.DataFrame,
    categories: Sequence[str],
    radius_km: float,
    alpha: float,
) -> pl.DataFrame:
    """What each town with any item has of each category, and whether that is more than the country's share [ours].

    `items`: `latitude`, `longitude`, `items`, a row for each distinct place, every item of the country whatever its
    category. `category_items`: `latitude`, `longitude`, `category`, `businesses`, `events`, `papers`. `towns` as for
    `nearest_clusters`, with `population`.

    LQ = (items of the category in the town / items in the town) / (the same of the country, items far from any town
    among them); its interval (level 1 - alpha) and exact one-sided binomial p-value are those of the Map's location
    quotients. It is null for a category that the country has nothing of. A town is specialised where LQ > 1 and
    Benjamini-Hochberg's q over all its rows, every town and category together, is at most alpha. Events per head are
    compared with those of all towns together: events that belong to a town over the residents of all towns. Gives the
    columns of innovation_index.place_specialisation, ordered by its key. Raises ValueError where there are items and
    no towns.
    """
    located = towns_of(items, towns, radius_km).group_by(TOWN).agg(located_items=_total("items"))
    of_category = towns_of(category_items, towns, radius_km).group_by(*TOWN, "category").agg(map(_total, KINDS))
    counted = (
        located.join(pl.DataFrame({"category": categories}, schema={"category": pl.String}), how="cross")
        .join(of_category, on=[*TOWN, "category"], how="left")
        .with_columns(pl.col(KINDS).fill_null(0))
        .with_columns(items=pl.sum_horizontal(KINDS))
    )
    country = category_items.group_by("category").agg(country_items=pl.sum_horizontal(map(_total, KINDS)))
    tested = counted.join(country, on="category").with_columns(country_located_items=pl.lit(items["items"].sum()))
    return (
        counted.join(_quotients(tested, alpha), on=[*TOWN, "category"], how="left")
        .with_columns(pl.col("is_specialised").fill_null(False))
        .join(_events_per_head(counted, towns), on=[*TOWN, "category"])
        .sort(*TOWN, "category")
    )


def _total(column: str) -> pl.Expr:
    return pl.col(column).sum().cast(pl.Int64)


def _quotients(tested: pl.DataFrame, alpha: float) -> pl.DataFrame:
    """The quotients of the rows counted, by the Map's function: a town is its group, a category its sector."""
    counts = tested.with_row_index("row").select(
        group_id=pl.col("row").cast(pl.String),
        scheme=pl.lit("index"),
        sector="category",
        sector_firms="items",
        outline_firms="located_items",
        national_sector_firms="country_items",
        national_firms="country_located_items",
    )
    quotients = location_quotients(counts, alpha).sort(pl.col("group_id").cast(pl.Int64))
    q = benjamini_hochberg(quotients["p_value"].to_numpy())
    return tested.select(
        *TOWN,
        "category",
        quotients["location_quotient"],
        quotients["location_quotient_low"].alias("location_quotient_lower"),
        quotients["location_quotient_high"].alias("location_quotient_upper"),
        quotients["p_value"],
        is_specialised=(quotients["location_quotient"] > 1) & pl.Series(q <= alpha, dtype=pl.Boolean),
    )


def _events_per_head(counted: pl.DataFrame, towns: pl.DataFrame) -> pl.DataFrame:
    """Events for each 100,000 residents of each town, and over those of all towns together; null without residents."""
    residents = pl.when(pl.col("population") > 0).then("population")
    per_100k = PER_RESIDENTS * pl.col("events") / residents
    usual = PER_RESIDENTS * pl.col("events").sum().over("category") / towns["population"].sum()
    return counted.join(towns, on=TOWN).select(
        *TOWN,
        "category",
        events_per_100k=per_100k,
        event_concentration=pl.when(usual > 0).then(per_100k / usual),
    )
