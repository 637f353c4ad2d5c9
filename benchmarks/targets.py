"""What a full-size month may cost, and whether the figures keep to it.

What belongs here: targets, and which figure each is held against. What does not: measuring, laying out the page.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from benchmarks.cases import OPEN_FETCH, OPEN_READ, OPEN_TYPOLOGY
from benchmarks.growth import growth_exponent
from benchmarks.processes import DONE, OUT_OF_MEMORY
from benchmarks.results import NO_SCALE, CaseResult, Results

FULL, EIGHTH = 1.0, 0.125
GIB = 1024
"""MiB."""


@dataclass(frozen=True)
class Finding:
    """A figure as measured, and whether it keeps to its target; None where it was not measured at the target's size."""

    measured: str
    met: bool | None


@dataclass(frozen=True)
class Target:
    """One row of the table."""

    figure: str
    target: str
    find: Callable[[Results], Finding]


NOT_MEASURED = Finding("not measured", None)


def _seconds(case: str, most: float, scale: float | None = FULL) -> Callable[[Results], Finding]:
    """Median seconds of a case; `scale` None for a case without one."""
    return _figure(case, most, scale, lambda result: result.seconds, lambda value: f"{value:.1f} s")


def _memory(case: str, most_mib: float) -> Callable[[Results], Finding]:
    return _figure(case, most_mib, FULL, lambda result: result.peak_memory_mb, lambda value: f"{value / GIB:.2f} GiB")


def _figure(
    case: str,
    most: float,
    scale: float | None,
    figure: Callable[[CaseResult], float],
    show: Callable[[float], str],
) -> Callable[[Results], Finding]:
    def find(results: Results) -> Finding:
        scales = results.cases.get(case, {})
        wanted = NO_SCALE if scale is None else scale
        at = wanted if wanted in scales else max(scales, default=None)
        if at is None:
            return NOT_MEASURED
        result = scales[at]
        if not result.succeeded:
            return Finding(f"{result.runs[-1].outcome}{_at(at, wanted)}", False if at == wanted else None)
        value = figure(result)
        return Finding(f"{show(value)}{_at(at, wanted)}", value <= most if at == wanted else None)

    return find


def _at(at: float, wanted: float) -> str:
    return "" if at == wanted else f" at {scale_name(at)}"


def scale_name(scale: float) -> str:
    """1:8 for 0.125."""
    return f"1:{1 / scale:g}"


def _half(later: str, first: str) -> Callable[[Results], Finding]:
    def find(results: Results) -> Finding:
        both = sorted(set(results.cases.get(later, {})) & set(results.cases.get(first, {})))
        known = [scale for scale in both if results.case(later, scale) and results.case(first, scale)]
        if not known:
            return NOT_MEASURED
        scale = known[-1]
        one, other = results.cases[first][scale].seconds, results.cases[later][scale].seconds
        shown = f"{other / one:.0%} ({other:.1f} s after {one:.1f} s){_at(scale, FULL)}"
        return Finding(shown, other <= one / 2 if scale == FULL else None)

    return find


def exponents(results: Results, case: str) -> tuple[float | None, float | None]:
    """Exponents of seconds and of memory over the scales of a case."""
    known = {scale: result for scale, result in results.cases.get(case, {}).items() if result.succeeded}
    return (
        growth_exponent({scale: result.seconds for scale, result in known.items()}),
        growth_exponent({scale: result.peak_memory_mb for scale, result in known.items()}),
    )


def _growth(case: str, which: int, most: float) -> Callable[[Results], Finding]:
    def find(results: Results) -> Finding:
        exponent = exponents(results, case)[which]
        if exponent is None:
            return NOT_MEASURED
        scales = sorted(scale for scale, result in results.cases[case].items() if result.succeeded)
        shown = f"{exponent:.2f} from {scale_name(scales[0])} to {scale_name(scales[-1])}"
        return Finding(shown, exponent <= most if FULL in scales else None)

    return find


def _plain_ratio(times: float) -> Callable[[Results], Finding]:
    def find(results: Results) -> Finding:
        known = {scale: pair.ratio for scale, pair in results.plain.items() if pair.ratio}
        if not known:
            return NOT_MEASURED
        at = EIGHTH if EIGHTH in known else max(known)
        faster = 1 / known[at]
        return Finding(f"{faster:.1f} times{_at(at, EIGHTH)}", faster >= times if at == EIGHTH else None)

    return find


def _plain_fails(results: Results) -> Finding:
    pair = results.plain.get(FULL)
    if pair is None:
        return NOT_MEASURED
    ours, theirs = pair.ours[-1], pair.theirs[-1]
    shown = "; ".join(
        f"{whose}: {run.outcome} after {run.seconds:.0f} s with {run.peak_memory_mb / GIB:.1f} GiB"
        for whose, run in (("ours", ours), ("plain route", theirs))
    )
    return Finding(shown, ours.outcome == DONE and theirs.outcome == OUT_OF_MEMORY)


def _parts(most: float) -> Callable[[Results], Finding]:
    def find(results: Results) -> Finding:
        slowest: list[tuple[float, str, float]] = []
        for scales in results.parts.values():
            at = max(scales)
            ratio = scales[at].ratio
            if ratio is not None:
                slowest.append((ratio, f"{scales[at].step} beside {scales[at].theirs_name}", at))
        if not slowest:
            return NOT_MEASURED
        ratio, name, at = max(slowest)
        return Finding(f"{ratio:.2f} at most ({name}){_at(at, FULL)}", ratio <= most)

    return find


TARGETS = (
    Target("whole refresh, profile `dsit-v1`", "5 minutes", _seconds("refresh-dsit-v1", 300)),
    Target("whole refresh, both default profiles", "8 minutes", _seconds("refresh-both", 480)),
    Target("peak memory of the process tree, both profiles", "6 GiB", _memory("refresh-both", 6 * GIB)),
    Target("the same with `memory_limit` 3GB", "3 GiB", _memory("memory-limit-3gb", 3 * GIB)),
    Target(
        "second month, only the monthly sources changed, `dsit-v1`",
        "half of the first",
        _half("second-month-dsit-v1", "refresh-dsit-v1"),
    ),
    Target("the same, both profiles", "half of the first", _half("second-month-both", "refresh-both")),
    Target("growth of time, `dsit-v1`: exponent", "1.1", _growth("refresh-dsit-v1", 0, 1.1)),
    Target("growth of time, both profiles: exponent", "1.1", _growth("refresh-both", 0, 1.1)),
    Target("growth of memory, both profiles: exponent", "1.0", _growth("refresh-both", 1, 1.0)),
    Target("whole refresh with DBSCAN in place of HDBSCAN", "60 s", _seconds("refresh-dbscan", 60)),
    Target("the figures of trust, both profiles", "15 minutes", _seconds("trust-both", 900)),
    Target("the same, peak memory", "6 GiB", _memory("trust-both", 6 * GIB)),
    Target("pairs with one end in the United Kingdom: time", "60 s", _seconds("publications-uk", 60)),
    Target("pairs with one end in the United Kingdom: memory", "4.5 GiB", _memory("publications-uk", 4.5 * GIB)),
    Target("open month: fetched from local publishers", "6 minutes", _seconds(OPEN_FETCH, 360)),
    Target("open month: read", "6 minutes", _seconds(OPEN_READ, 360)),
    Target("open month: read, peak memory", "4 GiB", _memory(OPEN_READ, 4 * GIB)),
    Target("open month: from what was read to the typology", "8 minutes", _seconds(OPEN_TYPOLOGY, 480)),
    Target("open month: to the typology, peak memory", "6 GiB", _memory(OPEN_TYPOLOGY, 6 * GIB)),
    Target("against the plain route at 1:8", "20 times faster", _plain_ratio(20)),
    Target("against the plain route at 1:1", "finishes where it runs out of memory", _plain_fails),
    Target("against the best parts: times slower", "1.5", _parts(1.5)),
    Target("start-up: definitions load", "2 s", _seconds("start-up", 2, None)),
    Target("`make demo`, the second time", "60 s", _seconds("demo-again", 60, None)),
)
"""Two cores, a synthetic United Kingdom at 1:1, one month from drops to typology, where nothing else is said."""
