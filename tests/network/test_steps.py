from __future__ import annotations

from typing import Any

import networkx as nx
import polars as pl
import pytest

from assets.method import GraphMethod, MethodProfile, NetworkMethod
from assets.network.steps import STEPS
from assets.warehouse.checks import ChecksFailedError, rules
from assets.warehouse.database import Warehouse
from assets.warehouse.declarations import declared_tables
from assets.warehouse.running import StepResult
from tests.methods.communities.networks import participations, planted
from tests.support import MONTH, fill, fill_frame, make, make_all, use_drop

CONSENSUS = MethodProfile(name="one", network=NetworkMethod(consensus_runs=5, collaboration_draws=39))
SCAN = MethodProfile(name="two", network=NetworkMethod(community_method="scan", collaboration_draws=39))
STEP = {step.name: step for step in STEPS}


def took_part(
    project: str, *organisations: str, source: str = "innovate_uk", in_window: bool = True
) -> list[dict[str, Any]]:
    return [
        {
            "source": source,
            "project_id": project,
            "organisation_id": organisation,
            "is_lead": False,
            "is_funded": True,
            "is_in_window": in_window,
        }
        for organisation in organisations
    ]


def organisation(name: str, is_firm: bool = True) -> dict[str, Any]:
    kind = "business" if is_firm else "university"
    return {"organisation_id": name, "name": name, "organisation_type": kind, "is_firm": is_firm}


def site(name: str, easting: float | None, **columns: Any) -> dict[str, Any]:
    usual = {
        "site_id": f"{name}-{easting}",
        "organisation_id": name,
        "easting": easting,
        "northing": 0.0,
        "grid": "gb",
        "geocode_quality": "postcode",
        "in_register": True,
        "in_rtic": False,
        "is_registered_only": False,
        "is_excluded": False,
    }
    return usual | columns


def fill_many(warehouse: Warehouse, table: str, rows: list[dict[str, Any]]) -> None:
    """As `fill`, for more rows than one wants to insert one by one."""
    columns = [column.name for column in declared_tables()[table].columns]
    complete = [{column: row.get(column) for column in columns} | {"month": MONTH.first_day} for row in rows]
    fill_frame(warehouse, table, pl.DataFrame(complete, infer_schema_length=None))


def run_all(warehouse: Warehouse, *profiles: MethodProfile) -> dict[str, StepResult]:
    return {result.step.name: result for result in make_all(warehouse, STEPS, *profiles)}


def test_steps_stand_in_run_order() -> None:
    assert [step.name for step in STEPS] == [
        "participations",
        "edges",
        "communities",
        "colocation",
        "collaboration_tests",
        "institution_ties",
    ]
    assert [step.per_profile for step in STEPS] == [False, False, True, True, True, False]


def test_the_graph_holds_co_applications_in_the_window_of_two_to_max_consortium(warehouse: Warehouse) -> None:
    fill(
        warehouse,
        "organisations.participations",
        [
            *took_part("kept", "a", "b", "c"),
            *took_part("pair", "b", "a"),
            *took_part("alone", "a"),
            *took_part("large", "a", "b", "c", "d"),
            *took_part("early", "a", "b", in_window=False),
            *took_part("ukri", "a", "b", source="ukri"),
            *took_part("kept", "a", "b", source="ukri"),
        ],
    )
    profile = MethodProfile(name="test", graph=GraphMethod(max_consortium=3))
    make(warehouse, STEP["participations"], profile)
    make(warehouse, STEP["edges"], profile)
    assert warehouse.read("select application_id, organisation_id, partners from network.participations").rows() == [
        ("kept", "a", 3),
        ("kept", "b", 3),
        ("kept", "c", 3),
        ("pair", "a", 2),
        ("pair", "b", 2),
    ]
    assert warehouse.read("select * exclude (month) from network.edges").rows() == [
        ("a", "b", 1.5, 2),
        ("a", "c", 0.5, 1),
        ("b", "c", 0.5, 1),
    ]


def test_fifty_partners_are_in_and_fifty_one_are_not(warehouse: Warehouse) -> None:
    names = [f"o{number:02d}" for number in range(51)]
    fill(warehouse, "organisations.participations", took_part("fifty", *names[:50]) + took_part("fifty-one", *names))
    make(warehouse, STEP["participations"])
    assert warehouse.read("select distinct application_id from network.participations").rows() == [("fifty",)]


def test_edges_are_newmans_weights(warehouse: Warehouse) -> None:
    rows = participations(planted(120, 300, [], 3).graph)
    complete = rows.with_columns(partners=pl.len().over("application_id"), month=pl.lit(MONTH.first_day))
    fill_frame(warehouse, "network.participations", complete)
    make(warehouse, STEP["edges"])
    both = nx.Graph()
    both.add_edges_from(rows.iter_rows())
    expected = nx.bipartite.collaboration_weighted_projected_graph(both, rows["organisation_id"].unique().to_list())
    found = warehouse.read("select organisation_a, organisation_b, weight from network.edges")
    assert found.height == expected.number_of_edges()
    for one, other, weight in found.iter_rows():
        assert one < other
        assert weight == pytest.approx(expected.edges[one, other]["weight"])


@pytest.fixture
def filled(warehouse: Warehouse) -> Warehouse:
    network = planted(400, 1000, [20, 30, 40], 2, per_member=3.5)
    rows = participations(network.graph)
    names = [f"O{number:06d}" for number in range(400)]
    by_project: dict[str, list[str]] = {}
    for application, name in rows.iter_rows():
        by_project.setdefault(application, []).append(name)
    taking_part = [row for project, members in by_project.items() for row in took_part(project, *members)]
    fill_many(warehouse, "organisations.participations", taking_part)
    # The members of the second community are spread over the country, all others stand in one place.
    spread = {name: 40_000.0 * place for place, name in enumerate(names[member] for member in network.communities[1])}
    fill_many(warehouse, "organisations.sites", [site(name, spread.get(name, 500.0)) for name in names])
    universities = {names[member] for member in sorted(network.communities[2])[:5]}
    fill_many(
        warehouse, "organisations.organisations", [organisation(name, name not in universities) for name in names]
    )
    together = [("spatial-1", sorted(network.communities[0])), ("spatial-2", [0, 1])]
    fill(
        warehouse,
        "spatial.group_members",
        [
            {"profile": profile, "group_id": group, "organisation_id": names[member], "site_id": f"s{member}"}
            for profile in ("one", "two")
            for group, members in together
            for member in members
        ],
    )
    return warehouse


def test_communities_of_the_scan_and_what_follows_from_them(filled: Warehouse) -> None:
    results = run_all(filled, CONSENSUS, SCAN)
    assert all(outcome.passed for result in results.values() for outcome in result.checks)
    found = filled.read("select * from network.groups where profile = 'two' order by group_id")
    assert found["group_id"].to_list() == ["network-1", "network-2", "network-3"]
    assert found["organisations"].is_sorted(descending=True)
    # Universities are members and do not count as firms.
    assert (found["organisations"] - found["firms"]).to_list()[0] in range(1, 6)
    assert (found["score_excess"] > 0).all()
    assert found["stability"].null_count() == 3
    colocated = filled.read("select is_colocated from network.colocation where profile = 'two' order by group_id")
    assert colocated["is_colocated"].to_list() == [True, False, True]
    tests = filled.read("select * from network.collaboration_tests where profile = 'two' order by group_id")
    assert tests["group_id"].to_list() == ["network-1", "network-2", "network-3", "spatial-1", "spatial-2"]
    assert tests["is_internally_collaborative"].to_list() == [True, True, True, True, False]
    run = filled.read("select * from network.runs where profile = 'two'").row(0, named=True)
    assert (run["method"], run["groups"], run["modularity"], run["skipped_reason"]) == ("scan", 3, None, None)
    consensus = filled.read("select * from network.runs where profile = 'one'").row(0, named=True)
    assert consensus["modularity"] > 0.2
    assert filled.read("select min(firms) as least from network.groups")["least"].item() >= 10
    stability = filled.read("select stability, score from network.groups where profile = 'one'")
    assert stability["stability"].null_count() == 0
    assert stability["score"].null_count() == stability.height
    report = results["communities"].reports["two"]
    assert report.figures["communities"] == 3
    assert all(picture.startswith(b"\x89PNG") for picture in report.pictures.values())


def test_same_rows_whatever_the_order_of_the_input(filled: Warehouse) -> None:
    tables = ("groups", "group_members", "collaboration_tests", "colocation", "edges")
    run_all(filled, CONSENSUS)
    before = {table: filled.read(f"select * from network.{table} order by all") for table in tables}
    shuffled = filled.read("select * from organisations.participations").sample(fraction=1, shuffle=True, seed=3)
    fill_frame(filled, "organisations.participations", shuffled)
    run_all(filled, CONSENSUS)
    for table, rows in before.items():
        assert filled.read(f"select * from network.{table} order by all").equals(rows), table


def test_a_month_without_innovate_uk_runs_and_says_so(filled: Warehouse) -> None:
    fill(filled, "organisations.participations", [])
    results = run_all(filled, CONSENSUS, SCAN)
    for profile in ("one", "two"):
        assert "no Innovate UK applications" in results["communities"].reports[profile].messages[0]
        assert "no Innovate UK applications" in results["collaboration_tests"].reports[profile].messages[0]
    runs = filled.read("select profile, organisations, groups, skipped_reason from network.runs order by profile")
    reason = "no Innovate UK applications of two or more partners in the window"
    assert runs.rows() == [("one", 0, 0, reason), ("two", 0, 0, reason)]
    for table in ("participations", "edges", "groups", "group_members", "colocation"):
        assert filled.read(f"select * from network.{table}").height == 0
    tests = filled.read("select * exclude (month, profile, profile_fingerprint) from network.collaboration_tests")
    assert set(tests.rows()) == {("spatial-1", 0, 0, 0.0, 1.0, False), ("spatial-2", 0, 0, 0.0, 1.0, False)}


def test_sites_left_out_or_without_a_place_do_not_locate_a_firm(warehouse: Warehouse) -> None:
    fill(warehouse, "network.groups", [group_row()])
    fill(
        warehouse,
        "network.group_members",
        [{"profile": "one", "group_id": "network-1", "organisation_id": name} for name in "abc"],
    )
    fill(warehouse, "organisations.organisations", [organisation(name) for name in "abc"])
    fill(
        warehouse,
        "organisations.sites",
        [
            site("a", 0.0),
            site("b", 1.0, is_excluded=True),
            site("c", None, northing=None, grid=None, geocode_quality="unlocated"),
        ],
    )
    make(warehouse, STEP["colocation"], CONSENSUS)
    rows = warehouse.read("select located_firms, colocated_firms, centre_organisation_id from network.colocation")
    assert rows.rows() == [(1, 1, "a")]


def group_row(**columns: Any) -> dict[str, Any]:
    usual = {
        "profile": "one",
        "group_id": "network-1",
        "organisations": 3,
        "firms": 3,
        "resolution": 1.0,
        "partnerships": 3,
        "expected_partnerships": 1.0,
    }
    return usual | columns


def member_row(group: str, name: str) -> dict[str, Any]:
    return {"profile": "one", "group_id": group, "organisation_id": name}


def collaboration_row(**columns: Any) -> dict[str, Any]:
    usual = {
        "profile": "one",
        "group_id": "network-1",
        "joint_projects": 3,
        "joint_pairs": 2,
        "expected_joint_projects": 0.5,
        "collaboration_p_value": 0.01,
        "is_internally_collaborative": True,
    }
    return usual | columns


def colocation_row(**columns: Any) -> dict[str, Any]:
    usual = {
        "profile": "one",
        "group_id": "network-1",
        "located_firms": 3,
        "colocated_firms": 2,
        "colocated_share": 0.6,
        "is_colocated": False,
    }
    return usual | columns


def run_row(**columns: Any) -> dict[str, Any]:
    counts = {"organisations": 3, "applications": 2, "edges": 3, "candidates": 1, "groups": 1}
    return {"profile": "one", "method": "scan"} | counts | columns


def participation_rows(partners: int) -> list[dict[str, Any]]:
    return [{"application_id": "p", "organisation_id": name, "partners": partners} for name in "abc"]


def edge_row(one: str, other: str, joint: int = 1, weight: float = 0.5) -> dict[str, Any]:
    return {"organisation_a": one, "organisation_b": other, "joint_projects": joint, "weight": weight}


SOUND: dict[str, list[dict[str, Any]]] = {
    "network.participations": participation_rows(3),
    "network.edges": [edge_row("a", "b"), edge_row("a", "c"), edge_row("b", "c")],
    "network.runs": [run_row()],
    "network.groups": [group_row()],
    "network.group_members": [member_row("network-1", name) for name in "abc"],
    "network.collaboration_tests": [collaboration_row()],
    "network.colocation": [colocation_row()],
}


@pytest.fixture(scope="module")
def ruled(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """One warehouse for all rules: each fills it anew."""
    empty = Warehouse(tmp_path_factory.mktemp("rules") / "warehouse.duckdb", threads=1)
    empty.create()
    return empty


def failing(warehouse: Warehouse, rule_name: str, **broken: list[dict[str, Any]]) -> int:
    """Rows that a rule returns where all is sound but for the given tables."""
    for table, rows in SOUND.items():
        fill(warehouse, table, broken.get(table.removeprefix("network."), rows))
    rule = next(rule for rule in rules() if rule.name == rule_name and rule.table.startswith("network."))
    return warehouse.read(rule.query, month="2025-05-01", profile="one", max_consortium=50).height


@pytest.mark.parametrize(
    ("rule", "broken"),
    [
        ("partners_are_counted", {"participations": participation_rows(4)}),
        ("joint_applications_are_conserved", {"edges": SOUND["network.edges"][:2]}),
        (
            "joint_applications_are_conserved",
            {"edges": [edge_row("a", "b", weight=0.4), edge_row("a", "c"), edge_row("b", "c")]},
        ),
        ("edges_are_ordered", {"edges": [edge_row("b", "a")]}),
        ("communities_have_their_members", {"group_members": SOUND["network.group_members"][:2]}),
        (
            "communities_have_their_members",
            {
                "groups": [group_row(), group_row(group_id="network-2", organisations=1)],
                "group_members": [*SOUND["network.group_members"], member_row("network-2", "a")],
            },
        ),
        ("communities_are_counted", {"runs": [run_row(groups=2)]}),
        ("every_group_is_tested", {"collaboration_tests": []}),
        ("every_group_is_tested", {"collaboration_tests": [collaboration_row(), collaboration_row(group_id="x")]}),
        ("joint_work_is_coherent", {"collaboration_tests": [collaboration_row(collaboration_p_value=0.0)]}),
        ("joint_work_is_coherent", {"collaboration_tests": [collaboration_row(joint_pairs=0)]}),
        ("every_community_is_placed", {"colocation": []}),
        ("every_community_is_placed", {"colocation": [colocation_row(colocated_firms=4)]}),
        ("every_community_is_placed", {"colocation": [colocation_row(located_firms=5)]}),
        ("firms_without_a_place", {"colocation": [colocation_row(located_firms=1, colocated_firms=1)]}),
    ],
)
def test_rules_catch_what_they_say(ruled: Warehouse, rule: str, broken: dict[str, list[dict[str, Any]]]) -> None:
    assert failing(ruled, rule) == 0
    assert failing(ruled, rule, **broken) > 0


@pytest.mark.parametrize(
    ("partners", "weight", "broken"), [(4, 1 / 3, None), (3, 1 / 2, "partners"), (4, 1 / 2, "joint")]
)
def test_partners_abroad_of_a_project_of_cordis_count_towards_its_size(
    ruled: Warehouse, partners: int, weight: float, broken: str | None
) -> None:
    """Three organisations of the graph and one abroad: each pair has a third of the project, not half of it."""
    project = [{**row, "application_id": "CORDIS-7"} for row in participation_rows(partners)]
    edges = [edge_row(*pair, weight=weight) for pair in ("ab", "ac", "bc")]
    use_drop(ruled, "cordis")
    fill(ruled, "sources.cordis_projects", [{"project_id": "7", "partners": 4}])
    failed = [
        name
        for name in ("partners_are_counted", "joint_applications_are_conserved")
        if failing(ruled, name, participations=project, edges=edges)
    ]
    assert [name.partition("_")[0] for name in failed] == ([broken] if broken else [])


def test_a_blocking_rule_leaves_the_earlier_rows(filled: Warehouse) -> None:
    make(filled, STEP["participations"])
    make(filled, STEP["edges"])
    before = filled.read("select * from network.edges order by all")
    with filled.transaction() as connection:
        connection.execute("update network.participations set partners = partners + 1")
    with pytest.raises(ChecksFailedError, match="joint_applications_are_conserved"):
        make(filled, STEP["edges"])
    assert filled.read("select * from network.edges order by all").equals(before)
