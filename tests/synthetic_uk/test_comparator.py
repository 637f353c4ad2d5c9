"""The circular scan over business sites: clusters that are there, and none where there is none."""

from __future__ import annotations

import numpy as np
import pytest

from assets.arrays import Floats, Integers
from assets.methods.density.places import NOISE
from synthetic_uk.comparator import CriticalScores, Population
from synthetic_uk.recovery import PROFILES, Country, Groups, Recovery
from synthetic_uk.recovery_page import report
from tests.methods.towns import disc, uneven_sites


def sites_with_a_group() -> tuple[Floats, Integers]:
    """Sites, and the indices of a sector: a fiftieth of them anywhere, and forty within a kilometre in open country."""
    random = np.random.default_rng(8)
    sites = np.vstack([uneven_sites(random, 4_000), disc(random, np.array([120_000.0, 640_000.0]), 1_000, 40)])
    anywhere = random.choice(4_000, 80, replace=False)
    return sites, np.concatenate([np.sort(anywhere), np.arange(4_000, 4_040)])


def test_a_planted_group_is_a_cluster_and_the_rest_is_not() -> None:
    sites, cases = sites_with_a_group()
    population = Population(sites)
    critical = population.critical_scores([len(cases)], 1, "test", draws=40)
    labels = population.labels(cases, critical)
    assert len(set(labels[80:].tolist())) == 1
    assert labels[-1] != NOISE
    assert (labels[:80] == labels[-1]).sum() <= 2
    without = population.labels(np.sort(np.random.default_rng(3).choice(4_000, 120, replace=False)), critical)
    assert (without == NOISE).all()


def test_critical_scores_are_drawn_anew_from_the_same_seed_and_lie_between_those_of_their_sizes() -> None:
    population = Population(sites_with_a_group()[0])
    critical = population.critical_scores([400, 50], 1, "test", draws=20)
    assert critical == population.critical_scores([50, 400, 50], 1, "test", draws=20)
    assert critical.cases == (50, 400)
    assert CriticalScores((10, 1_000), (4.0, 8.0)).of(100) == pytest.approx(6.0)
    assert CriticalScores((10, 1_000), (4.0, 8.0)).of(100_000) == 8.0


def test_the_page_sets_the_groups_of_both_beside_each_other() -> None:
    recovery = Recovery(0.9, 0.95, 60, 50, 49, 47, 70, 30, 28, 1, 90)
    circular = Groups(0.4, 0.45, 31, 210)
    country = Country(11, dict.fromkeys(PROFILES, recovery), circular, CriticalScores((10,), (5.0,)))
    page = report([country, country], 0.05, 12.0)
    assert "| 11 | 0.900 | 0.400 | 0.950 | 0.450 | 50 | 49 | 31 | 70 | 210 |" in page
    assert "| detectable groups found (Jaccard 0.5) | 98% | 98 of 100 (98.0%) |" in page
