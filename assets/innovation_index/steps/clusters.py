"""The steps of clusters: each category clustered, described and followed from the month before; rankings; history.

What belongs here: reading, calling, handing back. What does not: K-means (kmeans, clustering), identifiers (identity),
hulls, names.
"""

from __future__ import annotations

import polars as pl

from assets.reference import CATEGORIES, CATEGORY_CODES, OVERALL, clusters_wanted
from assets.warehouse.rows import as_declared
from assets.warehouse.steps import Rows, StepContext, sql_step, step

_PLACES = ("innovation_index.items.latitude", "innovation_index.items.longitude")
_CLUSTERS = ("innovation_index.item_categories.category", *_PLACES, "sources.index_centres.latitude")
_TOWNS = ("reference.places.name", "reference.places.latitude", "reference.places.longitude", *_PLACES)


@step(
    tables=("innovation_index.runs", "innovation_index.clusters", "innovation_index.activity_points"),
    inputs=(
        "points",
        "towns",
        "given_centres",
        "earlier_month",
        "earlier_clusters",
        "earlier_points",
        "works",
        "no_works",
    ),
    lineage={
        "innovation_index.runs.inertia": _CLUSTERS,
        "innovation_index.runs.items": ["innovation_index.item_categories.item_id"],
        "innovation_index.clusters.cluster_id": _CLUSTERS,
        "innovation_index.clusters.name": _TOWNS,
        "innovation_index.clusters.regions": ["reference.places.region", *_TOWNS],
        "innovation_index.clusters.items": ["innovation_index.items.item_id"],
        "innovation_index.clusters.businesses": ["innovation_index.items.kind"],
        "innovation_index.clusters.events": ["innovation_index.items.kind"],
        "innovation_index.clusters.papers": ["innovation_index.items.kind"],
        "innovation_index.clusters.percentage": ["innovation_index.items.item_id"],
        "innovation_index.clusters.latitude": _PLACES,
        "innovation_index.clusters.longitude": _PLACES,
        "innovation_index.clusters.places": _PLACES,
        "innovation_index.clusters.hull_wkt": _PLACES,
        "innovation_index.clusters.outline_wkt": _PLACES,
        "innovation_index.activity_points.cluster_id": _CLUSTERS,
        "innovation_index.activity_points.latitude": ["innovation_index.items.latitude"],
        "innovation_index.activity_points.longitude": ["innovation_index.items.longitude"],
    },
)
def clusters(ctx: StepContext) -> Rows:
    """Each category's items clustered, and once those of all together: K-means on latitude and longitude.

    It starts from given centres, else from last month's, so that clusters last, else from k-means++; earlier months are
    read where the warehouse has them, so months are made in order.
    """
    from assets.methods.index.category import Asked, Before, cluster_category

    method = ctx.method.index
    towns, given = ctx.input("towns"), ctx.input("given_centres")
    earlier_month, is_same_drop = ctx.input("earlier_month").row(0)
    earlier = ctx.input("earlier_clusters", earlier_month=earlier_month)
    works = ctx.input("works" if method.link_weight > 0 else "no_works")
    made = []
    for number, category in enumerate((*CATEGORIES, OVERALL)):
        of_category = pl.col("category") == category
        before = Before(
            given.filter(of_category),
            earlier.filter(of_category),
            ctx.input("earlier_points", earlier_month=earlier_month, category=category),
            is_same_drop,
        )
        wanted = clusters_wanted(category, method)
        made.append(
            cluster_category(
                Asked(category, CATEGORY_CODES[category], wanted, method.kmeans_seed + number),
                ctx.input("points", category=category),
                before,
                works,
                ctx.method.graph.max_consortium,
                towns,
                method,
                ctx.month.first_day,
            )
        )
    tables = {
        "innovation_index.runs": [pl.DataFrame([clustered.run for clustered in made], infer_schema_length=None)],
        "innovation_index.clusters": [rows for clustered in made if (rows := clustered.clusters) is not None],
        "innovation_index.activity_points": [rows for clustered in made if (rows := clustered.points) is not None],
    }
    finished = {
        table: as_declared(table, pl.concat(frames) if frames else pl.DataFrame()) for table, frames in tables.items()
    }
    _tell(ctx, finished["innovation_index.runs"], finished["innovation_index.clusters"])
    return finished


def _tell(ctx: StepContext, runs: pl.DataFrame, found: pl.DataFrame) -> None:
    """Figures and pictures for a person."""
    from assets.innovation_index.reports import cluster_map_png

    figures = ["category", "start", "items", "clusters", "inertia", "best_random_inertia", "stability", "carried_share"]
    ctx.report.figure("runs", runs.select(figures))
    for category, note in runs.drop_nulls("note").select("category", "note").iter_rows():
        ctx.report.say(f"{category}: {note}")
    for category in runs.filter(pl.col("clusters") > 0)["category"]:
        picture = cluster_map_png(found.filter(pl.col("category") == category), f"{category}, {ctx.month}")
        ctx.report.picture(f"map of {category}", picture)


rankings = sql_step("innovation_index.rankings")
cluster_history = sql_step("innovation_index.cluster_history")
