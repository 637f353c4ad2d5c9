"""Ours in turn with another's: the plain route of ordinary libraries, and each step beside one library.

What belongs here: running pairs and keeping their figures. What does not: the comparators, which stand in
`benchmarks/comparators`, for nothing that runs in earnest may use them.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from typing import Any

from benchmarks.campaign import Campaign
from benchmarks.cases import CASES, FIRST, Refresh
from benchmarks.machine import ROOT, circumstances
from benchmarks.processes import DONE, run_measured
from benchmarks.results import OURS, THEIRS, Comparison, RunFigures
from benchmarks.steps import StepFigures, read_steps

PAIRED = "refresh-dsit-v1"
"""The refresh that the plain route does the work of."""
PLAIN_MEMORY_MB = 16 * 1024
"""MiB: the memory of an ordinary machine, at which the plain route is stopped."""
LEAST_PART_RUNS = 3


def against_plain(campaign: Campaign, scale: float, timeout_minutes: float) -> None:
    """The whole refresh and the plain route, one after the other, as often as asked.

    The latter until it fails or a run of it has taken `timeout_minutes`.
    """
    case = CASES[PAIRED]
    if not isinstance(case, Refresh):
        raise TypeError(f"{PAIRED} is no refresh")
    began, ours, theirs = circumstances(), list[RunFigures](), list[RunFigures]()
    said: dict[str, Any] = {}
    by_layer: dict[str, dict[str, float]] = {}
    for number in range(campaign.runs):
        measured = campaign.refresh(case, scale)
        campaign.say(PAIRED, scale, number, measured)
        ours.append(RunFigures.of(measured))
        if theirs and theirs[-1].outcome != DONE:
            continue
        campaign.tell(f"plain route at {scale:g}")
        options = ["--sources", str(campaign.drops(scale)), "--month", str(FIRST)]
        plain = run_measured(
            [*_module("plain_route"), *options],
            folder=ROOT,
            timeout_seconds=60 * timeout_minutes,
            memory_cap_mb=PLAIN_MEMORY_MB,
        )
        campaign.say("plain route", scale, number, plain)
        theirs.append(RunFigures.of(plain))
        lines = list(map(json.loads, plain.output.splitlines()))
        said = lines.pop() if plain.outcome == DONE else said
        # Those of a run that was stopped end where it was.
        by_layer = {
            OURS: _seconds_of_layers(read_steps(campaign.folder(PAIRED, scale) / "dagster_home", measured)),
            THEIRS: {line["layer"]: round(line["seconds"], 3) for line in lines},
        }
    made = f"{said['groups']:,} groups, {sum(said['clusters'].values()):,} clusters" if said else ""
    with campaign.results() as results:
        results.plain[scale] = Comparison(
            PAIRED, ours, theirs, "plain route", f"plain route: {made}", "", began, by_layer
        )


def _seconds_of_layers(steps: Iterable[StepFigures]) -> dict[str, float]:
    seconds: dict[str, float] = {}
    for step in steps:
        seconds[step.layer] = round(seconds.get(step.layer, 0) + step.seconds, 3)
    return seconds


def against_parts(campaign: Campaign, scale: float, timeout_minutes: float) -> None:
    """Each step beside the fastest library known for it, each pair in a process of its own.

    A pair that takes more than `timeout_minutes` is stopped, and what was kept of it stays.
    """
    warehouse = campaign.made(PAIRED, scale) / "warehouse.duckdb"
    listed = run_measured([*_module("parts"), "--list"], folder=ROOT)
    if listed.outcome != DONE:
        raise RuntimeError(f"the parts cannot be listed: {listed.said}")
    options = ["--warehouse", str(warehouse), "--sources", str(campaign.drops(scale)), "--month", str(FIRST)]
    runs = max(campaign.runs, LEAST_PART_RUNS)
    for name in json.loads(listed.output):
        campaign.tell(f"{name} at {scale:g}")
        began = circumstances()
        command = [*_module("parts"), "--part", name, "--runs", str(runs), *options]
        measured = run_measured(command, folder=ROOT, timeout_seconds=60 * timeout_minutes)
        campaign.say(name, scale, 0, measured)
        if measured.outcome == DONE:
            found = json.loads(measured.output)
            with campaign.results() as results:
                results.parts.setdefault(name, {})[scale] = Comparison(
                    found["step"],
                    _runs(found["ours"], measured.peak_memory_mb),
                    _runs(found["theirs"], measured.peak_memory_mb),
                    found["theirs_name"],
                    found["work"],
                    found["agreement"],
                    began,
                )


def _runs(timed: list[dict[str, float]], peak_memory_mb: float) -> list[RunFigures]:
    """Figures of runs within one process, whose peak is that of both."""
    return [
        RunFigures(DONE, round(run["seconds"], 5), round(run["cpu_seconds"], 5), round(peak_memory_mb, 1))
        for run in timed
    ]


def _module(name: str) -> list[str]:
    """The command of a comparator. Raises RuntimeError where the project is installed without its tests."""
    if not (ROOT / "benchmarks" / "comparators" / f"{name}.py").is_file():
        raise RuntimeError("benchmarks/comparators is not there: run this in a checkout, or give --against none")
    return [sys.executable, "-m", f"benchmarks.comparators.{name}"]
