"""The step of changes: each ranking against the month and the year before.

What belongs here: the step and what it shows. What does not: the ranking; what became of a cluster.
"""

from __future__ import annotations

import polars as pl

from assets.warehouse.steps import StepContext, sql_step

NAMES = """
select category, cluster_id, name from innovation_index.rankings
where month = $month and rank <= $ranking_size
"""


def show_rankings(rows: pl.LazyFrame, ctx: StepContext) -> None:
    """The rankings as bars, as many as the printed tables show, with what moved since the month before."""
    from assets.innovation_index.pictures import rankings_png

    shown = rows.collect().join(ctx.read(NAMES), on=["category", "cluster_id"]).sort("category", "rank")
    ctx.report.picture("rankings", rankings_png(shown))


rank_changes = sql_step("innovation_index.rank_changes", show_rankings)
