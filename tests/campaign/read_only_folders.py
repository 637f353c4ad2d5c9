"""Folders that may only be read: the sources (as they may be), the warehouse's, the publication's, the history's."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.campaign.attempt import Attack, Attempt
from tests.campaign.command_line import call
from tests.campaign.small_month import BEFORE, MONTH, PROFILE, SmallMonth, country
from tests.small_disk import NEEDS, can_mount
from tests.warehouse.killing import contents

FIRST, SECOND, GIVEN = str(BEFORE), str(MONTH), ("--profile", PROFILE)
LEDGERS = "ledger."
"""Tables of what was run, in which a command that fails may have written."""


@dataclass(frozen=True)
class Case:
    """A command where a folder may only be read."""

    locked: str
    """What may only be read, in the country's folder."""
    words: tuple[str, ...]
    """The command; none of its own months are there yet where it is a refresh."""
    names: str | None
    """What its one sentence has to name; None where it has to succeed."""
    then_works: bool = True
    """Whether the same command succeeds once the folder may be written."""


REFRESH = ("refresh", "--month", SECOND, *GIVEN, "--select", "sources")
WAREHOUSE = ("--warehouse", "held/warehouse.duckdb")
CASES = (
    Case("sources", REFRESH, None),
    Case("held", (*REFRESH, *WAREHOUSE), "held"),
    Case("held/warehouse.duckdb", (*REFRESH, *WAREHOUSE), "held/warehouse.duckdb"),
    Case("dagster_home", REFRESH, "dagster_home"),
    Case("held", ("publish", "--month", FIRST, "--publication", "held/new", *GIVEN), "held"),
    Case("held", ("query", "select count(*) from sources.drops", *WAREHOUSE), None),
    Case("held", ("doctor", *WAREHOUSE), None),
    Case("held", ("maintain", *WAREHOUSE), "held"),
    Case("held", ("backup", "--to", "held", *WAREHOUSE), "held"),
    Case("held", ("query", "select 1", "--format", "csv", "--out", "held/rows.csv"), "held/rows.csv"),
    Case("held", ("graph", "--format", "json", "--out", "held/graph.json"), "held/graph.json"),
    Case("held", ("synthesise", "--scale", "0.001", "--months", FIRST, "--out", "held/sources"), "held/sources"),
    Case("held", ("restore", "--from", "backups", "--warehouse", "held/new.duckdb"), "held"),
)


def attempts(work: Path) -> Iterator[Attempt]:
    """Each case on a copy of a country with one month in it; then with the folder as it should be."""
    if not can_mount():
        yield Attempt("a folder that may only be read", False, NEEDS)
        return
    base = prepared(country(work / "base"))
    for number, case in enumerate(CASES):
        yield tried(base.copied(work / f"case-{number}"), case)


def prepared(base: SmallMonth) -> SmallMonth:
    """With a copy of the warehouse in a folder of its own, and a backup."""
    (base.folder / "held").mkdir()
    shutil.copy(base.warehouse, base.folder / "held")
    assert not base.run("backup", "--to", "backups"), base.said()
    return base


def tried(month: SmallMonth, case: Case) -> Attempt:
    """Do it where the folder may only be read, look at what is there, and do it again where it may be written."""
    what, folder = f"{' '.join(case.words[:3])} with {case.locked} read-only", month.folder
    before = _state(month)
    with read_only(folder / case.locked):
        run = call(folder, *case.words)
    said = " ".join((run.stderr.strip() or run.stdout.strip() or "nothing").split())
    problem = _told_badly(run, said, case)
    if case.names is not None and problem is None and _state(month) != before:
        problem = "something was lost or written"
    if problem is None and case.names is not None and case.then_works:
        again = call(folder, *case.words)
        problem = None if again.returncode == 0 else f"and then not made: {again.stderr.strip()[-300:]}"
    shutil.rmtree(folder)
    return Attempt(what, problem is None, f"{problem}: {said[:600]}" if problem else said[:300])


def _told_badly(run: subprocess.CompletedProcess[str], said: str, case: Case) -> str | None:
    if case.names is None:
        return None if run.returncode == 0 else f"status {run.returncode}"
    if run.returncode != 1:
        return f"status {run.returncode}"
    if "Traceback" in run.stderr:
        return "a traceback"
    return None if case.names in said.replace(" ", "") else f"{case.names} is not named"


def _state(month: SmallMonth) -> tuple[object, ...]:
    """Rows of the warehouses and files of the publication."""
    files = [month.warehouse, month.folder / "held" / "warehouse.duckdb"]
    rows = [{name: was for name, was in contents(path).items() if not name.startswith(LEDGERS)} for path in files]
    return rows, month.published()


@contextmanager
def read_only(place: Path) -> Iterator[None]:
    """A folder or file that nobody may write, not even root; one that is missing is a folder."""
    if not place.exists():
        place.mkdir()
    for options in (("--bind", str(place)), ("-o", "remount,bind,ro")):
        subprocess.run(["mount", *options, str(place)], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)


ATTACK = Attack(
    "read-only-folders",
    "sources, warehouse, its folder, publication, history of runs, and what a command is to write to, each mounted "
    "read-only; held: read-only sources and a warehouse that is only read are enough where nothing is to be written, "
    "else one sentence names the folder, nothing is lost, and the same command succeeds once it may be written",
    attempts,
)
