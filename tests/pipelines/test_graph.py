"""The command `graph`: what is in the files, and who may see what of it."""

from __future__ import annotations

import json
from pathlib import Path

import networkx
import pytest
from typer.testing import CliRunner

from assets.network.steps import STEPS
from assets.warehouse.database import Warehouse
from pipelines.cli import app
from tests.support import fill, make, use_drop

COMPANIES = {"F1": "Alpha Ltd", "F2": "Beta\u202e Ltd", "F3": "Gamma Ltd"}
PROJECTS = {
    # Project: its organisations, and whether it was funded.
    "p1": (("F1", "F2"), True),
    "p2": (("F1", "F2", "person"), True),
    "p3": (("F2", "F3"), False),
    "p4": (("F1", "university"), True),
}


@pytest.fixture
def filled(warehouse: Warehouse) -> Warehouse:
    """Three companies, a university and a person in four projects, one of which was turned down."""
    use_drop(warehouse, "postcodes")
    kinds = {**dict.fromkeys(COMPANIES, "business"), "person": "business", "university": "university"}
    names = {**COMPANIES, "person": "J. Smith", "university": "University of Mercia"}
    fill(
        warehouse,
        "organisations.organisations",
        [
            {
                "organisation_id": key,
                "name": names[key],
                "crn": f"0000000{key[1]}" if key in COMPANIES else None,
                "organisation_type": kind,
                "is_firm": kind == "business",
                "employees": 7,
            }
            for key, kind in kinds.items()
        ],
    )
    parts = [(project, one, funded) for project, (members, funded) in PROJECTS.items() for one in members]
    fill(
        warehouse,
        "organisations.participations",
        [
            {
                "source": "innovate_uk",
                "project_id": project,
                "organisation_id": one,
                "is_lead": False,
                "is_funded": funded,
                "is_in_window": True,
            }
            for project, one, funded in parts
        ],
    )
    fill(
        warehouse,
        "organisations.project_partners",
        [
            {
                "source": "innovate_uk",
                "project_id": project,
                "organisation_id": one,
                "postcode": "AB1 1AA" if one == "F1" else "AB1 1AB",
                "is_lead": False,
                "is_funded": funded,
            }
            for project, one, funded in parts
        ],
    )
    fill(
        warehouse,
        "reference.postcodes",
        [
            {"postcode": "AB1 1AA", "latitude": 52.5, "longitude": -1.5, "is_terminated": False},
            {"postcode": "AB1 1AB", "latitude": 55.0, "longitude": -3.0, "is_terminated": False},
        ],
    )
    for step in STEPS[:2]:
        make(warehouse, step)
    return warehouse


def written(warehouse: Warehouse, out: Path, *options: str) -> str:
    done = CliRunner().invoke(app, ["graph", "--out", str(out), "--warehouse", str(warehouse.path), *options])
    assert done.exit_code == 0, done.output
    return " ".join(done.output.split())


def by_label(graph: networkx.Graph) -> dict[str, dict[str, object]]:
    return {attributes["label"]: attributes for _, attributes in graph.nodes(data=True)}


def pairs(graph: networkx.Graph) -> dict[frozenset[str], tuple[float, int]]:
    label = graph.nodes(data="label")
    return {
        frozenset((label[a], label[b])): (data["weight"], data["joint_projects"])
        for a, b, data in graph.edges(data=True)
    }


def test_the_open_graph_is_of_funded_projects_and_of_no_person(filled: Warehouse, tmp_path: Path) -> None:
    said = written(filled, tmp_path / "open.graphml")
    assert "3 organisations and 2 pairs" in said
    assert "of what funders publish" in said
    graph = networkx.read_graphml(tmp_path / "open.graphml")
    # p2 counts once for the two companies: the person in it is nobody's partner here. p3 was turned down.
    assert pairs(graph) == {
        frozenset(("Alpha Ltd", "Beta Ltd")): (2.0, 2),
        frozenset(("Alpha Ltd", "University of Mercia")): (1.0, 1),
    }
    nodes = by_label(graph)
    assert (nodes["Alpha Ltd"]["latitude"], nodes["Alpha Ltd"]["longitude"]) == (52.5, -1.5)
    assert {attributes["community"] for attributes in nodes.values()} == {0}
    text = (tmp_path / "open.graphml").read_text(encoding="utf-8")
    for hidden in ("Smith", "Gamma", "F1", "00000001", "employees"):
        assert hidden not in text


def test_the_confidential_graph_is_the_months(filled: Warehouse, tmp_path: Path) -> None:
    said = written(filled, tmp_path / "whole.gexf", "--format", "gexf", "--confidential")
    assert "5 organisations and 5 pairs" in said
    assert "confidential, not to be published" in said
    graph = networkx.read_gexf(tmp_path / "whole.gexf")
    found = {(*sorted((a, b)), data["weight"], data["joint_projects"]) for a, b, data in graph.edges(data=True)}
    assert found == set(
        filled.read("select organisation_a, organisation_b, weight, joint_projects from network.edges").rows()
    )
    assert graph.nodes["F1"]["crn"] == "00000001"
    assert "community" not in graph.nodes["F1"]


def test_json_is_networkx_own_form(filled: Warehouse, tmp_path: Path) -> None:
    written(filled, tmp_path / "open.json", "--format", "json")
    graph = networkx.node_link_graph(json.loads((tmp_path / "open.json").read_text(encoding="utf-8")), edges="edges")
    assert len(pairs(graph)) == 2


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--month", "2025-06"), "the graph is not made for 2025-06: there are 2025-05"),
        (("--profile", "nothing"), "no method profile 'nothing': known are"),
        (("--out", "no/such/folder/x.graphml"), "no/such/folder/x.graphml cannot be written"),
    ],
)
def test_what_cannot_be_is_said(filled: Warehouse, tmp_path: Path, options: tuple[str, ...], said: str) -> None:
    given = ["graph", "--out", str(tmp_path / "x"), "--warehouse", str(filled.path), *options]
    refused = CliRunner().invoke(app, given, env={"COLUMNS": "250"})
    assert (refused.exit_code, isinstance(refused.exception, SystemExit)) == (1, True)
    assert said in " ".join(refused.output.split())


def test_the_warehouse_itself_is_not_written_over(filled: Warehouse) -> None:
    before = filled.path.read_bytes()
    refused = CliRunner().invoke(app, ["graph", "--out", str(filled.path), "--warehouse", str(filled.path)])
    assert refused.exit_code == 2
    assert filled.path.read_bytes() == before


def test_a_warehouse_without_a_graph_says_how_to_make_one(warehouse: Warehouse, tmp_path: Path) -> None:
    given = ["graph", "--out", str(tmp_path / "x"), "--warehouse", str(warehouse.path)]
    refused = CliRunner().invoke(app, given, env={"COLUMNS": "250"})
    assert "network.edges is empty: make a month with" in " ".join(refused.output.split())
