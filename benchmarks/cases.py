"""What is measured: refreshes of a month under various settings, and single commands.

What belongs here: names, settings, months. What does not: running them, targets.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from assets.months import Month
from benchmarks.machine import code_state
from pipelines.profiles import DEFAULT_PROFILES
from pipelines.settings import MEMORY_LIMIT, THREADS

FIRST, SECOND = Month(2025, 4), Month(2025, 5)
RticSizes = Literal["published", "large"]
LAYERS = "sources,reference,organisations,spatial,network,typology"
"""What a refresh of the benchmark makes: from the drops to the typology."""
OPEN_PROFILE = "open"
DBSCAN_PROFILE = str(Path(__file__).with_name("dbscan.toml"))

ONE_THREAD = {THREADS: "1", "POLARS_MAX_THREADS": "1", "NUMBA_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
"""One thread of everything, not of DuckDB alone."""


@dataclass(frozen=True)
class Refresh:
    """A month made from its drops, in a warehouse that is empty or holds the month before."""

    name: str
    title: str
    profiles: tuple[str, ...]
    month: Month = FIRST
    after: str | None = None
    """The case whose warehouse it goes on with."""
    environment: Mapping[str, str] = field(default_factory=dict)
    rtic_sizes: RticSizes = "large"
    """Sizes of emerging sectors in the drops; the published ones ask less of a machine."""
    layers: str | None = None
    """Those it makes; all of the benchmark's where nothing else is said."""
    fetched_by: str | None = None
    """The case that fetched its drops; they are synthesised where there is none."""


@dataclass(frozen=True)
class Fetch:
    """All public files of a month fetched into an empty folder, from local publishers in a process of their own."""

    name: str
    title: str
    month: Month = FIRST


@dataclass(frozen=True)
class Once:
    """A folder that is made once and kept for next time."""

    folder: Path
    command: Callable[[Path], list[str]]
    """The command that makes it, from the path to make it at."""


@dataclass(frozen=True)
class Command:
    """A command in a process of its own."""

    name: str
    title: str
    command: Callable[[Path, float], list[str]]
    """From the work folder and the scale."""
    needs: Callable[[Path, float], Once] | None = None
    """What must be there before, made unmeasured."""
    after: str | None = None
    """The case whose warehouse it reads."""
    has_scale: bool = False
    """Whether its cost depends on the scale."""
    tells_rows: bool = False
    """Whether its output is JSON with the number of `rows`."""
    least_runs: int = 1
    """Runs at the least: what takes a second is measured more often than what takes minutes."""


def _demo(folder: Path) -> list[str]:
    return ["make", "demo", f"DEMO={folder}"]


def _demo_folder(work: Path) -> Path:
    """Where the demonstration is, one for each state of the code: nothing that other code made would be taken over."""
    return work.absolute() / f"demo-{code_state()[:12]}"


WORLD_WORKS = 239_000_000
"""Publications at 1:1 [METHOD, inputs]."""


def _authorships(work: Path, scale: float) -> Once:
    works = str(round(WORLD_WORKS * scale))
    module = [sys.executable, "-m", "synthetic_uk.authorships"]
    return Once(work.absolute() / f"authorships-{scale:g}", lambda at: [*module, str(at), "--works", works])


def _counting(work: Path, scale: float) -> list[str]:
    drop, out = _authorships(work, scale).folder, work.absolute() / f"authorships-counted-{scale:g}"
    return [sys.executable, "-m", "benchmarks.counting", str(drop), str(out)]


def folder_of(name: str, work: Path, scale: float) -> Path:
    """Where the warehouse of a refresh is."""
    return work.absolute() / f"{name}-{scale:g}"


def _rewriting(work: Path, scale: float) -> list[str]:
    made, out = folder_of("refresh-dsit-v1", work, scale) / "warehouse.duckdb", work.absolute() / f"rewritten-{scale:g}"
    return [sys.executable, "-m", "benchmarks.rewriting", str(made), str(out)]


REFRESHES = (
    Refresh("refresh-dsit-v1", "whole refresh, `dsit-v1`", ("dsit-v1",)),
    Refresh("second-month-dsit-v1", "the month after it, `dsit-v1`", ("dsit-v1",), SECOND, "refresh-dsit-v1"),
    Refresh("refresh-both", "whole refresh, both default profiles", DEFAULT_PROFILES),
    Refresh("second-month-both", "the month after it, both profiles", DEFAULT_PROFILES, SECOND, "refresh-both"),
    Refresh(
        "published-dsit-v1",
        "whole refresh, `dsit-v1`, emerging sectors of the published sizes",
        ("dsit-v1",),
        rtic_sizes="published",
    ),
    Refresh(
        "published-both",
        "whole refresh, both default profiles, emerging sectors of the published sizes",
        DEFAULT_PROFILES,
        rtic_sizes="published",
    ),
    Refresh(
        "trust-both",
        "the figures of trust of that month, both default profiles",
        DEFAULT_PROFILES,
        after="published-both",
        rtic_sizes="published",
        layers="trust",
    ),
    Refresh("refresh-dbscan", "whole refresh, DBSCAN in place of HDBSCAN", (DBSCAN_PROFILE,)),
    Refresh(
        "memory-limit-3gb",
        "whole refresh, both profiles, `memory_limit` 3GB",
        DEFAULT_PROFILES,
        environment={MEMORY_LIMIT: "3GB"},
    ),
    Refresh("threads-1", "whole refresh, both profiles, one thread", DEFAULT_PROFILES, environment=ONE_THREAD),
)
OPEN_FETCH, OPEN_READ, OPEN_TYPOLOGY = "open-fetch", "open-read", "open-typology"
FETCHES = (Fetch(OPEN_FETCH, "open month: fetched into an empty folder"),)
OPEN_REFRESHES = (
    Refresh(
        OPEN_READ, "open month: its files read", (OPEN_PROFILE,), layers="sources,reference", fetched_by=OPEN_FETCH
    ),
    Refresh(
        OPEN_TYPOLOGY,
        "open month: from what was read to the typology, `open`",
        (OPEN_PROFILE,),
        after=OPEN_READ,
        layers="organisations,spatial,network,typology",
        fetched_by=OPEN_FETCH,
    ),
)
GROUPS = {"open": (OPEN_FETCH, OPEN_READ, OPEN_TYPOLOGY)}
"""Names that stand for several cases, in this order."""
COMMANDS = (
    Command(
        "start-up",
        "definitions load",
        lambda work, scale: [sys.executable, "-c", "from pipelines.definitions import build_defs; build_defs()"],
        least_runs=5,
    ),
    Command(
        "demo-again",
        "`make demo`, the second time",
        lambda work, scale: _demo(_demo_folder(work)),
        lambda work, scale: Once(_demo_folder(work), _demo),
    ),
    Command(
        "rows-alone",
        "the rows of `dsit-v1`, ready-made, written to an empty warehouse",
        _rewriting,
        after="refresh-dsit-v1",
        has_scale=True,
        tells_rows=True,
    ),
    Command(
        "publications-uk",
        "publications: pairs of institutions with one end in the United Kingdom",
        _counting,
        _authorships,
        has_scale=True,
        tells_rows=True,
    ),
)
Case = Refresh | Command | Fetch
CASES: dict[str, Case] = {case.name: case for case in (*REFRESHES, *FETCHES, *OPEN_REFRESHES, *COMMANDS)}


def find_cases(names: str) -> list[Case]:
    """Cases by name, separated by commas; `all` of them, or `none`. Raises ValueError naming what is not known."""
    if names in ("all", "none"):
        return list(CASES.values()) if names == "all" else []
    given = [name.strip() for name in names.split(",") if name.strip()]
    asked = [name for each in given for name in GROUPS.get(each, (each,))]
    unknown = [name for name in asked if name not in CASES]
    if unknown:
        raise ValueError(f"no case {', '.join(unknown)}: known are all, none, {', '.join((*GROUPS, *CASES))}")
    return [CASES[name] for name in asked]
