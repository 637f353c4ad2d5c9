"""The page of figures: what `docs/performance.md` says, from the JSON and the notes written by hand beside it."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

from benchmarks.cases import CASES, LAYERS, OPEN_FETCH, OPEN_READ, OPEN_TYPOLOGY
from benchmarks.digests import differences
from benchmarks.processes import DONE
from benchmarks.results import OURS, THEIRS, CaseResult, Comparison, Results, RunFigures
from benchmarks.steps import StepFigures
from benchmarks.targets import TARGETS, exponents, scale_name

Kind = TypeVar("Kind")

SAME_ROWS = (
    ("refresh-both", "threads-1", "all cores and one thread"),
    ("refresh-both", "memory-limit-3gb", "either memory limit"),
)
"""Refreshes that are to make the same rows."""

PROFILED = ("refresh-dsit-v1", "refresh-both", "second-month-both", OPEN_FETCH, OPEN_READ, OPEN_TYPOLOGY)
"""Refreshes whose every step is listed."""
BESIDE = "start-up, and between steps"

INTRODUCTION = """\
What it costs to make a month on an ordinary machine, beside what anyone would pick instead. Every measured run is a
process of its own; its memory is that of the process tree, looked at ten times a second. A refresh is
`innovation-clusters refresh` of the layers from the drops to the typology, on a real Dagster instance, of a synthetic
United Kingdom (`innovation-clusters synthesise --seed 1`): start-up of Python, checks, pictures and metadata are in its
seconds. Where there are several runs, seconds are their median and memory is their largest."""

PLAIN = """\
`benchmarks/comparators/plain_route.py`: polars, scikit-learn's HDBSCAN, networkx's Louvain and shapely, from the same
drops to groups, outlines, location quotients, communities and criteria, as a competent user would write it. Run in turn
with the whole refresh of `dsit-v1`, which makes all its tables, checks and reports beside."""

PLAIN_LAYERS = """\
By layer, in the last run. The plain route's work for a layer makes none of its tables but what the next needs; where it
was stopped, layers that it had not come to are empty."""

PARTS = """\
`benchmarks/comparators/parts.py`: a step and the fastest library known for it, on the same arrays, in turn in one
process, once each before it is timed, since code is compiled on first use. Labels of density groups differ between
libraries where distances are equal, as they often are at shared postcodes; the index says how far they agree (1: the
same groups)."""


def page(results: Results, notes: str | None) -> str:
    """The whole page; `notes` is the hand-written part, where there is one."""
    sections = [
        ("Targets", _targets(results)),
        ("Cases", _cases(results)),
        ("Growth", _growth(results)),
        ("The same rows at every speed", _same_rows(results)),
        ("Beside the plain route", _plain(results)),
        ("Beside the best parts", _parts(results)),
        ("Where the seconds go", _profiles(results)),
        ("Machine and versions", _machine(results)),
    ]
    lines = [
        "# Performance",
        "",
        "<!-- written by `make bench`; the figures are in benchmarks/performance.json -->",
        INTRODUCTION,
    ]
    for title, body in sections:
        if body:
            lines += ["", f"## {title}", "", *body]
    if notes:
        lines += ["", notes.strip()]
    return "\n".join(lines) + "\n"


def _targets(results: Results) -> list[str]:
    words = {True: "yes", False: "no", None: ""}
    found = [(target, target.find(results)) for target in TARGETS]
    return _table(
        ("figure, 1:1 on two cores", "at most", "measured", "met"),
        ((target.figure, target.target, finding.measured, words[finding.met]) for target, finding in found),
    )


def _cases(results: Results) -> list[str]:
    rows = [
        (
            _title(name),
            scale_name(scale) if scale else "",
            len(result.runs),
            *_figures(result),
            result.circumstances["day"],
            result.circumstances["revision"] or "",
            result.circumstances["load_before"],
        )
        for name, scale, result in _each(results.cases)
    ]
    heads = ("case", "scale", "runs", "seconds", "CPU seconds", "peak MiB", "rows", "rows a second")
    return (
        [
            *_table((*heads, "day", "revision", "load before"), rows),
            "",
            "Load before: processes that wanted a core in the minute before; well below 1 where nothing else ran.",
        ]
        if rows
        else []
    )


def _figures(result: CaseResult) -> tuple[str, str, str, str, str]:
    """Seconds, CPU seconds, peak MiB, rows, rows a second; the outcome in place of seconds where it is not done."""
    if not result.succeeded:
        return result.runs[-1].outcome, "", f"{result.peak_memory_mb:,.0f}", "", ""
    rows = (f"{result.rows:,}", f"{result.rows / result.seconds:,.0f}") if result.rows else ("", "")
    return f"{result.seconds:.1f}", f"{result.cpu_seconds:.1f}", f"{result.peak_memory_mb:,.0f}", *rows


def _growth(results: Results) -> list[str]:
    rows = []
    for name, scales in results.cases.items():
        time, memory = exponents(results, name)
        if time is not None and memory is not None:
            done = sorted(scale for scale, result in scales.items() if result.succeeded)
            rows.append((_title(name), ", ".join(map(scale_name, done)), f"{time:.2f}", f"{memory:.2f}"))
    text = "Exponent of the power of size that fits best, by least squares of logarithms: 1 is in proportion."
    return [text, "", *_table(("case", "scales", "time", "memory"), sorted(rows))] if rows else []


def _same_rows(results: Results) -> list[str]:
    lines = []
    for one, other, what in SAME_ROWS:
        for scale in sorted(results.cases.get(one, {})):
            mine, theirs = results.case(one, scale), results.case(other, scale)
            if mine and theirs and mine.digests and theirs.digests:
                found = differences(mine.digests, theirs.digests)
                rows = sum(digest.rows for digest in mine.digests.values())
                verdict = (
                    f"differ in {', '.join(f'`{name}`' for name in found)}"
                    if found
                    else f"are the same in every column, doubles to the last bit ({rows:,} rows)"
                )
                lines.append(f"- {what}, {scale_name(scale)}: all {len(mine.digests)} tables of the results {verdict}.")
    return lines


def _plain(results: Results) -> list[str]:
    rows = [
        (scale_name(scale), *_pair(pair), f"{1 / pair.ratio:.1f}" if pair.ratio else "")
        for scale, pair in sorted(results.plain.items())
    ]
    heads = ("scale", "runs each", "ours, s", "ours, MiB", "plain route, s", "plain route, MiB", "times faster")
    by_layer = [
        (scale_name(scale), layer, f"{ours:.1f}", *_of_layer(ours, pair.by_layer[THEIRS].get(layer)))
        for scale, pair in sorted(results.plain.items())
        for layer, ours in sorted(pair.by_layer.get(OURS, {}).items(), key=lambda of: LAYERS.split(",").index(of[0]))
    ]
    of_layers = ("scale", "layer", "ours, s", "plain route, s", "times faster")
    lines = [PLAIN, "", *_table(heads, rows)] if rows else []
    return [*lines, "", PLAIN_LAYERS, "", *_table(of_layers, by_layer)] if by_layer else lines


def _of_layer(ours: float, theirs: float | None) -> tuple[str, str]:
    return ("", "") if theirs is None else (f"{theirs:.1f}", f"{theirs / ours:.1f}")


def _parts(results: Results) -> list[str]:
    rows = [
        (
            pair.step,
            pair.theirs_name,
            scale_name(scale),
            pair.work,
            len(pair.ours),
            _median(pair.ours),
            _median(pair.theirs),
            f"{pair.ratio:.2f}" if pair.ratio else "",
            pair.agreement,
        )
        for _, scale, pair in _each(results.parts)
    ]
    heads = ("step", "beside", "scale", "of", "runs each", "ours, s", "theirs, s", "ours over theirs", "agreement")
    return [PARTS, "", *_table(heads, rows)] if rows else []


def _pair(pair: Comparison) -> tuple[object, ...]:
    return (
        len(pair.ours),
        _median(pair.ours),
        f"{max(run.peak_memory_mb for run in pair.ours):,.0f}",
        _median(pair.theirs),
        f"{max(run.peak_memory_mb for run in pair.theirs):,.0f}",
    )


def _median(runs: Sequence[RunFigures]) -> str:
    """Seconds, or how the last run ended where one did not come to its end."""
    if any(run.outcome != DONE for run in runs):
        return f"{runs[-1].outcome} after {runs[-1].seconds:.0f}"
    seconds = statistics.median(run.seconds for run in runs)
    return f"{seconds:.1f}" if seconds >= 10 else f"{seconds:.3f}"


def _profiles(results: Results) -> list[str]:
    """Seconds by layer of every refresh at its largest scale, then the steps of some."""
    largest = {name: scale for name, scale, result in _each(results.cases) if result.succeeded and result.steps}
    measured = [(name, scale, results.cases[name][scale]) for name, scale in largest.items()]
    if not measured:
        return []
    layers = list(dict.fromkeys(step.layer for _, _, result in measured for step in result.steps))
    rows = [
        (
            _title(name),
            scale_name(scale),
            *(f"{sum(step.seconds for step in result.steps if step.layer == layer):.1f}" for layer in layers),
            f"{_beside(result):.1f}",
            f"{result.seconds:.1f}",
        )
        for name, scale, result in measured
    ]
    lines = _table(("case, seconds", "scale", *layers, BESIDE, "all"), rows)
    for name, scale, result in measured:
        if name in PROFILED:
            lines += ["", f"### {_title(name)}, {scale_name(scale)}", "", *_profile(result)]
    return lines


def _beside(result: CaseResult) -> float:
    """Seconds in no step."""
    return max(0.0, result.seconds - sum(step.seconds for step in result.steps))


def _profile(result: CaseResult) -> list[str]:
    """Layers in order, each with its steps below it."""
    rows = []
    by_layer: dict[str, list[StepFigures]] = {}
    for step in result.steps:
        by_layer.setdefault(step.layer, []).append(step)
    for layer, steps in by_layer.items():
        rows.append((f"**{layer}**", *_step_figures(steps, result.seconds)))
        rows += [(step.step, *_step_figures([step], result.seconds)) for step in steps]
    beside = _beside(result)
    rows.append((BESIDE, f"{beside:.1f}", f"{beside / result.seconds:.0%}", "", "", ""))
    return _table(("layer and step", "seconds", "share", "CPU seconds", "peak MiB", "rows"), rows)


def _step_figures(steps: Sequence[StepFigures], whole: float) -> tuple[str, ...]:
    seconds = sum(step.seconds for step in steps)
    cpu = [step.cpu_seconds for step in steps if step.cpu_seconds is not None]
    peak = [step.peak_memory_mb for step in steps if step.peak_memory_mb is not None]
    return (
        f"{seconds:.1f}",
        f"{seconds / whole:.0%}",
        f"{sum(cpu):.1f}" if cpu else "",
        f"{max(peak):,.0f}" if peak else "",
        f"{sum(step.rows for step in steps):,}",
    )


def _machine(results: Results) -> list[str]:
    if not results.machine:
        return []
    known = results.machine
    packages = ", ".join(f"{name} {number}" for name, number in results.versions.items())
    return [
        f"{known['processor']}, {known['cores']} cores, {known['memory_gib']} GiB of memory, {known['system']}.",
        "",
        f"{packages}.",
    ]


def _title(name: str) -> str:
    return CASES[name].title if name in CASES else name


def _each(of: Mapping[str, Mapping[float, Kind]]) -> list[tuple[str, float, Kind]]:
    """Name, scale and what is there: the cases in their order, then others by name; small scales first."""
    order = list(CASES)
    names = sorted(of, key=lambda name: (order.index(name) if name in CASES else len(order), name))
    return [(name, scale, of[name][scale]) for name in names for scale in sorted(of[name])]


def _table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    """A Markdown table."""
    return [
        "| " + " | ".join(heads) + " |",
        "|" + "---|" * len(heads),
        *("| " + " | ".join(map(str, row)) + " |" for row in rows),
    ]
