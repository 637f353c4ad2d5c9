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


def test_what_a_spreadsheet_could_not_work_out_is_no_empty_cell(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, HEADER)
        for column, name in enumerate(HEADER):
            if name in ("Award Offered (£)", "Project Title"):
                sheet.write_formula(1, column, "=NA()", None, "#N/A")
            elif (value := participant().get(name)) is not None:
                sheet.write(1, column, value)
    expected = r"row 2, column Award Offered \(£\): the value is '#N/A'; expected an amount in pounds"
    with pytest.raises(DropError, match=expected):
        read_drop(INNOVATE_UK, {"2025-05.xlsx": buffer.getvalue()}, tmp_path)
    csv = pl.DataFrame([{name: participant().get(name) for name in HEADER}]).with_columns(
        pl.lit("#N/A").alias("Project Title")
    )
    reading = read_drop(INNOVATE_UK, {"2025-05.csv": csv.write_csv()}, tmp_path / "csv")
    assert rows(reading, "sources.innovate_uk")[0]["title"] is None


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
