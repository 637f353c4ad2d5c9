"""Tables that differ from good ones by what happens to files: each gives rows or one clear refusal, never a traceback.

What belongs here: CSV of every dataset that comes as a table, and workbooks. What does not: whole kinds of damage
(`test_any_bytes`). Examples are drawn the same in every run.
"""

from __future__ import annotations

import io
import tempfile
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assets.sources.datasets import Dataset
from assets.sources.delivery.drops import Drop
from assets.sources.files.kinds import Part
from assets.sources.files.workbooks import ERROR_TEXTS
from assets.sources.problems import DropError
from assets.sources.readers.innovate_uk import INNOVATE_UK
from assets.sources.reading.contract import Delivery, Desk
from tests.sources.readers.test_innovate_uk import HEADER, participant
from tests.sources.support import put
from tests.sources.test_any_bytes import GOOD, of_name

TABLES = [name for name, (file, _) in GOOD.items() if file.endswith(".csv")]
FRAGMENTS = [
    *(b'"', b'""', b",", b";", b"\t", b"|", b"\n", b"\r", b"\r\n", b"\n\n", b"\0", b" ", b"\xc3\xa9", b"\xff", b"'"),
    *(b"#N/A", b"#DIV/0!", b"1e308", b"-1", b"99999999999999999999", b"0.5", b"1,5", b"NaN", b"Yes", b"31/02/2024"),
    *(b"sep=;\n", b"Title\n", b",,,,\n", b"\xef\xbb\xbf", "\u200b".encode(), "\u202e".encode()),
]
"""What is put into a file, in a place or in place of something."""
EDITS = st.lists(
    st.tuples(
        st.sampled_from(["insert", "replace", "delete", "repeat", "cut"]),
        st.floats(0, 1),
        st.integers(1, 12),
        st.sampled_from(FRAGMENTS),
    ),
    min_size=1,
    max_size=4,
)
SWAPS = st.sampled_from([(b",", b";"), (b",", b"\t"), (b",", b"|"), (b"\n", b"\r\n"), (b"", b"")])
CELLS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**6), 10**12),
    st.floats(allow_nan=False, allow_infinity=False),
    st.dates(date(1900, 3, 1), date(2200, 1, 1)).map(lambda day: datetime(day.year, day.month, day.day)),
    st.sampled_from([*ERROR_TEXTS, "Active", "Yes", "=1+1", "Voluntary Withdrawal", "£1,000.50", "1,5", "N/A", " "]),
    st.text(max_size=8),
)
CHANGES = st.lists(st.tuples(st.integers(0, 4), st.sampled_from(HEADER), CELLS), max_size=6)
FEW = settings(max_examples=12, derandomize=True, database=None, deadline=None, suppress_health_check=[*HealthCheck])


def edited(good: bytes, edits: list[tuple[str, float, int, bytes]]) -> bytes:
    for what, where, length, fragment in edits:
        at = int(where * len(good))
        before, taken, after = good[:at], good[at : at + length], good[at + length :]
        made: dict[str, Callable[[], bytes]] = {
            "insert": lambda: before + fragment + taken + after,  # noqa: B023
            "replace": lambda: before + fragment + after,  # noqa: B023
            "delete": lambda: before + after,  # noqa: B023
            "repeat": lambda: before + taken * 2 + after,  # noqa: B023
            "cut": lambda: before,  # noqa: B023
        }
        good = made[what]()
    return good


def outcome(dataset: Dataset, name: str, content: bytes) -> str:
    """`rows`, or the message of the refusal, of a drop that is read in this very process."""
    with tempfile.TemporaryDirectory() as folder:
        path = f"{dataset.name}/{name}"
        part = Part(put(Path(folder), path, content), path)
        desk = Path(folder, "desk")
        desk.mkdir()
        enterprises = Path(folder, "enterprises.parquet")
        pl.DataFrame({"entref": ["9001", "9002"], "company_number": ["01234567"] * 2}).write_parquet(enterprises)
        related = {dataset.refers_to: enterprises} if dataset.refers_to else {}
        drop = Drop(dataset.name, date(2025, 5, 1), path, is_folder=False)
        try:
            reading = dataset.read(Delivery(drop, (part,), "0", 1), Desk(desk, 0.5, related))
        except DropError as error:
            lines = str(error).splitlines()
            assert lines[0].startswith(path), "the message names the file"
            assert "; expected " in lines[0]
            assert all(line.startswith(f"    also {path}") for line in lines[1:])
            return lines[0]
        assert set(reading.tables) == set(dataset.tables)
        return "rows"


@pytest.mark.parametrize("name", TABLES)
def test_a_csv_that_differs_gives_rows_or_a_refusal(name: str) -> None:
    file, content = GOOD[name]
    good = content if isinstance(content, bytes) else content.encode()

    @FEW
    @given(EDITS, SWAPS)
    def differs(edits: list[tuple[str, float, int, bytes]], swap: tuple[bytes, bytes]) -> None:
        outcome(of_name(name), file, edited(good.replace(*swap) if swap[0] else good, edits))

    differs()


@settings(FEW, max_examples=20)
@given(CHANGES, st.integers(0, 22), st.sampled_from(["none", "cover", "twice"]), st.booleans())
def test_a_workbook_that_differs_gives_rows_or_a_refusal(
    changes: list[tuple[int, str, Any]], title_rows: int, other: str, has_gap: bool
) -> None:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True, "default_date_format": "dd/mm/yyyy"}) as book:
        if other == "cover":
            book.add_worksheet("Read me").write(3, 2, "Notes")
        for number in range(2 if other == "twice" else 1):
            sheet = book.add_worksheet(f"Projects {number}")
            sheet.write_column(0, int(has_gap), ["Title"] * title_rows)
            sheet.write_row(title_rows, int(has_gap), HEADER)
            for row in range(1, 5):
                values = {**participant(), "Project Number": row}
                values |= {name: value for changed, name, value in changes if changed == row}
                for column, name in enumerate(HEADER, start=int(has_gap)):
                    if values.get(name) is not None:
                        sheet.write(title_rows + row, column, values[name])
    found = outcome(INNOVATE_UK, "2025-05.xlsx", buffer.getvalue())
    if other == "twice" and title_rows < 20:
        assert "the sheets 'Projects 0', 'Projects 1' have the table" in found
    elif title_rows >= 20:
        assert "the header has no such column" in found
    elif not changes:
        assert found == "rows"
