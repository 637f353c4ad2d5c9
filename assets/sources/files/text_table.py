"""What a table as columns of text is, and how far its header is looked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import polars as pl

from assets.sources.files.kinds import Part

HEADER_SEARCH_ROWS = 20
"""First rows among which the header is looked for: a title and notes may stand above it."""
Fits = Callable[[Sequence[str]], bool]
"""Whether the values of a row are those of the header that is looked for."""


@dataclass(frozen=True)
class TextTable:
    """A table as it stands in a file: every value text, nulls where the file has nothing."""

    part: Part
    header: tuple[str, ...]
    rows: pl.LazyFrame
    """Columns `0`, `1`, ... in the order of the header, and `row`: the row of the file, or of the sheet, the first
    being row 1."""
    header_row: int = 1
    separator: str | None = None
    """What stands between values; None where the file is no text."""
    looked_at: str = ""
    """What a person has to know who looks for the header in vain, as the end of a sentence: sheets, separators."""
