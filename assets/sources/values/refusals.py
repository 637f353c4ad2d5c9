"""Rows refused one by one, and the share of a drop past which the whole drop is.

What belongs here: what becomes of a row that failed. What does not: why it failed (`tables`, the readers).
A failing row is `file, row, column_name, value, expected`.
"""

from __future__ import annotations

import polars as pl

from assets.sources.problems import SHOWN_VALUE_CHARACTERS, DropError, Problem
from assets.sources.reading.contract import REJECTED_SCHEMA, Desk

FIRST_FAILURES = 5
"""Failing rows that a refusal names."""


def check_share(refused: int, rows_read: int, first: pl.DataFrame, desk: Desk) -> None:
    """Raise DropError, naming the first failing rows, where more than the desk's share of a drop's rows is refused."""
    if refused <= desk.max_rejected_share * rows_read:
        return
    allowed = f"{desk.max_rejected_share:.2%} that max_rejected_share allows"
    share = f"{refused} of {rows_read} rows are refused, more than the {allowed}"
    problems = [
        Problem(
            row["file"],
            "there is no value" if row["value"] is None else f"the value is {desk.shown(row['value'])}",
            row["expected"],
            "Likewise" if number else f"Correct the file or have it sent again ({share})",
            row=row["row"],
            column=row["column_name"],
        )
        for number, row in enumerate(first.head(FIRST_FAILURES).iter_rows(named=True))
    ]
    raise DropError(problems[0], problems[1:])


def citations_expected(desk: Desk) -> str:
    """What a publication's citations are, in words."""
    return f"a whole number of citations, 0 or more and at most {desk.limits.max_citations:,}, which is max_citations"


def rejected_rows(failing: pl.DataFrame) -> pl.DataFrame:
    """Failing rows in the columns of `sources.rejected`."""
    return failing.select(
        "file",
        pl.col("row").cast(pl.Int64).alias("row_number"),
        "column_name",
        pl.col("value").str.head(SHOWN_VALUE_CHARACTERS),
        reason="expected " + pl.col("expected"),
    )


def passed_over(rows: pl.DataFrame, reason: str) -> pl.DataFrame:
    """Rows (`file, row`) left out without counting as refused, in the columns of `sources.rejected`."""
    return pl.DataFrame(
        {
            "file": rows["file"],
            "row_number": rows["row"],
            "column_name": pl.repeat(None, rows.height, dtype=pl.String, eager=True),
            "value": pl.repeat(None, rows.height, dtype=pl.String, eager=True),
            "reason": pl.repeat(reason, rows.height, dtype=pl.String, eager=True),
        },
        schema=REJECTED_SCHEMA,
    )
