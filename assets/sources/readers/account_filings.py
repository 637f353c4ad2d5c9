"""A ZIP of accounts as a table of figures: `python -m assets.sources.readers.account_filings ZIP NAME OUT MOST_BYTES`.

Run as a process of its own: the package that reads a filing starts processes by a fork. Members are streamed, so that
memory holds a few filings at a time whatever the ZIP's size. What belongs here: which members are filings, ZIPs in the
ZIP, the table. What does not: which of a filing's facts are the company's figures (`account_facts`), figures that need
no package (`account_plain`), what becomes of the figures (`accounts`).
"""

from __future__ import annotations

import csv
import logging
import re
import shutil
import sys
import tempfile
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path, PurePosixPath
from typing import Any

from assets.sources.readers.account_facts import is_of_year, own_facts
from assets.sources.readers.account_plain import plain_figures

COLUMNS = ("file", "company", "balance_sheet_date", "employees", "turnover", "error")
FILING = re.compile(r"Prod\d+_\d+_([^_]+)_(\d{8})\.(?:html|xml|zip)")
"""How a filing is named: run, company number, balance-sheet date. Some that are named .zip are pages."""
ZIP_MARK = b"PK\x03\x04"
CHUNK_BYTES = 1 << 20
DAMAGED = 3
"""How the process ends where the ZIP is at fault."""


class DamagedZipError(ValueError):
    """The ZIP is no whole one, or unpacks to too much; said in words."""


def filings(zip_path: Path, name: str, most_bytes: int, scratch: Path) -> Iterator[tuple[Any, ...]]:
    """The figures of each filing in a ZIP and in the ZIPs in it, in the columns `COLUMNS`.

    Raises DamagedZipError.
    """
    for inner, inner_name in _zips(zip_path, name, most_bytes, scratch):
        yield from _of_zip(inner, inner_name, scratch)


def _zips(zip_path: Path, name: str, most_bytes: int, scratch: Path) -> Iterator[tuple[Path, str]]:
    """The ZIP, and the members of it that are ZIPs themselves, unpacked one at a time."""
    yield zip_path, name
    try:
        with zipfile.ZipFile(zip_path) as archive:
            members = archive.infolist()
            if sum(member.file_size for member in members) > most_bytes:
                raise DamagedZipError(f"it unpacks to more than {most_bytes} bytes")
            for member in members:
                if not member.filename.lower().endswith(".zip") or _is_litter(member.filename):
                    continue
                with archive.open(member) as stream:
                    if stream.read(len(ZIP_MARK)) != ZIP_MARK:
                        continue
                inner = scratch / "inner.zip"
                with archive.open(member) as stream, inner.open("wb") as plain:
                    shutil.copyfileobj(stream, plain, CHUNK_BYTES)
                yield inner, f"{name}/{member.filename}"
    except (zipfile.BadZipFile, EOFError, zlib.error, NotImplementedError, RuntimeError) as error:
        raise DamagedZipError(f"the ZIP is cut short or damaged ({error})") from error


def _is_litter(name: str) -> bool:
    return name.startswith("__MACOSX/") or PurePosixPath(name).name.startswith(".")


def _of_zip(path: Path, name: str, scratch: Path) -> Iterator[tuple[Any, ...]]:
    """The figures of a ZIP's filings: of those that are plain as they come, then of the others by the package."""
    from stream_unzip import UnzipError

    others = scratch / "others.zip"
    try:
        yield from _plain_ones(path, name, others)
    except UnzipError as error:
        raise DamagedZipError(f"the ZIP is cut short or damaged ({type(error).__name__})") from error
    yield from _by_the_package(others, name)


def _plain_ones(path: Path, name: str, others: Path) -> Iterator[tuple[Any, ...]]:
    """The figures of the filings that give them plainly; the others go into a ZIP, with their own facts alone."""
    from stream_unzip import stream_unzip

    with path.open("rb") as stream, zipfile.ZipFile(others, "w") as archive:
        for raw_name, _, chunks in stream_unzip(iter(lambda: stream.read(CHUNK_BYTES), b"")):
            content = b"".join(chunks)
            member = PurePosixPath(raw_name.decode(errors="replace")).name
            form = FILING.fullmatch(member)
            day = _day(form[2]) if form else None
            if form is None or day is None:
                continue
            page = own_facts(content, day)
            figures = plain_figures(page, day)
            if figures is None:
                archive.writestr(member, page)
            else:
                yield f"{name}/{member}", form[1], day.isoformat(), *figures, None


def _by_the_package(path: Path, name: str) -> Iterator[tuple[Any, ...]]:
    from stream_read_xbrl import stream_read_xbrl_zip

    with zipfile.ZipFile(path) as archive:
        if not archive.namelist():
            return
    with (
        path.open("rb") as stream,
        stream_read_xbrl_zip(iter(lambda: stream.read(CHUNK_BYTES), b"")) as (columns, rows),
    ):
        yield from _own_periods(columns, rows, name)


def _day(digits: str) -> date | None:
    try:
        return date.fromisoformat(digits)
    except ValueError:
        return None


def _own_periods(columns: Sequence[str], rows: Iterable[tuple[Any, ...]], name: str) -> Iterator[tuple[Any, ...]]:
    """A row for each filing: of the periods that it tells of, which follow one another, those of its own year."""
    position = {column: number for number, column in enumerate(columns)}
    key = [position[column] for column in ("run_code", "company_id", "date", "file_type")]
    employees, turnover = (
        position["average_number_employees_during_period"],
        position["turnover_gross_operating_revenue"],
    )
    day, end, error = position["date"], position["period_end"], position["error"]
    current: tuple[Any, ...] | None = None
    figures: list[Any] = []
    for row in rows:
        this = tuple(row[number] for number in key)
        if this != current:
            if current is not None:
                yield _row(current, name, figures)
            # The package gives the count of employees with each period alike: that of the filing's own year, for of
            # other years there is none left.
            current, figures = this, [row[employees], None, row[error]]
        if figures[1] is None and row[end] is not None and is_of_year(row[end], row[day]):
            figures[1] = row[turnover]
    if current is not None:
        yield _row(current, name, figures)


def _row(filing: tuple[Any, ...], name: str, figures: Sequence[Any]) -> tuple[Any, ...]:
    run, company, day, kind = filing
    member = f"{run}_{company}_{day:%Y%m%d}.{kind}"
    return f"{name}/{member}", company, day.isoformat(), *figures


def main(arguments: Sequence[str]) -> int:
    """Write the figures of a ZIP's filings; DAMAGED where it is at fault, which the last line of stderr tells."""
    zip_path, name, target, most_bytes = arguments
    # The package tells of a filing that is none with all of its text.
    logging.disable(logging.CRITICAL)
    with tempfile.TemporaryDirectory(dir=Path(target).parent) as scratch, Path(target).open("w", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(COLUMNS)
        try:
            for row in filings(Path(zip_path), name, int(most_bytes), Path(scratch)):
                writer.writerow(row)
        except DamagedZipError as error:
            print(error, file=sys.stderr)
            return DAMAGED
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
