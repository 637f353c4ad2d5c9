"""The audits: money that stands at no place, and what each cluster rests on. Hand-worked rows."""

from __future__ import annotations

from decimal import Decimal

from assets.method import MethodProfile
from assets.trust.audits import cluster_audit, unplaced_money
from assets.warehouse.checks import CheckOutcome, run_checks
from assets.warehouse.database import Warehouse
from assets.warehouse.steps import step_parameters
from tests.organisations.world import put, rows, run, world
from tests.support import MONTH, fill, make, use_drop

AWARDS = {
    "sources.rtic_companies": [
        {"company_number": "00000001", "company_name": "Placed"},
        {"company_number": "00000002", "company_name": "Nowhere"},
    ],
    "sources.rtic_locations": [{"company_number": "00000001", "postcode": "OX1 1AA"}],
    "sources.innovate_uk": [
        {"application_id": "A", "participant_name": "Placed", "crn": "00000001", "award_gbp": "100.01"},
        {"application_id": "A", "participant_name": "Nowhere", "crn": "00000002", "award_gbp": "10"},
        {"application_id": "A", "participant_name": "Stranger", "award_gbp": "20"},
        {"application_id": "A", "participant_name": "Far Out", "postcode": "ZZ9 9ZZ", "award_gbp": "30"},
        {"application_id": "A", "participant_name": "Left It", "award_gbp": "40", "is_withdrawn": True},
        {"application_id": "A", "participant_name": "Untold", "postcode": "M1 1AA"},
        {"application_id": "B", "participant_name": "Placed", "crn": "00000001", "award_gbp": "7", "is_funded": False},
        {
            "application_id": "C",
            "participant_name": "Paused",
            "postcode": "M1 1AA",
            "award_gbp": "5",
            "project_status": "On Hold",
        },
    ],
    "sources.innovate_uk_applications": [
        {"application_id": "A", "participant_name": "Placed", "crn": "00000001", "award_gbp": "99"},
        {"application_id": "D", "participant_name": "Placed", "crn": "00000001", "award_gbp": "3"},
    ],
    "sources.ukri_organisations": [
        {"organisation_key": "a", "name": "Abroad Institute", "region": "Outside UK"},
        {"organisation_key": "b", "name": "Here Institute", "postcode": "M1 1AA"},
    ],
    "sources.ukri_projects": [
        {"project_id": "P", "amount_gbp": "50"},
        {"project_id": "Q", "amount_gbp": "60", "lead_funder": "Innovate UK"},
        {"project_id": "R", "amount_gbp": "10"},
        {"project_id": "S"},
    ],
    "sources.ukri_participants": [
        {"project_id": "P", "organisation_key": "a", "grant_offer_gbp": "20"},
        {"project_id": "P", "organisation_key": "b", "grant_offer_gbp": "30"},
        {"project_id": "R", "organisation_key": "b", "grant_offer_gbp": "15"},
        {"project_id": "S", "organisation_key": "b"},
    ],
}
REASONS = {
    ("innovate_uk", "no_amount", 1, Decimal("0.00")),
    ("innovate_uk", "no_postcode", 1, Decimal("10.00")),
    ("innovate_uk", "on_hold", 1, Decimal("5.00")),
    ("innovate_uk", "organisation_unmatched", 1, Decimal("20.00")),
    ("innovate_uk", "postcode_unknown", 1, Decimal("30.00")),
    ("innovate_uk", "withdrawn", 1, Decimal("40.00")),
    ("innovate_uk_applications", "in_other_list", 1, Decimal("99.00")),
    ("ukri", "in_other_list", 1, Decimal("60.00")),
    ("ukri", "no_amount", 1, Decimal("0.00")),
    ("ukri", "outside_uk", 1, Decimal("20.00")),
    ("ukri", "unattributed", 1, Decimal("-5.00")),
}


def test_money_without_a_place_has_its_reason_and_nothing_is_lost(warehouse: Warehouse) -> None:
    world(warehouse, AWARDS)
    run(warehouse, on_hold_funding_counts=False)
    result = make(warehouse, unplaced_money)
    assert set(rows(warehouse, "trust.unplaced_money", "source", "reason", "awards", "gbp")) == REASONS
    assert set(rows(warehouse, "trust.unplaced_money", "source", "placed_gbp")) == {
        ("innovate_uk", Decimal("100.01")),
        ("innovate_uk_applications", Decimal("3.00")),
        ("ukri", Decimal("45.00")),
    }
    (conserved,) = (check for check in result.checks if check.name == "unplaced_money_is_conserved")
    assert conserved.passed and conserved.blocking

    lost = broken(warehouse, "unplaced_money", "delete from trust.unplaced_money where reason = 'postcode_unknown'")
    assert [(row["source"], row["expected"] - row["actual"]) for row in lost.evidence.to_dicts()] == [
        ("innovate_uk", Decimal("30.00"))
    ]


def broken(warehouse: Warehouse, table: str, spoil: str) -> CheckOutcome:
    """What the table's own rule says once its rows are spoiled."""
    with warehouse.connect() as connection:
        connection.execute(spoil)
        outcomes = run_checks(
            connection, [f"trust.{table}"], step_parameters(MONTH, MethodProfile(name="test")), ["test"]
        )
    (outcome,) = (each for each in outcomes if not each.passed)
    assert outcome.blocking
    return outcome


def test_a_cluster_tells_of_paper_addresses_estimates_and_rough_places(warehouse: Warehouse) -> None:
    use_drop(warehouse, "postcodes")
    firms = {"paper": "register", "banded": "size_band", "spread": "register", "counted": "register", "bare": None}
    put(
        warehouse,
        "organisations.organisations",
        *[{"organisation_id": name, "employees_source": source} for name, source in firms.items()],
    )
    put(
        warehouse,
        "organisations.sites",
        {"site_id": "p", "organisation_id": "paper", "easting": 1.0, "is_registered_only": True},
        {"site_id": "BC-b", "organisation_id": "banded", "easting": 1.0},
        {"site_id": "s1", "organisation_id": "spread", "easting": 1.0, "geocode_quality": "sector"},
        {"site_id": "s2", "organisation_id": "spread", "easting": 1.0},
        {"site_id": "c1", "organisation_id": "counted", "easting": 1.0, "employees": 4},
        {"site_id": "c2", "organisation_id": "counted", "easting": 1.0, "employees": 6},
        {"site_id": "n", "organisation_id": "bare", "easting": 1.0, "geocode_quality": "coordinates"},
    )
    carried = {"p": (3, 2), "BC-b": (2, None), "s1": (5, None), "s2": (5, None), "c1": (4, None), "c2": (6, None)}
    of = {"p": "paper", "BC-b": "banded", "s1": "spread", "s2": "spread", "c1": "counted", "c2": "counted", "n": "bare"}
    dull = {"easting": 1, "northing": 1, "latitude": 51, "longitude": -1, "geocode_quality": "postcode"}
    dull |= dict.fromkeys(("iuk_funding_gbp", "ukri_funding_gbp", "publications", "publications_fractional"), 0)
    fill(
        warehouse,
        "organisations.apportioned_sites",
        [
            {
                **dull,
                "site_id": site,
                "organisation_id": organisation,
                "employees": carried.get(site, (None, None))[0],
                "turnover_gbp": carried.get(site, (None, None))[1],
                "apportionment_basis": "even",
            }
            for site, organisation in of.items()
        ],
    )
    fill(warehouse, "typology.innovation_clusters", [a_cluster("one", 10)])
    fill(
        warehouse,
        "typology.cluster_members",
        [
            {"profile": "test", "cluster_id": "one", "organisation_id": organisation, "site_id": site, "is_firm": True}
            for site, organisation in of.items()
            if site != "s2"
        ]
        + [
            {"profile": "test", "cluster_id": "one", "organisation_id": name, "is_firm": name != "university"}
            for name in ("university", "v", "w", "x", "y", "z")
        ],
    )
    make(warehouse, cluster_audit)
    counts = ("firms", "registered_office_only_firms", "figured_firms", "estimated_firms")
    # Estimates: the band of `banded`, the share of `spread`; the sites of `counted` have counts of their own.
    assert rows(warehouse, "trust.cluster_audit", *counts) == [(10, 1, 4, 2)]
    assert rows(warehouse, "trust.cluster_audit", "located_sites", "fallback_sites") == [(6, 2)]
    shares = [f"{name}_share" for name in ("registered_office_only", "estimated_figures", "fallback_coordinates")]
    assert rows(warehouse, "trust.cluster_audit", *shares) == [(1 / 10, 2 / 4, 2 / 6)]
    assert broken(warehouse, "cluster_audit", "delete from trust.cluster_audit").name == "cluster_audits_are_complete"


def a_cluster(cluster_id: str, firms: int) -> dict[str, object]:
    """A row of `typology.innovation_clusters`, dull but for its firms."""
    return {
        "profile": "test",
        "cluster_id": cluster_id,
        "name": "Oxford",
        "approach": "spatial",
        "cluster_type": "Diverse",
        "firms": firms,
        "sites": firms,
        "iuk_funding_gbp": 0,
        "ukri_funding_gbp": 0,
        "publications": 0,
        **dict.fromkeys(("is_rdi_active", "is_colocated", "is_specialised", "is_internally_collaborative"), True),
        "rdi_active_share": 1.0,
        "joint_projects": 0,
        "collaboration_p_value": 1.0,
        "regions": "South East",
        "local_authorities": "Oxford",
        "latitude": 51.75,
        "longitude": -1.26,
    }
