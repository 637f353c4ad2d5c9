"""Commands that make and publish months."""

from __future__ import annotations

from typing import Annotated

import typer

from assets.months import Month
from pipelines.accepting import accepted
from pipelines.commands.making_months import make_month, make_months, print_how_to_look
from pipelines.commands.options import (
    AnewOption,
    EvenSoOption,
    OnlyOption,
    ProfileOption,
    PublicationOption,
    SelectOption,
    SourcesOption,
    WarehouseOption,
    months_between,
    read_month,
    settings_of,
)
from pipelines.commands.telling import fail, say, warn
from pipelines.commands.warehouse_rows import open_warehouse
from pipelines.settings import Settings


def refresh(
    context: typer.Context,
    month: Annotated[Month, typer.Option("--month", parser=read_month, metavar="YYYY-MM", help="Month to make.")],
    sources: SourcesOption = Settings.sources,
    warehouse: WarehouseOption = Settings.warehouse,
    publication: PublicationOption = Settings.publication,
    profile: ProfileOption = None,
    select: SelectOption = None,
    anew: AnewOption = False,
    only: OnlyOption = False,
    even_so: EvenSoOption = False,
) -> None:
    """Make one month: read the drops, and materialise every asset, or those selected.

    A month for which nothing new has arrived since the last made before it is made with --even-so alone. Later months
    that are there already, and follow from it, are made again.
    """
    settings = settings_of(sources, warehouse, profile, publication)
    make_months([month], settings, select, anew=anew, only=only, even_so=even_so, accepting=accepted(context))


def backfill(
    context: typer.Context,
    first: Annotated[Month, typer.Option("--from", parser=read_month, metavar="YYYY-MM", help="First month.")],
    last: Annotated[Month, typer.Option("--to", parser=read_month, metavar="YYYY-MM", help="Last month.")],
    sources: SourcesOption = Settings.sources,
    warehouse: WarehouseOption = Settings.warehouse,
    publication: PublicationOption = Settings.publication,
    profile: ProfileOption = None,
    select: SelectOption = None,
    anew: AnewOption = False,
    only: OnlyOption = False,
    even_so: EvenSoOption = False,
) -> None:
    """Make a range of months, the earliest first, so that clusters keep their identity.

    A range with a month for which nothing new has arrived is made with --even-so alone. Later months that are there
    already, and follow from them, are made again.
    """
    settings = settings_of(sources, warehouse, profile, publication)
    months = months_between(first, last, settings.first_month)
    make_months(months, settings, select, anew=anew, only=only, even_so=even_so, accepting=accepted(context))


def publish(
    month: Annotated[
        Month, typer.Option("--month", parser=read_month, metavar="YYYY-MM", help="Month of the warehouse.")
    ],
    warehouse: WarehouseOption = Settings.warehouse,
    publication: PublicationOption = Settings.publication,
    profile: ProfileOption = None,
    only: OnlyOption = False,
) -> None:
    """Publish a month that is in the warehouse: disclosure control, map, downloads and report.

    Later months that are there already, and follow from it, are made and published again.
    """
    from pipelines.publish import unpublishable

    try:
        problem = unpublishable(open_warehouse(warehouse), month)
    except ValueError as error:
        fail(str(error))
    if problem:
        fail(problem)
    make_months([month], settings_of(None, warehouse, profile, publication), "publication", only=only)


def approve(
    month: Annotated[
        Month, typer.Option("--month", parser=read_month, metavar="YYYY-MM", help="Month that waits for approval.")
    ],
    by: Annotated[
        str | None, typer.Option("--by", help="Who approves. [default: the user of the operating system]")
    ] = None,
    note: Annotated[str, typer.Option("--note", help="What to say of it; it stands in the release.")] = "",
    warehouse: WarehouseOption = Settings.warehouse,
    publication: PublicationOption = Settings.publication,
    profile: ProfileOption = None,
) -> None:
    """Publish a month that is made and waits for approval; name and note stand in its release.

    It holds for the rows that it is given for: made anew with others, the month waits again.
    """
    from pipelines.approving import standing_warnings, unapprovable

    settings = settings_of(None, warehouse, profile, publication)
    try:
        problem = unapprovable(open_warehouse(warehouse), month)
        warnings = [] if problem else standing_warnings(settings, month)
    except ValueError as error:
        fail(str(error))
    if problem:
        fail(problem)
    for warning in warnings:
        warn(warning)
    _approve(month, settings, by, note, len(warnings))


def _approve(month: Month, settings: Settings, by: str | None, note: str, warnings: int) -> None:
    """Make the release of rows that stay as they are, and show it."""
    from assets.sources.plausibility.accepting import accepted_by
    from pipelines.approving import OP, SELECTED, said

    who = accepted_by() if by is None else by
    if not who.strip():
        raise typer.BadParameter("--by is empty: say who approves")
    try:
        make_month(month, settings, SELECTED, told={OP: said(who, note)})
    except ValueError as error:
        fail(str(error))
    stood = f"; {warnings} check{'s' if warnings != 1 else ''} warned" if warnings else ""
    say(f"{month} is approved by {who} and published{stood}")
    print_how_to_look(settings)
