"""What all commands have in common: how they end, and the options that come before any of them.

What belongs here: `--version`, the end after Ctrl-C, the sentence for an error that a command did not expect. What does
not: any command (`cli`); the words (`assets.manners`).
"""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

import click
import typer
from typer.core import TyperGroup

from assets.manners import INTERRUPTED, is_interruption, sentence, show_where
from pipelines.output import plain, screen

NAME = "innovation-clusters"


class CommandGroup(TyperGroup):
    """Commands that end in a sentence: with 2 for what was typed wrongly, 1 for what did not work, 130 for Ctrl-C."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command that was named."""
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError) as error:
            # A command that puts errors in words may have put Ctrl-C in words too.
            if isinstance(error, click.exceptions.Exit) and error.exit_code and is_interruption(error.__context__):
                raise click.exceptions.Exit(INTERRUPTED) from error
            raise
        except (Exception, KeyboardInterrupt) as error:
            if is_interruption(error):
                screen(stderr=True).print("[yellow]interrupted[/]: what was whole before stays")
                raise click.exceptions.Exit(INTERRUPTED) from error
            show_where()
            screen(stderr=True).print(f"[red]error[/] {plain(sentence(error))}", soft_wrap=True)
            raise click.exceptions.Exit(1) from error


def show_version(is_asked: bool) -> None:
    """Print the version and end, where it is asked for."""
    if is_asked:
        typer.echo(f"{NAME} {version(NAME)}")
        raise typer.Exit
