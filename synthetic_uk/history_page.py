"""The page of what was told of planted groups: `docs/history.md`.

What belongs here: words and tables. What does not: measuring (`history_recovery`), counting (`history_score`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from assets.method import HistoryMethod
from synthetic_uk.history_country import AT_ONCE, FOLLOWED_SHARE, WHOLE, Event
from synthetic_uk.history_score import FOUND, Figures, Score, Told

EVENTS_TARGET, CAUSES_TARGET = 0.9, 0.95
SHOWN = 12
"""Rows of what went wrong, of each kind."""

READING = f"""\
Whether what happens to clusters is told as it happened, and why. A small country of {WHOLE.months} months is drawn
(`synthetic_uk/history_country.py`), in which groups of firms begin, end, split and merge: since their firms come, go,
move, or take up another activity, or since a source changes. In one month the classification of sectors is followed by
another (one sector goes on under another name, some groups lose their code and some gain one), in one the business
register becomes another (new references throughout, some groups in the one alone), in one the postcode directory
places some groups elsewhere. In a second country, of {AT_ONCE.months} months, all three change at once. Firms go on
doing what they do in these months too, but that none is planted to come or go of itself while the register changes: of
that no source tells. Of a group that ends or begins a tenth of the firms is left out of what happens to it. All the
while {FOLLOWED_SHARE:.0%} of all firms are followed by others in a month, and single firms outside groups move and turn
to other activities, of which nothing should be told.

Each month is made from its drops, one after the other, and `typology.cluster_history` is held against what was planted,
within sectors; the run of all RD&I-active organisations is left out. An event is found where one of its kind is told in
its month of a cluster most of whose firms are the group's. A split is the birth of a cluster out of another, and
counts as a split alone. Causes are compared of the births and deaths that were found. On an earlier country with seed
11 a split was told as an end and two beginnings in the month in which the register changes, which showed that firms
nobody can follow must not count for a cluster's identity; the other seeds were run once, afterwards."""

LIMITS = """\
## What this does not show

- The groups are plain: 20 to 60 firms within 0.5 to 2.5 km, each in open country, changing at one stroke. How well
  groups of other sizes and shapes are found at all is [another measure](recovery.md); a group that grows over months
  passes the threshold in a month that nobody can name, and is not planted.
- Firms that move apart go to towns in proportion to business at large. In a smaller country (1,200 firms in no group)
  they came together again by chance in one of its few towns, and a cluster was told there that nobody had planted.
- What was wrong with seeds 11 to 13 is of groups found, not of their history: two halves of a group, 20 km apart in
  open country, stayed one cluster; six firms left behind by a group that moved apart made ten with four others, so
  that the rest of it was told as split from it.
- Each event has one cause. Where several changed the same cluster, the one that explains most firms is told, with its
  share beside it.
- A firm without a company number, one in five here, cannot be followed from one register to another: what it did in
  that month counts as the register's. Nor can a firm that comes or goes of itself in that month be told from one that
  the register alone gained or lost; where all firms of a cluster do, the register is named. Had the new register kept
  the references of the old, its coming and going would still all be its own.
- Changes of readers and parameters are not planted: they are known from the month's ledger, and
  `tests/methods/identity/test_causes.py` holds what is told of them.
- The month's null data are drawn as often as for the full country, the least that the profile allows."""


def page(whole: Sequence[Score], at_once: Sequence[Score]) -> str:
    """The page of countries of the whole plan, and of those in which all sources change at once."""
    figures = Figures(whole)
    seeds = ", ".join(str(score.seed) for score in whole)
    lines = [
        "# What became of planted groups, and why",
        "",
        "<!-- written by `make history-recovery` -->",
        READING,
        "",
        f"Profile `evidence`, seeds {seeds}. Over all seeds, and the least of a seed:",
        "",
        "| figure | target | twelve months | least | all three at once | least |",
        "|---|---|---|---|---|---|",
        *_targets(whole, at_once),
        "",
        "## Events",
        "",
        *_events(figures),
        "",
        "Where all three sources change at once:",
        "",
        *_events(Figures(at_once)),
        "",
        "## Causes",
        "",
        "Births and deaths found in the months in which one source changes; a row is the cause that was planted.",
        "",
        *_confusion(figures, in_change=True),
        "",
        "In the month in which all three do:",
        "",
        *_confusion(Figures(at_once), in_change=True),
        "",
        "In the other months:",
        "",
        *_confusion(figures, in_change=False),
        "",
        "What was told of one of each:",
        "",
        *_samples(whole[0]),
        "",
        "## What is still wrong",
        "",
        *_wrong([*whole, *at_once]),
        "",
        LIMITS,
    ]
    return "\n".join(lines) + "\n"


def _targets(*countries: Sequence[Score]) -> Iterator[str]:
    of_figures: tuple[tuple[str, float, Callable[[Figures], float]], ...] = (
        ("precision of events", EVENTS_TARGET, lambda figures: figures.precision),
        ("recall of events", EVENTS_TARGET, lambda figures: figures.recall),
        ("births and deaths with the right cause", CAUSES_TARGET, lambda figures: figures.causes_right()),
        (
            "of these, in the months in which a source changes",
            CAUSES_TARGET,
            lambda figures: figures.causes_right(in_change=True),
        ),
    )
    for title, target, figure in of_figures:
        values = [
            f"{figure(Figures(scores)):.3f} | {min(figure(Figures([score])) for score in scores):.3f}"
            for scores in countries
        ]
        yield f"| {title} | {target} | {' | '.join(values)} |"


def _events(figures: Figures) -> Iterator[str]:
    yield "| event | planted | told | both | precision | recall |"
    yield "|---|---|---|---|---|---|"
    for event in FOUND:
        planted, told, both = figures.of_kind(event)
        yield f"| {event} | {planted} | {told} | {both} | {_part(both, told)} | {_part(both, planted)} |"


def _part(part: int, whole: int) -> str:
    return f"{part / whole:.3f}" if whole else ""


def _confusion(figures: Figures, in_change: bool) -> Iterator[str]:
    counts = figures.causes(in_change)
    order = (*HistoryMethod().cause_order, "none")
    planted, told = ([one for one in order if one in {pair[side] for pair in counts}] for side in (0, 1))
    yield "| planted | " + " | ".join(f"told: {one}" for one in told) + " |"
    yield "|---" * (len(told) + 1) + "|"
    for cause in planted:
        yield f"| {cause} | " + " | ".join(str(counts[cause, one]) for one in told) + " |"


def _samples(score: Score) -> Iterator[str]:
    seen = set()
    for planted, told in score.with_causes():
        key = (planted.event, planted.cause)
        if planted.cause == told.cause and key not in seen:
            seen.add(key)
            yield f"- {planted.event}, `{told.cause}`: {told.detail}"


def _wrong(scores: Sequence[Score]) -> Iterator[str]:
    """Planted and not found, found and not planted, and with another cause; as many of each as are worth reading."""
    rows: list[Sequence[str]] = []
    for score in scores:
        rows += [_row(score, "not found", one, one.cause, "") for one in score.missed()][:SHOWN]
        rows += [_row(score, "not planted", one, "", one.cause or "none") for one in score.beside()][:SHOWN]
    rows += [
        _row(score, "another cause", planted, planted.cause, f"{told.cause}: {told.detail}")
        for score, planted, told in Figures(scores).wrong_causes()
    ][:SHOWN]
    if not rows:
        yield "Nothing of what is compared here."
        return
    yield "| | seed | month | event | cause planted | told |"
    yield "|---|---|---|---|---|---|"
    yield from (f"| {' | '.join(row)} |" for row in rows)


def _row(score: Score, what: str, one: Event | Told, planted: str, told: str) -> Sequence[str]:
    when = f"{one.month + 1} of {score.plan.months}"
    return (what, str(score.seed), when, one.event, planted, told)
