"""Commands that hold months against each other: what became of the clusters between two."""

from __future__ import annotations

from typing import Annotated

import typer

from assets.months import Month
from pipelines.commands.options import FormatOption, OutOption, WarehouseOption, read_month
from pipelines.commands.telling import fail, warn
from pipelines.commands.warehouse_rows import check_output, open_warehouse, write
from pipelines.output import OutputFormat
from pipelines.settings import Settings


def diff(
    first: Annotated[Month, typer.Option("--from", parser=read_month, metavar="YYYY-MM", help="The earlier month.")],
    last: Annotated[
        Month | None,
        typer.Option(
            "--to", parser=read_month, metavar="YYYY-MM", help="The later month. [default: the latest in the warehouse]"
        ),
    ] = None,
    profile: Annotated[
        str | None, typer.Option("--profile", help="Method profile, by name. [default: the later month's first]")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Also the clusters that go on as they were.")] = False,
    output_format: FormatOption = OutputFormat.table,
    out: OutOption = None,
    warehouse: WarehouseOption = Settings.warehouse,
) -> None:
    """Print what became of the clusters between two months, and whether their firms changed or a source did.

    Births, deaths, merges, splits, changes of type and of name, of every month made after the first.
    """
    from pipelines.differences import (
        LAYOUT,
        TABLE,
        changes_of,
        find_differences,
        in_numbers,
        months_between,
        out_of_date,
    )
    from pipelines.made_months import made_profiles, usual_profiles

    check_output(output_format, out, warehouse)
    file = open_warehouse(warehouse)
    try:
        if profile is None:
            profile = made_profiles(file, TABLE, last, usual_profiles())[0]
        months = months_between(file, first, last, profile)
        found = find_differences(file, months, profile)
    except ValueError as error:
        fail(str(error))
    for month in out_of_date(file, months):
        warn(f"a month before {month} was made otherwise since: make {month} again, its history may be another")
    if output_format is OutputFormat.table:
        typer.echo(f"{first} to {months[-1]}, profile {profile}: {in_numbers(found)}")
    listed = found if everything else changes_of(found)
    if listed.height or output_format is not OutputFormat.table:
        write(listed, output_format, out, LAYOUT)
