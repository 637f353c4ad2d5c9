"""Commands that keep a warehouse for years: small, backed up, restored."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipelines.commands.options import ProfileOption, WarehouseOption, settings_of
from pipelines.commands.telling import say, warn
from pipelines.commands.warehouse_rows import open_warehouse
from pipelines.settings import BACKUP, Settings


def maintain(
    warehouse: WarehouseOption = Settings.warehouse,
    profile: ProfileOption = None,
    keep: Annotated[
        int | None,
        typer.Option("--keep", min=1, help="Newest months whose working tables stay. [default: the profile's]"),
    ] = None,
) -> None:
    """Delete working rows of all but the newest months, and write the warehouse's file anew without free space.

    Results, what was released and what identifies a drop stay for ever.
    """
    from pipelines.upkeep import maintain as keep_small

    open_warehouse(warehouse)
    for done in keep_small(settings_of(None, warehouse, profile), warn, working_months=keep):
        say(done)


def backup(
    to: Annotated[
        Path, typer.Option("--to", envvar=BACKUP, help="Folder that the backup is put in, in one of its own.")
    ],
    warehouse: WarehouseOption = Settings.warehouse,
) -> None:
    """Copy the warehouse and the history of runs, and look at the copy; months may be made meanwhile."""
    from pipelines.alerting.command import backup_failure_told
    from pipelines.backups import take_backup

    settings = settings_of(None, warehouse, None)
    with backup_failure_told(settings):
        say(f"the backup is in {take_backup(settings, to)}")


def restore(
    source: Annotated[
        Path, typer.Option("--from", help="Folder of a backup, or one with backups in it: the newest is taken.")
    ],
    replace_it: Annotated[
        bool, typer.Option("--replace", help="Move the warehouse and the history that are there aside.")
    ] = False,
    warehouse: WarehouseOption = Settings.warehouse,
) -> None:
    """Put a backup of the warehouse in place, and of the history of runs where there is none."""
    from pipelines.backups import newest_backup
    from pipelines.restoring import restore as put_back

    for done in put_back(settings_of(None, warehouse, None), newest_backup(source), replace=replace_it, tell=warn):
        say(done)
