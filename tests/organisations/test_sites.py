"""Sites, their places and sectors: each rule by hand-worked rows."""

from __future__ import annotations

from assets.warehouse.database import Warehouse
from tests.organisations.world import PLACES, Row, rows, run, world

FLAGS = ("site_id", "in_register", "in_rtic", "is_registered_only")
COMPANY = {"company_number": "00000001", "company_name": "Acme"}


def test_every_local_unit_and_every_further_postcode_is_a_site(warehouse: Warehouse) -> None:
    world(
        warehouse,
        {
            "sources.idbr_enterprises": [{"entref": "1", "name": "Acme", "crn": "00000001"}],
            "sources.idbr_local_units": [
                {"luref": "1", "entref": "1", "postcode": "OX1 1AA", "employees": 3},
                {"luref": "2", "entref": "1", "postcode": "OX1 1AA", "employees": 4},
                {"luref": "3", "entref": "1", "postcode": None},
            ],
            "sources.rtic_companies": [COMPANY],
            "sources.rtic_locations": [
                {"company_number": "00000001", "postcode": "OX1 1AA", "employees": 99},
                {"company_number": "00000001", "postcode": "OX1 2BB", "employees": 5},
                {"company_number": "00000001", "postcode": "OX1 2BB", "kind": "registered"},
                {"company_number": "00000001", "postcode": "EC1A 1BB", "kind": "registered"},
            ],
            "sources.companies_house": [{"company_number": "00000001", "name": "Acme", "postcode": "EC1A 1BB"}],
            "sources.innovate_uk": [
                {"application_id": "A", "participant_name": "Acme", "crn": "00000001", "postcode": "M1 1AA"},
                {"application_id": "B", "participant_name": "Acme", "crn": "00000001", "postcode": "OX1 2BB"},
            ],
        },
    )
    run(warehouse, "sites")
    assert rows(warehouse, "organisations.sites", *FLAGS, "postcode", "employees") == [
        ("CRN-00000001@EC1A 1BB", True, True, True, "EC1A 1BB", None),
        ("CRN-00000001@M1 1AA", False, False, False, "M1 1AA", None),
        ("CRN-00000001@OX1 2BB", False, True, False, "OX1 2BB", 5),
        ("LU-1", True, True, False, "OX1 1AA", 3),
        ("LU-2", True, True, False, "OX1 1AA", 4),
        ("LU-3", True, False, False, None, None),
    ]


def test_an_overseas_postcode_is_no_site(warehouse: Warehouse) -> None:
    organisation = {"organisation_key": "o", "name": "Away", "postcode": "M1 1AA", "region": "Outside UK"}
    world(warehouse, {"sources.ukri_organisations": [organisation]})
    run(warehouse, "sites")
    assert rows(warehouse, "organisations.sites", "site_id") == []


DIRECTORY: list[Row] = [
    {**PLACES[0], "local_authority_code": "E07000178", "region_code": "E12000008"},
    {"postcode": "OX1 1AB", "easting": 1, "northing": 2, "latitude": 51.0, "longitude": -1.0, "is_terminated": True},
    {"postcode": "GY1 1AA", "grid": None},
    {
        "postcode": "BT1 1AA",
        "easting": 333000,
        "northing": 374000,
        "latitude": 54.6,
        "longitude": -5.9,
        "grid": "ni",
        "region_code": "N99999999",
    },
]
AREAS: list[Row] = [
    {"area": area, "area_kind": kind, "easting": easting, "northing": 9, "grid": "gb", "postcodes": 1}
    | {"latitude": 51.5, "longitude": -1.5}
    for area, kind, easting in (("OX1 1", "sector", 11), ("OX1", "district", 22))
]


GEOCODED = [
    # postcode, quality, easting, grid, local authority, region
    ("OX1 1AA", "postcode", 451000.0, "gb", "E07000178", "E12000008"),
    ("OX1 1AB", "terminated_postcode", 1.0, "gb", None, None),
    ("OX1 1ZZ", "sector", 11.0, "gb", None, None),
    ("OX1 9ZZ", "district", 22.0, "gb", None, None),
    ("BT1 1AA", "postcode", 333000.0, "ni", None, "N99999999"),
    ("GY1 1AA", "unlocated", None, None, None, None),
    ("ZZ9 9ZZ", "unlocated", None, None, None, None),
    (None, "unlocated", None, None, None, None),
]


def test_a_site_is_placed_by_postcode_then_sector_then_district(warehouse: Warehouse) -> None:
    units = [
        {"luref": str(number), "entref": "1", "postcode": postcode} for number, (postcode, *_) in enumerate(GEOCODED)
    ]
    world(
        warehouse,
        {
            "reference.postcodes": DIRECTORY,
            "reference.postcode_areas": AREAS,
            "sources.idbr_enterprises": [{"entref": "1", "name": "Acme"}],
            "sources.idbr_local_units": units,
        },
    )
    run(warehouse, "sites")
    columns = ("postcode", "geocode_quality", "easting", "grid", "local_authority_code", "region_code")
    listed = ", ".join(columns)
    assert warehouse.read(f"select {listed} from organisations.sites order by site_id").rows() == GEOCODED


def test_coordinates_place_an_institution_that_nothing_else_places(warehouse: Warehouse) -> None:
    oxford = {"latitude": 51.7534, "longitude": -1.25401}
    world(
        warehouse,
        {
            "sources.idbr_enterprises": [{"entref": "1", "name": "Placed"}, {"entref": "2", "name": "Unplaced"}],
            "sources.idbr_local_units": [
                {"luref": "1", "entref": "1", "postcode": "OX1 1AA"},
                {"luref": "2", "entref": "2", "postcode": "ZZ9 9ZZ"},
            ],
            "sources.institutions": [
                {"institution_key": "i", "name": "Placed", **oxford},
                {"institution_key": "j", "name": "Unplaced", **oxford},
                {"institution_key": "k", "name": "Unplaced", **oxford},
                {"institution_key": "l", "name": "Nowhere"},
            ],
        },
    )
    run(warehouse, "sites")
    columns = ("site_id", "organisation_id", "postcode", "geocode_quality", "round(easting / 1000)", "grid")
    assert rows(warehouse, "organisations.sites", *columns) == [
        ("ENT-2@51.75340,-1.25401", "ENT-2", None, "coordinates", 452.0, "gb"),
        ("LU-1", "ENT-1", "OX1 1AA", "postcode", 451.0, "gb"),
        ("LU-2", "ENT-2", "ZZ9 9ZZ", "unlocated", None, None),
    ]


def test_coordinates_place_an_institution_known_only_at_a_formation_agent(warehouse: Warehouse) -> None:
    world(
        warehouse,
        {
            "sources.companies_house": [
                {"company_number": f"0000000{number}", "name": name, "postcode": "EC1A 1BB"}
                for number, name in enumerate(("Quartz Lab", "Marble"))
            ],
            "sources.institutions": [
                {"institution_key": "i", "name": "Quartz Lab", "latitude": 51.7534, "longitude": -1.25401}
            ],
        },
    )
    run(warehouse, "sites", formation_agent_cap=1)
    assert rows(warehouse, "organisations.sites", "site_id", "geocode_quality", "is_excluded") == [
        ("CRN-00000000@51.75340,-1.25401", "coordinates", False),
        ("CRN-00000000@EC1A 1BB", "postcode", True),
        ("CRN-00000001@EC1A 1BB", "postcode", True),
    ]


def agency(registered: int) -> dict[str, list[Row]]:
    """So many companies with only a registered office at EC1A 1BB, and four that also operate there."""
    numbers = [f"{number:08d}" for number in range(registered + 4)]
    unit, operating, funded, granted = numbers[registered:]
    return {
        "sources.companies_house": [
            {"company_number": number, "name": f"Company {number}", "postcode": "EC1A 1BB"} for number in numbers
        ],
        "sources.idbr_enterprises": [{"entref": "1", "name": "Unit", "crn": unit}],
        "sources.idbr_local_units": [{"luref": "1", "entref": "1", "postcode": "EC1A 1BB"}],
        "sources.rtic_companies": [
            {"company_number": number, "company_name": "Any"} for number in (operating, numbers[0])
        ],
        "sources.rtic_locations": [
            {"company_number": operating, "postcode": "EC1A 1BB", "kind": "operating"},
            {"company_number": numbers[0], "postcode": "EC1A 1BB", "kind": "registered"},
        ],
        "sources.innovate_uk": [
            {"application_id": "A", "participant_name": "Funded", "crn": funded, "postcode": "EC1A 1BB"}
        ],
        "sources.ukri_organisations": [{"organisation_key": "o", "name": f"Company {granted}", "postcode": "EC1A 1BB"}],
    }


def test_registrations_at_a_formation_agent_are_left_out_and_counted(warehouse: Warehouse) -> None:
    world(warehouse, agency(registered=4))
    run(warehouse, "formation_agents", formation_agent_cap=3)
    kept = warehouse.read("select site_id from organisations.sites where not is_excluded order by all").rows()
    assert kept == [
        ("CRN-00000005@EC1A 1BB",),
        ("CRN-00000006@EC1A 1BB",),
        ("CRN-00000007@EC1A 1BB",),
        ("LU-1",),
    ]
    columns = ("postcode", "registered_only_organisations", "excluded_sites", "kept_sites")
    assert rows(warehouse, "organisations.formation_agents", *columns) == [("EC1A 1BB", 4, 4, 4)]

    # As many as the cap are not more than it.
    run(warehouse, "formation_agents", first="sites", formation_agent_cap=4)
    assert rows(warehouse, "organisations.formation_agents", "postcode") == []
    assert set(rows(warehouse, "organisations.sites", "is_excluded")) == {(False,)}


SECTORS: dict[str, list[Row]] = {
    "reference.sic_sectors": [
        {"sic2007_prefix": "62", "sector": "Software and IT"},
        {"sic2007_prefix": "620", "sector": "Three digits"},
        {"sic2007_prefix": "62012", "sector": "Five digits"},
        {"sic2007_prefix": "01", "sector": "Food and Agriculture"},
        {"as_of": "2020-01-01", "sic2007_prefix": "6201", "sector": "Of another drop"},
    ],
    "reference.rtic_sectors": [
        {"rtic_code": "RTIC0006", "sector": "Cyber"},
        {"rtic_code": "RTIC0052", "sector": "FinTech"},
    ],
}


def test_sic_sectors_are_those_of_the_site_by_the_longest_prefix(warehouse: Warehouse) -> None:
    codes = {"1": "62012", "2": "62011", "3": "62300", "4": "01110", "5": "99999"}
    world(
        warehouse,
        {
            **SECTORS,
            "sources.idbr_enterprises": [{"entref": "1", "name": "Acme", "crn": "00000001", "sic2007": "01110"}],
            "sources.idbr_local_units": [
                {"luref": luref, "entref": "1", "postcode": "OX1 1AA", "sic2007": sic} for luref, sic in codes.items()
            ],
            "sources.companies_house": [
                {"company_number": "00000001", "name": "Acme", "postcode": "M1 1AA"},
                {"company_number": "00000002", "name": "Not in IDBR", "postcode": "M1 1AA"},
            ],
            "sources.companies_house_sic": [
                {"company_number": "00000001", "sic2007": "01110"},
                {"company_number": "00000002", "sic2007": "01110"},
                {"company_number": "00000002", "sic2007": "01130"},
                {"company_number": "00000002", "sic2007": "62300"},
            ],
            "sources.innovate_uk": [
                {"application_id": "A", "participant_name": "X", "crn": "00000002", "postcode": "OX1 1AA"}
            ],
        },
    )
    run(warehouse, "site_sectors")
    assert rows(warehouse, "organisations.site_sectors", "site_id", "scheme", "sector") == [
        ("CRN-00000002@M1 1AA", "sic", "Food and Agriculture"),
        ("CRN-00000002@M1 1AA", "sic", "Software and IT"),
        ("LU-1", "sic", "Five digits"),
        ("LU-2", "sic", "Three digits"),
        ("LU-3", "sic", "Software and IT"),
        ("LU-4", "sic", "Food and Agriculture"),
    ]


def test_rtic_sectors_are_those_of_the_firm_at_its_rtic_locations(warehouse: Warehouse) -> None:
    world(
        warehouse,
        {
            **SECTORS,
            "sources.rtic_companies": [COMPANY, {"company_number": "00000002", "company_name": "None"}],
            "sources.rtic_company_sectors": [
                {"company_number": "00000001", "rtic_code": code} for code in ("RTIC0006", "RTIC0052", "RTIC9999")
            ],
            "sources.rtic_locations": [
                {"company_number": "00000001", "postcode": "OX1 1AA"},
                {"company_number": "00000002", "postcode": "OX1 1AA"},
            ],
            "sources.innovate_uk": [
                {"application_id": "A", "participant_name": "Acme", "crn": "00000001", "postcode": "M1 1AA"}
            ],
        },
    )
    run(warehouse, "site_sectors")
    assert rows(warehouse, "organisations.site_sectors", "site_id", "scheme", "sector") == [
        ("CRN-00000001@OX1 1AA", "rtic", "Cyber"),
        ("CRN-00000001@OX1 1AA", "rtic", "FinTech"),
    ]


def test_a_site_left_out_has_no_sector(warehouse: Warehouse) -> None:
    companies = [
        {"company_number": f"0000000{number}", "name": f"C{number}", "postcode": "M1 1AA"} for number in range(3)
    ]
    codes = [{"company_number": company["company_number"], "sic2007": "01110"} for company in companies]
    world(warehouse, {**SECTORS, "sources.companies_house": companies, "sources.companies_house_sic": codes})
    run(warehouse, "site_sectors", formation_agent_cap=2)
    assert rows(warehouse, "organisations.site_sectors", "site_id") == []
    run(warehouse, "site_sectors", first="sites", formation_agent_cap=3)
    assert len(rows(warehouse, "organisations.site_sectors", "site_id")) == 3
