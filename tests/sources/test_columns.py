"""Text to values, and headers to columns."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from assets.sources.columns import (
    CODE,
    DATE,
    LATITUDE,
    POUNDS,
    SIC2007,
    TEXT,
    THOUSANDS_OF_POUNDS,
    WHOLE_NUMBER,
    YES_NO,
    Column,
    Kind,
    choice,
    locate,
    missing,
)


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (WHOLE_NUMBER, "12", 12),
        (WHOLE_NUMBER, "1,234", 1234),
        (WHOLE_NUMBER, "12.0", 12),
        (WHOLE_NUMBER, "0190000", 190000),
        (WHOLE_NUMBER, "12.5", None),
        (WHOLE_NUMBER, "-3", None),
        (WHOLE_NUMBER, "twelve", None),
        (POUNDS, "£1,234.50", Decimal("1234.50")),
        (POUNDS, "0", Decimal("0.00")),
        (POUNDS, "0.1", Decimal("0.10")),
        (POUNDS, "1234567890123.45", Decimal("1234567890123.45")),
        (POUNDS, "1234.3000000000002", Decimal("1234.30")),
        (POUNDS, "-5", None),
        (POUNDS, "5 million", None),
        (THOUSANDS_OF_POUNDS, "345.6", Decimal("345600.00")),
        (THOUSANDS_OF_POUNDS, "0.00125", Decimal("1.25")),
        (DATE, "2018-04-01", date(2018, 4, 1)),
        (DATE, "2018-04-01 00:00:00", date(2018, 4, 1)),
        (DATE, "2018-04-01T10:00:00", date(2018, 4, 1)),
        (DATE, "01/04/2018", date(2018, 4, 1)),
        (DATE, "31/04/2018", None),
        (DATE, "43191", date(2018, 4, 1)),
        (DATE, "43191.0", date(2018, 4, 1)),
        (DATE, "April 2018", None),
        (SIC2007, "62012", "62012"),
        (SIC2007, "62.01/2", "62012"),
        (SIC2007, "1110", "01110"),
        (SIC2007, "62013", None),
        (SIC2007, "12345", None),
        (SIC2007, "620", None),
        (YES_NO, "Yes", True),
        (YES_NO, "no", False),
        (YES_NO, "maybe", None),
        (CODE, "9001.0", "9001"),
        (CODE, "A1.0", "A1.0"),
        (LATITUDE, "51.5", 51.5),
        (LATITUDE, "15.5", None),
        (LATITUDE, "nan", None),
        (choice("Funded", "Not funded"), "not FUNDED", "Not funded"),
        (choice("Funded", "Not funded"), "Pending", None),
    ],
)
def test_a_text_becomes_a_value_of_its_kind_or_none(kind: Kind, text: str, value: Any) -> None:
    assert pl.DataFrame({"text": [text]}).select(kind.parse(pl.col("text"))).item() == value


def test_headers_are_matched_without_case_ends_and_runs_of_spaces() -> None:
    columns = [Column("number", ("CompanyNumber",), TEXT), Column("line", ("Address Line",), TEXT)]
    assert locate(["\ufeff CompanyName", " companynumber_", "ADDRESS   LINE"], columns) == {"number": 1, "line": 2}


def test_the_first_spelling_wins_and_of_a_pattern_the_newest() -> None:
    column = Column("district", ("oslaua", re.compile(r"lad\d\dcd")), TEXT)
    assert locate(["lad24cd", "lad25cd", "lad23cd"], [column]) == {"district": 1}
    assert locate(["lad25cd", "oslaua"], [column]) == {"district": 1}


def test_only_an_optional_column_may_be_missing() -> None:
    columns = [Column("a", ("a",), TEXT), Column("b", ("b",), TEXT, "nullable"), Column("c", ("c",), TEXT, "optional")]
    assert [column.name for column in missing(["x"], columns)] == ["a", "b"]
