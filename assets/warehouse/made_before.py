"""What has to be made of a month before a step of it runs: nothing is made from what is not there.

What belongs here: whether it is there, and the sentence where it is not. What does not: whether rows that are there
are still right (`made_from`, `following`).

A table is made for a month where it has rows of it, or where the ledger says that it was made without any. Which
profiles it was made with is not asked: a table that has no rows of a profile may be made and have none.
"""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from assets.months import Month
from assets.warehouse.declarations import declared_tables
from assets.warehouse.presence import drops_without_rows, pruned_rows, with_rows
from assets.warehouse.reading import LAYERS_OF_DROPS
from assets.warehouse.steps import Step

NO_DROPS = (
    "the drops of {month} have not been taken in. Make the layer sources too (--select sources,...), or all of it"
)

PRUNED = (
    "the rows of {month} in {tables} were deleted, for it is not among the newest months, whose working tables are "
    "kept (keep.working_months of the method profile). Make all of it again (innovation-clusters refresh --month "
    "{month}): its drops are taken in anew"
)


def unmade(connection: duckdb.DuckDBPyConnection, step: Step, month: Month) -> str | None:
    """Why a step cannot make its rows of the month, as a sentence; None where all that it needs was made.

    Rows that were deleted for their age were made: rows that follow from them may be taken over, and `pruned_inputs`
    says why they cannot be made anew.
    """
    if not step.reads:
        return None
    if not with_rows(connection, [("sources.drops", month.first_day)]):
        return NO_DROPS.format(month=month)
    needed = [table for table in step.reads if table.split(".")[0] not in LAYERS_OF_DROPS]
    made = _made(connection, needed, month)
    made |= {table for table, first_day in pruned_rows(connection, needed) if first_day == month.first_day}
    missing = [table for table in needed if table not in made]
    if not missing or step.may_lack == "any" or (step.may_lack == "all" and len(missing) == len(needed)):
        return None
    has, them = ("has", "it") if len(missing) == 1 else ("have", "them")
    return (
        f"{', '.join(missing)} of {month} {has} not been made, and {', '.join(step.tables)} would be made of nothing. "
        f"Make {them} too (--select {','.join([*missing, step.tables[0]])}), or all of {month}"
    )


def pruned_inputs(connection: duckdb.DuckDBPyConnection, step: Step, month: Month) -> str | None:
    """Why a step cannot make its rows of the month anew, as a sentence: rows that it reads were deleted for their age.

    None where they were not.
    """
    gone = {table for table, first_day in pruned_rows(connection, step.reads) if first_day == month.first_day}
    if drops_without_rows(connection, month):
        gone.update(_of_drops(step))
    return PRUNED.format(tables=", ".join(sorted(gone)), month=month) if gone else None


def _of_drops(step: Step) -> list[str]:
    """The tables of drops that a step reads and whose rows are deleted for their age."""
    known = declared_tables()
    return [
        table for table in step.reads if known[table].layer in LAYERS_OF_DROPS and known[table].kept == "newest months"
    ]


def _made(connection: duckdb.DuckDBPyConnection, tables: Sequence[str], month: Month) -> set[str]:
    """Of tables those that were made for the month."""
    there = {table for table, _ in with_rows(connection, [(table, month.first_day) for table in tables])}
    without_rows = connection.execute(
        "select table_name from ledger.made_from where month = $month and row_count = 0", {"month": month.first_day}
    )
    return there | {table for (table,) in without_rows.fetchall()}
