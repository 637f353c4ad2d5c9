"""Text to values, and headers to columns."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assets.methods.text.company_numbers import is_normal_crn, normalise_crn
from assets.methods.text.postcodes import is_normal_postcode, normalise_postcode
from assets.sources.values.columns import (
    CODE,
    CRN,
    DATE,
    LATITUDE,
    POSTCODE,
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
from assets.sources.values.sic_codes import known_sic2007


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (WHOLE_NUMBER, "12", 12),
        (WHOLE_NUMBER, "1,234", 1234),
        (WHOLE_NUMBER, "12.0", 12),
        (WHOLE_NUMBER, "0190000", 190000),
        (WHOLE_NUMBER, "12.5", None),
        (WHOLE_NUMBER, "1,234,567.0", 1234567),
        (WHOLE_NUMBER, "12,5", None),
        (POUNDS, "5,50", None),
        (POUNDS, "1234,567", None),
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
        (DATE, "1800-01-01", date(1800, 1, 1)),
        (DATE, "31/12/2100", date(2100, 12, 31)),
        (DATE, "1799-12-31", None),
        (DATE, "2101-01-01", None),
        (DATE, "2999-01-01", None),
        (DATE, "01/01/0001", None),
        (DATE, "0000-00-00", None),
        (DATE, "99999", None),
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
        (SIC2007, "6201", "62010"),
        (SIC2007, "62.01", "62010"),
        (SIC2007, "1610", None),
        (SIC2007, "01.61", "01610"),
        (SIC2007, "16.10", "16100"),
        (SIC2007, "1.11", "01110"),
        (SIC2007, "0111", "01110"),
        (SIC2007, "A01110", "01110"),
        (SIC2007, "J62012", "62012"),
        (SIC2007, "A62012", None),
        (SIC2007, "62 01 2", "62012"),
        (SIC2007, "62012.0", "62012"),
        (SIC2007, "1110.0", "01110"),
        (SIC2007, "620120", None),
        (SIC2007, "1.11E+03", "01110"),
        (SIC2007, "1.61E+03", None),
        (SIC2007, "6.20E+04", None),
        (SIC2007, "6.2012E+04", "62012"),
        (SIC2007, "7499", None),
        (SIC2007, "0", None),
        (SIC2007, "62020-Information", "62020"),
        (SIC2007, "62012 - Business and domestic software development", "62012"),
        (SIC2007, "1610 - Support activities for crop production", "01610"),
        (SIC2007, "1610 - Sawmilling and planing of wood", None),
        (SIC2007, "1110 - Extract petroleum & natural gas", None),
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


WRITTEN = [
    *("01234567", "SC012345", "sc12345", "1234567", "12345.0", "00000000", "SC000000", "12000000", "ZZ", "", None),
    *("OX1 1AA", "ox11aa", "OX110AA", "W1A 1AA", "NPT 1AA", "GIR 0AA", "A1 1AA ", "OX1  1AA", "OX1-1AA", "1 1AA"),
]


@pytest.mark.parametrize(
    ("kind", "is_normal", "normalise"),
    [(CRN, is_normal_crn, normalise_crn), (POSTCODE, is_normal_postcode, normalise_postcode)],
)
def test_text_that_is_passed_over_as_normal_is_what_parsing_would_make_of_it(
    kind: Kind, is_normal: Callable[[pl.Expr], pl.Expr], normalise: Callable[[pl.Expr], pl.Expr]
) -> None:
    texts = pl.DataFrame({"text": WRITTEN}, schema={"text": pl.String})
    parsed = texts.select(normalise(pl.col("text"))).to_series()
    assert texts.select(kind.parse(pl.col("text"))).to_series().to_list() == parsed.to_list()
    normal = texts.select(is_normal(pl.col("text"))).to_series().fill_null(False)
    assert normal.any()
    assert texts["text"].filter(normal).to_list() == parsed.filter(normal).to_list()
    only_normal = texts.filter(normal)
    assert only_normal.lazy().select(kind.parse(pl.col("text"))).collect(engine="streaming").equals(only_normal)


NUMBERS = st.lists(st.text("0123456789.,+-e£ ", max_size=12), max_size=20)


def without_thousands(text: str) -> str:
    """By the letter of the rule: commas part groups of three digits, or the text is no number."""
    return text.replace(",", "") if re.fullmatch(r"[0-9]{1,3}(,[0-9]{3})*(\.[0-9]*)?", text) else text


def whole_number(text: str) -> int | None:
    """By the letter of the rule: digits, their thousands parted by commas or not, and zeros after a point."""
    found = re.fullmatch(r"([0-9]+)(\.0*)?", without_thousands(text))
    return int(found[1]) if found and int(found[1]) < 1 << 63 else None


def pounds(text: str) -> Decimal | None:
    """By the letter of the rule: digits with a point and parted thousands, pound signs and blanks anywhere."""
    plain = without_thousands(re.sub(r"[£\s]", "", text))
    return Decimal(plain) if re.fullmatch(r"[0-9]*\.?[0-9]+|[0-9]+\.", plain) else None


@settings(deadline=None)
@given(NUMBERS)
def test_numbers_are_read_the_same_whether_they_are_written_plainly_or_not(texts: list[str]) -> None:
    frame = pl.DataFrame({"text": texts}, schema={"text": pl.String})

    def read(kind: Kind) -> list[Any]:
        return frame.lazy().select(kind.parse(pl.col("text"))).collect(engine="streaming").to_series().to_list()

    assert read(WHOLE_NUMBER) == [whole_number(text) for text in texts]
    for kind, factor in ((POUNDS, 1), (THOUSANDS_OF_POUNDS, 1000)):
        for amount, value in zip(map(pounds, texts), read(kind), strict=True):
            if amount is None:
                assert value is None
            elif amount * 100 % 1 == 0:
                assert value == amount * factor


def test_plain_and_odd_texts_of_a_column_keep_their_places() -> None:
    texts = pl.DataFrame({"text": ["12", None, "1,234", "x", "7.0", "0190000", "123456789012345"]})
    assert texts.select(WHOLE_NUMBER.parse(pl.col("text"))).to_series().to_list() == [
        *(12, None, 1234, None, 7, 190000, 123456789012345)
    ]
    codes = pl.DataFrame({"text": ["9001", "9001.0", None, "A.0", "9001.5"]})
    assert codes.select(CODE.parse(pl.col("text"))).to_series().to_list() == ["9001", "9001", None, "A.0", "9001.5"]


def test_every_known_code_of_sic_2007_is_its_own_value() -> None:
    known = known_sic2007()
    assert known.str.contains("^[0-9]{5}$").all()
    texts = pl.DataFrame({"text": known})
    assert texts.select(SIC2007.parse(pl.col("text"))).to_series().to_list() == known.to_list()
    spaced = texts.select(SIC2007.parse(pl.col("text").str.head(2) + "." + pl.col("text").str.tail(3))).to_series()
    assert spaced.to_list() == known.to_list()


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
