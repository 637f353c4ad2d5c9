"""The steps of clusters: each category clustered, described and followed from the month before; rankings; history.

What belongs here: reading, calling, handing back. What does not: K-means (kmeans, clustering), identifiers (identity),
hulls, names.
"""

from __future__ import annotations

import polars as pl

from assets.reference import CATEGORIES, CATEGORY_CODES, OVERALL, clusters_wanted
from assets.warehouse.rows import as_declared
from assets.warehouse.steps import Rows, StepContext, sql_step, step

POINTS = """
select items.item_id, items.kind, items.latitude, items.longitude
from innovation_index.items as items
where items.month = $month and items.item_id in (
    select item_id from innovation_index.item_categories
    where month = $month and (category = $category or $category = 'Overall')
)
order by items.item_id
"""
"""The items of a category, or of any; each once."""

TOWNS = """
select name, latitude, longitude, population, region, is_primary_urban_area, index_order
from reference.places
where as_of = (select as_of from sources.drops where month = $month and dataset = 'places')
order by name, region
"""

GIVEN_CENTRES = """
select category, label, latitude, longitude
from sources.index_centres
where as_of = (select as_of from sources.drops where month = $month and dataset = 'index_centres')
order by category, label
"""

EARLIER_MONTH = """
select
    earlier.month,
    coalesce(then_used.as_of = now_used.as_of, false) as is_same_drop
from (select max(month) as month from innovation_index.runs where month < $month) as earlier
left join sources.drops as then_used on then_used.month = earlier.month and then_used.dataset = 'index_centres'
left join sources.drops as now_used on now_used.month = $month and now_used.dataset = 'index_centres'
"""
"""The latest earlier month in the warehouse, and whether it had the drop of centres that this month has."""

EARLIER_CLUSTERS = """
select category, cluster_id, items, latitude, longitude
from innovation_index.clusters
where month = $earlier_month
order by category, cluster_id
"""

EARLIER_POINTS = """
select item_id, cluster_id, latitude, longitude
from innovation_index.activity_points
where month = $earlier_month and category = $category
order by item_id
"""

WORKS = """
select items.item_id, 'paper ' || items.source_key as work
from innovation_index.items as items
where items.month = $month and items.kind = 'paper'
union
select items.item_id, 'project ' || projects.application_id as work
from innovation_index.items as items
inner join (
    select application_id, crn from sources.innovate_uk
    where is_withdrawn is false
        and as_of = (select as_of from sources.drops where month = $month and dataset = 'innovate_uk')
    union
    select application_id, crn from sources.innovate_uk_applications
    where is_withdrawn is false
        and as_of = (select as_of from sources.drops where month = $month and dataset = 'innovate_uk_applications')
) as projects on projects.crn = items.source_key
where items.month = $month and items.kind = 'business'
order by item_id, work
"""
"""What items work on together: a paper at each of its institutions, an application by company number."""

NO_WORKS = "select '' as item_id, '' as work where false"

_PLACES = ("innovation_index.items.latitude", "innovation_index.items.longitude")
_CLUSTERS = ("innovation_index.item_categories.category", *_PLACES, "sources.index_centres.latitude")
_TOWNS = ("reference.places.name", "reference.places.latitude", "reference.places.longitude", *_PLACES)


@step(
    tables=("innovation_index.runs", "innovation_index.clusters", "innovation_index.activity_points"),
    reads=(
        "innovation_index.items",
        "innovation_index.item_categories",
        "reference.places",
        "sources.index_centres",
        "sources.innovate_uk",
        "sources.innovate_uk_applications",
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
    from assets.methods.index.category import Before, cluster_category

    method = ctx.method.index
    towns, given = ctx.read(TOWNS), ctx.read(GIVEN_CENTRES)
    earlier_month, is_same_drop = ctx.read(EARLIER_MONTH).row(0)
    earlier = ctx.read(EARLIER_CLUSTERS, earlier_month=earlier_month)
    works = ctx.read(WORKS if method.link_weight > 0 else NO_WORKS)
    made = []
    for number, category in enumerate((*CATEGORIES, OVERALL)):
        of_category = pl.col("category") == category
        before = Before(
            given.filter(of_category),
            earlier.filter(of_category),
            ctx.read(EARLIER_POINTS, earlier_month=earlier_month, category=category),
            is_same_drop,
        )
        made.append(
            cluster_category(
                category,
                CATEGORY_CODES[category],
                ctx.read(POINTS, category=category),
                before,
                works,
                ctx.method.graph.max_consortium,
                towns,
                clusters_wanted(category, method),
                method,
                ctx.month.first_day,
                method.kmeans_seed + number,
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
