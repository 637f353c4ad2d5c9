"""What stands upstream of each table: what its columns and checks come from, and nothing that closes a circle."""

from __future__ import annotations

import subprocess
import sys
from graphlib import TopologicalSorter
from importlib.resources import files

import pytest

from assets.typology.steps import clusters
from assets.warehouse.dagster_assets import asset_key, asset_of
from assets.warehouse.declarations import declared_tables
from assets.warehouse.lineage import column_lineage, lineage_words
from assets.warehouse.steps import Step
from assets.warehouse.upstream import FILE, REMEDY, column_sources_of, derived, digest_of, upstream_file, upstream_of
from pipelines.definitions import all_steps, build_defs
from pipelines.settings import Settings


@pytest.fixture(scope="module")
def steps() -> list[Step]:
    return all_steps(Settings())


def test_the_file_says_what_would_be_derived(steps: list[Step]) -> None:
    written = (files("sql") / FILE).read_text(encoding="utf-8")
    assert written == upstream_file(steps), f"sql/{FILE} is out of date: {REMEDY}"


def test_dagster_is_told_what_the_file_says(steps: list[Step]) -> None:
    graph = build_defs(Settings()).resolve_asset_graph()
    for place, step in enumerate(steps):
        for table, upstream in derived(step, steps[:place]).items():
            parents = {key for key in graph.get(asset_key(table)).parent_keys if key.path[0] != "fetch"}
            assert parents == {asset_key(name) for name in upstream}, table
            told = graph.get(asset_key(table)).metadata["column sources"].md_str
            assert told == lineage_words(column_lineage(step, table)), table


def test_a_table_of_several_comes_from_what_is_behind_its_columns_and_checks() -> None:
    upstream = upstream_of(clusters)
    # Who is where, of sectors and communities; the check of firms knows them by the organisations. Which cluster of the
    # month before it is goes by the sectors that a later classification has in place of earlier ones, and by the firms
    # that a later register can be asked for.
    assert set(upstream["typology.cluster_members"]) == {
        "spatial.group_members",
        "network.group_members",
        "organisations.apportioned_sites",
        "organisations.organisations",
        "organisations.site_codes",
        "reference.sic_correspondence",
        "typology.month_sources",
        "typology.site_states",
    }
    indicators = set(upstream["typology.cluster_indicators"])
    assert {"network.participations", "organisations.funding"} <= indicators
    assert not indicators & {"reference.places", "reference.area_names", "network.colocation"}
    named = set(upstream["typology.innovation_clusters"])
    assert {"reference.places", "reference.area_names", "spatial.outlines"} <= named
    assert "organisations.funding" not in named


def test_a_query_s_table_comes_from_all_that_it_touches(steps: list[Step]) -> None:
    for step in steps:
        if step.query:
            assert {*step.reads} <= {*upstream_of(step)[step.tables[0]]}, step.name


def test_what_is_all_computed_comes_from_all_that_its_step_reads(steps: list[Step]) -> None:
    (disclosure,) = [step for step in steps if step.name == "disclosure"]
    assert upstream_of(disclosure)["publication.attack_bounds"] == disclosure.reads
    # It stands behind no column.
    assert all("typology.candidates" in upstream for upstream in upstream_of(disclosure).values())


def test_every_read_is_upstream_of_a_table_of_its_step_and_nothing_goes_in_circles(steps: list[Step]) -> None:
    known = declared_tables()
    made_by = {table: step.name + step.layer for step in steps for table in step.tables}
    order: dict[str, set[str]] = {}
    for step in steps:
        upstream = upstream_of(step)
        assert set(upstream) == set(step.tables)
        together = set().union(*upstream.values())
        assert {*step.reads} - {*step.tables} <= together, step.name
        assert not together & {*step.tables}, step.name
        assert together <= known.keys()
        order[step.name + step.layer] = {made_by[table] for table in together}
    assert len([*TopologicalSorter(order).static_order()]) == len(steps)


@pytest.mark.parametrize(
    "change",
    [
        {"lineage": {}},
        {"inputs": {**clusters.inputs, "groups": "select group_id from spatial.groups"}},
        {"reads": clusters.reads[1:]},
        {"name": "another"},
    ],
)
def test_a_step_that_has_changed_since_gets_all_that_it_reads(change: dict[str, object]) -> None:
    changed = Step(**{**vars(clusters), **change})
    assert upstream_of(changed) == dict.fromkeys(clusters.tables, changed.reads)
    specs = {spec.key: {dep.asset_key for dep in spec.deps} for spec in asset_of(changed).specs}
    assert specs == {asset_key(table): {asset_key(read) for read in changed.reads} for table in clusters.tables}
    assert {REMEDY in told for told in column_sources_of(changed).values()} == {True}


def test_a_description_is_no_part_of_it() -> None:
    assert digest_of(Step(**{**vars(clusters), "description": "in other words"})) == digest_of(clusters)


def test_no_query_is_followed_as_the_definitions_load() -> None:
    code = "import sys; from pipelines.definitions import build_defs; build_defs(); print('sqlglot' in sys.modules)"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.split() == ["False"]
