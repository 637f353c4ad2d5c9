"""Location quotients: firms inside by shapely one by one, figures by hand and by scipy's own test."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
import shapely
from scipy.stats import binomtest

from assets.methods.statistics.quotients import firms_inside, location_quotients
from assets.methods.statistics.significance import benjamini_hochberg


def test_firms_inside_are_those_shapely_finds_each_counted_once() -> None:
    random = np.random.default_rng(7)
    firms = pl.DataFrame(
        {
            "firm": random.integers(0, 150, 400),
            "longitude": random.uniform(-3, -2, 400).round(2),
            "latitude": random.uniform(51, 52, 400).round(2),
        }
    )
    shapes = [shapely.Point(*random.uniform([-3, 51], [-2, 52])).buffer(random.uniform(0.01, 0.4)) for _ in range(12)]
    shapes.append(shapely.union(shapes[0], shapes[5]))
    expected = [
        firms.filter(
            pl.Series([shape.intersects(shapely.Point(row[1], row[2])) for row in firms.select(pl.all()).iter_rows()])
        )["firm"].n_unique()
        for shape in shapes
    ]
    wkt = pl.Series([shape.wkt for shape in shapes])
    assert firms_inside(wkt, firms).tolist() == expected
    assert firms_inside(wkt, firms.sample(fraction=1, shuffle=True, seed=1)).tolist() == expected
    assert firms_inside(wkt, firms.head(0)).tolist() == [0] * 13
    assert firms_inside(wkt.head(0), firms).tolist() == []


def counts(rows: list[tuple[str, str, int, int, int, int]]) -> pl.DataFrame:
    names = ["group_id", "sector", "sector_firms", "outline_firms", "national_sector_firms", "national_firms"]
    return pl.DataFrame(rows, schema=names, orient="row").with_columns(pl.lit("rtic").alias("scheme"))


def test_quotient_worked_by_hand() -> None:
    # A quarter of the firms in the outline, a twentieth of the country's.
    row = location_quotients(counts([("g", "AI", 30, 120, 500, 10_000)]), 0.05).row(0, named=True)
    assert row["location_quotient"] == pytest.approx(5.0)
    exact = binomtest(30, 120, 0.05, alternative="greater")
    assert row["p_value"] == pytest.approx(exact.pvalue)
    assert row["q_value"] == row["p_value"]
    interval = binomtest(30, 120).proportion_ci(0.95, method="exact")
    assert row["location_quotient_low"] == pytest.approx(interval.low / 0.05)
    assert row["location_quotient_high"] == pytest.approx(interval.high / 0.05)


@pytest.mark.parametrize(("inside", "total"), [(12, 12), (1, 40), (12, 3_000)])
def test_interval_at_the_ends(inside: int, total: int) -> None:
    row = location_quotients(counts([("g", "AI", inside, total, 900, 10_000)]), 0.1).row(0, named=True)
    interval = binomtest(inside, total).proportion_ci(0.9, method="exact")
    assert row["location_quotient_low"] == pytest.approx(interval.low / 0.09)
    assert row["location_quotient_high"] == pytest.approx(interval.high / 0.09)
    assert row["location_quotient_low"] <= row["location_quotient"] <= row["location_quotient_high"]


def test_adjusted_over_the_sectors_of_each_group_alone() -> None:
    rows = [("b", f"S{number}", 2 + number, 60, 400, 10_000) for number in range(6)] + [("a", "S0", 4, 60, 400, 10_000)]
    table = location_quotients(counts(rows[::-1]), 0.05)
    assert table["group_id"].to_list() == ["a"] + ["b"] * 6
    assert table["sector"].to_list() == ["S0"] + [f"S{number}" for number in range(6)]
    of_b = table.filter(pl.col("group_id") == "b")
    np.testing.assert_allclose(of_b["q_value"], benjamini_hochberg(of_b["p_value"].to_numpy()))
    assert table["q_value"][0] == table["p_value"][0] < of_b["q_value"][2]


def test_impossible_counts_are_refused() -> None:
    for rows in ([("g", "AI", 30, 20, 500, 10_000)], [("g", "AI", 30, 120, 20, 10_000)]):
        with pytest.raises(ValueError, match="must be among those in its outline"):
            location_quotients(counts(rows), 0.05)


def test_no_groups() -> None:
    assert location_quotients(counts([]).cast({"sector_firms": pl.Int64}), 0.05).height == 0
