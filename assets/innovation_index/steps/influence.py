"""The step of institutions: papers, citations, and where each stands among all of its category.

What belongs here: the query that counts, the step. What does not: how papers are placed and classified (items).
"""

from __future__ import annotations

from assets.warehouse.steps import Rows, StepContext, step

LISTED = 15
"""Rows of the small table on the asset's page."""

PAPERS = ["innovation_index.items.source_key", "innovation_index.item_categories.category"]
CITATIONS = ["sources.publication_citations.citations"]


@step(
    tables=["innovation_index.institution_influence"],
    inputs=("institutions", "towns_of_places"),
    lineage={
        f"innovation_index.institution_influence.{column}": sources
        for column, sources in {
            "institution_key": ["innovation_index.items.institution_key"],
            "category": ["innovation_index.item_categories.category"],
            "name": ["sources.institutions.name"],
            "place": [
                "reference.places.name",
                "innovation_index.items.latitude",
                "innovation_index.items.longitude",
            ],
            "papers": PAPERS,
            "citations": CITATIONS,
            "citations_per_paper": [*PAPERS, *CITATIONS],
            "relative_citations": [*PAPERS, *CITATIONS],
            "share_of_papers": PAPERS,
        }.items()
    },
)
def influence(ctx: StepContext) -> Rows:
    """Papers and citations of each institution by category, its cluster there, and the town nearest to it."""
    from assets.methods.geometry.sphere import nearest

    institutions, towns = ctx.input("institutions"), ctx.input("towns_of_places")
    placed = institutions.with_columns(place=towns["place"].gather(nearest(institutions, towns)))
    columns = ["category", "name", "place", "papers", "citations", "relative_citations"]
    ctx.report.figure(
        "most cited institutions",
        placed.sort("citations", "name", "category", descending=[True, False, False]).head(LISTED).select(columns),
    )
    return {"innovation_index.institution_influence": placed.drop("latitude", "longitude")}
