"""Signed sums of cells as sparse matrices, for linear programmes. Plumbing: no rule of disclosure control."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl


def signed_sums(coefficients: pl.DataFrame, columns: pl.DataFrame, width: int) -> Any:
    """A sparse matrix with a row for each distinct `row`, in its order.

    `coefficients`: `row`, `cell`, `sign`; `columns`: `cell`, `column` (from 0, below `width`). Cells of one
    column add up.
    """
    from scipy.sparse import csr_array

    placed = coefficients.join(columns, on="cell", maintain_order="left")
    row = placed["row"].rank("dense").to_numpy().astype(np.int64) - 1
    place = (row, placed["column"].to_numpy().astype(np.int64))
    return csr_array((placed["sign"].to_numpy().astype(float), place), shape=(placed["row"].n_unique(), width))


def total_rows(sums: pl.DataFrame) -> pl.DataFrame:
    """`total`, `part` as `row`, `cell`, `sign`: the parts less the total."""
    parts = sums.select(row="total", cell="part", sign=pl.lit(1, pl.Int64))
    totals = sums.select(row="total", cell="total", sign=pl.lit(-1, pl.Int64)).unique(maintain_order=True)
    return pl.concat([parts, totals])
