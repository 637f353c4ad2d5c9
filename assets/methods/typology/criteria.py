"""The four criteria, each with its figure and threshold.

What belongs here: tests of a group of firms. What does not: the figures of co-location and of joint work (the network
layer), location quotients (the spatial layer), the type that follows (types).
"""

from __future__ import annotations

import polars as pl
from scipy.stats import binom

from assets.method import NetworkMethod
from assets.methods.communities.collaboration import is_collaborative
from assets.methods.communities.colocation import is_colocated

LEAST_QUOTIENT = 1.0
"""Location quotient, or relative density, of what is no more at home in a group than in the country: a specialised one
has more [stated]."""


def is_rdi_active(min_share: pl.Expr, min_firms: pl.Expr, alpha: pl.Expr) -> pl.Expr:
    """Criterion 1 of the figures `rdi_active_share`, `rdi_active_firms` and `rdi_p_value`."""
    return (pl.col("rdi_active_share") >= min_share) | (
        (pl.col("rdi_active_firms") >= min_firms) & (pl.col("rdi_p_value") < alpha)
    )


def is_specialised(algorithm: str, least_quotient: pl.Expr, alpha: pl.Expr) -> pl.Expr:
    """Criterion 3 of the figures `scheme`, `tested_quotient` and `deciding_q_value`, as `decide_specialised` says."""
    quotient, q_value = pl.col("tested_quotient"), pl.col("deciding_q_value")
    return (
        pl.when(_within_sector() & (algorithm == "scan"))
        .then((quotient > least_quotient) & (q_value <= alpha))
        .when(_within_sector())
        .then(True)
        .otherwise((quotient > least_quotient) & (q_value < alpha))
        .fill_null(False)
    )


def _within_sector() -> pl.Expr:
    """Whether a group was found within one sector: not over all, and no community."""
    return pl.col("scheme").is_in(["sic", "rtic"]).fill_null(False)


def national_rdi_shares(
    groups: pl.DataFrame, sector_firms: pl.DataFrame, all_firms: int, active_firms: int
) -> pl.DataFrame:
    """Add `national_rdi_share`: the RD&I-active share of all firms of the group's sector in the United Kingdom [ours].

    `groups`: `scheme`, `sector`, null for communities. `sector_firms`: `scheme`, `sector`, `firms`,
    `rdi_active_firms`. For the run of all RD&I-active organisations and for communities, which have no sector, it is
    the share of all firms. 0 where there are none.
    """
    of_all = active_firms / all_firms if all_firms else 0.0
    shares = sector_firms.select(
        "scheme",
        "sector",
        national_rdi_share=pl.when(pl.col("firms") > 0)
        .then(pl.col("rdi_active_firms") / pl.col("firms"))
        .otherwise(0.0),
    )
    return groups.join(shares, on=["scheme", "sector"], how="left", maintain_order="left").with_columns(
        pl.col("national_rdi_share").fill_null(of_all)
    )


def decide_by_network(groups: pl.DataFrame, method: NetworkMethod) -> pl.DataFrame:
    """Criteria 2 and 4 by the network's figures: add `is_colocated`, true of a group of sites, and
    `is_internally_collaborative`.

    `groups`: `approach`, `colocated_share`, `colocated_firms`, `joint_projects`, `joint_pairs`,
    `collaboration_p_value`.
    """
    by_figures = is_colocated(pl.lit(method.colocated_min_share), pl.lit(method.colocated_min_firms))
    return groups.with_columns(
        is_colocated=(pl.col("approach") == "spatial") | by_figures,
        is_internally_collaborative=is_collaborative(
            pl.lit(method.min_joint_projects), pl.lit(method.min_joint_pairs), pl.lit(method.collaboration_alpha)
        ),
    )


def decide_rdi_active(groups: pl.DataFrame, min_share: float, min_firms: int, alpha: float) -> pl.DataFrame:
    """Criterion 1: add `rdi_active_share`, `rdi_p_value`, `is_rdi_active`.

    `groups`: `firms`, `rdi_active_firms`, `national_rdi_share`. A group is active where at least `min_share` of its
    firms are [inferred], or where at least `min_firms` are and so many would be drawn with probability below
    `alpha` at the national share (one-sided binomial) [ours].
    """
    active, firms = groups["rdi_active_firms"].to_numpy(), groups["firms"].to_numpy()
    p_value = binom.sf(active - 1, firms, groups["national_rdi_share"].to_numpy())
    share = pl.when(pl.col("firms") > 0).then(pl.col("rdi_active_firms") / pl.col("firms")).otherwise(0.0)
    return groups.with_columns(
        share.alias("rdi_active_share"), pl.Series("rdi_p_value", p_value, dtype=pl.Float64)
    ).with_columns(is_rdi_active=is_rdi_active(pl.lit(min_share), pl.lit(min_firms), pl.lit(alpha)))


def decide_specialised(
    groups: pl.DataFrame, quotients: pl.DataFrame, algorithm: str, lq_alpha: float, scan_alpha: float
) -> pl.DataFrame:
    """Criterion 3: add `location_quotient` and its interval, `tested_quotient`, `specialised_q_value`,
    `deciding_q_value`, `specialised_alpha`, `is_specialised`.

    `groups`: `group_id`, `approach`, `scheme`, `sector`, `relative_density`, `scan_q_value`. `quotients`: `group_id`,
    `scheme`, `sector`, `location_quotient`, `location_quotient_low`, `location_quotient_high`, `q_value`.

    - A group found within one sector is specialised by construction [inferred]; its own sector's quotient is shown.
    - The same with `algorithm` scan: where it is denser than business at large, `scan_q_value` at most
      `scan_alpha` [ours]; the figure shown is the relative density, its location quotient without an outline.
    - Found over all sectors (scheme rdi, and communities): where some sector has a quotient above 1 with a `q_value`
      below `lq_alpha`. The largest of those is shown, else the largest of any.

    `tested_quotient` is the figure shown, `specialised_q_value` its q-value; `deciding_q_value` is the one that the
    level is held against: in the third case the least of the sectors with a quotient above 1, null where none has.
    `specialised_sectors` names the sectors that pass in the third case, largest quotient first, separated by `; `.
    """
    is_above = pl.col("location_quotient") > LEAST_QUOTIENT
    passes = is_above & (pl.col("q_value") < lq_alpha)
    ranked = quotients.with_columns(passes=passes).sort(
        "group_id", "passes", "location_quotient", "scheme", "sector", descending=[False, True, True, False, False]
    )
    figures = ["location_quotient", "location_quotient_low", "location_quotient_high", "q_value"]
    over_all = ranked.group_by("group_id", maintain_order=True).agg(
        *[pl.col(figure).first().name.prefix("any_") for figure in figures],
        any_least_q=pl.col("q_value").filter(is_above).min(),
        specialised_sectors=pl.col("sector").filter(pl.col("passes")).str.join("; "),
    )
    own = quotients.select("group_id", "scheme", "sector", *[pl.col(figure).name.prefix("own_") for figure in figures])
    within_sector = _within_sector()
    by_scan = within_sector & (algorithm == "scan")
    joined = groups.join(own, on=["group_id", "scheme", "sector"], how="left", maintain_order="left").join(
        over_all, on="group_id", how="left", maintain_order="left"
    )
    chosen = [
        pl.when(within_sector).then(f"own_{figure}").otherwise(f"any_{figure}").alias(figure) for figure in figures
    ]
    return (
        joined.with_columns(chosen)
        .with_columns(
            tested_quotient=pl.when(by_scan).then("relative_density").otherwise("location_quotient"),
            specialised_q_value=pl.when(by_scan).then("scan_q_value").otherwise("q_value"),
            specialised_alpha=pl.when(by_scan).then(scan_alpha).otherwise(lq_alpha),
            deciding_q_value=pl.when(by_scan)
            .then("scan_q_value")
            .when(within_sector)
            .then("q_value")
            .otherwise("any_least_q"),
            specialised_sectors=pl.when(~within_sector & (pl.col("specialised_sectors") != "")).then(
                "specialised_sectors"
            ),
        )
        .with_columns(is_specialised=is_specialised(algorithm, pl.lit(LEAST_QUOTIENT), pl.col("specialised_alpha")))
        .drop(pl.selectors.starts_with("own_", "any_"), "q_value")
    )
