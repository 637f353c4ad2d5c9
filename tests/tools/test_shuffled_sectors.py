"""Sectors shuffled over the addresses of a made-up register: what was planted is found before, and nothing after."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from assets.method import MethodProfile
from tools.shuffled_sectors import Chance, Trial, page, shuffled, trial_of

METHOD = MethodProfile.model_validate(
    {
        "name": "quick",
        "spatial": {"algorithm": "scan", "scan_null_draws": 20, "scan_null_sizes": 2},
        "localisation": {"k_draws": 100, "k_cell_km": 0.5, "k_step_km": 1.0, "k_reach_km": 30.0},
    }
)


@pytest.fixture(scope="module")
def trial() -> Trial:
    """2,000 companies over 40 km; half of the 80 foundries stand within a kilometre or so, bakers anywhere."""
    random = np.random.default_rng(1)
    at = random.uniform(400_000, 440_000, (2_000, 2))
    at[:40] = random.normal((412_000, 425_000), 600, (40, 2))
    sector = np.full(2_000, None, dtype=object)
    sector[:80], sector[80:200] = "Foundries", "Bakers"
    return trial_of(
        pl.DataFrame(
            {
                "firm": range(2_000),
                "site_id": [f"{number:04d}" for number in range(2_000)],
                "organisation_id": [f"{number:04d}" for number in range(2_000)],
                "is_firm": True,
                "sector": pl.Series(sector.tolist(), dtype=pl.String),
                "easting": at[:, 0],
                "northing": at[:, 1],
            }
        ),
        METHOD,
    )


def test_what_was_planted_is_found_and_goes_with_its_labels(trial: Trial) -> None:
    assert trial.on(trial.companies["sector"]) == Chance(
        sectors=2, with_groups=1, groups=1, judged=2, localised=1, dispersed=0
    )
    by_chance = list(shuffled(trial, range(1, 5)))
    assert [one.sectors for one in by_chance] == [2] * 4
    assert sum(one.with_groups for one in by_chance) <= 1
    assert sum(one.localised for one in by_chance) <= 2


def test_a_seed_is_a_shuffle(trial: Trial) -> None:
    assert list(shuffled(trial, [3, 4])) == [*shuffled(trial, [3]), *shuffled(trial, [4])]


def test_the_page_has_rates_with_their_intervals() -> None:
    nothing, something = Chance(30, 1, 1, 32, 2, 0), Chance(30, 20, 50, 32, 28, 1)
    lines = page(something, [nothing] * 20, METHOD).splitlines()
    assert (
        lines[2] == "| sectors with a significant group | 5% | 20 of 600 (3.3%; 95% interval 2.0% to 5.1%) | 20 of 30 |"
    )
    assert lines[-1] == "| significant groups, adjusted over the sectors | | 20 | 50 |"
