"""Texts a few rows at a time: what is better not held in memory whole."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import polars as pl


def batches(rows: Path, batch_rows: int) -> Iterator[pl.DataFrame]:
    """The rows of a Parquet file in order, at most `batch_rows` at a time; nothing where there is no row."""
    scan = pl.scan_parquet(rows, glob=False)
    for offset in range(0, scan.select(pl.len()).collect().item(), batch_rows):
        yield scan.slice(offset, batch_rows).collect()


def joined(*parts: pl.Expr | pl.Series | str) -> pl.Expr:
    """What there is of the parts of a text, a line for each; empty where there is none."""
    return pl.concat_str(*parts, separator="\n", ignore_nulls=True)
