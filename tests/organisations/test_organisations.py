"""What an organisation is: name, type, size."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from assets.warehouse.database import Warehouse
from tests.organisations.world import Row, put, rows, run, world


def organisation_types(warehouse: Warehouse, *organisations: Sequence[Row]) -> list[str]:
    """The type of each organisation from its records alone, in turn."""
    world(warehouse, {})
    records = [
        {"record_key": f"{number} {position}", "name": "Acme", "normalised_name": "ACME", **record}
        for number, listed in enumerate(organisations)
        for position, record in enumerate(listed)
    ]
    put(warehouse, "organisations.source_records", *records)
    keys = [{key: record[key] for key in ("dataset", "record_key")} for record in records]
    put(
        warehouse,
        "organisations.matches",
        *({**key, "organisation_id": f"ORG-{key['record_key'].split()[0]:0>3}"} for key in keys),
    )
    run(warehouse, "organisations", first="organisations")
    return [
        found for _, found in rows(warehouse, "organisations.organisations", "organisation_id", "organisation_type")
    ]


TYPES = [
    # dataset, what it says of the type, normalised name, type
    ("idbr_enterprises", "1", "ACME", "business"),
    ("idbr_enterprises", "Sole proprietor", "ACME", "business"),
    ("idbr_enterprises", "4", "ACME", "public_body"),
    ("idbr_enterprises", "5", "ACME", "public_body"),
    ("idbr_enterprises", "Local authority", "ACME", "public_body"),
    ("idbr_enterprises", "7", "ACME", "charity"),
    ("idbr_enterprises", "Non-profit body", "ACME", "charity"),
    ("idbr_enterprises", "7", "ACME INSTITUTE", "research_organisation"),
    ("idbr_enterprises", "1", "ACME INSTITUTE", "business"),
    ("idbr_enterprises", "1", "UNIVERSITY OF GREENWICH", "university"),
    ("idbr_enterprises", "7", "OXFORD BROOKES UNIVERSITY", "university"),
    ("idbr_enterprises", "1", "OXFORD UNIVERSITY INNOVATION", "business"),
    ("idbr_enterprises", "1", "LEEDS CITY COUNCIL", "public_body"),
    ("ukri", None, "UNIVERSITY COLLEGE LONDON", "university"),
    ("ukri", None, "IMPERIAL COLLEGE LONDON", "university"),
    ("ukri", None, "UNIVERSITY HOSPITALS BRISTOL NHS FOUNDATION TRUST", "public_body"),
    ("ukri", None, "BRITISH COUNCIL", "public_body"),
    ("ukri", None, "MINISTRY OF DEFENCE", "public_body"),
    ("ukri", None, "DIGITAL CATAPULT", "research_organisation"),
    ("ukri", None, "WOODLAND TRUST", "charity"),
    ("ukri", None, "ACME RESEARCH", "business"),
    ("ukri", None, "ACME", "business"),
    ("rtic_companies", None, "BUSINESS COLLEGE OF DATA", "business"),
    ("innovate_uk", "Academic", "ACME", "university"),
    ("innovate_uk", "Academic", "ROTHAMSTED RESEARCH", "research_organisation"),
    ("innovate_uk", "Large", "ACME", "business"),
    ("publications", "education", "ACME", "university"),
    ("publications", "facility", "ACME", "research_organisation"),
    ("publications", "government", "ACME", "public_body"),
    ("publications", "healthcare", "ACME", "public_body"),
    ("publications", "nonprofit", "ACME", "charity"),
    ("publications", "company", "ACME TRUST", "business"),
    ("publications", "other", "ACME", "business"),
    ("companies_house", "Private Limited Company", "ACME TRUST", "business"),
    ("companies_house", None, "ACME TRUST", "business"),
    ("companies_house", "Charitable Incorporated Organisation", "ACME", "charity"),
    ("companies_house", "Further Education or Sixth Form College Corporation", "ACME", "university"),
]


def test_the_type_of_one_record(warehouse: Warehouse) -> None:
    records = [{"dataset": dataset, "type_hint": hint, "normalised_name": name} for dataset, hint, name, _ in TYPES]
    found = organisation_types(warehouse, *([record] for record in records))
    assert [(*case[:3], of) for case, of in zip(TYPES, found, strict=True)] == TYPES


def test_a_particular_statement_goes_before_being_a_company(warehouse: Warehouse) -> None:
    company = {"dataset": "idbr_enterprises", "type_hint": "1"}
    others = [
        {"dataset": "innovate_uk", "type_hint": "Academic"},
        {"dataset": "publications", "type_hint": "nonprofit"},
        {"dataset": "ukri", "normalised_name": "ACME TRUST"},
    ]
    found = organisation_types(warehouse, *([company, other] for other in others))
    assert found == ["university", "charity", "business"]


def test_only_what_is_wholly_overseas_is_overseas(warehouse: Warehouse) -> None:
    away, home = {"dataset": "ukri", "is_overseas": True}, {"dataset": "publications"}
    assert organisation_types(warehouse, [away], [away, home]) == ["overseas", "business"]


def test_firms_are_the_types_that_the_profile_counts(warehouse: Warehouse) -> None:
    world(
        warehouse,
        {"sources.ukri_organisations": [{"organisation_key": key, "name": key} for key in ("Acme", "Acme Trust")]},
    )
    run(warehouse, "organisations")
    assert rows(warehouse, "organisations.organisations", "name", "is_firm") == [("Acme", True), ("Acme Trust", False)]
    run(warehouse, "organisations", first="organisations", firm_types=["charity"])
    assert rows(warehouse, "organisations.organisations", "name", "is_firm") == [("Acme", False), ("Acme Trust", True)]


def test_names_and_sizes_are_the_registers_then_rtics_then_the_sites(warehouse: Warehouse) -> None:
    world(
        warehouse,
        {
            "sources.idbr_enterprises": [
                {"entref": "2", "name": "ACME B", "crn": "00000001", "employees": 10, "turnover_gbp": "100.50"},
                {"entref": "1", "name": "ACME A", "crn": "00000001", "employees": 5, "turnover_gbp": "1"},
                {"entref": "3", "name": "BOLT", "crn": "00000002"},
                {"entref": "4", "name": "CLIP"},
                {"entref": "5", "name": "DRUM"},
            ],
            "sources.idbr_local_units": [
                {"luref": "1", "entref": "3", "postcode": "M1 1AA", "employees": 99},
                {"luref": "2", "entref": "4", "postcode": "M1 1AA", "employees": 3},
                {"luref": "3", "entref": "4", "postcode": "OX1 1AA", "employees": 4},
                {"luref": "4", "entref": "4", "postcode": "OX1 1AA"},
            ],
            "sources.rtic_companies": [
                {"company_number": number, "company_name": name, "employees": 7, "turnover_gbp": "70"}
                for number, name in (("00000001", "Acme Ltd"), ("00000002", "Bolt Ltd"), ("00000003", "Edge Ltd"))
            ],
            "sources.innovate_uk": [{"application_id": "A", "participant_name": "Edge (t/a Ridge)", "crn": "00000003"}],
        },
    )
    run(warehouse, "organisations")
    columns = ("organisation_id", "name", "crn", "entref", "employees", "turnover_gbp")
    assert rows(warehouse, "organisations.organisations", *columns) == [
        ("CRN-00000001", "ACME A", "00000001", "1", 15, Decimal("101.50")),
        ("CRN-00000002", "BOLT", "00000002", "3", 7, Decimal("70.00")),
        ("CRN-00000003", "Edge Ltd", "00000003", None, 7, Decimal("70.00")),
        ("ENT-4", "CLIP", None, "4", 7, None),
        ("ENT-5", "DRUM", None, "5", None, None),
    ]
