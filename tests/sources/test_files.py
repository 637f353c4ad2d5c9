"""Bytes, archives and headers: what can be wrong with them, said with its place."""

from __future__ import annotations

import gzip
import zipfile
from collections.abc import Sequence
from pathlib import Path

import polars as pl
import pytest

from assets.sources.files.kinds import Part, check_utf8, plain_files
from assets.sources.files.text_tables import text_table
from assets.sources.problems import DropError
from tests.sources.support import put, zipped


def part_of(tmp_path: Path, name: str, content: bytes) -> Part:
    return Part(put(tmp_path, name, content), f"d/{name}")


def test_kinds_look_through_gzip(tmp_path: Path) -> None:
    names = {"2025-05.csv.gz": "csv", "2025-05.CSV": "csv", "a.b/works_000.jsonl.gz": "jsonl", "x": ""}
    assert {name: Part(tmp_path, name).kind for name in names} == names


def test_gzip_and_zip_in_zip_come_apart(tmp_path: Path) -> None:
    inner = zipped(b="x\n2\n")
    outer = tmp_path / "outer.zip"
    outer.write_bytes(zipped(a="x\n1\n"))
    with zipfile.ZipFile(outer, "a") as archive:
        archive.writestr("inner.zip", inner)
        archive.writestr("__MACOSX/a.csv", "litter")
        archive.writestr("empty.csv", "")
    parts = plain_files([Part(outer, "d/outer.zip")], tmp_path / "scratch")
    assert {part.name: part.path.read_text() for part in parts} == {
        "d/outer.zip/a.csv": "x\n1\n",
        "d/outer.zip/inner.zip/b.csv": "x\n2\n",
    }


@pytest.mark.parametrize(
    ("name", "content", "found"),
    [
        ("a.csv", b"", r"the file is empty \(0 bytes\)"),
        ("a.csv.gz", gzip.compress(b"x\n" * 100_000)[:-50], "the gzip is cut short or damaged"),
        ("a.csv.gz", b"plain text", "the gzip is cut short or damaged"),
        ("a.zip", zipped(a="x\n1\n")[:-30], "the zip is cut short or damaged"),
        ("a.zip", zipped(), "the zip has no file with data"),
    ],
    ids=["empty", "cut gzip", "no gzip", "cut zip", "zip of nothing"],
)
def test_an_archive_that_is_not_whole_is_refused(tmp_path: Path, name: str, content: bytes, found: str) -> None:
    with pytest.raises(DropError, match=f"^d/{name}: {found}.*Fetch or export the file again"):
        plain_files([part_of(tmp_path, name, content)], tmp_path / "scratch")


def test_a_name_in_an_archive_cannot_leave_the_scratch_folder(tmp_path: Path) -> None:
    outer = tmp_path / "outer.zip"
    with zipfile.ZipFile(outer, "w") as archive:
        archive.writestr("../../../out.csv.gz", gzip.compress(b"x\n1\n"))
    (part,) = plain_files([Part(outer, "d/outer.zip")], tmp_path / "scratch")
    assert part.path.resolve().is_relative_to(tmp_path / "scratch")
    assert part.path.read_bytes() == b"x\n1\n"


@pytest.mark.parametrize(
    ("text", "is_whole"),
    [
        (b"a,b,c\n1,2,3\n", True),
        (b"a,b,c\n1,2,3", True),
        (b'a,b,c\n1,"2\nx",3', True),
        (b"a,b,c\n1,2,3\n4,5", False),
        (b"a,b,c\n1,2,3\n4", False),
    ],
    ids=["ended", "no line end", "quoted line end", "cut after a comma", "cut in the first value"],
)
def test_a_file_that_stops_in_the_middle_of_a_row_is_refused(tmp_path: Path, text: bytes, is_whole: bool) -> None:
    part = part_of(tmp_path, "a.csv", text)
    if is_whole:
        assert text_table(part).rows.collect().height == 1
    else:
        with pytest.raises(DropError, match="the file stops in the middle of its last row"):
            text_table(part)


@pytest.mark.parametrize("packing", ["", ".gz"])
@pytest.mark.parametrize(
    "before", [b"name\nAlpha\n", b"name\n" + b"caf\xc3\xa9\n" * 400_000], ids=["small", "of several blocks"]
)
def test_a_byte_that_is_not_utf8_is_named_with_its_position_and_row(
    tmp_path: Path, packing: str, before: bytes
) -> None:
    content = before + b"caf\xe9\nend\n"
    part = part_of(tmp_path, f"a.csv{packing}", gzip.compress(content) if packing else content)
    row, position = before.count(b"\n") + 1, len(before) + 3
    with pytest.raises(DropError, match=f"row {row}: byte {position} is 0xe9, which is not UTF-8"):
        check_utf8(part)


def test_a_letter_cut_off_at_the_end_is_not_utf8(tmp_path: Path) -> None:
    with pytest.raises(DropError, match="row 2: byte 5 is 0xc3"):
        check_utf8(part_of(tmp_path, "a.csv", b"name\n\xc3"))


def test_rows_are_numbered_as_in_the_file(tmp_path: Path) -> None:
    table = text_table(part_of(tmp_path, "a.csv", b'\xef\xbb\xbfa,b\r\n1,"x, ""y""\nz"\r\n\r\n2,\r\n'))
    assert table.header == ("a", "b")
    assert table.rows.collect().rows() == [(2, "1", 'x, "y"\nz'), (3, None, None), (4, "2", None)]


def test_parquet_is_read_as_text_whatever_its_types(tmp_path: Path) -> None:
    frame = pl.DataFrame({"row": [7, 8], "day": ["2025-05-01", None], "share": [0.5, 2.0], "wkb": [b"x", b"y"]})
    frame.with_columns(pl.col("day").str.to_date()).write_parquet(tmp_path / "a.parquet")
    table = text_table(Part(tmp_path / "a.parquet", "d/a.parquet"))
    assert table.header == ("row", "day", "share")
    assert table.rows.collect().rows() == [(2, "7", "2025-05-01", "0.5"), (3, "8", None, "2.0")]


@pytest.mark.parametrize("name", ["a.parquet", "a.xlsx"])
def test_a_damaged_file_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(DropError, match=f"^d/{name}: the file cannot be read"):
        text_table(part_of(tmp_path, name, b"PK\x03\x04 not one"))


@pytest.mark.parametrize(
    ("content", "found", "ending"),
    [
        (b"PK\x03\x04\xff", "an Excel workbook or a zip", ".xlsx or .zip"),
        (b"\xd0\xcf\x11\xe0", "an Excel workbook of before 2007", ".xlsx, once it is saved as one"),
        (b"PAR1\x15\x04\xff", "a Parquet file", ".parquet"),
        (gzip.compress(b"x\n1\n"), "a gzip file", ".gz at its end"),
    ],
    ids=["xlsx", "xls", "parquet", "gzip"],
)
@pytest.mark.parametrize("name", ["a.csv", "a.csv.gz"])
def test_a_file_under_the_name_of_another_kind_is_told(
    tmp_path: Path, name: str, content: bytes, found: str, ending: str
) -> None:
    part = part_of(tmp_path, name, gzip.compress(content) if name.endswith(".gz") else content)
    with pytest.raises(DropError) as error:
        check_utf8(part)
    assert str(error.value) == (
        f"d/{name}: it starts as {found} does; expected text in UTF-8, as its name says. "
        f"Export it as text, or give it the name of what it is ({ending})."
    )


def fits(header: Sequence[str]) -> bool:
    return {"a", "b", "c"} <= set(header)


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("a;b;c\n1;2,5;3\n", [(2, "1", "2,5", "3")]),
        ("a\tb\tc\n1\t2,5\t3\n", [(2, "1", "2,5", "3")]),
        ("a|b|c\n1|2,5|3\n", [(2, "1", "2,5", "3")]),
        ("sep=;\na;b;c\n1;2;3\n", [(3, "1", "2", "3")]),
        (
            'Title\n\n"Notes, of\ntwo lines"\na,b,c\n1,2,3\n\n4,5,6\n',
            [(5, "1", "2", "3"), (6, *[None] * 3), (7, *"456")],
        ),
        ("a,b,c\n1,a stray\rreturn,3\n4,5,6\r\n", [(2, "1", "a stray\rreturn", "3"), (3, "4", "5", "6")]),
        ('a,"b",c\n1,"2\n;x",3\n', [(2, "1", "2\n;x", "3")]),
    ],
    ids=["semicolons", "tabs", "bars", "sep=", "title rows", "stray return", "quoted"],
)
def test_the_table_is_read_as_it_unmistakably_stands(tmp_path: Path, text: str, rows: list[tuple[object, ...]]) -> None:
    found = text_table(part_of(tmp_path, "a.csv", text.encode()), fits).rows.collect()
    assert [
        tuple(value.strip("\r") if isinstance(value, str) else value for value in row) for row in found.rows()
    ] == rows


@pytest.mark.parametrize(
    ("text", "row", "values"),
    [
        ("a,b,c\n1,2,3\n4,5\n6,7,8\n", 3, 2),
        ("a,b,c\n1,2,3\n4,5,6,7\n", 3, 4),
        ('a,b,c\n1,"2\n,",3\n\n4\n6,7,8\n', 4, 1),
        ("Title\na;b;c\n1;2;3\n4;5\n6;7;8\n", 4, 2),
        ('a,b,c\n1,a "word,3\n4,5\n', 3, 2),
        ("a,b,c\n" + "1,2,3\n" * 400_000 + "4,5\n", 400_002, 2),
    ],
    ids=["short", "long", "short after quotes", "semicolons", "a quote alone", "in a later block"],
)
def test_a_row_with_too_few_or_too_many_values_is_named(tmp_path: Path, text: str, row: int, values: int) -> None:
    with pytest.raises(DropError, match=f"^d/a.csv.gz, row {row}: the row has {values} values and the header 3"):
        (part,) = plain_files([part_of(tmp_path, "a.csv.gz", gzip.compress(text.encode(), 1))], tmp_path / "scratch")
        text_table(part, fits)


@pytest.mark.parametrize("text", ["a,b,c\n\n1,2,3\n \n,\n", "a,b,c\r\n1,2,3\r\n\r\n"], ids=["LF", "CR LF"])
def test_a_row_without_values_is_none_too_few(tmp_path: Path, text: str) -> None:
    assert text_table(part_of(tmp_path, "a.csv", text.encode()), fits).rows.drop_nulls("2").collect().height == 1


def test_what_is_packed_keeps_its_name(tmp_path: Path) -> None:
    packed = gzip.compress(zipped(b="x\n1\n"))
    parts = [part_of(tmp_path, "a.csv.gz", gzip.compress(b"x\n1\n")), part_of(tmp_path, "c.zip.gz", packed)]
    found = plain_files(parts, tmp_path / "scratch")
    assert [(part.name, part.kind, part.is_gzip, part.path.read_bytes()) for part in found] == [
        ("d/a.csv.gz", "csv", False, b"x\n1\n"),
        ("d/c.zip.gz/b.csv", "csv", False, b"x\n1\n"),
    ]
