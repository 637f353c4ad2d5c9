"""The statements of `sql/schema/`, read as text and told apart by table.

What belongs here: which layers there are and which statements declare a table. What does not: what these say of columns
(`declarations`), or making tables of them (`creation`).
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from importlib.resources import files

import duckdb

SCHEMA_ORDER = (
    "reference",
    "sources",
    "organisations",
    "spatial",
    "network",
    "typology",
    "trust",
    "innovation_index",
    "publication",
)
OF_ITSELF = "ledger"
"""The schema of what the warehouse keeps of itself: of no layer."""


def declaration(layer: str) -> str:
    """The DDL of a layer, or OF_ITSELF: `sql/schema/<layer>.sql`."""
    return (files("sql") / "schema" / f"{layer}.sql").read_text(encoding="utf-8")


@functools.cache
def table_names() -> frozenset[str]:
    """Every table that a warehouse has, by its full name."""
    texts = (declaration(schema) for schema in (*SCHEMA_ORDER, OF_ITSELF))
    return frozenset(name for text in texts for name in re.findall(r"create table if not exists (\S+)", text))


@functools.cache
def statements_of_tables() -> Mapping[str, tuple[str, ...]]:
    """Table -> what makes it with its schema and its comments, in an order in which it can be executed."""
    found: dict[str, list[str]] = {}
    with duckdb.connect(config={"threads": 1}) as connection:
        for schema in (*SCHEMA_ORDER, OF_ITSELF):
            for statement in connection.extract_statements(declaration(schema)):
                text = statement.query.strip()
                if made := re.search(r"^create table if not exists (\S+)", text, re.MULTILINE):
                    found[made[1]] = [f"create schema if not exists {schema}", text]
                elif comment := re.match(r"comment on (?:table (\w+\.\w+)|column (\w+\.\w+)\.)", text):
                    found[comment[1] or comment[2]].append(text)
    return {table: tuple(statements) for table, statements in found.items()}
