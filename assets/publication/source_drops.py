"""Where the month's figures come from, a drop at a time, as map, report and data package show it.

What belongs here: the rows of `publication.source_files` put together by drop, what is said of a date and of how a drop
came, attributions each once. What does not: whose a dataset is (`origins`), layouts.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import polars as pl

from assets.synthetic import WORD, synthetic_words
from assets.text_safety import on_one_line


@dataclass(frozen=True)
class SourceDrop:
    """A drop that the month used."""

    dataset: str
    title: str
    """The dataset as a reader knows it."""
    as_of: date | None
    """None of a list that ships with this project."""
    came: str
    """How it came, in words."""
    is_synthetic: bool
    """Whether it is of the synthetic United Kingdom; its title says so then."""
    publisher: str
    release: str | None
    released: date | None
    licence: str
    licence_address: str | None
    """Where the licence stands on the web."""
    attribution: str | None
    bytes: int
    sha256: str
    files: Sequence[dict[str, Any]]
    """Its rows of `publication.source_files`, by file."""

    @property
    def fetched_at(self) -> datetime | None:
        """When the last of its files was whole, in UTC; None where it was not fetched."""
        return max((file["fetched_at"] for file in self.files if file["fetched_at"]), default=None)

    @property
    def fetched_on(self) -> date | None:
        """The day of that; None too where a person has changed it since."""
        return self.fetched_at.date() if self.came == "fetched" and self.fetched_at else None

    @property
    def released_otherwise(self) -> date | None:
        """The date of its publisher's release; None where that is the drop's, or is not known."""
        return None if self.released == self.as_of else self.released

    @property
    def dated(self) -> str:
        """The date that it is of; of a release whose own date is another, with that."""
        if self.as_of is None:
            return "shipped list"
        return f"{self.as_of}{f' (release of {self.released_otherwise})' if self.released_otherwise else ''}"

    @property
    def how(self) -> str:
        """How it came, with the day where it was fetched."""
        return f"{self.came} {self.fetched_on}" if self.fetched_on else self.came


@dataclass(frozen=True)
class Attribution:
    """What a licence wants said, once for all drops that want it."""

    text: str
    sources: Sequence[str]
    """The datasets with their dates."""


def source_drops(source_files: pl.DataFrame) -> list[SourceDrop]:
    """The drops of rows of `publication.source_files`, by dataset; texts without what is not seen."""
    rows = on_one_line(source_files.drop("month", strict=False)).sort("dataset", "file")
    return [_drop(drop.to_dicts()) for drop in rows.partition_by("dataset", maintain_order=True)]


def attributions(drops: Iterable[SourceDrop]) -> list[Attribution]:
    """What has to be said of the drops: each text once, in the order in which they come."""
    found: dict[str, list[str]] = {}
    for drop in drops:
        if drop.attribution:
            found.setdefault(drop.attribution, []).append(f"{drop.title}, {drop.dated}")
    return [Attribution(text, sources) for text, sources in found.items()]


def synthetic_notice(drops: Iterable[SourceDrop]) -> str:
    """What readers are told where drops are of the synthetic United Kingdom; empty where none is.

    Lists that ship with this project are of either country.
    """
    put_in = [drop for drop in drops if drop.as_of is not None]
    return synthetic_words(
        [drop.title.removeprefix(f"{WORD}: ") for drop in put_in if drop.is_synthetic],
        [drop.title for drop in put_in if not drop.is_synthetic],
    )


def dates_of(drops: Iterable[SourceDrop]) -> str:
    """Of how many drops the month is made, and from when to when they are, in words; empty where there is none."""
    days = sorted(drop.as_of for drop in drops if drop.as_of is not None)
    if not days:
        return ""
    first, last = f"{days[0]:%B %Y}", f"{days[-1]:%B %Y}"
    span = f"all of {first}" if first == last else f"of {first} to {last}"
    return f"Made of {len(days)} source{'s' if len(days) > 1 else ''}, {span}"


def web_address(text: str | None) -> str | None:
    """The text where it is an address that may stand in a link; anyone can write into a drop where it came from."""
    return text if text and text.startswith(("https://", "http://")) else None


def _drop(files: list[dict[str, Any]]) -> SourceDrop:
    names = "dataset as_of came is_synthetic publisher release released licence licence_address attribution"
    first = files[0]
    return SourceDrop(
        title=f"{WORD}: {first['title']}" if first["is_synthetic"] else first["title"],
        **{name: first[name] for name in names.split()} | {"licence_address": web_address(first["licence_address"])},
        bytes=first["drop_bytes"],
        sha256=first["drop_sha256"],
        files=files,
    )
