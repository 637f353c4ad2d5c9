"""The profile of a drop: what the numbers in each of its columns of money, counts and coordinates are like together,
and how many rows have a code.

What belongs here: which columns are profiled is said by the datasets, how is said here. What does not: what of it is
plausible (`plausibility`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

import polars as pl

from assets.sources.reading.contract import Codes

ROWS = "rows"
"""Stands for a column where a figure is of a dataset's first table as such: its number of rows."""
PASSED_OVER = "passed over: "
"""Prefix of what stands for a column where a figure is of things of a drop that were left out."""
PER_DEGREE = 1e6
"""Coordinates are added up in whole millionths, so that a mean does not depend on the order of rows or on threads."""

PROFILE_SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "table_name": pl.String,
    "column_name": pl.String,
    "label": pl.String,
    "kind": pl.String,
    "row_count": pl.Int64,
    "total": pl.Decimal(38, 2),
    "mean": pl.Float64,
    "missing_share": pl.Float64,
    "zero_share": pl.Float64,
    "negatives": pl.Int64,
    "smallest": pl.Float64,
    "largest": pl.Float64,
    "unread": pl.Int64,
    "example": pl.String,
}
"""Columns of `sources.drop_profiles`, and of `sources.drop_codes`, but for `dataset` and `as_of`."""
CODE_COLUMNS = ("table_name", "column_name", "label", "row_count", "missing_share", "unread", "example")
"""Those of `sources.drop_codes`."""


@dataclass(frozen=True)
class Measure:
    """A column whose numbers are profiled."""

    table: str
    column: str
    label: str
    """The publisher's name of it."""
    kind: Literal["money", "count", "coordinate", "code"]
    presence: Literal["needed", "expected", "optional"]
    """What it is where no row has a value above 0: needed, the drop is refused; expected, that is warned about;
    optional, that may be. Where the drop before had values the drop is refused whichever it is."""


def drop_profile(
    measures: Sequence[Measure],
    first: str,
    tables: Mapping[str, pl.DataFrame | Path],
    codes: Iterable[Codes] = (),
    passed_over: Mapping[str, int] | None = None,
) -> pl.DataFrame:
    """The profile of a drop's tables, a frame or a Parquet file each: a row for each measure, one for the number of
    rows in the table `first`, and one for how many of each of the things `passed_over` there were. Of codes it has what
    the reader says of them in `codes`, or nothing."""
    by_table: dict[str, list[Measure]] = {first: []}
    for measure in measures:
        if measure.kind != "code":
            by_table.setdefault(measure.table, []).append(measure)
    rows: list[dict[str, Any]] = []
    for table, of_table in by_table.items():
        made = tables[table]
        scan = made.lazy() if isinstance(made, pl.DataFrame) else pl.scan_parquet(made, glob=False)
        found = scan.select(pl.len().alias(ROWS), *(part for one in of_table for part in _parts(one))).collect()
        figures = found.row(0, named=True)
        if table == first:
            rows.append(_row(table, ROWS, ROWS, ROWS, figures[ROWS]))
        rows += [_of_measure(measure, figures) for measure in of_table]
    of_codes = {measure.column: measure for measure in measures if measure.kind == "code"}
    rows += [_of_codes(of_codes[found.column], found) for found in codes]
    rows += [
        _row(first, f"{PASSED_OVER}{what}", f"{PASSED_OVER}{what}", ROWS, count)
        for what, count in sorted((passed_over or {}).items())
    ]
    return pl.DataFrame(rows, schema=PROFILE_SCHEMA)


def _parts(measure: Measure) -> Iterable[pl.Expr]:
    value = pl.col(measure.column)
    if measure.kind == "coordinate":
        value = value.cast(pl.Float64).fill_nan(None)
        yield (value * PER_DEGREE).round().cast(pl.Int64).sum().alias(f"{measure.column} total")
    else:
        yield value.sum().alias(f"{measure.column} total")
    yield value.count().alias(f"{measure.column} given")
    yield (value == 0).sum().alias(f"{measure.column} zeros")
    yield (value < 0).sum().alias(f"{measure.column} negatives")
    yield value.min().cast(pl.Float64).alias(f"{measure.column} smallest")
    yield value.max().cast(pl.Float64).alias(f"{measure.column} largest")


def _of_measure(measure: Measure, figures: Mapping[str, Any]) -> dict[str, Any]:
    of = {name: figures[f"{measure.column} {name}"] for name in ("total", "given", "zeros", "negatives")}
    rows, given = figures[ROWS], of["given"]
    is_place = measure.kind == "coordinate"
    total = float(of["total"] or 0) / (PER_DEGREE if is_place else 1)
    return _row(measure.table, measure.column, measure.label, measure.kind, rows) | {
        "total": None if is_place else Decimal(of["total"] or 0),
        "mean": total / given if given else None,
        "missing_share": 1 - given / rows if rows else None,
        "zero_share": of["zeros"] / given if given else None,
        "negatives": of["negatives"],
        "smallest": figures[f"{measure.column} smallest"],
        "largest": figures[f"{measure.column} largest"],
    }


def _of_codes(measure: Measure, found: Codes) -> dict[str, Any]:
    return _row(measure.table, measure.column, measure.label, measure.kind, found.rows) | {
        "missing_share": 1 - found.given / found.rows if found.rows else None,
        "unread": found.unread,
        "example": found.example,
    }


def _row(table: str, column: str, label: str, kind: str, rows: int) -> dict[str, Any]:
    given = {"table_name": table, "column_name": column, "label": label, "kind": kind, "row_count": rows}
    return dict.fromkeys(PROFILE_SCHEMA) | given
