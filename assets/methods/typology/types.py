"""The four types of cluster, and why a group is not published.

What belongs here: from the four criteria to a type, from type and size to published or not, in words. What does not:
how a criterion is decided (criteria), which two groups are one cluster (merging).
"""

from __future__ import annotations

import polars as pl

CLUSTER_TYPES = ("Diverse", "Specialised", "R&D Collaborating", "Dispersed")


def cluster_type() -> pl.Expr:
    """The type that the four criteria give [stated]; null where none fits.

    Reads the columns `approach` (spatial or network), `is_rdi_active`, `is_colocated`, `is_specialised` and
    `is_internally_collaborative`. A group that is not RD&I-active has no type. A spatial group is co-located by
    construction: one that is not has no type. A community exists for its joint work: one that does not collaborate
    more than chance has no type, even where its members lie together.
    """
    approach, colocated = pl.col("approach"), pl.col("is_colocated")
    collaborative = pl.col("is_internally_collaborative")
    is_spatial = (approach == "spatial") & colocated
    is_community = (approach == "network") & collaborative
    return (
        pl.when(~pl.col("is_rdi_active") | ~(is_spatial | is_community))
        .then(pl.lit(None, dtype=pl.String))
        .when(~colocated)
        .then(pl.lit("Dispersed"))
        .when(collaborative)
        .then(pl.lit("R&D Collaborating"))
        .when(pl.col("is_specialised"))
        .then(pl.lit("Specialised"))
        .otherwise(pl.lit("Diverse"))
    )


def unpublished_reason() -> pl.Expr:
    """Every reason why a group is not published, in words, separated by `; `; null where it is.

    Reads the columns of `typology.candidates` that hold figures and thresholds, and `is_located`: whether any member
    has a place in the United Kingdom. A published cluster has a type (so it is RD&I-active), at least `min_firms`
    distinct firms [stated], and a place on the map [ours].
    """
    too_small = pl.format("fewer than {} firms: {}", "min_firms", "firms")
    inactive = pl.format(
        "not RD&I-active: {} of {} firms ({}), threshold {}, p = {} against {} of all firms of the sector",
        "rdi_active_firms",
        "firms",
        _percent("rdi_active_share"),
        _percent("rdi_min_share"),
        pl.col("rdi_p_value").round(3),
        _percent("national_rdi_share"),
    )
    solitary = pl.format(
        "not internally collaborative: {} joint projects (threshold {}) of {} pairs (threshold {}), "
        "p = {} (threshold {})",
        "joint_projects",
        "min_joint_projects",
        "joint_pairs",
        "min_joint_pairs",
        pl.col("collaboration_p_value").round(3),
        "collaboration_alpha",
    )
    reasons = [
        pl.when(pl.col("firms") < pl.col("min_firms")).then(too_small),
        pl.when(~pl.col("is_rdi_active")).then(inactive),
        pl.when((pl.col("approach") == "network") & ~pl.col("is_internally_collaborative")).then(solitary),
        pl.when(~pl.col("is_located")).then(pl.lit("no member has a located site")),
    ]
    text = pl.concat_str(reasons, separator="; ", ignore_nulls=True)
    return pl.when(text != "").then(text)


def _percent(share: str) -> pl.Expr:
    """A share as a percentage with at most one decimal: 0.075 as 7.5%, 0.2 as 20%."""
    number = (pl.col(share) * 100).round(1).cast(pl.String).str.strip_suffix(".0")
    return pl.format("{}%", number)
