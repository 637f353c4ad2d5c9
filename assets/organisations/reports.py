"""What a person should see of the layer's tables: counts by rule, type, reason and quality, and one picture.

What belongs here: figures made from a table's new rows. What does not: the rows, and checks of them.
"""

from __future__ import annotations

import polars as pl

from assets.pictures import png
from assets.warehouse.steps import StepContext

QUALITIES = ("postcode", "terminated_postcode", "sector", "district", "coordinates", "unlocated")


def counts(ctx: StepContext, table: str, column: str) -> pl.DataFrame:
    """The month's rows of each value of a column: the value and `rows`, most first."""
    return ctx.read(
        f"select {column}, count(*) as rows from {table} where month = $month group by all order by rows desc, {column}"
    )


def tell_matches(ctx: StepContext) -> None:
    """Records matched by each rule."""
    ctx.report.figure("records by rule", counts(ctx, "organisations.matches", "match_rule"))


def tell_organisations(ctx: StepContext) -> None:
    """Organisations of each type."""
    ctx.report.figure("organisations by type", counts(ctx, "organisations.organisations", "organisation_type"))


def tell_sites(ctx: StepContext) -> None:
    """Sites by how their place was found, in figures and as a picture, and those left out."""
    by_quality = counts(ctx, "organisations.sites", "geocode_quality")
    left_out = ctx.read("select count(*) as sites from organisations.sites where month = $month and is_excluded")
    ctx.report.figure("sites by geocode quality", by_quality)
    ctx.report.figure("sites left out", left_out.item())
    ctx.report.picture("geocode quality", quality_picture(by_quality))


def tell_counted_units(ctx: StepContext) -> None:
    """Counted units put on postcodes, those of them that companies take the place of, and what is left out."""
    placed = ctx.read(
        "select count(*) as units, count(*) filter (where is_named) as named, count(distinct postcode) as postcodes "
        "from organisations.counted_units where month = $month"
    )
    left_out = ctx.read(
        "select area_level, is_around_others, count(*) as areas, sum(units)::bigint as units "
        "from organisations.counted_areas where month = $month and not is_used group by all order by all"
    )
    for name, value in placed.row(0, named=True).items():
        ctx.report.figure(f"counted {name}", value)
    ctx.report.figure("areas left out", left_out)


def tell_unlocated(ctx: StepContext) -> None:
    """Money without a place, by funder and reason, in GBP."""
    ctx.report.figure(
        "unlocated by reason",
        ctx.read(
            "select funder, reason, count(*) as shares, sum(amount_gbp) as amount_gbp "
            "from organisations.unlocated_funding where month = $month group by all order by funder, reason"
        ),
    )


def tell_uncounted(ctx: StepContext) -> None:
    """Money of those who withdrew or are on hold, by funder and reason, in GBP."""
    ctx.report.figure(
        "uncounted by reason",
        ctx.read(
            "select funder, reason, count(*) as shares, sum(amount_gbp) as amount_gbp "
            "from organisations.uncounted_funding where month = $month group by all order by funder, reason"
        ),
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
