"""How a command speaks: results on the screen, warnings and errors beside them, and how far it is.

What belongs here: the two screens, and a sentence on one of them. What does not: what rows look like
(`pipelines.output`).
"""

from __future__ import annotations

from typing import NoReturn

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from pipelines.output import plain, screen, shortened

console = screen()
errors = screen(stderr=True)


def say(message: str) -> None:
    """A sentence of what was done."""
    console.print(plain(message), soft_wrap=True)


def advise(message: str) -> None:
    """A sentence of what may be asked next; beside the results, which may be a file's."""
    errors.print(f"[dim]{plain(message)}[/]", soft_wrap=True)


def warn(message: str) -> None:
    """A sentence that somebody should read; the command goes on."""
    errors.print(f"[yellow]warning[/] {plain(message)}", soft_wrap=True)


def fail(message: str) -> NoReturn:
    """A sentence of what went wrong; the command ends with exit code 1."""
    errors.print(f"[red]error[/] {plain(shortened(message))}", soft_wrap=True)
    raise typer.Exit(1)


def progress_of_steps() -> Progress:
    """How many steps of a month are made."""
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=errors,
    )


def progress_of_fetching() -> Progress:
    """Which dataset is being fetched; gone when it is done."""
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        TimeElapsedColumn(),
        console=errors,
        transient=True,
    )
