"""Names and regions of clusters: the significant towns in their hulls.

What belongs here: the naming rule of the Index. What does not: hulls, the Map's rule (typology layer), which shares the
search for towns.
"""

from __future__ import annotations

import polars as pl

from assets.methods.geometry.sphere import nearest
from assets.methods.typology.naming import largest_first, name_by_nearest, towns_inside


def name_clusters(clusters: pl.DataFrame, towns: pl.DataFrame) -> pl.DataFrame:
    """Names and regions: all Primary Urban Areas inside the unbuffered hull, in one fixed order [recovered].

    `clusters`: `cluster_id`, `hull_wkt` (WGS84, null where there is none), `latitude`, `longitude` of the centre.
    `towns`: `name`, `latitude`, `longitude`, `population`, `region`, `is_primary_urban_area`, `index_order` (their
    place in that order; those without come after, the largest first). `regions` are those of the named towns in that
    order, each once. Where no Primary Urban Area lies inside, the town of any kind nearest to
    the centre, with kilometres and bearing from half a kilometre on [ours: the publisher left these blank]. Two
    clusters may share a name. Returns `cluster_id`, `name`, `regions` ordered by cluster. Raises ValueError where there
    are clusters and no towns.
    """
    groups = clusters.select("latitude", "longitude", group_id="cluster_id", outline_wkt="hull_wkt")
    urban = (
        largest_first(towns)
        .filter(pl.col("is_primary_urban_area"))
        .sort("index_order", nulls_last=True, maintain_order=True)
    )
    inside = (
        towns_inside(groups.drop_nulls("outline_wkt"), urban)
        .group_by("group_id", maintain_order=True)
        .agg(name=pl.col("name").str.join(", "), regions=pl.col("region").unique(maintain_order=True).str.join(", "))
    )
    outside = groups.join(inside, on="group_id", how="anti", maintain_order="left")
    everywhere = largest_first(towns)
    beside = name_by_nearest(outside, everywhere).with_columns(
        regions=everywhere["region"][nearest(outside, everywhere)]
    )
    return pl.concat([inside, beside]).rename({"group_id": "cluster_id"}).sort("cluster_id")
