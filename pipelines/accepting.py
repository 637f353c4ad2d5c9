"""`--accept DATASET:COLUMN "WHY"` of the commands that make months: an option of two values that may be repeated.

What belongs here: the option, and what became of what it gave. What does not: what may be accepted
(`assets.sources.plausibility.accepting`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import click
from typer.core import TyperCommand, TyperOption

from assets.months import Month
from assets.warehouse.database import Warehouse
from assets.warehouse.inputs import asked

NAME = "accept"
HELP = (
    "Let pass what is not plausible about a dataset's column and is right, and say why; may be repeated. The reason "
    "stands in the warehouse, the report and the month's page."
)


class AcceptingCommand(TyperCommand):
    """A command with the option; what it gave is `accepted(context)`. Typer itself has no option of several values that
    may be repeated."""

    def __init__(self, *arguments: Any, params: list[click.Parameter] | None = None, **given: Any) -> None:
        option = TyperOption(
            param_decls=[f"--{NAME}"],
            type=click.Tuple([str, str]),
            nargs=2,
            multiple=True,
            expose_value=False,
            callback=_keep,
            metavar='DATASET:COLUMN "WHY"',
            help=HELP,
        )
        super().__init__(*arguments, params=[*(params or []), option], **given)


def accepted(context: click.Context) -> dict[str, str]:
    """What is to be let pass (`dataset:column`), and why."""
    return dict(context.meta.get(NAME, {}))


def not_needed(warehouse: Warehouse, months: Iterable[Month], given: Mapping[str, str]) -> list[str]:
    """Those of the given that no drop of the months was blocked or warned about for."""
    from assets.sources.plausibility.accepting import parse_accepted

    found = {
        (dataset, column)
        for month in months
        for dataset, column, _ in warehouse.read(asked("sources", "let_pass"), month=month.first_day).iter_rows()
    }
    return [name for name, why in given.items() if not found & {*parse_accepted([(name, why)])}]


def _keep(context: click.Context, option: click.Parameter, values: tuple[tuple[str, str], ...]) -> None:
    from assets.sources.plausibility.accepting import parse_accepted

    try:
        parse_accepted(values)
    except ValueError as error:
        raise click.BadParameter(str(error), context, option) from error
    context.meta[NAME] = dict(values)
