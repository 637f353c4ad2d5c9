"""What `sql/schema/` says of each table: columns, types, nullability, meaning, key. Read once, from DuckDB itself."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass

import duckdb

from assets.warehouse.schema import OF_ITSELF, SCHEMA_ORDER, declaration


@dataclass(frozen=True)
class Column:
    """A declared column."""

    name: str
    type: str
    nullable: bool
    description: str
    condition: str = ""
    """The check on this column alone, as DuckDB writes it; empty where there is none."""


@dataclass(frozen=True)
class Table:
    """A declared table. `key` is empty where rows may repeat."""

    name: str
    description: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]

    @property
    def layer(self) -> str:
        """Its layer: the schema."""
        return self.name.split(".")[0]


@functools.cache
def declared_tables() -> dict[str, Table]:
    """Every declared table of a layer by its full name, in the order of the layers."""
    return {name: table for name, table in _all_tables().items() if table.layer != OF_ITSELF}


@functools.cache
def ledger_tables() -> dict[str, Table]:
    """Every table of what the warehouse keeps of itself."""
    return {name: table for name, table in _all_tables().items() if table.layer == OF_ITSELF}


@functools.cache
def _all_tables() -> dict[str, Table]:
    with duckdb.connect(config={"threads": 1}) as connection:
        # Hundreds of statements, each of which would be a transaction of its own.
        connection.execute("begin transaction")
        for layer in (*SCHEMA_ORDER, OF_ITSELF):
            connection.execute(declaration(layer))
        tables = connection.execute(
            "select schema_name, table_name, comment from duckdb_tables() order by table_oid"
        ).fetchall()
        columns = connection.execute(
            "select schema_name, table_name, column_name, data_type, is_nullable, comment "
            "from duckdb_columns() where not internal order by table_oid, column_index"
        ).fetchall()
        conditions = connection.execute(
            "select schema_name, table_name, constraint_column_names[1], expression from duckdb_constraints() "
            "where constraint_type = 'CHECK' and len(constraint_column_names) = 1"
        ).fetchall()
    condition_of = {tuple(where): condition for *where, condition in conditions}
    found: dict[str, Table] = {}
    for schema, table, comment in tables:
        text, _, key = (comment or "").rpartition(" Key: ")
        keys = tuple(re.findall(r"[a-z_0-9]+", key)) if not key.startswith("none") else ()
        found[f"{schema}.{table}"] = Table(
            name=f"{schema}.{table}",
            description=text or comment or "",
            key=keys,
            columns=tuple(
                Column(name, kind.lower(), nullable, meaning or "", condition_of.get((in_schema, in_table, name), ""))
                for in_schema, in_table, name, kind, nullable, meaning in columns
                if (in_schema, in_table) == (schema, table)
            ),
        )
    return found
