"""What is looked for in the files of a drop, and what is found.

What belongs here: the two, and what every form of file gives. What does not: any form (`tables`, `books`, `records`,
`filings`), what a publisher's files should be like.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Literal

from assets.sources.problems import shown

MOST_WORDS = 100
"""Different words of a column that are kept; one that has more is no status or category."""
MOST_COLUMNS = 1000
"""Columns or keys of a kind of file that are kept."""
MOST_FILES = 1000
"""Of a kind, that are named where they lack a column."""
Form = Literal["table", "workbook", "records", "features", "filings"]


@dataclass(frozen=True)
class FileKind:
    """A kind of file in a drop, and what is looked for in it."""

    name: str
    files: re.Pattern[str]
    """Names of such files in the drop; of a member of a ZIP `archive.zip/folder/member.csv`."""
    form: Form
    """table: delimited text; workbook; records: JSON, a list or one object a line; features: GeoJSON; filings: a ZIP of
    inline XBRL."""
    otherwise: re.Pattern[str] | None = None
    """Names of the files that stand in where there is none of `files`."""
    separator: str = ","
    words: tuple[str, ...] = ()
    """Columns, or paths of keys (`links.link.rel`), whose words are counted: statuses and categories."""
    closed: frozenset[str] = frozenset()
    """Paths of keys below which nothing is looked at."""
    header: tuple[str, ...] = ()
    """Columns of which a workbook's header has at least half."""
    tags: tuple[str, ...] = ()
    """Of filings: the tags that are looked for, which are their columns."""


@dataclass(frozen=True)
class FileShape:
    """What the files of one kind in a drop look like."""

    kind: str
    files: int
    bytes: int
    """As they lie there: of a ZIP's members unpacked."""
    records: int | None = None
    """None where not all were looked at."""
    looked_at: int = 0
    """Records that columns and words are of."""
    columns: tuple[str, ...] = ()
    """In the order of the first file, then those that others have besides; keys of records by their path."""
    lacking: dict[str, list[str]] = field(default_factory=dict)
    """Column that some of several tables lack -> those files, the first `MOST_FILES` of them."""
    words: dict[str, dict[str, int]] = field(default_factory=dict)
    """Column -> word -> records; empty where there are more words than `MOST_WORDS`."""
    trouble: str = ""
    """Why the files could not be looked into, in words."""
    is_refused: bool = False
    """Whether a reader refuses a drop for that trouble."""


@dataclass(frozen=True)
class Found:
    """A file, or a member of a ZIP, in a drop."""

    name: str
    path: Path
    """The file, or the ZIP that it is in."""
    size: int
    """Bytes, unpacked."""
    open: Callable[[], IO[bytes]]


@dataclass
class Tally:
    """What is gathered of files of one kind while they are looked at."""

    kind: FileKind
    records: int = 0
    is_whole: bool = True
    """Whether every record was looked at."""
    columns: dict[str, int] = field(default_factory=dict)
    """Column -> files, or records, that have it."""
    headers: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Of tables: file -> its columns."""
    words: dict[str, Counter[str]] = field(default_factory=dict)

    def add_header(self, file: str, header: Iterable[str]) -> None:
        """The columns of a file that is a table."""
        self.headers[file] = tuple(shown(name.strip("\ufeff \t")) for name in header)
        for name in self.headers[file]:
            if name and len(self.columns) < MOST_COLUMNS:
                self.columns[name] = self.columns.get(name, 0) + 1

    def add_words(self, column: str, counts: Iterable[tuple[str | None, int]]) -> None:
        """How often each word stands in a column; of one that has too many words no more than that is kept."""
        counted = self.words.setdefault(column, Counter())
        if len(counted) <= MOST_WORDS:
            for word, count in counts:
                if word and word.strip():
                    counted[shown(" ".join(word.split()))] += count

    def shape(self, found: list[Found]) -> FileShape:
        """What all of it makes."""
        lacking = {
            column: [file for file, header in self.headers.items() if column not in header][:MOST_FILES]
            for column, files in self.columns.items()
            if self.headers and files < len(self.headers)
        }
        return FileShape(
            self.kind.name,
            len(found),
            sum(file.size for file in found),
            self.records if self.is_whole else None,
            self.records,
            tuple(self.columns),
            lacking,
            {column: dict(self._kept(column)) for column in self.kind.words if column in self.words},
        )

    def _kept(self, column: str) -> Iterator[tuple[str, int]]:
        counted = self.words[column]
        # The order is the words' own: it does not depend on which rows came first.
        return iter(sorted(counted.items()) if len(counted) <= MOST_WORDS else ())
