"""Lists of categories as people write them in a cell: `AI and Data, Clean Growth`, in any of the known spellings."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from assets.reference import CATEGORIES, category_of
from assets.sources.values.columns import Kind

EXPECTED = f"categories among {', '.join(CATEGORIES)}; several with commas between, none left empty"


def categories_in(text: str) -> list[str] | None:
    """The categories of a cell, each once, in the order of the tables; None where it names another, or nothing."""
    found = [category_of(part) for part in text.replace(";", ",").split(",") if part.strip()]
    if not found or not set(found) <= set(CATEGORIES):
        return None
    return [category for category in CATEGORIES if category in found]


def one_category(cells: pl.Expr) -> pl.Expr:
    """The category, or Overall, that each cell names; null where it is none."""
    return _each_spelling(cells, category_of)


def _full_names(text: str) -> str | None:
    categories = categories_in(text)
    return None if categories is None else ",".join(categories)


def _each_spelling(cells: pl.Expr, meaning: Callable[[str], str | None]) -> pl.Expr:
    def replaced(texts: pl.Series) -> pl.Series:
        spellings = texts.drop_nulls().unique().to_list()
        meanings = [meaning(spelling) for spelling in spellings]
        return texts.replace_strict(spellings, meanings, default=None, return_dtype=pl.String)

    return cells.map_batches(replaced, return_dtype=pl.String, is_elementwise=True)


CATEGORY_LIST = Kind(EXPECTED, lambda cells: _each_spelling(cells, _full_names))
"""Categories in full, commas between."""


def each_category(rows: pl.LazyFrame) -> pl.LazyFrame:
    """Rows with a `categories` of CATEGORY_LIST as a row for each `category`; one of null where there is none."""
    return rows.with_columns(category=pl.col("categories").str.split(",")).explode("category").drop("categories")
