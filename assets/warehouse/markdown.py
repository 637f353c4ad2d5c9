"""Frames as Markdown, for the UI and the command line."""

from __future__ import annotations

import polars as pl


def markdown_table(frame: pl.DataFrame, widest_cell: int | None = None) -> str:
    """A frame as a Markdown table; bars and line breaks in values do not break it, nulls are empty.

    Values longer than `widest_cell` characters are cut. Without rows: `no rows`.
    """
    if frame.is_empty():
        return "no rows"
    lines = ["| " + " | ".join(frame.columns) + " |", "|" + "---|" * frame.width]
    for row in frame.iter_rows():
        cells = [("" if value is None else str(value)).replace("|", "\\|").replace("\n", " ") for value in row]
        lines.append("| " + " | ".join(_cut(cell, widest_cell) for cell in cells) + " |")
    return "\n".join(lines)


def _cut(text: str, widest: int | None) -> str:
    return text if widest is None or len(text) <= widest else text[: widest - 3] + "..."
