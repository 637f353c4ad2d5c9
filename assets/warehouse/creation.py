"""Making tables, such that a kill or a full disk at any moment leaves a file that opens.

A new file is made whole in a folder beside, and then linked to its name. Tables, views and columns that an older file
lacks, or views that it has otherwise, are made in one transaction, whose log can be replayed, and then written once:
at each such writing DuckDB writes anew a block that is in use, which a kill in that very moment can leave half written.
What belongs here: the order of these. What does not: connections.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import duckdb

from assets.disk import sync_folder
from assets.warehouse.declarations import Column
from assets.warehouse.schema import statements_of_tables
from assets.warehouse.versions import Migration, migrate, set_version
from assets.warehouse.views import declared_views


def add_declared(
    connection: duckdb.DuckDBPyConnection,
    tables: Iterable[str],
    views: Iterable[str],
    columns: Mapping[str, Sequence[Column]] | None = None,
    migrations: Sequence[Migration] = (),
) -> None:
    """Bring a warehouse to the version of this software, and add declared tables, columns of tables that are there, and
    views in place of those there, in one transaction.

    `columns`: table -> its columns that lack; rows that are there have null in them, where no migration knows better.
    The connection is in none.
    """
    connection.execute("begin transaction")
    migrate(connection, migrations)
    for table in tables:
        connection.execute(";\n".join(statements_of_tables()[table]))
    for table, lacking in (columns or {}).items():
        for column in lacking:
            connection.execute(f"alter table {table} add column if not exists {column.name} {column.type}")
            meaning = column.description.replace("'", "''")
            connection.execute(f"comment on column {table}.{column.name} is '{meaning}'")
    for view in views:
        connection.execute(";\n".join(declared_views()[view].statements))
    set_version(connection)
    connection.execute("commit")
    connection.execute("checkpoint")


def put_in_place(made: Path, path: Path) -> None:
    """Give a file that is whole its name; one that another process has made of that name meanwhile stays."""
    with made.open("rb") as file:
        os.fsync(file.fileno())
    try:
        os.link(made, path)
    except FileExistsError:
        return
    except OSError:
        # A disk that knows no links: two processes that make a warehouse in the same instant are not told apart.
        if not path.exists():
            made.rename(path)
    sync_folder(path.parent)
