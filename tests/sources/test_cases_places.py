"""Kinds of input that people meet, of places, codes and registers: each case with what is right, and a small one of its
kind that needs no file beside the project."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from assets.months import Month
from assets.sources.plausibility.rules import UNREAD
from tests.sources.conftest import Place
from tests.sources.support import LOCAL_UNITS_CSV, ingest, put
from tests.sources.test_cases import Lay

REGISTER_HEADER = (
    "CompanyName, CompanyNumber,RegAddress.PostCode,CompanyCategory,CompanyStatus,IncorporationDate,"
    "SICCode.SicText_1,SICCode.SicText_2,SICCode.SicText_3,SICCode.SicText_4"
)
NUMBERS = (
    "01234567",
    "SC123456",
    "NI012345",
    "R0000123",
    "OC300001",
    "SO300001",
    "NC000012",
    "LP012345",
    "IP28341R",
    "SP2345RS",
    "NP000123",
    "FC031234",
    "OE012345",
    "CE012345",
    "GE000145",
    "RC000123",
)
"""A company's number of each kind."""


def register(*companies: str) -> str:
    return "\n".join([REGISTER_HEADER, *companies]) + "\n"


def company(number: str, name: str = "A LTD", status: str = "Active", sic: str = "62012 - Business software") -> str:
    doubled = name.replace('"', '""')
    return f'"{doubled}","{number}","OX1 1AA","Private Limited Company","{status}","11/09/2012","{sic}","","",""'


def codes_of(place_or_laid: Any, dataset: str) -> list[tuple[Any, ...]]:
    query = (
        "select column_name, row_count, round(missing_share * row_count)::int, unread, example from sources.drop_codes "
        f"where dataset = '{dataset}' and as_of = '2025-05-01' order by column_name"
    )
    return list(place_or_laid.warehouse.read(query).rows())


def test_04_the_geoportals_long_labels_place_every_postcode(laid: Lay) -> None:
    month = laid("04-onspd-hosted-table")
    assert month.read("postcodes") == (5, 0)
    placed = month.rows(
        "select postcode, easting, local_authority_code, region_code from reference.postcodes "
        "where as_of = '2025-05-01' and easting is not null and latitude is not null and not is_terminated order by 1"
    )
    assert [row[0] for row in placed] == ["KA3 0AP", "NG1 0AP", "TA1 0AA", "WC3 0AY", "WD2 0AL"]
    assert placed[0] == ("KA3 0AP", 255641, "S12900176", "S99999999")


def test_07_every_company_of_the_register_is_read(laid: Lay) -> None:
    month = laid("07-ch-quirks")
    assert month.read("companies_house") == (31, 0)
    sic = dict(month.rows("select company_number, sic2007 from sources.companies_house_sic"))
    assert sic["01234567"] == sic["SC123456"] == "01110"
    assert sic["09999996"] == "62020"
    names = dict(month.rows("select company_number, name from sources.companies_house"))
    assert (names["01234567"], names["09999993"]) == ('ALDER "THE" WORKS LTD', "ZELKOVA LTD")
    assert codes_of(month, "companies_house")[1][:4] == ("sic2007", 31, 8, 1)
    assert any("8 of them have no SIC 2007 code that can be used" in sentence for sentence in month.said)


def test_companies_of_every_kind_of_number_are_read_and_the_rest_is_counted(april: Place) -> None:
    put(
        april.sources,
        "companies_house/2025-05.csv",
        register(
            *(company(number) for number in NUMBERS),
            company(
                "09999991",
                'ALDER "THE"\nWORKS LTD',
                sic="1110 - Growing of cereals (except rice), leguminous crops and oil seeds",
            ),
            company("09999992", status="Live but Receiver Manager on at least one charge", sic="1110 - Extract oil"),
            company("09999993", status="Liquidation"),
            company("09999994", sic="None Supplied"),
            company("09999995", sic="99999 - Dormant Company"),
        ),
    )
    said = " ".join(
        sentence for report in ingest(april.warehouse, april.sources).reports.values() for sentence in report.messages
    )
    found = april.warehouse.read("select company_number, name from sources.companies_house").rows()
    assert {number for number, _ in found} >= {*NUMBERS, "09999992"} and len(found) == len(NUMBERS) + 4
    assert dict(found)["09999991"] == 'ALDER "THE" WORKS LTD'
    sic = dict(april.warehouse.read("from sources.companies_house_sic").select("company_number", "sic2007").rows())
    assert sic["09999991"] == "01110" and not sic.keys() & {"09999992", "09999994", "09999995"}
    assert "left out are 1: 1 Liquidation" in said
    assert "3 of them have no SIC 2007 code that can be used; texts that are no code of SIC 2007: 1, " in said
    (postcode, codes) = codes_of(april, "companies_house")
    assert postcode == ("postcode", 20, 0, 0, None)
    assert codes[:4] == ("sic2007", 20, 3, 1) and codes[4].endswith("'1110 - Extract oil'")


def test_09_a_society_of_a_grant_is_that_of_the_register(laid: Lay) -> None:
    month = laid("09-iuk-crn")
    month.make_organisations()
    (registered,) = month.rows(
        "select organisation_id from organisations.matches where dataset = 'companies_house' "
        "and record_key like 'IP%28341%'"
    )
    granted = month.rows(
        "select distinct matches.organisation_id from organisations.matches as matches "
        "join organisations.source_records as records using (month, dataset, record_key) "
        "where matches.dataset = 'innovate_uk' and records.crn like 'IP%28341%'"
    )
    assert granted == [registered]


def test_27a_first_level_territories_are_regions_with_names(laid: Lay) -> None:
    month = laid("27a-bnd-itl1")
    drawn = "select code, name from reference.boundaries where layer = 'region' and as_of = '2025-05-01' order by 1"
    assert month.rows(drawn) == [("E12000001", "North East (England)"), ("S92000003", "Scotland")]


def test_27g_a_file_that_gives_nothing_is_said(laid: Lay) -> None:
    month = laid("27g-bnd-ctyua")
    assert any(
        "gives nothing that the map uses: none of its areas (1: E10000003 Cambridgeshire)" in sentence
        for sentence in month.said
    )


@pytest.mark.parametrize(
    "code", ["ITL125CD", "itl121cd", "NUTS118CD", "LAD25CD", "Local Authority District Code (2025)"]
)
def test_codes_of_areas_are_found_by_their_pattern(april: Place, code: str) -> None:
    level = code.startswith(("ITL1", "itl1", "NUTS1"))
    name = code.replace("Code", "Name").replace("CD", "NM").replace("cd", "nm")
    areas = pl.DataFrame({"ObjectId": ["1"], code: ["TLI" if level else "E09000001"], name: ["A place"]})
    put(april.sources, "boundaries/2025-05.csv", areas.write_csv())
    ingest(april.warehouse, april.sources)
    expected = ("region", "E12000007") if level else ("local_authority", "E09000001")
    assert april.warehouse.read(
        "select layer, code from reference.area_names where name = 'A place' and as_of = '2025-05-01'"
    ).rows() == [expected]


def test_29c_codes_are_read_where_their_form_leaves_no_doubt_and_else_refused(laid: Lay) -> None:
    month = laid("29c-sic-forms")
    assert month.refused is not None
    (refusal,) = (line for line in month.refused.splitlines() if line.startswith("  idbr_enterprises/"))
    assert "row 4, column sic2007: the value is '1610'; expected a SIC 2007 code of 5 digits" in refusal
    assert "5 of 300 rows are refused" in refusal


def test_postcodes_that_are_none_are_counted_with_an_example_and_warned_about(april: Place) -> None:
    put(april.sources, "idbr_local_units/2025-05.csv", LOCAL_UNITS_CSV.replace("OX110AA", "somewhere"))
    said = [
        sentence for report in ingest(april.warehouse, april.sources).reports.values() for sentence in report.messages
    ]
    example = "row 2 of idbr_local_units/2025-05.csv: 'somewhere'"
    assert codes_of(april, "idbr_local_units") == [("postcode", 4, 2, 1, example)]
    alarms = april.warehouse.read("select column_name, figure, before, now, verdict from sources.alarms").rows()
    assert ("postcode", UNREAD, 0.0, pytest.approx(1 / 3), "warned") in alarms
    assert any(example in sentence for sentence in said)


def test_a_text_that_says_that_there_is_no_postcode_is_no_bad_one(april: Place) -> None:
    put(april.sources, "idbr_local_units/2025-05.csv", LOCAL_UNITS_CSV.replace("OX110AA", "N/A"))
    ingest(april.warehouse, april.sources)
    assert codes_of(april, "idbr_local_units") == [("postcode", 4, 2, 0, None)]


def test_firms_that_lost_their_codes_since_the_month_before_are_noticed(april: Place) -> None:
    header = "company_number,company_name,rtic_codes,employees,turnover\n"
    rows = [f"{number:08d},Firm {number},{{}},5,1000\n" for number in range(1, 9)]
    locations = "company_number,postcode,kind,employees\n" + "".join(
        f"{number:08d},OX11 0AA,registered,\n" for number in range(1, 9)
    )
    for month, coded in (("2025-04", 8), ("2025-05", 4)):
        codes = ("RTIC0052" if number < coded else "" for number in range(8))
        put(april.sources, f"rtic_companies/{month}.csv", header + "".join(map(str.format, rows, codes)))
        put(april.sources, f"rtic_locations/{month}.csv", locations)
        ingest(april.warehouse, april.sources, Month.parse(month))
    alarms = april.warehouse.read("select column_name, figure, before, now, verdict from sources.alarms").rows()
    assert ("rtic_codes", "rows with a value", 1.0, 0.5, "warned") in alarms
