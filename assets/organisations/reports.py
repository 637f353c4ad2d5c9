"""What a person should see of the layer's tables: counts by rule, type, reason and quality, and one picture.

What belongs here: figures made from a table's new rows. What does not: the rows, and checks of them.
"""

from __future__ import annotations

import polars as pl

from assets.pictures import png
from assets.warehouse.steps import StepContext

QUALITIES = ("postcode", "terminated_postcode", "sector", "district", "coordinates", "unlocated")


def counts(rows: pl.LazyFrame, column: str) -> pl.DataFrame:
    """Rows of each value of a column: the value and `rows`, most first."""
    return rows.group_by(column).agg(rows=pl.len()).sort("rows", column, descending=[True, False]).collect()


def tell_matches(rows: pl.LazyFrame, ctx: StepContext) -> None:
    """Records matched by each rule."""
    ctx.report.figure("records by rule", counts(rows, "match_rule"))


def tell_organisations(rows: pl.LazyFrame, ctx: StepContext) -> None:
    """Organisations of each type."""
    ctx.report.figure("organisations by type", counts(rows, "organisation_type"))


def tell_sites(rows: pl.LazyFrame, ctx: StepContext) -> None:
    """Sites by how their place was found, in figures and as a picture, and those left out."""
    by_quality = counts(rows, "geocode_quality")
    ctx.report.figure("sites by geocode quality", by_quality)
    ctx.report.figure("sites left out", rows.select(pl.col("is_excluded").sum()).collect().item())
    ctx.report.picture("geocode quality", quality_picture(by_quality))


def tell_unlocated(rows: pl.LazyFrame, ctx: StepContext) -> None:
    """Money without a place, by funder and reason, in GBP."""
    ctx.report.figure(
        "unlocated by reason",
        rows.group_by("funder", "reason")
        .agg(shares=pl.len(), amount_gbp=pl.col("amount_gbp").sum())
        .sort("funder", "reason")
        .collect(),
    )


def quality_picture(by_quality: pl.DataFrame) -> bytes:
    """Bars of sites by `geocode_quality` (`rows` of each, a logarithmic axis), surest first; PNG bytes."""
    from matplotlib.figure import Figure

    found = dict(by_quality.iter_rows())
    sites = [found.get(quality, 0) for quality in QUALITIES]
    figure = Figure(figsize=(7, 3), layout="constrained")
    axes = figure.subplots()
    bars = axes.barh([quality.replace("_", " ") for quality in QUALITIES], sites)
    axes.bar_label(bars, labels=[f"{count:,}" for count in sites], padding=3)
    axes.set_xscale("symlog")
    axes.set_xlabel("sites")
    axes.invert_yaxis()
    axes.margins(x=0.2)
    return png(figure)
