"""Whether a figure may be published by itself: threshold, dominance, p%; and how it is rounded.

What belongs here: rules on one figure and the businesses behind it. What does not: what follows from several figures
together (differences, secondary), what a reader can work out (attack).

Amounts are whole hundredths, as the register's shares are kept, so that sums are exact and rounding is too.
"""

from __future__ import annotations

import polars as pl

from assets.method import PublicationMethod

HUNDREDTHS = 100


def round_to(base: int) -> pl.Expr:
    """`value`, in hundredths, to the nearest multiple of `base` units, in units; halves go up."""
    whole = base * HUNDREDTHS
    return (2 * pl.col("value") + whole) // (2 * whole) * base


def concentration(contributions: pl.DataFrame, by: str) -> pl.DataFrame:
    """What the rules look at, for each `by`.

    `contributions`: `by`, `value` (hundredths, not below 0), one row a business. Returns `by`, `value` (the sum),
    `contributors` (businesses with more than 0: one with nothing hides no other), `largest`, `second`, by `by`.
    """
    return (
        contributions.group_by(by)
        .agg(
            value=pl.col("value").sum(),
            contributors=(pl.col("value") > 0).sum().cast(pl.Int64),
            largest=pl.col("value").top_k(1).first(),
            second=(pl.col("value").top_k(2).sum() - pl.col("value").top_k(1).first()),
        )
        .sort(by)
    )


def failed_rules(figures: pl.DataFrame, by: str, method: PublicationMethod) -> pl.DataFrame:
    """The rules that forbid a figure, one row a rule: `by`, `rule`, `reason`.

    `figures` as `concentration` gives them. A figure of 0 has no contributor and falls to the threshold.
    """
    rest = pl.col("value") - pl.col("largest") - pl.col("second")
    both = pl.col("largest") + pl.col("second")
    one_share, two_share = _percent(pl.col("largest"), pl.col("value")), _percent(both, pl.col("value"))
    threshold = (
        pl.col("contributors") < method.disclosure_min_firms,
        pl.format(f"{{}} businesses hold it, {method.disclosure_min_firms} must", "contributors"),
    )
    dominance = (
        (pl.col("largest") > method.dominance_one_share * pl.col("value"))
        | (both > method.dominance_two_share * pl.col("value")),
        pl.format(
            f"one business holds {{}}% of it and two hold {{}}%; {method.dominance_one_share:.0%} and "
            f"{method.dominance_two_share:.0%} are allowed",
            one_share,
            two_share,
        ),
    )
    p_percent = (
        (rest < method.p_percent * pl.col("largest")) & (pl.col("value") > 0),
        pl.format(
            f"all but the two largest businesses are {{}}% of the largest, {method.p_percent:.0%} is the least allowed",
            _percent(rest, pl.col("largest")),
        ),
    )
    failed = [
        figures.filter(fails).select(by, rule=pl.lit(name), reason=reason)
        for name, (fails, reason) in {"threshold": threshold, "dominance": dominance, "p_percent": p_percent}.items()
    ]
    return pl.concat(failed).sort(by, "rule")


def _percent(part: pl.Expr, whole: pl.Expr) -> pl.Expr:
    return pl.when(whole > 0).then((100 * part / whole).round(1)).otherwise(0.0)
