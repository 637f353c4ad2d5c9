"""Taking a backup of the warehouse and of Dagster's history, and which backups stay.

A backup is a folder of its own, made beside and then given its name: it is there whole, or not at all. Months may be
made meanwhile: of the warehouse it has what was committed, of the history what each of its files had. What belongs
here: the copies. What does not: what a backup says of itself (`backup_manifest`), putting it back (`restoring`), when
it is taken (`upkeep`).
"""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from assets.disk import DiskFullError, full_disk_said, sync_folder
from assets.months import Month
from assets.scratch import delete_dead, scratch_folder
from assets.warehouse.database import Warehouse
from assets.warehouse.faults import log_of
from assets.warehouse.litter import MAKING, spill_folder
from assets.warehouse.versions import version_of
from pipelines.backup_manifest import (
    HOME,
    MANIFEST,
    WAREHOUSE,
    BackedUpFile,
    BackedUpTable,
    BackupError,
    Manifest,
    contents_of,
    read_manifest,
    size_and_digest,
    software,
)
from pipelines.dagster_home import home_folder
from pipelines.settings import Settings

NAMED = re.compile(r"backup-\d{8}T\d{6}Z(-\d+)?")
SQLITE = (".db",)
BESIDE_SQLITE = (".db-wal", ".db-shm", ".db-journal")
"""What SQLite keeps beside a file that is open: its own way of copying takes it in."""
DOING = "a backup was taken"


def take_backup(settings: Settings, to: Path, keep: int | None = None) -> Path:
    """Copy the warehouse and the history into a new folder of `to`, look at the copy, and delete all but the newest
    `keep` backups there, where a number is given; returns the new one.

    Raises BackupError where there is no warehouse or the copy is not whole, WarehouseError for one that cannot be read,
    DiskFullError where the disk has no room: nothing is left of it then.
    """
    warehouse = Warehouse(settings.warehouse, settings.memory_limit, settings.threads)
    if not warehouse.path.exists():
        raise BackupError(f"no warehouse at {warehouse.path}: there is nothing to back up; give --warehouse")
    home = home_folder(settings)
    try:
        to.mkdir(parents=True, exist_ok=True)
        delete_dead(to, MAKING)
        _refuse_small_disk(warehouse.path, home, to, settings.bounds.free_disk_bytes)
        with scratch_folder(to, MAKING) as scratch, full_disk_said(to, DOING):
            made = scratch / "backup"
            made.mkdir()
            manifest = _copied(warehouse, home, to, made, scratch)
            (made / MANIFEST).write_text(manifest.model_dump_json(indent=1), encoding="utf-8")
            _written_through(made)
            folder = _new_folder(to, datetime.fromisoformat(manifest.made_at))
            made.rename(folder)
            sync_folder(to)
    except OSError as error:
        raise BackupError(f"{to} cannot be written ({error}): give another folder with --to") from error
    if keep:
        for older in backups_in(to)[:-keep]:
            shutil.rmtree(older)
    return folder


def backups_in(folder: Path) -> list[Path]:
    """The backups in a folder, the newest last."""
    found = folder.iterdir() if folder.is_dir() else ()
    return sorted(path for path in found if NAMED.fullmatch(path.name) and (path / MANIFEST).is_file())


def newest_backup(folder: Path) -> Path:
    """The folder itself where it is a backup, else the newest in it. Raises BackupError where there is none."""
    if (folder / MANIFEST).is_file():
        return folder
    if found := backups_in(folder):
        return found[-1]
    raise BackupError(
        f"there is no backup in {folder}: give the folder of one, or the one that they are in, with --from"
    )


def _new_folder(to: Path, at: datetime) -> Path:
    """The folder of a backup that was begun at a time; there may be another of the same second."""
    name = f"backup-{at:%Y%m%dT%H%M%SZ}"
    number = 1
    folder = to / name
    while folder.exists():
        folder, number = to / f"{name}-{number}", number + 1
    return folder


def is_backed_up(settings: Settings, folder: Path) -> bool:
    """Whether the warehouse has not been written since the newest backup in a folder was begun."""
    found = backups_in(folder)
    path = Path(settings.warehouse)
    files = [file for file in (path, log_of(path)) if file.exists()]
    if not found or not files:
        return not files
    written = max(file.stat().st_mtime for file in files)
    return datetime.fromtimestamp(written, UTC) < datetime.fromisoformat(read_manifest(found[-1]).made_at)


def _refuse_small_disk(path: Path, home: Path, to: Path, spare_bytes: int) -> None:
    needed = path.stat().st_size + sum(file.stat().st_size for file in _files_of(home, to, path) if file.exists())
    if shutil.disk_usage(to).free < needed + spare_bytes:
        raise DiskFullError(to, f"{DOING}, which needs {needed / 1e6:.0f} MB")


def _copied(warehouse: Warehouse, home: Path, to: Path, made: Path, scratch: Path) -> Manifest:
    """Put the copies into a folder, and say what they hold."""
    at = datetime.now(UTC).isoformat(timespec="microseconds")
    copy = Warehouse(made / WAREHOUSE, warehouse.memory_limit, warehouse.threads)
    _copy_warehouse(warehouse, copy)
    with copy.connect(read_only=True) as connection:
        schema_version = version_of(connection)
        months = connection.execute("select distinct month from sources.drops order by month").fetchall()
    found = contents_of(copy, scratch)
    for file in _files_of(home, to, warehouse.path):
        _copy_history(file, made / HOME / file.relative_to(home))
    files = []
    for path in sorted(path for path in made.rglob("*") if path.is_file()):
        size, digest = size_and_digest(path)
        files.append(BackedUpFile(path=str(path.relative_to(made)), bytes=size, sha256=digest))
    return Manifest(
        made_at=at,
        warehouse=str(warehouse.path.absolute()),
        months=tuple(str(Month.of(day)) for (day,) in months),
        schema_version=schema_version,
        software=software(),
        files=tuple(files),
        tables={name: BackedUpTable(rows=content.rows, digest=content.digest) for name, content in found.items()},
    )


def _copy_warehouse(warehouse: Warehouse, copy: Warehouse) -> None:
    """Copy the file, and its log where a process that was killed left one, while nobody may write."""
    log = log_of(warehouse.path)
    with warehouse.connect(read_only=True):
        if log.exists():
            shutil.copyfile(log, log_of(copy.path))
        # To close the file gives the lock back: nothing of it is read afterwards.
        shutil.copyfile(warehouse.path, copy.path)
    with copy.connect() as connection:
        connection.execute("checkpoint")


def _files_of(home: Path, to: Path, warehouse: Path) -> Iterator[Path]:
    """The files of the history's folder, without what is no part of it though it stands there."""
    left_out = {to.resolve(), warehouse.resolve(), spill_folder(warehouse.resolve())}
    for folder, folders, names in os.walk(home):
        folders[:] = sorted(name for name in folders if (Path(folder) / name).resolve() not in left_out)
        for name in sorted(names):
            path = Path(folder) / name
            if path.resolve() not in left_out and not name.endswith(BESIDE_SQLITE) and path.is_file():
                yield path


def _copy_history(file: Path, target: Path) -> None:
    """Copy a file of the history; one that went meanwhile, with its run, is left out."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        if not file.name.endswith(SQLITE):
            shutil.copyfile(file, target)
            return
        with (
            closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as history,
            closing(sqlite3.connect(target)) as copy,
        ):
            history.backup(copy)
            copy.execute("pragma journal_mode = delete")
            if (found := copy.execute("pragma quick_check(1)").fetchall()) != [("ok",)]:
                raise BackupError(f"{file} is damaged ({found[0][0]}): `innovation-clusters doctor` says what to do")
    except (OSError, sqlite3.Error) as error:
        if file.exists():
            raise BackupError(
                f"{file} cannot be copied ({error}): look at it with `innovation-clusters doctor`"
            ) from error
        target.unlink(missing_ok=True)


def _written_through(folder: Path) -> None:
    """Make all of a folder last through a power cut."""
    for path in [folder, *folder.rglob("*")]:
        if path.is_dir():
            sync_folder(path)
        else:
            with path.open("rb") as file:
                os.fsync(file.fileno())
