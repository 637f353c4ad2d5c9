"""How a command line ends: what it was told wrongly is said in one sentence, never by a traceback.

What belongs here: words for what commands raise, arguments that several command lines read, the end of a program run
with `python -m`. What does not: any command; what is wrong with a thing, which whoever raises says.
"""

from __future__ import annotations

import argparse
import os
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from assets.months import Month

TRACEBACK = "INNOVATION_CLUSTERS_TRACEBACK"
"""The setting that shows where in the program an error came up."""
INTERRUPTED = 130
"""Exit code after Ctrl-C, as shells have it."""
INTERRUPTIONS = {"KeyboardInterrupt", "InterruptException", "DagsterExecutionInterruptedError"}
"""Names of what is raised after Ctrl-C: by Python, by DuckDB in a query, by Dagster in a step."""
SAYS_ALL = (ValueError, RuntimeError)
"""What the project raises with a whole sentence."""


def sentence(error: BaseException) -> str:
    """What an error says to whoever typed the command: one line, unless its own message has more."""
    if isinstance(error, OSError) and error.strerror:
        names = [str(name) for name in (error.filename, error.filename2) if name is not None]
        return f"{' and '.join(names)}: {error.strerror}" if names else error.strerror
    words = str(error).strip()
    if isinstance(error, SAYS_ALL) and words:
        return words
    first = words.splitlines()[0] if words else "it says no more"
    if isinstance(error, OSError) and words:
        return first
    return f"the command could not go on ({type(error).__name__}: {first}): {TRACEBACK}=1 shows where"


def is_interruption(error: BaseException | None) -> bool:
    """Whether an error, or what it came from, is Ctrl-C's."""
    while error is not None:
        if type(error).__name__ in INTERRUPTIONS:
            return True
        error = error.__cause__ or error.__context__
    return False


def show_where() -> None:
    """Print the traceback of the error that is being handled, where the setting asks for it."""
    if os.environ.get(TRACEBACK):
        traceback.print_exc()


def begin(main: Callable[[], int | None]) -> NoReturn:
    """Run a program's `main` and end the process: with what it returns, with 1 and a sentence, or as interrupted."""
    try:
        status = main() or 0
        sys.stdout.flush()
    except BrokenPipeError:
        # Who reads has read enough; what is flushed at the end goes nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = 1
    except (Exception, KeyboardInterrupt) as error:
        status = INTERRUPTED if is_interruption(error) else 1
        if status == 1:
            show_where()
            print(f"error {sentence(error)}", file=sys.stderr)
    sys.exit(status)


def existing_folder(text: str) -> Path:
    """A folder that is there, as an argument of argparse."""
    path = Path(text)
    if not path.is_dir():
        raise argparse.ArgumentTypeError(f"{text!r} is {'a file' if path.exists() else 'not there'}: give a folder")
    return path


def file_to_write(text: str) -> Path:
    """A file that can be written: its folder is there, as an argument of argparse."""
    path = Path(text)
    if path.is_dir() or not path.absolute().parent.is_dir():
        raise argparse.ArgumentTypeError(f"{text!r} cannot be written: give a file in a folder that is there")
    return path


def month_given(text: str) -> Month:
    """A month, as an argument of argparse."""
    try:
        return Month.parse(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def share_given(text: str) -> float:
    """A share of the full size, as an argument of argparse."""
    try:
        given = float(text)
    except ValueError:
        given = float("nan")
    if not 0.001 <= given <= 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no share of the full size: give a number from 0.001 to 1")
    return given


def whole_given(text: str) -> int:
    """A whole number from 0, as an argument of argparse."""
    if not (text.isascii() and text.isdigit()):
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number from 0")
    return int(text)
