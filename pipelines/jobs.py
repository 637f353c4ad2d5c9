"""The jobs a person or a schedule starts. Their partitions are those of their assets."""

from __future__ import annotations

from collections.abc import Sequence

import dagster as dg
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

from assets.fetch.dagster_assets import fetch_key
from assets.fetch.registry import PUBLISHERS

FETCHING = dg.AssetSelection.assets(*map(fetch_key, PUBLISHERS))
MADE = dg.AssetSelection.all() - FETCHING
"""All that is made of drops, wherever these come from."""
monthly_refresh = dg.define_asset_job(
    "monthly_refresh",
    selection=MADE,
    description="Makes everything for one month: the Map and, as far as its sources are there, the Index.",
)
innovation_index = dg.define_asset_job(
    "innovation_index",
    selection=dg.AssetSelection.groups("fetch", "sources", "reference", "innovation_index") - FETCHING,
    description="Makes the Index alone for one month, from its own sources: no register and no postcodes are needed.",
)
fetch_drops = dg.define_asset_job(
    "fetch",
    selection=FETCHING,
    description="Brings the publishers' newest releases of a month into the sources; makes nothing of them.",
)


def fetch_and_refresh(datasets: Sequence[str]) -> UnresolvedAssetJobDefinition:
    """The job that fetches datasets for a month and then makes the month; nothing is made where a fetch fails."""
    return dg.define_asset_job(
        "fetch_and_refresh",
        selection=MADE | dg.AssetSelection.assets(*map(fetch_key, datasets)) if datasets else MADE,
        description=(
            "Fetches what the setting INNOVATION_CLUSTERS_FETCH names, then makes everything for the month. Where a "
            "fetch fails nothing is made: what has come stays, and the next run goes on from there."
        ),
    )
