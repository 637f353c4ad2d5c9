"""The options that several commands have, and what is read of them.

What belongs here: an option's type with its words, months and settings read from what was typed. What does not: a
command.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from assets.months import Month, month_range, unmakeable
from pipelines.commands.telling import fail
from pipelines.output import OutputFormat, shortened
from pipelines.profiles import DEFAULT_PROFILES
from pipelines.settings import PUBLICATION, SOURCES, WAREHOUSE, Settings


def read_month(text: str) -> Month:
    """A month for an option; a bad one is refused as the option's error."""
    try:
        return Month.parse(text)
    except ValueError as error:
        raise typer.BadParameter(shortened(str(error))) from error


SourcesOption = Annotated[
    str,
    typer.Option("--sources", envvar=SOURCES, help="Folder or object-store address of the drops.", show_envvar=True),
]


WarehouseOption = Annotated[
    str, typer.Option("--warehouse", envvar=WAREHOUSE, help="The DuckDB file.", show_envvar=True)
]


PublicationOption = Annotated[
    str,
    typer.Option(
        "--publication", envvar=PUBLICATION, help="Folder that each month's release is put in.", show_envvar=True
    ),
]


ProfileOption = Annotated[
    list[str] | None,
    typer.Option(
        "--profile",
        help=f"Method profile, by name or .toml path; may be repeated. [default: {', '.join(DEFAULT_PROFILES)}]",
    ),
]


SelectOption = Annotated[
    str | None,
    typer.Option(
        "--select",
        help='Layers and tables ("spatial,network.edges") or Dagster\'s asset selection ("+key:typology/candidates").',
    ),
]


AnewOption = Annotated[
    bool, typer.Option("--anew", help="Make also what is there already, made from the same drops, parameters and code.")
]


OnlyOption = Annotated[
    bool,
    typer.Option(
        "--only", help="Leave later months in the warehouse as they are: those that follow from this are only named."
    ),
]


EvenSoOption = Annotated[
    bool, typer.Option("--even-so", help="Make also a month for which nothing new has arrived since the month before.")
]


FormatOption = Annotated[OutputFormat, typer.Option("--format", help="How to write the rows.")]


OutOption = Annotated[
    Path | None,
    typer.Option("--out", help="File for CSV, JSON, Markdown or Parquet; all but Parquet go to the screen without it."),
]


MadeMonthOption = Annotated[
    Month | None,
    typer.Option("--month", parser=read_month, metavar="YYYY-MM", help="Month. [default: the latest in the warehouse]"),
]


def settings_of(
    sources: str | None, warehouse: str, profile: list[str] | None, publication: str | None = None
) -> Settings:
    """The environment's settings with what the command line gives in their place."""
    try:
        given = Settings.from_environment()
    except ValueError as error:
        fail(str(error))
    return replace(
        given,
        sources=sources or given.sources,
        warehouse=warehouse,
        publication=publication or given.publication,
        profiles=tuple(profile) if profile else given.profiles,
    )


def months_between(first: Month, last: Month, earliest: Month) -> list[Month]:
    """Months of a range; one that cannot be made, or that is not a range, ends the command."""
    for month in (first, last):
        if problem := unmakeable(month, earliest):
            fail(problem)
    try:
        return month_range(first, last)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
