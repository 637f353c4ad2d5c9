"""One spelling for every way a postcode is written."""

from __future__ import annotations

import polars as pl
import pytest

from assets.methods.text.postcodes import normalise_postcode, postcode_district, postcode_sector


@pytest.mark.parametrize(
    ("written", "postcode"),
    [
        ("OX110AA", "OX11 0AA"),
        ("OX11 0AA", "OX11 0AA"),
        ("ox11  0aa ", "OX11 0AA"),
        ("M1 1AA", "M1 1AA"),
        ("M1  1AA", "M1 1AA"),
        ("EC1A1BB", "EC1A 1BB"),
        ("W1A-0AX", "W1A 0AX"),
        ("GIR 0AA", "GIR 0AA"),
        ("NPT0AD", "NPT 0AD"),
        ("BT1 1AA", "BT1 1AA"),
        ("OX11", None),
        ("12345", None),
        ("N/A", None),
        ("OX11 0AAA", None),
        ("", None),
        (None, None),
    ],
)
def test_one_spelling(written: str | None, postcode: str | None) -> None:
    frame = pl.DataFrame({"written": [written]}, schema={"written": pl.String})
    assert frame.select(normalise_postcode(pl.col("written"))).item() == postcode


def test_areas_of_a_postcode() -> None:
    frame = pl.DataFrame({"postcode": ["OX11 0AA", "M1 1AA"]})
    assert frame.select(postcode_district(pl.col("postcode"))).to_series().to_list() == ["OX11", "M1"]
    assert frame.select(postcode_sector(pl.col("postcode"))).to_series().to_list() == ["OX11 0", "M1 1"]
