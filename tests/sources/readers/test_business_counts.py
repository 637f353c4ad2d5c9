"""UK Business Counts as Nomis writes them: what counts, what is a total or a part of another, what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from assets.sources.problems import DropError
from assets.sources.readers.business_counts import BUSINESS_COUNTS, TABLE
from tests.sources.support import read_drop, rows

HEADER = (
    "DATE,GEOGRAPHY_CODE,GEOGRAPHY_NAME,GEOGRAPHY_TYPE,INDUSTRY_CODE,INDUSTRY_NAME,EMPLOYMENT_SIZEBAND_CODE,"
    "EMPLOYMENT_SIZEBAND_NAME,LEGAL_STATUS_CODE,LEGAL_STATUS_NAME,MEASURES,OBS_VALUE,OBS_STATUS,OBS_CONF"
)


def line(
    value: str,
    industry: str = "62012,62012 : Business and domestic software development",
    band: str = "1,0 to 4",
    area: str = "E02005948",
    legal: str = "0,Total",
    date: str = "2025",
    measure: str = "20100",
) -> str:
    return f"{date},{area},{area} 001,2021 MSOA,{industry},{band},{legal},{measure},{value},A,F"


def read(tmp_path: Path, *lines: str, share: float = 0.01, header: str = HEADER):
    return read_drop(BUSINESS_COUNTS, {"2025-10.csv": "\n".join([header, *lines]) + "\n"}, tmp_path, share)


def cells(tmp_path: Path, *lines: str) -> dict[tuple[str, str, str], int]:
    """Units of each area, industry and band."""
    found = rows(read(tmp_path, *lines), TABLE)
    return {(row["area_code"], row["sic2007"], row["size_band"]): row["units"] for row in found}


SOFTWARE = ("E02005948", "62012", "0 to 4")


def test_a_cell_has_its_area_industry_band_and_units(tmp_path: Path):
    reading = read(tmp_path, line("25"), line("5", band="9,1000+"))
    first = {"area_code": "E02005948", "area_name": "E02005948 001", "sic2007": "62012", "size_band": "0 to 4"}
    assert rows(reading, TABLE) == [
        {**first, "employees_from": 0, "employees_to": 4, "units": 25},
        {**first, "size_band": "1000+", "employees_from": 1000, "employees_to": None, "units": 5},
    ]


@pytest.mark.parametrize(
    "industry",
    [
        "01110,01110 : Growing of cereals",
        "1110,01110 : Growing of cereals",
        "1110.0,01110 : Growing of cereals",
        ",01110 : Growing of cereals",
        "01110 : Growing of cereals,Growing of cereals",
    ],
)
def test_an_industry_is_known_by_code_and_name_together(tmp_path: Path, industry: str):
    assert cells(tmp_path, line("5", industry=industry)) == {("E02005948", "01110", "0 to 4"): 5}


@pytest.mark.parametrize(
    "other",
    [
        {"industry": "Total,Total"},
        {"industry": "J,J : Information and communication"},
        {"industry": "62,62 : Computer programming"},
        {"industry": "6201,6201 : Computer programming activities"},
        {"band": "0,Total"},
        {"band": "10,Micro (0 to 9)"},
        {"legal": "1,Company (including building society)"},
        {"date": "2024"},
        {"measure": "20301"},
    ],
)
def test_what_is_a_total_or_a_part_of_another_is_not_counted_again(tmp_path: Path, other: dict[str, str]):
    assert cells(tmp_path, line("25"), line("30", **other)) == {SOFTWARE: 25}


def test_legal_statuses_are_added_up_where_there_is_no_total(tmp_path: Path):
    assert cells(tmp_path, line("5", legal="1,Company"), line("10", legal="2,Sole proprietor")) == {SOFTWARE: 15}


def test_bands_are_the_finest_there_are(tmp_path: Path):
    groups = [line("30", band="10,Micro (0 to 9)"), line("35", band="0,Total")]
    assert cells(tmp_path, *groups) == {("E02005948", "62012", "Micro (0 to 9)"): 30}


def test_without_a_band_a_count_is_a_total_whose_employees_nobody_knows(tmp_path: Path):
    reading = read(tmp_path, "E02005948,62012,40", header="GEOGRAPHY_CODE,INDUSTRY_CODE,OBS_VALUE")
    found = rows(reading, TABLE)[0]
    assert (found["size_band"], found["units"], found["employees_from"]) == ("Total", 40, None)


@pytest.mark.parametrize("value", ["", "-", "*", "c"])
def test_a_suppressed_cell_makes_nothing_and_is_counted(tmp_path: Path, value: str):
    reading = read(tmp_path, line("25"), line(value, industry="62020,62020 : Consultancy"), line("0", area="E02000001"))
    assert [row["units"] for row in rows(reading, TABLE)] == [25]
    assert "1 are suppressed" in reading.notes[0]


@pytest.mark.parametrize(
    ("row", "found", "expected"),
    [
        (line("5", industry="62999,62999 : Unheard of"), "62999", "SIC 2007 code of 5 digits"),
        (line("5", industry="62012,62020 : Consultancy"), "62012, 62020 : Consultancy", "the same in code and name"),
        (line("5", band="77,Enormous"), "77, Enormous", "a size band: 0 to 4"),
        (line("about 5"), "about 5", "a whole number of units"),
        (line("-5"), "-5", "a whole number of units"),
    ],
)
def test_a_row_that_is_none_is_refused_in_words(tmp_path: Path, row: str, found: str, expected: str):
    with pytest.raises(DropError) as refused:
        read(tmp_path, line("25", area="E02000002"), row)
    assert found in str(refused.value)
    assert expected in str(refused.value)
    assert refused.value.problem.row == 3


def test_a_cell_that_stands_twice_refuses_the_drop(tmp_path: Path):
    with pytest.raises(DropError, match="stands in row 2 already"):
        read(tmp_path, line("25"), line("25"))


def test_a_drop_without_five_digit_industries_is_refused(tmp_path: Path):
    with pytest.raises(DropError, match="no row has a count of a five-digit industry"):
        read(tmp_path, line("25", industry="62,62 : Computer programming"))
