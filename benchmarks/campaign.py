"""A campaign: cases measured one after another, each result kept as soon as it is known.

What belongs here: drops, warehouses and the order of things in the work folder. What does not: which cases there are,
how a process is measured, what is said of the figures.
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from assets.warehouse.database import Warehouse
from benchmarks.cases import (
    CASES,
    FIRST,
    LAYERS,
    SECOND,
    Case,
    Command,
    Fetch,
    Once,
    Refresh,
    RticSizes,
    folder_of,
)
from benchmarks.digests import TableDigest, month_digests
from benchmarks.machine import ROOT, circumstances, code_state, machine, versions
from benchmarks.processes import DONE, Measured, run_measured
from benchmarks.publishers import local_publishers
from benchmarks.results import NO_SCALE, CaseResult, Results, RunFigures, read_results, write_results
from benchmarks.steps import StepFigures, read_fetches, read_steps
from pipelines.settings import PUBLICATION, SOURCES, WAREHOUSE

SEED = 1
MADE = "made"
"""Name of the file that stands in a folder whose refresh came to its end: the fingerprint of the code that made it."""


@dataclass
class Campaign:
    """One call of the benchmark."""

    work: Path
    """Where drops and warehouses are."""
    file: Path
    """The JSON that results are kept in."""
    runs: int
    tell: Callable[[str], None]
    """Told of what is under way."""

    def __post_init__(self) -> None:
        """Make the work folder, which no commit takes up."""
        if not self.work.is_dir():
            self.work.mkdir(parents=True)
            (self.work / ".gitignore").write_text("*\n", encoding="utf-8")

    def measure(self, case: Case, scale: float) -> CaseResult:
        """Measure a case, as often as asked, and keep the result."""
        if isinstance(case, Command):
            return self._measure_command(case, scale if case.has_scale else NO_SCALE)
        if isinstance(case, Fetch):
            return self._measure_fetch(case, scale)
        began, runs = circumstances(), list[RunFigures]()
        by_seconds: list[tuple[float, list[StepFigures]]] = []
        digests: dict[str, TableDigest] = {}
        for number in range(self.runs):
            measured = self.refresh(case, scale)
            runs.append(RunFigures.of(measured))
            self.say(case.name, scale, number, measured)
            if measured.outcome != DONE:
                break
            folder = self.folder(case.name, scale)
            by_seconds.append((measured.seconds, read_steps(folder / "dagster_home", measured)))
            digests = month_digests(Warehouse(folder / "warehouse.duckdb"), case.month)
        # Those that others go on with stay; the rest would fill the disk at full size.
        if not any(isinstance(other, (Refresh, Command)) and other.after == case.name for other in CASES.values()):
            shutil.rmtree(self.folder(case.name, scale))
        by_seconds.sort(key=lambda pair: pair[0])
        steps = by_seconds[len(by_seconds) // 2][1] if by_seconds else []
        return self._keep(case.name, scale, CaseResult(runs, began, sum(step.rows for step in steps), steps, digests))

    def refresh(self, case: Refresh, scale: float) -> Measured:
        """One refresh in a new process; its warehouse is left in the case's folder."""
        if case.fetched_by is None:
            sources = self.drops(scale, case.rtic_sizes)
        else:
            sources = self.made(case.fetched_by, scale) / "sources"
        folder = self.folder(case.name, scale)
        shutil.rmtree(folder, ignore_errors=True)
        if case.after is None:
            folder.mkdir(parents=True)
        else:
            shutil.copytree(self.made(case.after, scale), folder)
        command = [_program(), "refresh", "--month", str(case.month), "--select", case.layers or LAYERS]
        for profile in case.profiles:
            command += ["--profile", profile]
        settings = {
            SOURCES: str(sources),
            WAREHOUSE: str(folder / "warehouse.duckdb"),
            PUBLICATION: str(folder / "publication"),
            "DAGSTER_HOME": str(folder / "dagster_home"),
        }
        self.tell(f"{case.name} at {scale:g}")
        measured = run_measured(command, {**settings, **case.environment})
        if measured.outcome == DONE:
            (folder / MADE).write_text(code_state(), encoding="utf-8")
        return measured

    def made(self, name: str, scale: float) -> Path:
        """The folder of a refresh's warehouse, which is made first where the same code has not made it yet.

        Raises RuntimeError where it cannot be made.
        """
        folder = self.folder(name, scale)
        mark = folder / MADE
        if mark.is_file() and mark.read_text(encoding="utf-8") == code_state():
            return folder
        if not self.measure(CASES[name], scale).succeeded:
            raise RuntimeError(f"{name} at {scale:g} did not come to its end, and others go on with its warehouse")
        return folder

    def folder(self, name: str, scale: float) -> Path:
        """Where the warehouse of a refresh is."""
        return folder_of(name, self.work, scale)

    def drops(self, scale: float, rtic_sizes: RticSizes = "large") -> Path:
        """The folder of a scale's drops, made where they are not there yet, with emerging sectors of either size.

        Raises RuntimeError where they cannot be made.
        """
        options = ["--scale", f"{scale:g}", "--seed", str(SEED), "--months", f"{FIRST}:{SECOND}"]
        options += ["--rtic-sizes", rtic_sizes]
        folder = self.work.absolute() / f"drops-{rtic_sizes}-{scale:g}"
        return self._once(Once(folder, lambda at: [_program(), "synthesise", *options, "--out", str(at)]))

    def _once(self, once: Once) -> Path:
        """The folder, made where it is not there yet; what is half made is not taken for whole next time."""
        if not once.folder.is_dir():
            self.tell(f"making {once.folder.name}")
            half = once.folder.with_name(f"{once.folder.name}.part")
            shutil.rmtree(half, ignore_errors=True)
            made = run_measured(once.command(half), folder=ROOT)
            if made.outcome != DONE:
                raise RuntimeError(f"{once.folder.name} was not made ({made.outcome}): {made.said}")
            half.rename(once.folder)
        return once.folder

    def _measure_fetch(self, case: Fetch, scale: float) -> CaseResult:
        """Fetch all that the local publishers have, anew each time; what came last stays for those that read it."""
        module = [sys.executable, "-m", "benchmarks.public_country"]
        country = Once(
            self.work.absolute() / f"public-{scale:g}", lambda at: [*module, str(at), "--scale", f"{scale:g}"]
        )
        published, folder = self._once(country), self.folder(case.name, scale)
        began, runs = circumstances(), list[RunFigures]()
        steps: list[StepFigures] = []
        for number in range(self.runs):
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            self.tell(f"{case.name} at {scale:g}")
            with local_publishers(published, case.month) as addresses:
                measured = run_measured(
                    [_program(), "fetch", "--month", str(case.month)], {**addresses, SOURCES: str(folder / "sources")}
                )
            runs.append(RunFigures.of(measured))
            self.say(case.name, scale, number, measured)
            steps = read_fetches(measured.output)
            if measured.outcome != DONE:
                break
            (folder / MADE).write_text(code_state(), encoding="utf-8")
        return self._keep(case.name, scale, CaseResult(runs, began, steps=steps))

    def _measure_command(self, case: Command, scale: float) -> CaseResult:
        if case.needs is not None:
            self._once(case.needs(self.work, scale))
        if case.after is not None:
            self.made(case.after, scale)
        began, runs, rows = circumstances(), list[RunFigures](), 0
        for number in range(max(self.runs, case.least_runs)):
            measured = run_measured(case.command(self.work, scale), folder=ROOT)
            runs.append(RunFigures.of(measured))
            self.say(case.name, scale, number, measured)
            if case.tells_rows and measured.outcome == DONE:
                rows = json.loads(measured.output)["rows"]
        return self._keep(case.name, scale, CaseResult(runs, began, rows))

    def _keep(self, name: str, scale: float, result: CaseResult) -> CaseResult:
        with self.results() as results:
            results.cases.setdefault(name, {})[scale] = result
        return result

    @contextmanager
    def results(self) -> Iterator[Results]:
        """What is kept in the JSON, to be added to; written at the end."""
        results = read_results(self.file)
        yield results
        results.machine, results.versions = machine(), versions()
        write_results(self.file, results)

    def say(self, name: str, scale: float, number: int, measured: Measured) -> None:
        """Tell of one run."""
        at = f" at {scale:g}" if scale else ""
        self.tell(
            f"{name}{at}, run {number + 1}: {measured.outcome}, {measured.seconds:.1f} s, "
            f"{measured.cpu_seconds:.1f} s of CPU, {measured.peak_memory_mb:,.0f} MiB"
        )
        if measured.outcome != DONE:
            self.tell(measured.said)


def _program() -> str:
    return str(Path(sys.executable).with_name("innovation-clusters"))
