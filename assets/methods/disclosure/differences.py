"""Figures that follow from published ones by subtraction: of one cluster less another, of a month less an earlier one.

What belongs here: which figures lie so near one another that their difference is a figure of few businesses, and what
that difference is. What does not: sums and totals (secondary, attack), rules on one figure (rules).

Two figures are one, here `vector`, where the same businesses hold the same amounts of both: to publish both gives
nothing away, to suppress one of them hides nothing.
"""

from __future__ import annotations

import polars as pl

from assets.method import PublicationMethod
from assets.methods.disclosure.rules import concentration, failed_rules

THIS_MONTH = pl.col("is_now")


def comparisons(cells: pl.DataFrame, contributions: pl.DataFrame, method: PublicationMethod) -> pl.DataFrame:
    """Which cells to take from which: `comparison` (numbered from 0), `cell`, `sign` (1 or -1).

    `cells`: as `Figures.cells`. Compared are: each figure with its own of other releases, as far as those are kept; a
    total with that of another profile; a cluster with another, or with several of one run together, that lie nearly
    inside it.
    """
    now = cells.filter(THIS_MONTH)
    of_its_own = ["profile", "table_name", "label"]
    # A figure that stayed the same for months is compared with once.
    earlier = (
        cells.filter(pl.col("is_compared"))
        .sort("month", "release", "cell", descending=[True, True, False])
        .unique([*of_its_own, "vector"], keep="first", maintain_order=True)
    )
    own = (
        now.join(earlier, on=of_its_own)
        .filter(pl.col("vector") != pl.col("vector_right"))
        .select(greater="cell", lesser="cell_right")
    )
    totals = now.filter(pl.col("table_name") == "totals")
    across = (
        totals.join(totals, on="label")
        .filter(pl.col("profile") < pl.col("profile_right"))
        .select(greater="cell", lesser="cell_right")
    )
    one_to_one = pl.concat([own, across]).unique(maintain_order=True).with_row_index("comparison")
    inside = _inside(now.filter(pl.col("table_name") == "clusters"), contributions, method)
    pairs = inside.select("greater", "lesser").with_row_index("comparison", one_to_one.height)
    together = (
        inside.filter(pl.len().over("greater", "run") > 1)
        .filter(
            (pl.col("outside").sum().over("greater", "run") < method.disclosure_min_firms)
            & (pl.col("of_greater") - pl.col("shared").sum().over("greater", "run") <= method.difference_max_firms)
        )
        .with_columns(comparison=pl.struct("greater", "run").rank("dense") - 1 + one_to_one.height + pairs.height)
        .select("comparison", "greater", "lesser")
    )
    rows = pl.concat([frame.select(pl.col("*").cast(pl.Int64)) for frame in (one_to_one, pairs, together)])
    return (
        pl.concat(
            [
                rows.select("comparison", cell="greater", sign=pl.lit(1, pl.Int64)).unique(),
                rows.select("comparison", cell="lesser", sign=pl.lit(-1, pl.Int64)),
            ]
        )
        .sort("comparison", "cell")
        .select("comparison", "cell", "sign")
    )


def _inside(clusters: pl.DataFrame, contributions: pl.DataFrame, method: PublicationMethod) -> pl.DataFrame:
    """Clusters nearly inside another: `greater`, `lesser`, `run` of the lesser, businesses `shared` and `outside`."""
    one_a_figure = clusters.unique("vector", keep="first", maintain_order=True)
    held = contributions.filter(pl.col("value") > 0).join(one_a_figure, on="vector").select("cell", "organisation")
    sizes = held.group_by("cell").len("size").with_columns(pl.col("size").cast(pl.Int64))
    return (
        held.join(held, on="organisation")
        .filter(pl.col("cell") != pl.col("cell_right"))
        .group_by("cell", "cell_right")
        .len("shared")
        .rename({"cell": "greater", "cell_right": "lesser"})
        .with_columns(pl.col("shared").cast(pl.Int64))
        .join(sizes.rename({"cell": "greater", "size": "of_greater"}), on="greater")
        .join(sizes.rename({"cell": "lesser", "size": "of_lesser"}), on="lesser")
        .with_columns(outside=pl.col("of_lesser") - pl.col("shared"))
        .filter(
            (
                (pl.col("of_greater") > pl.col("of_lesser"))
                | ((pl.col("of_greater") == pl.col("of_lesser")) & (pl.col("greater") < pl.col("lesser")))
            )
            & (2 * pl.col("shared") > pl.col("of_lesser"))
            & (pl.col("outside") < method.disclosure_min_firms)
            & ((pl.col("of_greater") - pl.col("shared") <= method.difference_max_firms) | (pl.col("outside") == 0))
        )
        .join(one_a_figure.select("run", lesser="cell"), on="lesser")
        .sort("greater", "run", "lesser")
    )


def differences(
    compared: pl.DataFrame, cells: pl.DataFrame, contributions: pl.DataFrame, method: PublicationMethod
) -> pl.DataFrame:
    """What each comparison leaves: one row a comparison that leaves anything.

    `cells`: `cell`, `vector`. Returns `comparison`, `direction` (1 where the cells taken with `sign` leave the larger
    part, else -1), `value` (the larger part), `cover` (the smaller, which hides as much of it), `is_nested` (no cover:
    a true part of the greater), `reason` (null where the rules allow the figure); amounts in hundredths.
    """
    left = (
        compared.join(cells.select("cell", "vector"), on="cell")
        .join(contributions, on="vector")
        .group_by("comparison", "organisation")
        .agg(net=(pl.col("sign") * pl.col("value")).sum())
        .filter(pl.col("net") != 0)
    )
    net_amounts = left.group_by("comparison").agg(
        gained=pl.col("net").filter(pl.col("net") > 0).sum(), lost=-pl.col("net").filter(pl.col("net") < 0).sum()
    )
    directed = net_amounts.select(
        "comparison",
        direction=pl.when(pl.col("gained") >= pl.col("lost")).then(1).otherwise(-1).cast(pl.Int64),
        cover=pl.min_horizontal("gained", "lost"),
    )
    larger = (
        left.join(directed, on="comparison")
        .with_columns(value=pl.col("net") * pl.col("direction"))
        .filter(pl.col("value") > 0)
        .select("comparison", "value")
    )
    figures = concentration(larger, "comparison")
    reasons = (
        failed_rules(figures, "comparison", method)
        .group_by("comparison", maintain_order=True)
        .agg(reason=pl.col("reason").str.join("; "))
    )
    return (
        figures.select("comparison", "value")
        .join(directed, on="comparison")
        .join(reasons, on="comparison", how="left")
        .with_columns(is_nested=pl.col("cover") == 0)
        .sort("comparison")
    )
