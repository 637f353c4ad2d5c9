"""How stable the groups of a sector are: each looked for in the groups of many draws (Hennig 2007).

What belongs here: draws gone through, figures for each group and each of its points, words. What does not: who is drawn
(`draws`), what is found in a draw (`density`, `scan`), other settings (`sweep`), likeness of groups (`matching`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from assets.arrays import Floats, Integers
from assets.method import TrustMethod
from assets.methods.density.places import NOISE
from assets.methods.scan.scan import Background
from assets.methods.trust.density import DensitySettings, density_finder
from assets.methods.trust.draws import DrawRules, Find, Located, draw_organisations
from assets.methods.trust.matching import best_matches
from assets.methods.trust.scan import ControlRules, ScanSettings, scan_finder

LOW_QUANTILE = 0.05
PART_DRAWS = 10
"""Draws of an item of work: enough that a sector is not sent about for each of them, few enough to share them out."""
Word = Literal["robust", "fair", "fragile"]


@dataclass(frozen=True)
class Subject:
    """A sector in one grid whose groups are put to the test."""

    key: tuple[int, ...]
    """What the draws' seeds follow from beside the profile's: the same for the same sector whatever else is run."""
    grid: str
    points: Located
    group: Integers
    """Shape (points,): the group of each, from 0 without gaps; NOISE in none."""
    groups: int
    settings: DensitySettings | ScanSettings


@dataclass(frozen=True)
class TrialRules:
    """What the tests of all sectors share."""

    draws: DrawRules
    controls: ControlRules
    backgrounds: Mapping[str, Background]
    """Business at large by grid; of the scan alone."""

    def finder(self, subject: Subject, settings: DensitySettings | ScanSettings) -> Find:
        """What finds the groups of a draw of a sector by some settings."""
        if isinstance(settings, DensitySettings):
            return density_finder(subject.points, settings)
        background = self.backgrounds[subject.grid]
        return scan_finder(subject.points, settings, background, self.controls, subject.group != NOISE)


def trial_rules(method: TrustMethod, backgrounds: Mapping[str, Background]) -> TrialRules:
    """The profile's draws, against business at large by grid: of the grids of sectors that were scanned."""
    draws = DrawRules(
        method.bootstrap_draws,
        method.bootstrap_min_draws,
        method.stability_all_points,
        method.stability_max_points,
        method.trust_seed,
    )
    controls = ControlRules(method.stability_controls_per_case, method.stability_least_controls)
    return TrialRules(draws, controls, backgrounds)


@dataclass(frozen=True)
class Part:
    """Some of a sector's draws: an item of work."""

    subject: Subject
    draws: range


@dataclass(frozen=True)
class Counted:
    """What came of some draws of a sector. Points are those in a group, in their order."""

    jaccard: Floats
    """Shape (draws, groups); NaN where nobody of the group was drawn."""
    drawn: Integers
    """Shape (points in groups,): draws that each stood in."""
    inside: Integers
    """Likewise: those in which it was in the group most like its own."""
    drawn_share: float
    """Mean share of the sector's organisations that stood in a draw."""


def parts_of(subject: Subject, rules: TrialRules) -> list[Part]:
    """The draws of a sector as items of work."""
    draws = rules.draws.draws_of(len(subject.group))
    return [Part(subject, range(first, min(first + PART_DRAWS, draws))) for first in range(0, draws, PART_DRAWS)]


def go_through(part: Part, rules: TrialRules) -> Counted:
    """Look for the groups of a sector in some of its draws."""
    subject = part.subject
    share = rules.draws.share_of(len(subject.group))
    grouped = Grouped(subject.points.organisation, subject.group, subject.groups)
    seeds = [(rules.draws.seed, *subject.key, draw) for draw in part.draws]
    return looked_for(grouped, rules.finder(subject, subject.settings), share, seeds)


@dataclass(frozen=True)
class Grouped:
    """What is looked for: groups of points, each point an organisation's."""

    organisation: Integers
    """Shape (points,): numbers from 0 without gaps."""
    group: Integers
    """Shape (points,): from 0 without gaps; NOISE in none."""
    groups: int


def looked_for(wanted: Grouped, find: Find, share: float, seeds: Sequence[tuple[int, ...]]) -> Counted:
    """Look for groups in what is found in a draw of a share of the organisations for each of the seeds."""
    organisations = int(wanted.organisation.max(initial=-1)) + 1
    grouped = wanted.group != NOISE
    jaccard = np.empty((len(seeds), wanted.groups))
    drawn, inside = (np.zeros(int(grouped.sum()), dtype=np.int64) for _ in range(2))
    stood = 0
    for row, seed in enumerate(seeds):
        random = np.random.default_rng(seed)
        is_drawn = draw_organisations(organisations, share, random)
        standing = is_drawn[wanted.organisation]
        found = np.full(len(standing), NOISE)
        found[standing] = find(standing, random)
        left = np.where(standing, wanted.group, NOISE)
        matches = best_matches(left, found, wanted.groups)
        is_there = np.bincount(left[left != NOISE], minlength=wanted.groups) > 0
        jaccard[row] = np.where(is_there, matches.jaccard, np.nan)
        matched = matches.found[wanted.group[grouped]]
        drawn += standing[grouped]
        inside += (matched != NOISE) & (found[grouped] == matched)
        stood += int(is_drawn.sum())
    return Counted(jaccard, drawn, inside, stood / (len(seeds) * organisations))


def together(parts: list[Counted]) -> Counted:
    """All draws of a sector, from its parts in their order."""
    return Counted(
        np.concatenate([part.jaccard for part in parts]),
        np.sum([part.drawn for part in parts], axis=0),
        np.sum([part.inside for part in parts], axis=0),
        float(np.average([part.drawn_share for part in parts], weights=[len(part.jaccard) for part in parts])),
    )


@dataclass(frozen=True)
class Stability:
    """How stable each group is. Arrays have shape (groups,)."""

    draws: Integers
    """Draws that anybody of it stood in."""
    mean: Floats
    low: Floats
    """5% quantile, linear between values (type 7 of Hyndman and Fan 1996)."""


def summed_up(jaccard: Floats) -> Stability:
    """Mean and low quantile over the draws, shape (draws, groups); draws without the group, NaN, do not count.

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
