"""Shares of a month against mixtures whose shares are known, and thresholds against all that could be chosen."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assets.methods.text.prevalence import (
    adjust_to_month,
    best_thresholds,
    estimate_prevalence,
    keep_mixture,
    tally,
)

EXAMPLES = np.array([0.15, 0.15, 0.3, 0.5, 0.05])
"""Share of each category where log odds were calibrated."""
APART = np.array([3.0, 2.0, 3.0, 3.0, 4.0])
"""Distance between the normal densities of what is of a category and what is not, in standard deviations."""


def mixture(shares: np.ndarray, texts: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """What texts are, and log odds that are right among the examples: of two normals, by Bayes' rule."""
    random = np.random.default_rng(seed)
    labels = random.random((texts, 5)) < shares
    found = random.normal(labels * APART, 1.0)
    return labels, APART * found - APART**2 / 2 + np.log(EXAMPLES / (1 - EXAMPLES))


def probability(log_odds: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-log_odds))


@pytest.mark.parametrize(
    "planted",
    [[0.05, 0.04, 0.06, 0.05, 0.01], [0.4, 0.5, 0.3, 0.2, 0.3], [0.01, 0.15, 0.95, 0.5, 0.05]],
    ids=["rarer", "more common", "mixed"],
)
def test_planted_shares_are_found(planted: list[float]) -> None:
    labels, log_odds = mixture(np.array(planted), 100_000, 1)
    found = estimate_prevalence(tally(log_odds), EXAMPLES)
    assert found == pytest.approx(labels.mean(axis=0), rel=0.05, abs=0.0015)


def test_the_shares_are_the_most_likely_ones() -> None:
    """Expectation-maximisation ends where the likelihood of the unlabelled texts has its top."""
    _, log_odds = mixture(np.array([0.05, 0.2, 0.1, 0.3, 0.02]), 20_000, 2)
    found = estimate_prevalence(tally(log_odds), EXAMPLES)
    density_ratio = np.exp(log_odds) * (1 - EXAMPLES) / EXAMPLES
    grid = np.linspace(0.001, 0.5, 2_000)
    likelihood = [np.log(1 - share + share * density_ratio).sum(axis=0) for share in grid]
    assert found == pytest.approx(grid[np.argmax(likelihood, axis=0)], abs=0.0005)


def test_no_shift_leaves_probabilities_as_they_were() -> None:
    _, log_odds = mixture(EXAMPLES, 200_000, 3)
    assert adjust_to_month(tally(log_odds), EXAMPLES).shifts == pytest.approx(np.zeros(5), abs=0.06)


def test_adjusted_probabilities_are_those_of_the_month() -> None:
    shares = np.array([0.03, 0.03, 0.1, 0.2, 0.01])
    labels, log_odds = mixture(shares, 200_000, 4)
    decision = adjust_to_month(tally(log_odds), EXAMPLES)
    adjusted = probability(log_odds + decision.shifts)
    assert adjusted.mean(axis=0) == pytest.approx(decision.prevalence, abs=1e-4)
    for column in range(5):
        likely = (adjusted[:, column] > 0.4) & (adjusted[:, column] < 0.6)
        assert labels[likely, column].mean() == pytest.approx(0.5, abs=0.1)


def test_thresholds_have_the_best_f1_in_the_month() -> None:
    labels, log_odds = mixture(np.array([0.03, 0.03, 0.1, 0.2, 0.01]), 200_000, 5)
    decision = adjust_to_month(tally(log_odds), EXAMPLES)
    taken = probability(log_odds + decision.shifts) >= decision.thresholds
    f1 = 2 * (taken & labels).sum(axis=0) / (taken.sum(axis=0) + labels.sum(axis=0))
    for column in range(5):
        right = labels[np.argsort(-log_odds[:, column]), column]
        numbers = np.arange(1, len(right) + 1)
        best = (2 * np.cumsum(right) / (numbers + right.sum())).max()
        assert best - 0.01 < f1[column] <= best
    assert decision.expected_f1 == pytest.approx(f1, abs=0.02)


def test_expected_f1_by_hand() -> None:
    """Probabilities 0.9, 0.5 and 0.1: from 0.5 up 2 * 1.4 / (2 + 1.5) = 0.8, all three 2 * 1.5 / 4.5 = 0.667."""
    log_odds = np.log(np.array([[9.0], [1.0], [1 / 9]]))
    counts, none = tally(log_odds), np.zeros(1)
    threshold = best_thresholds(counts, none)
    assert 0.1 < threshold[0] < 0.5
    assert 0.5 - threshold[0] < 0.002
    assert keep_mixture(counts, threshold).expected_f1 == pytest.approx([0.8], abs=1e-3)
    assert keep_mixture(counts, np.array([0.05])).expected_f1 == pytest.approx([2 / 3], abs=1e-3)
    assert keep_mixture(counts, np.array([0.95])).expected_f1.tolist() == [0]
    assert keep_mixture(counts, threshold).prevalence == pytest.approx([0.5], abs=1e-3)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 1_000), parts=st.integers(1, 7))
def test_order_and_batches_play_no_part(seed: int, parts: int) -> None:
    _, log_odds = mixture(np.array([0.05, 0.2, 0.1, 0.3, 0.02]), 500, seed)
    whole = adjust_to_month(tally(log_odds), EXAMPLES)
    shuffled = np.array_split(np.random.default_rng(seed).permutation(log_odds), parts)
    again = adjust_to_month(np.sum([tally(part) for part in shuffled], axis=0), EXAMPLES)
    assert np.array_equal(again.shifts, whole.shifts)
    assert np.array_equal(again.thresholds, whole.thresholds)


@pytest.mark.parametrize("everything", [-700.0, 700.0])
def test_a_category_that_nothing_or_everything_is_of_keeps_finite_odds(everything: float) -> None:
    decision = adjust_to_month(tally(np.full((100, 5), everything)), EXAMPLES)
    assert np.isfinite(decision.shifts).all()
    assert decision.prevalence == pytest.approx(np.full(5, float(everything > 0)), abs=0.011)


def test_a_month_without_texts_keeps_the_examples_mixture() -> None:
    decision = keep_mixture(tally(np.empty((0, 5))), np.full(5, 0.5))
    assert decision.shifts.tolist() == decision.prevalence.tolist() == decision.expected_f1.tolist() == [0] * 5
