"""The published Index comes out: names and outlines of all six files, centres, shares and rankings of five."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest
import shapely

from assets.innovation_index.steps.clusters import clusters, rankings
from assets.method import IndexMethod, MethodProfile
from assets.methods.geometry.hulls import buffered, hull_wkt
from assets.methods.index.names import name_clusters
from assets.reference import shipped_list
from assets.warehouse.database import Warehouse
from tests.innovation_index import published
from tests.innovation_index.published import FILES, OVERALL_FILE, Outline, area, outlines
from tests.support import AS_OF, MONTH, fill, fill_frame, make, use_drop

SLIPS: set[tuple[str, int, str]] = set()
"""Category, number of the outline and town, where our towns' points give another answer than the publisher's."""
AT_THE_EDGE_OF_TWO_PERCENT = {("Advanced Manufacturing", 16), ("Advanced Manufacturing", 18)}
"""Small hulls at Aberdeen and Inverness, where the publisher's buffer is 4,410 to 4,440 m on the ground."""
OVERALL = [
    # Names and percentages of the published table.
    ("London, Luton", 21.5),
    ("Birmingham, Coventry", 7.3),
    ("Manchester, Stoke, Burnley", 6.4),
    ("Reading, Aldershot, Slough", 5.0),
    ("Bristol, Cardiff, Newport", 5.0),
    ("Oxford, Northampton, Milton Keynes", 4.7),
    ("Leicester, Nottingham", 4.7),
    ("Leeds, Sheffield, Bradford, Barnsley, Huddersfield, Wakefield", 4.7),
    ("Romford, Dartford", 4.0),
    ("Edinburgh, Dundee", 3.9),
]
FIRST = {
    "Advanced Manufacturing": ("London", 26.7),
    "Smart Cities and Mobility": ("London", 20.9),
    "Ageing Society": ("London, Slough", 31.2),
    "Clean Growth": ("London", 24.2),
    "AI and Data": ("London", 27.1),
}


@pytest.fixture(scope="module")
def drawn(shared_data: Path) -> dict[str, list[Outline]]:
    """The outlines of the six files by category."""
    if not (shared_data / published.FOLDER).is_dir():
        pytest.skip(published.WHERE)
    files = {category: file for category, (file, _) in FILES.items()} | {"Overall": OVERALL_FILE}
    return {category: outlines(shared_data, file) for category, file in files.items()}


def towns() -> pl.DataFrame:
    return shipped_list("places").with_columns(
        pl.col("latitude", "longitude").cast(pl.Float64),
        pl.col("population", "index_order").cast(pl.Int64),
        is_primary_urban_area=pl.col("is_primary_urban_area") == "true",
    )


def urban_names(hulls: list[shapely.Geometry]) -> list[list[str]]:
    """The Primary Urban Areas that each hull is named after by the rule; none where it is named after the nearest."""
    frame = pl.DataFrame(
        {
            "cluster_id": [f"{number:03d}" for number in range(len(hulls))],
            "hull_wkt": hull_wkt(np.array(hulls, dtype=object)),
            "latitude": [hull.centroid.y for hull in hulls],
            "longitude": [hull.centroid.x for hull in hulls],
        }
    )
    urban = set(towns().filter("is_primary_urban_area")["name"])
    # A hull without any is named "<km> <bearing> of <town>": no town's name by itself.
    found = [name.split(", ") for name in name_clusters(frame, towns())["name"]]
    return [names if set(names) <= urban else [] for names in found]


def test_arcs_have_one_radius_in_the_publishers_projection(drawn: dict[str, list[Outline]]) -> None:
    every = [outline for of_category in drawn.values() for outline in of_category]
    assert len(every) == 31 + 30 + 30 + 35 + 38 + 21
    off = [area(outline.again) / area(outline.outline) - 1 for outline in every]
    assert max(map(abs, off)) < 0.004
    assert np.median(np.abs(off)) < 0.0002


def test_hulls_buffered_again_have_the_published_area(drawn: dict[str, list[Outline]]) -> None:
    off = {
        (category, number): area(buffered(np.array([one.hull], dtype=object), IndexMethod().index_buffer_m)[0])
        / area(one.outline)
        - 1
        for category, of_category in drawn.items()
        for number, one in enumerate(of_category)
    }
    assert {key for key, share in off.items() if abs(share) > 0.02} == AT_THE_EDGE_OF_TWO_PERCENT
    assert max(map(abs, off.values())) < 0.03
    assert abs(np.mean(list(off.values()))) < 0.002


def test_published_names_follow_from_the_hulls(drawn: dict[str, list[Outline]]) -> None:
    pairs, slips = 0, set()
    for category in FILES:
        for number, names in enumerate(urban_names([one.hull for one in drawn[category]])):
            expected = [name for name in drawn[category][number].name.split(", ") if name]
            pairs += len(expected)
            slips |= {(category, number, town) for town in set(expected) ^ set(names)}
    assert pairs == 276
    assert slips == SLIPS
    assert len(slips) <= 0.01 * pairs


def test_published_names_come_out_letter_for_letter(drawn: dict[str, list[Outline]]) -> None:
    found = [
        (one.name, ", ".join(names))
        for category in FILES
        for one, names in zip(drawn[category], urban_names([one.hull for one in drawn[category]]), strict=True)
        if one.name
    ]
    assert len(found) == 134
    assert [(published, again) for published, again in found if again != published] == []


def test_published_overall_names_follow_from_the_hulls(drawn: dict[str, list[Outline]]) -> None:
    """Nine of the ten rows; Romford and Dartford are no Primary Urban Areas, and their hull holds another."""
    found = [set(names) for names in urban_names([one.hull for one in drawn["Overall"]])]
    missing = [name for name, _ in OVERALL if set(name.split(", ")) not in found]
    assert missing == ["Romford, Dartford"]
    romford = shapely.Point(0.18, 51.58)
    assert [names for one, names in zip(drawn["Overall"], found, strict=True) if one.hull.covers(romford)] == [
        {"Basildon"}
    ]


def test_published_index_comes_out_of_the_step(
    warehouse: Warehouse, shared_data: Path, drawn: dict[str, list[Outline]]
) -> None:
    published_centres = {category: published.centres(shared_data, file) for category, (_, file) in FILES.items()}
    total = {category: sum(centre.items for centre in found) for category, found in published_centres.items()}
    assert total == {
        "AI and Data": 8222,
        "Advanced Manufacturing": 3006,
        "Ageing Society": 3959,
        "Clean Growth": 2702,
        "Smart Cities and Mobility": 2765,
    }
    placed = pl.concat(
        pl.DataFrame(
            published.items(found, [one.hull for one in drawn[category]]),
            schema=["latitude", "longitude"],
            orient="row",
        ).with_columns(
            pl.lit(category).alias("category"),
            item_id=pl.format("{} {}", pl.lit(category), pl.int_range(pl.len())),
        )
        for category, found in published_centres.items()
    )
    _fill(warehouse, placed, published_centres)
    one_start = MethodProfile.model_validate({"name": "test", "index": {"kmeans_starts": 2, "stability_draws": 1}})
    make(warehouse, clusters, one_start)
    make(warehouse, rankings, one_start)

    compared = 0
    for category, found in published_centres.items():
        run = warehouse.read("select * from innovation_index.runs where category = $category", category=category)
        # The labels of the first assignment are those of its means: the published centres are a fixed point.
        assert run.select("start", "iterations", "clusters", "note").row(0) == ("given", 1, len(found), None)
        # Identifiers are numbered by label.
        made = warehouse.read(
            "select * from innovation_index.rankings where category = $category order by cluster_id", category=category
        )
        by_label = sorted(found, key=lambda centre: centre.label)
        expected = np.array([(one.latitude, one.longitude, 100 * one.proportion) for one in by_label])
        assert np.abs(made.select("latitude", "longitude", "percentage").to_numpy() - expected).max() < 1e-9
        assert made["items"].to_list() == [one.items for one in by_label]
        order = sorted(by_label, key=lambda one: (-one.proportion, one.label))
        assert made.sort("rank")["percentage"].to_list() == pytest.approx([100 * one.proportion for one in order])
        top_name, top_share = FIRST[category]
        assert made.sort("rank").select("name", pl.col("percentage").round(1)).row(0) == (top_name, top_share)

        # Where a hull's corners could all be drawn the cluster's hull, and so its name, is the published one.
        named = warehouse.read(
            "select name, hull_wkt from innovation_index.clusters where category = $category and hull_wkt is not null",
            category=category,
        )
        names = dict(zip(named["hull_wkt"], named["name"], strict=True))
        for outline in drawn[category]:
            same = [
                name
                for wkt, name in names.items()
                if shapely.from_wkt(wkt).equals_exact(outline.hull, 1e-8, normalize=True)
            ]
            if same and outline.name:
                compared += 1
                assert set(same[0].split(", ")) == set(outline.name.split(", "))
    assert compared > 100


def _fill(warehouse: Warehouse, placed: pl.DataFrame, published_centres: dict[str, list[published.Centre]]) -> None:
    use_drop(warehouse, "places", "index_centres")
    no_grid = {"as_of": AS_OF, "easting": 0.0, "northing": 0.0, "grid": "gb"}
    constants = [pl.lit(value).alias(name) for name, value in no_grid.items()]
    fill_frame(warehouse, "reference.places", towns().with_columns(constants))
    month = pl.lit(MONTH.first_day).alias("month")
    fill_frame(
        warehouse,
        "innovation_index.items",
        placed.select(
            month,
            "item_id",
            "latitude",
            "longitude",
            pl.lit("business").alias("kind"),
            pl.col("item_id").alias("source_key"),
            pl.lit(None, pl.String).alias("institution_key"),
            pl.lit(None, pl.String).alias("postcode"),
            pl.lit("given").alias("geocode_quality"),
        ),
    )
    fill_frame(
        warehouse,
        "innovation_index.item_categories",
        placed.select(month, "item_id", "category", pl.lit(1.0).alias("probability")),
    )
    fill(
        warehouse,
        "sources.index_centres",
        [
            {"category": category, "label": str(one.label), "latitude": one.latitude, "longitude": one.longitude}
            for category, found in published_centres.items()
            for one in found
        ],
    )
