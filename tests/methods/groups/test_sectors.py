"""Batches of sectors, and their runs whatever does them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import polars as pl
import pytest

from assets.method import SpatialMethod
from assets.methods.groups.sector_groups import Found, Sector, find_groups, points_fingerprint
from assets.methods.groups.sectors import Batch, Known, Runs, batches, each_sector
from assets.work import ALL_CORES, Engine, Threads
from tests.methods.towns import disc

METHOD = SpatialMethod.model_validate({"algorithm": "dbscan"})
RUNS = Runs(METHOD, {}, "code", frozenset())


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
    places = disc(np.random.default_rng(seed), np.array([400_000.0, 300_000.0]), 2_000, sites)
    return pl.DataFrame(
        {
            "site_id": [f"{seed}-{site:05d}" for site in range(sites)],
            "organisation_id": [f"{seed}-{site:05d}" for site in range(sites)],
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
        alone = find_groups(sector, points, METHOD, None, points_fingerprint(points, None, "code"))
        assert isinstance(of_sector := found[sector], Found)
        for name in ("runs", "groups", "group_members"):
            assert getattr(of_sector, name).equals(getattr(alone, name))
        assert of_sector.groups.height == 1


def test_a_sector_whose_points_are_known_is_told_and_not_run() -> None:
    sector = Sector("sic", "A", "gb")
    fingerprint = points_fingerprint(SECTORS[sector], None, "code")
    runs = Runs(METHOD, {}, "code", frozenset({(sector, fingerprint)}))
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
    with pytest.raises(ValueError, match="the scan needs all business sites"):
        each_sector(
            frames(), Runs(SpatialMethod.model_validate({"algorithm": "scan"}), {}, "", ()), Threads(2), lambda one: one
        )
