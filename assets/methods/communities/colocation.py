"""Is a community co-located: how many of its firms lie within a radius of one of its members.

What belongs here: the count over given sites in metres. What does not: geocoding, which groups are tested.
"""

from __future__ import annotations

import numba
import numpy as np
import polars as pl
from numpy.typing import NDArray

from assets.arrays import Floats, Integers
from assets.method import NetworkMethod


def colocation(group_ids: pl.Series, sites: pl.DataFrame, method: NetworkMethod) -> pl.DataFrame:
    """Of each community, its located firms and the most of them that lie around one member. [ours]

    `sites` has a row for each located site of each member: group_id, organisation_id, is_firm, grid, easting, northing
    (metres of the grid). A firm lies around a member where one of its sites lies within `colocation_km` of one place of
    the member, in the same grid: a national member's many sites are so many centres, not one centre with wide arms. The
    centre may be any organisation; of members with equal counts it is the first by id.

    Returns one row for each of `group_ids`, by group_id: columns of network.colocation.
    """
    places = (
        sites.select("group_id", "grid", "organisation_id", "is_firm", "easting", "northing")
        .unique()
        .sort("group_id", "grid", "easting", "northing", "organisation_id")
        .with_columns(
            pl.struct("group_id", "grid").rank("dense").cast(pl.Int64).alias("block"),
            (pl.col("organisation_id").rank("dense").cast(pl.Int64) - 1).alias("organisation"),
        )
    )
    around = _firms_around(
        places["block"].to_numpy(),
        places["organisation"].to_numpy(),
        places["is_firm"].to_numpy(),
        places["easting"].to_numpy(),
        places["northing"].to_numpy(),
        method.colocation_km * 1000,
    )
    centres = (
        places.with_columns(pl.Series("colocated_firms", around, dtype=pl.Int64))
        .filter(pl.col("colocated_firms") > 0)
        .sort("group_id", "colocated_firms", "organisation_id", descending=[False, True, False])
        .group_by("group_id", maintain_order=True)
        .agg(pl.col("colocated_firms").first(), pl.col("organisation_id").first().alias("centre_organisation_id"))
    )
    located = places.group_by("group_id").agg(
        pl.col("organisation_id").filter("is_firm").n_unique().cast(pl.Int64).alias("located_firms")
    )
    share = pl.col("colocated_firms") / pl.col("located_firms")
    return (
        group_ids.rename("group_id")
        .to_frame()
        .join(located, on="group_id", how="left")
        .join(centres, on="group_id", how="left")
        .with_columns(pl.col("located_firms", "colocated_firms").fill_null(0))
        .with_columns(pl.when(pl.col("located_firms") > 0).then(share).otherwise(0.0).alias("colocated_share"))
        .select(
            "group_id",
            "located_firms",
            "colocated_firms",
            "colocated_share",
            "centre_organisation_id",
            is_colocated(pl.lit(method.colocated_min_share), pl.lit(method.colocated_min_firms)).alias("is_colocated"),
        )
        .sort("group_id")
    )


def is_colocated(min_share: pl.Expr, min_firms: pl.Expr) -> pl.Expr:
    """Criterion 2 of a community's figures `colocated_share` and `colocated_firms`. [ours]"""
    return (pl.col("colocated_share") >= min_share) & (pl.col("colocated_firms") >= min_firms)


@numba.njit(cache=True)
def _firms_around(
    block: Integers,
    organisation: Integers,
    is_firm: NDArray[np.bool_],
    easting: Floats,
    northing: Floats,
    radius_m: float,
) -> Integers:
    """Different firms within the radius of each place and in its block; places come by block, then easting."""
    found = np.zeros(len(block), dtype=np.int64)
    last_centre = np.full(organisation.max() + 1 if len(organisation) else 0, -1, dtype=np.int64)
    west = 0
    for centre in range(len(block)):
        while block[west] != block[centre] or easting[centre] - easting[west] > radius_m:
            west += 1
        for place in range(west, len(block)):
            if block[place] != block[centre] or easting[place] - easting[centre] > radius_m:
                break
            if is_firm[place] and last_centre[organisation[place]] != centre:
                east, north = easting[place] - easting[centre], northing[place] - northing[centre]
                if east * east + north * north <= radius_m * radius_m:
                    last_centre[organisation[place]] = centre
                    found[centre] += 1
    return found
