"""Where a cluster is and what it is called.

What belongs here: place, name and areas put beside a cluster. What does not: how a name or a list of areas is found
(naming, areas), figures (indicators), the criteria (candidates).
"""

from __future__ import annotations

import polars as pl

from assets.methods.typology.areas import list_areas
from assets.methods.typology.naming import name_by_outline, name_dispersed, number_duplicates


def place(clusters: pl.DataFrame, outlines: pl.DataFrame, member_sites: pl.DataFrame) -> pl.DataFrame:
    """Add `outline_wkt`, `area_km2`, `latitude`, `longitude`.

    `outlines`: these, by `group_id`; a cluster without an outline (Dispersed) has the mean of its `member_sites`
    (`group_id`, `latitude`, `longitude`) for its centre.
    """
    means = (
        member_sites.drop_nulls("latitude")
        .group_by("group_id")
        .agg(mean_latitude=pl.col("latitude").mean().round(6), mean_longitude=pl.col("longitude").mean().round(6))
    )
    return (
        clusters.join(outlines, on="group_id", how="left", maintain_order="left")
        .join(means, on="group_id", how="left", maintain_order="left")
        .with_columns(
            latitude=pl.coalesce("latitude", "mean_latitude"), longitude=pl.coalesce("longitude", "mean_longitude")
        )
        .drop("mean_latitude", "mean_longitude")
    )


def describe(
    clusters: pl.DataFrame, member_sites: pl.DataFrame, towns: pl.DataFrame, area_names: pl.DataFrame, most_towns: int
) -> pl.DataFrame:
    """Add `name`, `regions`, `local_authorities`.

    `clusters`: `group_id`, `cluster_id`, `scheme`, `sector`, `outline_wkt`, `latitude`, `longitude`; `member_sites`:
    the members' located sites with `is_firm` and area codes; `towns` and `area_names` as in `naming` and `areas`.
    """
    has_outline = pl.col("outline_wkt").is_not_null()
    located = member_sites.drop_nulls("site_id")
    names = pl.concat(
        [
            name_by_outline(clusters.filter(has_outline), towns, most_towns),
            name_dispersed(clusters.filter(~has_outline), located, towns, most_towns),
        ]
    )
    regions = list_areas(located, area_names, "region").rename({"areas": "regions"})
    authorities = list_areas(located, area_names, "local_authority").rename({"areas": "local_authorities"})
    described = clusters
    for frame in (names, regions, authorities):
        described = described.join(frame, on="group_id", how="left", maintain_order="left")
    return number_duplicates(described).with_columns(pl.col("regions", "local_authorities").fill_null(""))
