"""The jobs a person or a schedule starts."""

from __future__ import annotations

import dagster as dg

from assets.warehouse.dagster_assets import MONTHLY

monthly_refresh = dg.define_asset_job(
    "monthly_refresh",
    selection=dg.AssetSelection.all(),
    partitions_def=MONTHLY,
    description="Makes the whole Map for one month: sources, organisations, spatial and network groups, typology.",
)
