"""Frames as Markdown, for the UI and the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assets.text_safety import markdown_text

if TYPE_CHECKING:
    import polars as pl


def markdown_table(frame: pl.DataFrame, widest_cell: int | None = None) -> str:
    """A frame as a Markdown table; values stand as they are, whatever Markdown or HTML is in them, nulls are empty.

    Values longer than `widest_cell` characters are cut. Without rows: `no rows`.
    """
    if frame.is_empty():
        return "no rows"
    rows = [frame.columns, *frame.iter_rows()]
    lines = ["| " + " | ".join(_cell(value, widest_cell) for value in row) + " |" for row in rows]
    return "\n".join([lines[0], "|" + "---|" * frame.width, *lines[1:]])


def _cell(value: object, widest: int | None) -> str:
    text = "" if value is None else str(value)
    return markdown_text(text if widest is None or len(text) <= widest else text[: widest - 3] + "...")
