"""Institutions in outlines: inside, on an edge, in a hole, in several, in none."""

from __future__ import annotations

import numpy as np
import polars as pl
import shapely

from assets.methods.typology.institutions import institutions_inside

KEYS = {"cluster_id": pl.String, "institution_key": pl.String}


def clusters(**outlines: shapely.Geometry) -> pl.DataFrame:
    wkt = [outline.wkt for outline in outlines.values()]
    columns = {"cluster_id": list(outlines), "outline_wkt": wkt}
    return pl.DataFrame(columns, schema={"cluster_id": pl.String, "outline_wkt": pl.String})


def institutions(**points: tuple[float, float]) -> pl.DataFrame:
    longitude, latitude = ([point[axis] for point in points.values()] for axis in (0, 1))
    columns = {"institution_key": list(points), "longitude": longitude, "latitude": latitude}
    kinds = {"institution_key": pl.String, "longitude": pl.Float64, "latitude": pl.Float64}
    return pl.DataFrame(columns, schema=kinds)


def test_inside_on_the_edge_and_in_several_counts_and_a_hole_does_not() -> None:
    ring = shapely.Polygon(shapely.box(0, 50, 4, 54).exterior, [shapely.box(1, 51, 2, 52).exterior])
    both = shapely.MultiPolygon([shapely.box(3, 53, 6, 56), shapely.box(-3, 50, -2, 51)])
    places = institutions(
        hole=(1.5, 51.5), edge_of_hole=(1.0, 51.5), corner=(4.0, 50.0), two=(3.5, 53.5), apart=(-2.5, 50.5), none=(9, 9)
    )
    assert institutions_inside(clusters(ring=ring, both=both), places).rows() == [
        ("both", "apart"),
        ("both", "two"),
        ("ring", "corner"),
        ("ring", "edge_of_hole"),
        ("ring", "two"),
    ]


def test_every_pair_is_the_one_that_is_asked_by_itself() -> None:
    rng = np.random.default_rng(5)
    outlines = {f"c{at}": shapely.Point(*rng.uniform(0, 3, 2)).buffer(rng.uniform(0.1, 0.8)) for at in range(12)}
    points = {f"i{at}": tuple(rng.uniform(0, 3, 2).tolist()) for at in range(200)}
    expected = sorted(
        (cluster, key)
        for cluster, outline in outlines.items()
        for key, point in points.items()
        if shapely.from_wkt(outline.wkt).intersects(shapely.Point(point))
    )
    assert len(expected) == 99
    assert institutions_inside(clusters(**outlines), institutions(**points)).rows() == expected


def test_no_cluster_and_no_institution_give_no_row() -> None:
    for found in (
        institutions_inside(clusters(), institutions(one=(0.0, 50.0))),
        institutions_inside(clusters(one=shapely.box(0, 50, 1, 51)), institutions()),
    ):
        assert dict(found.schema) == KEYS
        assert found.is_empty()
