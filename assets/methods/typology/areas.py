"""Regions and local authorities that clusters lie in.

What belongs here: from the areas of member sites to a list beside the name. What does not: names (naming).
"""

from __future__ import annotations

import polars as pl


def list_areas(sites: pl.DataFrame, area_names: pl.DataFrame, layer: str) -> pl.DataFrame:
    """The areas of each group's sites, most sites first, then by name, separated by `; `.

    `sites`: `group_id`, `site_id`, `<layer>_code` (null where unknown). `layer`: region or local_authority.
    `area_names`: `layer`, `code`, `name`; an area without a name is listed by its code. Returns `group_id`, `areas`;
    a group none of whose sites has a code is left out.
    """
    names = area_names.filter(pl.col("layer") == layer).select("code", "name")
    return (
        sites.select("group_id", "site_id", code=f"{layer}_code")
        .drop_nulls()
        .unique()
        .join(names, on="code", how="left")
        .with_columns(pl.col("name").fill_null(pl.col("code")))
        .group_by("group_id", "name")
        .len("sites")
        .sort("group_id", "sites", "name", descending=[False, True, False])
        .group_by("group_id", maintain_order=True)
        .agg(areas=pl.col("name").str.join("; "))
    )
