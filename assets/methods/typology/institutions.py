"""Institutions of publications in the outlines of clusters.

What belongs here: which institution is in which outline. What does not: what they publish, which SQL counts.
"""

from __future__ import annotations

import polars as pl
import shapely


def institutions_inside(clusters: pl.DataFrame, institutions: pl.DataFrame) -> pl.DataFrame:
    """The institutions whose point is inside a cluster's outline or on its edge.

    `clusters` has `cluster_id` and `outline_wkt`, none null; `institutions` has `institution_key`, `longitude` and
    `latitude`; all in WGS84 degrees. Gives `cluster_id` and `institution_key`, by both; an institution in several
    outlines stands with each. Source: ours.
    """
    points = shapely.points(institutions["longitude"].to_numpy(), institutions["latitude"].to_numpy())
    outlines = shapely.from_wkt(clusters["outline_wkt"].to_numpy())
    cluster, institution = shapely.STRtree(points).query(outlines, predicate="intersects")
    return pl.DataFrame(
        {
            "cluster_id": clusters["cluster_id"].gather(cluster),
            "institution_key": institutions["institution_key"].gather(institution),
        }
    ).sort("cluster_id", "institution_key")
