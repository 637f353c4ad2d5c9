"""Which months of the warehouse follow from others that have changed since they were made.

What belongs here: what stands there of a month, and which of it would not be taken over now. What does not: the
fingerprints (`made_from`), making a month.
"""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from assets.method import MethodProfile
from assets.months import Month
from assets.warehouse.made_from import is_made, step_fingerprint
from assets.warehouse.presence import pruned_rows
from assets.warehouse.steps import Step


def later_months(connection: duckdb.DuckDBPyConnection, month: Month) -> list[Month]:
    """The months after this one of which the ledger knows any table, in order."""
    found = connection.execute(
        "select distinct month from ledger.made_from where month > $month order by month", {"month": month.first_day}
    )
    return [Month.of(first_day) for (first_day,) in found.fetchall()]


def steps_there(connection: duckdb.DuckDBPyConnection, steps: Sequence[Step], month: Month) -> list[Step]:
    """The steps whose rows of the month are there, or were deleted for their age; not those whose rows someone has
    deleted since."""
    counted = connection.execute(
        "select table_name, row_count from ledger.made_from where month = $month", {"month": month.first_day}
    )
    rows_of = {str(table): int(rows) for table, rows in counted.fetchall()}
    pruned = {table for table, first_day in pruned_rows(connection, _tables(steps)) if first_day == month.first_day}
    return [
        step
        for step in steps
        if all(table in rows_of for table in step.tables)
        and (
            any(_has_rows(connection, table, month) for table in step.tables)
            or not any(rows_of[table] for table in step.tables)
            or not pruned.isdisjoint(step.tables)
        )
    ]


def is_out_of_date(
    connection: duckdb.DuckDBPyConnection, there: Sequence[Step], month: Month, profiles: Sequence[MethodProfile]
) -> bool:
    """Whether the rows of any of these steps follow from what is not so any more: they would not be taken over.

    Not asked of what reaches outside: what stands there is no reason to make a month again.
    """
    for step in there:
        if step.reaches_outside:
            continue
        fingerprint = step_fingerprint(connection, step, month, profiles)
        if fingerprint is not None and not is_made(connection, step, month, fingerprint, or_pruned=True):
            return True
    return False


def profiles_there(connection: duckdb.DuckDBPyConnection, there: Sequence[Step], month: Month) -> set[str]:
    """The profiles that the month's rows of these steps were made with."""
    found: set[str] = set()
    for step in there:
        if step.per_profile:
            for table in step.tables:
                names = connection.execute(
                    f"select distinct profile from {table} where month = $month", {"month": month.first_day}
                )
                found |= {str(name) for (name,) in names.fetchall()}
    return found


def _tables(steps: Sequence[Step]) -> list[str]:
    return [table for step in steps for table in step.tables]


def _has_rows(connection: duckdb.DuckDBPyConnection, table: str, month: Month) -> bool:
    found = connection.execute(f"select 1 from {table} where month = $month limit 1", {"month": month.first_day})
    return found.fetchone() is not None
