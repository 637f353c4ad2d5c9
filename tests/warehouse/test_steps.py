"""A step through the public way in: run_step on a real DuckDB file."""

from __future__ import annotations

from datetime import date

import duckdb
import polars as pl
import pytest

from assets.method import MethodProfile
from assets.months import Month
from assets.warehouse.checks import ChecksFailedError
from assets.warehouse.database import Query, Replacement, Warehouse, replace
from assets.warehouse.declarations import declared_tables
from assets.warehouse.running import run_step
from assets.warehouse.steps import Step, StepContext, step
from tests.support import MONTH, fill

GROUPS = "network.groups"
ONE, OTHER = MethodProfile(name="one"), MethodProfile(name="other", description="the same but for its name")


def grouping(*groups: tuple[str, int]) -> Step:
    """A step that fills a table with groups of so many firms."""

    @step(tables=[GROUPS], reads=[], per_profile=True)
    def communities(context: StepContext) -> dict[str, pl.DataFrame]:
        """Communities."""
        dull = {"organisations": 99, "resolution": 1.0, "partnerships": 9, "expected_partnerships": 1.0}
        null = dict.fromkeys(("score", "score_excess", "score_p_value", "stability"))
        return {GROUPS: pl.DataFrame([{"group_id": group, "firms": firms, **dull, **null} for group, firms in groups])}

    return communities


def stored(warehouse: Warehouse) -> list[tuple]:
    return warehouse.read(f"select month, profile, group_id, firms from {GROUPS} order by all").rows()


def test_a_month_and_profile_are_replaced_whole_and_others_stay(warehouse: Warehouse):
    run_step(grouping(("first", 1)), warehouse, MONTH.plus(-1), [ONE])
    run_step(grouping(("first", 2)), warehouse, MONTH, [ONE, OTHER])
    run_step(grouping(("other", 3)), warehouse, MONTH, [ONE])
    assert stored(warehouse) == [
        (MONTH.plus(-1).first_day, "one", "first", 1),
        (MONTH.first_day, "one", "other", 3),
        (MONTH.first_day, "other", "first", 2),
    ]


def test_running_again_changes_nothing(warehouse: Warehouse):
    again = grouping(("first", 2))
    run_step(again, warehouse, MONTH, [ONE])
    before = stored(warehouse)
    run_step(again, warehouse, MONTH, [ONE])
    assert stored(warehouse) == before


@pytest.mark.parametrize("ending", ["order by name desc", ""])
def test_a_query_goes_into_its_table_in_its_own_order_where_it_has_one(warehouse: Warehouse, ending: str) -> None:
    names = [f"town {number:06d}" for number in range(300_000)]
    sql = f"""
        select make_date(2025, 5, 1) as as_of, 'town ' || lpad(number::varchar, 6, '0') as name, 51.0 as latitude,
            -1.0 as longitude, 1 as population, 'South' as region, false as is_primary_urban_area, null as index_order,
            0.0 as easting, 0.0 as northing, 'gb' as grid
        from (select unnest(range(300000)) as number) as numbers
        where number <> $left_out
        {ending}
    """
    rows = Replacement("reference.places", {"as_of": date(2025, 5, 1)}, Query(sql, {"left_out": 7, "unused": 1}))
    with warehouse.transaction() as connection:
        assert replace(connection, [rows]) == {"reference.places": 299_999}
    stored = warehouse.read("select name from reference.places where as_of = date '2025-05-01'")["name"].to_list()
    expected = [name for name in names if name != "town 000007"]
    assert stored == expected[::-1] if ending else sorted(stored) == expected


def test_a_query_whose_columns_do_not_fit_is_refused(warehouse: Warehouse) -> None:
    rows = Replacement(GROUPS, {"month": MONTH.first_day}, Query("select 1 as firms, 2 as unheard_of", {}))
    with pytest.raises(ValueError, match=r"unknown columns \['unheard_of'\]"), warehouse.transaction() as connection:
        replace(connection, [rows])


def test_a_failed_blocking_check_leaves_the_rows_as_they_were_and_shows_evidence(warehouse: Warehouse):
    run_step(grouping(("first", 2)), warehouse, MONTH, [ONE])
    before = stored(warehouse)
    twice = grouping(("first", 5), ("first", 6))
    with pytest.raises(ChecksFailedError, match="network.groups: key_is_unique.*1 rows fail") as failure:
        run_step(twice, warehouse, MONTH, [ONE])
    failed = next(outcome for outcome in failure.value.outcomes if not outcome.passed)
    assert failed.evidence.select("group_id", "expected", "actual").rows() == [("first", 1, 2)]
    assert stored(warehouse) == before


def test_what_is_put_off_is_done_once_the_rows_are_committed_and_not_where_a_check_fails(warehouse: Warehouse):
    seen = []

    def telling(*groups: tuple[str, int]) -> Step:
        @step(tables=[GROUPS], reads=[], per_profile=True)
        def told(context: StepContext) -> dict[str, pl.DataFrame]:
            """Communities, told of."""
            context.once_written(lambda: seen.append((context.method.name, stored(warehouse))))
            return dict(grouping(*groups).compute(context))

        return told

    run_step(telling(("first", 2)), warehouse, MONTH, [ONE, OTHER])
    rows = [(MONTH.first_day, name, "first", 2) for name in ("one", "other")]
    assert seen == [("one", rows), ("other", rows)]
    with pytest.raises(ChecksFailedError):
        run_step(telling(("twice", 1), ("twice", 2)), warehouse, MONTH, [ONE])
    assert len(seen) == 2


def test_rows_that_do_not_fit_the_declaration_are_refused(warehouse: Warehouse):
    @step(tables=[GROUPS], reads=[], per_profile=True)
    def wrong(context: StepContext) -> dict[str, pl.DataFrame]:
        """Wrong columns."""
        return {GROUPS: grouping(("first", 10)).compute(context)[GROUPS].rename({"firms": "number"})}

    with pytest.raises(ValueError, match=r"missing columns \['firms'\], unknown columns \['number'\]"):
        run_step(wrong, warehouse, MONTH, [ONE])


def test_a_value_outside_its_declared_range_is_refused_whole(warehouse: Warehouse):
    fill(warehouse, "network.participations", [{"application_id": "a", "organisation_id": "o", "partners": 2}])

    @step(tables=["network.participations"], reads=[])
    def lonely(context: StepContext) -> dict[str, pl.DataFrame]:
        """One partner."""
        return {
            "network.participations": pl.DataFrame({"application_id": ["b"], "organisation_id": ["o"], "partners": [1]})
        }

    with pytest.raises(duckdb.ConstraintException):
        run_step(lonely, warehouse, MONTH, [ONE])
    assert warehouse.read("select application_id from network.participations").rows() == [("a",)]


def test_a_month_far_from_the_one_before_is_a_warning_and_stands(warehouse: Warehouse):
    many = grouping(("a", 10), ("b", 10), ("c", 10), ("d", 10))
    run_step(many, warehouse, Month(2025, 4), [ONE])
    result = run_step(grouping(("first", 1)), warehouse, MONTH, [ONE])
    band = next(outcome for outcome in result.checks if outcome.name == "row_count_band")
    assert (band.passed, band.blocking, band.evidence.rows()) == (False, False, [(4, 1)])
    assert len(stored(warehouse)) == 5


def test_every_declared_column_has_a_meaning_and_every_table_a_key_that_exists():
    for table in declared_tables().values():
        names = {column.name for column in table.columns}
        assert table.description, table.name
        assert set(table.key) <= names, table.name
        assert all(column.description for column in table.columns), table.name
