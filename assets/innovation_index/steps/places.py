"""The step of places: what the Index says of each town.

What belongs here: reading, calling, handing back. What does not: any rule (towns), pictures (pictures).
"""

from __future__ import annotations

from assets.reference import CATEGORIES
from assets.warehouse.steps import Rows, StepContext, step

LISTED = 15
"""Rows of the small table on the asset's page."""

TOWNS = """
select name as place, region, latitude, longitude, population
from reference.places
where as_of = (select as_of from sources.drops where month = $month and dataset = 'places')
order by place, region
"""

CLUSTERS = """
select category, cluster_id, latitude, longitude, outline_wkt
from innovation_index.clusters
where month = $month
order by category, cluster_id
"""

ITEMS = """
select latitude, longitude, count(*) as items
from innovation_index.items
where month = $month
group by latitude, longitude
order by latitude, longitude
"""

CATEGORY_ITEMS = """
select
    i.latitude, i.longitude, c.category,
    count(*) filter (where i.kind = 'business') as businesses,
    count(*) filter (where i.kind = 'event') as events,
    count(*) filter (where i.kind = 'paper') as papers
from innovation_index.item_categories as c
inner join innovation_index.items as i on i.month = c.month and i.item_id = c.item_id
where c.month = $month
group by i.latitude, i.longitude, c.category
order by i.latitude, i.longitude, c.category
"""


@step(
    tables=["innovation_index.place_clusters", "innovation_index.place_specialisation"],
    reads=[
        "reference.places",
        "innovation_index.items",
        "innovation_index.item_categories",
        "innovation_index.clusters",
    ],
    lineage={
        "innovation_index.place_clusters.place": ["reference.places.name"],
        "innovation_index.place_clusters.cluster_id": [
            "innovation_index.clusters.cluster_id",
            "innovation_index.clusters.latitude",
            "innovation_index.clusters.longitude",
        ],
        "innovation_index.place_clusters.category": ["innovation_index.clusters.category"],
        "innovation_index.place_clusters.is_inside_outline": ["innovation_index.clusters.outline_wkt"],
        "innovation_index.place_clusters.centre_distance_km": [
            "reference.places.latitude",
            "reference.places.longitude",
            "innovation_index.clusters.latitude",
            "innovation_index.clusters.longitude",
        ],
        "innovation_index.place_specialisation.place": ["reference.places.name"],
    },
)
def places(ctx: StepContext) -> Rows:
    """Each town's cluster in every category, what it has more of than the country, and its events per head."""
    from assets.innovation_index.reports import events_png
    from assets.methods.index.towns import nearest_clusters, specialisation

    towns = ctx.read(TOWNS)
    index = ctx.method.index
    in_clusters = nearest_clusters(towns, ctx.read(CLUSTERS))
    special = specialisation(
        ctx.read(ITEMS), ctx.read(CATEGORY_ITEMS), towns, CATEGORIES, index.place_radius_km, index.place_alpha
    )
    strongest = special.filter("is_specialised").sort("location_quotient", "place", descending=[True, False])
    ctx.report.figure("specialised towns by category", strongest.group_by("category").len("towns").sort("category"))
    ctx.report.figure("strongest specialisations", strongest.head(LISTED))
    ctx.report.picture("events per head", events_png(special))
    return {"innovation_index.place_clusters": in_clusters, "innovation_index.place_specialisation": special}
