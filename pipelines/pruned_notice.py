"""What `query` says of months whose rows were deleted for their age: a query of theirs has no rows, and no error.

What belongs here: whether a query can have met such rows, and the sentence. What does not: deleting them
(`assets.warehouse.pruning`).
"""

from __future__ import annotations

import duckdb

from assets.warehouse.database import Warehouse
from assets.warehouse.pruning import pruned_months, working_tables
from assets.warehouse.touched import tables_touched


def pruned_notice(warehouse: Warehouse, sql: str, is_empty: bool) -> str | None:
    """A sentence where a query touches tables that were pruned, and either has no rows or names a month that went."""
    try:
        touched = tables_touched(sql) & {table.name for table in working_tables()}
        if not touched:
            return None
        with warehouse.connect(read_only=True) as connection:
            found = pruned_months(connection, touched)
    except (ValueError, duckdb.CatalogException):
        # No plain query, or a warehouse from before rows were deleted for their age.
        return None
    told = {table: months for table, months in found.items() if is_empty or any(str(month) in sql for month in months)}
    if not told:
        return None
    tables = ", ".join(told)
    gone = sorted({month for months in told.values() for month in months})
    span = f"{gone[0]}" if len(gone) == 1 else f"{gone[0]} to {gone[-1]}"
    return (
        f"the rows of {span} in {tables} were deleted: working tables are kept for the newest months alone. "
        f"`innovation-clusters refresh --month {gone[-1]}` makes a month's again from its drops"
    )
