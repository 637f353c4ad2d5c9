"""Rows of the warehouse for a command: the file opened, the output looked at before, the rows written."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from pipelines.commands.telling import console, fail, warn
from pipelines.output import Layout, OutputFormat, unwritable, write_rows

if TYPE_CHECKING:
    import polars as pl

    from assets.warehouse.database import Warehouse


def check_output(output_format: OutputFormat, out: Path | None, warehouse: str) -> None:
    """Refuse an output that could not be written, before anything is read."""
    problem = unwritable(output_format, out, warehouse)
    if problem:
        raise typer.BadParameter(problem)


def open_warehouse(path: str) -> Warehouse:
    """The warehouse at a path; that there is none, or one of a later version, ends the command."""
    from assets.warehouse.database import Warehouse
    from assets.warehouse.versions import refuse_later

    if not Path(path).exists():
        fail(f"no warehouse at {path}: make one with `innovation-clusters refresh`, or give --warehouse")
    warehouse = Warehouse(path, tell=warn)
    with warehouse.connect(read_only=True) as connection:
        refuse_later(connection, warehouse.path)
    return warehouse


def write(frame: pl.DataFrame, output_format: OutputFormat, out: Path | None, layout: Layout | None = None) -> None:
    """Write rows as was asked for; who reads them may stop early."""
    import polars as pl

    try:
        write_rows(frame, output_format, out, console, layout)
    except BrokenPipeError:  # Who reads has read enough.
        raise typer.Exit(1) from None
    except (OSError, pl.exceptions.PolarsError) as error:
        fail(f"{out or 'the output'} cannot be written: {error}")
