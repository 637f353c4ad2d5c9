"""What `sql/schema/` says of each table. Read once: columns, types, nullability and meaning from DuckDB itself, key,
units and formats from the files beside (`facts`)."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import duckdb

from assets.warehouse.facts import Facts, Kept, facts_of, facts_text
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
    unit: str | None = None
    """What its numbers are in (`facts.Unit`); None where it has no unit."""
    format: str | None = None
    """How the page writes it (`facts.Format`); None where it is not written as a figure."""
    band: str | None = None
    """The column that gives a band where this share is not given."""


@dataclass(frozen=True)
class Table:
    """A declared table. `key` is empty where rows may repeat."""

    name: str
    description: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    kept: Kept = "for ever"
    """For how long its rows stay."""
    measures: tuple[tuple[str, str, str], ...] = ()
    """What its column `measure` may say, in order: the value, its format, and which side of the threshold is met."""

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
    names: dict[str, dict[str, list[str]]] = {}
    for schema, table, _ in tables:
        of_table = [row[2] for row in columns if row[:2] == (schema, table)]
        names.setdefault(schema, {})[table] = of_table
    facts: dict[str, Facts] = {
        f"{layer}.{table}": said
        for layer in names
        for table, said in facts_of(layer, facts_text(layer), names[layer]).items()
    }
    found: dict[str, Table] = {}
    for schema, table, comment in tables:
        said = facts[f"{schema}.{table}"]
        found[f"{schema}.{table}"] = Table(
            name=f"{schema}.{table}",
            description=comment or "",
            key=said.key,
            columns=tuple(
                Column(
                    name,
                    kind.lower(),
                    nullable,
                    meaning or "",
                    condition_of.get((in_schema, in_table, name), ""),
                    said.units.get(name),
                    said.formats.get(name),
                    said.bands.get(name),
                )
                for in_schema, in_table, name, kind, nullable, meaning in columns
                if (in_schema, in_table) == (schema, table)
            ),
            kept=said.kept,
            measures=tuple((words, measure.format, measure.met) for words, measure in said.measures.items()),
        )
    return found
