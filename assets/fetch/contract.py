"""What a publisher's files are expected to be like: what our readers need of them, and what else is known.

What belongs here: the form of the files in `contracts`, and what one says. What does not: looking at files
(`assets/sources/shapes`), what differs (`changes`).

    [<kind of file>]
    files = 'pattern'        names of its files in a drop; of a member of a ZIP archive.zip/folder/member.csv
    otherwise = 'pattern'    those that stand in where there is none
    is_optional = true       where the reader takes a drop without such files beside others
    form = "table"           table, workbook, records (JSON), features (GeoJSON) or filings
    separator = ";"          of a table; a comma where it is not said
    seen = 2026-08-04        issue in which all of it was seen
    needed = [...]           columns, or paths of keys, without which the reader refuses a drop; of names for one a list
    wanted = [...]           those without which it takes the drop, and a month lacks what they say
    known = [...]            what else may be there
    closed = [...]           paths of keys below which nothing is looked at
    [<kind of file>.words.<column>]
    known = [...]            words that were seen; without known and read_of any word may stand there
    read_of = [...]          words that the publisher tells of
    unknown = "..."          what the reader does with another
    [<kind of file>.first_seen]
    <column> = 2026-09-01    of what was seen first in another issue, a column, or "column: word"

A name or word that begins with ~ is a pattern, of small letters. Names are compared as readers do, without regard to
case and spaces.
"""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from typing import Any

from assets.sources import FileKind, header_key

PATTERN = "~"


@dataclass(frozen=True)
class Name:
    """A column or key, under any of the names that it has had."""

    label: str
    """The usual one, which messages use."""
    names: frozenset[str]
    patterns: tuple[re.Pattern[str], ...]

    @classmethod
    def read(cls, given: str | Sequence[str]) -> Name:
        """From a contract: a name, or several that serve as well."""
        several = [given] if isinstance(given, str) else [*given]
        plain = [name for name in several if not name.startswith(PATTERN)]
        patterns = tuple(re.compile(name.removeprefix(PATTERN)) for name in several if name not in plain)
        return cls((plain or several)[0], frozenset(map(header_key, plain)), patterns)

    def fits(self, column: str) -> bool:
        """Whether a column of a file is this."""
        key = header_key(column)
        return key in self.names or any(pattern.fullmatch(key) for pattern in self.patterns)


@dataclass(frozen=True)
class Words:
    """The words of a column that is a status or category."""

    known: frozenset[str]
    """As they are compared."""
    patterns: tuple[re.Pattern[str], ...]
    unknown: str
    """What the reader does with a word that is not known."""

    @classmethod
    def read(cls, given: Mapping[str, Any]) -> Words:
        """From a contract."""
        expected = [*given.get("known", ()), *given.get("read_of", ())]
        plain = [word for word in expected if not word.startswith(PATTERN)]
        patterns = tuple(re.compile(word.removeprefix(PATTERN)) for word in expected if word not in plain)
        return cls(frozenset(map(_word, plain)), patterns, given.get("unknown", ""))

    @property
    def is_open(self) -> bool:
        """Whether any word may stand there."""
        return not self.known and not self.patterns

    def knows(self, word: str) -> bool:
        """Whether a word is expected."""
        compared = _word(word)
        return self.is_open or compared in self.known or any(each.fullmatch(compared) for each in self.patterns)


@dataclass(frozen=True)
class KindContract:
    """What files of one kind are expected to be like."""

    kind: FileKind
    needed: tuple[Name, ...]
    """Without these the reader refuses a drop."""
    wanted: tuple[Name, ...]
    """Without these it takes the drop, and a month lacks what they say."""
    known: tuple[Name, ...]
    words: Mapping[str, Words]
    is_optional: bool
    """Whether the reader takes a drop without such files."""
    seen: date
    first_seen: Mapping[str, date]

    def needs(self, column: str) -> bool:
        """Whether a reader refuses a drop without a column."""
        return any(name.fits(column) for name in self.needed)

    def reads(self, column: str) -> bool:
        """Whether a reader makes anything of a column."""
        return any(name.fits(column) for name in (*self.needed, *self.wanted))

    def knows(self, column: str) -> bool:
        """Whether a column is expected."""
        return self.reads(column) or any(name.fits(column) for name in self.known)

    def since(self, what: str) -> date:
        """The issue in which a column, or `column: word`, was seen first."""
        return self.first_seen.get(what, self.seen)


@functools.cache
def contract_of(dataset: str) -> tuple[KindContract, ...]:
    """What the files of a dataset are expected to be like, a contract for each kind of them."""
    text = (files("assets.fetch.contracts") / f"{dataset}.toml").read_text(encoding="utf-8")
    return tuple(_kind(name, given) for name, given in tomllib.loads(text).items())


def _kind(name: str, given: Mapping[str, Any]) -> KindContract:
    needed, wanted, known = (given.get(each, []) for each in ("needed", "wanted", "known"))
    words = given.get("words", {})
    looked_for = [name for each in (*needed, *wanted, *known) for name in ([each] if isinstance(each, str) else each)]
    kind = FileKind(
        name,
        re.compile(given["files"], re.IGNORECASE),
        given["form"],
        re.compile(given["otherwise"], re.IGNORECASE) if "otherwise" in given else None,
        given.get("separator", ","),
        tuple(words),
        frozenset(given.get("closed", ())),
        tuple(Name.read(each).label for each in needed),
        tuple(looked_for),
    )
    return KindContract(
        kind,
        tuple(map(Name.read, needed)),
        tuple(map(Name.read, wanted)),
        tuple(map(Name.read, known)),
        {column: Words.read(of_column) for column, of_column in words.items()},
        given.get("is_optional", False),
        given["seen"],
        given.get("first_seen", {}),
    )


def _word(word: str) -> str:
    """A word as it is compared."""
    return re.sub(r"[\s_-]+", " ", word).strip().casefold()
