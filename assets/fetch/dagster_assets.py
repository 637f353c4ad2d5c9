"""Fetching as Dagster assets: one a dataset, before the tables that its drop fills. No rule of any publisher."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import dagster as dg

from assets.fetch.fetching import Outcome, fetch
from assets.fetch.limits import Limits
from assets.fetch.problems import FetchError
from assets.fetch.releases import Publisher
from assets.fetch.telling import tell_of
from assets.months import Month
from assets.warehouse.dagster_assets import MONTHLY, OWNER, report_metadata
from assets.warehouse.steps import Report

GROUP = "fetch"
POOL = "fetch"
"""One publisher is asked at a time, and none while another run asks it."""


def fetch_key(dataset: str) -> dg.AssetKey:
    """The asset of a dataset's drop."""
    return dg.AssetKey([GROUP, dataset])


def fetch_asset(publisher: Publisher, sources: str, limits: Limits) -> dg.AssetsDefinition:
    """The asset that is a dataset's drop for a month; materialising it brings the drop unless it is there."""

    key = fetch_key(publisher.dataset)
    spec = dg.AssetSpec(
        key,
        group_name=GROUP,
        description=(
            f"The drop of {publisher.dataset}, fetched from its publisher ({publisher.title}; "
            f"{publisher.origin.licence.title}) into the sources, unless it lies there already. "
            f"{publisher.find.__doc__ or ''}"
        ),
        owners=[OWNER],
        kinds={"http", "file"},
        metadata={"publisher": dg.MetadataValue.url(publisher.address), "licence": publisher.origin.licence.title},
    )

    @dg.multi_asset(
        name=f"{GROUP}__{publisher.dataset}",
        specs=[spec],
        partitions_def=MONTHLY,
        pool=POOL,
        backfill_policy=dg.BackfillPolicy.multi_run(1),
    )
    def drop(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
        month = Month.parse(context.partition_key)
        try:
            outcome = fetch(publisher, Path(sources), month, limits, tell=context.log.info)
        except FetchError as error:
            raise dg.Failure(str(error), allow_retries=False) from error
        return dg.MaterializeResult(key, metadata=_told(outcome))

    return drop


def _told(outcome: Outcome) -> Mapping[str, Any]:
    report = Report()
    report.figure("drop", str(outcome.path))
    report.figure("as of", str(outcome.as_of))
    report.figure("fetched now", str(outcome.is_new).lower())
    report.figure("seconds", round(outcome.seconds, 2))
    tell_of(report, outcome.provenance)
    return report_metadata(report)
