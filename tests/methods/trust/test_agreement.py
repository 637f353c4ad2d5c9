"""Agreement of methods: figures by hand and by every arrangement, and five methods where the answer is known."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import polars as pl
import pytest
from scipy.stats import entropy

from assets.arrays import Floats, Integers
from assets.method import SpatialMethod, TrustMethod
from assets.methods.density.places import NOISE
from assets.methods.groups.sector_groups import background_of
from assets.methods.trust.agreement import adjusted_mutual_information, grouped_jaccard, pairs_of, squares_of
from assets.methods.trust.chance import ground_of
from assets.methods.trust.draws import Located
from assets.methods.trust.methods import (
    METHODS,
    Compared,
    MethodRules,
    SectorPoints,
    Side,
    chance_rules,
    compare_methods,
    home_districts,
)
from assets.work import Threads
from tests.methods.towns import disc, uneven_sites


def information(one: list[int], other: list[int]) -> float:
    """Mutual information by its definition."""
    pairs = np.unique([one, other], axis=1, return_counts=True)[1]
    singles = [np.unique(labels, return_counts=True)[1] for labels in (one, other)]
    return float(sum(entropy(counts) for counts in singles) - entropy(pairs))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ([0, 0, 0, 1, 1, -1, -1], [0, 0, 1, 1, 1, -1, 2]),
        ([0, 0, 1, 1, 2, 2, -1], [0, 1, 0, 1, 0, 1, -1]),
        ([0, 0, 0, 0, -1, -1, -1], [-1, -1, 0, 0, 0, 0, -1]),
    ],
)
def test_adjusted_by_every_arrangement_of_the_labels(one: list[int], other: list[int]) -> None:
    """Chance is the mean over all arrangements of one labelling; the most there can be the mean of both entropies."""
    by_chance = np.mean([information(one, list(arranged)) for arranged in permutations(other)])
    most = np.mean([entropy(np.unique(labels, return_counts=True)[1]) for labels in (one, other)])
    expected = (information(one, other) - by_chance) / (most - by_chance)
    assert adjusted_mutual_information(np.array(one), np.array(other)) == pytest.approx(expected, abs=1e-12)


def test_the_same_groups_agree_whatever_they_are_called() -> None:
    random = np.random.default_rng(1)
    one = random.integers(-1, 6, 300)
    renamed = np.append(random.permutation(6) + 10, NOISE)[one]
    assert adjusted_mutual_information(one, renamed) == pytest.approx(1)
    assert grouped_jaccard(one, renamed) == 1
    order = random.permutation(300)
    other = random.integers(-1, 4, 300)
    assert adjusted_mutual_information(one[order], other[order]) == pytest.approx(
        adjusted_mutual_information(one, other), abs=1e-12
    )
    assert abs(adjusted_mutual_information(one, other) or 1) < 0.05, "no more in common than chance gives"


def test_where_a_method_finds_nothing_there_is_no_agreement_to_tell() -> None:
    some, none = np.array([0, 0, NOISE, 1]), np.full(4, NOISE)
    found = pairs_of({"hdbscan": some, "dbscan": none, "scan": np.array([NOISE, 0, 0, 0])}).rows()
    assert found[0] == ("hdbscan", "dbscan", 4, 2, 0, None, 0.0)
    assert found[1][:5] == ("hdbscan", "scan", 4, 2, 1) and found[1][6] == 0.5
    assert grouped_jaccard(none, none) is None


def test_squares_are_counted_by_hand() -> None:
    points = pl.DataFrame(
        {
            "square": [1, 1, 1, 2],
            "organisation_id": ["a", "a", "b", "c"],
            "is_firm": [True, True, True, False],
            "one": [True, True, False, False],
            "two": [True, False, False, False],
        }
    )
    (first, second) = squares_of(points, ("one", "two"), ("square",)).rows()
    third = pytest.approx(1 / 3)
    assert first == (1, 3, 2, pytest.approx(1), third, third, third, pytest.approx(2 / 3), third)
    assert second == (2, 1, 0, 0, 0, 0, 1, 0, 0)


def test_a_sector_is_at_home_where_it_is_more_than_elsewhere_beyond_chance() -> None:
    def district(code: str, sector_firms: int, firms: int, sector: str = "Steel") -> dict[str, object]:
        of = {"national_sector_firms": 100, "national_firms": 10_000}
        return {"scheme": "sic", "sector": sector, "district_code": code, "sector_firms": sector_firms} | {
            "district_firms": firms,
            **of,
        }

    counts = [district("home", 40, 500), district("usual", 20, 2_000), district("chance", 12, 1_000)]
    counts += [district("few", 9, 20), district("home", 10, 1_000, "Retail")]
    assert home_districts(pl.DataFrame(counts), 0.05, 10).rows() == [("sic", "Steel", "home")]


SPATIAL = SpatialMethod(algorithm="dbscan", background_neighbours=50)
TRUST = TrustMethod(methods_null_draws=20, methods_null_sizes=1, methods_least_controls=2_000)
RULES = chance_rules(SPATIAL, TRUST)


class Country:
    """Business in towns of all sizes, and a sector of two groups far apart among firms anywhere."""

    def __init__(self, seed: int = 3) -> None:
        random = np.random.default_rng(seed)
        business = uneven_sites(random, 6_000)
        groups = [
            disc(random, centre, 700, 60) for centre in np.array([[-60_000.0, -60_000.0], [260_000.0, 260_000.0]])
        ]
        anywhere = business[random.choice(len(business), 100, replace=False)]
        self.at = np.vstack([*groups, anywhere])
        self.own = np.repeat([0, 1, NOISE], [60, 60, 100])
        sites = pl.DataFrame(np.vstack([business, *groups]), schema=["easting", "northing"]).with_row_index("firm")
        self.ground = ground_of(background_of(sites, SPATIAL, 1), [len(self.at)], RULES, Threads(2))

    def side(self, order: Integers | None = None) -> Side:
        order = np.arange(len(self.at)) if order is None else order
        at: Floats = self.at[order]
        located = Located(at[:, 0].copy(), at[:, 1].copy(), order, np.ones(len(at), dtype=bool))
        return Side("gb", pl.DataFrame({"point": order}), located, self.own[order], self.own[order])

    def compared(self, side: Side, most: int = 10_000) -> Compared:
        rules = MethodRules(SPATIAL, most, RULES, {"gb": self.ground})
        return compare_methods(SectorPoints((1,), len(side.own), [side]), rules)


@pytest.fixture(scope="module")
def country() -> Country:
    return Country()


def test_two_groups_that_nobody_can_miss_are_found_by_all_methods(country: Country) -> None:
    found = country.compared(country.side())
    assert found.pairs.select("method", "other_method").rows() == [
        (one, other) for number, one in enumerate(METHODS) for other in METHODS[number + 1 :]
    ]
    planted = found.points.filter(pl.Series(country.own != NOISE))
    assert all(planted[method].mean() > 0.95 for method in METHODS)
    beyond_hdbscan = found.pairs.filter(pl.col("method") != "hdbscan")
    # HDBSCAN finds groups on even ground too.
    assert beyond_hdbscan["adjusted_mutual_information"].min() > 0.8
    assert beyond_hdbscan["groups"].min() >= 2


def test_the_order_of_points_makes_no_difference(country: Country) -> None:
    order = np.random.default_rng(5).permutation(len(country.at))
    one, other = (country.compared(country.side(given)) for given in (None, order))
    assert one.pairs.equals(other.pairs)
    assert one.points.equals(other.points.sort("point"))


def test_of_many_points_a_part_is_compared(country: Country) -> None:
    few = country.compared(country.side(), most=100)
    assert 80 < few.points.height < 120
    assert set(few.pairs["points"]) == {few.points.height}
    own = few.points.join(
        pl.DataFrame({"point": np.arange(len(country.at)), "in_own": country.own != NOISE}), on="point"
    )
    assert (own["dbscan"] == own["in_own"]).all(), "the profile's own groups are those that it has found"
