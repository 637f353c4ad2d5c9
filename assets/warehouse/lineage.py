"""Which source columns each column of a table comes from: read from its query, or by name for a Python step."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from assets.warehouse.declarations import declared_tables, ledger_tables
from assets.warehouse.inputs import tables_read
from assets.warehouse.rows import ADDED_BY_THE_RUN
from assets.warehouse.steps import Step
from assets.warehouse.views import views_in

if TYPE_CHECKING:
    from sqlglot.lineage import Node
    from sqlglot.schema import MappingSchema

Lineage = dict[str, list[tuple[str, str]]]


def column_lineage(step: Step, table: str) -> Lineage:
    """Column -> the (table, column) pairs it is made from, for each declared column but those that a run adds."""
    columns = [column.name for column in declared_tables()[table].columns if column.name not in ADDED_BY_THE_RUN]
    if step.query is not None:
        of_query = query_lineage(step.query)
        return {column: of_query[column] for column in columns if column in of_query}
    of_inputs = {name: query_lineage(query) for name, query in step.inputs.items()}
    of_queries = tables_read(step.layer, step.inputs)
    found: Lineage = {}
    for column in columns:
        stated = step.lineage.get(f"{table}.{column}")
        if stated is not None:
            sources = [source for one in stated for source in _sources(one, of_inputs)]
        else:
            sources = [source for one in of_inputs.values() for source in one.get(column, [])]
            sources += [(read, column) for read in step.reads if read not in of_queries and column in _columns(read)]
        found[column] = list(dict.fromkeys(sources))
    return found


def _columns(table: str) -> set[str]:
    return {column.name for column in declared_tables()[table].columns}


def _sources(stated: str, of_inputs: Mapping[str, Lineage]) -> list[tuple[str, str]]:
    """What stands behind `input.column`, or the column `schema.table.column` itself.

    Raises ValueError for what is neither.
    """
    table, _, column = stated.rpartition(".")
    if table in of_inputs and column in of_inputs[table]:
        return of_inputs[table][column]
    if table in declared_tables() and column in _columns(table):
        return [(table, column)]
    raise ValueError(f"the lineage of a step names {stated}, which is a column of none of its inputs and of no table")


def lineage_words(sources: Lineage) -> str:
    """Where a table's columns come from, as a list in Markdown; those with their name from one table stand together."""
    same: dict[str, list[str]] = {}
    lines = []
    for column, deps in sources.items():
        if len(deps) == 1 and deps[0][1] == column:
            same.setdefault(deps[0][0], []).append(column)
        else:
            lines.append(f"- {column}: {', '.join(f'{table}.{source}' for table, source in deps) or 'computed'}")
    return "\n".join([*(f"- from {table}: {', '.join(columns)}" for table, columns in same.items()), *lines])


@functools.cache
def query_lineage(query: str) -> Lineage:
    """The sources of each column that a query gives, in its order."""
    from sqlglot.lineage import lineage

    # What a node shows as its source is not looked at: trimmed for each column, it would be most of the work.
    views = {view.name: view.query for view in views_in([query])}
    nodes = lineage(None, query, _schema(), sources=views, dialect="duckdb", trim_selects=False)
    return {column: sorted({leaf for node in root.walk() for leaf in _leaves(node)}) for column, root in nodes.items()}


@functools.cache
def _schema() -> MappingSchema:
    """The declared columns as sqlglot knows them."""
    from sqlglot.schema import MappingSchema

    columns: dict[str, Any] = {}
    for table in (*declared_tables().values(), *ledger_tables().values()):
        name = table.name.split(".")[1]
        columns.setdefault(table.layer, {})[name] = {column.name: column.type for column in table.columns}
    return MappingSchema(columns, dialect="duckdb")


def _leaves(node: Node) -> list[tuple[str, str]]:
    from sqlglot import exp

    source = node.expression
    if node.downstream or not isinstance(source, exp.Table) or not source.db:
        return []
    return [(f"{source.db}.{source.name}", node.name.rpartition(".")[2].strip('"'))]
