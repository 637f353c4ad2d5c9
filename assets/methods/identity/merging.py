"""Which spatial and network groups are one cluster.

What belongs here: the comparison of their firms. What does not: whether either may be published (types), what stands
on the cluster they make (candidates).
"""

from __future__ import annotations

import polars as pl


def same_clusters(spatial: pl.DataFrame, network: pl.DataFrame, min_share: float) -> pl.DataFrame:
    """Pairs of a spatial group and a community of which each holds more than `min_share` of the other's firms [stated].

    Both frames: `group_id`, `organisation_id`, firms only (a firm may stand in several groups; rows may repeat).
    "More than" is strict: exactly the share is not enough. One to one [ours]: the pair with the greatest Jaccard index
    first, then by name of the groups, each group in one pair at the most. Returns `spatial_group_id`,
    `network_group_id`, `shared_firms`, by spatial group.
    """
    ours, theirs = (
        spatial.select("group_id", "organisation_id").unique(),
        network.select("group_id", "organisation_id").unique(),
    )
    sizes, their_sizes = ours.group_by("group_id").len("firms"), theirs.group_by("group_id").len("network_firms")
    pairs = (
        ours.join(theirs.rename({"group_id": "network_group_id"}), on="organisation_id")
        .group_by("group_id", "network_group_id")
        .len("shared_firms")
        .join(sizes, on="group_id")
        .join(their_sizes, left_on="network_group_id", right_on="group_id")
        .filter(
            (pl.col("shared_firms") / pl.col("firms") > min_share)
            & (pl.col("shared_firms") / pl.col("network_firms") > min_share)
        )
        .with_columns(
            jaccard=pl.col("shared_firms") / (pl.col("firms") + pl.col("network_firms") - pl.col("shared_firms"))
        )
        .sort("jaccard", "group_id", "network_group_id", descending=[True, False, False])
    )
    kept = first_come_pairs(pairs["group_id"].to_list(), pairs["network_group_id"].to_list())
    return (
        pairs[kept]
        .select(pl.col("group_id").alias("spatial_group_id"), "network_group_id", pl.col("shared_firms").cast(pl.Int64))
        .sort("spatial_group_id")
    )


def first_come_pairs(left: list[str], right: list[str]) -> list[int]:
    """Positions of the pairs kept where each side may stand in one pair only, the earlier position first."""
    taken_left: set[str] = set()
    taken_right: set[str] = set()
    kept = []
    for position, (one, other) in enumerate(zip(left, right, strict=True)):
        if one not in taken_left and other not in taken_right:
            taken_left.add(one)
            taken_right.add(other)
            kept.append(position)
    return kept
