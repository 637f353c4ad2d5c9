"""What stands on a cluster of the Index: counts, share, centre, hull, outline, name.

What belongs here: from members to the columns of innovation_index.clusters. What does not: which items are members.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from assets.methods.geometry.hulls import buffered, convex_hulls, hull_wkt, outline_wkt
from assets.methods.index.names import name_clusters

KINDS = {"businesses": "business", "events": "event", "papers": "paper"}


def describe(members: pl.DataFrame, items: int, towns: pl.DataFrame, buffer_m: float) -> pl.DataFrame:
    """The clusters of one category by identifier, in the columns of innovation_index.clusters.

    `members`: `category`, `cluster_id`, `kind`, `latitude`, `longitude`, at least one row; `items`: all items of the
    category, noise among them. Percentage = members / items over all three kinds alike [recovered]. The centre is the
    mean of the members' true places, also where links drew them together. `towns` as for `name_clusters`.
    """
    counted = (
        members.group_by("category", "cluster_id")
        .agg(
            pl.len().alias("items"),
            *[(pl.col("kind") == kind).sum().alias(column) for column, kind in KINDS.items()],
            places=pl.struct("latitude", "longitude").n_unique(),
        )
        .sort("cluster_id")
    )
    number = members["cluster_id"].rank("dense").to_numpy().astype(np.int64) - 1
    latitude, longitude = members["latitude"].to_numpy(), members["longitude"].to_numpy()
    hulls = convex_hulls(number, latitude, longitude)
    drawn = counted.with_columns(
        percentage=100 * pl.col("items") / items,
        latitude=pl.Series(np.bincount(number, weights=latitude) / np.bincount(number)),
        longitude=pl.Series(np.bincount(number, weights=longitude) / np.bincount(number)),
        hull_wkt=pl.Series(hull_wkt(hulls), dtype=pl.String),
        outline_wkt=pl.Series(outline_wkt(buffered(hulls, buffer_m)), dtype=pl.String),
    )
    return drawn.join(name_clusters(drawn, towns), on="cluster_id", maintain_order="left")
