"""Items of the Index: what the step of `sql/innovation_index/items.sql` tells of the rows it made.

What belongs here: figures and sentences for a person. What does not: which items there are, and where (the query).
"""

from __future__ import annotations

import polars as pl

from assets.sources import index_problems
from assets.warehouse.steps import StepContext, sql_step


def tell_items(context: StepContext) -> None:
    """Items by kind and by how they were placed; what was left out, and why it may have been."""
    made = context.read(
        "select kind, geocode_quality, count(*) as items from innovation_index.items where month = $month "
        "group by all order by kind, geocode_quality"
    )
    context.report.figure("items by kind and place", made)
    used = set(context.read("select dataset from sources.drops where month = $month")["dataset"])
    if index_problems(used, ""):
        context.report.say("the Index is empty: the month has no drop that items come from")
    if "activity_points" in used:
        context.report.say("the items are those of activity_points: nothing else is one, and nothing is classified")
        return
    placed = made.group_by("kind").agg(pl.col("items").sum())
    known = context.input("candidates").group_by("kind", maintain_order=True).agg(pl.col("known").sum())
    left_out = known.join(placed, on="kind", how="left").with_columns(
        left_out=pl.col("known") - pl.col("items").fill_null(0)
    )
    for kind, count, number in left_out.filter(pl.col("left_out") > 0).select("kind", "left_out", "known").iter_rows():
        context.report.say(f"{kind}: {number} known, {count} left out ({LEFT_OUT[kind]})")
    if "postcodes" not in used and not index_problems(used, ""):
        context.report.say("there is no drop of postcodes: what has a postcode and no coordinates is left out")


LEFT_OUT = {
    "business": "no postcode that the directory places, or only a registered office at a formation agent's",
    "event": "no postcode that the directory places",
    "paper": "the institution has no coordinates in the United Kingdom",
}
ITEMS = sql_step("innovation_index.items", tell_items, told_by=("candidates",))
