"""A step reads what it declares, and no more: every way it has to the warehouse refuses the rest."""

from __future__ import annotations

import functools
import importlib
import pkgutil
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import assets
from assets.warehouse.database import Query, Replacement, Warehouse
from assets.warehouse.declarations import declared_tables
from assets.warehouse.inputs import PART, inputs_of
from assets.warehouse.reading import UndeclaredReadError, readable
from assets.warehouse.steps import Rows, Step, StepContext, sql_step, step
from assets.warehouse.touched import tables_touched
from pipelines.definitions import all_steps
from pipelines.settings import Settings
from tests.support import MONTH, make, use_drop

EDGES = "network.edges"
NO_EDGES = pl.DataFrame(
    schema={"organisation_a": pl.String, "organisation_b": pl.String, "weight": pl.Float64, "joint_projects": pl.Int64}
)
UNDECLARED = "select month from typology.cluster_counts"
SQL = Path(assets.__file__).parents[1] / "sql"
QUERY = re.compile(r"^\s*(select|with|from)\s+\D", re.IGNORECASE)


def edges(look: Callable[[StepContext], Any], *reads: str) -> Step:
    """A step that looks at the warehouse in some way and makes nothing."""

    @step(tables=[EDGES], reads=reads)
    def looking(context: StepContext) -> Rows:
        """Edges."""
        look(context)
        return {EDGES: NO_EDGES}

    return looking


@pytest.mark.parametrize(
    "look",
    [
        lambda context: context.read(UNDECLARED),
        lambda context: context.read("select 1 where exists (from typology.cluster_counts)"),
        lambda context: context.read("with counts as (from typology.cluster_counts) select * from counts"),
        lambda context: context.export(UNDECLARED, context.scratch / "out.parquet"),
    ],
)
def test_a_read_of_an_undeclared_table_names_step_table_and_remedy(
    warehouse: Warehouse, look: Callable[[StepContext], Any]
):
    with pytest.raises(UndeclaredReadError) as refused:
        make(warehouse, edges(look, "network.participations"))
    assert str(refused.value) == (
        "step network.looking reads typology.cluster_counts, which it does not declare: its rows would be taken over "
        "though what they were made from has changed. Add typology.cluster_counts to the `reads` of the step"
    )
    assert not make(warehouse, edges(look, "typology.cluster_counts")).is_taken_over


@pytest.mark.parametrize("is_put", [True, False])
def test_rows_given_as_a_query_are_held_to_the_same(warehouse: Warehouse, is_put: bool):
    query = Query(
        "select 'a' as organisation_a, 'b' as organisation_b, 1.0 as weight, 1 as joint_projects "
        "from network.participations where month = $month",
        {"month": MONTH.first_day},
    )

    @step(tables=[EDGES], reads=[])
    def handing_on(context: StepContext) -> Rows:
        """Edges."""
        return [Replacement(EDGES, {"month": MONTH.first_day}, query)] if is_put else {EDGES: query}

    with pytest.raises(UndeclaredReadError, match=r"step network.handing_on reads network.participations"):
        make(warehouse, handing_on)


def test_what_is_told_of_rows_is_held_to_the_same(warehouse: Warehouse):
    use_drop(warehouse, "innovate_uk")
    telling = sql_step(EDGES, lambda context: context.read(UNDECLARED))
    with pytest.raises(UndeclaredReadError, match=r"step network.edges reads typology.cluster_counts"):
        make(warehouse, telling)


def test_earlier_months_of_its_own_table_may_be_read(warehouse: Warehouse):
    make(warehouse, edges(lambda context: context.read(f"from {EDGES} where month < $month")))


def test_the_month_s_drops_may_be_read_beside_a_table_of_drops_alone(warehouse: Warehouse):
    drops = "select as_of from sources.drops where month = $month"
    make(warehouse, edges(lambda context: context.read(drops), "reference.places"))
    with pytest.raises(UndeclaredReadError, match=r"reads sources.drops"):
        make(warehouse, edges(lambda context: context.read(drops), "network.participations"))


def test_checks_of_other_tables_may_be_asked_for(warehouse: Warehouse):
    asked: list[set[str]] = []

    def look(context: StepContext) -> None:
        asked.append({outcome.table for outcome in context.check(["typology.cluster_counts"])})
        asked.append({outcome.table for outcome in context.check(["typology.cluster_counts"], if_filled=True)})

    make(warehouse, edges(look))
    assert asked == [{"typology.cluster_counts"}, set()]


def test_a_sql_step_declares_what_its_query_touches_and_not_what_its_comments_name():
    named = {each.tables[0]: each for each in all_steps(Settings()) if each.query}
    for table, made in named.items():
        assert {*made.reads} == tables_touched(made.query or "") - {table}, table
    assert "typology.innovation_clusters" in named["typology.cluster_counts"].reads


def queries() -> Iterator[tuple[str, str, str]]:
    """Layer, name and text of every input of a step, and of every query that stands as a constant of a module of
    `assets/`; neither parts of others nor templates."""
    for file in sorted(SQL.glob("*/inputs/*.sql")):
        yield file.parts[-3], file.stem, inputs_of(file.parts[-3], [file.stem])[file.stem]
    for found in pkgutil.walk_packages(assets.__path__, "assets."):
        layer = found.name.split(".")[1]
        texts = {
            name: text for name, text in vars(importlib.import_module(found.name)).items() if isinstance(text, str)
        }
        for name, text in texts.items():
            is_part = any(text.strip() in other for other in texts.values() if other is not text)
            if QUERY.match(text) and not is_part and not re.search(r"\{\w+\}", text):
                yield layer, f"{found.name}.{name}", text


def test_every_input_is_that_of_a_step():
    """A query that neither a step nor another input reads by is gone."""
    files = {(file.parts[-3], file.stem): file.read_text(encoding="utf-8") for file in SQL.glob("*/inputs/*.sql")}
    used = {(each.layer, name) for each in all_steps(Settings()) for name in each.inputs}
    parts = {(layer, part) for (layer, _), text in files.items() for part in PART.findall(text)}
    assert parts
    assert set(files) == used | parts


@functools.cache
def readable_in(layer: str) -> frozenset[str]:
    """What any step of a layer may read."""
    steps = [each for each in all_steps(Settings()) if each.layer == layer]
    return frozenset[str]().union(*(readable((*each.tables, *each.keeps), each.reads) for each in steps))


def test_every_query_that_stands_in_the_code_is_read_and_touches_what_its_layer_declares():
    """Those of branches too that a small month does not come by; `run_step` looks at each query of each step."""
    found = list(queries())
    assert len(found) > 60
    for layer, name, query in found:
        touched = tables_touched(query)
        assert touched <= {*declared_tables(), *readable_in(layer)}, name
        if layer != "warehouse":
            assert touched <= readable_in(layer), (name, touched - readable_in(layer))


def test_a_step_is_handed_no_warehouse(warehouse: Warehouse):
    seen: list[StepContext] = []
    make(warehouse, edges(seen.append))
    context = seen[0]
    handed = [value for of in (context, context.reading) for name, value in vars(of).items() if name[0] != "_"]
    assert not [value for value in handed if isinstance(value, Warehouse)]
