"""The step of places: what the Index says of each town.

What belongs here: reading, calling, handing back. What does not: any rule (`assets.methods.index.towns`), pictures
(`reports`).
"""

from __future__ import annotations

from assets.reference import CATEGORIES
from assets.warehouse.steps import Rows, StepContext, step

LISTED = 15
"""Rows of the small table on the asset's page."""


@step(
    tables=["innovation_index.place_clusters", "innovation_index.place_specialisation"],
    inputs=("towns_of_places", "clusters", "items_of_places", "category_items"),
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

    towns = ctx.input("towns_of_places")
    index = ctx.method.index
    in_clusters = nearest_clusters(towns, ctx.input("clusters"))
    items, of_country = ctx.input("items_of_places"), ctx.input("category_items")
    special = specialisation(
        items,
        of_country,
        towns,
        CATEGORIES,
        index.place_radius_km,
        index.place_alpha,
    )
    strongest = special.filter("is_specialised").sort("location_quotient", "place", descending=[True, False])
    ctx.report.figure("specialised towns by category", strongest.group_by("category").len("towns").sort("category"))
    ctx.report.figure("strongest specialisations", strongest.head(LISTED))
    ctx.report.picture("events per head", events_png(special))
    return {"innovation_index.place_clusters": in_clusters, "innovation_index.place_specialisation": special}
