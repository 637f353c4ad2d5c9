"""Fetching as Dagster assets: one a dataset, before the tables that its drop fills. No rule of any publisher."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import dagster as dg
import polars as pl

from assets.fetch.changes import said
from assets.fetch.fetching import Outcome, fetch
from assets.fetch.limits import Limits
from assets.fetch.problems import FetchError
from assets.fetch.releases import Publisher
from assets.fetch.telling import tell_of
from assets.months import USUAL_FIRST_MONTH, Month
from assets.warehouse.dagster_assets import OWNER, monthly, monthly_check, report_metadata
from assets.warehouse.markdown import markdown_table
from assets.warehouse.steps import Report

GROUP = "fetch"
POOL = "fetch"
"""One publisher is asked at a time, and none while another run asks it."""
WIDEST_SENTENCE = 500
UNCHANGED = "publisher_has_not_changed"
"""The check of every dataset's drop, a warning."""
FIRST_TOLD = 4
"""Changes that the check's description tells of; its metadata has all."""
RULE = "The publisher's files are as our readers expect them, and as they were in the drop before."


def fetch_key(dataset: str) -> dg.AssetKey:
    """The asset of a dataset's drop."""
    return dg.AssetKey([GROUP, dataset])


def fetch_asset(
    publisher: Publisher, sources: str, limits: Limits, first: Month = USUAL_FIRST_MONTH
) -> dg.AssetsDefinition:
    """The asset that is a dataset's drop for a month; materialising it brings the drop unless it is there."""

    key, months = fetch_key(publisher.dataset), monthly(first)
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
        check_specs=[monthly_check(UNCHANGED, key, RULE, months)],
        partitions_def=months,
        pool=POOL,
    )
    def drop(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
        month = Month.parse(context.partition_key)
        try:
            outcome = fetch(publisher, Path(sources), month, limits, tell=context.log.info)
        except FetchError as error:
            raise dg.Failure(str(error), allow_retries=False) from error
        for change in outcome.changes:
            context.log.warning(said(outcome.dataset, change))
        return dg.MaterializeResult(key, metadata=_told(outcome), check_results=[_changed(outcome, key)])

    return drop


def _changed(outcome: Outcome, key: dg.AssetKey) -> dg.AssetCheckResult:
    sentences = [said(outcome.dataset, change) for change in outcome.changes]
    refused = sum(change.is_refused for change in outcome.changes)
    metadata: dict[str, dg.MetadataValue | int] = {"changes": len(sentences), "refused for": refused}
    if sentences:
        table = pl.DataFrame({"what changed": sentences})
        metadata["what changed"] = dg.MetadataValue.md(markdown_table(table, WIDEST_SENTENCE))
    return dg.AssetCheckResult(
        passed=not sentences,
        asset_key=key,
        check_name=UNCHANGED,
        severity=dg.AssetCheckSeverity.WARN,
        description=" ".join([RULE, *(f"It does not hold: {sentence}." for sentence in sentences[:FIRST_TOLD])]),
        metadata=metadata,
    )


def _told(outcome: Outcome) -> Mapping[str, Any]:
    report = Report()
    report.figure("drop", str(outcome.path))
    report.figure("as of", str(outcome.as_of))
    report.figure("fetched now", str(outcome.is_new).lower())
    report.figure("seconds", round(outcome.seconds, 2))
    tell_of(report, outcome.provenance)
    return report_metadata(report)
