"""Whether all of it works, asked from outside: by `health`, and by whoever watches `/healthz`.

What belongs here: a few quick looks that change nothing, each a line. What does not: how `/healthz` answers
(`health_answer`), what is missing before a month can be made, or damaged (`doctor`), telling people (`alerting`).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
import duckdb

from assets.method import find_profiles, shared_method
from assets.months import Month
from assets.publication.folder import months_shown, waiting_folder
from assets.sources.bounds import in_words
from assets.warehouse.dagster_assets import PARTITION_TAG
from assets.warehouse.database import Warehouse
from assets.warehouse.faults import WarehouseError, WarehouseHeldError
from pipelines.alerting.of_state import disks
from pipelines.alerting.setting import FREE_DISK
from pipelines.dagster_home import SETTINGS, HomeError, home_folder, opened
from pipelines.due import due_month
from pipelines.finding import Finding
from pipelines.lost import lost
from pipelines.profiles import PROFILES_FOLDER
from pipelines.settings import WAREHOUSE, Settings


def examine_health(settings: Settings, needs_daemon: bool = True) -> list[Finding]:
    """Look at the warehouse, the last run, the daemon, the publication and disks; `bad` is what needs a person. Where
    not `needs_daemon`, months are started by hand, and no daemon need run."""
    home = home_folder(settings)
    findings = [*_warehouse(settings), *_publication(settings, is_written=True), *_history(home, needs_daemon)]
    return [*findings, *_disks(settings, home)]


def examine_beside(settings: Settings) -> list[Finding]:
    """What a web UI sees whose code and warehouse are another service's: the history, and the publication where it is
    shown this folder."""
    of_history = [*_history(home_folder(settings), needs_daemon=True)]
    shown = Path(settings.publication).is_dir()
    return [*(_publication(settings, is_written=False) if shown else ()), *of_history]


def _history(home: Path, needs_daemon: bool) -> Iterator[Finding]:
    if not (home / SETTINGS).is_file():
        yield Finding("bad", "history", f"{home} is not there: nothing has run yet")
        return
    try:
        with opened(home) as instance:
            yield from _last_run(instance)
            yield from _daemon(instance, needs_daemon)
    except HomeError as error:
        yield Finding("bad", "history", str(error))


def examine_served(settings: Settings) -> list[Finding]:
    """What a host of the publication can see: all, where the warehouse is on the same machine, else the publication."""
    if WAREHOUSE in os.environ or Path(settings.warehouse).exists():
        return examine_health(settings)
    return [*_publication(settings, is_written=False)]


def _warehouse(settings: Settings) -> Iterator[Finding]:
    path = Path(settings.warehouse)
    if not path.exists():
        yield Finding("bad", "warehouse", lost(settings) or f"{path} is not there: no month has been made")
        return
    try:
        with Warehouse(path, settings.memory_limit, settings.threads).connect(
            read_only=True, wait_seconds=0
        ) as connection:
            made = connection.sql("select max(month) as month from sources.drops").fetchall()[0][0]
    except WarehouseHeldError:
        yield Finding("ok", "warehouse", f"{path} is in use: a month is being made")
    except (WarehouseError, duckdb.Error) as error:
        yield Finding("bad", "warehouse", " ".join(str(error).split()))
    else:
        yield Finding("ok", "warehouse", f"{path} opens; last month made: {Month.of(made) if made else 'none'}")


def _publication(settings: Settings, is_written: bool) -> Iterator[Finding]:
    folder = Path(settings.publication)
    existing = next(place for place in (folder, *folder.absolute().parents) if place.is_dir())
    if is_written and not os.access(existing, os.W_OK | os.X_OK):
        yield Finding("bad", "publication", f"{existing} cannot be written")
        return
    shown = months_shown(folder)
    refresh = shared_method(find_profiles(settings.profiles, PROFILES_FOLDER)).refresh
    due = due_month(refresh, datetime.now(UTC))
    latest = f"{folder}: {shown[0]} is the latest month" if shown else f"{folder}: nothing is published"
    waiting = [*reversed(months_shown(waiting_folder(folder)))] if is_written else []
    if due >= settings.first_month and (not shown or shown[0] < due):
        yield Finding("bad", "publication", f"{latest}, and {due} is late")
    else:
        yield Finding("ok", "publication", latest)
    if waiting:
        months = f"{', '.join(map(str, waiting))} {'is' if len(waiting) == 1 else 'are'}"
        yield Finding("note", "approval", f"{months} made and not published: `innovation-clusters approve` publishes")


def _last_run(instance: dg.DagsterInstance) -> Iterator[Finding]:
    records = instance.get_run_records(limit=1)
    if not records:
        yield Finding("note", "last run", "none yet")
        return
    run, ended = records[0].dagster_run, records[0].end_time
    what = f"{run.job_name} of {run.tags[PARTITION_TAG]}" if PARTITION_TAG in run.tags else run.job_name
    when = f", ended {datetime.fromtimestamp(ended, UTC):%Y-%m-%d %H:%M} UTC" if ended else ""
    found = f"{what}: {run.status.value.lower()}{when} (run {run.run_id})"
    yield Finding("bad" if run.status == dg.DagsterRunStatus.FAILURE else "ok", "last run", found)


def _daemon(instance: dg.DagsterInstance, is_needed: bool) -> Iterator[Finding]:
    """Whether each part of the daemon has given a sign lately, as Dagster judges it."""
    silent = [name for name, status in instance.get_daemon_statuses().items() if status.required and not status.healthy]
    if not silent:
        yield Finding("ok", "daemon", "every part of it gives signs")
        return
    names = ", ".join(name.lower() for name in sorted(silent))
    found = f"no sign lately of {names}: no schedule and no sensor runs; `innovation-clusters ui` runs it"
    yield Finding("bad" if is_needed else "note", "daemon", found)


def _disks(settings: Settings, home: Path) -> Iterator[Finding]:
    for folders, free in disks(settings, home):
        is_low = free < settings.alerts.free_disk_bytes
        least = f", less than {in_words(settings.alerts.free_disk_bytes)} ({FREE_DISK})" if is_low else ""
        names = " and ".join(map(str, folders))
        yield Finding("bad" if is_low else "ok", "disk", f"{names}: {in_words(free)} left{least}")
