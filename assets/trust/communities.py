"""How stable the month's communities are: what the step `stability` hands between tables and methods for them.

What belongs here: the graph of collaborators with the communities that are clusters, rows. What does not: draws and
likeness (`assets.methods.trust`), groups of sites (`stability`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from assets.trust.stability_rows import STABILITY, stability_rows
from assets.warehouse.steps import StepContext

if TYPE_CHECKING:
    from assets.methods.trust.communities import Collaborators

MEMBERS = {"cluster_id": pl.String, "organisation_id": pl.String, "share_inside": pl.Float64}


def community_stability(ctx: StepContext) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Rows of `trust.stability` and `trust.member_stability` of the published clusters that are communities alone."""
    tested = ctx.input("tested_communities")
    if tested.is_empty():
        return pl.DataFrame(schema=STABILITY), pl.DataFrame(schema=MEMBERS)
    from assets.methods.trust.communities import each_drawn

    names = tested["cluster_id"].unique().sort()
    organisations, month = _collaborators(ctx, tested, names)
    counted = each_drawn(month, ctx.method.network, ctx.method.trust, ctx.engine)
    drawn, inside = pl.Series(counted.drawn), pl.Series(counted.inside)
    members = organisations.drop_nulls("cluster_id").with_columns(share_inside=pl.when(drawn > 0).then(inside / drawn))
    return stability_rows(ctx.method.trust, names, counted), members.select(list(MEMBERS))


def _collaborators(ctx: StepContext, tested: pl.DataFrame, names: pl.Series) -> tuple[pl.DataFrame, Collaborators]:
    """The organisations in the order of the graph, with the cluster of each; and the graph."""
    from assets.methods.communities.graph import bipartite, project
    from assets.methods.communities.labels import OUTSIDE
    from assets.methods.trust.communities import Collaborators

    graph, ids = bipartite(ctx.input("collaborations"))
    organisations = pl.DataFrame({"organisation_id": ids}).join(
        tested, on="organisation_id", how="left", maintain_order="left"
    )
    firms = ctx.input("collaborating_firms")["organisation_id"]
    numbers = {name: number for number, name in enumerate(names)}
    community = organisations["cluster_id"].replace_strict(numbers, default=OUTSIDE, return_dtype=pl.Int64)
    is_firm = organisations["organisation_id"].is_in(firms.implode()).to_numpy()
    return organisations, Collaborators(graph, project(graph), is_firm, community.to_numpy(), len(names))
