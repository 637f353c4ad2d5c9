"""What is wrong with a drop, said so that a person can put it right: file, row, column, value, remedy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from assets.text_safety import visible

SHOWN_VALUE_CHARACTERS = 200


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong, where it stands, and what to do about it."""

    file: str
    """File or folder, relative to the sources."""
    found: str
    """What is there."""
    expected: str
    """What should be."""
    remedy: str
    """What a person can do."""
    row: int | None = None
    """Row of the file, counting the header as row 1."""
    column: str | None = None
    """Column, in the publisher's spelling."""

    def __str__(self) -> str:
        row = f", row {self.row}" if self.row is not None else ""
        column = f", column {self.column}" if self.column else ""
        return printable(f"{self.file}{row}{column}: {self.found}; expected {self.expected}. {self.remedy}.")


class DropError(ValueError):
    """A drop is refused whole. `problem` says why; `also` are the first of further rows with the like."""

    def __init__(self, problem: Problem, also: Sequence[Problem] = ()) -> None:
        self.problem = problem
        self.also = tuple(also)
        super().__init__("\n    ".join([str(problem), *(f"also {other}" for other in self.also)]))

    def __reduce__(self) -> tuple[type[DropError], tuple[Problem, tuple[Problem, ...]]]:
        return DropError, (self.problem, self.also)


class DropsRefusedError(ValueError):
    """The drops of a month are refused; the warehouse is as it was. One line for each bad drop."""

    def __init__(self, errors: Sequence[DropError]) -> None:
        self.errors = tuple(errors)
        count = "1 drop is" if len(errors) == 1 else f"{len(errors)} drops are"
        super().__init__("\n  ".join([f"nothing was written, {count} refused:", *map(str, errors)]))


def printable(text: str) -> str:
    """Text with names and values of drops in it, on one line, as any terminal and log can take it."""
    return visible(" ".join(text.splitlines())).encode("utf-8", "backslashreplace").decode("utf-8")


def shown(value: object) -> str:
    """A value as messages and `sources.rejected` show it: quoted only by its caller, cut where long."""
    text = str(value)
    return text if len(text) <= SHOWN_VALUE_CHARACTERS else text[: SHOWN_VALUE_CHARACTERS - 1] + "…"
