"""Who is RD&I-active: each signal, and the edges of the window."""

from __future__ import annotations

from decimal import Decimal

from assets.warehouse.database import Warehouse
from tests.organisations.world import Row, rows, run, world

DAYS = {"2018-05-31": False, "2018-06-01": True, "2025-05-31": True, "2025-06-01": False}
"""Days around the seven years that end with May 2025, and whether they lie within."""
COLUMNS = ("organisation_id", "innovate_uk_applications", "ukri_projects", "patents", "rd_tax_claims", "publications")


def company(number: int) -> Row:
    return {"company_number": f"0000000{number}", "company_name": f"Guild of {'ABCDEFGH'[number]}"}


def test_every_signal_counts_from_the_day_after_the_window_opens_to_the_months_last(warehouse: Warehouse) -> None:
    days = list(enumerate(DAYS))
    institutions = [{"institution_key": "i", "name": "Guild of E"}]
    world(
        warehouse,
        {
            "sources.rtic_companies": [company(number) for number in range(6)],
            "sources.innovate_uk_applications": [
                {"application_id": day, "participant_name": "Guild of A", "activity_date": day, "is_funded": False}
                for day in DAYS
            ],
            "sources.ukri_organisations": [{"organisation_key": "b", "name": "Guild of B"}],
            "sources.ukri_projects": [{"project_id": day, "start_date": day} for day in DAYS],
            "sources.ukri_participants": [{"project_id": day, "organisation_key": "b"} for day in DAYS],
            "sources.activity_signals": [
                {"dataset": dataset, "organisation_name": f"Guild of {letter}", "activity_date": day}
                for dataset, letter in (("patents", "C"), ("rd_tax_claims", "D"))
                for day in DAYS
            ],
            "sources.institutions": institutions,
            "sources.publication_institutions": [
                {"publication_id": str(number), "publication_date": day, "institution_key": "i", "institution_count": 1}
                for number, day in days
            ],
        },
    )
    run(warehouse, "rdi_activity")
    assert sum(DAYS.values()) == 2
    assert rows(warehouse, "organisations.rdi_activity", *COLUMNS, "is_rdi_active") == [
        ("CRN-00000000", 2, 0, 0, 0, 0, True),
        ("CRN-00000001", 0, 2, 0, 0, 0, True),
        ("CRN-00000002", 0, 0, 2, 0, 0, True),
        ("CRN-00000003", 0, 0, 0, 2, 0, True),
        ("CRN-00000004", 0, 0, 0, 0, 2, True),
    ]
    run(warehouse, "rdi_activity", first="projects", rdi_window_years=8)
    assert rows(warehouse, "organisations.rdi_activity", *COLUMNS)[0] == ("CRN-00000000", 3, 0, 0, 0, 0)


def test_a_publication_counts_once_for_an_organisation_and_by_institutions_in_fractions(warehouse: Warehouse) -> None:
    authors = {"one": (("i", "j", "k"), 3), "two": (("i",), 7), "three": (("j",), 3)}
    world(
        warehouse,
        {
            "sources.rtic_companies": [company(0), company(1)],
            "sources.institutions": [
                {"institution_key": key, "name": f"Guild of {letter}"}
                for key, letter in (("i", "A"), ("j", "A"), ("k", "B"))
            ],
            "sources.publication_institutions": [
                {
                    "publication_id": publication,
                    "publication_date": "2024-01-01",
                    "institution_key": key,
                    "institution_count": count,
                }
                for publication, (keys, count) in authors.items()
                for key in keys
            ],
        },
    )
    run(warehouse, "rdi_activity")
    columns = ("organisation_id", "publications", "publications_fractional")
    assert rows(warehouse, "organisations.rdi_activity", *columns) == [
        ("CRN-00000000", 3, Decimal("1.1429")),  # 2/3 + 1/7 + 1/3
        ("CRN-00000001", 1, Decimal("0.3333")),
    ]


def test_a_participation_without_a_date_is_no_signal(warehouse: Warehouse) -> None:
    world(warehouse, {"sources.innovate_uk": [{"application_id": "A", "participant_name": "Guild", "award_gbp": "1"}]})
    run(warehouse, "rdi_activity")
    assert rows(warehouse, "organisations.rdi_activity", "organisation_id") == []
