"""The figures of a campaign as one JSON file, which is added to case by case.

What belongs here: what is kept of a measurement, reading and writing it. What does not: what is said of it (`page`).
"""

from __future__ import annotations

import json
import statistics
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.digests import TableDigest
from benchmarks.processes import DONE, Measured
from benchmarks.steps import StepFigures

NO_SCALE = 0.0
"""Stands for the scale of what has none."""
OURS, THEIRS = "ours", "theirs"


@dataclass(frozen=True)
class RunFigures:
    """One run."""

    outcome: str
    seconds: float
    cpu_seconds: float
    peak_memory_mb: float
    """MiB."""

    @classmethod
    def of(cls, measured: Measured) -> RunFigures:
        """What is kept of a process."""
        return cls(
            measured.outcome,
            round(measured.seconds, 3),
            round(measured.cpu_seconds, 3),
            round(measured.peak_memory_mb, 1),
        )


@dataclass(frozen=True)
class CaseResult:
    """A case at one scale."""

    runs: list[RunFigures]
    circumstances: dict[str, Any]
    """Day, revision and load of the machine; see `machine.circumstances`."""
    rows: int = 0
    """Written by a refresh, read by a command; 0 where nobody counts."""
    steps: list[StepFigures] = field(default_factory=list)
    """Of the run of median seconds."""
    digests: dict[str, TableDigest] = field(default_factory=dict)
    """Of the last run."""

    @property
    def succeeded(self) -> bool:
        """Whether every run came to its end."""
        return all(run.outcome == DONE for run in self.runs)

    @property
    def seconds(self) -> float:
        """Median over the runs."""
        return statistics.median(run.seconds for run in self.runs)

    @property
    def cpu_seconds(self) -> float:
        """Median over the runs."""
        return statistics.median(run.cpu_seconds for run in self.runs)

    @property
    def peak_memory_mb(self) -> float:
        """MiB: the largest of the runs."""
        return max(run.peak_memory_mb for run in self.runs)


@dataclass(frozen=True)
class Comparison:
    """Ours and another's for the same work, run in turn."""

    step: str
    ours: list[RunFigures]
    theirs: list[RunFigures]
    theirs_name: str
    work: str
    """What both did, for example `142,312 points`."""
    agreement: str
    """What of the results was found equal."""
    circumstances: dict[str, Any]
    by_layer: dict[str, dict[str, float]] = field(default_factory=dict)
    """Seconds of each layer's work in the last run, of OURS and THEIRS; those of the latter that came to their end."""

    @property
    def ratio(self) -> float | None:
        """Median seconds of ours over theirs; None where either did not come to its end."""
        if not all(run.outcome == DONE for run in (*self.ours, *self.theirs)):
            return None
        return statistics.median(r.seconds for r in self.ours) / statistics.median(r.seconds for r in self.theirs)


@dataclass
class Results:
    """All that is known; cases and parts by name, then by scale."""

    machine: dict[str, Any] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)
    cases: dict[str, dict[float, CaseResult]] = field(default_factory=dict)
    plain: dict[float, Comparison] = field(default_factory=dict)
    """The plain route, by scale."""
    parts: dict[str, dict[float, Comparison]] = field(default_factory=dict)

    def case(self, name: str, scale: float) -> CaseResult | None:
        """A case at a scale, where it was measured to its end."""
        found = self.cases.get(name, {}).get(scale)
        return found if found and found.succeeded else None


def read_results(file: Path) -> Results:
    """The results kept in a file; none where there is no file."""
    if not file.is_file():
        return Results()
    kept = json.loads(file.read_text(encoding="utf-8"))
    return Results(
        kept["machine"],
        kept["versions"],
        {name: {float(scale): _case(of) for scale, of in scales.items()} for name, scales in kept["cases"].items()},
        {float(scale): _comparison(of) for scale, of in kept["plain"].items()},
        {
            name: {float(scale): _comparison(of) for scale, of in scales.items()}
            for name, scales in kept["parts"].items()
        },
    )


def write_results(file: Path, results: Results) -> None:
    """Write the file anew, in an order that does not depend on that of measuring."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(asdict(results), indent=1, sort_keys=True) + "\n", encoding="utf-8")


def _case(kept: Mapping[str, Any]) -> CaseResult:
    return CaseResult(
        _runs(kept["runs"]),
        kept["circumstances"],
        kept["rows"],
        [StepFigures(**step) for step in kept["steps"]],
        {table: TableDigest(**digest) for table, digest in kept["digests"].items()},
    )


def _comparison(kept: Mapping[str, Any]) -> Comparison:
    return Comparison(**{**kept, "ours": _runs(kept["ours"]), "theirs": _runs(kept["theirs"])})


def _runs(kept: list[dict[str, Any]]) -> list[RunFigures]:
    return [RunFigures(**run) for run in kept]
