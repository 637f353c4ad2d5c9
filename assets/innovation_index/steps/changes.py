"""The step of changes: each ranking against the month and the year before.

What belongs here: the step and what it shows. What does not: the ranking; what became of a cluster.
"""

from __future__ import annotations

from assets.warehouse.steps import StepContext, sql_step


def show_rankings(ctx: StepContext) -> None:
    """The rankings as bars, as many as the printed tables show, with what moved since the month before."""
    from assets.innovation_index import rankings_png

    ctx.report.picture("rankings", rankings_png(ctx.input("shown")))


rank_changes = sql_step("innovation_index.rank_changes", show_rankings, told_by=("shown",))
