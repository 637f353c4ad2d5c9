"""Changes of rank and share over months with gaps, worked by hand."""

from __future__ import annotations

import pytest

from assets.innovation_index.steps.changes import rank_changes
from assets.method import MethodProfile
from assets.months import Month
from assets.warehouse.checks import ChecksFailedError, run_checks
from assets.warehouse.database import Warehouse
from assets.warehouse.steps import step_parameters
from tests.support import MONTH, fill, make

AI, ALL = "AI and Data", "Overall"
RANKED = {
    # A year before; two months before, which is neither; the month before; the month.
    MONTH.plus(-12): [(AI, "a", 3, 10.0), (AI, "b", 1, 60.0), (AI, "gone", 2, 30.0)],
    MONTH.plus(-2): [(AI, "c", 1, 100.0)],
    MONTH.plus(-1): [(AI, "a", 2, 40.0), (AI, "b", 1, 60.0), (ALL, "c", 1, 100.0)],
    MONTH: [(AI, "a", 1, 50.5), (AI, "b", 2, 49.0), (AI, "c", 3, 0.5)],
}


def rankings(warehouse: Warehouse, ranked: dict[Month, list[tuple[str, str, int, float]]]) -> None:
    fill(
        warehouse,
        "innovation_index.rankings",
        [
            {
                "month": month.first_day,
                "category": category,
                "cluster_id": cluster,
                "rank": rank,
                "percentage": percentage,
                "name": "Leeds",
                "regions": "Yorkshire and The Humber",
                "latitude": 53.8,
                "longitude": -1.5,
                "items": 1,
                "businesses": 1,
                "events": 0,
                "papers": 0,
            }
            for month, rows in ranked.items()
            for category, cluster, rank, percentage in rows
        ],
    )


def changes(warehouse: Warehouse, month: Month) -> list[tuple[object, ...]]:
    return warehouse.read(
        "select cluster_id, rank, rank_last_month, rank_change_month, percentage_last_month, percentage_change_month, "
        "rank_last_year, rank_change_year, percentage_last_year, percentage_change_year "
        "from innovation_index.rank_changes where month = $month order by category, rank",
        month=month.first_day,
    ).rows()


def test_changes_are_against_exactly_a_month_and_a_year_before(warehouse: Warehouse):
    rankings(warehouse, RANKED)
    result = make(warehouse, rank_changes)
    assert changes(warehouse, MONTH) == [
        ("a", 1, 2, 1, 40.0, 10.5, 3, 2, 10.0, 40.5),
        ("b", 2, 1, -1, 60.0, -11.0, 1, -1, 60.0, -11.0),
        # There two months before, and the month before in another category: neither counts.
        ("c", 3, None, None, None, None, None, None, None, None),
    ]
    assert result.reports[""].pictures["rankings"].startswith(b"\x89PNG")


def test_a_month_without_others_before_it_has_no_changes(warehouse: Warehouse):
    rankings(warehouse, RANKED)
    make(warehouse, rank_changes, month=MONTH.plus(-2))
    assert changes(warehouse, MONTH.plus(-2)) == [("c", 1, *[None] * 8)]


def test_the_month_and_the_year_before_across_the_turn_of_the_year(warehouse: Warehouse):
    rankings(
        warehouse,
        {
            Month(2024, 12): [(AI, "a", 4, 5.0)],
            Month(2024, 1): [(AI, "a", 9, 1.0)],
            Month(2025, 1): [(AI, "a", 1, 9.0)],
        },
    )
    make(warehouse, rank_changes, month=Month(2025, 1))
    assert changes(warehouse, Month(2025, 1)) == [("a", 1, 4, 3, 5.0, 4.0, 9, 8, 1.0, 8.0)]


def test_a_change_that_is_not_the_difference_fails_the_check(warehouse: Warehouse):
    rankings(warehouse, RANKED)
    make(warehouse, rank_changes)
    with warehouse.transaction() as connection:
        connection.execute("update innovation_index.rank_changes set rank_change_month = 7 where cluster_id = 'b'")
        parameters = step_parameters(MONTH, MethodProfile(name="test"))
        checks = {check.name: check for check in run_checks(connection, rank_changes.tables, parameters, ["test"])}
    evidence = checks["every_cluster_is_compared"].evidence
    assert evidence.rows() == [(AI, "b", "rank 2, before 9", "rank 2, before 1")]


def test_a_category_that_ranks_a_cluster_twice_is_refused(warehouse: Warehouse):
    rankings(warehouse, {MONTH: [(AI, "a", 1, 50.0), (AI, "a", 2, 50.0)]})
    with pytest.raises(ChecksFailedError, match="key_is_unique"):
        make(warehouse, rank_changes)
