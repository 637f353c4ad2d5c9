"""Files of a drop: chunks come together, headers stand once, and no file says when it was written."""

from __future__ import annotations

import datetime
import gzip
import json
import time
import zipfile
from pathlib import Path

import fastexcel
import polars as pl
import pytest

from synthetic_uk.drops import (
    chunks,
    table_writer,
    write_csv_gzip,
    write_csv_zip,
    write_json_lines,
    write_parquet,
    write_workbook,
)

ROWS = pl.DataFrame({"name": ["A & B", 'say "yes"', None], "count": [1, None, 3]})
PARTS = [ROWS[:2], ROWS[2:]]


@pytest.mark.parametrize(("rows", "size"), [(0, 5), (5, 5), (11, 5)])
def test_chunks_cover_all_rows_once(rows: int, size: int) -> None:
    parts = list(chunks(rows, size))
    assert [row for part in parts for row in range(part.start, part.stop)] == list(range(rows))
    assert len(parts) >= 1


def test_a_chunked_csv_has_one_header(tmp_path: Path) -> None:
    assert write_csv_gzip(tmp_path / "x.csv.gz", PARTS) == 3
    assert pl.read_csv(tmp_path / "x.csv.gz").equals(ROWS)


def test_a_chunked_parquet_is_the_whole(tmp_path: Path) -> None:
    assert write_parquet(tmp_path / "x.parquet", PARTS) == 3
    assert pl.read_parquet(tmp_path / "x.parquet").equals(ROWS)


def test_a_parquet_without_a_frame_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="nothing to write"):
        write_parquet(tmp_path / "x.parquet", [])


def test_a_zip_has_one_csv(tmp_path: Path) -> None:
    assert write_csv_zip(tmp_path / "x.zip", "Data/x.csv", PARTS) == 3
    with zipfile.ZipFile(tmp_path / "x.zip") as archive:
        assert archive.namelist() == ["Data/x.csv"]
        assert pl.read_csv(archive.read("Data/x.csv")).equals(ROWS)


def test_json_lines_are_one_object_a_line(tmp_path: Path) -> None:
    records = [{"id": "1", "name": "Pŵer"}, {"id": "2", "name": None}]
    assert write_json_lines(tmp_path / "x.jsonl.gz", iter(records)) == 2
    with gzip.open(tmp_path / "x.jsonl.gz", "rt", encoding="utf-8") as lines:
        assert [json.loads(line) for line in lines] == records


def test_a_workbook_has_serial_dates_and_no_empty_cells(tmp_path: Path) -> None:
    frame = pl.DataFrame({"start": [datetime.date(2020, 4, 1), None], "name": ["A", "B"]})
    assert write_workbook(tmp_path / "x.xlsx", frame, frozenset({"start"})) == 2
    with zipfile.ZipFile(tmp_path / "x.xlsx") as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert "<v>43922</v>" in sheet
    assert 'r="A3"' not in sheet
    read = fastexcel.read_excel(tmp_path / "x.xlsx").load_sheet(0).to_polars()
    assert read["start"].cast(pl.Date).to_list() == [datetime.date(2020, 4, 1), None]


@pytest.mark.parametrize(("scale", "extension"), [(0.05, "csv.gz"), (0.2, "csv.gz"), (0.21, "parquet"), (1, "parquet")])
def test_large_tables_are_parquet_above_one_to_five(tmp_path: Path, scale: float, extension: str) -> None:
    found, write = table_writer(scale)
    assert found == extension
    write(tmp_path / f"x.{found}", PARTS)
    read = pl.read_parquet if extension == "parquet" else pl.read_csv
    assert read(tmp_path / f"x.{found}").equals(ROWS)


def test_no_file_says_when_it_was_written(tmp_path: Path) -> None:
    written = []
    for folder in ("one", "other"):
        write_csv_gzip(tmp_path / folder / "x.csv.gz", PARTS)
        write_csv_zip(tmp_path / folder / "x.zip", "x.csv", PARTS)
        write_json_lines(tmp_path / folder / "x.jsonl.gz", [{"id": 1}])
        write_workbook(tmp_path / folder / "x.xlsx", ROWS, frozenset())
        written.append([path.read_bytes() for path in sorted((tmp_path / folder).iterdir())])
        if folder == "one":
            # Times in these formats are whole seconds, in a ZIP every second one.
            time.sleep(2.1)
    assert written[0] == written[1]
