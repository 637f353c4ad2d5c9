"""The DuckDB file: reading, and replacing a slice of tables in one transaction.

What belongs here: connections, transactions, rows that take the place of others. What does not: any query of a layer,
Dagster, making tables (`creation`), what is said of faults (`faults`).
DuckDB lets one process write. A connection is held only while it is used: compute first, then swap.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from assets.disk import DiskFullError, refuse_full_disk
from assets.scratch import scratch_folder
from assets.warehouse.creation import add_declared, put_in_place
from assets.warehouse.declarations import Column, declared_tables
from assets.warehouse.faults import (
    OF_THE_FILE,
    WarehouseError,
    WarehouseHeldError,
    fault_in_use,
    held,
    holder,
    left_alone,
    log_of,
    unopenable,
)
from assets.warehouse.litter import MAKING, delete_left_beside, delete_spilled, spilled
from assets.warehouse.memory import BESIDE_METHODS, BESIDE_QUERIES, database_bytes
from assets.warehouse.schema import table_names
from assets.warehouse.streams import let_results_end
from assets.warehouse.versions import Migration, pending
from assets.warehouse.views import declared_views, views_that_differ

LOCK_WAIT_SECONDS = 120.0
"""How long a file that another process holds is waited for."""
LOCK_TOLD_AFTER_SECONDS = 1.0
"""How long it is waited for in silence: most processes are done sooner."""
LOCK_TRIED_EVERY_SECONDS = 0.2
LOCK = "lock_configuration"
"""The setting after which there is no other."""
WAITS = "waits"
"""What a sentence begins with that tells of waiting."""
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
    `tell` is called with a sentence where another process that holds the file is waited for.
    """

    def __init__(
        self,
        path: str | Path,
        memory_limit: str | None = None,
        threads: int | None = None,
        tell: Callable[[str], None] | None = None,
    ) -> None:
        self.path = Path(path)
        self.memory_limit = memory_limit
        self.threads = threads
        self.tell = tell
        self._beside = BESIDE_QUERIES

    def beside_methods(self) -> Warehouse:
        """The same file, of whose memory DuckDB leaves more to a method's arrays.

        A process opens a file in one of the two ways at a time.
        """
        other = self._at(self.path)
        other._beside = BESIDE_METHODS
        return other

    def _at(self, path: Path) -> Warehouse:
        return Warehouse(path, self.memory_limit, self.threads, self.tell)

    def create(self) -> None:
        """Make the file, or add what it lacks; whatever ends this, the file opens afterwards.

        Added are tables, views, and those columns that may be null: earlier rows have none of what they would say. A
        column that may not stays lacking, for only the table's step knows its values.

        A file of an earlier version of the schema is brought to this one in the same transaction. What processes that
        are gone left beside the file is deleted. Raises WarehouseError for a file that cannot be used, or whose version
        cannot be brought to this one, DiskFullError for a full disk.
        """
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            delete_left_beside(self.path)
            if not self.path.exists():
                self._make()
                return
        except OSError as error:
            refuse_full_disk(error, self.path.parent)
            raise WarehouseError(f"{self.path} cannot be made: {error}: give another with --warehouse") from error
        lacking = self._lacking()
        if any(lacking):
            with self.connect() as connection:
                add_declared(connection, *lacking)
        if spilled(self.path):
            self._delete_spilled()

    def _make(self) -> None:
        path = self.path.resolve()
        if (log := log_of(path)).exists():
            raise left_alone(log, path)
        with scratch_folder(path.parent, MAKING) as folder:
            new = self._at(folder / path.name)
            try:
                with new.connect() as connection:
                    add_declared(connection, table_names(), declared_views())
            except DiskFullError as error:
                raise DiskFullError(path.parent) from error
            put_in_place(new.path, path)

    def _delete_spilled(self) -> None:
        """Delete what DuckDB spilled in processes that are gone: none lives while the file is held for writing."""
        with suppress(WarehouseHeldError, duckdb.ConnectionException), self.connect(wait_seconds=0):
            delete_spilled(self.path)

    def _lacking(self) -> tuple[list[str], list[str], dict[str, list[Column]], Sequence[Migration]]:
        """Tables that the file has not, views that it has not as they are declared, columns that may be null, and what
        brings its schema to this version."""
        with self.connect(read_only=True) as connection:
            to_do = pending(connection, self.path)
            names = connection.execute("select schema_name, table_name from duckdb_tables()").fetchall()
            found = connection.execute(
                "select schema_name || '.' || table_name, list(column_name) from duckdb_columns() "
                "where not internal group by all"
            ).fetchall()
            views = views_that_differ(connection)
        there = dict(found)
        columns = {
            name: lacking
            for name, table in declared_tables().items()
            if name in there and (lacking := [c for c in table.columns if c.nullable and c.name not in there[name]])
        }
        return sorted(table_names() - {f"{schema}.{table}" for schema, table in names}), views, columns, to_do

    @contextmanager
    def connect(
        self,
        read_only: bool = False,
        wait_seconds: float = LOCK_WAIT_SECONDS,
        further: Mapping[str, Any] | None = None,
    ) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection, closed at the end; `further` are settings of DuckDB beside the warehouse's own.

        Waits for another process's lock, then raises WarehouseHeldError. Raises WarehouseError where the file cannot
        be opened or proves damaged, DiskFullError where the disk does not take what is written.
        """
        connection = self._opened(read_only, wait_seconds, further or {})
        try:
            yield connection
        except Exception as error:
            refuse_full_disk(error, self.path.parent)
            if fault := fault_in_use(self.path, error):
                raise fault from error
            raise
        finally:
            connection.close()

    @contextmanager
    def beside(self, folder: Path) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection with the warehouse's settings to no file, to which files can be attached; it spills to a
        folder."""
        config = self._config({"temp_directory": str(folder / "spilled")})
        connection = duckdb.connect(config=config)
        try:
            yield connection
        except Exception as error:
            refuse_full_disk(error, folder)
            if fault := fault_in_use(self.path, error):
                raise fault from error
            raise
        finally:
            connection.close()

    def _config(self, further: Mapping[str, Any]) -> dict[str, Any]:
        config: dict[str, Any] = {
            "memory_limit": f"{database_bytes(self.memory_limit, self._beside)}B",
            "storage_compatibility_version": STORAGE_VERSION,
            # Else DuckDB fetches what opens a file that is not its own.
            "autoinstall_known_extensions": False,
            **further,
        }
        if self.threads:
            config["threads"] = self.threads
        return config

    def _opened(self, read_only: bool, wait_seconds: float, further: Mapping[str, Any]) -> duckdb.DuckDBPyConnection:
        config = self._config(further)
        is_locked = config.pop(LOCK, False)
        started, is_told = time.monotonic(), False
        while True:
            try:
                connection = duckdb.connect(str(self.path), read_only=read_only, config=config)
                let_results_end(connection)
                if is_locked:
                    connection.execute(f"set {LOCK} = true")
                return connection
            except OF_THE_FILE as error:
                refuse_full_disk(error, self.path.parent)
                if (by := holder(error)) is None:
                    raise unopenable(self.path, error) from error
                waited = time.monotonic() - started
                if waited > wait_seconds:
                    raise held(self.path, by) from error
                if waited > LOCK_TOLD_AFTER_SECONDS and not is_told:
                    is_told = True
                    if self.tell:
                        self.tell(f"{WAITS} for {by}, which holds {self.path}")
                time.sleep(LOCK_TRIED_EVERY_SECONDS)

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
                # DuckDB ends a transaction by itself where it cannot write; the first error is the one to tell.
                with suppress(duckdb.Error):
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
