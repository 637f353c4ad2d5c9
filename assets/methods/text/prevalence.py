"""How common each category is among a month's texts, and the thresholds that suit it.

What belongs here: from the calibrated log odds of many unlabelled texts to the share of each category, the odds at that
share, and thresholds. What does not: where log odds come from (`classifier`), which texts are read (`classification`).

A classifier's probabilities hold for the mixture of the examples that it was calibrated on. Among those half may be of
none of the categories, among a month's items four in five: every probability is then too high, and a threshold
chosen on the examples lets too much in. The shares among the unlabelled texts are found by expectation-maximisation
(Saerens, Latinne and Decaestecker 2002), which rests on texts of a category being alike in both mixtures, and so those
that are not.

Log odds are counted in narrow bins before anything is computed: a month of any size takes the same memory, and the
order of its texts plays no part, not even in the last digit.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from assets.arrays import Floats, Integers

_LARGEST, _BINS_OF_ONE = 20, 100
"""Log odds beyond 20 either way count as 20, a probability of 2 in a thousand million from certainty."""
_BINS = 2 * _LARGEST * _BINS_OF_ONE + 1
_MIDDLES = np.linspace(-_LARGEST, _LARGEST, _BINS)[:, None]
_LOWER_EDGES = _MIDDLES - 0.5 / _BINS_OF_ONE
_SETTLED, _MOST_ROUNDS = 1e-9, 10_000
"""Rounds end where no share moves by more than this, or at this many."""


@dataclass(frozen=True)
class Decision:
    """How the texts of one month are decided on. Arrays of shape (categories,)."""

    shifts: Floats
    """Added to the log odds of a text for its odds in the month; 0 where the examples' mixture is kept."""
    thresholds: Floats
    """Probability in the month from which a text is of the category."""
    prevalence: Floats
    """Share of the month's texts that are of the category, as their probabilities lead to expect."""
    expected_f1: Floats
    """F1 in the month, as the probabilities lead to expect; right as far as they are."""


def tally(log_odds: Floats) -> Integers:
    """How many texts have log odds in each bin, shape (bins, categories), from shape (texts, categories).

    Tallies of parts of a month add up to that of the month.
    """
    bins = np.rint((np.clip(log_odds, -_LARGEST, _LARGEST) + _LARGEST) * _BINS_OF_ONE).astype(np.int64)
    return np.column_stack([np.bincount(of_category, minlength=_BINS) for of_category in bins.T])


def keep_mixture(counts: Integers, thresholds: Floats) -> Decision:
    """Take the month's mixture to be that of the examples: their probabilities, and these thresholds."""
    return _decision(counts, np.zeros(counts.shape[1]), thresholds)


def adjust_to_month(counts: Integers, shares: Floats) -> Decision:
    """Probabilities and thresholds for the mixture that a month's tally tells of.

    `shares` of the categories among the examples that the log odds were calibrated on, each between 0 and 1 exclusive.
    A threshold is that with the best expected F1. The tally holds at least one text.
    """
    shifts = _logit(estimate_prevalence(counts, shares)) - _logit(shares)
    return _decision(counts, shifts, best_thresholds(counts, shifts))


def estimate_prevalence(counts: Integers, shares: Floats) -> Floats:
    """Share of each category among tallied texts, by expectation-maximisation from the examples' `shares`.

    Each category on its own against all that is not of it. At least one text, and at most all but one, are taken to be
    of it, so that odds stay finite.
    """
    texts = counts.sum(axis=0)
    found = shares
    for _ in range(_MOST_ROUNDS):
        expected = (counts * _probability(_MIDDLES + _logit(found) - _logit(shares))).sum(axis=0) / texts
        moved, found = np.abs(expected - found).max(), np.clip(expected, 1 / (texts + 1), texts / (texts + 1))
        if moved < _SETTLED:
            break
    return found


def best_thresholds(counts: Integers, shifts: Floats) -> Floats:
    """Probability in the month with the best expected F1, for each category: right below the last bin that is taken.

    Expected F1 of what lies above a threshold is twice its sum of probabilities, over its number and the sum of all.
    """
    probabilities = _probability(_MIDDLES + shifts)
    best = len(counts) - 1 - np.argmax(_expected_f1_from(counts, probabilities)[::-1], axis=0)
    return _probability(_LOWER_EDGES[best, 0] + shifts)


def _decision(counts: Integers, shifts: Floats, thresholds: Floats) -> Decision:
    probabilities = _probability(_MIDDLES + shifts)
    lowest = (probabilities < thresholds).sum(axis=0)
    f1 = np.vstack([_expected_f1_from(counts, probabilities), np.zeros(len(shifts))])
    return Decision(
        shifts,
        thresholds,
        (counts * probabilities).sum(axis=0) / np.maximum(counts.sum(axis=0), 1),
        f1[lowest, np.arange(len(shifts))],
    )


def _expected_f1_from(counts: Integers, probabilities: Floats) -> Floats:
    """Expected F1 where each bin and all above it are taken, shape (bins, categories)."""
    expected = counts * probabilities
    above, taken = (np.cumsum(part[::-1], axis=0)[::-1] for part in (expected, counts))
    return 2 * above / np.maximum(taken + expected.sum(axis=0), np.finfo(float).tiny)


def _logit(probability: Floats) -> Floats:
    return np.log(probability / (1 - probability))


def _probability(log_odds: Floats) -> Floats:
    return 1 / (1 + np.exp(-log_odds))
