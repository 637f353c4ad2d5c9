"""What published totals leave of suppressed clusters together, once the given ones are taken away.

What belongs here: which such sums a reader can work out by subtraction, and which of them the rules forbid. What does
not: their protection (safeguard), what follows from several sums at once (attack).

Two suppressed clusters of one total hide each other, but not their sum: where that is one business's, the total gives
it away; and once published, no later month can take it back when the two make up a total of their own.
"""

from __future__ import annotations

import polars as pl

from assets.method import PublicationMethod
from assets.methods.disclosure.attack import Published
from assets.methods.disclosure.rules import concentration, failed_rules

GRAND_TOTAL = "all: all"
"""Label of the total of all clusters."""


def residues(published: Published, cells: pl.DataFrame) -> pl.DataFrame:
    """Sums of suppressed clusters that follow from a total less what is given.

    Of a given total, its suppressed clusters; of a given total of all clusters, by each dimension, the suppressed
    clusters of the suppressed totals. `cells`: `cell`, `month`, `profile`, `label` (of a total: dimension and member),
    `is_now`. Returns `residue` (the figures of its clusters, two or more, ascending), `total`, `dimension` (null where
    the clusters are the total's own), `parts`; one row a residue, this month's first.
    """
    hidden = published.cells.select("cell", "figure", hidden=pl.col("given").max().over("figure").is_null())
    parts = (
        published.sums.join(hidden.select(part="cell", figure="figure", hidden="hidden"), on="part")
        .filter("hidden")
        .join(hidden.select(total="cell", total_hidden="hidden"), on="total")
        .join(cells.select("month", "profile", "label", "is_now", total="cell"), on="total")
        .with_columns(dimension=pl.col("label").str.extract("^(.*?): "))
    )
    own = parts.filter(~pl.col("total_hidden")).with_columns(dimension=pl.lit(None, pl.String))
    grand = own.filter(pl.col("label") == GRAND_TOTAL).select("month", "profile", "total").unique()
    by_dimension = parts.filter("total_hidden").drop("total").join(grand, on=["month", "profile"])
    columns = ["is_now", "total", "dimension", "part", "figure"]
    return (
        pl.concat([own.select(columns), by_dimension.select(columns)])
        .sort("part")
        .group_by("is_now", "total", "dimension")
        .agg(residue=pl.col("figure").sort(), parts="part")
        .filter(pl.col("parts").list.len() > 1)
        .sort(pl.col("is_now").not_(), "total", "dimension", nulls_last=False)
        .unique("residue", keep="first", maintain_order=True)
        .select("residue", "total", "dimension", "parts")
    )


def forbidden(
    found: pl.DataFrame, cells: pl.DataFrame, contributions: pl.DataFrame, method: PublicationMethod
) -> pl.DataFrame:
    """Those of the residues that the rules forbid, with `value` (hundredths). `cells`: `cell`, `vector`."""
    numbered = found.with_row_index("number")
    held = (
        numbered.select("number", cell="parts")
        .explode("cell")
        .join(cells.select("cell", "vector"), on="cell")
        .join(contributions, on="vector")
        .group_by("number", "organisation")
        .agg(pl.col("value").sum())
    )
    figures = concentration(held, "number")
    failed = failed_rules(figures, "number", method)
    return (
        numbered.join(figures.select("number", "value"), on="number")
        .join(failed, on="number", how="semi")
        .sort("number")
        .drop("number")
    )
