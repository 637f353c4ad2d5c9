"""The program `innovation-clusters`: its commands, in the order in which its help names them."""

from __future__ import annotations

from typing import Annotated

import typer

from pipelines.accepting import AcceptingCommand
from pipelines.command_group import CommandGroup, show_version
from pipelines.commands.asking import graph, place, query, rankings
from pipelines.commands.bringing import fetch, synthesise
from pipelines.commands.comparing import diff
from pipelines.commands.keeping import backup, maintain, restore
from pipelines.commands.making import approve, backfill, publish, refresh
from pipelines.commands.questioning import what_if, why
from pipelines.commands.watching import alert, doctor, health, serve, ui

app = typer.Typer(
    help="The United Kingdom's innovation clusters, every month, from raw registers to a published map.",
    cls=CommandGroup,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    # One of the two libraries that read the command line names what is near; this would do so a second time.
    suggest_commands=False,
)


@app.callback()
def options(
    _version: Annotated[
        bool, typer.Option("--version", callback=show_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """The United Kingdom's innovation clusters, every month, from raw registers to a published map."""


app.command()(synthesise)
app.command()(fetch)
app.command(cls=AcceptingCommand)(refresh)
app.command(cls=AcceptingCommand)(backfill)
app.command()(publish)
app.command()(approve)
app.command()(serve)
app.command()(ui)
app.command()(doctor)
app.command()(health)
app.command()(alert)
app.command()(maintain)
app.command()(backup)
app.command()(restore)
app.command()(query)
app.command()(rankings)
app.command()(place)
app.command()(diff)
app.command()(graph)
app.command()(why)
app.command()(what_if)
