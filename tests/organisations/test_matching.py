"""Which organisation a record is: each rule by hand-worked records."""

from __future__ import annotations

import random
from collections.abc import Mapping
from hashlib import md5

import pytest

from assets.warehouse.database import Warehouse
from tests.organisations.world import Row, put, rows, run, world

SPELLINGS = {
    "Acme Robotics Ltd": "ACME ROBOTICS",
    "The ACME  Robotics Limited": "ACME ROBOTICS",
    "Acme Robotics PLC.": "ACME ROBOTICS",
    "B.A.E. Systems (Operations) Ltd": "BAE SYSTEMS OPERATIONS",
    "Marks & Spencer P.L.C.": "MARKS AND SPENCER",
    "St. John's Café-Bar LLP": "ST JOHNS CAFE BAR",
    "Smith Public Limited Company": "SMITH",
    "Jones Community Interest Company": "JONES",
    "Cwmni Da Cyf": "CWMNI DA",
    "Theatre Royal": "THEATRE ROYAL",
    "Limited": "LIMITED",
    "东方": "东方",
}


def test_names_are_normalised(warehouse: Warehouse) -> None:
    enterprises = [{"entref": str(number), "name": name} for number, name in enumerate(SPELLINGS)]
    world(warehouse, {"sources.idbr_enterprises": enterprises})
    run(warehouse, "source_records")
    assert dict(rows(warehouse, "organisations.source_records", "name", "normalised_name")) == SPELLINGS


def test_every_dataset_names_its_organisations_once(warehouse: Warehouse) -> None:
    participant = {"application_id": "A", "participant_name": "Acme", "crn": "00000001", "postcode": "OX1 1AA"}
    world(
        warehouse,
        {
            "sources.idbr_enterprises": [{"entref": "7", "name": "Acme", "crn": "00000001", "legal_status": "1"}],
            "sources.rtic_companies": [{"company_number": "00000001", "company_name": "Acme"}],
            "sources.companies_house": [{"company_number": "00000001", "name": "Acme", "postcode": "OX1 1AA"}],
            "sources.innovate_uk": [participant, {**participant, "application_id": "B", "enterprise_size": "Large"}],
            "sources.innovate_uk_applications": [{**participant, "crn": None}],
            "sources.ukri_organisations": [{"organisation_key": "u", "name": "Acme", "region": "Outside UK"}],
            "sources.institutions": [{"institution_key": "i", "name": "Acme", "institution_type": "company"}],
            "sources.activity_signals": [
                {"dataset": kind, "organisation_name": "Acme", "activity_date": f"2024-0{day}-01"}
                for kind in ("patents", "rd_tax_claims")
                for day in (1, 2)
            ],
        },
    )
    run(warehouse, "source_records")
    columns = ("dataset", "record_key", "crn", "entref", "postcode", "type_hint", "is_overseas")
    assert rows(warehouse, "organisations.source_records", *columns) == [
        ("companies_house", "00000001", "00000001", None, "OX1 1AA", None, False),
        ("idbr_enterprises", "7", "00000001", "7", None, "1", False),
        ("innovate_uk", "Acme|00000001|OX1 1AA", "00000001", None, "OX1 1AA", "Large", False),
        ("innovate_uk_applications", "Acme||OX1 1AA", None, None, "OX1 1AA", None, False),
        ("patents", "Acme||", None, None, None, None, False),
        ("publications", "i", None, None, None, "company", False),
        ("rd_tax_claims", "Acme||", None, None, None, None, False),
        ("rtic_companies", "00000001", "00000001", None, None, None, False),
        ("ukri", "u", None, None, None, None, True),
    ]


def test_only_the_drop_of_the_month_is_read(warehouse: Warehouse) -> None:
    enterprises = [{"entref": "1", "name": "Now"}, {"entref": "1", "name": "Before", "as_of": "2025-04-01"}]
    world(warehouse, {"sources.idbr_enterprises": enterprises})
    run(warehouse, "source_records")
    assert rows(warehouse, "organisations.source_records", "name") == [("Now",)]


def matched(warehouse: Warehouse, dataset: str) -> dict[str, tuple[str, str]]:
    """Record -> organisation and rule, of a dataset."""
    columns = ("dataset", "record_key", "organisation_id", "match_rule")
    return {
        key: (organisation, rule)
        for of, key, organisation, rule in rows(warehouse, "organisations.matches", *columns)
        if of == dataset
    }


def own_id(name: str, place: str) -> str:
    """The identifier of an organisation that no register has."""
    return f"ORG-{md5(f'{name}|{place}'.encode()).hexdigest()[:12]}"


def test_a_registration_number_goes_before_the_name(warehouse: Warehouse) -> None:
    world(
        warehouse,
        {
            "sources.idbr_enterprises": [
                {"entref": "1", "name": "Acme", "crn": "SC000001"},
                {"entref": "2", "name": "Acme Two", "crn": "SC000001"},
            ],
            "sources.innovate_uk": [
                {"application_id": "A", "participant_name": "Acme", "crn": "OC000009"},
                {"application_id": "A", "participant_name": "Old name", "crn": "SC000001"},
            ],
        },
    )
    run(warehouse, "matches")
    assert matched(warehouse, "innovate_uk") == {
        "Acme|OC000009|": ("CRN-OC000009", "crn"),
        "Old name|SC000001|": ("CRN-SC000001", "crn"),
    }
    assert matched(warehouse, "idbr_enterprises") == {"1": ("CRN-SC000001", "crn"), "2": ("CRN-SC000001", "crn")}


@pytest.mark.parametrize(
    ("registered", "expected"),
    [
        (["IP28341R"], "CRN-IP28341R"),
        (["SP2341RS", "IP28341R"], "CRN-IP28341R"),
        (["IP28341R", "IP28341C"], "CRN-IP028341"),
        (["SP28341R"], "CRN-IP028341"),
        ([], "CRN-IP028341"),
    ],
)
def test_a_society_goes_by_its_number_with_its_letter_or_without(
    warehouse: Warehouse, registered: list[str], expected: str
) -> None:
    world(
        warehouse,
        {
            "sources.companies_house": [{"company_number": number, "name": f"Of {number}"} for number in registered],
            "sources.innovate_uk": [{"application_id": "A", "participant_name": "Society", "crn": "IP028341"}],
            "sources.rtic_companies": [{"company_number": "IP028341", "company_name": "Society", "employees": 12}],
        },
    )
    run(warehouse, "organisations")
    assert matched(warehouse, "innovate_uk") == {"Society|IP028341|": (expected, "crn")}
    assert matched(warehouse, "companies_house") == {number: (f"CRN-{number}", "crn") for number in registered}
    employees = dict(rows(warehouse, "organisations.organisations", "organisation_id", "employees"))
    assert employees == {f"CRN-{number}": None for number in registered} | {expected: 12}


REGISTER: Mapping[str, list[Row]] = {
    "sources.idbr_enterprises": [
        {"entref": "1", "name": "Bluefin Ltd"},
        {"entref": "2", "name": "Bluefin Ltd"},
        {"entref": "3", "name": "Twin Ltd"},
        {"entref": "4", "name": "Lone Ltd"},
    ],
    "sources.idbr_local_units": [
        {"luref": "10", "entref": "1", "postcode": "OX1 1AA"},
        {"luref": "11", "entref": "1", "postcode": "M1 1AA"},
        {"luref": "20", "entref": "2", "postcode": "OX1 2BB"},
        {"luref": "30", "entref": "3", "postcode": "OX1 1AA"},
        {"luref": "40", "entref": "4", "postcode": "EC1A 1BB"},
    ],
    "sources.rtic_companies": [
        {"company_number": "00000001", "company_name": "BLUEFIN LIMITED"},
        {"company_number": "00000005", "company_name": "TWIN LLP"},
        {"company_number": "00000006", "company_name": "TWIN PLC"},
    ],
    "sources.rtic_locations": [
        {"company_number": "00000001", "postcode": "M1 1AA"},
        {"company_number": "00000005", "postcode": "OX1 1AA"},
        {"company_number": "00000006", "postcode": "OX1 1AA"},
    ],
}


def test_an_enterprise_without_a_number_is_the_one_company_of_its_name_at_one_of_its_sites(
    warehouse: Warehouse,
) -> None:
    world(warehouse, REGISTER)
    run(warehouse, "matches")
    assert matched(warehouse, "idbr_enterprises") == {
        "1": ("CRN-00000001", "name_postcode"),
        "2": ("ENT-2", "entref"),
        "3": ("ENT-3", "entref"),  # two companies bear the name at the postcode
        "4": ("ENT-4", "entref"),
    }


def test_name_and_postcode_then_the_name_that_one_organisation_bears(warehouse: Warehouse) -> None:
    participants = [
        ("Bluefin plc", "OX1 1AA", "CRN-00000001", "name_postcode"),  # at any site of the enterprise
        ("Bluefin plc", "OX1 2BB", "ENT-2", "name_postcode"),
        ("Bluefin plc", "EC1A 1BB", own_id("BLUEFIN", "EC1A 1BB"), "new"),  # two bear the name, neither there
        ("Lone", "M1 1AA", "ENT-4", "name"),
        ("Lone", None, "ENT-4", "name"),
        ("Twin", "OX1 1AA", own_id("TWIN", "OX1 1AA"), "new"),  # three bear the name there
    ]
    world(
        warehouse,
        {
            **REGISTER,
            "sources.innovate_uk": [
                {"application_id": "A", "participant_name": name, "postcode": postcode}
                for name, postcode, _, _ in participants
            ],
        },
    )
    run(warehouse, "matches")
    assert matched(warehouse, "innovate_uk") == {
        f"{name}||{postcode or ''}": (organisation, rule) for name, postcode, organisation, rule in participants
    }


def test_a_record_with_a_number_makes_its_name_known(warehouse: Warehouse) -> None:
    world(
        warehouse,
        {
            "sources.innovate_uk": [
                {"application_id": "A", "participant_name": "University of Oxford", "crn": "RC000658"}
            ],
            "sources.institutions": [{"institution_key": "i", "name": "The University of Oxford"}],
        },
    )
    run(warehouse, "matches")
    assert matched(warehouse, "publications") == {"i": ("CRN-RC000658", "name")}


def test_organisations_of_no_register_are_one_for_each_name_and_postcode(warehouse: Warehouse) -> None:
    world(
        warehouse,
        {
            "sources.innovate_uk": [
                {"application_id": "A", "participant_name": "Quartz Guild", "postcode": "OX1 1AA"},
                {"application_id": "A", "participant_name": "Marble Guild", "postcode": "OX1 1AA"},
                {"application_id": "A", "participant_name": "Marble Guild", "postcode": "M1 1AA"},
            ],
            "sources.ukri_organisations": [
                {"organisation_key": "a", "name": "Quartz Guild", "postcode": "OX1 1AA"},
                {"organisation_key": "b", "name": "Quartz Guild"},
                {"organisation_key": "c", "name": "Marble Guild"},
                {"organisation_key": "d", "name": "marble guild."},
            ],
        },
    )
    run(warehouse, "matches")
    quartz, marble = own_id("QUARTZ GUILD", "OX1 1AA"), own_id("MARBLE GUILD", "")
    assert matched(warehouse, "ukri") == {
        "a": (quartz, "name_postcode"),
        "b": (quartz, "name"),
        "c": (marble, "new"),  # two places bear the name, so neither is taken
        "d": (marble, "name"),
    }
    assert matched(warehouse, "innovate_uk") == {
        "Quartz Guild||OX1 1AA": (quartz, "new"),
        "Marble Guild||OX1 1AA": (own_id("MARBLE GUILD", "OX1 1AA"), "new"),
        "Marble Guild||M1 1AA": (own_id("MARBLE GUILD", "M1 1AA"), "new"),
    }


def test_what_lies_overseas_is_never_taken_for_a_british_namesake(warehouse: Warehouse) -> None:
    world(
        warehouse,
        {
            **REGISTER,
            "sources.ukri_organisations": [
                {"organisation_key": "home", "name": "Lone"},
                {"organisation_key": "away", "name": "Lone", "region": "Outside UK"},
                {"organisation_key": "away too", "name": "Lone Inc", "region": "outside uk "},
                {"organisation_key": "mars", "name": "Mars", "region": "Outside UK"},
                {"organisation_key": "mars uk", "name": "Mars"},
            ],
        },
    )
    run(warehouse, "matches")
    away = own_id("LONE", "OVERSEAS")
    assert matched(warehouse, "ukri") == {
        "home": ("ENT-4", "name"),
        "away": (away, "new"),
        "away too": (away, "name"),
        "mars": (own_id("MARS", "OVERSEAS"), "new"),
        "mars uk": (own_id("MARS", ""), "new"),
    }


def test_a_misspelt_name_is_linked_and_gives_its_name_to_the_organisation(warehouse: Warehouse) -> None:
    world(
        warehouse,
        {
            "sources.companies_house": [
                {"company_number": "00000001", "name": "Acme Robotics Limited", "postcode": "OX1 1AA"}
            ],
            "sources.innovate_uk": [
                {"application_id": "A", "participant_name": "Acme Robotic", "postcode": "OX1 1AA"},
                {"application_id": "B", "participant_name": "Acme Robotic", "postcode": "M1 1AA"},
            ],
            "sources.ukri_organisations": [
                {"organisation_key": "u", "name": "Zymurgy Robotics", "postcode": "OX1 1AA"}
            ],
        },
    )
    run(warehouse, "matches")
    assert matched(warehouse, "innovate_uk") == {
        "Acme Robotic||OX1 1AA": ("CRN-00000001", "linked"),
        "Acme Robotic||M1 1AA": ("CRN-00000001", "name"),
    }
    assert matched(warehouse, "ukri") == {"u": (own_id("ZYMURGY ROBOTICS", "OX1 1AA"), "new")}
    scores = dict(rows(warehouse, "organisations.matches", "match_rule", "match_score"))
    assert 0.95 <= scores.pop("linked") < 1
    assert set(scores.values()) == {1.0}


def test_the_threshold_decides_what_is_linked(warehouse: Warehouse) -> None:
    world(
        warehouse,
        {
            "sources.companies_house": [{"company_number": "00000001", "name": "Acme Robotics", "postcode": "OX1 1AA"}],
            "sources.innovate_uk": [{"application_id": "A", "participant_name": "Acme Robotic", "postcode": "OX1 1AA"}],
        },
    )
    run(warehouse, "links", link_threshold=1.0)
    assert rows(warehouse, "organisations.links", "record_key") == []


def test_a_word_is_rare_by_the_names_that_hold_it(warehouse: Warehouse) -> None:
    tables = {
        "sources.companies_house": [
            {"company_number": f"0000000{number}", "name": name, "postcode": "M1 1AA"}
            for number, name in enumerate(["Bright Zephyr", "Bright Star", "Bright Moon", "Other"])
        ],
        "sources.innovate_uk": [
            {"application_id": "A", "participant_name": "Zephyr Bright Ltd", "postcode": "OX1 1AA"}
        ],
    }
    world(warehouse, tables)
    columns = ("organisation_id", "rare_tokens")
    run(warehouse, "link_candidates", link_rare_token_names=2)
    assert rows(warehouse, "organisations.link_candidates", *columns) == [
        ("CRN-00000000", ["ZEPHYR"]),
        (None, ["ZEPHYR"]),
    ]
    run(warehouse, "link_candidates", first="link_candidates", link_rare_token_names=3)
    assert len(rows(warehouse, "organisations.link_candidates", *columns)) == 4


def many_records(shuffled: random.Random) -> dict[str, list[Row]]:
    """The register and participants of few names, in an order of its own."""
    places = [None, "OX1 1AA", "M1 1AA"]
    participants: list[Row] = [
        {"application_id": f"{name}{place}", "participant_name": name, "postcode": place}
        for name in ("Bluefin", "Blufin", "Lone", "Twin", "Guild", "Guilds")
        for place in places
    ]
    organisations: list[Row] = [
        {"organisation_key": f"{name}{place}", "name": name, "postcode": place}
        for name in ("Guild", "Guilds", "Bleufin")
        for place in places
    ]
    tables = {**REGISTER, "sources.innovate_uk": participants, "sources.ukri_organisations": organisations}
    return {table: shuffled.sample(list(listed), len(listed)) for table, listed in tables.items()}


def test_identifiers_do_not_depend_on_the_order_of_rows(warehouse: Warehouse) -> None:
    columns = ("dataset", "record_key", "organisation_id", "match_rule", "match_score")
    found = []
    for seed in (1, 2):
        world(warehouse, many_records(random.Random(seed)))
        run(warehouse, "matches")
        found.append(rows(warehouse, "organisations.matches", *columns))
    assert found[0] == found[1]
    assert {rule for *_, rule, _ in found[0]} >= {"crn", "entref", "name_postcode", "name", "new"}


def test_identifiers_stay_when_other_organisations_come_and_go(warehouse: Warehouse) -> None:
    world(warehouse, many_records(random.Random(1)))
    run(warehouse, "matches")
    columns = ("dataset", "record_key", "organisation_id")
    before = set(rows(warehouse, "organisations.matches", *columns))
    put(
        warehouse,
        "sources.rtic_companies",
        *REGISTER["sources.rtic_companies"],
        {"company_number": "99999999", "company_name": "Newcomer"},
    )
    run(warehouse, "matches")
    after = set(rows(warehouse, "organisations.matches", *columns))
    assert after - before == {("rtic_companies", "99999999", "CRN-99999999")}
    assert before <= after


@pytest.mark.parametrize("absent", ["idbr_enterprises", "innovate_uk", "publications"])
def test_a_dataset_without_a_drop_names_nobody(warehouse: Warehouse, absent: str) -> None:
    world(
        warehouse,
        {
            "sources.idbr_enterprises": [{"entref": "1", "name": "One"}],
            "sources.innovate_uk": [{"application_id": "A", "participant_name": "Two"}],
            "sources.institutions": [{"institution_key": "i", "name": "Three"}],
        },
        without=[absent],
    )
    run(warehouse, "source_records")
    named = {dataset for (dataset,) in rows(warehouse, "organisations.source_records", "dataset")}
    assert named == {"idbr_enterprises", "innovate_uk", "publications"} - {absent}
