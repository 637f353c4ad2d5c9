"""Processes that are killed while they make a warehouse, and what is there afterwards. Shared by tests and attacks."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable, Mapping
from multiprocessing.connection import Connection
from pathlib import Path

import duckdb

from assets.scratch import ALIVE
from assets.warehouse.database import Warehouse
from assets.warehouse.litter import left_beside
from assets.warehouse.schema import table_names
from assets.warehouse.views import views_that_differ

PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload([__name__])
OLD_SECTORS = """
drop table reference.rtic_sectors;
create table reference.rtic_sectors (
    as_of date not null, rtic_code varchar not null check (length(rtic_code) = 8), sector varchar not null
);
comment on column reference.rtic_sectors.rtic_code is 'As an earlier version declared it.';
"""
"""A table as earlier versions made it, whose check calls a function."""


def create(path: Path, killed_after: float | None = None) -> float | None:
    """Have a process make a warehouse, or what it lacks, and kill it after so many seconds of that.

    Returns the seconds that it took; None where it was killed before its end.
    """
    return killed(_create, (path,), killed_after)


def killed(target: Callable[..., None], arguments: tuple[object, ...], killed_after: float | None) -> float | None:
    """Have a process of its own do what `target` does with the arguments and a pipe on which it says that it begins;
    kill it after so many seconds of that. Returns the seconds that it took; None where it was killed before its end."""
    ready, of_the_process = PROCESSES.Pipe(duplex=False)
    process = PROCESSES.Process(target=target, args=(*arguments, of_the_process))
    process.start()
    ready.recv()
    started = time.monotonic()
    process.join(killed_after)
    if process.exitcode is None:
        process.kill()
        process.join()
        return None
    assert process.exitcode == 0, "the process says above why it did not end well"
    return time.monotonic() - started


def _create(path: Path, ready: Connection) -> None:
    ready.send(None)
    Warehouse(path, threads=1).create()


def seconds_of(attempt: Callable[[], float | None]) -> float:
    """The seconds that a process takes which nothing kills."""
    taken = attempt()
    assert taken is not None
    return taken


def contents(path: Path) -> dict[str, tuple[int, int]]:
    """Table -> its number of rows, and a digest of them."""
    warehouse = Warehouse(path, threads=1)
    with warehouse.connect(read_only=True) as connection:
        names = connection.execute("select schema_name || '.' || table_name from duckdb_tables()").fetchall()
        return {
            name: connection.execute(f"select count(*), bit_xor(hash(t)) from {name} as t").fetchall()[0]
            for (name,) in names
        }


def what_is_wrong(path: Path, before: Mapping[str, tuple[int, int]]) -> str | None:
    """What is not as it should be after the next command: tables, comments, earlier rows, litter; None where all is."""
    found = contents(path)
    if lacking := table_names() - set(found):
        return f"tables are lacking: {', '.join(sorted(lacking))}"
    with Warehouse(path, threads=1).connect(read_only=True) as connection:
        if views := views_that_differ(connection):
            return f"views are lacking or not as declared: {', '.join(views)}"
    if changed := [table for table, was in before.items() if found[table] != was]:
        return f"rows are not as they were: {', '.join(changed)}"
    untold = Warehouse(path, threads=1).read(
        "select schema_name || '.' || table_name || '.' || column_name as untold from duckdb_columns() "
        "where not internal and schema_name <> 'used' and comment is null and table_name <> 'rtic_sectors'"
    )
    if untold.height:
        return f"columns have no comment: {', '.join(untold['untold'])}"
    if left := [folder for folder in left_beside(path) if (folder / ALIVE).exists()]:
        return f"{len(left)} folders are left"
    return None


def made_again(path: Path, before: Mapping[str, tuple[int, int]]) -> str | None:
    """Make a warehouse, or what it lacks, after a kill; what is wrong then, None where nothing is."""
    try:
        Warehouse(path, threads=1).create()
    except (ValueError, duckdb.Error) as error:
        return f"{type(error).__name__}: {error}"
    return what_is_wrong(path, before)
