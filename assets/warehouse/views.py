"""The views of `sql/schema/used.sql`: what each month uses of the tables of drops.

What belongs here: which views there are, what they read, and which of them a warehouse lacks or has otherwise. What
does not: making them (`creation`), tables (`schema`).
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import duckdb

from assets.warehouse.schema import SCHEMA_ORDER, declaration

USED = "used"
"""The schema of the views."""
NAMED = re.compile(rf"\b{USED}\.\w+")


@dataclass(frozen=True)
class View:
    """A declared view."""

    name: str
    statement: str
    """What makes it, in place of an earlier one of the name."""
    comment: str
    """The statement that says what its rows are."""

    @property
    def query(self) -> str:
        """The query behind its name."""
        return self.statement.split(" as\n", maxsplit=1)[1]

    @property
    def reads(self) -> frozenset[str]:
        """The tables that it reads."""
        return frozenset(re.findall(r"\b(?:from|join) (\w+\.\w+)", self.query))

    @property
    def statements(self) -> tuple[str, ...]:
        """What makes it with its schema and its comment, in an order in which it can be executed."""
        return f"create schema if not exists {USED}", self.statement, self.comment

    @property
    def description(self) -> str:
        """What its rows are."""
        return self.comment.split(" is '", maxsplit=1)[1].removesuffix("'")


@functools.cache
def declared_views() -> Mapping[str, View]:
    """Every view by its full name."""
    statements = [part.strip() for part in declaration(USED).split(";\n")]
    made = {found[1]: part for part in statements if (found := re.match(r"create or replace view (\S+) as", part))}
    said = {found[1]: part for part in statements if (found := re.match(r"comment on view (\S+) is", part))}
    return {name: View(name, statement, said[name]) for name, statement in made.items()}


def views_in(texts: Iterable[str]) -> list[View]:
    """The views that texts name, in the order of their names."""
    named = {name for text in texts for name in NAMED.findall(text)}
    return [view for name, view in sorted(declared_views().items()) if name in named]


def views_that_differ(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """The declared views that a warehouse lacks, or has with another text or comment."""
    there = _as_kept(connection)
    return [name for name, kept in _as_declared().items() if there.get(name) != kept]


@functools.cache
def _as_declared() -> dict[str, tuple[str, str]]:
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.execute("begin transaction")
        for schema in (*SCHEMA_ORDER, USED):
            connection.execute(declaration(schema))
        return _as_kept(connection)


def _as_kept(connection: duckdb.DuckDBPyConnection) -> dict[str, tuple[str, str]]:
    """View -> its text as DuckDB writes it, and its comment. The columns follow from the text whenever it is read."""
    found = connection.execute(
        "select schema_name || '.' || view_name, sql, comment from duckdb_views() where not internal "
        "order by schema_name, view_name"
    ).fetchall()
    return {name: (text, comment) for name, text, comment in found}
