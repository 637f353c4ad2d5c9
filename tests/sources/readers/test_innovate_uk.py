"""Innovate UK's list of participants in each kind of file, with its quirks."""

from __future__ import annotations

import io
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import xlsxwriter

from assets.sources.problems import DropError
from assets.sources.readers.innovate_uk import INNOVATE_UK, INNOVATE_UK_APPLICATIONS
from tests.sources.support import read_drop, rows

HEADER = (
    "Competition Reference",
    "Competition Title",
    "Programme Title",
    "Sector",
    "Application Number",
    "Project Number",
    "Project Title",
    "Public Description",
    "Competition Year",
    "Innovate UK Product Type",
    "Participant Name",
    "Is Lead Participant",
    "CRN",
    "Project Start Date",
    "Project End Date",
    "Award Offered (£)",
    "Total Costs (£)",
    "Actual Spend to Date (£)",
    "Participant Withdrawn From Project",
    "Project Status",
    "Enterprise Size",
    "Postcode",
    "Address Region",
    "Address LEP",
    "Address Local Authority",
    "In Multiple LEPs",
    "Industrial Strategy Challenge Fund (ISCF)",
)


def participant(**given: Any) -> dict[str, Any]:
    """A row of the list; names are ours, for the columns that the test is about."""
    usual = {
        "Competition Title": "Smart",
        "Application Number": "A1",
        "Project Number": 133001,
        "Project Title": "A project",
        "Competition Year": "2018/19",
        "Participant Name": "Alpha Ltd",
        "Is Lead Participant": "Yes",
        "CRN": 1234567,
        "Project Start Date": 43191,
        "Award Offered (£)": 1000.5,
        "Participant Withdrawn From Project": "No",
        "Project Status": "Live",
        "Enterprise Size": "Micro/Small",
        "Postcode": "OX110AA",
    }
    return {**usual, **given}


def workbook(participants: list[dict[str, Any]], header_row: int = 0, header: tuple[str, ...] = HEADER) -> bytes:
    """A workbook with the list on its first sheet; an empty cell is not written at all."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    sheet, notes = book.add_worksheet("Projects"), book.add_worksheet("Notes")
    notes.write(0, 0, "not the list")
    day = book.add_format({"num_format": "dd/mm/yyyy"})
    if header_row:
        sheet.write(0, 0, "Innovate UK funded projects")
    for column, name in enumerate(header):
        sheet.write(header_row, column, name)
    for number, row in enumerate(participants, start=header_row + 1):
        for name, value in row.items():
            if isinstance(value, datetime):
                sheet.write_datetime(number, header.index(name), value, day)
            elif value is not None:
                sheet.write(number, header.index(name), value)
    book.close()
    return buffer.getvalue()


def test_a_participant_as_the_workbook_gives_it(tmp_path: Path) -> None:
    reading = read_drop(INNOVATE_UK, {"2025-05.xlsx": workbook([participant()])}, tmp_path)
    assert rows(reading, "sources.innovate_uk") == [
        {
            "row_number": 2,
            "application_id": "A1",
            "project_id": "133001",
            "competition": "Smart",
            "title": "A project",
            "activity_date": date(2018, 4, 1),
            "participant_name": "Alpha Ltd",
            "crn": "01234567",
            "postcode": "OX11 0AA",
            "is_lead": True,
            "is_withdrawn": False,
            "project_status": "Live",
            "is_funded": True,
            "award_gbp": Decimal("1000.50"),
            "enterprise_size": "Micro/Small",
        }
    ]


def test_empty_cells_dates_and_awards(tmp_path: Path) -> None:
    reading = read_drop(
        INNOVATE_UK,
        {
            "2025-05.xlsx": workbook(
                [
                    participant(**{"Project Start Date": datetime(2019, 1, 2)}),
                    participant(**{"Project Start Date": None, "Competition Year": "2016/17", "CRN": "SC1"}),
                    participant(
                        **{
                            "Application Number": None,
                            "Is Lead Participant": None,
                            "Award Offered (£)": None,
                            "CRN": "SC2",
                        }
                    ),
                    participant(**{"CRN": "N/A", "Postcode": "Paris", "Award Offered (£)": 0}),
                ]
            )
        },
        tmp_path,
    )
    dated, by_year, bare, free = rows(reading, "sources.innovate_uk")
    assert dated["activity_date"] == date(2019, 1, 2)
    assert by_year["activity_date"] == date(2016, 4, 1)
    assert (bare["application_id"], bare["is_lead"], bare["award_gbp"]) == ("133001", False, None)
    assert (free["crn"], free["postcode"], free["award_gbp"]) == (None, None, Decimal("0.00"))


@pytest.mark.parametrize(
    ("written", "size"),
    [
        ("Micro/Small", "Micro/Small"),
        ("micro / small ", "Micro/Small"),
        ("Small", "Micro/Small"),
        ("Medium", "Medium"),
        ("Medium Sized", "Medium"),
        ("LARGE", "Large"),
        ("Academic", "Academic"),
        ("University/HEI", "Academic"),
        ("Public Sector", "Other"),
        (None, None),
    ],
)
def test_sizes_are_spelled_many_ways(tmp_path: Path, written: str | None, size: str | None) -> None:
    reading = read_drop(
        INNOVATE_UK, {"2025-05.xlsx": workbook([participant(**{"Enterprise Size": written})])}, tmp_path
    )
    assert rows(reading, "sources.innovate_uk")[0]["enterprise_size"] == size


def test_an_exact_repeat_is_passed_over_and_another_lead_of_the_project_stays(tmp_path: Path) -> None:
    other = participant(**{"Participant Name": "Beta Ltd", "CRN": None})
    reading = read_drop(INNOVATE_UK, {"2025-05.xlsx": workbook([participant(), participant(), other])}, tmp_path)
    assert [(row["row_number"], row["participant_name"]) for row in rows(reading, "sources.innovate_uk")] == [
        (2, "Alpha Ltd"),
        (4, "Beta Ltd"),
    ]
    assert reading.rejected.rows() == [("innovate_uk/2025-05.xlsx", 3, None, None, "repeated row")]


@pytest.mark.parametrize(
    "other", [{"Sector": "Energy"}, {"Participant Name": "Alpha Limited", "Award Offered (£)": 5}, {"Postcode": None}]
)
def test_a_participant_stands_once_on_a_project_whatever_else_its_row_says(
    tmp_path: Path, other: dict[str, Any]
) -> None:
    listed = workbook([participant(), participant(**{"Project Number": 2}), participant(**other)])
    expected = (
        r"row 4, column Project Number and Participant Name: the value is '133001, 01234567'; expected every Project "
        r"Number and Participant Name once: it stands in row 2 of innovate_uk/2025-05.xlsx already"
    )
    with pytest.raises(DropError, match=expected):
        read_drop(INNOVATE_UK, {"2025-05.xlsx": listed}, tmp_path)
    reading = read_drop(INNOVATE_UK, {"2025-05.xlsx": listed}, tmp_path / "lenient", share=0.4)
    assert [row["row_number"] for row in rows(reading, "sources.innovate_uk")] == [2, 3]


ERRORS = ("#N/A", "#DIV/0!", "#REF!", "#VALUE!", "#NAME?", "#NUM!", "#NULL!")
"""What spreadsheets write in a cell that they could not work out."""


@pytest.mark.parametrize("column", ["Award Offered (£)", "Project Title", "CRN", "Participant Withdrawn From Project"])
def test_what_a_spreadsheet_could_not_work_out_is_a_refused_cell(tmp_path: Path, column: str) -> None:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, HEADER)
        for number, error in enumerate(("", *ERRORS), start=1):
            for position, name in enumerate(HEADER):
                if name == column and error:
                    sheet.write_formula(number, position, "=NA()", None, error)
                elif name == "Project Number":
                    sheet.write(number, position, number)
                elif (value := participant().get(name)) is not None:
                    sheet.write(number, position, value)
    reading = read_drop(INNOVATE_UK, {"2025-05.xlsx": buffer.getvalue()}, tmp_path, share=0.9)
    assert [row["row_number"] for row in rows(reading, "sources.innovate_uk")] == [2]
    found = reading.rejected.select("row_number", "column_name", "value").rows()
    assert found == [(number, column, error) for number, error in enumerate(ERRORS, start=3)]
    assert all("a spreadsheet could not work the cell out" in reason for reason in reading.rejected["reason"])


def test_so_it_is_in_a_csv_that_a_spreadsheet_wrote(tmp_path: Path) -> None:
    csv = pl.DataFrame([{name: participant().get(name) for name in HEADER}]).with_columns(
        pl.lit("#N/A").alias("Project Title")
    )
    expected = (
        "row 2, column Project Title: the value is '#N/A'; expected text: a spreadsheet could not work the cell out"
    )
    with pytest.raises(DropError, match=expected):
        read_drop(INNOVATE_UK, {"2025-05.csv": csv.write_csv()}, tmp_path)


@pytest.mark.parametrize(
    ("word", "is_withdrawn"),
    [
        ("Active", False),
        ("active ", False),
        ("No", False),
        (None, False),
        ("Voluntary Withdrawal", True),
        ("Voluntary  withdrawal", True),
        ("Yes", True),
    ],
)
def test_words_for_one_who_withdrew(tmp_path: Path, word: str | None, is_withdrawn: bool) -> None:
    listed = workbook([participant(**{"Participant Withdrawn From Project": word})])
    reading = read_drop(INNOVATE_UK, {"2025-05.xlsx": listed}, tmp_path)
    assert rows(reading, "sources.innovate_uk")[0]["is_withdrawn"] is is_withdrawn


def test_a_word_that_is_not_known_is_refused_with_those_that_are(tmp_path: Path) -> None:
    listed = workbook([participant(**{"Participant Withdrawn From Project": "Left"})])
    expected = (
        "row 2, column Participant Withdrawn From Project: the value is 'Left'; expected one of Active, Voluntary "
        "Withdrawal, Involuntary Withdrawal, Withdrawn, Yes or No"
    )
    with pytest.raises(DropError, match=expected):
        read_drop(INNOVATE_UK, {"2025-05.xlsx": listed}, tmp_path)


def test_what_is_not_known_of_a_projects_status_is_told(tmp_path: Path) -> None:
    statuses = ["Live", "on-hold", "WITHDRAWN", "Paused", None]
    listed = [
        participant(**{"Project Number": number, "Project Status": status}) for number, status in enumerate(statuses)
    ]
    reading = read_drop(INNOVATE_UK, {"2025-05.xlsx": workbook(listed)}, tmp_path)
    found = [row["project_status"] for row in rows(reading, "sources.innovate_uk")]
    assert found == ["Live", "On Hold", "Withdrawn", "Paused", None]
    assert reading.notes == (
        "innovate_uk: 1 rows have no Project Status, and their money counts",
        "innovate_uk: of Project Status 'Paused' (1 rows) are not known, and their money counts; known are Live, "
        "Completed, Closed, Withdrawn, On Hold",
    )


@pytest.mark.parametrize(
    "spelling", ["Grant Offered (£)", "Grant Offered", "award offered (GBP)", "Award Offered (Â£)"]
)
def test_headers_of_older_books(tmp_path: Path, spelling: str) -> None:
    older = {
        "Award Offered (£)": spelling,
        "Project Number": "Project  Number ",
        "Participant Withdrawn From Project": "Participant Withdrawn\nFrom Project",
    }
    header = tuple(older.get(name, name) for name in HEADER)
    listed = {older.get(name, name): value for name, value in participant().items()}
    reading = read_drop(INNOVATE_UK, {"2025-05.xlsx": workbook([listed], header=header)}, tmp_path)
    (row,) = rows(reading, "sources.innovate_uk")
    assert (row["project_id"], row["award_gbp"], row["is_withdrawn"]) == ("133001", Decimal("1000.50"), False)


def sheets(*filled: tuple[str, list[list[Any]], bool]) -> bytes:
    """A workbook of sheets: name, rows, and whether it is hidden."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        for name, lines, is_hidden in filled:
            sheet = book.add_worksheet(name)
            for number, line in enumerate(lines):
                sheet.write_row(number, 0, line)
            if is_hidden:
                sheet.hide()
    return buffer.getvalue()


TABLE = [list(HEADER), [participant().get(name) for name in HEADER]]
NOTES = [["Innovate UK funded projects"], ["Contact"]]


@pytest.mark.parametrize(
    ("book", "row"),
    [
        (sheets(("Read me", NOTES, False), ("Projects", TABLE, False)), 2),
        (sheets(("Projects", [*NOTES, [], *TABLE], False)), 5),
        (sheets(("Empty", [], False), ("Old", TABLE, True), ("Read me", NOTES, False), ("Projects", TABLE, False)), 2),
        (sheets(("Read me", NOTES, False), ("Projects", TABLE, True)), 2),
    ],
    ids=["cover sheet", "title rows", "hidden copy", "hidden alone"],
)
def test_the_table_is_found_wherever_it_stands_in_the_book(tmp_path: Path, book: bytes, row: int) -> None:
    reading = read_drop(INNOVATE_UK, {"2025-05.xlsx": book}, tmp_path)
    assert [(found["row_number"], found["title"]) for found in rows(reading, "sources.innovate_uk")] == [
        (row, "A project")
    ]


def test_sheets_are_named_where_none_has_the_table_or_two_have_it(tmp_path: Path) -> None:
    lacking = [[name for name in HEADER if name != "Postcode"]]
    book = sheets(("Read me", NOTES, False), ("Projects", lacking, False))
    expected = r"it has: Innovate UK funded projects; of the sheets 'Read me', 'Projects' none has it"
    with pytest.raises(DropError, match=expected):
        read_drop(INNOVATE_UK, {"2025-05.xlsx": book}, tmp_path / "none")
    book = sheets(("To 2015", TABLE, False), ("From 2016", TABLE, False))
    with pytest.raises(
        DropError, match="the sheets 'To 2015', 'From 2016' have the table; expected one sheet with the"
    ):
        read_drop(INNOVATE_UK, {"2025-05.xlsx": book}, tmp_path / "two")


def test_two_workbooks_are_counted_through(tmp_path: Path) -> None:
    early, late = (
        workbook([participant(), participant(**{"Project Number": 2})]),
        workbook([participant(**{"CRN": "SC1"})]),
    )
    reading = read_drop(INNOVATE_UK, {"2004-to-2015.xlsx": early, "2016-on.xlsx": late}, tmp_path)
    assert [row["row_number"] for row in rows(reading, "sources.innovate_uk")] == [2, 3, 5]


def test_csv_and_parquet_read_as_the_workbook_does(tmp_path: Path) -> None:
    frame = pl.DataFrame([{name: participant().get(name) for name in HEADER}])
    frame.write_parquet(tmp_path / "a.parquet")
    csv = frame.write_csv().encode()
    files = {
        "2025-05.xlsx": workbook([participant()]),
        "2025-05.parquet": (tmp_path / "a.parquet").read_bytes(),
        "2025-05.csv": csv,
    }
    found = [
        rows(read_drop(INNOVATE_UK, {name: file}, tmp_path / name), "sources.innovate_uk")
        for name, file in files.items()
    ]
    assert found[0] == found[1] == found[2]


def test_a_row_without_any_number_is_refused(tmp_path: Path) -> None:
    nameless = participant(**{"Application Number": None, "Project Number": None})
    with pytest.raises(
        DropError, match="row 2, column Application Number: there is no value; expected an application number"
    ):
        read_drop(INNOVATE_UK, {"2025-05.xlsx": workbook([nameless])}, tmp_path)


def test_applications_say_whether_they_were_funded(tmp_path: Path) -> None:
    header = (*HEADER, "Application Outcome")
    listed = [
        participant(**{"Application Outcome": "Funded"}),
        participant(
            **{
                "Application Outcome": "Not funded",
                "Project Start Date": None,
                "Award Offered (£)": None,
                "CRN": "SC1",
            }
        ),
    ]
    reading = read_drop(INNOVATE_UK_APPLICATIONS, {"2025-05.xlsx": workbook(listed, header=header)}, tmp_path)
    assert [row["is_funded"] for row in rows(reading, "sources.innovate_uk_applications")] == [True, False]
    with pytest.raises(DropError, match="expected a column for each of Application Outcome"):
        read_drop(INNOVATE_UK_APPLICATIONS, {"2025-05.xlsx": workbook([participant()])}, tmp_path / "lacking")


def test_the_real_book_is_read_with_its_amounts(tmp_path: Path, shared_data: Path) -> None:
    real = shared_data / "ukri_innovate_uk_2026_08" / "innovate_uk_money_plain.xlsx"
    reading = read_drop(INNOVATE_UK, {"2026-08.xlsx": real.read_bytes()}, tmp_path)
    found = rows(reading, "sources.innovate_uk")
    assert [row["award_gbp"] for row in found] == [
        *(249900, 494721, 684946, 92366, 27362, 99961, 37909, 35208, Decimal("11049.50"), 99961)
    ]
    assert [row["is_withdrawn"] for row in found] == [False] * 9 + [True]
    assert {row["project_status"] for row in found} == {"Live", "Closed"}
    assert (reading.rejected.height, reading.notes) == (0, ())
