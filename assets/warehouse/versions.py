"""The version of the schema that a warehouse has, and what brings it to that of this software.

A version is a number; each from the second has a file in `sql/migrations/` that makes it of the one before:

    -- needs: typology.cluster_members
    -- Why, in words.
    alter table ...

Where a table that it needs is not there, there is nothing to move: the table is made as it is declared. In place of
statements a file may have the line `-- rebuild: why`: what the rows lack nobody can know but the steps that make
them. New tables, and new columns that may be null, need no version: they are added to any warehouse (`creation`).
What belongs here: the versions, and the words where a warehouse cannot be brought to this one. What does not: when
that is done.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

import duckdb

from assets.months import Month
from assets.warehouse.faults import WarehouseError

VERSIONS = "ledger.schema_versions"
FIRST = 1
"""The version of a warehouse that says none: it was made before versions were counted."""


class SchemaVersionError(WarehouseError):
    """The warehouse has a schema that this software cannot work with; says what to do."""


@dataclass(frozen=True)
class Migration:
    """What makes a version of the one before."""

    version: int
    needs: tuple[str, ...]
    """Tables without which there is nothing to do."""
    statements: str
    rebuild: str = ""
    """Why it cannot be done, and the months are to be made again; empty where it can."""


@functools.cache
def migrations() -> tuple[Migration, ...]:
    """Every migration, in order."""
    return read_migrations(files("sql") / "migrations")


def read_migrations(folder: Traversable) -> tuple[Migration, ...]:
    """The migrations of a folder, in order. Raises ValueError where their numbers do not follow one another."""
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".sql"))
    found = tuple(_migration(name, (folder / name).read_text(encoding="utf-8")) for name in names)
    for number, migration in enumerate(found, FIRST + 1):
        if migration.version != number:
            raise ValueError(f"sql/migrations: number {number} is missing, or there twice, among {', '.join(names)}")
    return found


def _migration(name: str, text: str) -> Migration:
    number = re.match(r"(\d{4})_\w+\.sql$", name)
    if number is None:
        raise ValueError(f"sql/migrations/{name}: expected a name such as 0002_what.sql")
    said = dict(re.findall(r"^-- (needs|rebuild): (.+)$", text, re.MULTILINE))
    needs = tuple(table.strip() for table in said.get("needs", "").split(",") if table.strip())
    statements = "\n".join(line for line in text.splitlines() if not line.startswith("--")).strip()
    return Migration(int(number[1]), needs, statements, said.get("rebuild", ""))


def latest_version() -> int:
    """The version that this software makes and works with."""
    return FIRST + len(migrations())


def version_of(connection: duckdb.DuckDBPyConnection) -> int:
    """The version of a warehouse's schema."""
    known = connection.execute(
        "select 1 from duckdb_tables() where schema_name || '.' || table_name = $table", {"table": VERSIONS}
    ).fetchall()
    if not known:
        return FIRST
    found = connection.execute(f"select max(version) from {VERSIONS}").fetchall()[0][0]
    return FIRST if found is None else int(found)


def refuse_later(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Raise SchemaVersionError for a warehouse of a later version than this software knows."""
    found, known = version_of(connection), latest_version()
    if found > known:
        software = connection.execute(f"select software from {VERSIONS} where version = {found}").fetchall()[0][0]
        raise SchemaVersionError(
            f"{path} has version {found} of the schema, made by innovation-clusters {software}; this is "
            f"{version('innovation-clusters')}, which knows versions up to {known}: install that one, or a later "
            "one, or give another warehouse with --warehouse"
        )


def pending(connection: duckdb.DuckDBPyConnection, path: Path) -> Sequence[Migration]:
    """What brings a warehouse to the version of this software, in order.

    Raises SchemaVersionError where nothing can: it is of a later version, or its months are to be made again.
    """
    refuse_later(connection, path)
    found = version_of(connection)
    to_do = [migration for migration in migrations() if migration.version > found]
    for migration in to_do:
        if migration.rebuild:
            raise SchemaVersionError(
                f"{path} has version {found} of the schema, and {migration.version} cannot be made of its rows "
                f"({migration.rebuild}): make its months again in a new file ({_command(connection)}), and keep "
                "this one for what was released"
            )
    return to_do


def migrate(connection: duckdb.DuckDBPyConnection, to_do: Sequence[Migration]) -> None:
    """Do what is to be done, in the transaction that the connection is in."""
    for migration in to_do:
        found = connection.execute("select schema_name || '.' || table_name from duckdb_tables()").fetchall()
        if set(migration.needs) <= {name for (name,) in found}:
            connection.execute(migration.statements)


def set_version(connection: duckdb.DuckDBPyConnection) -> None:
    """Say that the warehouse has the version of this software, where it does not say so yet."""
    if version_of(connection) < latest_version() or not connection.execute(f"select 1 from {VERSIONS}").fetchall():
        connection.execute(
            f"insert into {VERSIONS} values ($version, $at, $software)",
            {
                "version": latest_version(),
                "at": datetime.now(UTC).replace(tzinfo=None),
                "software": version("innovation-clusters"),
            },
        )


def _command(connection: duckdb.DuckDBPyConnection) -> str:
    """The command that makes the months of a warehouse again."""
    try:
        first, last = connection.execute("select min(month), max(month) from sources.drops").fetchall()[0]
    except duckdb.CatalogException:
        first = last = None
    months = f"--from {Month.of(first)} --to {Month.of(last)}" if first and last else "--from YYYY-MM --to YYYY-MM"
    return f"innovation-clusters backfill {months} --warehouse NEW_FILE"
