"""Rows that were made from the same are taken over; a change of anything they follow from makes them anew."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import polars as pl
import pytest

from assets.method import MethodProfile
from assets.warehouse.checks import ChecksFailedError
from assets.warehouse.database import Warehouse
from assets.warehouse.running import StepResult, run_step
from assets.warehouse.steps import Step, StepContext, step
from tests.support import MONTH, fill, make, make_or_take_over, use_drop

GROUPS, MEMBERS = "network.groups", "network.group_members"
PROFILE = MethodProfile(name="one")
DULL: dict[str, Any] = {
    "organisations": 1,
    "firms": 1,
    "resolution": 1.0,
    "partnerships": 9,
    "expected_partnerships": 1.0,
    **dict.fromkeys(("score", "score_excess", "score_p_value", "stability")),
}


class Chain:
    """Two steps, the second of which reads the first's table; each counts how often it was computed."""

    def __init__(self, warehouse: Warehouse) -> None:
        self.warehouse = warehouse
        self.computed: list[str] = []
        self.groups = ["first"]

        @step(tables=[GROUPS], reads=["sources.ukri_projects"], per_profile=True)
        def upper(context: StepContext) -> dict[str, pl.DataFrame]:
            """Groups."""
            self.computed.append("upper")
            return {GROUPS: pl.DataFrame([{"group_id": group, **DULL} for group in self.groups])}

        @step(tables=[MEMBERS], reads=[GROUPS], per_profile=True)
        def lower(context: StepContext) -> dict[str, pl.DataFrame]:
            """Members."""
            self.computed.append("lower")
            groups = context.read(f"select group_id from {GROUPS} where month = $month and profile = $profile")
            return {MEMBERS: groups.with_columns(organisation_id=pl.lit("ORG-1"))}

        self.upper, self.lower = upper, lower

    def made(self, month: Any = MONTH, profile: MethodProfile = PROFILE, may_take_over: bool = True) -> list[str]:
        """Run both; returns which were computed."""
        self.computed.clear()
        for each in (self.upper, self.lower):
            run = make_or_take_over if may_take_over else make
            run(self.warehouse, each, profile, month=month)
        return list(self.computed)

    def rows(self) -> list[tuple]:
        return self.warehouse.read(f"select month, profile, group_id from {MEMBERS} order by all").rows()


@pytest.fixture
def chain(warehouse: Warehouse) -> Chain:
    use_drop(warehouse, "ukri")
    made = Chain(warehouse)
    assert made.made() == ["upper", "lower"]
    return made


def test_what_is_made_from_the_same_is_taken_over(chain: Chain):
    before = chain.rows()
    assert chain.made() == []
    assert chain.rows() == before
    assert chain.made(may_take_over=False) == ["upper", "lower"]


def test_a_taken_over_step_says_so_and_is_checked(chain: Chain):
    result: StepResult = make_or_take_over(chain.warehouse, chain.lower, PROFILE)
    assert result.is_taken_over
    assert {outcome.table for outcome in result.checks} == {MEMBERS}
    assert all(outcome.passed for outcome in result.checks)


def other_drop(chain: Chain) -> None:
    use_drop(chain.warehouse, "ukri", "events")


def rows_gone(chain: Chain) -> None:
    with chain.warehouse.transaction() as connection:
        connection.execute(f"delete from {GROUPS}")


def ledger_gone(chain: Chain) -> None:
    with chain.warehouse.transaction() as connection:
        connection.execute(f"delete from ledger.made_from where table_name = '{GROUPS}'")


def earlier_month(chain: Chain) -> None:
    run_step(chain.upper, chain.warehouse, MONTH.plus(-1), [PROFILE])


@pytest.mark.parametrize("change", [other_drop, rows_gone, ledger_gone])
def test_a_change_of_what_rows_follow_from_makes_them_and_what_reads_them_anew(
    chain: Chain, change: Callable[[Chain], None]
):
    change(chain)
    computed = chain.made()
    assert "upper" in computed
    # Rows that are made again from the same stand for the same: what reads them is taken over.
    assert ("lower" in computed) == (change is other_drop)
    assert chain.made() == []


def test_another_month_and_another_parameter_are_made_for_themselves(chain: Chain):
    assert chain.made(MONTH.plus(1)) == ["upper", "lower"]
    assert chain.made(profile=PROFILE.model_copy(update={"name": "two"})) == ["upper", "lower"]
    changed = PROFILE.model_copy(update={"network": PROFILE.network.model_copy(update={"min_joint_projects": 99})})
    assert chain.made(profile=changed) == ["upper", "lower"]
    assert chain.made(profile=changed) == []


def test_an_earlier_month_made_anew_counts_as_read(chain: Chain):
    earlier_month(chain)
    assert chain.made() == ["upper", "lower"]
    assert chain.made() == []
    with chain.warehouse.transaction() as connection:
        connection.execute(f"delete from {GROUPS} where month = ?", [MONTH.plus(-1).first_day])
    assert chain.made() == ["upper", "lower"]


def test_rows_that_the_ledger_does_not_know_are_never_read_as_the_same(chain: Chain):
    """Rows put there by hand, or by a version without a ledger."""
    with chain.warehouse.transaction() as connection:
        connection.execute("delete from ledger.made_from")
    for _ in range(2):
        make_or_take_over(chain.warehouse, chain.lower, PROFILE)
    assert chain.computed[-2:] == ["lower", "lower"]


def test_rows_that_break_a_rule_by_now_are_made_again(chain: Chain):
    fill(
        chain.warehouse,
        GROUPS,
        [{"profile": "one", "group_id": "first", **DULL}, {"profile": "one", "group_id": "first", **DULL}],
    )
    with chain.warehouse.transaction() as connection:
        connection.execute(f"update ledger.made_from set row_count = 2 where table_name = '{GROUPS}'")
    assert chain.made() == ["upper"]
    assert chain.warehouse.read(f"select group_id from {GROUPS}").rows() == [("first",)]


def test_a_step_that_failed_leaves_the_ledger_as_it_was(chain: Chain):
    chain.groups = ["first", "first"]
    with pytest.raises(ChecksFailedError):
        chain.made(may_take_over=False)
    assert chain.made() == []


def test_a_step_that_reaches_outside_is_never_taken_over(warehouse: Warehouse):
    calls = []

    @step(tables=[GROUPS], reads=[], per_profile=True, reaches_outside=True)
    def reaching(context: StepContext) -> dict[str, pl.DataFrame]:
        """Groups."""
        calls.append(1)
        return {GROUPS: pl.DataFrame([{"group_id": "first", **DULL}])}

    outside: Step = reaching
    for _ in range(2):
        assert not make_or_take_over(warehouse, outside, PROFILE).is_taken_over
    assert len(calls) == 2
