"""Batches of sectors, and their runs whatever does them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import polars as pl
import pytest

from assets.arrays import Floats
from assets.method import SpatialMethod
from assets.methods.groups.sector_groups import Found, Sector, find_groups, points_fingerprint, points_of_sector
from assets.methods.groups.sectors import Batch, Known, Runs, batches, each_sector, run_sector
from assets.work import ALL_CORES, Engine, Threads
from tests.methods.towns import disc

METHOD = SpatialMethod.model_validate({"algorithm": "dbscan"})
POINTS = {("sic", "A"): 60, ("sic", "B"): 90, ("rtic", "A"): 120}
"""Of the sectors below, in both grids."""
RUNS = Runs(METHOD, {}, "code", frozenset(), POINTS)


def test_batches_hold_so_many_points_at_most_and_the_largest_sectors_come_first() -> None:
    counts = pl.DataFrame(
        {
            "scheme": ["sic", "sic", "sic", "rtic", "rtic", "sic"],
            "sector": ["A", "A", "B", "A", "C", "D"],
            "grid": ["gb", "ni", "gb", "gb", "gb", "gb"],
            "points": [50, 10, 30, 90, 20, 5],
        }
    )
    assert batches(counts, 100) == [Batch("rtic", ("A",)), Batch("sic", ("A", "B", "D")), Batch("rtic", ("C",))]
    alone = [("rtic", "A"), ("sic", "A"), ("sic", "B"), ("rtic", "C"), ("sic", "D")]
    assert batches(counts, 1) == [Batch(scheme, (sector,)) for scheme, sector in alone]
    assert batches(counts.clear()) == []


def points_of(seed: int, sites: int) -> pl.DataFrame:
    return placed(disc(np.random.default_rng(seed), np.array([400_000.0, 300_000.0]), 2_000, sites), str(seed))


def placed(places: Floats, prefix: str) -> pl.DataFrame:
    names = [f"{prefix}-{site:05d}" for site in range(len(places))]
    return pl.DataFrame(
        {
            "site_id": names,
            "organisation_id": names,
            "easting": places[:, 0],
            "northing": places[:, 1],
            "is_firm": True,
        }
    )


def sector_frame(*sectors: tuple[Sector, pl.DataFrame]) -> pl.DataFrame:
    return pl.concat(
        points.with_columns(scheme=pl.lit(one.scheme), sector=pl.lit(one.sector), grid=pl.lit(one.grid))
        for one, points in sectors
    )


SECTORS = {
    Sector("sic", "A", "gb"): points_of(1, 60),
    Sector("sic", "B", "gb"): points_of(2, 90),
    Sector("rtic", "A", "gb"): points_of(3, 70),
    Sector("rtic", "A", "ni"): points_of(4, 50),
}


def frames(taken: list[str] | None = None) -> Iterator[pl.DataFrame]:
    for scheme in ("sic", "rtic"):
        if taken is not None:
            taken.append(scheme)
        yield sector_frame(*(item for item in SECTORS.items() if item[0].scheme == scheme)).sample(
            fraction=1.0, shuffle=True, seed=1
        )


@pytest.mark.parametrize("engine", [Threads(1), Threads(2), ALL_CORES])
def test_each_sector_is_run_on_its_own_points(engine: Engine) -> None:
    found = each_sector(frames(), RUNS, engine, lambda found: found)
    # The largest of a frame first.
    assert list(found) == [Sector("sic", "B", "gb"), Sector("sic", "A", "gb"), *list(SECTORS)[2:]]
    for sector, points in SECTORS.items():
        alone = find_groups(sector, points, METHOD, None, points_fingerprint(points, None, "code", points.height))
        assert isinstance(of_sector := found[sector], Found)
        for name in ("runs", "groups", "group_members"):
            assert getattr(of_sector, name).equals(getattr(alone, name))
        assert of_sector.groups.height == 1


def test_the_least_size_of_a_cluster_is_that_of_the_whole_sector_in_either_grid() -> None:
    """0.1 x 4,000 ** 0.75 is 50: a group of 30 in Northern Ireland is none, however few sites are there."""
    method = SpatialMethod(size_coefficient=0.1, size_exponent=0.75)
    groups = [disc(np.random.default_rng(seed), np.array([x, 300_000.0]), 300, 30) for seed, x in enumerate((0.0, 9e4))]
    few = pl.concat([points_of(5, 1).clear(), *(placed(group, str(seed)) for seed, group in enumerate(groups))])
    sector = Sector("rtic", "A", "ni")
    found = {
        whole: run_sector((sector, few), Runs(method, {}, "code", frozenset(), {("rtic", "A"): whole}))[1]
        for whole in (60, 4_000)
    }
    alone, part = found[60], found[4_000]
    assert isinstance(alone, Found) and isinstance(part, Found)
    assert alone.runs.select("min_cluster_size", "groups").row(0) == (10, 2)
    assert part.runs.select("min_cluster_size", "min_samples", "groups").row(0) == (50, 25, 0)
    assert part.runs["skipped_reason"].item() == "60 points; fewer than 100, 2 times min_cluster_size"
    # What is known of one is not taken for the other.
    assert alone.runs["points_fingerprint"].item() != part.runs["points_fingerprint"].item()
    # The scan has no such size.
    scan = SpatialMethod.model_validate({"algorithm": "scan"})
    assert points_of_sector(60, 4_000, scan) == 60


def test_a_sector_whose_points_are_known_is_told_and_not_run() -> None:
    sector = Sector("sic", "A", "gb")
    fingerprint = points_fingerprint(SECTORS[sector], None, "code")
    runs = Runs(METHOD, {}, "code", frozenset({(sector, fingerprint)}), POINTS)
    found = each_sector(frames(), runs, Threads(1), lambda found: found)
    assert found[sector] == Known(sector, fingerprint)
    assert sum(isinstance(one, Found) for one in found.values()) == 3


def test_a_frame_is_taken_when_no_more_than_the_sectors_of_one_are_under_way() -> None:
    told: list[str] = []

    def keep(found: Found) -> Found:
        told.append(found.runs["scheme"].item())
        return found

    # With room for one sector alone, all but the last of a frame are kept before the next frame is taken.
    each_sector(frames(told), RUNS, Threads(2), keep, most_points=1)
    assert told.index("rtic") >= 2
    assert sorted(told) == ["rtic"] * 3 + ["sic"] * 3


def test_an_error_in_a_run_is_raised() -> None:
    runs = Runs(SpatialMethod.model_validate({"algorithm": "scan"}), {}, "", (), POINTS)
    with pytest.raises(ValueError, match="the scan needs all business sites"):
        each_sector(frames(), runs, Threads(2), lambda one: one)
