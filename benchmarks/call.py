"""One call of the benchmark: cases and comparators at each scale, then the page anew."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.against import Against
from benchmarks.campaign import Campaign
from benchmarks.cases import Case, Command, find_cases
from benchmarks.page import page
from benchmarks.pairs import against_parts, against_plain
from benchmarks.results import read_results


@dataclass(frozen=True)
class Call:
    """What is asked for."""

    scales: Sequence[float]
    """Shares of the full size."""
    steps: str
    """Cases as `find_cases` takes them."""
    against: Sequence[Against]
    runs: int
    timeout_minutes: float
    """A run of the plain route, or a part beside a library, that takes longer is stopped."""
    work: Path
    """The folder for drops and warehouses."""
    figures: Path
    """The JSON that results are kept in."""
    page: Path
    """The page; the part written by hand stands beside it, as `<stem>-notes.md`."""


def bench(call: Call, tell: Callable[[str], None]) -> None:
    """Measure and write. What is measured takes the place of what was kept of it; all else in the JSON stays.

    Raises ValueError for an unknown case, RuntimeError where something that others go on with cannot be made.
    """
    cases = find_cases(call.steps)
    campaign = Campaign(call.work, call.figures, call.runs, tell)
    try:
        _measure(campaign, cases, call)
    finally:
        # What was measured before something failed is worth its page too.
        notes = call.page.with_name(f"{call.page.stem}-notes.md")
        said = notes.read_text(encoding="utf-8") if notes.is_file() else None
        call.page.parent.mkdir(parents=True, exist_ok=True)
        call.page.write_text(page(read_results(campaign.file), said), encoding="utf-8")


def _measure(campaign: Campaign, cases: Sequence[Case], call: Call) -> None:
    for case in cases:
        if isinstance(case, Command) and not case.has_scale:
            campaign.measure(case, call.scales[0])
    for scale in call.scales:
        for case in cases:
            if not isinstance(case, Command) or case.has_scale:
                campaign.measure(case, scale)
        if Against.plain in call.against:
            against_plain(campaign, scale, call.timeout_minutes)
        if Against.parts in call.against:
            against_parts(campaign, scale, call.timeout_minutes)
