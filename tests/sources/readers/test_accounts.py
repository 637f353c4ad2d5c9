"""Companies House accounts: each form in which numbers, members and ZIPs come, by made-up filings."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from assets.sources.problems import DropError
from assets.sources.readers.accounts import ACCOUNTS, TABLE
from tests.sources.readers.filings import employees, filing, old_filing, packed, turnover
from tests.sources.support import read_drop, rows

END = date(2024, 3, 31)


def read(tmp_path: Path, members: dict[str, bytes], share: float = 0.01) -> list[dict[str, Any]]:
    return rows(read_drop(ACCOUNTS, {"2024-07.zip": packed(members)}, tmp_path, share), TABLE)


def test_numbers_members_and_nested_zips_are_read_in_all_their_forms(tmp_path: Path):
    end = END.isoformat()
    members = {
        **filing("00000001", end, employees("1,234"), turnover("5,600", 'scale="3"')),
        **filing("00000002", end, employees("7", 'sign="-"')),
        **filing("00000003", end, employees("-"), turnover("250000")),
        **filing("00000004", end, employees("4"), kind="zip"),
        **filing("00000005", end, employees("—")),
        **filing("SC000006", end, employees("6")),
        **filing("00000008", end, turnover("90", context="before"), turnover("100")),
        "__MACOSX/._Prod223_3785_00000001_20240331.html": b"litter",
        "Prod223_3785_CIC.zip": packed(
            {**filing("00000007", end, employees("9")), "__MACOSX/._x.html": b"litter", "readme.txt": b"-"}
        ),
    }
    found = {row["company_number"]: (row["employees"], row["turnover_gbp"]) for row in read(tmp_path, members)}
    assert found == {
        "00000001": (1234, Decimal("5600000.00")),
        "00000002": (7, None),
        "00000003": (None, Decimal("250000.00")),
        "00000004": (4, None),
        "SC000006": (6, None),
        "00000007": (9, None),
        "00000008": (None, Decimal("100.00")),
    }


def test_of_a_filing_its_own_year_and_the_whole_company_count_wherever_they_stand(tmp_path: Path):
    """Made by hand, one figure right: both years in either order, parts of the company, a year two days shorter."""
    end = END.isoformat()
    near = {"context": "near"}
    name = "bus:AverageNumberEmployeesDuringPeriod"
    quoted = f"<ix:nonFraction contextRef='before' unitRef='pure' name='{name}'>9</ix:nonFraction>"
    members = {
        **filing("00000001", end, employees("12"), employees("9", context="before")),
        **filing("00000002", end, employees("9", context="before"), employees("12")),
        **filing("00000003", end, employees("9", context="before"), employees("-"), turnover("100")),
        **filing("00000004", end, employees("7", context="part"), employees("12"), employees("5", context="part")),
        **filing("00000005", end, turnover("60", context="part"), turnover("100"), employees("3", context="part")),
        **filing("00000006", end, employees("9", context="before"), employees("11", **near), turnover("80", **near)),
        **filing("00000007", end, quoted, employees("12")),
        **filing("00000008", end, employees("6", context="nowhere")),
        **old_filing("00000009", end, before=9, now=12),
    }
    found = {row["company_number"]: (row["employees"], row["turnover_gbp"]) for row in read(tmp_path, members)}
    assert found == {
        "00000001": (12, None),
        "00000002": (12, None),
        "00000003": (None, Decimal("100.00")),
        "00000004": (12, None),
        "00000005": (None, Decimal("100.00")),
        "00000006": (11, Decimal("80.00")),
        "00000007": (12, None),
        "00000008": (6, None),
        "00000009": (12, None),
    }


def test_of_two_filings_of_one_date_the_later_counts_and_each_date_stands(tmp_path: Path):
    members = {
        **filing("00000001", "2023-03-31", employees("5")),
        **filing("00000001", "2024-03-31", employees("6")),
        **filing("00000001", "2024-03-31", employees("8"), run="Prod223_3790"),
    }
    found = [(row["balance_sheet_date"], row["employees"]) for row in read(tmp_path, members)]
    assert found == [(date(2023, 3, 31), 5), (END, 8)]


def test_a_filing_with_too_many_employees_is_refused_by_name(tmp_path: Path):
    members = {**filing("00000001", "2024-03-31", employees("20240331"))}
    with pytest.raises(DropError, match=r"Prod223_3785_00000001_20240331.html.*'20240331.*max_employees"):
        read(tmp_path, members)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (packed({"readme.txt": b"nothing"}), "there is no filing in the drop"),
        (packed(filing("00000001", "2024-03-31", employees("5")))[:-200], "the ZIP is cut short or damaged"),
        (b"<html>Not found</html>", "the ZIP is cut short or damaged"),
    ],
)
def test_a_zip_that_is_none_or_has_no_filing_is_refused_in_words(tmp_path: Path, content: bytes, message: str):
    with pytest.raises(DropError, match=message):
        read_drop(ACCOUNTS, {"2024-07.zip": content}, tmp_path)
