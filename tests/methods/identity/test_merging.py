"""When a spatial group and a community are one cluster."""

from __future__ import annotations

import polars as pl

from assets.methods.identity.merging import same_clusters


def groups(**firms: range) -> pl.DataFrame:
    rows = [(name, f"F{number}") for name, numbers in firms.items() for number in numbers]
    return pl.DataFrame(rows, schema={"group_id": pl.String, "organisation_id": pl.String}, orient="row")


def pairs(spatial: pl.DataFrame, network: pl.DataFrame, min_share: float = 0.5) -> list[tuple[object, ...]]:
    return same_clusters(spatial, network, min_share).rows()


def test_each_must_hold_more_than_half_of_the_other() -> None:
    assert pairs(groups(s=range(20)), groups(n=range(9, 29))) == [("s", "n", 11)]


def test_exactly_half_is_not_enough_on_either_side() -> None:
    assert pairs(groups(s=range(20)), groups(n=range(10, 30))) == []
    assert pairs(groups(s=range(20)), groups(n=range(10, 29))) == [], "10 of 20 of the one, 10 of 19 of the other"
    assert pairs(groups(s=range(19)), groups(n=range(9, 29))) == [], "10 of 19 of the one, 10 of 20 of the other"
    assert pairs(groups(s=range(19)), groups(n=range(9, 28))) == [("s", "n", 10)]


def test_a_small_group_inside_a_large_one_is_not_the_same() -> None:
    assert pairs(groups(s=range(100)), groups(n=range(10))) == []


def test_one_to_one_the_most_alike_first() -> None:
    spatial = groups(sic=range(20), rtic=range(16), other=range(100, 120))
    network = groups(n=range(17))
    assert pairs(spatial, network) == [("rtic", "n", 16)]


def test_a_group_left_over_takes_its_next_best() -> None:
    spatial = groups(a=range(20), b=range(6, 26))
    network = groups(x=range(20), y=range(3, 23))
    assert pairs(spatial, network) == [("a", "x", 20), ("b", "y", 17)]


def test_the_order_and_repetition_of_rows_do_not_matter() -> None:
    spatial, network = groups(a=range(20), b=range(20)), groups(x=range(20), y=range(20))
    expected = pairs(spatial, network)
    assert expected == [("a", "x", 20), ("b", "y", 20)]
    assert pairs(pl.concat([spatial, spatial]).reverse(), network.reverse()) == expected


def test_nothing_to_compare() -> None:
    assert pairs(groups(), groups(n=range(10))) == []
    assert pairs(groups(s=range(10)), groups()) == []
