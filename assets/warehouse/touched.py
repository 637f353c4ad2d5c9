"""Which tables a query touches, as DuckDB's own parser sees it: comments and texts do not count, sub-queries do.

What belongs here: parsing. What does not: which of them a step may read (`reading`).
"""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator
from typing import Any

import duckdb

from assets.warehouse.views import declared_views

HIDING = ("query", "query_table")
"""Table functions that take a query or a table's name as a text, which cannot be looked through."""
QUERIES_KEPT = 1024


@functools.lru_cache(maxsize=QUERIES_KEPT)
def tables_touched(sql: str) -> frozenset[str]:
    """Every table that a query names with its schema, as `schema.table` in lower case; of a view, the tables it reads.

    A name without a schema is that of a part of the query (`with`): the warehouse has no table of such a name. Raises
    ValueError for what is no query, cannot be parsed, or hides what it reads.
    """
    answer = _parser().cursor().execute("select json_serialize_sql(?::varchar)", [sql]).fetchall()[0][0]
    parsed = json.loads(answer)
    if parsed["error"]:
        raise ValueError(f"the query cannot be read: {parsed['error_message']}: {' '.join(sql.split())}")
    found = set[str]()
    for node in _nodes(parsed["statements"]):
        if node.get("type") == "BASE_TABLE" and node["schema_name"]:
            name = f"{node['schema_name']}.{node['table_name']}".lower()
            view = declared_views().get(name)
            found |= {name} if view is None else view.reads
        if node.get("type") == "TABLE_FUNCTION" and node["function"].get("function_name", "").lower() in HIDING:
            raise ValueError(
                f"the query hides which tables it reads: {node['function']['function_name']}(...) takes them as a "
                "text. Name the tables in the query itself"
            )
    return frozenset(found)


@functools.cache
def _parser() -> duckdb.DuckDBPyConnection:
    return duckdb.connect(config={"threads": 1})


def _nodes(tree: Any) -> Iterator[dict[str, Any]]:
    """Every object of a parsed query, whatever it stands in."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            yield node
            waiting += node.values()
        elif isinstance(node, list):
            waiting += node
