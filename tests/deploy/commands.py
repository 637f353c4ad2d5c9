"""Whether a command that a deployment's file gives is one that the project has, with options that it takes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath

import typer
from dagster._cli import create_dagster_cli
from dagster._daemon.cli import create_dagster_daemon_cli

from pipelines.cli import app

PROGRAMS = {
    "innovation-clusters": typer.main.get_command(app),
    "dagster": create_dagster_cli(),
    "dagster-daemon": create_dagster_daemon_cli(),
}


def parsed(words: Sequence[str]) -> dict[str, object]:
    """What a command line gives its command; raises click's errors for a command or an option that there is not."""
    command, rest = PROGRAMS[PurePath(words[0]).name], list(words[1:])
    while hasattr(command, "commands"):
        name, *rest = rest
        assert name in command.commands, f"{words[0]} has no command {name}"
        command = command.commands[name]
    # Resilient: a file that a deployment has is not here.
    with command.make_context(command.name, rest, resilient_parsing=True) as context:
        assert not context.args
        return dict(context.params)


def is_of_the_project(words: Sequence[str]) -> bool:
    """Whether the program is one of the project's; others are the system's."""
    return PurePath(words[0]).name in PROGRAMS
