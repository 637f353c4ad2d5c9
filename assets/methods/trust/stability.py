"""How stable the groups of a sector are: each looked for in the groups of many draws (Hennig 2007).

What belongs here: draws gone through, figures for each group and each of its points, words. What does not: who is drawn
and what is found in a draw (`draws`), likeness of groups (`matching`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from assets.arrays import Floats, Integers
from assets.methods.density.places import NOISE
from assets.methods.trust.draws import DrawRules, Located, Settings, draw_organisations, drawn_share, groups_of
from assets.methods.trust.matching import best_matches
from assets.work import Engine, over

LOW_QUANTILE = 0.05
Word = Literal["robust", "fair", "fragile"]


@dataclass(frozen=True)
class Subject:
    """A sector whose groups are put to the test."""

    key: tuple[int, ...]
    """What the draws' seeds follow from beside the profile's: the same for the same sector whatever else is run."""
    points: Located
    group: Integers
    """Shape (points,): the group of each, from 0 without gaps; NOISE in none."""
    groups: int
    settings: Settings


@dataclass(frozen=True)
class Part:
    """Some of a sector's draws: an item of work."""

    number: int
    """The sector's."""
    subject: Subject
    draws: range


@dataclass(frozen=True)
class Counted:
    """What came of some draws of a sector."""

    number: int
    jaccard: Floats
    """Shape (draws, groups); NaN where nobody of the group was drawn."""
    drawn: Integers
    """Shape (points,): draws that each point stood in."""
    inside: Integers
    """Shape (points,): and those in which it was in the group most like its own."""
    share: float
    """Mean share of the organisations that stood in a draw."""


PART_DRAWS = 10
"""Draws of an item of work: enough that a sector is not sent about for each of them, few enough to share them out."""


def stabilities(subjects: Iterable[Subject], rules: DrawRules, engine: Engine) -> list[Counted]:
    """What came of all draws of each sector, in their order; the same whatever the engine."""
    parts = (
        Part(number, subject, range(first, min(first + PART_DRAWS, rules.draws)))
        for number, subject in enumerate(subjects)
        for first in range(0, rules.draws, PART_DRAWS)
    )
    by_sector: dict[int, list[Counted]] = {}
    for counted in over(parts, go_through, engine, rules):
        by_sector.setdefault(counted.number, []).append(counted)
    return [_together(by_sector[number]) for number in sorted(by_sector)]


def _together(parts: list[Counted]) -> Counted:
    return Counted(
        parts[0].number,
        np.concatenate([part.jaccard for part in parts]),
        np.sum([part.drawn for part in parts], axis=0),
        np.sum([part.inside for part in parts], axis=0),
        float(np.average([part.share for part in parts], weights=[len(part.jaccard) for part in parts])),
    )


def go_through(part: Part, rules: DrawRules) -> Counted:
    """Look for the groups of a sector in some of its draws."""
    subject = part.subject
    points, count = subject.points, len(subject.group)
    organisations = int(points.organisation.max(initial=-1)) + 1
    share = drawn_share(count, subject.settings, rules)
    jaccard = np.empty((len(part.draws), subject.groups))
    drawn, inside = np.zeros(count, dtype=np.int64), np.zeros(count, dtype=np.int64)
    stood = 0
    for row, draw in enumerate(part.draws):
        random = np.random.default_rng([rules.seed, *subject.key, draw])
        is_drawn = draw_organisations(organisations, share, random)
        stood += int(is_drawn.sum())
        standing = is_drawn[points.organisation]
        wanted = subject.group[standing]
        found = groups_of(points.some(standing), subject.settings.in_share(standing.mean()))
        matches = best_matches(wanted, found, subject.groups)
        is_there = np.bincount(wanted[wanted != NOISE], minlength=subject.groups) > 0
        jaccard[row] = np.where(is_there, matches.jaccard, np.nan)
        drawn += standing
        matched = np.append(matches.found, NOISE)[wanted]
        inside[standing] += (matched != NOISE) & (found == matched)
    return Counted(part.number, jaccard, drawn, inside, stood / (len(part.draws) * max(organisations, 1)))


@dataclass(frozen=True)
class Stability:
    """How stable each group is. Arrays have shape (groups,)."""

    draws: Integers
    """Draws that anybody of it stood in."""
    mean: Floats
    low: Floats
    """5% quantile, linear between values (Hyndman and Fan 1996, type 7)."""


def summed_up(jaccard: Floats) -> Stability:
    """Mean and low quantile over the draws, shape (draws, groups); NaN, draws without the group, do not count.

    A group that nobody was drawn of in any draw has 0.
    """
    draws = np.isfinite(jaccard).sum(axis=0)
    known = np.where(draws > 0, jaccard, 0.0)
    return Stability(draws, np.nanmean(known, axis=0), np.nanquantile(known, LOW_QUANTILE, axis=0))


def word_of(mean: float, robust: float, fragile: float) -> Word:
    """The word for a mean Jaccard similarity, by the two limits."""
    if mean >= robust:
        return "robust"
    return "fragile" if mean <= fragile else "fair"
