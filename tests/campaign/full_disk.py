"""A disk that fills up while a warehouse is made, gains tables, takes rows and drops, spills, and while a month is made
and published."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import polars as pl

from assets.disk import DiskFullError
from assets.publication.folder import RELEASES
from assets.sources.steps import ingest_step
from assets.warehouse.database import Warehouse
from tests.campaign.attempt import Attack, Attempt
from tests.campaign.command_line import call
from tests.campaign.small_month import BEFORE, PROFILE, SmallMonth, country
from tests.small_disk import NEEDS, can_mount, free, leave_free, small_disk
from tests.support import MONTH, fill_frame, make
from tests.warehouse.killing import contents, what_is_wrong
from tests.warehouse.two_months import older_of_two_months, two_months

MEGABYTES = 64
FREE = (0, 4_096, 16_384, 65_536, 131_072, 200_000, 262_144, 300_000, 400_000, 600_000, 1_000_000, 2_000_000, 4_000_000)
"""Bytes that are free when it starts."""
FREE_FOR_A_RUN = (100_000, 1_000_000, 3_000_000, 4_000_000, 6_000_000)
"""The same where the run's history and scratch stand on the disk too."""
FREE_FOR_A_RELEASE = (0, 50_000, 100_000, 200_000, 400_000)
SORTED = 30_000_000
"""Rows of eight bytes, several times what the disk has."""
ROWS = 300_000


def attempts(work: Path) -> Iterator[Attempt]:
    """Each of the four, with less and less room; then the disk is freed, and the same is done again."""
    if not can_mount():
        yield Attempt("a small disk", False, NEEDS)
        return
    whole, older = two_months(work / "whole"), older_of_two_months(work / "older")
    rows = pl.select(
        month=pl.lit(MONTH.first_day),
        table_name=pl.int_range(ROWS).cast(pl.String),
        fingerprint=pl.int_range(ROWS).hash().cast(pl.String),
        row_count=pl.int_range(ROWS),
    )
    with small_disk(work / "disk", MEGABYTES) as disk:
        path = disk / "warehouse.duckdb"

        def create() -> None:
            Warehouse(path).create()

        def write() -> None:
            fill_frame(Warehouse(path), "ledger.made_from", rows)

        def take_in() -> None:
            new = Warehouse(path)
            new.create()
            make(new, ingest_step(str(whole.parent / "sources")))

        for room in FREE:
            yield _tried(disk, room, "creation", None, create)
            yield _tried(disk, room, "upgrade", older, create)
            yield _tried(disk, room, "rows", whole, write)
        for room in FREE_FOR_A_RUN:
            yield _tried(disk, room, "ingest", older, take_in)
            yield _spilled(disk, room, whole)
            yield _run(disk, room, whole)
    base = country(work / "base")
    for room in FREE_FOR_A_RELEASE:
        yield published_on(base, work, room)


def _tried(disk: Path, room: int, name: str, base: Path | None, action: Callable[[], None]) -> Attempt:
    """Do something where so much is free, look at what is there, and do it again where there is room."""
    path = disk / "warehouse.duckdb"
    _emptied(disk)
    before: Mapping[str, tuple[int, int]] = {}
    if base is not None:
        shutil.copy(base, path)
        before = {table: was for table, was in contents(path).items() if table != "ledger.made_from"}
    leave_free(disk, room)
    try:
        action()
        seen = "there was room"
    except DiskFullError as error:
        seen = str(error).partition(":")[0]
    except Exception as error:
        return Attempt(f"{name} with {room} bytes", False, f"{type(error).__name__}: {error}")
    opened = contents(path) if path.exists() else {}
    lost = [table for table, was in before.items() if opened.get(table) != was]
    free(disk)
    action()
    problem = f"lost {', '.join(lost)}" if lost else what_is_wrong(path, before)
    return Attempt(f"{name} with {room} bytes", problem is None, f"{seen}; then {problem or 'whole'}")


def _spilled(disk: Path, room: int, whole: Path) -> Attempt:
    """A query that sorts more than its memory holds, beside a file on the disk."""
    _emptied(disk)
    path = disk / "warehouse.duckdb"
    shutil.copy(whole, path)
    before = contents(path)
    leave_free(disk, room)
    what = f"spill with {room} bytes"
    try:
        _sort(path, SORTED)
    except DiskFullError as error:
        seen = str(error).partition(":")[0]
    except Exception as error:
        return Attempt(what, False, f"{type(error).__name__}: {error}")
    else:
        return Attempt(what, False, "nothing was spilled")
    free(disk)
    _sort(path, SORTED // 10)
    same = contents(path) == before
    return Attempt(what, same, f"{seen}; then {'sorted' if same else 'rows are not as they were'}")


def _sort(path: Path, rows: int) -> None:
    with Warehouse(path).connect(further={"memory_limit": "100MB", "threads": 1}) as connection:
        connection.execute(f"create temp table sorted as select hash(i) as h from range({rows}) as r(i) order by h")


def published_on(base: SmallMonth, work: Path, room: int) -> Attempt:
    """A release that lacks a file is made again where its disk has so much room, and then where it has enough."""
    what, command = f"publish with {room} bytes", ("publish", "--month", str(BEFORE), "--profile", PROFILE)
    with small_disk(work / f"disk-{room}", MEGABYTES) as disk:
        month = base.copied(work / f"month-{room}")
        whole = _shown(month)
        shutil.move(month.publication, disk / "publication")
        month.publication.symlink_to(disk / "publication")
        next(path for path in sorted(disk.rglob("*.csv")) if not path.is_symlink()).unlink()
        before = _shown(month)
        leave_free(disk, room)
        said = " ".join(month.run(*command).split())
        shown = _shown(month)
        lost = [name for name, digest in before.items() if shown.get(name) != digest and shown != whole]
        free(disk)
        then = month.run(*command) or "published"
        same = _shown(month) == whole
    shutil.rmtree(month.folder)
    is_said = not said or ("is full" in said and "Traceback" not in said)
    seen = f"{said[-300:] or 'there was room'}; lost {', '.join(lost) or 'nothing'}; then {then[-300:]}"
    return Attempt(what, is_said and not lost and same, f"{seen}, {'the same' if same else 'other'} files")


def _shown(month: SmallMonth) -> dict[str, str]:
    """What a reader is led to, and its digests."""
    return {name: digest for name, digest in month.published().items() if not name.startswith(RELEASES)}


def _run(disk: Path, room: int, whole: Path) -> Attempt:
    """A refresh of the command line, history and all on the disk."""
    _emptied(disk)
    shutil.copy(whole, disk / "warehouse.duckdb")
    before = {table: was for table, was in contents(disk / "warehouse.duckdb").items() if table != "ledger.made_from"}
    leave_free(disk, room)
    first = _refresh(disk, whole.parent / "sources")
    lost = [table for table, was in contents(disk / "warehouse.duckdb").items() if before.get(table, was) != was]
    free(disk)
    second = _refresh(disk, whole.parent / "sources")
    seen = "was made" if first.returncode == 0 else first.stderr.strip().splitlines()[0]
    is_said = first.returncode == 0 or re.search(r"the disk of \S+ is full", first.stderr) is not None
    held = is_said and not lost and second.returncode == 0 and "Traceback" not in first.stderr
    then = "made" if second.returncode == 0 else second.stderr.strip()
    return Attempt(f"refresh with {room} bytes", held, f"{seen}; lost {', '.join(lost) or 'nothing'}; then {then}")


def _refresh(disk: Path, sources: Path) -> subprocess.CompletedProcess[str]:
    selection = ["--select", "sources,organisations", "--sources", str(sources)]
    return call(disk, "refresh", "--month", str(MONTH), *selection)


def _emptied(disk: Path) -> None:
    for entry in disk.iterdir():
        shutil.rmtree(entry) if entry.is_dir() else entry.unlink()


ATTACK = Attack(
    "full-disk",
    "a disk of 64 MB has from 0 bytes to 6 MB free as a warehouse is made, gains tables, takes rows, takes drops in, "
    "spills, as a month is made and as it is published; held: the disk is said to be full, earlier rows and releases "
    "are there, and the same succeeds once there is room",
    attempts,
)
