"""Two that work on one warehouse at once: two refreshes, a refresh and a run of the UI, readers during a write."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path

import dagster as dg

from assets.months import Month
from tests.campaign.attempt import Attack, Attempt
from tests.campaign.command_line import PROGRAM, call, usual_environment
from tests.campaign.running_ui import start_ui
from tests.campaign.small_month import BEFORE, MONTH, PROFILE, SmallMonth, country, refresh
from tests.campaign.ui_kills import Watched
from tests.warehouse.killing import contents

PART = ("--select", "sources,organisations")
"""Of a month: layers that read what lies in the sources and write tens of tables."""
READER = """
import sys, time, duckdb
with duckdb.connect("warehouse.duckdb", read_only=True) as connection:
    connection.execute("select count(*) from sources.drops").fetchall()
    print("reads", flush=True)
    sys.stdin.read()
"""
COUNT = "select count(*) as n from organisations.sites where month = '2025-05-01'"


def attempts(work: Path) -> Iterator[Attempt]:
    """Each pair on a copy of a folder with one month made, against what each ends with alone."""
    base = country(work / "base")
    yield from of_two_commands(base, work)
    yield reader_that_holds(base, work / "reader", _alone(base, work / "alone-reader", [_part(MONTH)]))
    yield queries_meanwhile(base, work / "queries")
    yield beside_the_ui(base, work)
    yield served_meanwhile(base, work / "served")


def of_two_commands(base: SmallMonth, work: Path) -> Iterator[Attempt]:
    """Two refreshes of one month, and of two months, the later one started first."""
    for what, commands in (
        ("one month twice", [_part(MONTH), _part(MONTH)]),
        ("two months", [_part(MONTH), (*_part(BEFORE), "--anew")]),
    ):
        alone = _alone(base, work / f"alone-{len(what)}", commands)
        month = base.copied(work / f"both-{len(what)}")
        processes = [_start(month.folder, *words) for words in commands]
        said = [process.communicate()[1] for process in processes]
        codes = [process.returncode for process in processes]
        waited = any("waits for" in text for text in said)
        same = contents(month.warehouse) == alone
        held = codes == [0, 0] and waited and same and not month.left()
        seen = f"exit codes {codes}; {'one waited' if waited else 'NONE waited'}; {'same' if same else 'OTHER'} rows"
        yield Attempt(f"two refreshes at once: {what}", held, seen if held else f"{seen}; {said}"[:900])
        shutil.rmtree(month.folder)


def reader_that_holds(base: SmallMonth, folder: Path, alone: Mapping[str, tuple[int, int]]) -> Attempt:
    """Another program has the file open to read it until the refresh says whom it waits for; then this goes on."""
    month = base.copied(folder)
    reader = subprocess.Popen(
        [sys.executable, "-c", READER], cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert reader.stdin and reader.stdout and reader.stdout.readline() == "reads\n"
    process = _start(folder, *_part(MONTH))
    assert process.stderr
    said = ""
    for line in process.stderr:
        said += line
        if "waits for" in line:
            reader.stdin.close()
    process.wait()
    reader.stdin.close()
    reader.wait()
    named = f"process {reader.pid}" in said
    same = contents(month.warehouse) == alone
    seen = f"exit code {process.returncode}; the reader was {'' if named else 'NOT '}named, {_told(same)}"
    held = process.returncode == 0 and named and same
    return Attempt("a program that reads the file", held, seen if held else f"{seen}; {said[-500:]}")


def queries_meanwhile(base: SmallMonth, folder: Path) -> Attempt:
    """Queries of the command line, one after the other, for as long as a month is made."""
    base.copied(folder)
    process = _start(folder, *_part(MONTH))
    counts, bad = [], []
    while process.poll() is None:
        run = call(folder, "query", COUNT, "--format", "csv")
        (counts if run.returncode == 0 else bad).append((run.stdout or run.stderr).strip().splitlines()[-1])
    last = call(folder, "query", COUNT, "--format", "csv").stdout.strip().splitlines()[-1]
    held = process.wait() == 0 and not bad and set(counts) <= {"0", last}
    return Attempt(
        "queries while a month is made", held, f"{len(counts)} answers, {sorted(set(counts))}; refused: {bad[:2]}"
    )


def beside_the_ui(base: SmallMonth, work: Path) -> Attempt:
    """A refresh while the UI makes the same month."""
    alone = _alone(base, work / "alone-ui", [refresh()])
    month = base.copied(work / "ui")
    watched = Watched(month, start_ui(month.folder, "--profile", PROFILE))
    run_id = watched.ui.launch(str(MONTH))
    watched.making(run_id)
    run = call(month.folder, *refresh())
    ended = watched.end_of(run_id)
    watched.ui.process.terminate()
    watched.ui.process.wait()
    waited = f"waits for run {run_id}" in " ".join(run.stderr.split())
    same = contents(month.warehouse) == alone
    held = run.returncode == 0 and waited and same and ended.status == dg.DagsterRunStatus.SUCCESS
    seen = f"exit code {run.returncode}; waited: {waited}; the UI's run: {ended.status.value}; {_told(same)}"
    return Attempt("a refresh while the UI makes the month", held, seen if held else f"{seen} {run.stderr[-500:]}")


def served_meanwhile(base: SmallMonth, folder: Path) -> Attempt:
    """A release is put in place of another while `serve` shows it: each answer is a file of one of the two."""
    month = base.copied(folder)
    server = _start(folder, "serve", "--port", "0")
    assert server.stdout
    address = next(word for word in server.stdout.readline().split() if word.startswith("http://"))
    page = f"{address}/{BEFORE}/data.js"
    before, found, over = _fetched(page), set[str](), threading.Event()

    def look() -> None:
        while not over.is_set():
            found.add(_fetched(page))

    looking = threading.Thread(target=look)
    looking.start()
    (month.folder / PROFILE).write_text(
        (month.folder / PROFILE).read_text() + "\n[publication]\nemployees_rounding = 20\n", encoding="utf-8"
    )
    run = call(folder, "publish", "--month", str(BEFORE), "--profile", PROFILE)
    over.set()
    looking.join()
    after = _fetched(page)
    server.terminate()
    server.wait()
    held = run.returncode == 0 and found <= {before, after} and before != after
    seen = f"exit code {run.returncode}; {len(found)} versions were shown, another than before: {before != after}"
    return Attempt("a release shown while it is replaced", held, seen if held else f"{seen} {run.stderr[-400:]}")


def _fetched(address: str) -> str:
    try:
        with urllib.request.urlopen(address, timeout=60) as answer:
            return hashlib.sha256(answer.read()).hexdigest()
    except OSError as error:
        return str(error)


def _part(month: Month) -> tuple[str, ...]:
    return (*refresh(month), *PART)


def _alone(base: SmallMonth, folder: Path, commands: list[tuple[str, ...]]) -> dict[str, tuple[int, int]]:
    """What commands end with one after the other, from the earliest month on."""
    month = base.copied(folder)
    for words in sorted(commands, key=lambda words: words[2]):
        said = month.run(*words)
        assert not said, said
    found = contents(month.warehouse)
    shutil.rmtree(folder)
    return found


def _start(folder: Path, *words: str) -> subprocess.Popen[str]:
    pipe, environment = subprocess.PIPE, {**usual_environment(), "COLUMNS": "400"}
    return subprocess.Popen([PROGRAM, *words], cwd=folder, env=environment, stdout=pipe, stderr=pipe, text=True)


def _told(same: bool) -> str:
    return f"{'the same' if same else 'OTHER'} rows"


ATTACK = Attack(
    "two-refreshes",
    "two refreshes of one month and of two months at once, a refresh while the UI makes the month, a program that "
    "reads the warehouse meanwhile, queries during a write, a release shown as it is replaced; held: one waits and "
    "says for whom, nobody is answered with half of anything, and the rows are those of one after the other",
    attempts,
)
