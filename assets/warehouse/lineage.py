"""Which source columns each column of a table comes from: read from its query, or by name for a Python step."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from assets.warehouse.declarations import declared_tables
from assets.warehouse.rows import ADDED_BY_THE_RUN
from assets.warehouse.steps import Step

if TYPE_CHECKING:
    from sqlglot.lineage import Node

Lineage = dict[str, list[tuple[str, str]]]


def column_lineage(step: Step, table: str) -> Lineage:
    """Column -> the (table, column) pairs it is made from, for each declared column but those that a run adds."""
    columns = [column.name for column in declared_tables()[table].columns if column.name not in ADDED_BY_THE_RUN]
    if step.query is not None:
        return _query_lineage(step.query, tuple(columns))
    found: Lineage = {}
    for column in columns:
        stated = step.lineage.get(f"{table}.{column}")
        if stated is not None:
            found[column] = [_split(source) for source in dict.fromkeys(stated)]
        else:
            found[column] = [
                (read, column)
                for read in step.reads
                if any(candidate.name == column for candidate in declared_tables()[read].columns)
            ]
    return found


@functools.cache
def _query_lineage(query: str, columns: tuple[str, ...]) -> Lineage:
    from sqlglot.lineage import lineage

    schema: dict[str, dict[str, dict[str, str]]] = {}
    for table in declared_tables().values():
        name = table.name.split(".")[1]
        schema.setdefault(table.layer, {})[name] = {column.name: column.type for column in table.columns}
    nodes = lineage(None, query, schema, dialect="duckdb")
    return {
        column: sorted({leaf for node in nodes[column].walk() for leaf in _leaves(node)})
        for column in columns
        if column in nodes
    }


def _leaves(node: Node) -> list[tuple[str, str]]:
    from sqlglot import exp

    source = node.expression
    if node.downstream or not isinstance(source, exp.Table) or not source.db:
        return []
    return [(f"{source.db}.{source.name}", node.name.rpartition(".")[2].strip('"'))]


def _split(source: str) -> tuple[str, str]:
    table, _, column = source.rpartition(".")
    return table, column
