"""Bad inputs of every dataset, each in the place of a month's drop."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

from assets.months import Month
from assets.sources.problems import DropsRefusedError
from assets.warehouse.database import Warehouse
from tests.campaign.attempt import Attack, Attempt
from tests.campaign.bad_files import BAD, BEFORE, BadFile, bad_files, good_drops
from tests.campaign.command_line import call
from tests.sources.support import LENIENT, ingest, put
from tests.warehouse.killing import contents

TODAY = date(2025, 6, 10)
ON_THE_COMMAND_LINE = 25
"""Of how many attempts in this process one is made once more by the command line, as a person would."""


def attempts(work: Path) -> Iterator[Attempt]:
    """A good month of every dataset first, then each bad drop in the month after it."""
    month = taken_in(work)
    for number, bad in enumerate(bad_files()):
        problem, said = refused(month, work / "sources", bad)
        yield Attempt(bad.what, problem is None, problem or said)
        if number % ON_THE_COMMAND_LINE == 0:
            yield _typed(work / f"typed-{number}", work, bad)


def taken_in(work: Path, empty: Path | None = None) -> Warehouse:
    """A warehouse with the month before in it, made of the good drops in `sources`; of a copy of an empty one where
    it is given."""
    for path, content in good_drops(BEFORE).items():
        put(work / "sources", path, content)
    path = work / "warehouse.duckdb"
    if empty:
        shutil.copy(empty, path)
    warehouse = Warehouse(path, threads=1)
    warehouse.create()
    # Drops of a few rows, of which one may be without what an organisation needs.
    ingest(warehouse, work / "sources", Month.parse(BEFORE), TODAY, LENIENT)
    return warehouse


def refused(warehouse: Warehouse, sources: Path, bad: BadFile) -> tuple[str | None, str]:
    """Take the month in with a bad drop: what is not as it should be, None where all is, and the message."""
    before = contents(warehouse.path)
    for path, content in bad.files.items():
        put(sources, path, content)
    try:
        ingest(warehouse, sources, Month.parse(BAD), TODAY)
        return "it was taken in", ""
    except DropsRefusedError as error:
        said = str(error)
    except Exception as error:
        return f"{type(error).__name__}: {error}", ""
    finally:
        for path in bad.files:
            (sources / path).unlink()
    return told_badly(said, bad) or (None if contents(warehouse.path) == before else "rows were changed"), said


def told_badly(said: str, bad: BadFile) -> str | None:
    """What is wrong with a message; None where it is one sentence that names what it has to, and a remedy."""
    lines = [line.strip() for line in said.splitlines() if f"{bad.dataset}/" in line and not line.startswith("    ")]
    if not lines:
        return f"the dataset is not named in: {said[:300]}"
    if lacking := [name for name in bad.names if name not in " ".join(lines)]:
        return f"{', '.join(lacking)} not named in: {said[:600]}"
    if not re.search(r"; expected .+\. [A-Z].+\.$", lines[0]):
        return f"no remedy in: {said[:600]}"
    return None


def _typed(folder: Path, work: Path, bad: BadFile) -> Attempt:
    """The same by the command line."""
    folder.mkdir()
    shutil.copytree(work / "sources", folder / "sources")
    shutil.copy(work / "warehouse.duckdb", folder)
    before = contents(folder / "warehouse.duckdb")
    for path, content in bad.files.items():
        put(folder / "sources", path, content)
    run = call(folder, "refresh", "--month", BAD, "--select", "sources")
    problem = _how_it_ended(run.returncode, run.stderr) or told_badly(_unwrapped(run.stderr), bad)
    if problem is None and not _same(contents(folder / "warehouse.duckdb"), before):
        problem = "rows were changed"
    shutil.rmtree(folder)
    return Attempt(f"{bad.what}, by the command line", problem is None, problem or run.stderr.strip()[:300])


def _how_it_ended(status: int, said: str) -> str | None:
    if status != 1:
        return f"status {status}: {said[-300:]}"
    return f"a traceback: {said[-300:]}" if "Traceback" in said else None


def _unwrapped(said: str) -> str:
    """What the command line says, a line for each drop."""
    return "\n".join(line.strip() for line in said.splitlines())


def _same(found: Mapping[str, tuple[int, int]], before: Mapping[str, tuple[int, int]]) -> bool:
    return {name: was for name, was in found.items() if name in before} == before


ATTACK = Attack(
    "bad-inputs",
    "of each of the 25 datasets drops that lack a column or a value, have another's header, words or absurd figures "
    "for numbers, rows twice or cut short, other encodings, NULs, a page of the Web, nothing, half an archive, a "
    "day to come, a second drop of its day; held: one sentence that names the file, row, column and value where there "
    "are any, and the remedy, no traceback, and no row of the warehouse is another",
    attempts,
)
