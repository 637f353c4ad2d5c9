"""Towns: nearest cluster and nearest town by brute force, quotients by scipy's own test, rows worked by hand."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
import shapely
from pyproj import Geod
from scipy.stats import binomtest

from assets.innovation_index.steps.places import places
from assets.method import IndexMethod, MethodProfile
from assets.methods.index.towns import nearest_clusters, specialisation, towns_of
from assets.methods.statistics.significance import benjamini_hochberg
from assets.reference import CATEGORIES
from assets.warehouse.checks import ChecksFailedError, run_checks
from assets.warehouse.database import Warehouse
from assets.warehouse.steps import step_parameters
from tests.innovation_index.small_index import AI, CITATIONS, CLEAN, IN_LEEDS, NORTH, SOUTH, WALES, fill_index
from tests.support import MONTH, make

GEOD = Geod(ellps="WGS84")


def towns(*rows: tuple[str, float, float, int]) -> pl.DataFrame:
    frame = pl.DataFrame(rows, schema=["place", "latitude", "longitude", "population"], orient="row")
    return frame.with_columns(region=pl.lit("Wales"))


def random_towns(generator: np.random.Generator, number: int) -> pl.DataFrame:
    latitude, longitude = generator.uniform(50, 58, number), generator.uniform(-7, 1, number)
    return towns(*((f"T{at:03}", latitude[at], longitude[at], 1_000 * (at + 1)) for at in range(number)))


def test_a_towns_cluster_is_the_one_that_brute_force_finds():
    generator = np.random.default_rng(3)
    some = random_towns(generator, 80)
    outlines = [
        shapely.Point(longitude, latitude).buffer(0.8).wkt if number % 5 else None
        for number, (longitude, latitude) in enumerate(generator.uniform((-7, 50), (1, 58), (34, 2)))
    ]
    clusters = pl.DataFrame(
        {
            "category": [AI] * 25 + [CLEAN] * 9,
            "cluster_id": [f"c{number}" for number in generator.permutation(34)],
            "latitude": generator.uniform(50, 58, 34),
            "longitude": generator.uniform(-7, 1, 34),
            "outline_wkt": outlines,
        }
    )
    expected = []
    for place, latitude, longitude, _, region in some.iter_rows():
        for category in (AI, CLEAN):
            nearby = [
                ((latitude - cluster["latitude"]) ** 2 + (longitude - cluster["longitude"]) ** 2, cluster)
                for cluster in clusters.filter(pl.col("category") == category).iter_rows(named=True)
            ]
            own = min(nearby, key=lambda pair: pair[0])[1]
            outline = shapely.from_wkt(own["outline_wkt"])
            inside = outline is not None and outline.intersects(shapely.Point(longitude, latitude))
            metres = GEOD.inv(longitude, latitude, own["longitude"], own["latitude"])[2]
            expected.append((place, region, category, own["cluster_id"], inside, metres / 1000))
    found = nearest_clusters(some, clusters)
    assert found.drop("centre_distance_km").rows() == [row[:-1] for row in expected]
    np.testing.assert_allclose(found["centre_distance_km"], [row[-1] for row in expected], rtol=0.005)
    assert 0 < found["is_inside_outline"].sum() < found.height
    assert nearest_clusters(some, clusters.sample(fraction=1, shuffle=True, seed=1)).equals(found)


def test_degrees_decide_the_cluster_and_not_kilometres_and_the_first_of_equals():
    # A degree of longitude is shorter than one of latitude: the northern centre is nearer in degrees alone.
    town = towns(("T", 55.0, -3.0, 1))
    centres = pl.DataFrame(
        [("n", 55.9, -3.0), ("w", 55.0, -4.0), ("z", 54.0, -3.0)],
        schema=["cluster_id", "latitude", "longitude"],
        orient="row",
    ).with_columns(category=pl.lit(AI), outline_wkt=pl.lit(None, dtype=pl.String))
    found = nearest_clusters(town, centres)
    assert found["cluster_id"].to_list() == ["n"]
    assert found["centre_distance_km"].item() == pytest.approx(100.1, abs=0.1)
    twins = centres.with_columns(latitude=pl.lit(56.0), longitude=pl.lit(-3.0)).reverse()
    assert nearest_clusters(town, twins)["cluster_id"].to_list() == ["n"]
    assert nearest_clusters(town, centres.head(0)).is_empty()


def test_points_belong_to_the_nearest_town_within_the_radius_by_brute_force():
    generator = np.random.default_rng(4)
    some = random_towns(generator, 40)
    points = pl.DataFrame(
        {"item": range(500), "latitude": generator.uniform(50, 58, 500), "longitude": generator.uniform(-7, 1, 500)}
    )
    expected = {}
    for item, latitude, longitude in points.iter_rows():
        kilometres = [GEOD.inv(longitude, latitude, town[2], town[1])[2] / 1000 for town in some.iter_rows()]
        first, second = sorted(kilometres)[:2]
        # What the ellipsoid and the sphere may see otherwise is left out: within a percent of the radius, or of a tie.
        if abs(first - 60) > 0.6 and second > 1.01 * first:
            expected[item] = some["place"][int(np.argmin(kilometres))] if first < 60 else None
    found = dict(towns_of(points, some, 60).select("item", "place").iter_rows())
    assert {item: found.get(item) for item in expected} == expected
    assert len(expected) > 450
    assert 100 < len(found) < 400


def counted(*rows: tuple[float, int, int]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Items at latitudes: all of them, and those of AI and Data, which are businesses."""
    frame = pl.DataFrame(rows, schema=["latitude", "items", "businesses"], orient="row").with_columns(longitude=0.0)
    of_category = frame.filter(pl.col("businesses") > 0).with_columns(
        category=pl.lit(AI), events=pl.lit(0, dtype=pl.Int64), papers=pl.lit(0, dtype=pl.Int64)
    )
    return frame, of_category


def test_quotients_intervals_and_p_values_are_scipys_and_adjusted_over_all_rows():
    some = towns(("A", 51.0, 0.0, 1), ("B", 52.0, 0.0, 1), ("C", 53.0, 0.0, 1), ("D", 54.0, 0.0, 1))
    # C has no item of the category, D no item at all; 60 items lie far from every town.
    of_town = {"A": (40, 20), "B": (100, 30), "C": (50, 0)}
    items, of_category = counted((51.0, 40, 20), (52.0, 100, 30), (53.0, 50, 0), (57.0, 60, 10))
    found = specialisation(items, of_category, some, CATEGORIES, 10, 0.1)
    assert found["place"].to_list() == [place for place in "ABC" for _ in CATEGORIES]
    usual = 60 / 250
    tested = found.filter(pl.col("category") == AI)
    exact = [binomtest(k, n, usual, alternative="greater").pvalue for n, k in of_town.values()]
    for row, (n, k), p in zip(tested.iter_rows(named=True), of_town.values(), exact, strict=True):
        assert row["location_quotient"] == pytest.approx(k / n / usual)
        interval = binomtest(k, n).proportion_ci(0.9, method="exact")
        assert row["location_quotient_lower"] == pytest.approx(interval.low / usual)
        assert row["location_quotient_upper"] == pytest.approx(interval.high / usual)
        assert row["p_value"] == pytest.approx(p)
    q = benjamini_hochberg(exact)
    assert tested["is_specialised"].to_list() == [bool(q[0] <= 0.1), bool(q[1] <= 0.1), False] == [True, False, False]
    others = found.filter(pl.col("category") != AI)
    assert others["location_quotient"].null_count() == others["p_value"].null_count() == others.height
    assert not others["is_specialised"].any()


def test_the_more_towns_are_tested_the_more_it_takes():
    items, of_category = counted((51.0, 40, 15), (52.0, 200, 45))
    one = specialisation(items, of_category, towns(("A", 51.0, 0.0, 1)), CATEGORIES, 10, 0.08)
    p = one.filter(pl.col("category") == AI)["p_value"].item()
    assert 0.04 < p <= 0.08
    assert one.filter(pl.col("category") == AI)["is_specialised"].item()
    both = specialisation(items, of_category, towns(("A", 51.0, 0.0, 1), ("B", 52.0, 0.0, 1)), CATEGORIES, 10, 0.08)
    assert not both["is_specialised"].any()


def test_the_step_makes_the_rows_worked_by_hand(warehouse: Warehouse):
    fill_index(warehouse, CITATIONS)
    result = make(warehouse, places)
    assert warehouse.read(
        "select place, region, category, cluster_id, is_inside_outline "
        "from innovation_index.place_clusters order by all"
    ).rows() == [
        ("Bradford", NORTH, AI, "ai-north", True),
        ("Bradford", NORTH, CLEAN, "clean", False),
        ("Leeds", NORTH, AI, "ai-north", True),
        ("Leeds", NORTH, CLEAN, "clean", True),
        ("Newport", SOUTH, AI, "ai-south", False),
        ("Newport", SOUTH, CLEAN, "clean", False),
        ("Newport", WALES, AI, "ai-south", False),
        ("Newport", WALES, CLEAN, "clean", False),
    ]
    columns = "place, region, category, items, businesses, events, papers, located_items"
    found = warehouse.read(
        f"select {columns} from innovation_index.place_specialisation where category in ($ai, $clean) order by all",
        ai=AI,
        clean=CLEAN,
    ).rows()
    # The Welsh Newport has no item and no row; the other one has an event, and nobody lives there.
    assert found == [
        ("Bradford", NORTH, AI, 3, 0, 2, 1, 5),
        ("Bradford", NORTH, CLEAN, 1, 1, 0, 0, 5),
        ("Leeds", NORTH, AI, 5, 2, 1, 2, 7),
        ("Leeds", NORTH, CLEAN, 3, 1, 0, 2, 7),
        ("Newport", SOUTH, AI, 0, 0, 0, 0, 1),
        ("Newport", SOUTH, CLEAN, 1, 0, 1, 0, 1),
    ]
    per_head = warehouse.read(
        "select place, location_quotient, events_per_100k, event_concentration "
        "from innovation_index.place_specialisation where category = $ai order by place",
        ai=AI,
    ).rows()
    # Of 14 items 9 are of the category, the one at sea among them; three events for a million residents of all towns.
    assert per_head[0] == pytest.approx(("Bradford", 3 / 5 / (9 / 14), 2 / 3, 2 / 3 / 0.3))
    assert per_head[1] == pytest.approx(("Leeds", 5 / 7 / (9 / 14), 0.2, 0.2 / 0.3))
    assert per_head[2] == ("Newport", 0.0, None, None)
    assert warehouse.read("select count(*) from innovation_index.place_specialisation").item() == 3 * len(CATEGORIES)
    assert result.reports[""].pictures["events per head"].startswith(b"\x89PNG")
    assert all(check.passed for check in result.checks)


def test_the_profile_says_how_far_a_town_reaches(warehouse: Warehouse):
    fill_index(warehouse, CITATIONS)
    make(warehouse, places, MethodProfile(name="near", index=IndexMethod(place_radius_km=1.0)))
    assert warehouse.read(
        "select distinct located_items from innovation_index.place_specialisation where place = 'Leeds'"
    ).rows() == [(6,)]


def test_a_month_without_items_has_no_rows_and_no_error(warehouse: Warehouse):
    fill_index(warehouse, CITATIONS)
    with warehouse.transaction() as connection:
        for table in ("items", "item_categories", "clusters", "activity_points"):
            connection.execute(f"delete from innovation_index.{table}")
    assert set(make(warehouse, places).rows.values()) == {0}


def test_making_it_again_changes_no_row(warehouse: Warehouse):
    fill_index(warehouse, CITATIONS)
    tables = ("innovation_index.place_clusters", "innovation_index.place_specialisation")
    make(warehouse, places)
    before = [warehouse.read(f"select * from {table}") for table in tables]
    make(warehouse, places)
    assert all(warehouse.read(f"select * from {table}").equals(old) for table, old in zip(tables, before, strict=True))


SPOILED = {
    "every_town_has_a_cluster": "delete from innovation_index.place_clusters where place = 'Leeds'",
    "items_of_towns_are_the_countrys": "delete from innovation_index.item_categories where category = 'AI and Data'",
    "kinds_make_the_items_of_towns": "update innovation_index.place_specialisation set papers = papers + 1",
}


@pytest.mark.parametrize("rule", SPOILED)
def test_each_rule_fails_on_spoiled_rows(warehouse: Warehouse, rule: str):
    fill_index(warehouse, CITATIONS)
    make(warehouse, places)
    parameters = step_parameters(MONTH, MethodProfile(name="test"))
    with warehouse.transaction() as connection:
        connection.execute(SPOILED[rule])
        checks = {check.name: check for check in run_checks(connection, places.tables, parameters, ["test"])}
    assert not checks[rule].passed
    assert checks[rule].blocking
    assert {"expected", "actual"} < set(checks[rule].evidence.columns)


def test_a_town_that_stands_twice_in_a_region_is_refused(warehouse: Warehouse):
    fill_index(warehouse, CITATIONS)
    with warehouse.transaction() as connection:
        connection.execute(
            "insert into reference.places select * replace ($latitude as latitude) from reference.places "
            "where name = 'Leeds'",
            {"latitude": IN_LEEDS[0] + 1},
        )
    with pytest.raises(ChecksFailedError, match="key_is_unique"):
        make(warehouse, places)
