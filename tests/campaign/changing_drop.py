"""A drop that changes while it is read: it grows, is cut, written over, replaced, deleted."""

from __future__ import annotations

import gzip
import hashlib
import os
import random
import shutil
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path

from assets.disk import DiskFullError
from assets.months import Month
from assets.sources.problems import DropsRefusedError
from assets.warehouse.database import Warehouse
from tests.campaign.attempt import Attack, Attempt
from tests.sources.support import ingest, put_register
from tests.warehouse.killing import PROCESSES, contents

MONTH, TODAY = Month(2025, 5), date(2025, 6, 10)
SEED, TIMES = 20261128, 3
"""How often each change is made to each kind of file, at moments of their own."""
ROWS, MORE = 60_000, 90_000
HEADER = "organisation_name,crn,date,amount\n"
PATIENCE_SECONDS = 300
NO_DROP = ("no drop", 0)
Found = tuple[str, int] | str
"""Digest and rows of what was read, or what was said."""


@dataclass(frozen=True)
class Kind:
    """A kind of file."""

    ending: str
    write: Callable[[Path, str], None]
    """Writes a table's text."""


def attempts(work: Path) -> Iterator[Attempt]:
    """Each change of each kind of file, at moments within the time that the reading takes which nothing disturbs."""
    yield from tried(work, KINDS, TIMES)


def tried(work: Path, kinds: tuple[Kind, ...], times: int, rows: tuple[int, int] = (ROWS, MORE)) -> Iterator[Attempt]:
    """The same for some kinds of file, each change so many times, with drops of so many rows before and after it."""
    empty, draw = work / "empty.duckdb", random.Random(SEED)
    Warehouse(empty, threads=1).create()
    for kind in kinds:
        one, other = work / f"one.{kind.ending}", work / f"other.{kind.ending}"
        kind.write(one, _table("Alpha", rows[0]))
        kind.write(other, _table("Beta", rows[1]))
        place = Place(work / "place", empty)
        undisturbed, seconds = place.read(one, None)
        yield Attempt(f"{kind.ending}: undisturbed", undisturbed == (_digest(one), rows[0]), str(undisturbed))
        for what, change in CHANGES.items():
            for _ in range(times):
                moment = draw.uniform(0.0, seconds)
                found, _ = place.read(one, partial(_after, moment, change, other))
                what_then = f"{kind.ending}: {what} after {moment:.2f} s"
                yield _judged(what_then, found, undisturbed, place, work / f"later.{kind.ending}")


def _judged(what: str, found: Found, undisturbed: Found, place: Place, later: Path) -> Attempt:
    """Held where it was refused by name, or where what is kept is what one of the two files has."""
    if isinstance(found, str):
        is_said = f"patents/{MONTH}." in found and "; expected " in found and "rows were changed" not in found
        return Attempt(what, is_said, found[:300])
    if found == undisturbed:
        return Attempt(what, True, f"{found[1]} rows were read, as it was before")
    if found == NO_DROP and not place.drop(later).exists():
        return Attempt(what, True, "it was gone before the sources were looked at, and the month goes without it")
    if not place.drop(later).exists():
        return Attempt(what, False, f"{found} of a file that is gone, and was not such a one")
    shutil.copy(place.drop(later), later)
    is_whole = found == place.read(later, None)[0]
    return Attempt(what, is_whole, f"{found[1]} rows were read, {'as it is since' if is_whole else 'of a mix of both'}")


def _after(moment: float, change: Callable[[Path, Path], None], other: Path, path: Path) -> None:
    time.sleep(moment)
    change(path, other)


@dataclass(frozen=True)
class Place:
    """Where drops are taken in, one after the other."""

    folder: Path
    empty: Path
    """A warehouse with no rows."""

    def drop(self, like: Path) -> Path:
        """Where a drop lies in the sources."""
        return self.folder / "sources" / "patents" / f"{MONTH}.{like.name.partition('.')[2]}"

    def read(self, drop: Path, disturb: Callable[[Path], object] | None) -> tuple[Found, float]:
        """Have a process take a drop in, and disturb it: digest and rows of what was read, or what is said; and the
        seconds that it took."""
        shutil.rmtree(self.folder, ignore_errors=True)
        put_register(self.folder / "sources")
        target = self.drop(drop)
        target.parent.mkdir()
        shutil.copy(drop, target)
        warehouse = Path(shutil.copy(self.empty, self.folder / "warehouse.duckdb"))
        before = contents(warehouse)
        ours, theirs = PROCESSES.Pipe(duplex=False)
        process = PROCESSES.Process(target=_take_in, args=(warehouse, self.folder / "sources", theirs))
        process.start()
        theirs.close()
        assert ours.recv() == "ready"
        started = time.monotonic()
        thread = threading.Thread(target=disturb or str, args=(target,))
        thread.start()
        try:
            found: Found = ours.recv() if ours.poll(PATIENCE_SECONDS) else "nothing was said"
        except EOFError:
            found = "the process was gone"
        seconds = time.monotonic() - started
        process.join()
        thread.join()
        if process.exitcode:
            found = f"the process ended with {process.exitcode}"
        elif isinstance(found, str) and contents(warehouse) != before:
            found = f"rows were changed, and yet: {found}"
        return found, seconds


def _take_in(path: Path, sources: Path, said: Connection) -> None:
    warehouse = Warehouse(path, threads=2)
    said.send("ready")
    try:
        ingest(warehouse, sources, MONTH, TODAY)
    except (DropsRefusedError, DiskFullError) as error:
        said.send(str(error))
        return
    found = warehouse.read(
        "select sha256, (select count(*) from sources.activity_signals) as rows from sources.drops "
        "where dataset = 'patents'"
    )
    said.send(found.row(0) if found.height else NO_DROP)


def _table(name: str, rows: int) -> str:
    return HEADER + "".join(f"{name} {number},,2024-01-01,{number}\n" for number in range(rows))


def _zipped(path: Path, text: str) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("signals.csv", text)


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _grown(path: Path, other: Path) -> None:
    """Written on to, as a copy that is still under way is."""
    with path.open("ab") as file:
        file.write(other.read_bytes()[-100_000:])


def _cut(path: Path, _: Path) -> None:
    os.truncate(path, path.stat().st_size // 3)


def _written_over(path: Path, other: Path) -> None:
    """In place, the same file with other bytes and the same size and time."""
    status = path.stat()
    with path.open("r+b") as file:
        file.write(other.read_bytes()[: status.st_size])
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def _replaced(path: Path, other: Path) -> None:
    shutil.copy(other, path.with_name("_next"))
    path.with_name("_next").replace(path)


def _deleted(path: Path, _: Path) -> None:
    path.unlink()


CHANGES: dict[str, Callable[[Path, Path], None]] = {
    "it grows": _grown,
    "it is cut short": _cut,
    "it is written over": _written_over,
    "another takes its name": _replaced,
    "it is deleted": _deleted,
}
KINDS = (
    Kind("csv", lambda path, text: path.write_text(text) and None),
    Kind("csv.gz", lambda path, text: path.write_bytes(gzip.compress(text.encode(), 1, mtime=0)) and None),
    Kind("zip", _zipped),
)

ATTACK = Attack(
    "changing-drop",
    "a drop (CSV, gzip, ZIP) grows, is cut short, written over with its size and time kept, replaced or deleted at any "
    "moment of the reading; held: it is read whole, with the digest of its rows, or refused in a sentence that names "
    "it, with no row changed; the process never ends over it",
    attempts,
)
