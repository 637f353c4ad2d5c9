"""Batches of sectors, and runs over threads."""

from __future__ import annotations

import polars as pl
import pytest

from assets.methods.groups.sector_groups import Sector
from assets.methods.groups.sectors import Batch, batches, over_threads


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


@pytest.mark.parametrize("threads", [1, 2, None])
def test_each_sector_is_run_on_its_own_points(threads: int | None) -> None:
    frames = [
        pl.DataFrame({"scheme": "sic", "sector": list("ABBA"), "grid": "gb", "value": [1, 2, 3, 4]}),
        pl.DataFrame({"scheme": "rtic", "sector": list("AA"), "grid": ["gb", "ni"], "value": [5, 6]}),
    ]
    found = over_threads(lambda sector, points: (sector, points["value"].to_list()), frames, threads)
    expected = {
        ("sic", "A", "gb"): [1, 4],
        ("sic", "B", "gb"): [2, 3],
        ("rtic", "A", "gb"): [5],
        ("rtic", "A", "ni"): [6],
    }
    assert found == {Sector(*key): (Sector(*key), values) for key, values in expected.items()}


def test_an_error_in_a_run_is_raised() -> None:
    def fail(sector: Sector, points: pl.DataFrame) -> None:
        raise RuntimeError(sector.sector)

    with pytest.raises(RuntimeError, match="A"):
        over_threads(fail, [pl.DataFrame({"scheme": "sic", "sector": ["A"], "grid": "gb"})], 2)
