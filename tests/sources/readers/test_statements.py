"""What drops state of themselves: of which classification their codes are, of which register they are an extract."""

from __future__ import annotations

from pathlib import Path

import pytest

from assets.sources.problems import DropError
from assets.sources.readers.idbr_enterprises import IDBR_ENTERPRISES
from assets.sources.readers.idbr_local_units import IDBR_LOCAL_UNITS
from assets.sources.readers.rtic_sectors import RTIC_SECTORS
from assets.sources.readers.sic_correspondence import SIC_CORRESPONDENCE
from assets.sources.readers.sic_sectors import SIC_SECTORS
from tests.sources.support import ENTERPRISES_CSV, read_drop, rows

UNITS = "luref,entref,sic2026,postcode,employees,classification,register\n"


def test_a_drop_that_states_nothing_is_read_as_ever(tmp_path: Path) -> None:
    assert read_drop(IDBR_ENTERPRISES, {"2025-05.csv": ENTERPRISES_CSV}, tmp_path).statements == {}


def test_codes_of_a_later_classification_are_taken_where_it_is_stated(tmp_path: Path) -> None:
    lines = f"{UNITS}L1,9001,99123,OX11 0AA,10,sic2026,Statistical Business Register\nL2,9001,62012,,,,\n"
    reading = read_drop(IDBR_LOCAL_UNITS, {"2025-05.csv": lines}, tmp_path)
    assert [row["sic2007"] for row in rows(reading, "sources.idbr_local_units")] == ["99123", "62012"]
    assert reading.statements == {"classification": "SIC 2026", "register": "Statistical Business Register"}


def test_without_the_statement_they_are_refused(tmp_path: Path) -> None:
    lines = f"{UNITS}L1,9001,99123,OX11 0AA,10,,\n"
    with pytest.raises(DropError, match="'99123'; expected a SIC 2007 code"):
        read_drop(IDBR_LOCAL_UNITS, {"2025-05.csv": lines}, tmp_path)


def test_lists_of_sectors_state_their_classification(tmp_path: Path) -> None:
    sic = "sic_prefix,sector,classification\n991,Software,SIC 2026\n"
    reading = read_drop(SIC_SECTORS, {"2026-05.csv": sic}, tmp_path / "sic")
    assert rows(reading, "reference.sic_sectors") == [{"sic2007_prefix": "991", "sector": "Software"}]
    assert reading.statements == {"classification": "SIC 2026"}
    rtic = "rtic_code,sector,classification\nRTIC0052,FinTech,RTIC 2025\n"
    reading = read_drop(RTIC_SECTORS, {"2026-05.csv": rtic}, tmp_path / "rtic")
    assert reading.statements == {"classification": "RTIC 2025"}


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ("62,Software,SIC 2007\n71,Labs,SIC 2026\n", "different rows state 'SIC 2007' and 'SIC 2026'"),
        ("62,Software,NACE 2\n", "expected a classification and its year"),
        ("991,Software,SIC 2007\n", "expected the first 2 to 5 digits of SIC 2007 codes"),
    ],
)
def test_a_drop_is_of_one_classification_that_is_known(tmp_path: Path, lines: str, message: str) -> None:
    with pytest.raises(DropError, match=message):
        read_drop(SIC_SECTORS, {"2026-05.csv": f"sic2007_prefix,sector,classification\n{lines}"}, tmp_path)


HEADER = "from_classification,from_code,to_classification,to_code,share\n"


def test_a_correspondence_says_what_became_of_codes(tmp_path: Path) -> None:
    lines = f"{HEADER}SIC 2007,62012,SIC 2026,62110,0.75\nSIC 2007,62012,SIC 2026,62120,.25\n"
    found = rows(read_drop(SIC_CORRESPONDENCE, {"2026-05.csv": lines}, tmp_path), "reference.sic_correspondence")
    assert [(row["from_code"], row["to_code"], row["share"]) for row in found] == [
        ("62012", "62110", 0.75),
        ("62012", "62120", 0.25),
    ]


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("SIC 2007,62012,SIC 2026,62110,1.5", "expected a share above 0, at most 1"),
        ("SIC 2007,62012,SIC 2007,62110,1", "expected another classification"),
        ("SIC 2007,6201,SIC 2026,62110,1", "expected a code of five digits"),
    ],
)
def test_a_bad_correspondence_is_refused(tmp_path: Path, row: str, message: str) -> None:
    with pytest.raises(DropError, match=message):
        read_drop(SIC_CORRESPONDENCE, {"2026-05.csv": f"{HEADER}{row}\n"}, tmp_path)
