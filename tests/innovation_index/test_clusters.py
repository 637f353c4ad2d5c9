"""The steps of clusters on a warehouse filled by hand: starts, identity, names, history, and what checks refuse."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
import shapely
from scipy.spatial import ConvexHull

from assets.innovation_index.steps.clusters import cluster_history, clusters, rankings
from assets.method import MethodProfile
from assets.methods.geometry.grid import to_grid
from assets.methods.geometry.hulls import buffered
from assets.reference import CATEGORIES
from assets.warehouse.checks import run_checks
from assets.warehouse.database import Warehouse
from assets.warehouse.steps import step_parameters
from tests.support import MONTH, fill, fill_frame, make

AI, CLEAN = "AI and Data", "Clean Growth"
NEXT, LATER = MONTH.plus(1), MONTH.plus(2)
TOWNS = [
    # name, latitude, longitude, population, region, is_primary_urban_area
    ("Leeds", 53.797, -1.546, 500_000, "Yorkshire and The Humber", True),
    ("Bradford", 53.794, -1.753, 330_000, "Yorkshire and The Humber", True),
    ("Manchester", 53.480, -2.243, 550_000, "North West", True),
    ("Cardiff", 51.481, -3.179, 370_000, "Wales", True),
    ("Belfast", 54.597, -5.930, 300_000, "Northern Ireland", True),
    ("Otley", 53.905, -1.691, 14_000, "Yorkshire and The Humber", False),
]
YORKSHIRE, WALES, ULSTER = (53.795, -1.65), (51.48, -3.18), (54.6, -5.93)
Item = tuple[str, str, float, float, Sequence[str]]


def profile(**index: Any) -> MethodProfile:
    few = {"kmeans_starts": 3, "stability_draws": 3, "k_ai_and_data": 3, "k_overall": 3, "k_clean_growth": 2}
    return MethodProfile.model_validate({"name": "test", "index": {**few, **index}})


def around(name: str, middle: tuple[float, float], count: int, spread: float = 0.2) -> list[Item]:
    """Items of AI and Data evenly round a place, of the three kinds in turn."""
    kinds = ("business", "event", "paper")
    turns = 2 * np.pi * np.arange(count) / count
    return [
        (
            f"{name}{number:02d}",
            kinds[number % 3],
            middle[0] + spread * np.sin(turn),
            middle[1] + spread * np.cos(turn),
            [AI],
        )
        for number, turn in enumerate(turns)
    ]


COUNTRY = [*around("y", YORKSHIRE, 12), *around("w", WALES, 6), *around("u", ULSTER, 3)]


def put(warehouse: Warehouse, items: Sequence[Item], month: date = MONTH.first_day) -> None:
    """Items of a month, with those of other months left as they are."""
    kept = warehouse.read("select * from innovation_index.items where month <> $month", month=month)
    classified = warehouse.read("select * from innovation_index.item_categories where month <> $month", month=month)
    rows = [
        {
            "month": month,
            "item_id": item,
            "kind": kind,
            "source_key": item,
            "institution_key": None,
            "postcode": None,
            "latitude": latitude,
            "longitude": longitude,
            "geocode_quality": "given",
        }
        for item, kind, latitude, longitude, _ in items
    ]
    of = [
        {"month": month, "item_id": item[0], "category": category, "probability": 1.0}
        for item in items
        for category in item[4]
    ]
    fill_frame(warehouse, "innovation_index.items", pl.concat([kept, pl.DataFrame(rows, schema=kept.schema)]))
    fill_frame(
        warehouse,
        "innovation_index.item_categories",
        pl.concat([classified, pl.DataFrame(of, schema=classified.schema)]),
    )


def use_drops(warehouse: Warehouse, **as_of: date) -> None:
    """The months' drops: towns always, and others by name for every month, `name_next` for the months after MONTH."""
    rows = []
    for month in (MONTH, NEXT, LATER):
        named = {"places": date(1970, 1, 1)} | {name: day for name, day in as_of.items() if not name.endswith("_next")}
        if month != MONTH:
            named |= {name.removesuffix("_next"): day for name, day in as_of.items() if name.endswith("_next")}
        for name, day in named.items():
            facts = {"path": name, "sha256": "0", "bytes": 1, "rows_read": 1, "rows_rejected": 0}
            rows.append({"month": month.first_day, "dataset": name, "as_of": day, **facts})
    fill(warehouse, "sources.drops", rows)


def give_centres(warehouse: Warehouse, *drops: tuple[date, str, Sequence[tuple[float, float]]]) -> None:
    rows = [
        {"as_of": day, "category": category, "label": str(label), "latitude": latitude, "longitude": longitude}
        for day, category, centres in drops
        for label, (latitude, longitude) in enumerate(centres)
    ]
    fill(warehouse, "sources.index_centres", rows)


@pytest.fixture
def country(warehouse: Warehouse) -> Warehouse:
    """Towns, and items round three places."""
    return _fill_country(warehouse)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """The same with the month made; tests that use it only read."""
    warehouse = Warehouse(tmp_path_factory.mktemp("index") / "made.duckdb", threads=1)
    warehouse.create()
    make_all(_fill_country(warehouse))
    return warehouse


@pytest.fixture
def remade(made: Warehouse, tmp_path: Path) -> Warehouse:
    """A warehouse of its own with the month made."""
    shutil.copyfile(made.path, tmp_path / "remade.duckdb")
    return Warehouse(tmp_path / "remade.duckdb", threads=1)


def _fill_country(warehouse: Warehouse) -> Warehouse:
    columns = ("name", "latitude", "longitude", "population", "region", "is_primary_urban_area")
    day = {"as_of": date(1970, 1, 1), "easting": 0.0, "northing": 0.0, "grid": "gb"}
    fill(warehouse, "reference.places", [dict(zip(columns, town, strict=True)) | day for town in TOWNS])
    use_drops(warehouse)
    put(warehouse, COUNTRY)
    return warehouse


def make_all(warehouse: Warehouse, method: MethodProfile | None = None, month: Any = MONTH) -> None:
    for step in (clusters, rankings, cluster_history):
        make(warehouse, step, method or profile(), month=month)


def run_of(warehouse: Warehouse, category: str = AI, month: Any = MONTH) -> dict[str, Any]:
    return warehouse.read(
        "select * from innovation_index.runs where month = $month and category = $category",
        month=month.first_day,
        category=category,
    ).row(0, named=True)


def clusters_of(warehouse: Warehouse, category: str = AI, month: Any = MONTH) -> pl.DataFrame:
    return warehouse.read(
        "select c.*, r.rank from innovation_index.clusters as c "
        "inner join innovation_index.rankings as r using (month, category, cluster_id) "
        "where month = $month and category = $category order by rank",
        month=month.first_day,
        category=category,
    )


def labels_of(warehouse: Warehouse, month: Any = MONTH) -> dict[str, str]:
    rows = warehouse.read(
        "select item_id, cluster_id from innovation_index.activity_points "
        "where month = $month and category = $category",
        month=month.first_day,
        category=AI,
    )
    return dict(rows.iter_rows())


def history_of(warehouse: Warehouse, month: Any) -> pl.DataFrame:
    return warehouse.read(
        "select * from innovation_index.cluster_history "
        "where month = $month and category = $category order by cluster_id",
        month=month.first_day,
        category=AI,
    )


def test_clusters_are_described_and_ranked(made: Warehouse) -> None:
    found = clusters_of(made)
    assert found["rank"].to_list() == [1, 2, 3]
    assert found["name"].to_list() == ["Leeds, Bradford", "Cardiff", "Belfast"]
    assert found["regions"].to_list() == ["Yorkshire and The Humber", "Wales", "Northern Ireland"]
    assert found["items"].to_list() == [12, 6, 3]
    assert found["percentage"].to_list() == pytest.approx([1200 / 21, 600 / 21, 300 / 21])
    assert found.select("businesses", "events", "papers").rows() == [(4, 4, 4), (2, 2, 2), (1, 1, 1)]
    assert found.select("latitude", "longitude").row(0) == pytest.approx(YORKSHIRE)
    run = run_of(made)
    assert (run["start"], run["items"], run["clusters"], run["note"]) == ("k-means++", 21, 3, None)
    assert run["inertia"] == pytest.approx(21 * 0.2**2)
    assert run["inertia"] == run["best_random_inertia"]
    # Overall holds the same items here; an empty category has a run and nothing else.
    assert clusters_of(made, "Overall")["items"].to_list() == [12, 6, 3]
    assert run_of(made, CLEAN)["note"] == "no item"
    assert made.read("select count(*) as n from innovation_index.runs")["n"].item() == len(CATEGORIES) + 1


def test_hulls_are_those_of_the_members_and_outlines_lie_the_buffer_around(made: Warehouse) -> None:
    row = clusters_of(made).row(0, named=True)
    points = np.array([(item[3], item[2]) for item in COUNTRY if item[0].startswith("y")])
    hull = shapely.from_wkt(row["hull_wkt"])
    assert hull.area == pytest.approx(ConvexHull(points).volume)
    corners = shapely.get_coordinates(hull)
    outline = shapely.transform(
        shapely.from_wkt(row["outline_wkt"]), lambda c: np.column_stack(to_grid(c[:, 1], c[:, 0], "gb"))
    )
    on_ground = shapely.points(np.column_stack(to_grid(corners[:, 1], corners[:, 0], "gb")))
    assert shapely.distance(outline.exterior, on_ground) == pytest.approx(4350, rel=0.006)


def test_few_places_have_no_outline_and_the_nearest_town_as_a_name(country: Warehouse) -> None:
    put(
        country,
        [("a", "event", 53.90, -1.69, [AI]), ("b", "event", 53.99, -1.69, [AI]), ("c", "paper", 51.4, -3.2, [AI])],
    )
    make_all(country, profile(k_ai_and_data=2, k_overall=2))
    found = clusters_of(country)
    assert found.select("hull_wkt", "outline_wkt").unique().rows() == [(None, None)]
    assert found.select("name", "regions", "places").rows() == [
        ("4 km N of Otley", "Yorkshire and The Humber", 2),
        ("9 km S of Cardiff", "Wales", 1),
    ]


def test_an_item_of_several_categories_counts_once_overall(country: Warehouse) -> None:
    put(country, [(*item[:4], [AI, CLEAN]) for item in COUNTRY])
    make_all(country)
    assert [run_of(country, category)["items"] for category in (AI, CLEAN, "Overall")] == [21, 21, 21]


def test_fewer_places_than_clusters_lower_k(country: Warehouse) -> None:
    put(country, [("a", "event", 53.9, -1.6, [AI]), ("b", "paper", 53.9, -1.6, [AI]), ("c", "paper", 51.4, -3.2, [AI])])
    make_all(country)
    run = run_of(country)
    assert (run["clusters"], run["inertia"]) == (2, 0)
    assert run["note"] == "2 distinct places: K lowered from 3"
    put(country, COUNTRY, NEXT.first_day)
    make_all(country, month=NEXT)
    assert run_of(country, month=NEXT)["clusters"] == 3
    assert run_of(country, month=NEXT)["note"] == "1 centres are new, where items were farthest from any"


def test_equal_shares_rank_by_identifier(country: Warehouse) -> None:
    put(country, [*around("y", YORKSHIRE, 6), *around("w", WALES, 6), *around("u", ULSTER, 6)])
    make_all(country)
    found = clusters_of(country)
    assert found["cluster_id"].to_list() == sorted(found["cluster_id"])


def test_the_order_of_rows_does_not_matter(remade: Warehouse) -> None:
    before = [remade.read(f"select * from innovation_index.{table} order by all") for table in TABLES]
    with remade.transaction() as connection:
        connection.execute(
            "create temp table turned as select * from innovation_index.items order by item_id desc;"
            "delete from innovation_index.items; insert into innovation_index.items select * from turned"
        )
    make_all(remade)
    after = [remade.read(f"select * from innovation_index.{table} order by all") for table in TABLES]
    for one, other in zip(before, after, strict=True):
        assert one.equals(other)


TABLES = ("runs", "clusters", "activity_points", "rankings", "cluster_history")


def test_given_centres_come_first_then_last_months(country: Warehouse) -> None:
    first, second = date(2025, 1, 1), date(2025, 6, 1)
    # The first drop parts Yorkshire in two and leaves Wales and Ulster together.
    parted = [(53.7, -1.65), (53.9, -1.65), (53.0, -4.5)]
    apart = [ULSTER, WALES, YORKSHIRE]
    give_centres(country, (first, AI, parted), (second, AI, apart))
    use_drops(country, index_centres=first)
    make_all(country)
    assert run_of(country)["start"] == "given"
    assert sorted(clusters_of(country)["items"]) == [5, 7, 9]
    assert run_of(country)["inertia"] > run_of(country)["best_random_inertia"]

    # The drop was used: its clusters go on, also where the month has more items.
    put(country, [*COUNTRY, ("new", "event", 53.6, -1.65, [AI])], NEXT.first_day)
    make_all(country, month=NEXT)
    assert run_of(country, month=NEXT)["start"] == "last month"
    assert run_of(country, month=NEXT)["carried_share"] == 1
    assert set(clusters_of(country, month=NEXT)["cluster_id"]) == set(clusters_of(country)["cluster_id"])

    # A newer drop starts them anew; clusters that keep most of their items keep their identifiers.
    use_drops(country, index_centres=first, index_centres_next=second)
    make_all(country, month=NEXT)
    assert run_of(country, month=NEXT)["start"] == "given"
    assert sorted(clusters_of(country, month=NEXT)["items"]) == [3, 6, 13]
    # One half of Yorkshire goes on, the other has ended; most of the cluster by the Irish Sea is in Wales.
    kept = set(clusters_of(country)["cluster_id"]) & set(clusters_of(country, month=NEXT)["cluster_id"])
    assert len(kept) == 2
    assert labels_of(country)["w00"] == labels_of(country, NEXT)["w00"]


def test_identifiers_say_category_and_birth_and_are_numbered_by_label(country: Warehouse) -> None:
    give_centres(country, (date(2025, 1, 1), AI, [ULSTER, WALES, YORKSHIRE]))
    use_drops(country, index_centres=date(2025, 1, 1))
    make_all(country)
    labels = labels_of(country)
    assert [labels[item] for item in ("u00", "w00", "y00")] == [f"II-AI-{MONTH}-00{number}" for number in (1, 2, 3)]


def test_clusters_last_and_their_history_is_told(remade: Warehouse) -> None:
    assert set(history_of(remade, MONTH)["event"]) == {"born"}
    first = {row["name"]: row["cluster_id"] for row in clusters_of(remade).iter_rows(named=True)}

    # Nobody is left in Wales, and many are new in Manchester; Ulster stays.
    moved = [*around("y", YORKSHIRE, 12), *around("m", (53.48, -2.3), 30, 0.1), *around("u", ULSTER, 3)]
    put(remade, moved, NEXT.first_day)
    make_all(remade, month=NEXT)

    told = {row["cluster_id"]: row for row in history_of(remade, NEXT).iter_rows(named=True)}
    yorkshire, ulster = told[first["Leeds, Bradford"]], told[first["Belfast"]]
    assert (yorkshire["event"], yorkshire["months"], yorkshire["best_rank"]) == ("renamed", 2, 1)
    assert (yorkshire["former_name"], yorkshire["name"]) == ("Leeds, Bradford", "Manchester, Leeds, Bradford")
    assert yorkshire["first_month"] == MONTH.first_day
    assert ulster["event"] == "kept"
    assert ulster["moved_km"] == pytest.approx(0, abs=1e-6)
    # Wales's centre drew no item: the cluster has ended.
    ended = told[first["Cardiff"]]
    assert (ended["event"], ended["name"], ended["moved_km"], ended["months"]) == ("ended", "Cardiff", None, 1)
    assert "drew no item" in run_of(remade, month=NEXT)["note"]
    assert run_of(remade, month=NEXT)["carried_share"] == 1

    put(remade, COUNTRY, LATER.first_day)
    make_all(remade, month=LATER)
    later = {row["cluster_id"]: row for row in history_of(remade, LATER).iter_rows(named=True)}
    assert later[first["Leeds, Bradford"]]["months"] == 3
    born = [row["name"] for row in later.values() if row["event"] == "born"]
    assert born == ["Cardiff"]
    assert first["Cardiff"] not in later


def test_a_cluster_that_moves_is_renamed(remade: Warehouse) -> None:
    shifted = [
        (i, kind, latitude, longitude - (0.3 if i[0] == "y" else 0), of) for i, kind, latitude, longitude, of in COUNTRY
    ]
    put(remade, shifted, NEXT.first_day)
    make_all(remade, month=NEXT)
    changed = history_of(remade, NEXT).filter(pl.col("event") == "renamed").row(0, named=True)
    assert (changed["former_name"], changed["name"]) == ("Leeds, Bradford", "Bradford")
    assert changed["moved_km"] == pytest.approx(19.7, abs=0.1)
    assert run_of(remade, month=NEXT)["carried_share"] == 1


def test_hdbscan_leaves_noise_out_and_follows_clusters_by_their_items(country: Warehouse) -> None:
    lone = [("far", "event", 57.5, -4.2, [AI]), ("off", "paper", 60.2, -1.2, [AI])]
    dense = [*around("y", YORKSHIRE, 40, 0.02), *around("w", WALES, 20, 0.02), *lone]
    method = profile(index_algorithm="hdbscan", index_min_cluster_items=10, index_min_samples=3)
    put(country, dense)
    make_all(country, method)
    found, run = clusters_of(country), run_of(country)
    assert found["items"].to_list() == [40, 20]
    assert found["percentage"].sum() == pytest.approx(100 * 60 / 62)
    assert (run["algorithm"], run["start"], run["inertia"], run["stability"]) == ("hdbscan", "none", None, None)
    assert run["note"] == "2 items are in no cluster"
    assert not {"far", "off"} & set(labels_of(country))

    put(country, dense[10:], NEXT.first_day)
    make_all(country, method, month=NEXT)
    assert set(clusters_of(country, month=NEXT)["cluster_id"]) == set(found["cluster_id"])
    put(country, COUNTRY[:5], LATER.first_day)
    make_all(country, method, month=LATER)
    assert run_of(country, month=LATER)["note"] == "not run: 5 items, fewer than twice min_cluster_size 10"


def test_joint_work_draws_items_into_one_cluster(country: Warehouse) -> None:
    west, east = (53.0, -2.0), (53.0, -1.0)
    between = ("between", "business", 53.0, -1.45, [AI])
    put(country, [*around("a", west, 5, 0.01), *around("b", east, 5, 0.01), between])
    day = date(2025, 1, 1)
    use_drops(country, index_centres=day, innovate_uk=day)
    give_centres(country, (day, AI, [west, east]))
    partners = ["between", "a00", "a03"]
    rows = [
        {
            "as_of": day,
            "row_number": number,
            "application_id": "1",
            "participant_name": crn,
            "crn": crn,
            "is_lead": False,
            "is_withdrawn": False,
            "is_funded": True,
        }
        for number, crn in enumerate(partners)
    ]
    fill(country, "sources.innovate_uk", rows)
    make_all(country)
    alone = labels_of(country)
    assert alone["between"] == alone["b00"]
    make_all(country, profile(link_weight=1.0))
    drawn = labels_of(country)
    assert drawn["between"] == drawn["a00"] != drawn["b00"]
    # Its centre is the mean of where the members truly are.
    centre = clusters_of(country).filter(cluster_id=drawn["a00"]).row(0, named=True)
    assert centre["longitude"] == pytest.approx((5 * -2.0 - 1.45) / 6)


def test_pictures_and_figures_stand_on_the_asset(country: Warehouse) -> None:
    report = make(country, clusters, profile()).reports[""]
    assert set(report.pictures) == {f"map of {AI}", "map of Overall"}
    assert all(png.startswith(b"\x89PNG") for png in report.pictures.values())
    assert report.figures["runs"].height == len(CATEGORIES) + 1
    assert f"{CLEAN}: no item" in report.messages


@pytest.mark.parametrize(
    ("rule", "change"),
    [
        (
            "percentages_sum_to_100",
            "update innovation_index.clusters set percentage = percentage / 2 where percentage > 50",
        ),
        ("clusters_are_their_members", "update innovation_index.clusters set latitude = latitude + 0.001"),
        ("clusters_are_their_members", "update innovation_index.clusters set events = events + 1"),
        ("every_item_is_in_a_cluster", "delete from innovation_index.activity_points where item_id = 'y00'"),
        ("every_item_is_in_a_cluster", "delete from innovation_index.item_categories where item_id = 'y00'"),
        (
            "named_towns_lie_in_their_hull",
            "update innovation_index.clusters set name = 'Leeds, Manchester' where name = 'Leeds, Bradford'",
        ),
        (
            "named_towns_lie_in_their_hull",
            "update innovation_index.clusters set name = 'Cardiff' where name = 'Belfast'",
        ),
        ("rankings_are_complete", "update innovation_index.rankings set rank = 4 - rank"),
        ("rankings_are_complete", "delete from innovation_index.rankings where rank = 3"),
        ("kmeans_settled", "update innovation_index.runs set note = 'not settled after 3 iterations'"),
        ("clusters_last", "update innovation_index.runs set carried_share = 0.9"),
    ],
)
def test_checks_see_what_is_wrong(remade: Warehouse, rule: str, change: str) -> None:
    assert rule not in failing(remade)
    with remade.transaction() as connection:
        connection.execute(change)
    assert rule in failing(remade)


def failing(warehouse: Warehouse) -> set[str]:
    tables = [f"innovation_index.{table}" for table in TABLES]
    with warehouse.connect(read_only=True) as connection:
        outcomes = run_checks(connection, tables, step_parameters(MONTH, profile()), ["test"])
    return {outcome.name for outcome in outcomes if not outcome.passed}


def test_nothing_to_name_after_is_an_error(country: Warehouse) -> None:
    fill(country, "reference.places", [])
    with pytest.raises(ValueError, match="no towns for the month"):
        make_all(country)


def test_a_line_has_an_outline_and_nothing_stays_nothing() -> None:
    line, nothing = buffered(np.array([shapely.from_wkt("LINESTRING (-1 53, -1 53.5)"), None]), 4350)
    assert line.geom_type == "Polygon"
    assert nothing is None
