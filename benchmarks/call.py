"""One call of the benchmark: cases and comparators at each scale, then the page anew."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.against import Against
from benchmarks.campaign import Campaign
from benchmarks.cases import Command, Refresh, find_cases
from benchmarks.page import page
from benchmarks.pairs import against_parts, against_plain
from benchmarks.results import read_results


def bench(
    scales: Sequence[float],
    steps: str,
    against: Sequence[Against],
    runs: int,
    timeout_minutes: float,
    work: Path,
    out: Path,
    tell: Callable[[str], None],
) -> None:
    """Measure and write. What is measured takes the place of what was kept of it; all else in the JSON stays.

    A run of the plain route, or a part beside a library, that takes more than `timeout_minutes` is stopped.
    Raises ValueError for an unknown case, RuntimeError where something that others go on with cannot be made.
    """
    cases = find_cases(steps)
    campaign = Campaign(work, out.with_suffix(".json"), runs, tell)
    try:
        _measure(campaign, cases, scales, against, timeout_minutes)
    finally:
        # What was measured before something failed is worth its page too.
        notes = out.with_name(f"{out.stem}-notes.md")
        said = notes.read_text(encoding="utf-8") if notes.is_file() else None
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(page(read_results(campaign.file), said), encoding="utf-8")


def _measure(
    campaign: Campaign,
    cases: Sequence[Refresh | Command],
    scales: Sequence[float],
    against: Sequence[Against],
    timeout_minutes: float,
) -> None:
    for case in cases:
        if isinstance(case, Command) and not case.has_scale:
            campaign.measure(case, scales[0])
    for scale in scales:
        for case in cases:
            if not isinstance(case, Command) or case.has_scale:
                campaign.measure(case, scale)
        if Against.plain in against:
            against_plain(campaign, scale, timeout_minutes)
        if Against.parts in against:
            against_parts(campaign, scale, timeout_minutes)
