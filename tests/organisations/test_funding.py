"""Projects, who took part in them, and each organisation's share of their money: hand-worked rows."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from assets.warehouse.database import Warehouse
from tests.organisations.world import Row, rows, run, world

SHARES = ("funder", "project_id", "organisation_id", "postcode", "amount_gbp", "funding_basis")


def participant(application: str, number: int, **given: object) -> Row:
    """A row of Innovate UK's lists by company number."""
    return {"application_id": application, "participant_name": f"C{number}", "crn": f"0000000{number}", **given}


def gtr(*participants: Row, **projects: Row) -> dict[str, list[Row]]:
    """Gateway to Research: projects by id, participants by key; organisations are named by their keys a to d."""
    return {
        "sources.ukri_projects": [{"project_id": key, **project} for key, project in projects.items()],
        "sources.ukri_participants": list(participants),
        "sources.ukri_organisations": [{"organisation_key": key, "name": f"{key} Guild"} for key in "abcd"],
    }


def by_key(warehouse: Warehouse) -> dict[str, str]:
    """Organisation by the key of Gateway to Research."""
    return dict(rows(warehouse, "organisations.matches", "record_key", "organisation_id"))


def test_awards_given_to_participants_are_used_as_given(warehouse: Warehouse) -> None:
    listed = [
        participant("A", 1, award_gbp="100.01", postcode="M1 1AA"),
        participant("A", 2, award_gbp="0"),
        participant("A", 3),
        participant("B", 1, award_gbp="5", postcode="M1 1AA"),
        participant("B", 1, award_gbp="6", postcode="M1 1AA"),
        participant("B", 1, award_gbp="7", postcode="OX1 1AA"),
        participant("C", 1, award_gbp="9", is_funded=False),
    ]
    world(warehouse, {"sources.innovate_uk": listed})
    run(warehouse, "funding")
    assert rows(warehouse, "organisations.funding", *SHARES) == [
        ("innovate_uk", "A", "CRN-00000001", "M1 1AA", Decimal("100.01"), "given"),
        ("innovate_uk", "A", "CRN-00000002", None, Decimal("0.00"), "given"),
        ("innovate_uk", "B", "CRN-00000001", "M1 1AA", Decimal("11.00"), "given"),
        ("innovate_uk", "B", "CRN-00000001", "OX1 1AA", Decimal("7.00"), "given"),
    ]


def test_an_application_in_both_lists_has_its_money_from_the_funded_list(warehouse: Warehouse) -> None:
    world(
        warehouse,
        {
            "sources.innovate_uk": [participant("A", 1, award_gbp="100", is_lead=True, activity_date="2024-05-01")],
            "sources.innovate_uk_applications": [
                participant("A", 1, award_gbp="99", activity_date="2023-04-01"),
                participant("A", 2, award_gbp="50", is_lead=True, activity_date="2023-04-01"),
                participant("B", 2, award_gbp="7", activity_date="2023-04-01"),
                participant("C", 2, award_gbp="8", is_funded=False),
            ],
        },
    )
    run(warehouse, "funding")
    assert rows(warehouse, "organisations.funding", *SHARES) == [
        ("innovate_uk", "A", "CRN-00000001", None, Decimal("100.00"), "given"),
        ("innovate_uk", "B", "CRN-00000002", None, Decimal("7.00"), "given"),
    ]
    columns = ("project_id", "organisation_id", "activity_date", "is_lead", "is_funded", "is_in_window")
    assert rows(warehouse, "organisations.participations", *columns) == [
        ("A", "CRN-00000001", date(2024, 5, 1), True, True, True),
        ("A", "CRN-00000002", date(2024, 5, 1), True, True, True),
        ("B", "CRN-00000002", date(2023, 4, 1), False, True, True),
        ("C", "CRN-00000002", None, False, False, False),
    ]


def test_what_a_total_leaves_is_split_equally_and_odd_pennies_go_to_the_first(warehouse: Warehouse) -> None:
    participants = [
        {"project_id": "P", "organisation_key": "a", "grant_offer_gbp": "0"},
        {"project_id": "P", "organisation_key": "b"},
        {"project_id": "P", "organisation_key": "b", "role": "lead"},
        {"project_id": "P", "organisation_key": "c"},
        {"project_id": "P", "organisation_key": "d"},
        {"project_id": "Q", "organisation_key": "a", "grant_offer_gbp": "60"},
        {"project_id": "Q", "organisation_key": "a", "role": "lead"},
        {"project_id": "Q", "organisation_key": "b"},
    ]
    world(warehouse, gtr(*participants, P={"amount_gbp": "100.01"}, Q={"amount_gbp": "100.00"}))
    run(warehouse, "funding")
    who = by_key(warehouse)
    first, second, third = sorted(who[key] for key in "bcd")
    assert rows(warehouse, "organisations.funding", *SHARES) == sorted(
        [
            ("ukri", "P", who["a"], None, Decimal("0.00"), "given"),
            ("ukri", "P", first, None, Decimal("33.34"), "equal_split"),
            ("ukri", "P", second, None, Decimal("33.34"), "equal_split"),
            ("ukri", "P", third, None, Decimal("33.33"), "equal_split"),
            ("ukri", "Q", who["a"], None, Decimal("60.00"), "given"),
            ("ukri", "Q", who["b"], None, Decimal("40.00"), "equal_split"),
        ],
        key=lambda row: row[:3],
    )


def test_money_without_a_participant_to_give_it_to_is_unattributed(warehouse: Warehouse) -> None:
    participants = [
        {"project_id": "less", "organisation_key": "a", "grant_offer_gbp": "70"},
        {"project_id": "more", "organisation_key": "a", "grant_offer_gbp": "130"},
        {"project_id": "more", "organisation_key": "b"},
        {"project_id": "no_total", "organisation_key": "a", "grant_offer_gbp": "5"},
        {"project_id": "no_total", "organisation_key": "b"},
        {"project_id": "no_money", "organisation_key": "b"},
    ]
    totals: dict[str, Row] = {"less": {"amount_gbp": "100"}, "more": {"amount_gbp": "100"}, "none": {"amount_gbp": "9"}}
    world(warehouse, gtr(*participants, **totals, no_total={}, no_money={}))
    run(warehouse, "funding")
    a = by_key(warehouse)["a"]
    columns = ("project_id", "organisation_id", "amount_gbp", "funding_basis")
    assert rows(warehouse, "organisations.funding", *columns) == [
        ("less", a, Decimal("70.00"), "given"),
        ("less", None, Decimal("30.00"), "unattributed"),
        ("more", a, Decimal("130.00"), "given"),
        ("more", None, Decimal("-30.00"), "unattributed"),
        ("no_total", a, Decimal("5.00"), "given"),
        ("none", None, Decimal("9.00"), "unattributed"),
    ]


def test_innovate_uks_projects_in_gateway_to_research_count_only_where_its_own_list_is_absent(
    warehouse: Warehouse,
) -> None:
    tables = gtr(
        {"project_id": "P", "organisation_key": "a", "role": "lead"},
        {"project_id": "Q", "organisation_key": "a"},
        P={"amount_gbp": "10", "lead_funder": "Innovate UK", "start_date": "2025-05-31"},
        Q={"amount_gbp": "20", "lead_funder": "EPSRC"},
    )
    columns = ("source", "project_id", "is_lead", "is_in_window")
    world(warehouse, tables)
    run(warehouse, "funding")
    assert rows(warehouse, "organisations.funding", "funder", "project_id", "amount_gbp") == [
        ("ukri", "Q", Decimal("20.00"))
    ]
    assert rows(warehouse, "organisations.participations", *columns) == [("ukri", "Q", False, False)]
    world(warehouse, tables, without=["innovate_uk"])
    run(warehouse, "funding")
    assert rows(warehouse, "organisations.funding", "funder", "project_id", "amount_gbp") == [
        ("ukri", "P", Decimal("10.00")),
        ("ukri", "Q", Decimal("20.00")),
    ]
    assert rows(warehouse, "organisations.participations", *columns) == [
        ("ukri", "P", True, True),
        ("ukri", "Q", False, False),
    ]


def test_money_of_those_who_withdrew_is_nobodys(warehouse: Warehouse) -> None:
    listed = [
        participant("A", 1, award_gbp="100000"),
        participant("A", 2, award_gbp="70000", is_withdrawn=True),
        participant("B", 3, award_gbp="30000", project_status="Withdrawn"),
        participant("C", 4, award_gbp="20000", project_status="On Hold"),
        participant("C", 5, project_status="Live", is_withdrawn=True),
    ]
    world(warehouse, {"sources.innovate_uk": listed})
    uncounted = ("project_id", "organisation_id", "reason", "amount_gbp")
    hold = ("C", "CRN-00000004", Decimal("20000.00"))
    for counts in (True, False):
        results = run(warehouse, on_hold_funding_counts=counts)
        assert all(check.passed for result in results for check in result.checks if check.blocking)
        found = rows(warehouse, "organisations.funding", "project_id", "organisation_id", "amount_gbp")
        assert found == [("A", "CRN-00000001", Decimal("100000.00")), *([hold] if counts else [])]
        unlocated = rows(warehouse, "organisations.unlocated_funding", "project_id", "organisation_id", "amount_gbp")
        assert unlocated == found
        assert rows(warehouse, "organisations.uncounted_funding", *uncounted) == [
            ("A", "CRN-00000002", "withdrawn", Decimal("70000.00")),
            ("B", "CRN-00000003", "withdrawn", Decimal("30000.00")),
            *([] if counts else [("C", "CRN-00000004", "on_hold", Decimal("20000.00"))]),
        ]
        active = rows(warehouse, "organisations.participations", "organisation_id")
        assert active == [(f"CRN-0000000{number}",) for number in range(1, 6)]
