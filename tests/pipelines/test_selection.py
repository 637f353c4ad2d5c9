"""Which assets a selection on the command line names."""

from __future__ import annotations

import pytest

from assets.warehouse.dagster_assets import asset_key
from assets.warehouse.declarations import declared_tables
from pipelines.definitions import all_steps, build_defs
from pipelines.runs import selected_keys
from pipelines.settings import Settings


def selected(select: str | None) -> set[str]:
    return {".".join(key.path) for key in selected_keys(select, build_defs(Settings()))}


def of_layers(*layers: str) -> set[str]:
    return {table.name for table in declared_tables().values() if table.layer in layers}


@pytest.mark.parametrize(
    ("select", "tables"),
    [
        ("network", of_layers("network")),
        ("network typology", of_layers("network", "typology")),
        ("sources", of_layers("sources", "reference")),
        ("innovation_index", of_layers("innovation_index", "sources", "reference")),
        ("network.edges", {"network.edges"}),
        ("network/edges, organisations", {"network.edges", *of_layers("organisations")}),
        ("key:network/edges", {"network.edges"}),
        ("spatial.groups", {"spatial.groups", "spatial.runs", "spatial.group_members", "spatial.scan_null"}),
        ("key:spatial/groups", {"spatial.groups", "spatial.runs", "spatial.group_members", "spatial.scan_null"}),
    ],
)
def test_layers_tables_and_what_is_made_with_them_are_selected(select: str, tables: set[str]) -> None:
    assert selected(select) == tables


def test_all_is_selected_where_nothing_is_said() -> None:
    assert {asset_key(name) for name in declared_tables()} <= selected_keys(None, build_defs(Settings()))


def test_upstream_of_one_table_are_the_inputs_of_the_whole_step_that_makes_it() -> None:
    """The towns name clusters, and stand behind no column of their members."""
    (step,) = [step for step in all_steps(Settings()) if "typology.cluster_members" in step.tables]
    for depth in ("1+", "+"):
        assert {*step.tables, *step.reads} <= selected(f'{depth}key:"typology/cluster_members"')
    assert {*step.tables} <= selected('key:"reference/places"+')


@pytest.mark.parametrize(
    ("select", "said"),
    [
        ("spatail", "there is no layer or table 'spatail' to select: do you mean spatial?"),
        ("spatial,edges", "there is no layer or table 'edges' to select: do you mean network.edges?"),
        ("xyz", "there is no layer or table 'xyz' to select: layers are innovation_index, network, "),
        ("key:spatial/groups and", "the selection 'key:spatial/groups and' cannot be read"),
        ("key:nothing/here", "the selection 'key:nothing/here' names no asset"),
    ],
)
def test_what_names_nothing_is_said_in_words(select: str, said: str) -> None:
    with pytest.raises(ValueError, match="select") as refused:
        selected(select)
    assert said in str(refused.value)
