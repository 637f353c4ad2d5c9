"""The shipped sector lists cover every code once, under the names that the publisher uses."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from assets.reference import shipped_list

ABSENT_DIVISIONS = {4, 34, 40, 44, 48, 54, 57, 67, 76, 83, 89}
DIVISIONS = [f"{number:02d}" for number in range(1, 100) if number not in ABSENT_DIVISIONS]
PUBLISHED_SIC_NAMES = {
    "Primary and Secondary Education",
    "Transport Equipment",
    "Electronic Devices",
    "Mining and Extraction",
    "Automotive Manufacturing",
    "Engineering",
    "Food and Agriculture",
    "Manufacturing",
    "Wood Products",
    "Machinery",
    "Healthcare",
    "Metal Products",
    "Water & Waste",
    "Higher and Further Education",
    "Electricity",
    "Chemicals and Materials",
    "Software and IT",
    "Business Support Services",
    "Construction",
    "Transport Services",
}
PUBLISHED_RTIC_CODES = {
    "RTIC0052": "FinTech",
    "RTIC0006": "Cyber",
    "RTIC0013": "Energy Storage",
    "RTIC0027": "Photonics",
    "RTIC0047": "CleanTech",
    "RTIC0058": "MedTech",
    "RTIC0062": "Pharma",
    "RTIC0095": "Artificial Intelligence",
    "RTIC0098": "Space",
    "RTIC0099": "Semiconductors",
}


def sector_of(code: str) -> str | None:
    sectors = dict(shipped_list("sic_sectors").iter_rows())
    return next((sectors[code[:length]] for length in (5, 4, 3, 2) if code[:length] in sectors), None)


def test_sic_sectors_are_32_that_every_division_is_in() -> None:
    listed = shipped_list("sic_sectors")
    assert listed["sector"].n_unique() == 32
    assert set(listed["sector"]) >= PUBLISHED_SIC_NAMES
    assert listed["sic2007_prefix"].is_unique().all()
    assert len(DIVISIONS) == 88
    assert sorted(prefix for prefix in listed["sic2007_prefix"] if len(prefix) == 2) == DIVISIONS


def test_every_sic_code_has_a_sector_and_every_prefix_decides_one() -> None:
    codes = shipped_list("sic2007_codes")["sic2007"].to_list()
    assert {code[:2] for code in codes} == set(DIVISIONS)
    assert all(sector_of(code) for code in codes)
    for prefix in shipped_list("sic_sectors")["sic2007_prefix"]:
        assert any(code.startswith(prefix) for code in codes), prefix


@pytest.mark.parametrize(
    ("code", "sector"),
    [
        ("58210", "Software and IT"),
        ("58110", "Publishing and Broadcasting"),
        ("71111", "Professional Services"),
        ("71121", "Engineering"),
        ("85421", "Higher and Further Education"),
        ("85310", "Primary and Secondary Education"),
        ("63910", "Publishing and Broadcasting"),
        ("63110", "Software and IT"),
    ],
)
def test_the_longest_prefix_decides(code: str, sector: str) -> None:
    assert sector_of(code) == sector


def test_rtic_sectors_are_46_with_the_published_codes() -> None:
    listed = dict(shipped_list("rtic_sectors").iter_rows())
    assert len(listed) == len(set(listed.values())) == 46
    assert {code: listed[code] for code in PUBLISHED_RTIC_CODES} == PUBLISHED_RTIC_CODES
    assert all(len(code) == 8 and code.startswith("RTIC") and code[4:].isdigit() for code in listed)


def test_regions_are_twelve_and_the_nations_stand_under_both_codes() -> None:
    regions = dict(shipped_list("regions").iter_rows())
    assert len(set(regions.values())) == 12
    assert regions["W99999999"] == regions["W92000004"] == "Wales"
    assert regions["S99999999"] == regions["S92000003"] == "Scotland"
    assert regions["N99999999"] == regions["N92000002"] == "Northern Ireland"


def test_codes_are_those_of_the_register_of_industrial_classifications(shared_data: Path) -> None:
    real = pl.read_csv(
        shared_data / "sic2007" / "data__industrial-classification-2007.tsv", separator="\t", infer_schema=False
    )
    codes = real["industrial-classification-2007"].str.replace_all(r"[./]", "").str.pad_end(5, "0")
    ours = set(shipped_list("sic2007_codes")["sic2007"]) - {"74990", "99999"}
    assert ours == {code for code in codes if code[0].isdigit()}
