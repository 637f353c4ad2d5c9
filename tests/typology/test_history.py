"""What became of clusters and why, by the real steps over three months written by hand.

In the second month the list of sectors is of another classification and the postcode directory is another; in the third
the register is, with references of its own. Of each group of ten firms it is known what its end, its birth or its
staying is due to.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from typer.testing import CliRunner

from assets.method import HistoryMethod, MethodProfile
from assets.methods.identity.history import FIRST, NOT_KEPT, SAME
from assets.typology.history import HISTORY, SOURCES_OF_THE_MONTH
from assets.warehouse.database import Warehouse
from assets.warehouse.inputs import inputs_of
from pipelines.cli import app
from tests.support import MONTH, fill, make, make_all, opened_once

MONTHS = (MONTH, MONTH.plus(1), MONTH.plus(2))
DAYS = tuple(month.first_day for month in MONTHS)
PROFILE = "test"
METHOD = MethodProfile(name=PROFILE, history=HistoryMethod(register_habit_share=0.2))
"""In so small a country the ten firms that move are a seventh of the register."""
FIRMS = 10
SOFTWARE, UNLISTED, LISTED = ("62012", "64012"), ("62090", "64900"), ("71200", "64120")
"""Codes in the first month and after: the sector's own, one that it has in the first month alone, one that it has
after."""
SECTOR = ("Software", "Software and Data")


@dataclass(frozen=True)
class Group:
    """Firms that make one cluster, and what is true of them in each of the three months."""

    codes: tuple[str, str] = SOFTWARE
    clusters: tuple[str | None, ...] = (None, None, None)
    """The cluster that they are, by month; None where they are none."""
    there: tuple[int, int, int] = (FIRMS, FIRMS, FIRMS)
    """How many of them the register knows, by month."""
    moved: bool = False
    """Whether the second month's directory has their postcodes elsewhere."""
    leaves: bool = False
    """Whether they are at another postcode in the third month."""


GROUPS = {
    "A": Group(clusters=("gone", None, None), there=(FIRMS, 0, 0)),
    "B": Group(clusters=("unlisted", None, None), codes=UNLISTED),
    "C": Group(clusters=("scattered", None, None), moved=True),
    "D": Group(clusters=(None, "listed", "listed"), codes=LISTED),
    "E": Group(clusters=(None, "new", "new"), there=(0, FIRMS, FIRMS)),
    "F": Group(clusters=("kept", "kept", "kept"), there=(FIRMS, FIRMS + 2, FIRMS + 2)),
    "G": Group(clusters=(None, "short", None), there=(FIRMS, FIRMS, 0)),
    "H": Group(clusters=("left", "left", None), leaves=True),
}
EVENTS = [
    *((0, f"birth {name}") for name in ("gone", "unlisted", "scattered", "kept", "left")),
    *((1, f"death {name}") for name in ("gone", "unlisted", "scattered")),
    *((1, f"birth {name}") for name in ("listed", "new", "short")),
    *((1, f"continuation {name}") for name in ("kept", "left")),
    *((2, f"continuation {name}") for name in ("listed", "new", "kept")),
    *((2, f"death {name}") for name in ("short", "left")),
]


def reference(month: int, firm: str) -> str:
    """Of a firm's site in the register of a month."""
    return f"{'SBR' if month == 2 else 'LU'}-{firm}"


def sites() -> Iterator[tuple[int, str, Group, int]]:
    """Month, firm, group and number of every site there."""
    for month in range(len(MONTHS)):
        for name, group in GROUPS.items():
            for number in range(group.there[month]):
                yield month, f"{name}{number}", group, number


def _fill_organisations(warehouse: Warehouse) -> None:
    located, codes, sectors = [], [], []
    for month, firm, group, number in sites():
        later = int(month > 0)
        here: dict[str, Any] = {"month": DAYS[month], "site_id": reference(month, firm), "organisation_id": firm}
        has_left = group.leaves and month == 2
        away = 50_000.0 if has_left or (group.moved and later) else 0.0
        located.append(
            {
                **here,
                "postcode": f"{'CD2' if has_left else 'AB1'} {number % 10}AA",
                "easting": 400_000.0 + number + away,
                "northing": 300_000.0,
                "grid": "gb",
                "geocode_quality": "postcode",
                **{"in_register": True, "in_rtic": False, "is_registered_only": False, "is_excluded": False},
            }
        )
        codes.append({**here, "scheme": "sic", "code": group.codes[later], "is_only": True})
        if (later and group is not GROUPS["B"]) or (not later and group is not GROUPS["D"]):
            sectors.append({**here, "scheme": "sic", "sector": SECTOR[later]})
    fill(warehouse, "organisations.sites", located)
    fill(warehouse, "organisations.site_codes", codes)
    fill(warehouse, "organisations.site_sectors", sectors)


def _fill_sources(warehouse: Warehouse) -> None:
    drops, later, last = [], date(2025, 6, 1), date(2025, 7, 1)
    as_of = {"sic_sectors": (date(2025, 5, 1), later, later), "postcodes": (date(2025, 5, 1), later, later)}
    as_of |= {"idbr_local_units": (date(2025, 5, 1), date(2025, 5, 1), last), "sic_correspondence": (later,) * 3}
    for dataset, dates in as_of.items():
        for month, day in zip(DAYS, dates, strict=True):
            drop = {"month": month, "dataset": dataset, "as_of": day, "path": f"{dataset}/x.csv", "sha256": str(day)}
            drops.append({**drop, "bytes": 1, "rows_read": 1, "rows_rejected": 0, "reader_version": 1})
    fill(warehouse, "sources.drops", drops)
    stated = [("sic_sectors", later, "classification", "SIC 2026"), ("idbr_local_units", last, "register", "SBR")]
    names = ("dataset", "as_of", "statement", "value")
    fill(warehouse, "sources.drop_statements", [dict(zip(names, row, strict=True)) for row in stated])
    lists = [(date(2025, 5, 1), "62", SECTOR[0]), (later, "64012", SECTOR[1]), (later, "64120", SECTOR[1])]
    names = ("as_of", "sic2007_prefix", "sector")
    fill(warehouse, "reference.sic_sectors", [dict(zip(names, row, strict=True)) for row in lists])
    pairs = [SOFTWARE, UNLISTED, LISTED]
    years = {"as_of": later, "from_classification": "SIC 2007", "to_classification": "SIC 2026", "share": 1.0}
    fill(
        warehouse,
        "reference.sic_correspondence",
        [{**years, "from_code": old, "to_code": new} for old, new in pairs],
    )


def _fill_clusters(warehouse: Warehouse) -> None:
    members = [
        {"month": DAYS[month], "profile": PROFILE, "cluster_id": cluster, "organisation_id": firm}
        | {"site_id": reference(month, firm), "is_firm": True}
        for month, firm, group, _ in sites()
        if (cluster := group.clusters[month])
    ]
    fill(warehouse, "typology.cluster_members", members)
    sizes = pl.DataFrame(members).group_by("month", "cluster_id").len("firms").sort("month", "cluster_id")
    fill(
        warehouse,
        "typology.innovation_clusters",
        [
            {
                **{"month": month, "profile": PROFILE, "cluster_id": cluster, "firms": firms, "sites": firms},
                **{"name": "Leeds" if month == DAYS[0] else f"Leeds {cluster}", "approach": "spatial"},
                **{"scheme": "sic", "sector": SECTOR[month > DAYS[0]], "cluster_type": "Specialised"},
                **dict.fromkeys(("iuk_funding_gbp", "ukri_funding_gbp", "publications", "joint_projects"), 0),
                **dict.fromkeys(("is_rdi_active", "is_colocated", "is_specialised"), True),
                **{"is_internally_collaborative": False, "rdi_active_share": 1.0, "collaboration_p_value": 1.0},
                **{
                    "regions": "",
                    "local_authorities": "",
                    "latitude": 53.8,
                    "longitude": -1.5,
                    "employees": 10 * firms,
                },
            }
            for month, cluster, firms in sizes.iter_rows()
        ],
    )
    fill(
        warehouse,
        "typology.cluster_events",
        [
            {
                **{"month": DAYS[month], "profile": PROFILE, "cluster_id": cluster, "event": event},
                "earlier_month": DAYS[month - 1] if month else None,
                "earlier_cluster_id": None if event == "birth" else cluster,
                "shared_firms": FIRMS if event == "continuation" else 0,
            }
            for month, (event, cluster) in ((month, told.split()) for month, told in EVENTS)
        ],
    )


@opened_once
def _fill(warehouse: Warehouse) -> None:
    _fill_organisations(warehouse)
    _fill_sources(warehouse)
    _fill_clusters(warehouse)


def _make(warehouse: Warehouse) -> None:
    _fill(warehouse)
    for month in MONTHS:
        make_all(warehouse, (*SOURCES_OF_THE_MONTH, *HISTORY), METHOD, month=month)


@pytest.fixture(scope="module")
def made(empty_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    warehouse = Warehouse(shutil.copy(empty_file, tmp_path_factory.mktemp("history") / "warehouse.duckdb"), threads=1)
    _make(warehouse)
    return warehouse


def told(warehouse: Warehouse, month: int, *columns: str) -> dict[str, list[Any]]:
    names = ", ".join(columns)
    query = f"select event || ' ' || cluster_id, {names} from typology.cluster_history where month = $month"
    return {name: values for name, *values in warehouse.read(query, month=DAYS[month]).iter_rows()}


def test_each_end_and_beginning_names_what_it_is_due_to(made: Warehouse) -> None:
    assert told(made, 1, "cause", "cause_share") == {
        "death gone": ["firms", 1.0],
        "death unlisted": ["taxonomy", 1.0],
        "death scattered": ["postcodes", 1.0],
        "birth listed": ["taxonomy", 1.0],
        "birth new": ["firms", 1.0],
        # None of its firms changed. Of the sector's others 22 came or went, 20 were listed or no longer.
        "birth short": ["firms", None],
        "continuation kept": ["firms", 1.0],
        "rename kept": ["firms", 1.0],
        "continuation left": [None, None],
        "rename left": [None, None],
    }
    last = told(made, 2, "cause", "cause_share")
    assert (last["death short"], last["death left"]) == (["register", 1.0], ["firms", 1.0])


def test_the_cause_is_told_in_a_sentence_with_figures(made: Warehouse) -> None:
    detail = {name: said for name, (said,) in told(made, 1, "cause_detail").items()}
    assert detail["death unlisted"] == (
        "Gained or lost, 10: 10 in another sector by the list of sectors. "
        "The list of SIC sectors is of SIC 2026, before of SIC 2007."
    )
    assert detail["death scattered"].endswith(
        "The postcode directory is that of 2025-06-01, before that of 2025-05-01."
    )
    last = {name: said for name, (said,) in told(made, 2, "cause_detail").items()}
    assert last["continuation kept"] == SAME
    assert last["death short"] == (
        "Gained or lost, 10: 10 no longer in the register. The register is SBR, before IDBR."
    )


def test_where_a_register_has_many_elsewhere_the_move_is_its_own(made: Warehouse, tmp_path: Path) -> None:
    warehouse = Warehouse(shutil.copy(made.path, tmp_path / "warehouse.duckdb"), threads=1)
    make(warehouse, HISTORY[0], MethodProfile(name=PROFILE), month=MONTHS[2])
    assert told(warehouse, 2, "cause")["death left"] == ["register"]


def test_the_first_month_has_nothing_to_be_compared_with(made: Warehouse) -> None:
    assert {*map(tuple, told(made, 0, "cause", "cause_detail").values())} == {(None, FIRST)}


def test_figures_stand_beside_the_event(made: Warehouse) -> None:
    columns = ("firms", "firms_before", "firms_gained", "firms_lost", "firms_growth_1", "firms_growth_12", "name")
    found = told(made, 1, *columns, "earlier_name")
    assert found["continuation kept"] == [12, 10, 2, 0, pytest.approx(0.2), None, "Leeds kept", "Leeds"]
    assert found["death gone"] == [None, 10, 0, 10, None, None, None, "Leeds"]
    assert found["birth new"] == [10, None, 10, 0, None, None, "Leeds new", None]


def test_a_month_keeps_the_sites_that_changed_and_what_its_sources_were(made: Warehouse) -> None:
    kept = made.read("select month, is_gone, count(*) from typology.site_states group by all order by all").rows()
    # The second month renames the sector of all that have one: 62 of 72 sites are listed, ten of them newly, and ten no
    # longer. The third has other references throughout.
    changed = [(0, False, 70), (1, False, 72), (1, True, 10), (2, False, 62), (2, True, 72)]
    assert kept == [(DAYS[month], *counted) for month, *counted in changed]
    sources = made.read("select register, sic_classification from typology.month_sources order by month").rows()
    assert sources == [("IDBR", "SIC 2007"), ("IDBR", "SIC 2026"), ("SBR", "SIC 2026")]


def test_the_changes_of_a_month_are_counted_by_cause(made: Warehouse) -> None:
    query = "select event, cause, clusters, firms_lost, largest_name from typology.month_changes where month = $month"
    found = made.read(query, month=DAYS[1]).rows()
    assert ("death", "taxonomy", 1, 10, "Leeds") in found
    assert ("birth", "taxonomy", 1, 0, "Leeds listed") in found
    assert ("birth", "firms", 2, 0, "Leeds short") in found


def test_of_a_month_that_an_earlier_version_made_no_cause_is_known(made: Warehouse, tmp_path: Path) -> None:
    warehouse = Warehouse(shutil.copy(made.path, tmp_path / "warehouse.duckdb"), threads=1)
    with warehouse.transaction() as connection:
        connection.execute("delete from typology.month_sources where month = $month", {"month": DAYS[0]})
    make(warehouse, HISTORY[0], METHOD, month=MONTHS[1])
    assert {*map(tuple, told(warehouse, 1, "cause", "cause_detail").values())} == {(None, NOT_KEPT)}


def test_sectors_of_two_classifications_correspond_by_the_sites_of_their_codes(made: Warehouse) -> None:
    """Of the sector's 62 sites in the second month ten have a code that was in no sector before."""
    query = inputs_of("typology", ["corresponding_sectors"])["corresponding_sectors"]
    given = {"month": DAYS[1], "earlier_month": DAYS[0], "profile": PROFILE, "correspondence_min_share": 0.2}
    assert made.read(query, **given).rows() == [("sic", *SECTOR, 52)]
    with made.connect(read_only=True):
        assert made.read(query, **{**given, "month": DAYS[2], "earlier_month": DAYS[1]})["sector"].to_list() == [
            SECTOR[1]
        ]
        assert made.read(query, **{**given, "earlier_month": None}).is_empty()


def test_under_another_register_a_reference_that_only_one_has_is_followed_nowhere(
    made: Warehouse, tmp_path: Path
) -> None:
    """Enterprise 1 is in both months, 2 in the earlier alone, 3 in the later alone; companies have a number."""
    warehouse = Warehouse(shutil.copy(made.path, tmp_path / "warehouse.duckdb"), threads=1)
    query = inputs_of("typology", ["unfollowed_firms"])["unfollowed_firms"]
    state = {"sectors": "", "is_rdi_active": False, "in_register": True, "is_gone": False}
    firm = {"organisation_type": "business", "is_firm": True}
    member = {"profile": PROFILE, "cluster_id": "C", "is_firm": True}
    then = [{"month": day, "organisation_id": name} for day in DAYS[:2] for name in ("ENT-1", "ENT-2", "CRN-2")]
    now = [{"month": day, "organisation_id": name} for day in DAYS[1:] for name in ("ENT-1", "ENT-3", "CRN-3")]
    with warehouse.connect():
        fill(warehouse, "organisations.organisations", [{**row, **firm, "name": "A firm"} for row in now])
        fill(warehouse, "typology.site_states", [{**row, **state, "site_id": row["organisation_id"]} for row in then])
        fill(warehouse, "typology.cluster_members", [{**row, **member} for row in then])
    for earlier, unfollowed in ((0, []), (1, ["ENT-2", "ENT-3"])):
        given = {"month": DAYS[earlier + 1], "earlier_month": DAYS[earlier], "profile": PROFILE}
        assert warehouse.read(query, **given)["organisation_id"].to_list() == unfollowed


def asked(warehouse: Warehouse, *options: str) -> str:
    command = ["diff", "--profile", PROFILE, "--warehouse", str(warehouse.path), *options]
    done = CliRunner().invoke(app, command)
    assert done.exit_code == 0, done.output
    return done.stdout


def test_diff_tells_of_all_months_after_the_first(made: Warehouse) -> None:
    lines = asked(made, "--from", str(MONTHS[0]), "--format", "csv").splitlines()
    assert [line.split(",")[:3] for line in lines[1:]] == [
        ["birth", "2025-06", "listed"],
        ["birth", "2025-06", "new"],
        ["birth", "2025-06", "short"],
        ["death", "2025-06", "gone"],
        ["death", "2025-06", "scattered"],
        ["death", "2025-06", "unlisted"],
        ["death", "2025-07", "left"],
        ["death", "2025-07", "short"],
        ["rename", "2025-06", "kept"],
        ["rename", "2025-06", "left"],
    ]
    everything = asked(made, "--from", str(MONTHS[0]), "--to", str(MONTHS[1]), "--all", "--format", "csv")
    assert sum(line.startswith("continuation,") for line in everything.splitlines()) == 2
    assert "birth 3, death 5, rename 2" in asked(made, "--from", str(MONTHS[0]))


def test_diff_says_which_months_there_are(made: Warehouse) -> None:
    before = str(MONTHS[0].plus(-1))
    done = CliRunner().invoke(app, ["diff", "--from", before, "--profile", PROFILE, "--warehouse", str(made.path)])
    assert done.exit_code == 1
    assert "does not lead back to 2025-04: --from can be 2025-05, 2025-06" in " ".join(done.output.split())
