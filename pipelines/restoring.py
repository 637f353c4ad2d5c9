"""Putting a backup back.

It is copied beside where it goes and looked at there; then the copies take the names. What stood there is moved aside,
never deleted. What belongs here: the order of these. What does not: what a backup holds (`backup_manifest`).
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from assets.disk import full_disk_said, sync_folder
from assets.scratch import delete_dead, scratch_folder
from assets.warehouse.database import Warehouse
from assets.warehouse.faults import WarehouseError, WarehouseHeldError, log_of
from assets.warehouse.litter import MAKING
from assets.warehouse.turns import turn
from pipelines.backup_manifest import (
    HOME,
    WAREHOUSE,
    BackupError,
    Manifest,
    read_manifest,
    refuse_other_files,
    refuse_other_rows,
)
from pipelines.dagster_home import home_folder
from pipelines.settings import Settings

DOING = "a backup was put back"


def restore(
    settings: Settings, folder: Path, *, replace: bool = False, tell: Callable[[str], None] = print
) -> Iterator[str]:
    """Put a backup's warehouse in place, and its history where there is none, or where `replace` says so; yields what
    was done, in sentences. It is done as far as these are taken.

    `tell` is told whom it waits for. What is there already is moved aside under `replace`, and never else. Raises
    BackupError where the backup is not whole or a warehouse is there: all stays as it was.
    """
    manifest = read_manifest(folder)
    path, home = Path(settings.warehouse).resolve(), home_folder(settings).resolve()
    if path.exists() and not replace:
        raise BackupError(
            f"there is a warehouse at {path}: with --replace it is moved aside, and the backup of {manifest.made_at} "
            "takes its place"
        )
    refuse_other_files(folder, manifest)
    with turn(path, f"a restore of {folder.name}", tell):
        delete_dead(path.parent, MAKING)
        with scratch_folder(path.parent, MAKING) as beside, full_disk_said(path.parent, DOING):
            copy = Warehouse(_copied(folder / WAREHOUSE, beside), settings.memory_limit, settings.threads)
            refuse_other_rows(copy, manifest, beside)
            aside = f"before-restore-{datetime.now(UTC):%Y%m%dT%H%M%S%fZ}"
            yield from _restore_history(folder, manifest, home, aside, replace=replace)
            yield from _restore_warehouse(copy.path, path, aside)
    yield f"{path} is as it was backed up at {manifest.made_at}: months {', '.join(manifest.months) or 'none'}"


def _restore_history(folder: Path, manifest: Manifest, home: Path, aside: str, *, replace: bool) -> Iterator[str]:
    """The history takes its name in two steps: a kill between them leaves it beside, and no history."""
    if not any(file.path.startswith(f"{HOME}/") for file in manifest.files):
        yield "the backup has no history of runs: that of this place stays"
        return
    if home.exists() and not replace:
        yield f"the history of runs in {home} stays as it is: --replace would put back that of the backup"
        return
    home.parent.mkdir(parents=True, exist_ok=True)
    delete_dead(home.parent, MAKING)
    with scratch_folder(home.parent, MAKING) as beside, full_disk_said(home.parent, DOING):
        new = shutil.copytree(folder / HOME, beside / home.name)
        if home.exists():
            old = home.with_name(f"{home.name}.{aside}")
            home.rename(old)
            yield f"the history of runs that was there is now {old}"
        new.rename(home)
        sync_folder(home.parent)
    yield f"the history of runs is in {home}"


def _restore_warehouse(copy: Path, path: Path, aside: str) -> Iterator[str]:
    """The name is never without a whole file: the old one gets a second name before the new one takes the first."""
    old, log = path.with_name(f"{path.name}.{aside}"), log_of(path)
    if path.exists():
        _into_the_file(path)
        try:
            os.link(path, old)
        except OSError:
            # A disk that knows no links.
            path.rename(old)
        yield f"the warehouse that was there is now {old}"
    if log.exists():
        # DuckDB would take it for the log of the file that comes.
        log.rename(log_of(old))
        yield f"its log is now {log_of(old)}"
    copy.replace(path)
    sync_folder(path.parent)


def _into_the_file(path: Path) -> None:
    """Write what stands in the log into the file, where it can be: another file must not find it beside itself."""
    try:
        with Warehouse(path).connect() as connection:
            connection.execute("checkpoint")
    except WarehouseHeldError:
        raise
    except WarehouseError:
        """It is damaged, which may be why it is replaced: its log is moved with it."""


def _copied(file: Path, folder: Path) -> Path:
    target = Path(shutil.copyfile(file, folder / file.name))
    with target.open("rb") as copy:
        os.fsync(copy.fileno())
    return target
