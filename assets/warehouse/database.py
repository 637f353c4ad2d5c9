"""The DuckDB file: reading, and replacing a slice of tables in one transaction.

What belongs here: connections, transactions, the declared tables. What does not: any query of a layer, Dagster.
DuckDB lets one process write. A connection is held only while it is used: compute first, then swap.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from assets.warehouse.memory import BESIDE_METHODS, BESIDE_QUERIES, database_bytes

SCHEMA_ORDER = (
    "reference",
    "sources",
    "organisations",
    "spatial",
    "network",
    "typology",
    "innovation_index",
    "publication",
)
OF_ITSELF = "ledger"
"""The schema of what the warehouse keeps of itself: of no layer."""
LOCK_WAIT_SECONDS = 120.0
STORAGE_VERSION = "v1.3.0"
"""The oldest DuckDB that reads the file: the first to keep text as a dictionary whose entries are compressed, which is
written in four fifths of the time."""


@dataclass(frozen=True)
class Query:
    """Rows that a query makes of other tables: they go from table to table and are never held anywhere else."""

    sql: str
    parameters: Mapping[str, Any]

    @property
    def is_ordered(self) -> bool:
        """Whether the query says in which order its rows come."""
        return re.search(r"\norder by [^()]*$", self.sql.rstrip().rstrip(";")) is not None


@dataclass(frozen=True)
class Replacement:
    """Rows that take the place of a table's rows within a scope (column -> value), whole."""

    table: str
    scope: Mapping[str, Any]
    rows: pl.DataFrame | Path | Query
    """A frame; a Parquet file for what is better not held in memory; or a query over the warehouse itself."""
    constants: Mapping[str, Any] = field(default_factory=dict)
    """Further columns that have one value in all rows."""

    @property
    def is_ordered(self) -> bool:
        """Whether the rows are stored in the order they are given in: those of a frame, and of a query that says so."""
        return self.rows.is_ordered if isinstance(self.rows, Query) else isinstance(self.rows, pl.DataFrame)


class Warehouse:
    """One DuckDB file.

    `memory_limit` (for example "4GB") is for the whole process: DuckDB gets what `memory` leaves it, and past that it
    spills to `<file>.tmp` beside the file. `threads` is for DuckDB and for the methods; all cores where it is None.
    """

    def __init__(self, path: str | Path, memory_limit: str | None = None, threads: int | None = None) -> None:
        self.path = Path(path)
        self.memory_limit = memory_limit
        self.threads = threads
        self._beside = BESIDE_QUERIES

    def beside_methods(self) -> Warehouse:
        """The same file, of whose memory DuckDB leaves more to a method's arrays.

        A process opens a file in one of the two ways at a time.
        """
        other = Warehouse(self.path, self.memory_limit, self.threads)
        other._beside = BESIDE_METHODS
        return other

    def create(self) -> None:
        """Make the file and every table that is not there yet, in one transaction."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        declarations = [declaration(schema) for schema in (*SCHEMA_ORDER, OF_ITSELF)]
        declared = {name for text in declarations for name in re.findall(r"create table if not exists (\S+)", text)}
        if self.path.exists() and declared <= self._tables():
            return
        with self.transaction() as connection:
            for text in declarations:
                connection.execute(text)

    def _tables(self) -> set[str]:
        with self.connect(read_only=True) as connection:
            names = connection.execute("select schema_name, table_name from duckdb_tables()").fetchall()
        return {f"{schema}.{table}" for schema, table in names}

    @contextmanager
    def connect(
        self, read_only: bool = False, further: Mapping[str, Any] | None = None
    ) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection, closed at the end; waits for another process's lock, then raises duckdb.IOException.

        `further` are settings of DuckDB beside the warehouse's own.
        """
        config: dict[str, Any] = {
            "memory_limit": f"{database_bytes(self.memory_limit, self._beside)}B",
            "storage_compatibility_version": STORAGE_VERSION,
            **(further or {}),
        }
        if self.threads:
            config["threads"] = self.threads
        deadline = time.monotonic() + LOCK_WAIT_SECONDS
        while True:
            try:
                connection = duckdb.connect(str(self.path), read_only=read_only, config=config)
                break
            except duckdb.IOException as error:
                if "lock" not in str(error).lower() or time.monotonic() > deadline:
                    raise
                time.sleep(0.2)
        try:
            yield connection
        finally:
            connection.close()

    def read(self, sql: str, **parameters: Any) -> pl.DataFrame:
        """The rows of a query; `$name` in it is bound to the parameter of that name, others are ignored."""
        with self.connect(read_only=True) as connection:
            return connection.execute(sql, bound(sql, parameters)).pl()

    def export(self, sql: str, target: Path, **parameters: Any) -> Path:
        """Write the rows of a query to a Parquet file without holding them in memory; returns the file."""
        with self.connect(read_only=True) as connection, _any_order(connection):
            connection.execute(
                f"copy ({sql.strip().rstrip(';')}\n) to '{sql_text(str(target))}' (format parquet)",
                bound(sql, parameters),
            )
        return target

    @contextmanager
    def transaction(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection in a transaction: committed at the end, rolled back on any error."""
        with self.connect() as connection:
            connection.execute("begin transaction")
            try:
                yield connection
            except BaseException:
                connection.execute("rollback")
                raise
            connection.execute("commit")


def replace(connection: duckdb.DuckDBPyConnection, replacements: Sequence[Replacement]) -> dict[str, int]:
    """Delete each scope and insert its rows by column name; returns the rows written for each table.

    Scope columns that the rows lack are filled with the scope's value. Raises ValueError where columns do not match
    the declaration.
    """
    written: dict[str, int] = {}
    for replacement in replacements:
        where = " and ".join(f"{column} = ${column}" for column in replacement.scope) or "true"
        connection.execute(f"delete from {replacement.table} where {where}", dict(replacement.scope))
        rows = replacement.rows
        if isinstance(rows, Query):
            source, parameters = f"({rows.sql.strip().rstrip(';')}\n)", bound(rows.sql, rows.parameters)
        else:
            source, parameters = "incoming_rows", {}
            incoming = (
                connection.read_parquet(str(rows)) if isinstance(rows, Path) else connection.from_arrow(rows.to_arrow())
            )
            connection.register("incoming_rows", incoming)
        given = {column[0] for column in connection.execute(f"select * from {source} limit 0", parameters).description}
        declared = [row[0] for row in connection.execute(f"describe {replacement.table}").fetchall()]
        constant = {**replacement.scope, **replacement.constants}
        filled = [column for column in constant if column not in given]
        missing, unknown = set(declared) - given - set(filled), given - set(declared)
        if missing or unknown:
            raise ValueError(
                f"{replacement.table}: rows do not fit the declared table: "
                f"missing columns {sorted(missing)}, unknown columns {sorted(unknown)}"
            )
        constants = "".join(f", $constant_{column} as {column}" for column in filled)
        with _any_order(connection, not replacement.is_ordered):
            count = connection.execute(
                f"insert into {replacement.table} by name select *{constants} from {source} as incoming",
                {**parameters, **{f"constant_{column}": constant[column] for column in filled}},
            ).fetchall()[0][0]
        if not isinstance(rows, Query):
            connection.unregister("incoming_rows")
        written[replacement.table] = written.get(replacement.table, 0) + count
    return written


@contextmanager
def _any_order(connection: duckdb.DuckDBPyConnection, is_free: bool = True) -> Iterator[None]:
    """Let DuckDB give the rows of a query that does not order them in any order, where `is_free`.

    Keeping one that nobody asked for would cost several times the memory.
    """
    connection.execute(f"set preserve_insertion_order = {not is_free}")
    try:
        yield
    finally:
        # A transaction that failed takes no more statements; its connection is closed.
        with suppress(duckdb.TransactionException):
            connection.execute("set preserve_insertion_order = true")


def declaration(layer: str) -> str:
    """The DDL of a layer, or OF_ITSELF: `sql/schema/<layer>.sql`."""
    return (files("sql") / "schema" / f"{layer}.sql").read_text(encoding="utf-8")


def bound(sql: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters that a query names with `$name`; raises ValueError for a name that is not given."""
    names = set(re.findall(r"\$([a-z_][a-z0-9_]*)", sql))
    missing = names - set(parameters)
    if missing:
        raise ValueError(f"query names parameters that are not given: {sorted(missing)}")
    return {name: parameters[name] for name in names}


def sql_text(value: str) -> str:
    """A value safe to stand between single quotes in SQL."""
    return value.replace("'", "''")
