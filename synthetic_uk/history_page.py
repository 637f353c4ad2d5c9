"""The page of what was told of planted groups: `docs/history.md`.

What belongs here: words and tables. What does not: measuring (`history_recovery`), counting (`history_score`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from assets.method import HistoryMethod
from synthetic_uk.history_country import FOLLOWED_SHARE, WHOLE, Event
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
places some groups elsewhere. Firms go on doing what they do in these months too, but that none is planted to come or go
of itself while the register changes: of that no source tells. All the while {FOLLOWED_SHARE:.0%} of all firms are
followed by others in a month, and single firms outside groups move and turn to other activities, of which nothing
should be told.

Each month is made from its drops, one after the other, and `typology.cluster_history` is held against what was planted,
within sectors; the run of all RD&I-active organisations is left out. An event is found where one of its kind is told in
its month of a cluster most of whose firms are the group's. A split is the birth of a cluster out of another, and
counts as a split alone. Causes are compared of the births and deaths that were found."""

LIMITS = """\
## What this does not show

- The groups are plain: 36 to 55 firms within 900 m, each in open country, changing at one stroke. How well groups of
  other sizes and shapes are found at all is [another measure](recovery.md); a group that grows over months passes the
  threshold in a month that nobody can name, and is not planted.
- Each event has one cause. Where several changed the same cluster, the one that explains most firms is told, with its
  share beside it.
- A firm without a company number cannot be followed from one register to another: what it did in that month counts as
  the register's. Nor can a firm that comes or goes of itself in that month be told from one that the register alone
  gained or lost; where all firms of a cluster do, the register is named."""


def page(figures: Figures) -> str:
    """The page of countries."""
    seeds, seconds = [str(score.seed) for score in figures.scores], sum(score.seconds for score in figures.scores)
    months = figures.scores[0].plan.months
    lines = [
        "# What became of planted groups, and why",
        "",
        "<!-- written by `make history-recovery` -->",
        READING,
        "",
        f"Profile `evidence`, seeds {', '.join(seeds)}, {months} months each, {seconds:.0f} s.",
        "",
        "| figure | target | all seeds | least of a seed |",
        "|---|---|---|---|",
        *_targets(figures),
        "",
        "## Events",
        "",
        "| event | planted | told | both | precision | recall |",
        "|---|---|---|---|---|---|",
        *(_of_kind(figures, event) for event in FOUND),
        "",
        "## Causes",
        "",
        "Births and deaths found in the months in which a source changes; a row is the cause that was planted.",
        "",
        *_confusion(figures, in_change=True),
        "",
        "In the other months:",
        "",
        *_confusion(figures, in_change=False),
        "",
        "What was told of one of each:",
        "",
        *_samples(figures.scores[0]),
        "",
        "## What is still wrong",
        "",
        *_wrong(figures),
        "",
        LIMITS,
    ]
    return "\n".join(lines) + "\n"


def _targets(figures: Figures) -> Iterator[str]:
    each = [Figures([score]) for score in figures.scores]
    for title, target, all_seeds, of_seeds in (
        ("precision of events", EVENTS_TARGET, figures.precision, [one.precision for one in each]),
        ("recall of events", EVENTS_TARGET, figures.recall, [one.recall for one in each]),
        (
            "births and deaths with the right cause",
            CAUSES_TARGET,
            figures.causes_right(),
            [one.causes_right() for one in each],
        ),
        (
            "of these, in the months in which a source changes",
            CAUSES_TARGET,
            figures.causes_right(in_change=True),
            [one.causes_right(in_change=True) for one in each],
        ),
    ):
        yield f"| {title} | {target} | {all_seeds:.3f} | {min(of_seeds):.3f} |"


def _of_kind(figures: Figures, event: str) -> str:
    planted, told, both = figures.of_kind(event)
    return f"| {event} | {planted} | {told} | {both} | {_part(both, told)} | {_part(both, planted)} |"


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


def _wrong(figures: Figures) -> Iterator[str]:
    """Planted and not found, found and not planted, and with another cause; as many of each as are worth reading."""
    rows: list[Sequence[str]] = []
    for score in figures.scores:
        rows += [_row(score, "not found", one, one.cause, "") for one in score.missed()][:SHOWN]
        rows += [_row(score, "not planted", one, "", one.cause or "none") for one in score.beside()][:SHOWN]
    rows += [
        _row(score, "another cause", planted, planted.cause, f"{told.cause}: {told.detail}")
        for score, planted, told in figures.wrong_causes()
    ][:SHOWN]
    if not rows:
        yield "Nothing of what is compared here."
        return
    yield "| | seed | month | event | cause planted | told |"
    yield "|---|---|---|---|---|---|"
    yield from (f"| {' | '.join(row)} |" for row in rows)


def _row(score: Score, what: str, one: Event | Told, planted: str, told: str) -> Sequence[str]:
    return (what, str(score.seed), str(one.month + 1), one.event, planted, told)
