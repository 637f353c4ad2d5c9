"""What `doctor` looks at of what is stored: the warehouse's file, the history of runs, and litter. Changes nothing.

What belongs here: whether files can be read, and are as declared. What does not: what a month needs to be made
(`doctor`), or the words for a file that cannot be used (`assets/warehouse/faults.py`).
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import duckdb

from assets.publication.folder import left_in
from assets.scratch import ALIVE
from assets.warehouse.database import Warehouse
from assets.warehouse.declarations import declared_tables
from assets.warehouse.faults import WarehouseError, damaged, left_alone, log_of
from assets.warehouse.litter import left_beside, spill_folder, spilled
from assets.warehouse.versions import refuse_later, version_of
from pipelines.dagster_home import home_folder
from pipelines.finding import Finding
from pipelines.lost import lost
from pipelines.settings import Settings

BUSY_SECONDS = 5.0
"""How long a file of the history that is being written is waited for."""


def warehouse_findings(settings: Settings, quick: bool) -> Iterator[Finding]:
    """Whether the warehouse's file opens, has the tables that are declared, and, where not `quick`, can be read
    throughout."""
    path = Path(settings.warehouse)
    if not path.exists():
        if (log := log_of(path)).exists():
            yield Finding("bad", "warehouse", str(left_alone(log, path)))
        elif sentence := lost(settings):
            yield Finding("bad", "warehouse", sentence)
        else:
            yield Finding("note", "warehouse", f"{path} is not there yet; the first refresh makes it")
        return
    warehouse = Warehouse(path, settings.memory_limit, settings.threads)
    try:
        with warehouse.connect(read_only=True, wait_seconds=0) as connection:
            refuse_later(connection, path)
            yield _schema(connection)
            yield _space(connection, settings)
            if not quick:
                yield _blocks(connection, path)
    except WarehouseError as error:
        yield Finding("bad", "warehouse", str(error))


def _schema(connection: duckdb.DuckDBPyConnection) -> Finding:
    found: dict[str, dict[str, str]] = {}
    columns = connection.execute(
        "select schema_name, table_name, column_name, lower(data_type) from duckdb_columns() where not internal "
        "and (schema_name, table_name) in (select (schema_name, table_name) from duckdb_tables())"
    ).fetchall()
    for schema, table, column, kind in columns:
        found.setdefault(f"{schema}.{table}", {})[column] = kind
    stale = [
        name
        for name, table in declared_tables().items()
        if name in found and found[name] != {column.name: column.type for column in table.columns}
    ]
    if stale:
        return Finding(
            "bad",
            "schema",
            f"{', '.join(stale)} differ from their declaration: "
            "drop them, or start a new warehouse, and make the months again",
        )
    missing = sum(name not in found for name in declared_tables())
    return Finding("ok", "schema", f"{len(found)} tables as declared" + (f", {missing} to be made" if missing else ""))


def _space(connection: duckdb.DuckDBPyConnection, settings: Settings) -> Finding:
    """What of the file is free, and whether the disk has room to write it anew."""
    block, total, free = connection.execute(
        "select block_size, total_blocks, free_blocks from pragma_database_size()"
    ).fetchall()[0]
    size, used = block * total, block * (total - free)
    found = f"{size / 1e6:.0f} MB, {free / max(total, 1):.0%} of them free; schema {version_of(connection)}"
    if shutil.disk_usage(Path(settings.warehouse).absolute().parent).free < used + settings.bounds.free_disk_bytes:
        return Finding(
            "note",
            "space",
            f"{found}; the disk has no room for the {used / 1e6:.0f} MB that writing it anew needs: free some of it",
        )
    return Finding("ok", "space", found)


def _blocks(connection: duckdb.DuckDBPyConnection, path: Path) -> Finding:
    """Read every value of every table: DuckDB compares a block with its checksum when it reads it, and not before."""
    tables: dict[str, list[str]] = {}
    columns = connection.execute(
        "select schema_name, table_name, column_name from duckdb_columns() where not internal "
        "and (schema_name, table_name) in (select (schema_name, table_name) from duckdb_tables()) order by all"
    ).fetchall()
    for schema, table, column in columns:
        tables.setdefault(f"{schema}.{table}", []).append(f'bit_xor(hash("{column}"))')
    unread, said = [], None
    for table, read in tables.items():
        try:
            connection.execute(f"select {', '.join(read)} from {table}").fetchall()
        except duckdb.Error as error:
            unread.append(table)
            said = said or error
    if said is None:
        return Finding("ok", "blocks", f"every row of {len(tables)} tables can be read")
    return Finding("bad", "blocks", f"{', '.join(unread)} cannot be read: {damaged(path, said)}")


def history_findings(settings: Settings) -> Iterator[Finding]:
    """Whether the files of the instance's history are whole; those that stand in another database are not looked at."""
    home = home_folder(settings)
    if not home.is_dir():
        if home.exists():
            yield Finding("bad", "history", f"{home} is a file: move it away, or set DAGSTER_HOME to a folder")
        else:
            yield Finding("note", "history", f"{home} is not there yet; the first refresh makes it")
        return
    files = sorted(home.rglob("*.db"))
    problems = [(file, problem) for file in files if (problem := _problem_of(file)) is not None]
    for file, problem in problems:
        part = home / file.relative_to(home).parts[0]
        yield Finding(
            "bad",
            "history",
            f"{file} is damaged ({problem}): put a copy of it in its place, or move {part} away: what ran when is then "
            "forgotten, the warehouse's rows stay",
        )
    if not problems:
        yield Finding("ok", "history", f"{home}: {len(files)} files are whole")


def _problem_of(file: Path) -> str | None:
    """What SQLite finds wrong with a file; None where nothing is."""
    try:
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True, timeout=BUSY_SECONDS)) as history:
            found = history.execute("pragma quick_check(1)").fetchall()
    except sqlite3.Error as error:
        return str(error)
    return None if found == [("ok",)] else str(found[0][0]).splitlines()[0]


def litter_findings(settings: Settings) -> Iterator[Finding]:
    """What processes that are gone left behind, which may hold texts and rows of registers."""
    path = Path(settings.warehouse)
    for folder in [*left_beside(path), *left_in(Path(settings.publication))]:
        if (folder / ALIVE).exists():
            yield Finding("note", "litter", f"{folder} is of a process that is gone; it goes at the next refresh")
        else:
            yield Finding("note", "litter", f"{folder} does not show whose it is: delete it unless you need it")
    if files := spilled(path):
        size = sum(file.stat().st_size for file in files) / 1e6
        yield Finding(
            "note",
            "litter",
            f"{spill_folder(path)} holds {size:.0f} MB that DuckDB put aside; it goes at the next refresh that finds "
            "the warehouse free",
        )
