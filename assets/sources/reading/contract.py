"""What every reader is given, and what it gives back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from assets.method import SourcesMethod
from assets.sources.delivery.drops import Drop
from assets.sources.delivery.storage import Stamp
from assets.sources.files.kinds import Part
from assets.sources.problems import shown

REJECTED_SCHEMA = {
    "file": pl.String,
    "row_number": pl.Int64,
    "column_name": pl.String,
    "value": pl.String,
    "reason": pl.String,
}
"""Columns of `sources.rejected` that a reader fills."""
LONGEST_CODE_CHARACTERS = 32
"""Of a value that is shown though its drop holds texts: a number, a date or a code, and in one word."""


@dataclass(frozen=True)
class Delivery:
    """A drop brought to the local disk."""

    drop: Drop
    parts: tuple[Part, ...]
    """Its files, by name; one where the drop is a file."""
    sha256: str
    size_bytes: int
    stamps: tuple[Stamp, ...] = ()
    """What each part was like when the digest was made of it."""


@dataclass(frozen=True)
class Desk:
    """Where a reader works, and how strict it is."""

    scratch: Path
    """A folder of its own, gone when the step ends."""
    max_rejected_share: float
    """Share of the rows that may be refused one by one."""
    related: Mapping[str, Path] = field(default_factory=dict)
    """Parquet files of the datasets that this one's rows refer to, where these could be read."""
    limits: SourcesMethod = field(default_factory=SourcesMethod)
    """The parameters of the method that bound single values."""
    holds_texts: bool = False
    """Whether the drop holds texts of items, of which nothing is shown or kept (`texts`): in a row that is a column
    out, a title stands where a number should."""

    def shown(self, value: object) -> str:
        """A value of the drop as messages show it: quoted, or its length alone where it may be of a text."""
        text = str(value)
        if self.holds_texts and (len(text) > LONGEST_CODE_CHARACTERS or any(map(str.isspace, text))):
            return f"a text of {len(text)} characters"
        return repr(shown(text))


@dataclass(frozen=True)
class Codes:
    """What stands in a column of codes, where a value that is none is left out and its row kept."""

    column: str
    """Ours."""
    rows: int
    given: int
    """Rows with a code."""
    unread: int = 0
    """Values that are no code of the column's kind and were left out."""
    example: str | None = None
    """The first of these and where it stands; None where there is none, and in a dataset of texts."""


@dataclass(frozen=True)
class Reading:
    """What a drop holds."""

    tables: Mapping[str, pl.DataFrame | Path]
    """Rows of each declared table, without `as_of`."""
    rejected: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=REJECTED_SCHEMA))
    """Rows refused one by one."""
    notes: tuple[str, ...] = ()
    """Sentences for the step's report."""
    codes: tuple[Codes, ...] = ()
    """What stands in each of the dataset's profiled columns of codes."""
    statements: Mapping[str, str] = field(default_factory=dict)
    """What the drop states of itself, by name: `classification`, `register`."""
    passed_over: Mapping[str, int] = field(default_factory=dict)
    """How many things of the drop were left out because nothing here needs them, or because they do not count, by what
    they are, in the plural; what is wrong is in `rejected`."""


@dataclass(frozen=True)
class PublicationTables:
    """What a drop of publications holds, whichever of the publishers it is of: Parquet files, and the rows refused."""

    publications: Path
    """UK institutions of each publication."""
    institutions: Path
    """These institutions."""
    citations: Path
    """Citations of each publication."""
    pairs: Path
    """Joint publications of pairs of institutions, at least one of each in the United Kingdom."""
    rejected: pl.DataFrame
    notes: tuple[str, ...] = ()
    passed_over: Mapping[str, int] = field(default_factory=dict)
