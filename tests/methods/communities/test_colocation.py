from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest

from assets.method import NetworkMethod
from assets.methods.communities.colocation import colocation

METHOD = NetworkMethod(colocation_km=25.0, colocated_min_share=0.5, colocated_min_firms=10)
SCHEMA = {
    "group_id": pl.String,
    "organisation_id": pl.String,
    "is_firm": pl.Boolean,
    "grid": pl.String,
    "easting": pl.Float64,
    "northing": pl.Float64,
}


def judged(rows: list[tuple[Any, ...]], groups: list[str] | None = None) -> pl.DataFrame:
    sites = pl.DataFrame(rows, schema=SCHEMA, orient="row")
    return colocation(pl.Series(groups or sites["group_id"].unique().to_list(), dtype=pl.String), sites, METHOD)


def firms(count: int, easting: float, grid: str = "gb", prefix: str = "F") -> list[tuple[Any, ...]]:
    return [("network-1", f"{prefix}{number:03d}", True, grid, easting, 0.0) for number in range(count)]


def row(rows: list[tuple[Any, ...]]) -> dict[str, Any]:
    return judged(rows).row(0, named=True)


@pytest.mark.parametrize("seed", range(4))
def test_counts_by_brute_force(seed: int) -> None:
    generator = np.random.default_rng(seed)
    rows = []
    for _ in range(400):
        organisation = int(generator.integers(80))
        rows.append(
            (
                f"network-{organisation % 3}",
                f"F{organisation:02d}",
                organisation % 4 != 0,
                "ni" if generator.random() < 0.2 else "gb",
                float(generator.uniform(0, 150_000)),
                float(generator.uniform(0, 150_000)),
            )
        )
    table = judged(rows)
    for found in table.iter_rows(named=True):
        sites = [site for site in rows if site[0] == found["group_id"]]
        around: dict[str, int] = {}
        for centre in sites:
            near = {
                site[1]
                for site in sites
                if site[2] and site[3] == centre[3] and np.hypot(site[4] - centre[4], site[5] - centre[5]) <= 25_000
            }
            around[centre[1]] = max(around.get(centre[1], 0), len(near))
        assert found["colocated_firms"] == max(around.values())
        assert found["centre_organisation_id"] == min(around, key=lambda name: (-around[name], name))
        assert found["located_firms"] == len({site[1] for site in sites if site[2]})
        assert found["colocated_share"] == pytest.approx(found["colocated_firms"] / found["located_firms"])


@pytest.mark.parametrize(
    ("near", "far", "is_colocated"), [(10, 10, True), (10, 11, False), (9, 0, False), (12, 3, True)]
)
def test_half_of_the_firms_and_at_least_ten(near: int, far: int, is_colocated: bool) -> None:
    # Far ones lie alone, each 30 km from the next.
    apart = [("network-1", f"X{number}", True, "gb", 100_000 + 30_000.0 * number, 0.0) for number in range(far)]
    found = row(firms(near, 0.0) + apart)
    assert (found["colocated_firms"], found["located_firms"]) == (near, near + far)
    assert found["is_colocated"] == is_colocated


@pytest.mark.parametrize(("metres", "count"), [(25_000.0, 12), (25_001.0, 6)])
def test_radius_is_in_metres_and_inclusive(metres: float, count: int) -> None:
    assert row(firms(6, 0.0) + firms(6, metres, prefix="X"))["colocated_firms"] == count


def test_grids_are_apart() -> None:
    assert row(firms(6, 0.0) + firms(6, 0.0, grid="ni", prefix="X"))["colocated_firms"] == 6


def test_a_firm_with_many_sites_counts_once_and_a_university_not_at_all() -> None:
    rows = [*firms(5, 0.0), *firms(5, 10.0), ("network-1", "U", False, "gb", 5.0, 0.0)]
    found = row(rows)
    assert (found["located_firms"], found["colocated_firms"]) == (5, 5)


def test_a_university_may_be_the_centre() -> None:
    found = row([*firms(6, 0.0), *firms(6, 40_000.0, prefix="X"), ("network-1", "U", False, "gb", 20_000.0, 0.0)])
    assert (found["colocated_firms"], found["centre_organisation_id"]) == (12, "U")


def test_the_arms_of_a_national_member_do_not_reach_round_the_country() -> None:
    everywhere = [("network-1", "U", False, "gb", 100_000.0 * place, 0.0) for place in range(6)]
    assert row([*everywhere, *firms(6, 0.0), *firms(6, 300_000.0, prefix="X")])["colocated_firms"] == 6


def test_community_without_a_located_firm() -> None:
    table = judged([("network-2", "U", False, "gb", 0.0, 0.0)], ["network-1", "network-2"])
    assert table.rows() == [("network-1", 0, 0, 0.0, None, False), ("network-2", 0, 0, 0.0, None, False)]
    assert judged([], []).height == 0
