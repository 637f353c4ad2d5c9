"""One spelling for every way a company registration number is written."""

from __future__ import annotations

import polars as pl
import pytest

from assets.methods.text.company_numbers import normalise_crn


@pytest.mark.parametrize(
    ("written", "crn"),
    [
        ("1234567", "01234567"),
        ("01234567", "01234567"),
        ("1234567.0", "01234567"),
        ("sc12345", "SC012345"),
        ("SC 123456", "SC123456"),
        ("NI-12345", "NI012345"),
        ("OC301234", "OC301234"),
        ("R0000123", "R0000123"),
        ("IP12345R", "IP12345R"),
        ("SP2345RS", "SP2345RS"),
        ("IP28341", "IP28341R"),
        ("ip 28341 r", "IP28341R"),
        ("IP028341", "IP28341R"),
        ("IP00525R", "IP00525R"),
        ("IP525", "IP00525R"),
        ("SP2345", "SP2345RS"),
        ("SP002345", "SP2345RS"),
        ("SP23456", "SP023456"),
        ("IP123456", "IP123456"),
        ("IP000000", None),
        ("NP000123", "NP000123"),
        ("123456789", None),
        ("SC1234567", None),
        ("00000000", None),
        ("SC000000", None),
        ("N/A", None),
        ("None", None),
        ("", None),
        (None, None),
    ],
)
def test_one_spelling(written: str | None, crn: str | None) -> None:
    frame = pl.DataFrame({"written": [written]}, schema={"written": pl.String})
    assert frame.select(normalise_crn(pl.col("written"))).item() == crn


def test_a_number_column_reads_as_text_does() -> None:
    assert pl.DataFrame({"written": [1234567]}).select(normalise_crn(pl.col("written"))).item() == "01234567"
