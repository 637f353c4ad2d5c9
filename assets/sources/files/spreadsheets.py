"""Workbooks looked at before a library reads them: how much they unpack to, and how far each sheet's cells reach.

What belongs here: what protects memory. What does not: values (`workbooks`). The library holds the whole rectangle that
the cells span, so one stray cell in the last corner of a sheet takes 550 GB, and ends the process.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from xml.etree import ElementTree

from assets.sources.bounds import Bounds, in_words, raise_it
from assets.sources.files.unpacking import Unpacking, chunks_of
from assets.sources.problems import DropError, Problem, shown

CHUNK_BYTES = 1 << 20
LONGEST_REFERENCE_BYTES = 32
"""Of a cell's reference as it stands in a sheet, with what is around it: kept from one chunk to the next."""
CELL_COLUMN = re.compile(rb"""\sr=["']([A-Z]{1,3})[0-9]""")
CELL_ROW = re.compile(rb"""\sr=["'][A-Z]{1,3}([0-9]{1,7})["']""")
WORKBOOK = "xl/workbook.xml"
RELATIONS = "xl/_rels/workbook.xml.rels"
LONGEST_LIST_BYTES = 16_000_000
"""Of the workbook's list of sheets."""
SEND_AGAIN = "Fetch or export the file again, whole, and put it in this one's place"


@dataclass(frozen=True)
class Sheet:
    """A sheet, as the workbook lists it."""

    name: str
    is_hidden: bool
    columns: int
    """The last that a cell stands in, counted from 1; 0 where there is none."""
    rows: int


def check_workbook(path: Path, name: str, bounds: Bounds) -> tuple[Sheet, ...]:
    """The sheets of a workbook, in its order; none where it lists none that can be found, which the reader says.

    Raises DropError where it is no zip, or unpacks to more than memory should hold.
    """
    try:
        with zipfile.ZipFile(path) as book:
            listed = _listed(book)
            reaches = _check_members(book, path, name, {member for _, _, member in listed}, bounds)
    except (zipfile.BadZipFile, EOFError, zlib.error, NotImplementedError, RuntimeError) as error:
        found = f"the file cannot be read ({error})"
        raise DropError(Problem(name, found, "a whole xlsx file", SEND_AGAIN)) from error
    return tuple(Sheet(title, is_hidden, *reaches.get(member, (0, 0))) for title, is_hidden, member in listed)


def check_reach(sheet: Sheet, name: str, bounds: Bounds) -> None:
    """Raise DropError where the cells of a sheet of the workbook `name` reach too far for it to be read."""
    if sheet.columns * sheet.rows > bounds.sheet_cells:
        reach = f"{_letters(sheet.columns)}{sheet.rows}: {sheet.columns * sheet.rows} cells"
        remedy = (
            "Delete the rows below the table and the columns right of it, where a stray cell stands, and save it; "
            + raise_it("sheet_cells")
        )
        found = f"the cells of the sheet {shown(sheet.name)!r} reach as far as {reach}"
        raise DropError(Problem(name, found, f"at most {bounds.sheet_cells} cells", remedy))


def _check_members(
    book: zipfile.ZipFile, path: Path, name: str, sheets: Collection[str], bounds: Bounds
) -> dict[str, tuple[int, int]]:
    """Unpack every member, counting; returns columns and rows that each of the sheets spans."""
    unpacking, reaches = Unpacking(bounds), dict[str, tuple[int, int]]()
    for member in book.infolist():
        with book.open(member) as packed:
            packed_bytes = min(member.compress_size, path.stat().st_size)
            chunks = unpacking.counted(chunks_of(packed.read, CHUNK_BYTES), f"{name}/{member.filename}", packed_bytes)
            if member.filename in sheets:
                reaches[member.filename] = _reach(_bounded(chunks, unpacking, name, bounds))
            else:
                for _ in _bounded(chunks, unpacking, name, bounds):
                    pass
    return reaches


def _bounded(chunks: Iterator[bytes], unpacking: Unpacking, name: str, bounds: Bounds) -> Iterator[bytes]:
    for chunk in chunks:
        if unpacking.total > bounds.whole_bytes:
            found, most = "the workbook unpacks to more", f"at most {in_words(bounds.whole_bytes)}"
            remedy = f"Give it as CSV, which is read in pieces; {raise_it('whole_bytes')}"
            raise DropError(Problem(name, found, f"{most} of a file that is held in memory whole", remedy))
        yield chunk


def _reach(chunks: Iterator[bytes]) -> tuple[int, int]:
    """The last column and row that a cell stands in, counted from 1."""
    columns, rows, kept = 0, 0, b""
    for chunk in chunks:
        text = kept + chunk
        columns = max([columns, *(_number(letters) for letters in set(CELL_COLUMN.findall(text)))])
        rows = max([rows, *(int(digits) for digits in set(CELL_ROW.findall(text)))])
        kept = text[-LONGEST_REFERENCE_BYTES:]
    return columns, rows


def _listed(book: zipfile.ZipFile) -> list[tuple[str, bool, str]]:
    """Of each sheet that the workbook lists its name, whether it is hidden, and its member."""
    try:
        sheets = _elements(book, WORKBOOK, "sheet")
        targets = {element.get("Id"): element.get("Target") for element in _elements(book, RELATIONS, "Relationship")}
    except (KeyError, ElementTree.ParseError):
        return []
    found = []
    for sheet in sheets:
        key = next((value for key, value in sheet.attrib.items() if key.endswith("}id")), None)
        target = targets.get(key) or ""
        member = target.lstrip("/") if target.startswith("/") else str(PurePosixPath("xl") / target)
        found.append((sheet.get("name", ""), sheet.get("state", "visible") != "visible", member))
    return found


def _elements(book: zipfile.ZipFile, member: str, tag: str) -> list[ElementTree.Element]:
    with book.open(member) as packed:
        content = packed.read(LONGEST_LIST_BYTES)
    return [element for element in ElementTree.fromstring(content).iter() if element.tag.rpartition("}")[2] == tag]


def _number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number


def _letters(column: int) -> str:
    found = ""
    while column:
        column, letter = divmod(column - 1, 26)
        found = chr(ord("A") + letter) + found
    return found
