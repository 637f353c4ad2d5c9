"""The jobs a person or a schedule starts."""

from __future__ import annotations

import dagster as dg

from assets.warehouse.dagster_assets import MONTHLY

monthly_refresh = dg.define_asset_job(
    "monthly_refresh",
    selection=dg.AssetSelection.all(),
    partitions_def=MONTHLY,
    description="Makes everything for one month: the Map and, as far as its sources are there, the Index.",
)
innovation_index = dg.define_asset_job(
    "innovation_index",
    selection=dg.AssetSelection.groups("sources", "reference", "innovation_index"),
    partitions_def=MONTHLY,
    description="Makes the Index alone for one month, from its own sources: no register and no postcodes are needed.",
)
