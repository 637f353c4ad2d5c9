"""The step of disclosure control: what may leave the warehouse, made of everything that may not.

What belongs here: reading, numbering cells, calling, handing back. What does not: any rule (rules, differences,
secondary, sector_mix), the attack.
"""

from __future__ import annotations

import polars as pl

from assets.methods.disclosure.address_bands import with_address_band
from assets.methods.disclosure.attack import is_protected
from assets.methods.disclosure.control import Controlled, control
from assets.methods.disclosure.outlines import coarse_outlines
from assets.methods.disclosure.sector_mix import pool_sectors
from assets.methods.disclosure.share_bands import share_bands
from assets.methods.typology.indicators import list_partners
from assets.publication.releases import History, is_made_again, read_history, release_rows, say_what_is_unknown
from assets.warehouse.database import Replacement
from assets.warehouse.rows import as_declared
from assets.warehouse.steps import StepContext, step

FIGURE_DECIMALS = 4
SMALL_P_VALUE_DIGITS = 3

TABLES = ("clusters", "share_bands", "sector_mix", "totals", "suppressions", "attack_bounds")


@step(
    tables=[f"publication.{table}" for table in TABLES],
    inputs=(
        "parts",
        "figures",
        "released",
        "released_parts",
        "released_sums",
        "releases",
        "unknown_releases",
        "contributions",
        "holdings",
        "parts_of_totals",
        "clusters",
        "shares",
        "year_before",
        "members",
        "participations",
        "nameable",
        "firm_sectors",
    ),
    keeps=[
        "ledger.releases",
        "ledger.released",
        "ledger.released_parts",
        "ledger.released_holdings",
        "ledger.released_sums",
    ],
    lineage={
        **{
            f"publication.{table}.{measure}": (
                f"typology.innovation_clusters.{measure}",
                f"organisations.apportioned_sites.{measure}",
            )
            for table in ("clusters", "totals")
            for measure in ("employees", "turnover_gbp")
        },
        **{
            f"publication.{table}.{measure}_status": (f"organisations.apportioned_sites.{measure}",)
            for table in ("clusters", "totals")
            for measure in ("employees", "turnover_gbp")
        },
        "publication.clusters.employees_growth_share": ("organisations.apportioned_sites.employees",),
        "publication.clusters.largest_partners": (
            "network.participations.organisation_id",
            "organisations.organisations.name",
            "organisations.organisations.crn",
            "organisations.organisations.organisation_type",
        ),
        "publication.clusters.main_region": ("typology.innovation_clusters.regions",),
        **{
            f"publication.{table}": (
                "typology.innovation_clusters.rdi_active_share",
                "typology.cluster_indicators.funded_firms_share",
                "typology.innovation_clusters.firms",
            )
            for table in ("clusters.rdi_active_band", "clusters.funded_firms_band", "share_bands.band")
        },
        "publication.clusters.address_band": tuple(
            f"typology.innovation_clusters.{name}" for name in ("address_share", "firms", "places", "sites", "approach")
        ),
        "publication.sector_mix.firms": (
            "typology.cluster_members.organisation_id",
            "organisations.organisations.is_firm",
        ),
        "publication.totals.clusters": ("typology.innovation_clusters.cluster_id",),
    },
    # Of a month that has the Index alone there is nothing to control.
    may_lack="all",
)
def disclosure(ctx: StepContext) -> list[Replacement]:
    """Apply disclosure control to all profiles of the month together, and attack the outcome.

    Together, because what one profile publishes can give away what another suppresses. Every release of every month is
    read for the same reason, and this one is added to them.
    """
    method = ctx.method.publication
    say_what_is_unknown(ctx)
    history = read_history(ctx)
    known, controlled = _controlled(ctx, history)
    for measure, outcome in controlled.items():
        for message in outcome.messages:
            ctx.report.say(f"{measure}: {message}")
    bounds = pl.concat(
        [_attacked(known.figures[measure].cells, outcome, measure) for measure, outcome in controlled.items()]
    )
    log = pl.concat(
        [
            outcome.log.join(history.cells, on="cell").select(
                "profile", "table_name", "rule", "reason", cell="label", measure=pl.lit(measure)
            )
            for measure, outcome in controlled.items()
        ]
    )
    mix, mix_log = pool_sectors(ctx.input("firm_sectors"), method.disclosure_min_firms)
    mix_log = mix_log.select(
        "profile",
        "rule",
        "reason",
        table_name=pl.lit("sector_mix"),
        cell=pl.format("{} {}: {}", "cluster_id", "scheme", "sector"),
        measure=pl.lit("firms"),
    )
    log = pl.concat([log, mix_log.select(log.columns)])
    given = _given(history.cells, controlled)
    bands = share_bands(ctx.input("shares"), method)
    clusters = _clusters(ctx, given, bands)
    made = {
        "clusters": clusters,
        "share_bands": bands,
        "sector_mix": mix,
        "totals": _totals(given, clusters),
        "suppressions": log,
        "attack_bounds": bounds,
    }
    _tell(ctx, given, log, bounds)
    scope = {"month": ctx.month.first_day}
    return [
        *[
            Replacement(f"publication.{table}", scope, as_declared(f"publication.{table}", made[table], ("month",)))
            for table in TABLES
        ],
        *release_rows(ctx, history, controlled),
    ]


def _controlled(ctx: StepContext, history: History) -> tuple[History, dict[str, Controlled]]:
    """What is given of each measure, and the history that this was decided beside.

    A month made again from the same is decided as it was the first time, so that its rows are too; where the other
    months' releases have come to be others since, that it was out before counts.
    """
    method = ctx.method.publication
    if is_made_again(history):
        as_before = read_history(ctx, but_for=history.release - 1)
        controlled = {measure: control(figures, method) for measure, figures in as_before.figures.items()}
        if not release_rows(ctx, history, controlled):
            return as_before, controlled
    return history, {measure: control(figures, method) for measure, figures in history.figures.items()}


def _given(cells: pl.DataFrame, controlled: dict[str, Controlled]) -> pl.DataFrame:
    """Of each cell and measure the published figure and its status: given, c suppressed, x no source has one."""
    given = cells
    for measure, outcome in controlled.items():
        shown = outcome.cells.select(
            "cell",
            pl.col("given").alias(measure),
            pl.when(pl.col("given").is_null()).then(pl.lit("c")).otherwise(pl.lit("")).alias(f"{measure}_status"),
        )
        given = given.join(shown, on="cell", how="left", maintain_order="left").with_columns(
            pl.col(f"{measure}_status").fill_null("x")
        )
    return given


def _attacked(cells: pl.DataFrame, outcome: Controlled, measure: str) -> pl.DataFrame:
    """Rows of `publication.attack_bounds` of one measure."""
    return outcome.bounds.join(cells.select("cell", "profile"), on="cell").select(
        "profile",
        "lower",
        "upper",
        "required_lower",
        "required_upper",
        cell="title",
        measure=pl.lit(measure),
        is_protected=is_protected(),
    )


def _clusters(ctx: StepContext, given: pl.DataFrame, bands: pl.DataFrame) -> pl.DataFrame:
    """Rows of `publication.clusters`."""
    figures = given.filter(pl.col("table_name") == "clusters").rename({"label": "cluster_id"})
    partners = list_partners(
        ctx.input("members"),
        ctx.input("participations"),
        ctx.input("nameable"),
        ctx.method.typology.largest_partners,
    ).select("largest_partners", key="group_id")
    whole = ("iuk_funding_gbp", "ukri_funding_gbp", "publications")
    shares = (
        "rdi_active_share",
        "funded_firms_share",
        "sector_sites_share",
        "firms_growth_share",
        "area_km2",
        "latitude",
        "longitude",
    )
    quotients = ("location_quotient", "location_quotient_low", "location_quotient_high", "relative_density")
    return (
        ctx.input("clusters")
        .drop("employees", "turnover_gbp", "month")
        .join(
            figures.drop("month", "release", "table_name", "cell"), on=["profile", "cluster_id"], maintain_order="left"
        )
        .with_columns(key=pl.format("{} {}", "profile", "cluster_id"))
        .pipe(_banded, bands, "rdi_active_share", "rdi_active_band")
        .pipe(_banded, bands, "funded_firms_share", "funded_firms_band")
        .pipe(with_address_band, ctx.method.publication)
        .join(partners, on="key", how="left", maintain_order="left")
        .join(ctx.input("year_before"), on=["profile", "cluster_id"], how="left", maintain_order="left")
        .with_columns(
            *[pl.col(name).round(0).cast(pl.Int64) for name in whole],
            *[pl.col(name).round(FIGURE_DECIMALS) for name in shares],
            *[pl.col(name).round(2) for name in quotients],
            *[pl.col(name).round_sig_figs(SMALL_P_VALUE_DIGITS) for name in ("scan_p_value", "collaboration_p_value")],
            pl.col("largest_partners").fill_null(""),
            coarse_outlines(ctx.input("clusters")["outline_wkt"]),
            # Of published figures, so that it says nothing that they do not.
            employees_growth_share=pl.when(pl.col("employees_then") > 0)
            .then(pl.col("employees") / pl.col("employees_then") - 1)
            .round(FIGURE_DECIMALS),
        )
    )


def _banded(clusters: pl.DataFrame, bands: pl.DataFrame, share: str, band: str) -> pl.DataFrame:
    """The clusters with the band of a share beside it, and without the share where there is one."""
    of_share = bands.filter(pl.col("measure") == share).select("profile", "cluster_id", pl.col("band").alias(band))
    return clusters.join(of_share, on=["profile", "cluster_id"], how="left", maintain_order="left").with_columns(
        pl.when(pl.col(band).is_null()).then(share).alias(share)
    )


def _totals(given: pl.DataFrame, clusters: pl.DataFrame) -> pl.DataFrame:
    """Rows of `publication.totals`: counts are sums over clusters, each of ten firms or more."""
    named = given.filter(pl.col("table_name") == "totals").with_columns(
        pl.col("label").str.splitn(": ", 2).struct.rename_fields(["dimension", "member"])
    )
    sector = (
        pl.when(pl.col("scheme").is_null())
        .then(pl.lit("communities"))
        .otherwise(pl.format("{}: {}", "scheme", "sector"))
    )
    dimensions = {
        "all": pl.lit("all"),
        "cluster_type": pl.col("cluster_type"),
        "sector": sector,
        "main_region": pl.col("main_region"),
    }
    counts = pl.concat(
        [
            clusters.group_by("profile", member=member)
            .agg(
                clusters=pl.len().cast(pl.Int64),
                firms=pl.col("firms").sum(),
                sites=pl.col("sites").sum(),
            )
            .with_columns(dimension=pl.lit(dimension))
            for dimension, member in dimensions.items()
        ]
    )
    return named.unnest("label").join(counts, on=["profile", "dimension", "member"])


def _tell(ctx: StepContext, given: pl.DataFrame, log: pl.DataFrame, bounds: pl.DataFrame) -> None:
    """Counts by rule, shares suppressed and the attack's outcome, for the person who looks at the asset."""
    ctx.report.figure(
        "suppressed by rule",
        log.group_by("profile", "table_name", "measure", "rule").len("cells").sort(pl.all()),
    )
    ctx.report.figure(
        "cells suppressed",
        pl.concat(
            [
                given.group_by("profile", "table_name")
                .agg(
                    cells=pl.len(),
                    suppressed=(pl.col(f"{measure}_status") == "c").sum(),
                    share=(pl.col(f"{measure}_status") == "c").mean().round(3),
                )
                .with_columns(measure=pl.lit(measure))
                for measure in ("employees", "turnover_gbp")
            ]
        ).sort("profile", "table_name", "measure"),
    )
    ctx.report.figure(
        "attack",
        bounds.group_by("profile", "measure")
        .agg(attacked=pl.len(), protected=pl.col("is_protected").sum(), unbounded_above=pl.col("upper").null_count())
        .sort("profile", "measure"),
    )
