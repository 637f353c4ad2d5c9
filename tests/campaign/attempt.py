"""What an attack is, and what one attempt of it found."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Attempt:
    """One thing that was tried."""

    what: str
    """In words that tell it from the others: `killed after 0.31 s`, `turnover in pounds`."""
    held: bool
    seen: str
    """What happened: the message, the state afterwards."""


@dataclass(frozen=True)
class Attack:
    """A kind of fault, tried many times."""

    name: str
    tries: str
    """What is tried and what counts as held, in a sentence for the table."""
    attempts: Callable[[Path], Iterator[Attempt]]
    """Called with an empty folder that is the attack's own; deterministic but for the moments of kills."""
