"""What `doctor` says of the drops: of each dataset how many, how old, what is overdue, what is due next; whether
the last month is ready."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from assets.method import Expectation
from assets.months import Month
from assets.sources.datasets import Dataset
from assets.sources.delivery.drops import Drop, Listing
from assets.sources.readiness import due_after, is_too_old
from assets.sources.registry import DATASETS
from pipelines.finding import Finding
from pipelines.readiness import method_of, readiness_of_what_is_there
from pipelines.settings import Settings

DONE = {"publish": "published", "make": "made"}
"""What is not done where the profile says that a dataset is needed to do it."""


def source_findings(settings: Settings, listing: Listing, month: Month) -> Iterator[Finding]:
    """What is said of each dataset; ages are those at a month, the last that is over."""
    try:
        expected = method_of(settings).expected
    except ValueError:
        return  # What is wrong with the profiles is said of them.
    for dataset in DATASETS:
        drops = [drop for drop in listing.drops if drop.dataset == dataset.name]
        of_dataset = expected.of(dataset.name)
        yield _of_drops(drops, of_dataset, month) if drops else _of_none(dataset, of_dataset)
    yield _of_month(settings, listing, month)


def _of_drops(drops: Sequence[Drop], expected: Expectation, month: Month) -> Finding:
    newest = drops[-1]
    dates = f"{newest.as_of}" if len(drops) == 1 else f"{drops[0].as_of} to {newest.as_of}"
    found = f"{len(drops)} drop{'s' if len(drops) > 1 else ''}, {dates}"
    age = max(0, Month.of(newest.as_of).months_to(month))
    due = due_after(newest.as_of, expected)
    if due is not None:
        months = f"{age} month{'' if age == 1 else 's'}"
        found += f"; {months} old at {month}; {expected.how_often}, {due} is {'due next' if due > month else 'overdue'}"
    if is_too_old(age, expected):
        needed = "" if expected.needed_to == "nothing" else f": no month is {DONE[expected.needed_to]} with it"
        found += f"; too old, at most {expected.greatest_age_months} are allowed{needed}"
        return Finding("bad" if needed else "note", newest.dataset, found)
    return Finding("note" if due is not None and due <= month else "ok", newest.dataset, found)


def _of_month(settings: Settings, listing: Listing, month: Month) -> Finding:
    """Whether the schedule would make the month; what is missing for all months is said beside this."""
    readiness, is_alone = readiness_of_what_is_there(settings, listing, month)
    lacking = [*readiness.hindrances, *readiness.awaited]
    if lacking:
        return Finding("note", f"month {month}", f"not ready: {'; '.join(lacking)}")
    if not readiness.is_new:
        return Finding("note", f"month {month}", "not ready: no drop is of it")
    return Finding("ok", f"month {month}", f"ready{', the Index alone' if is_alone else ''}: its set of drops is whole")


def _of_none(dataset: Dataset, expected: Expectation) -> Finding:
    if expected.needed_to != "nothing":
        why = f"no drop, and no month is {DONE[expected.needed_to]} without: {dataset.lacking}"
        return Finding("bad", dataset.name, why)
    return Finding(
        "note", dataset.name, "the shipped list is used" if dataset.shipped else f"no drop: {dataset.lacking}"
    )
