"""Units of UK Business Counts on postcodes: each rule by hand-worked rows, and totals over made-up counts."""

from __future__ import annotations

from collections import Counter
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assets.warehouse.database import Warehouse
from tests.organisations.world import DATASETS, Row, put, rows, run, world
from tests.support import use_drop

OXFORD, MANCHESTER = "E07000178", "E08000003"
AREA_OF = {"OX": OXFORD, "M1": MANCHESTER}


def place(postcode: str, **others: Any) -> Row:
    area = AREA_OF[postcode[:2]]
    return {"postcode": postcode, "easting": 451000, "northing": 206000, "latitude": 51.75, "longitude": -1.26} | {
        "local_authority_code": area,
        "region_code": "E12000008" if area == OXFORD else "E12000002",
        "msoa_code": "E02005948" if area == OXFORD else "E02006912",
        "itl3_code": "TLJ14" if area == OXFORD else "TLD33",
        **others,
    }


POSTCODES = [
    *[place(f"OX1 {number}AA") for number in range(1, 6)],
    place("OX2 6GG", is_terminated=True),
    *[place(f"M1 {number}AA") for number in range(1, 4)],
]
SECTORS = [{"sic2007_prefix": "62", "sector": "Software and IT"}, {"sic2007_prefix": "10", "sector": "Food"}]


def count(area: str, units: int, sic2007: str = "62012", low: int | None = 0, high: int | None = 4) -> Row:
    band = "Total" if low is None else f"{low} to {high}" if high else f"{low}+"
    return {"area_code": area, "sic2007": sic2007, "size_band": band, "units": units} | {
        "employees_from": low,
        "employees_to": high,
    }


def counted(
    warehouse: Warehouse,
    counts: list[Row],
    others: dict[str, list[Row]] | None = None,
    last: str = "counted_units",
    **parameters: Any,
) -> None:
    """The layer's tables up to one, of these counts."""
    idbr = ("idbr_enterprises", "idbr_local_units", "rtic_companies", "rtic_locations")
    tables = {
        "reference.postcodes": POSTCODES,
        "reference.sic_sectors": SECTORS,
        "sources.business_counts": counts,
        **(others or {}),
    }
    world(warehouse, tables)
    use_drop(warehouse, *(name for name in DATASETS if name not in idbr), "business_counts")
    run(warehouse, last, **{"use_business_counts": True, **parameters})


def at_postcodes(warehouse: Warehouse) -> dict[str, int]:
    """Units at each postcode."""
    return dict(Counter(postcode for (postcode,) in rows(warehouse, "organisations.counted_units", "postcode")))


def company(number: int, postcode: str, **others: Any) -> Row:
    return {"company_number": f"{number:08d}", "name": f"Firm {number} Ltd", "postcode": postcode, **others}


def test_units_stand_on_all_live_postcodes_of_their_area_alike_where_nothing_else_is_known(warehouse: Warehouse):
    counted(warehouse, [count(OXFORD, 15), count(MANCHESTER, 5)])
    expected = {f"OX1 {number}AA": 3 for number in range(1, 6)} | {"M1 1AA": 2, "M1 2AA": 2, "M1 3AA": 1}
    assert at_postcodes(warehouse) == expected


def test_units_stand_where_companies_are_registered_and_an_address_counts_to_the_cap(warehouse: Warehouse):
    register = [company(1, "OX1 1AA"), company(2, "OX1 2AA"), *[company(n, "OX1 3AA") for n in range(3, 11)]]
    counted(warehouse, [count(OXFORD, 10)], {"sources.companies_house": register}, counts_postcode_cap=3)
    assert at_postcodes(warehouse) == {"OX1 1AA": 2, "OX1 2AA": 2, "OX1 3AA": 6}


def test_no_unit_stands_at_a_formation_agents_postcode(warehouse: Warehouse):
    register = [company(1, "OX1 1AA"), *[company(n, "OX1 3AA") for n in range(3, 11)]]
    counted(warehouse, [count(OXFORD, 10)], {"sources.companies_house": register}, formation_agent_cap=5)
    assert at_postcodes(warehouse) == {"OX1 1AA": 10}


def test_the_units_of_an_industry_are_not_all_at_the_fullest_postcode(warehouse: Warehouse):
    register = [*[company(n, "OX1 1AA") for n in range(6)], *[company(n, f"OX1 {n - 5}AA") for n in range(7, 11)]]
    industries = ["62012", "62020", "62090", "10110", "10120", "10130"]
    counted(warehouse, [count(OXFORD, 5, sic2007=code) for code in industries], {"sources.companies_house": register})
    found = rows(warehouse, "organisations.counted_units", "sic2007", "postcode")
    fullest = Counter(code for code, postcode in found if postcode == "OX1 1AA")
    assert sum(fullest.values()) == 18
    assert set(fullest) == set(industries)
    assert max(fullest.values()) <= 4


@pytest.mark.parametrize(
    ("code", "level"),
    [
        ("E02005948", "msoa"),
        (OXFORD, "local_authority"),
        ("TLJ14", "itl3"),
        ("UKJ1", "itl2"),
        ("TLJ", "itl1"),
        ("E12000008", "region"),
    ],
)
def test_an_area_is_of_the_level_whose_column_has_its_code(warehouse: Warehouse, code: str, level: str):
    counted(warehouse, [count(code, 10)])
    assert rows(warehouse, "organisations.counted_areas", "area_level", "live_postcodes", "is_used") == [
        (level, 5, True)
    ]
    assert sum(at_postcodes(warehouse).values()) == 10


def test_an_area_around_others_and_one_that_is_not_known_are_left_out_and_said(warehouse: Warehouse):
    counted(warehouse, [count(OXFORD, 5), count("E12000008", 5), count("X1", 5)])
    assert rows(warehouse, "organisations.counted_areas", "area_code", "is_around_others", "is_used") == [
        ("E07000178", False, True),
        ("E12000008", True, False),
        ("X1", False, False),
    ]
    assert sum(at_postcodes(warehouse).values()) == 5


def test_employees_are_the_middle_of_the_band_and_said_to_be_an_estimate(warehouse: Warehouse):
    bands = [(0, 4), (5, 9), (10, 19), (1000, None), (None, None)]
    counts = [count(OXFORD, 1, low=low, high=high, sic2007=f"6201{n}") for n, (low, high) in enumerate(bands)]
    counted(warehouse, counts, last="organisations")
    found = rows(warehouse, "organisations.organisations", "employees", "employees_source", "name")
    assert sorted(found, key=str) == sorted(
        [
            (2, "size_band", "Unknown firm"),
            (7, "size_band", "Unknown firm"),
            (14, "size_band", "Unknown firm"),
            (2000, "size_band", "Unknown firm"),
            (None, None, "Unknown firm"),
        ],
        key=str,
    )


GRANT = {"application_id": "A", "activity_date": "2024-05-01", "award_gbp": 7}


def test_a_company_known_to_be_active_takes_the_place_of_a_unit_and_no_other_company_is_a_site(warehouse: Warehouse):
    counted(
        warehouse,
        [count(OXFORD, 5)],
        {
            "sources.companies_house": [company(1, "OX1 1AA"), company(2, "M1 1AA"), company(3, "OX1 2AA")],
            "sources.companies_house_sic": [
                {"company_number": f"{number:08d}", "sic2007": "62012"} for number in range(1, 4)
            ],
            "sources.innovate_uk": [
                {**GRANT, "participant_name": "Firm 1 Ltd", "crn": "00000001", "postcode": "OX1 5AA"},
                {**GRANT, "participant_name": "Firm 2 Ltd", "crn": "00000002"},
            ],
        },
        last="organisations",
    )
    named = warehouse.read("select organisation_id, postcode from organisations.counted_units where is_named").rows()
    assert named == [("CRN-00000001", "OX1 5AA")]
    sectors = Counter(site for (site,) in rows(warehouse, "organisations.site_sectors", "left(site_id, 12)"))
    assert sectors == {"CRN-00000001": 1, "BC-E07000178": 4}
    sites = {site for (site,) in rows(warehouse, "organisations.sites", "site_id") if not site.startswith("BC-")}
    assert sites == {"CRN-00000001@OX1 1AA", "CRN-00000001@OX1 5AA", "CRN-00000002@M1 1AA"}
    firms = rows(warehouse, "organisations.organisations", "is_firm", "left(organisation_id, 12)")
    assert Counter(firms) == {
        (True, "UNIT-E070001"): 4,
        (True, "CRN-00000001"): 1,
        (True, "CRN-00000002"): 1,
        (False, "CRN-00000003"): 1,
    }


@pytest.mark.parametrize("use", ["not the profile's", "with the IDBR"])
def test_the_counts_make_nothing_where_the_profile_or_the_month_has_no_use_for_them(warehouse: Warehouse, use: str):
    tables = {
        "reference.postcodes": POSTCODES,
        "sources.business_counts": [count(OXFORD, 5)],
        "sources.companies_house": [company(1, "OX1 1AA")],
    }
    world(warehouse, tables)
    use_drop(warehouse, *DATASETS, "business_counts")
    if use != "with the IDBR":
        use_drop(warehouse, "postcodes", "companies_house", "business_counts")
    run(warehouse, "sites", use_business_counts=use == "with the IDBR")
    assert at_postcodes(warehouse) == {}
    assert rows(warehouse, "organisations.sites", "site_id") == [("CRN-00000001@OX1 1AA",)]


@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    counts=st.dictionaries(
        st.tuples(
            st.sampled_from([OXFORD, MANCHESTER]),
            st.sampled_from(["62012", "62020", "10110"]),
            st.sampled_from([(0, 4), (5, 9), (1000, None)]),
        ),
        st.integers(1, 40),
        min_size=1,
    ),
    registered=st.lists(st.sampled_from([row["postcode"] for row in POSTCODES]), max_size=30),
)
def test_every_unit_is_placed_once_in_its_area_whatever_the_counts(
    warehouse: Warehouse, counts: dict[tuple[str, str, tuple[int, int | None]], int], registered: list[str]
):
    given_counts = [count(area, units, code, *band) for (area, code, band), units in counts.items()]
    register = [company(number, postcode) for number, postcode in enumerate(registered)]
    counted(warehouse, given_counts, {"sources.companies_house": register}, formation_agent_cap=8)
    columns = ("area_code", "sic2007", "size_band", "postcode")
    found = pl.DataFrame(rows(warehouse, "organisations.counted_units", *columns), columns, orient="row")
    made = Counter(found.select(columns[:3]).rows())
    assert made == {(row["area_code"], row["sic2007"], row["size_band"]): row["units"] for row in given_counts}
    assert all(AREA_OF[postcode[:2]] == area for area, postcode in found.select("area_code", "postcode").rows())
    assert "OX2 6GG" not in set(found["postcode"])
    put(warehouse, "sources.companies_house", *reversed(register))
    run(warehouse, "counted_units", first="counted_areas", use_business_counts=True, formation_agent_cap=8)
    assert pl.DataFrame(rows(warehouse, "organisations.counted_units", *columns), columns, orient="row").equals(found)
