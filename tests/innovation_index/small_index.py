"""A small Index filled by hand: four towns, their items, two clusters, two institutions."""

from __future__ import annotations

from typing import Any

from assets.warehouse.database import Warehouse
from tests.support import fill, opened_once, use_drop

AI, AGEING, CLEAN = "AI and Data", "Ageing Society", "Clean Growth"
NORTH, WALES, SOUTH = "Yorkshire and The Humber", "Wales", "South East"

TOWNS = [
    # name, region, latitude, longitude, population
    ("Leeds", NORTH, 53.797, -1.544, 500_000),
    ("Bradford", NORTH, 53.794, -1.752, 300_000),
    ("Newport", WALES, 51.588, -2.998, 200_000),
    ("Newport", SOUTH, 50.701, -1.288, 0),
]
IN_LEEDS, IN_BRADFORD, IN_WALES, IN_WIGHT = (town[2:4] for town in TOWNS)
AT_SEA = (55.0, 1.0)

ITEMS = [
    # item, kind, (latitude, longitude), institution, categories
    ("b1", "business", IN_LEEDS, None, [AI]),
    ("b2", "business", (53.80, -1.60), None, [AI, CLEAN]),
    ("b3", "business", IN_LEEDS, None, []),
    ("b4", "business", IN_BRADFORD, None, [CLEAN]),
    ("b5", "business", AT_SEA, None, [AI]),
    ("e1", "event", IN_LEEDS, None, [AI]),
    ("e2", "event", IN_BRADFORD, None, [AI]),
    ("e3", "event", IN_BRADFORD, None, [AI]),
    ("e4", "event", IN_WIGHT, None, [CLEAN]),
    ("W1@I1", "paper", IN_LEEDS, "I1", [AI]),
    ("W1@I2", "paper", IN_BRADFORD, "I2", [AI]),
    ("W2@I1", "paper", IN_LEEDS, "I1", [AI, CLEAN]),
    ("W3@I1", "paper", IN_LEEDS, "I1", [CLEAN]),
    ("W4@I2", "paper", IN_BRADFORD, "I2", []),
]
CLUSTERS = [
    # category, cluster, centre, outline: two squares round the centres, and a cluster without an outline
    (AI, "ai-north", (53.7, -1.6), "POLYGON ((-2 53, -1 53, -1 54, -2 54, -2 53))"),
    (AI, "ai-south", (51.0, -2.0), None),
    (CLEAN, "clean", (53.0, -1.5), "POLYGON ((-1.6 53, -1 53, -1 54, -1.6 54, -1.6 53))"),
]
CITATIONS = {"W1": 10, "W2": 2}


@opened_once
def fill_index(warehouse: Warehouse, citations: dict[str, int]) -> None:
    """Put the small Index in a warehouse, with the citations that are known."""
    use_drop(warehouse, "places", "publications")
    fill(warehouse, "reference.places", [_town(*town) for town in TOWNS])
    fill(warehouse, "innovation_index.items", [_item(*item[:4]) for item in ITEMS])
    classified = [
        {"item_id": item[0], "category": category, "probability": 1.0} for item in ITEMS for category in item[4]
    ]
    fill(warehouse, "innovation_index.item_categories", classified)
    fill(warehouse, "innovation_index.clusters", [_cluster(*cluster) for cluster in CLUSTERS])
    fill(
        warehouse,
        "innovation_index.activity_points",
        [_point(item, kind, place, category) for item, kind, place, _, among in ITEMS for category in among],
    )
    fill(warehouse, "sources.institutions", [{"institution_key": "I1", "name": "University of Leeds"}])
    counted = [{"publication_id": key, "citations": count} for key, count in citations.items()]
    fill(warehouse, "sources.publication_citations", counted)


def _town(name: str, region: str, latitude: float, longitude: float, population: int) -> dict[str, Any]:
    return {
        "name": name,
        "region": region,
        "latitude": latitude,
        "longitude": longitude,
        "population": population,
        "is_primary_urban_area": True,
        "easting": 0.0,
        "northing": 0.0,
        "grid": "gb",
    }


def _item(item: str, kind: str, place: tuple[float, float], institution: str | None) -> dict[str, Any]:
    return {
        "item_id": item,
        "kind": kind,
        "source_key": item.partition("@")[0],
        "institution_key": institution,
        "latitude": place[0],
        "longitude": place[1],
        "geocode_quality": "given",
    }


def _cluster(category: str, cluster: str, centre: tuple[float, float], outline: str | None) -> dict[str, Any]:
    counts = {"items": 1, "businesses": 1, "events": 0, "papers": 0, "percentage": 50.0, "places": 1}
    return {
        "category": category,
        "cluster_id": cluster,
        "name": cluster,
        "regions": "Wales",
        "latitude": centre[0],
        "longitude": centre[1],
        "outline_wkt": outline,
        **counts,
    }


def _point(item: str, kind: str, place: tuple[float, float], category: str) -> dict[str, Any]:
    # Of Clean Growth one paper of the institution I1 lies apart.
    cluster = {AI: "ai-north", CLEAN: "clean-2" if item == "W3@I1" else "clean"}[category]
    return {
        "item_id": item,
        "kind": kind,
        "category": category,
        "cluster_id": cluster,
        "latitude": place[0],
        "longitude": place[1],
    }
