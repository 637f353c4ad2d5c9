"""The page of how stable clusters are: what it sums, and how thinner draws stand beside whole ones."""

from __future__ import annotations

import polars as pl

from assets.method import find_profiles
from pipelines.profiles import PROFILES_FOLDER
from synthetic_uk.planted_stability import on_even_ground
from synthetic_uk.thinned_draws import lines
from synthetic_uk.trust_recovery import PROFILES, Country, report

PUBLISHED = pl.DataFrame(
    {"cluster_id": list("abcde"), "stability": [0.9, 0.8, 0.6, 0.74, 0.4], "match": [0.95, 0.75, 0.5, 0.74, 0.2]}
)
THINNED = pl.DataFrame(
    {
        "profile": "evidence",
        "comparison": "both",
        "cluster_id": list("abcd"),
        "drawn_share": [0.2, 0.3, 0.3, 0.4],
        "mean_jaccard": [0.8, 0.7, 0.6, 0.5],
        "word": ["robust", "fair", "fair", "fragile"],
        "mean_jaccard_whole": [0.9, 0.8, 0.7, 0.6],
        "word_whole": ["robust", "robust", "fair", "fair"],
    }
)


def test_the_page_sums_clusters_by_their_match_with_what_was_planted() -> None:
    by_profile = dict.fromkeys(PROFILES, PUBLISHED)
    country = Country(21, by_profile, {name: [0.3, 0.5] for name in PROFILES}, {"dsit-v1": [0.4]})
    page = report([country, country], 0.01, 160)
    assert "at 1:100, month 2025-05, seeds 21, 21" in page
    assert "| `evidence` | planted | 8 | 0.77 | 0.76 | 4 of 8 (50%) | 0% |" in page
    assert "| `evidence` | of these found well | 4 | 0.85 | 0.85 | 4 of 4 (100%) | 0% |" in page
    assert "| `dsit-v1` | of these found in part | 4 | 0.67 | 0.67 | 0 of 4 (0%) | 0% |" in page
    assert "| `evidence` | by chance, among business | 4 | 0.40 | 0.40 | 0 of 4 (0%) | 50% |" in page
    assert "| `dsit-v1` | by chance, even ground | 2 | 0.40 | 0.40 | 0 of 2 (0%) | 100% |" in page


def test_thinner_draws_stand_beside_whole_ones() -> None:
    (row,) = lines([THINNED, THINNED])[2:]
    assert row == "| `evidence` | both | 8 | 30% | 1.00 | -0.100 | 0.100 | 50% |"


def test_groups_on_even_ground_are_not_robust() -> None:
    found = on_even_ground(find_profiles(["dsit-v1"], PROFILES_FOLDER)[0], sectors=2)
    assert len(found) >= 2
    assert max(found) < 0.75
    assert found == sorted(found)
