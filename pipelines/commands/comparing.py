"""Commands that hold months against each other: what became of the clusters between two."""

from __future__ import annotations

from typing import Annotated

import typer

from assets.months import Month
from pipelines.commands.options import FormatOption, OutOption, WarehouseOption, read_month
from pipelines.commands.telling import fail, warn
from pipelines.commands.warehouse_rows import check_output, open_warehouse, write
from pipelines.output import OutputFormat
from pipelines.profiles import DEFAULT_PROFILES
from pipelines.settings import Settings


def diff(
    first: Annotated[Month, typer.Option("--from", parser=read_month, metavar="YYYY-MM", help="The earlier month.")],
    last: Annotated[
        Month | None,
        typer.Option(
            "--to", parser=read_month, metavar="YYYY-MM", help="The later month. [default: the latest in the warehouse]"
        ),
    ] = None,
    profile: Annotated[str, typer.Option("--profile", help="Method profile, by name.")] = DEFAULT_PROFILES[0],
    everything: Annotated[bool, typer.Option("--all", help="Also the clusters that go on as they were.")] = False,
    output_format: FormatOption = OutputFormat.table,
    out: OutOption = None,
    warehouse: WarehouseOption = Settings.warehouse,
) -> None:
    """Print what became of the clusters between two months, and whether their firms changed or a source did.

    Births, deaths, merges, splits, changes of type and of name, of every month made after the first.
    """
    from pipelines.differences import LAYOUT, find_differences, in_numbers, months_between, out_of_date

    check_output(output_format, out, warehouse)
    file = open_warehouse(warehouse)
    try:
        months = months_between(file, first, last, profile)
        found = find_differences(file, months, profile, everything)
    except ValueError as error:
        fail(str(error))
    for month in out_of_date(file, months):
        warn(f"a month before {month} was made otherwise since: make {month} again, its history may be another")
    if output_format is OutputFormat.table:
        typer.echo(f"{first} to {months[-1]}, profile {profile}: {in_numbers(found)}")
    if found.height or output_format is not OutputFormat.table:
        write(found, output_format, out, LAYOUT)
