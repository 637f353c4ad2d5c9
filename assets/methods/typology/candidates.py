"""Every group put to the four criteria: figures, thresholds, type, and why it is not published.

What belongs here: the order of the tests and the row of `typology.candidates` they make. What does not: a test's own
rule (criteria, types, merging).
"""

from __future__ import annotations

import polars as pl

from assets.method import MethodProfile
from assets.methods.identity.merging import same_clusters
from assets.methods.typology.criteria import decide_rdi_active, decide_specialised, national_rdi_shares
from assets.methods.typology.types import cluster_type, unpublished_reason


def judge(
    groups: pl.DataFrame,
    located: pl.Series,
    sector_firms: pl.DataFrame,
    all_firms: pl.DataFrame,
    quotients: pl.DataFrame,
    method: MethodProfile,
) -> pl.DataFrame:
    """Put each group to the criteria.

    `groups` as the query GROUPS gives them; `located`: the communities with a site; the other frames as the functions
    of `criteria` say; `all_firms`: one row, `firms` and `rdi_active_firms`. Returns `groups` with every column of
    `typology.candidates` but `cluster_id`, and the counts and quotients that stand on a cluster.
    """
    rules, spatial, network = method.typology, method.spatial, method.network
    firms, active = all_firms.row(0)
    tested = national_rdi_shares(groups, sector_firms, firms, active)
    tested = decide_rdi_active(tested, rules.rdi_min_share, rules.rdi_min_firms, rules.rdi_alpha)
    tested = decide_specialised(tested, quotients, spatial.algorithm, spatial.lq_alpha, spatial.scan_alpha)
    return tested.with_columns(
        rdi_min_share=pl.lit(rules.rdi_min_share),
        rdi_min_firms=pl.lit(rules.rdi_min_firms, dtype=pl.Int64),
        rdi_alpha=pl.lit(rules.rdi_alpha),
        colocated_min_share=pl.lit(network.colocated_min_share),
        colocated_min_firms=pl.lit(network.colocated_min_firms, dtype=pl.Int64),
        min_joint_projects=pl.lit(network.min_joint_projects, dtype=pl.Int64),
        min_joint_pairs=pl.lit(network.min_joint_pairs, dtype=pl.Int64),
        collaboration_alpha=pl.lit(network.collaboration_alpha),
        is_located=(pl.col("approach") == "spatial") | pl.col("group_id").is_in(located.implode()),
        cluster_type=cluster_type(),
    ).with_columns(unpublished_reason=unpublished_reason())


def merge(judged: pl.DataFrame, firms: pl.DataFrame, min_share: float) -> pl.DataFrame:
    """Settle which groups are one cluster; adds `merged_with`, and says so in `unpublished_reason` of the community.

    `firms`: `group_id`, `organisation_id` of the firms of every group that would be published by itself. Only these are
    compared: one that is not published gives nothing to a cluster. `merged_with` names the other group, on both rows.
    """
    compared = firms.join(publishable(judged), on="group_id")
    pairs = same_clusters(
        compared.filter(pl.col("approach") == "spatial"), compared.filter(pl.col("approach") == "network"), min_share
    )
    both_ways = pl.concat(
        [
            pairs.select(group_id="spatial_group_id", merged_with="network_group_id"),
            pairs.select(group_id="network_group_id", merged_with="spatial_group_id"),
        ]
    )
    is_absorbed = (pl.col("approach") == "network") & pl.col("merged_with").is_not_null()
    return judged.join(both_ways, on="group_id", how="left", maintain_order="left").with_columns(
        unpublished_reason=pl.when(is_absorbed)
        .then(pl.format("merged with {}", "merged_with"))
        .otherwise("unpublished_reason")
    )


def publishable(judged: pl.DataFrame) -> pl.DataFrame:
    """`group_id` and `approach` of the groups that nothing keeps from being published."""
    return judged.filter(pl.col("unpublished_reason").is_null()).select("group_id", "approach")


def form_clusters(merged: pl.DataFrame) -> pl.DataFrame:
    """The groups that are published, one row a cluster, with the evidence of a community that is the same cluster.

    A spatial group that is also a community collaborates: the community does. Where the group's own test did not show
    it, the community's joint projects and p-value stand on the cluster. Place, members, firms and the other criteria
    are the spatial group's. `approach` is then both.
    """
    collaborative = merged.select(
        merged_with="group_id", community_joint_projects="joint_projects", community_p_value="collaboration_p_value"
    )
    is_both = pl.col("merged_with").is_not_null()
    borrows = is_both & ~pl.col("is_internally_collaborative")
    return (
        merged.filter(pl.col("unpublished_reason").is_null())
        .join(collaborative, on="merged_with", how="left", maintain_order="left")
        .with_columns(
            joint_projects=pl.when(borrows).then("community_joint_projects").otherwise("joint_projects"),
            collaboration_p_value=pl.when(borrows).then("community_p_value").otherwise("collaboration_p_value"),
            is_internally_collaborative=pl.col("is_internally_collaborative") | is_both,
        )
        .with_columns(cluster_type=cluster_type())
        .with_columns(approach=pl.when(is_both).then(pl.lit("both")).otherwise("approach"))
        .drop("community_joint_projects", "community_p_value", "unpublished_reason")
    )
