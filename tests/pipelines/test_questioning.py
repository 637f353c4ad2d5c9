"""The commands `why` and `what-if` on a month worked by hand."""

from __future__ import annotations

import csv
import io
import json
import shutil
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from assets.method import load_profile
from assets.trust.criteria import criteria
from assets.typology.steps import STEPS
from assets.warehouse.database import Warehouse
from pipelines import cli
from pipelines.commands import telling
from pipelines.why import margin_in_words
from tests.support import MONTH, fill, make_all
from tests.typology.small_uk import PROFILE, fill_small_uk

NEAR = 0.2
"""Of a threshold of a fifth: near are groups of which 16% to 24% are active; one has 2 of 12, the next 3 of 12."""
PUBLISHED = """
select g.group_id, c.name, c.cluster_type
from typology.candidates as g
join typology.innovation_clusters as c using (month, profile, cluster_id)
where g.unpublished_reason is null
order by g.group_id
"""


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telling.console, "width", 220)


def profile(folder: Path, typology: str = "") -> str:
    """A profile of the month's name, with these values in its section typology, and whatever sections follow them."""
    folder.mkdir(exist_ok=True)
    path = folder / f"{PROFILE}.toml"
    path.write_text(f"[trust]\nnear_margin = {NEAR}\n[typology]\n{typology}\n", encoding="utf-8")
    return str(path)


@pytest.fixture(scope="module")
def made(empty_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    folder = tmp_path_factory.mktemp("questioned")
    warehouse = Warehouse(shutil.copy(empty_file, folder / "warehouse.duckdb"), threads=1)
    fill_small_uk(warehouse)
    method = load_profile(Path(profile(folder)))
    make_all(warehouse, [*STEPS, criteria], method)
    cluster_id = warehouse.read("select cluster_id from typology.candidates where group_id = 'spatial-1'").item()
    stable = {"draws": 100, "drawn_share": 1.0, "mean_jaccard": 0.9, "low_jaccard": 0.8, "word": "robust"}
    fill(warehouse, "trust.stability", [{"profile": PROFILE, "cluster_id": cluster_id, **stable}])
    return warehouse


def ask(warehouse: Warehouse, *arguments: str) -> Result:
    given = ["--warehouse", str(warehouse.path), "--profile", profile(warehouse.path.parent)]
    return CliRunner().invoke(cli.app, [*arguments, *given])


def rows(result: Result) -> list[dict[str, str]]:
    assert result.exit_code == 0, result.stderr
    return list(csv.DictReader(io.StringIO(result.stdout)))


@pytest.mark.parametrize(
    ("settings", "values"),
    [
        (["typology.rdi_min_share=0.15"], "rdi_min_share = 0.15"),
        (["typology.rdi_min_share=0.3"], "rdi_min_share = 0.3"),
        (["typology.same_cluster_share=0.9", "typology.name_towns=1"], "same_cluster_share = 0.9\nname_towns = 1"),
        (["typology.rdi_min_share=0.2"], ""),
        (["spatial.min_firms=12"], "[spatial]\nmin_firms = 12"),
        (["spatial.min_firms=13"], "[spatial]\nmin_firms = 13"),
        (["network.min_joint_projects=21"], "[network]\nmin_joint_projects = 21"),
        (["network.colocated_min_firms=11"], "[network]\ncolocated_min_firms = 11"),
    ],
)
def test_what_if_is_what_a_month_made_with_that_profile_is(
    made: Warehouse, tmp_path: Path, settings: list[str], values: str
) -> None:
    untouched = made.path.read_bytes()
    arguments = [part for setting in settings for part in ("--set", setting)]
    result = ask(made, "what-if", *arguments, "--format", "json")
    assert result.exit_code == 0, result.stderr
    answer = json.loads(result.stdout)
    assert made.path.read_bytes() == untouched and not Path(f"{made.path}.wal").exists()

    real = Warehouse(shutil.copy(made.path, tmp_path / "real.duckdb"), threads=1)
    make_all(real, STEPS, load_profile(Path(profile(tmp_path, values))))
    before, after = (
        {group: (name, kind) for group, name, kind in each.read(PUBLISHED).rows()} for each in (made, real)
    )
    counted = real.read("select cluster_type, clusters from typology.cluster_counts order by cluster_type").rows()
    told = answer[f"clusters by type, {MONTH}"]
    assert sorted((row["cluster_type"], row["after"]) for row in told if row["cluster_type"] != "all") == counted
    assert told[-1] == {
        "cluster_type": "all",
        "before": len(before),
        "after": len(after),
        "difference": len(after) - len(before),
    }
    changed = {group for group in before.keys() | after.keys() if before.get(group) != after.get(group)}
    assert {row["group_id"] for row in answer["changes"]} == changed
    for row in answer["changes"]:
        group = row["group_id"]
        assert (row["type_before"], row["type_after"]) == tuple(
            each.get(group, ("", None))[1] for each in (before, after)
        )
        assert (row["change"] == "became a cluster") == (group not in before)
        assert (row["change"] == "ceased to be one") == (group not in after) == (row["why"] is not None)
    assert bool(changed) == bool(values)


def test_what_is_near_is_what_becomes_another_where_the_threshold_moves(made: Warehouse) -> None:
    near = made.read("select group_id from trust.criteria where is_near and figure_name = 'rdi_active_share'")
    moved = [
        rows(ask(made, "what-if", "--set", f"typology.rdi_min_share={share}", "--format", "csv"))
        for share in (0.16, 0.24)
    ]
    assert {row["group_id"] for change in moved for row in change} == set(near["group_id"]) == {"spatial-2"}


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("spatial.min_firms=9", "groups of fewer than 10 firms were not kept: make spatial, network, typology again"),
        ("spatial.min_samples_floor=9", "spatial.min_samples_floor decides which groups there are"),
        ("network.collaboration_draws=99", "make network, typology again"),
        ("network.community_min_firms=9", "communities of fewer than 10 firms were not kept"),
        ("sources.max_rejected_share=0.5", "make all of the month again"),
        ("refresh.hour=3", "decides no row of any result"),
        ("typology.rdi_min_shar=0.3", "did you mean typology.rdi_min_share"),
        ("typology.rdi_min_share=1.5", "less than or equal to 1 (value 1.5)"),
        ("typology.rdi_min_share=half", "valid number"),
        ("typology.rdi_min_share=true", "a number is wanted, not true or false (value True)"),
        (f"typology.name_towns={10**20}", f"less than 2147483648 (value {10**20})"),
        (f"typology.{'x' * 5000}=1", f"no parameter typology.{'x' * 51}…"),
        ("rdi_min_share=0.3", "give section.parameter=value"),
    ],
)
def test_what_typing_cannot_answer_is_refused_in_a_sentence(made: Warehouse, setting: str, message: str) -> None:
    result = ask(made, "what-if", "--set", setting)
    assert (result.exit_code, result.stdout) == (1, "")
    assert message in result.stderr and len(result.stderr.strip().splitlines()) == 1


def test_more_firms_of_a_community_are_asked_of_those_that_are_there(made: Warehouse) -> None:
    changes = rows(ask(made, "what-if", "--set", "network.community_min_firms=11", "--format", "csv"))
    assert [(row["group_id"], row["change"]) for row in changes if row["change"].startswith("ceased")] == [
        ("network-2", "ceased to be one"),
        ("network-3", "ceased to be one"),
    ]


def test_why_by_id_by_group_and_by_name(made: Warehouse) -> None:
    (cluster_id, name) = made.read(
        "select cluster_id, name from typology.innovation_clusters where sector = 'Healthcare'"
    ).row(0)
    for text in (cluster_id, cluster_id.lower(), "spatial-1", name.upper()):
        told = json.loads(ask(made, "why", text, "--format", "json").stdout)
        assert list(told) == [name, "criteria"]
    about = {row["what"]: row["is"] for row in told[name]}
    assert about["type"] == "Specialised" and about["how sure"].startswith("robust: over 100 draws")
    assert about["found"] == "by density among the sites of Healthcare (sic) (spatial-1)"
    share = next(row for row in told["criteria"] if row["figure"] == "share of firms that are active")
    assert (share["value"], share["threshold"], share["margin"]) == (0.25, 0.2, 0.25)
    assert (share["in_words"], share["near"], share["on_the_other_side"]) == ("met, 25% above", None, "no cluster")


def test_why_a_group_is_no_cluster(made: Warehouse) -> None:
    shown = ask(made, "why", "spatial-2", "--format", "markdown")
    assert "| not a cluster because | not RD&amp;I-active: 2 of 12" in shown.stdout.replace("RD&I", "RD&amp;I")
    assert "not met, 17% below | near | Specialised" in shown.stdout
    on_screen = ask(made, "why", "network-4")
    assert on_screen.exit_code == 0 and "not internally collaborative" in on_screen.stdout


def test_a_cluster_of_two_groups_tells_of_both(made: Warehouse) -> None:
    cluster_id = made.read("select cluster_id from typology.candidates where group_id = 'network-1'").item()
    figures = rows(ask(made, "why", cluster_id, "--format", "csv"))
    assert list(dict.fromkeys(row["group_id"] for row in figures)) == ["spatial-4", "network-1"]


def test_a_town_of_one_group_alone_is_told_why_that_is_none(made: Warehouse) -> None:
    told = json.loads(ask(made, "why", "bristol", "--format", "json").stdout)
    assert list(told) == ["spatial-2", "criteria"]
    about = {row["what"]: row["is"] for row in told["spatial-2"]}
    assert about["not a cluster because"].startswith("not RD&I-active")


def test_a_town_tells_of_its_one_cluster_and_lists_several(made: Warehouse, tmp_path: Path) -> None:
    wider = Warehouse(shutil.copy(made.path, tmp_path / "wider.duckdb"), threads=1)
    with wider.connect() as connection:
        connection.execute("delete from spatial.outlines where group_id not in ('spatial-1', 'spatial-2', 'spatial-3')")
        connection.execute("update typology.innovation_clusters set outline_wkt = null")
        england = "POLYGON ((-4 51, 1 51, 1 54, -4 54, -4 51))"
        connection.execute(
            "update spatial.outlines set outline_wkt = $1 where group_id in ('spatial-1', 'spatial-2')", [england]
        )
        leeds = connection.execute(
            "select c.cluster_id, c.name from typology.candidates as g "
            "join typology.innovation_clusters as c using (month, profile, cluster_id) where g.group_id = 'spatial-1'"
        ).fetchall()[0]
    heading = f"Bristol, {MONTH}, profile {PROFILE}"
    one = ask(wider, "why", "Bristol", "--format", "json")
    told = json.loads(one.stdout)
    assert list(told) == [heading, leeds[1], "criteria"] and not one.stderr
    assert [row["group_id"] for row in told[heading]] == ["spatial-1", "spatial-2"]
    by_id = ask(wider, "why", leeds[0], "--format", "csv")
    assert rows(ask(wider, "why", "Bristol", "--format", "csv")) == rows(by_id)

    with wider.connect() as connection:
        connection.execute("update spatial.outlines set outline_wkt = $1 where group_id = 'spatial-3'", [england])
    several = ask(wider, "why", "Bristol", "--format", "csv", "--month", str(MONTH))
    assert [row["group_id"] for row in rows(several)] == ["spatial-1", "spatial-3", "spatial-2"]
    assert f"2 to choose from: ask for one by its id, as `innovation-clusters why {leeds[0]} --month" in several.stderr
    nothing = ask(wider, "why", "belfast")
    assert (nothing.exit_code, "has Belfast in its outline: give a town nearby" in nothing.stderr) == (1, True)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["why", "spatial-11"], "no cluster, group or town 'spatial-11' in 2025-05: did you mean spatial-1"),
        (["why", " "], "the name is empty: give a cluster's id or name"),
        (["why", "x" * 5000], f"no cluster, group or town '{'x' * 59}… in {MONTH}"),
        (["why", "Xyzzy"], "typology.candidates has all groups"),
        (["why", "spatial-1", "--month", "2024-01"], "the layer trust is not made for 2024-01: there are 2025-05"),
        (
            ["what-if", "--set", "typology.rdi_min_share=0.3", "--month", "2024-01"],
            "the typology is not made for 2024-01",
        ),
        (["what-if"], "nothing is to be changed"),
    ],
)
def test_what_is_not_there_is_one_sentence(made: Warehouse, arguments: list[str], message: str) -> None:
    result = ask(made, *arguments)
    assert (result.exit_code, message in result.stderr) == (1, True), result.stderr
    assert len(result.stderr.strip().splitlines()) == 1


def test_a_profile_that_the_month_is_not_made_with(made: Warehouse) -> None:
    for command in (["why", "spatial-1"], ["what-if", "--set", "typology.rdi_min_share=0.3"]):
        result = CliRunner().invoke(cli.app, [*command, "--profile", "dsit-v2", "--warehouse", str(made.path)])
        assert (result.exit_code, "2025-05 is not made with profile dsit-v2, but with test: give" in result.stderr) == (
            1,
            True,
        )


@pytest.mark.parametrize("command", [["why", "Leeds"], ["what-if", "--set", "typology.rdi_min_share=0.3"]])
@pytest.mark.parametrize("name", ["", "x" * 5000])
def test_a_profile_of_no_name_or_one_too_long_is_not_another(made: Warehouse, command: list[str], name: str) -> None:
    result = CliRunner().invoke(cli.app, [*command, "--profile", name, "--warehouse", str(made.path)])
    assert (result.exit_code, result.stdout) == (1, "")
    assert "no method profile '" in result.stderr and len(result.stderr) < 400


def test_no_warehouse_and_an_empty_one(warehouse: Warehouse, tmp_path: Path) -> None:
    for command in (["why", "Leeds"], ["what-if", "--set", "typology.rdi_min_share=0.3"]):
        empty = CliRunner().invoke(cli.app, [*command, "--warehouse", str(warehouse.path)])
        assert (empty.exit_code, "is empty: make a month" in empty.stderr) == (1, True)


@pytest.mark.parametrize(
    ("figure", "threshold", "margin", "is_met", "words"),
    [
        ("firms", 10.0, 0.1, True, "met, 10% above"),
        ("firms", 10.0, 0.0, True, "at the threshold, met"),
        ("firms", 10.0, 1.5, True, "met, 2.5 times the threshold"),
        ("rdi_p_value", 0.05, 0.996, True, "met, 100% below"),
        ("rdi_p_value", 0.05, 0.0, False, "at the threshold, not met"),
        ("rdi_p_value", 0.05, -0.05, False, "not met, 5% above"),
        ("rdi_p_value", 0.05, -19.0, False, "not met, 20 times the threshold"),
        ("colocated_share", None, None, True, "by construction"),
        ("rdi_p_value", 0.0, None, False, "not met"),
    ],
)
def test_margins_in_words(figure: str, threshold: float | None, margin: float | None, is_met: bool, words: str) -> None:
    assert margin_in_words(figure, threshold, margin, is_met=is_met) == words
