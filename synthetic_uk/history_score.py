"""What was told of planted groups beside what was planted: the figures of the measure.

What belongs here: comparing and counting. What does not: planting (`history_country`), making months and reading what
they tell (`history_recovery`), the page (`history_page`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from synthetic_uk.history_country import Event, Plan

FOUND = ("birth", "death", "merge", "split")
WITH_CAUSES = ("birth", "death")
"""The events whose cause is compared."""


@dataclass(frozen=True)
class Told:
    """An event found: which group it is of, and why it is said to have happened."""

    month: int
    event: str
    group: int | None
    """The planted group that most of its firms are of; None where most are of none."""
    cause: str | None
    detail: str


@dataclass(frozen=True)
class Score:
    """One country: the events found beside those planted."""

    seed: int
    plan: Plan
    planted: Sequence[Event]
    told: Sequence[Told]

    def matched(self, event: str) -> list[tuple[Event, Told]]:
        """Planted events of a kind that were found, with what was told of them."""
        found = {(one.month, one.group): one for one in reversed(self.told) if one.event == event}
        return [
            (one, found[one.month, one.group])
            for one in self.planted
            if one.event == event and (one.month, one.group) in found
        ]

    def missed(self) -> list[Event]:
        """Planted events that were not found."""
        found = {(one.month, one.event, one.group) for one in self.told}
        return [one for one in self.planted if (one.month, one.event, one.group) not in found]

    def beside(self) -> list[Told]:
        """Events found that were not planted; one found twice is so once."""
        left = {(one.month, one.event, one.group) for one in self.planted}
        beside = []
        for one in self.told:
            key = (one.month, one.event, one.group)
            if key in left:
                left.remove(key)
            else:
                beside.append(one)
        return beside

    def with_causes(self) -> list[tuple[Event, Told]]:
        """The births and deaths that were found."""
        return [pair for event in WITH_CAUSES for pair in self.matched(event)]

    def is_of_change(self, month: int) -> bool:
        """Whether a source changes in a month."""
        return month in (self.plan.taxonomy, self.plan.register, self.plan.directory)


@dataclass(frozen=True)
class Figures:
    """Countries together."""

    scores: Sequence[Score]

    def of_kind(self, event: str) -> tuple[int, int, int]:
        """Planted, found, and of both the same, of one kind."""
        return (
            sum(one.event == event for score in self.scores for one in score.planted),
            sum(one.event == event for score in self.scores for one in score.told),
            sum(len(score.matched(event)) for score in self.scores),
        )

    @property
    def recall(self) -> float:
        """Share of the planted events that were found."""
        return _share(self._matched, sum(len(score.planted) for score in self.scores))

    @property
    def precision(self) -> float:
        """Share of the events found that were planted."""
        return _share(self._matched, sum(len(score.told) for score in self.scores))

    @property
    def _matched(self) -> int:
        return sum(self.of_kind(event)[2] for event in FOUND)

    def causes(self, in_change: bool | None = None) -> Counter[tuple[str, str]]:
        """Cause planted and cause told -> births and deaths found; of the months in which a source changes, or of the
        others, where that is said."""
        return Counter(
            (planted.cause, told.cause or "none")
            for score in self.scores
            for planted, told in score.with_causes()
            if in_change is None or score.is_of_change(planted.month) == in_change
        )

    def causes_right(self, in_change: bool | None = None) -> float:
        """Share of the births and deaths found that name the cause that was planted."""
        causes = self.causes(in_change)
        return _share(sum(count for (planted, told), count in causes.items() if planted == told), causes.total())

    def wrong_causes(self) -> Iterator[tuple[Score, Event, Told]]:
        """The births and deaths found that name another cause."""
        for score in self.scores:
            yield from ((score, planted, told) for planted, told in score.with_causes() if planted.cause != told.cause)


def _share(part: int, whole: int) -> float:
    """0 of nothing."""
    return part / max(1, whole)
