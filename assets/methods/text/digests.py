"""Digests of texts, for what is told apart without being kept."""

from __future__ import annotations

import hashlib

import polars as pl


def sha256_of_text(text: pl.Expr) -> pl.Expr:
    """SHA-256 of each text's UTF-8 bytes, in hex; null for null."""
    return text.map_batches(
        lambda values: pl.Series(
            [None if value is None else hashlib.sha256(value.encode()).hexdigest() for value in values], dtype=pl.String
        ),
        return_dtype=pl.String,
        is_elementwise=True,
    )
