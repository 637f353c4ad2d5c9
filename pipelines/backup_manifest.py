"""What a backup says of itself, and whether it is so: files, digests, rows of every table.

What belongs here: the manifest and holding a folder against it. What does not: making a backup (`backups`), putting one
back (`restoring`).
"""

from __future__ import annotations

import hashlib
from importlib.metadata import version
from pathlib import Path

import duckdb
from pydantic import BaseModel, ConfigDict, ValidationError

from assets.warehouse.contents import Content, contents
from assets.warehouse.database import Warehouse, sql_text
from assets.warehouse.faults import WarehouseError

MANIFEST = "manifest.json"
WAREHOUSE, HOME = "warehouse.duckdb", "dagster_home"
"""What stands in the folder of a backup, beside the manifest."""
AT_A_TIME = 1 << 20


class BackupError(ValueError):
    """A backup cannot be made, or is not whole; says what is wrong and what to do."""


class BackedUpFile(BaseModel):
    """A file of the backup."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    path: str
    """Relative to the folder of the backup."""
    bytes: int
    sha256: str


class BackedUpTable(BaseModel):
    """A table of the warehouse."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rows: int
    digest: str
    """As in `contents`; of the version of DuckDB that the manifest names."""


class Manifest(BaseModel):
    """What is in a backup."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    made_at: str
    """When, in UTC, as ISO 8601."""
    warehouse: str
    """Where the warehouse was."""
    months: tuple[str, ...]
    """Months that were made."""
    schema_version: int
    software: dict[str, str]
    """Package -> version that made the backup."""
    files: tuple[BackedUpFile, ...]
    tables: dict[str, BackedUpTable]


def software() -> dict[str, str]:
    """The versions that matter to who reads a backup."""
    return {name: version(name) for name in ("innovation-clusters", "duckdb", "dagster")}


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a backup. Raises BackupError where there is none, or none that can be read."""
    path = folder / MANIFEST
    try:
        return Manifest.model_validate_json(path.read_bytes())
    except FileNotFoundError as error:
        raise BackupError(f"{folder} is no backup: it has no {MANIFEST}: give the folder of one with --from") from error
    except (OSError, ValidationError) as error:
        first = str(error).strip().splitlines()[0]
        raise BackupError(f"{path} cannot be read ({first}): take another backup") from error


def refuse_other_files(folder: Path, manifest: Manifest) -> None:
    """Raise BackupError where a file of the manifest is not there, or is another."""
    for file in manifest.files:
        try:
            size, digest = size_and_digest(folder / file.path)
        except OSError as error:
            raise BackupError(f"{folder / file.path} cannot be read ({error.strerror}): take another backup") from error
        if (size, digest) != (file.bytes, file.sha256):
            raise BackupError(
                f"{folder / file.path} is not the file that was backed up: it has {size} bytes and SHA-256 {digest}, "
                f"expected {file.bytes} and {file.sha256}: take another backup"
            )


def refuse_other_rows(warehouse: Warehouse, manifest: Manifest, scratch: Path) -> None:
    """Raise BackupError where a warehouse does not open, or its tables have not the rows of the manifest."""
    try:
        found = contents_of(warehouse, scratch)
    except (WarehouseError, duckdb.Error) as error:
        raise BackupError(f"{warehouse.path} does not open: {error}: take another backup") from error
    same_hash = manifest.software.get("duckdb") == version("duckdb")
    expected = {name: Content(table.rows, table.digest) for name, table in manifest.tables.items()}
    wrong = [
        name
        for name in sorted(expected.keys() | found.keys())
        if (was := expected.get(name)) is None
        or (now := found.get(name)) is None
        or was.rows != now.rows
        or (same_hash and was != now)
    ]
    if wrong:
        raise BackupError(f"{warehouse.path} has other rows than were backed up in {', '.join(wrong)}: take another")


def contents_of(warehouse: Warehouse, scratch: Path) -> dict[str, Content]:
    """The content of a warehouse that nobody writes; `scratch` is for what memory does not hold."""
    with warehouse.beside(scratch) as connection:
        connection.execute(f"attach '{sql_text(str(warehouse.path))}' as kept (read_only)")
        return contents(connection, "kept")


def size_and_digest(path: Path) -> tuple[int, str]:
    """Bytes of a file and their SHA-256."""
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as file:
        while part := file.read(AT_A_TIME):
            digest.update(part)
            size += len(part)
    return size, digest.hexdigest()
