"""Rows for a person or a program: on the screen, as CSV, JSON, Markdown or Parquet.

What belongs here: how the commands write a frame. What does not: what stands in it.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console, RenderableType
from rich.markup import escape as without_markup
from rich.measure import Measurement
from rich.table import Column, Table

from assets.text_safety import escaped
from assets.warehouse.markdown import markdown_table

if TYPE_CHECKING:
    import polars as pl


MEASURING = Console(width=1_000_000)
"""A screen on which any table has room."""
LONGEST_VALUE = 300
SHOWN_OF_LONG = 60
"""Characters of a word in a message: from so many on it is shortened, to so many."""


class OutputFormat(StrEnum):
    """How a command writes its rows."""

    table = "table"
    csv = "csv"
    json = "json"
    markdown = "markdown"
    parquet = "parquet"


class GraphFormat(StrEnum):
    """How a command writes a graph; JSON is networkx's node-link form."""

    graphml = "graphml"
    gexf = "gexf"
    json = "json"


def screen(*, stderr: bool = False) -> Console:
    """Where commands print: what looks like the code of an emoji (`:x:`) is text like any other."""
    return Console(stderr=stderr, emoji=False)


def plain(text: object) -> str:
    """A value, or a message with values in it, as rich prints it letter for letter: no markup, nothing unseen."""
    return without_markup(escaped(str(text)))


def shortened(message: str) -> str:
    """A sentence in which a value longer than any name or path is told by its beginning."""
    return re.sub(rf"\S{{{LONGEST_VALUE},}}", lambda found: f"{found[0][:SHOWN_OF_LONG]}…", message)


def unwritable(output_format: OutputFormat, out: Path | None, warehouse: str) -> str | None:
    """Why rows cannot be written in the format to `out` (the screen where None); None where they can."""
    if out is not None and (problem := taken(out, warehouse)):
        return problem
    if output_format is OutputFormat.parquet and out is None:
        return "Parquet needs a file: give --out"
    if output_format is OutputFormat.table and out is not None:
        return "a table goes to the screen: give --format csv, json, markdown or parquet with --out"
    return None


def taken(out: Path, warehouse: str) -> str | None:
    """Why nothing may be written to a file; None where something may."""
    if any(_is_same(out, Path(f"{warehouse}{ending}")) for ending in ("", ".wal", ".tmp")):
        return f"{out} is the warehouse's own: give another --out"
    return None


def _is_same(one: Path, other: Path) -> bool:
    """Whether both name one file, there already or not."""
    try:
        return one.samefile(other)
    except OSError:
        return one.absolute().resolve() == other.absolute().resolve()


@dataclass(frozen=True)
class Layout:
    """How rows stand for a reader, in tables and in Markdown."""

    headed_by: Sequence[str]
    """Each run of rows of the same values in these columns has its own tables, under them as the heading."""
    views: Mapping[str, Sequence[str]]
    """Name -> columns of each table, the first of them what a row is of; rows with nothing further are left out."""


def write_rows(
    frame: pl.DataFrame, output_format: OutputFormat, out: Path | None, console: Console, layout: Layout | None = None
) -> None:
    """Write a frame to a file, or to the screen where `out` is None; formats as `unwritable` allows.

    CSV, JSON (a list of rows) and Parquet hold the frame as it is, a table and Markdown in the layout given.
    """
    if output_format is OutputFormat.csv:
        frame.write_csv(out or sys.stdout.buffer)
    elif output_format is OutputFormat.parquet and out is not None:
        frame.write_parquet(out)
    elif output_format is OutputFormat.json:
        _write_text(_as_json(_objects(frame)), out)
    else:
        _write_parts(_parts(frame, layout), output_format, out, console)


def write_tables(
    tables: Mapping[str, pl.DataFrame], output_format: OutputFormat, out: Path | None, console: Console
) -> None:
    """Write several tables under their names: one after another, or as one JSON object.

    CSV and Parquet hold one table: the last.
    """
    if output_format is OutputFormat.json:
        _write_text(_as_json({name: _objects(frame) for name, frame in tables.items()}), out)
    elif output_format in (OutputFormat.csv, OutputFormat.parquet):
        write_rows(list(tables.values())[-1], output_format, out, console)
    else:
        parts = ((name, frame.rename(lambda column: column.replace("_", " "))) for name, frame in tables.items())
        _write_parts(parts, output_format, out, console)


def _write_parts(
    parts: Iterable[tuple[str, pl.DataFrame]], output_format: OutputFormat, out: Path | None, console: Console
) -> None:
    if output_format is OutputFormat.markdown:
        _write_text("\n\n".join(_markdown(*part) for part in parts) + "\n", out)
    else:
        for heading, rows in parts:
            if heading and rows.is_empty():
                console.print(f"{plain(heading)}: no rows")
                continue
            console.print(*_on_screen(heading, rows, console.width), sep="\n")


def _write_text(text: str, out: Path | None) -> None:
    if out is None:
        sys.stdout.write(text)
    else:
        out.write_text(text, encoding="utf-8")


def _objects(frame: pl.DataFrame) -> list[dict[str, object]]:
    return list(frame.iter_rows(named=True))


def _as_json(value: object) -> str:
    """JSON; what it has no kind for, as dates and decimals, stands as text."""
    return json.dumps(value, ensure_ascii=False, indent=1, default=str) + "\n"


def _parts(frame: pl.DataFrame, layout: Layout | None) -> Iterator[tuple[str, pl.DataFrame]]:
    """Heading and rows of each table; in a layout, the names of its columns as words."""
    if layout is None:
        yield "", frame
        return
    for part in frame.partition_by(layout.headed_by, maintain_order=True):
        heading = ", ".join(str(value) for value in part.select(layout.headed_by).row(0))
        for name, columns in layout.views.items():
            known = [any(value is not None for value in row) for row in part.select(columns[1:]).iter_rows()]
            rows = part.select(columns).filter(known).rename(lambda column: column.replace("_", " "))
            yield f"{heading}: {name}" if name else heading, rows


def _markdown(heading: str, rows: pl.DataFrame) -> str:
    table = markdown_table(rows)
    return f"## {heading}\n\n{table}" if heading else table


def _on_screen(heading: str, rows: pl.DataFrame, width: int) -> list[RenderableType]:
    """A table, or where a query's rows are wider than the screen each row by its columns: nothing is cut."""
    table = _table(heading, rows)
    if heading or not rows.height or _width(table) <= width:
        return [table]
    names = [plain(name) for name in rows.columns]
    said = f"Rows are wider than these {width} columns, so each stands by its values; --format csv has them in lines."
    shown: list[RenderableType] = [f"[dim]{said}[/]"]
    for number, row in enumerate(rows.iter_rows(), start=1):
        # A title of its own line by line: rich would fold one that is wider than the table.
        shown.append(f"row {number} of {rows.height}")
        block = Table(Column(overflow="fold"), Column(overflow="fold"), show_header=False, box=None, padding=(0, 1))
        for name, value in zip(names, row, strict=True):
            block.add_row(name, _cell(value))
        shown.append(block)
    return shown


def _width(table: Table) -> int:
    """Columns of the screen that a table takes where nothing of it is cut."""
    return Measurement.get(MEASURING, MEASURING.options, table).maximum


def _cell(value: object) -> str:
    return "" if value is None else plain(value)


def _table(heading: str, rows: pl.DataFrame) -> Table:
    """A table: a query's rows each on a line, a headed table's text wrapped and never cut."""
    columns = [
        Column(plain(name), overflow="fold", justify="right" if dtype.is_numeric() else "left")
        if heading
        else Column(plain(name), no_wrap=True)
        for name, dtype in rows.schema.items()
    ]
    table = Table(*columns, title=plain(heading) or None)
    for row in rows.iter_rows():
        table.add_row(*map(_cell, row))
    return table
