"""Bad inputs of every dataset: a small good drop of each, and what is done to it.

What belongs here: how each is made, and what a message about it has to name. What does not: running anything; drops
that are wrong and look right (`wrong_drops`), and drops made to hurt the process (`hostile_files`).
"""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from tests.sources.test_any_bytes import GOOD, OF_LIBRARIES, PAGE

BEFORE, BAD = "2025-04", "2025-05"
"""The month of the good drops, and that of the bad one."""
WORD, IMMENSE = "plenty", "999999999999999999"
TO_COME, NO_DATE, SAME_DAY = "2052-05", "May", "2025-05-01"

BEYOND, OUTSIDE = "99", ("row 2", "column latitude", "latitude from 49 to 61.5")
"""Degrees that are in no country of ours, and what a message about the place says, of which either may be wrong."""


@dataclass(frozen=True)
class BadFile:
    """A drop that cannot be taken in."""

    what: str
    dataset: str
    files: Mapping[str, bytes]
    """By path in the sources."""
    names: tuple[str, ...]
    """What the message has to say, each of them: the file first, then row, column and value where there are any."""


@dataclass(frozen=True)
class Table:
    """What to spoil in a table."""

    needed: str
    """A column that it cannot go without."""
    number: str | None = None
    """A column of numbers or dates, where it has one."""
    is_keyed: bool = True
    """Whether a row stands once."""
    absurd: str = IMMENSE
    """What stands in that column for what cannot be."""
    said: tuple[str, ...] | None = None
    """What a message about it says; row, column and value where it is None."""


TABLES = {
    "postcodes": Table("pcds", "oseast1m"),
    "places": Table("name", "population"),
    "sic_sectors": Table("sic2007_prefix"),
    "rtic_sectors": Table("rtic_code"),
    "sic_correspondence": Table("to_code", "share"),
    "idbr_enterprises": Table("sic2007", "employees"),
    "idbr_local_units": Table("entref", "employees"),
    "rtic_companies": Table("company_number", "employees"),
    "rtic_locations": Table("company_number", "employees", is_keyed=False),
    "companies_house": Table("CompanyNumber", "IncorporationDate"),
    "business_counts": Table("GEOGRAPHY_CODE", "OBS_VALUE", said=("column OBS_VALUE", "2025-04")),
    "innovate_uk_applications": Table("Participant Name", "Award Offered (£)", is_keyed=False),
    "patents": Table("organisation_name", "amount", is_keyed=False),
    "rd_tax_claims": Table("date", "amount", is_keyed=False),
    "events": Table("title", "latitude", absurd=BEYOND, said=OUTSIDE),
    "businesses": Table("description", "latitude", absurd=BEYOND, said=("row 2", BEYOND, "latitude")),
    "activity_points": Table("kind", "longitude", absurd=BEYOND, said=OUTSIDE),
    "index_centres": Table("label", "latitude", absurd=BEYOND, said=OUTSIDE),
    "training_labels": Table("text", is_keyed=False),
}
"""The datasets that come as one table of text."""
OTHERS = ("boundaries", "accounts", "cordis", "innovate_uk", "ukri", "publications", "ror")
"""Those that come as documents, archives or workbooks."""


def good(dataset: str) -> tuple[str, bytes]:
    """The ending of a good drop's name, and its content."""
    name, content = OF_LIBRARIES.get(dataset) or GOOD[dataset]
    return name.partition(".")[2], content if isinstance(content, bytes) else content.encode()


def good_drops(month: str) -> dict[str, bytes]:
    """A good drop of every dataset, by its path in the sources."""
    found = {dataset: good(dataset) for dataset in (*TABLES, *OTHERS)}
    return {f"{dataset}/{month}.{ending}": content for dataset, (ending, content) in found.items()}


def bad_files() -> Iterator[BadFile]:
    """All of them, dataset by dataset."""
    for dataset, table in TABLES.items():
        yield from _of_a_table(dataset, table, good(dataset)[1])
        yield from _of_any(dataset)
    for dataset in OTHERS:
        yield from _of_any(dataset)


def _of_any(dataset: str) -> Iterator[BadFile]:
    """What can be wrong with a file whatever is in it."""
    ending, content = good(dataset)
    path = f"{dataset}/{BAD}.{ending}"

    def bad(what: str, spoiled: bytes, *names: str, at: str = path) -> BadFile:
        return BadFile(f"{dataset}: {what}", dataset, {at: spoiled}, (at, *names))

    yield bad("an empty file", b"", "(0 bytes)")
    yield bad("a page of the Web", PAGE, "HTML")
    packed, to_come, no_date = f"{path}.gz", f"{dataset}/{TO_COME}.{ending}", f"{dataset}/{NO_DATE}.{ending}"
    if ending in ("csv", "jsonl"):
        yield bad("a gzip cut short", gzip.compress(content, mtime=0)[:-12], "cut short", at=packed)
        yield bad("UTF-16", content.decode().encode("utf-16"), "UTF-8")
    else:
        yield bad("cut in half", content[: len(content) // 2])
    yield bad("of a day to come", content, "2052-05-01", at=to_come)
    yield bad("a name that is no date", content, "not a date", at=no_date)
    both = {path: content, f"{dataset}/{SAME_DAY}.{ending}": content + b"\n"}
    yield BadFile(f"{dataset}: two drops of one day that disagree", dataset, both, (path, SAME_DAY))


def _of_a_table(dataset: str, table: Table, content: bytes) -> Iterator[BadFile]:
    """What can be wrong with rows and columns."""
    path = f"{dataset}/{BAD}.csv"

    def bad(what: str, change: Callable[[list[list[str]]], list[list[str]]], *names: str) -> BadFile:
        rows = list(csv.reader(io.StringIO(content.decode())))
        buffer = io.StringIO()
        csv.writer(buffer, lineterminator="\n").writerows(change(rows))
        return BadFile(f"{dataset}: {what}", dataset, {path: buffer.getvalue().encode()}, (path, *names))

    column = f"column {table.needed}"
    yield bad("a column is missing", partial(_without, table.needed), "row 1", table.needed)
    yield bad("another table's header", lambda rows: [["alpha", "beta"], ["1", "2"]], "alpha")
    yield bad("a needed value is missing", partial(_filled, table.needed, ""), "row 2", column)
    yield bad("the header alone", lambda rows: rows[:1], "no rows")
    yield bad("a row cut short", lambda rows: [*rows[:-1], rows[-1][:-1]], f"row {len(content.splitlines())}")
    if table.number:
        number = f"column {table.number}"
        yield bad("a word in a number's place", partial(_filled, table.number, WORD), "row 2", number, WORD)
        said = ("row 2", number, table.absurd[:9]) if table.said is None else table.said
        yield bad("an absurd number", partial(_filled, table.number, table.absurd), *said)
    if table.is_keyed:
        yield bad("a row twice", lambda rows: [*rows, rows[-1]], "already")
    spoiled = content.replace(b"\n", b"\n\xea", 1)
    yield BadFile(f"{dataset}: a byte that is no UTF-8", dataset, {path: spoiled}, (path, "row 2", "0xea"))
    spoiled = content.replace(b"\n", b"\n\0", 1)
    yield BadFile(f"{dataset}: a NUL", dataset, {path: spoiled}, (path,))


def _without(column: str, rows: list[list[str]]) -> list[list[str]]:
    at = rows[0].index(column)
    return [[*row[:at], *row[at + 1 :]] for row in rows]


def _filled(column: str, value: str, rows: list[list[str]]) -> list[list[str]]:
    at = rows[0].index(column)
    return [rows[0], *([*row[:at], value, *row[at + 1 :]] for row in rows[1:])]
