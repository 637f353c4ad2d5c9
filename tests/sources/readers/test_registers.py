"""IDBR, RTIC and Companies House: what their rows become, and which are refused."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from assets.sources.problems import DropError
from assets.sources.readers.companies_house import COMPANIES_HOUSE
from assets.sources.readers.idbr_enterprises import IDBR_ENTERPRISES
from assets.sources.readers.idbr_local_units import IDBR_LOCAL_UNITS
from assets.sources.readers.rtic_companies import RTIC_COMPANIES
from assets.sources.readers.rtic_locations import RTIC_LOCATIONS
from assets.sources.values.sic_codes import EXPECTED, sic2007_of_register
from tests.sources.support import ENTERPRISES_CSV, LOCAL_UNITS_CSV, read_drop, rows, zipped


def test_an_enterprise_has_its_number_its_code_and_turnover_in_pounds(tmp_path: Path) -> None:
    reading = read_drop(IDBR_ENTERPRISES, {"2025-05.csv": ENTERPRISES_CSV}, tmp_path)
    first, second, third = rows(reading, "sources.idbr_enterprises")
    assert first == {
        "entref": "9001",
        "crn": "01234567",
        "name": "Alpha Ltd",
        "sic2007": "62012",
        "employees": 12,
        "turnover_gbp": Decimal("345600.00"),
        "legal_status": "Company",
    }
    assert (second["crn"], second["sic2007"], second["employees"], second["turnover_gbp"]) == (
        None,
        "01110",
        None,
        None,
    )
    assert third["crn"] == "SC012345"
    assert reading.rejected.is_empty()


def test_parquet_and_parts_read_as_csv_does(tmp_path: Path) -> None:
    typed = pl.DataFrame(
        {
            "ENTREF": [9001],
            "crn": [1234567],
            "name": ["Alpha Ltd"],
            "sic2007": [62012],
            "employees": [12.0],
            "turnover_thousands": [345.6],
            "legal_status": ["Company"],
        }
    )
    typed.write_parquet(tmp_path / "a.parquet")
    second = ENTERPRISES_CSV.splitlines()[0] + "\n" + "\n".join(ENTERPRISES_CSV.splitlines()[2:]) + "\n"
    parts: dict[str, str | bytes] = {"1.parquet": (tmp_path / "a.parquet").read_bytes(), "2.csv": second}
    whole = rows(
        read_drop(IDBR_ENTERPRISES, {"2025-05.csv": ENTERPRISES_CSV}, tmp_path / "csv"), "sources.idbr_enterprises"
    )
    assert rows(read_drop(IDBR_ENTERPRISES, parts, tmp_path / "parts"), "sources.idbr_enterprises") == whole


def test_a_few_bad_rows_are_refused_with_reasons_and_the_rest_kept(tmp_path: Path) -> None:
    lines = ENTERPRISES_CSV + "9004,,,62013,-3,1,Company\n"
    reading = read_drop(IDBR_ENTERPRISES, {"2025-05.csv": lines}, tmp_path, share=0.25)
    assert [row["entref"] for row in rows(reading, "sources.idbr_enterprises")] == ["9001", "9002", "9003"]
    assert sorted(reading.rejected.rows()) == [
        ("idbr_enterprises/2025-05.csv", 5, "employees", "-3", "expected a whole number, 0 or more"),
        ("idbr_enterprises/2025-05.csv", 5, "name", None, "expected text"),
        ("idbr_enterprises/2025-05.csv", 5, "sic2007", "62013", f"expected {EXPECTED}"),
    ]


def test_past_the_share_the_drop_is_refused_naming_the_first_rows(tmp_path: Path) -> None:
    lines = ENTERPRISES_CSV + "9004,,Delta,62013,1,1,\n9005,,Eps,62012,x,1,\n"
    with pytest.raises(DropError) as error:
        read_drop(IDBR_ENTERPRISES, {"2025-05.csv": lines}, tmp_path, share=0.3)
    assert str(error.value).splitlines() == [
        "idbr_enterprises/2025-05.csv, row 5, column sic2007: the value is '62013'; expected "
        f"{EXPECTED}. Correct the file or have it sent again (2 of 5 rows are refused, more than the 30.00% that "
        "max_rejected_share allows).",
        "    also idbr_enterprises/2025-05.csv, row 6, column employees: the value is 'x'; expected a whole number, "
        "0 or more. Likewise.",
    ]


def test_a_share_that_is_just_met_is_allowed(tmp_path: Path) -> None:
    lines = ENTERPRISES_CSV + "9004,,Delta,62013,1,1,\n"
    assert read_drop(IDBR_ENTERPRISES, {"2025-05.csv": lines}, tmp_path, share=0.25).rejected.height == 1


def test_an_enterprise_twice_refuses_the_drop(tmp_path: Path) -> None:
    lines = ENTERPRISES_CSV + "9002,,Beta again,62012,1,1,\n"
    with pytest.raises(
        DropError, match=r"row 5, column entref: '9002' stands in row 3 already; expected every entref once"
    ):
        read_drop(IDBR_ENTERPRISES, {"2025-05.csv": lines}, tmp_path, share=1)


def test_a_file_pasted_twice_names_its_first_repeats(tmp_path: Path) -> None:
    with pytest.raises(DropError) as error:
        read_drop(IDBR_ENTERPRISES, {"2025-05.csv": ENTERPRISES_CSV + ENTERPRISES_CSV.partition("\n")[2]}, tmp_path)
    assert [problem.row for problem in (error.value.problem, *error.value.also)] == [5, 6, 7]


def test_a_key_twice_in_two_parts_names_the_other_file(tmp_path: Path) -> None:
    with pytest.raises(DropError, match=r"b.csv, row 2, .*'9001' stands in row 2 of idbr_enterprises/a.csv already"):
        read_drop(IDBR_ENTERPRISES, {"a.csv": ENTERPRISES_CSV, "b.csv": ENTERPRISES_CSV}, tmp_path)


def test_a_site_of_an_unknown_enterprise_is_refused(tmp_path: Path) -> None:
    pl.DataFrame({"entref": ["9001", "9002"]}).write_parquet(tmp_path / "enterprises.parquet")
    reading = read_drop(
        IDBR_LOCAL_UNITS,
        {"2025-05.csv": LOCAL_UNITS_CSV},
        tmp_path,
        share=0.25,
        idbr_enterprises=tmp_path / "enterprises.parquet",
    )
    assert [row["luref"] for row in rows(reading, "sources.idbr_local_units")] == ["L1", "L2", "L3"]
    assert reading.rejected.rows() == [
        (
            "idbr_local_units/2025-05.csv",
            5,
            "entref",
            "9003",
            "expected the entref of an enterprise in the month's idbr_enterprises",
        )
    ]


def test_a_malformed_postcode_of_a_site_is_null_and_its_employees_stay(tmp_path: Path) -> None:
    lines = "luref,entref,sic2007,postcode,employees\nL1,9001,62012,nowhere,10\n"
    (row,) = rows(read_drop(IDBR_LOCAL_UNITS, {"2025-05.csv": lines}, tmp_path), "sources.idbr_local_units")
    assert (row["postcode"], row["employees"]) == (None, 10)


RTIC_CSV = """company_number,company_name,rtic_codes,employees,turnover,website
1234567,Alpha Ltd,"RTIC0052, RTIC005201,RTIC0006",12,1000000.50,alpha.example
SC12345,Gamma plc,RTIC0098,,,
"""


def test_a_firms_verticals_are_folded_into_their_sectors(tmp_path: Path) -> None:
    reading = read_drop(RTIC_COMPANIES, {"2025-05.csv": RTIC_CSV}, tmp_path)
    assert rows(reading, "sources.rtic_companies")[0] == {
        "company_number": "01234567",
        "company_name": "Alpha Ltd",
        "employees": 12,
        "turnover_gbp": Decimal("1000000.50"),
        "website": "alpha.example",
    }
    assert [tuple(row.values()) for row in rows(reading, "sources.rtic_company_sectors")] == [
        ("01234567", "RTIC0052"),
        ("01234567", "RTIC0006"),
        ("SC012345", "RTIC0098"),
    ]


@pytest.mark.parametrize("codes", ["RTIC0098;RTIC0006", '"rtic009801,,RTIC0098; RTIC0006,"'])
def test_codes_may_stand_with_any_separators(tmp_path: Path, codes: str) -> None:
    reading = read_drop(RTIC_COMPANIES, {"2025-05.csv": RTIC_CSV.replace("RTIC0098", codes)}, tmp_path)
    of_gamma = [row["rtic_code"] for row in rows(reading, "sources.rtic_company_sectors")][2:]
    assert of_gamma == ["RTIC0098", "RTIC0006"]


@pytest.mark.parametrize("codes", ["RTIC52", "RTIC0052 and more", "FinTech"])
def test_codes_that_are_none_refuse_the_row(tmp_path: Path, codes: str) -> None:
    lines = RTIC_CSV.replace("RTIC0098", codes)
    with pytest.raises(DropError, match="row 3, column rtic_codes: .*expected RTIC codes"):
        read_drop(RTIC_COMPANIES, {"2025-05.csv": lines}, tmp_path)


def test_a_firm_without_a_code_is_in_no_sector(tmp_path: Path) -> None:
    reading = read_drop(RTIC_COMPANIES, {"2025-05.csv": RTIC_CSV.replace("RTIC0098", "")}, tmp_path)
    assert [row["company_number"] for row in rows(reading, "sources.rtic_companies")] == ["01234567", "SC012345"]
    assert {row["company_number"] for row in rows(reading, "sources.rtic_company_sectors")} == {"01234567"}


def test_a_drop_in_which_no_firm_has_a_code_is_refused_with_the_column_and_the_remedy(tmp_path: Path) -> None:
    lines = RTIC_CSV.replace("RTIC0098", "").replace('"RTIC0052, RTIC005201,RTIC0006"', " ")
    with pytest.raises(DropError) as raised:
        read_drop(RTIC_COMPANIES, {"2025-05.csv": lines.replace("rtic_codes", "RTIC_Codes")}, tmp_path)
    assert str(raised.value) == (
        "rtic_companies/2025-05.csv, column RTIC_Codes: none of the 2 rows has a code; expected RTIC codes (RTIC and 4 "
        "digits, then 2 for a vertical) with commas between in the rows of firms that are in an emerging sector, empty "
        "in the others. Export the file again, with the codes of its firms."
    )


def test_one_number_written_two_ways_is_one_firm_twice(tmp_path: Path) -> None:
    lines = RTIC_CSV + "01234567,Alpha Limited,RTIC0052,,,\n"
    with pytest.raises(DropError, match="row 4, column company_number: '01234567' stands in row 2 already"):
        read_drop(RTIC_COMPANIES, {"2025-05.csv": lines}, tmp_path)


def test_a_location_stands_once_and_exact_repeats_are_passed_over(tmp_path: Path) -> None:
    lines = """company_number,postcode,kind,employees
1234567,OX110AA,Registered,
1234567,OX11 0AA,operating,5
1234567,OX11 0AA,operating,7
1234567,OX11 0AA,operating,7
1234567,OX11 0AB,operating,
"""
    key = "column company_number and postcode and kind: the value is '01234567, OX11 0AA, operating'"
    with pytest.raises(DropError, match=key):
        read_drop(RTIC_LOCATIONS, {"2025-05.csv": lines}, tmp_path)
    reading = read_drop(RTIC_LOCATIONS, {"2025-05.csv": lines}, tmp_path / "lenient", share=0.5)
    assert [tuple(row.values()) for row in rows(reading, "sources.rtic_locations")] == [
        ("01234567", "OX11 0AA", "registered", None),
        ("01234567", "OX11 0AA", "operating", 5),
        ("01234567", "OX11 0AB", "operating", None),
    ]
    refused = "expected every company_number and postcode and kind once: it stands in row 3 of"
    assert [(row[1], row[4]) for row in reading.rejected.rows()] == [
        (5, "repeated row"),
        (4, f"{refused} rtic_locations/2025-05.csv already"),
    ]


def companies(shared_header: str, *lines: str) -> str:
    return "\n".join([shared_header, *lines]) + "\n"


HEADER = (
    "CompanyName, CompanyNumber,RegAddress.PostCode,CompanyCategory,CompanyStatus,DissolutionDate,IncorporationDate,"
    "SICCode.SicText_1,SICCode.SicText_2,SICCode.SicText_3,SICCode.SicText_4"
)


def test_active_companies_and_their_codes_from_zip_parts(tmp_path: Path) -> None:
    one = companies(
        HEADER,
        '"ALPHA LTD","01234567","OX11 0AA","Private Limited Company","Active","","11/09/2012",'
        '"62012 - Business and domestic software development","62020 - Consultancy","62012 - again",""',
        '"SLEEPING LTD","01234568","OX11 0AA","Private Limited Company","Active","","11/09/2012",'
        '"99999 - Dormant Company","","",""',
    )
    two = companies(
        HEADER,
        '"GONE LTD","SC123456","","Private Limited Company","Liquidation","","11/09/2012","62012 - Software","","",""',
        '"STRIKE LTD","OC123456","","Limited Liability Partnership","Active - Proposal to Strike off","","01/02/2020",'
        '"None Supplied","","",""',
    )
    parts = {"part1.zip": zipped(part1=one), "part2.zip": zipped(part2=two)}
    reading = read_drop(COMPANIES_HOUSE, parts, tmp_path)
    found = rows(reading, "sources.companies_house")
    assert [row["company_number"] for row in found] == ["01234567", "01234568", "OC123456"]
    assert found[0] == {
        "company_number": "01234567",
        "name": "ALPHA LTD",
        "postcode": "OX11 0AA",
        "category": "Private Limited Company",
        "status": "Active",
        "incorporation_date": date(2012, 9, 11),
    }
    assert [tuple(row.values()) for row in rows(reading, "sources.companies_house_sic")] == [
        ("01234567", "62012"),
        ("01234567", "62020"),
    ]
    assert reading.notes == (
        "companies_house: 3 active companies of 4",
        "companies_house: left out are 1: 1 Liquidation",
        "companies_house: 2 of them have no SIC 2007 code that can be used",
    )


def test_the_real_header_with_its_55_columns_is_read(shared_data: Path, tmp_path: Path) -> None:
    real = shared_data / "companies_house_sample" / "BasicCompanyData_header_and_one_real_row.csv"
    reading = read_drop(COMPANIES_HOUSE, {"2025-05.csv": real.read_bytes()}, tmp_path)
    (row,) = rows(reading, "sources.companies_house")
    assert (row["company_number"], row["name"], row["postcode"]) == ("08209948", "! LTD", "LS10 2RU")
    assert rows(reading, "sources.companies_house_sic") == []


def test_of_a_real_register_every_text_of_five_digits_is_read_and_no_code_of_2003(shared_data: Path) -> None:
    companies = pl.read_parquet(shared_data / "companies_house_sheffield_rotherham" / "companies_2024_11.parquet")
    texts = pl.concat([companies[f"SICCode.SicText_{number}"] for number in range(1, 5)]).drop_nulls().unique()
    found = pl.DataFrame({"text": texts}).with_columns(code=sic2007_of_register(pl.col("text")))
    is_activity = pl.col("text").str.contains("^[0-9]{5} - ") & ~pl.col("text").str.contains("^(99999|74990)")
    assert found.height == 740
    assert found.filter(is_activity).select((pl.col("code") == pl.col("text").str.head(5)).all()).item()
    assert found.filter(~is_activity)["code"].null_count() == found.filter(~is_activity).height
