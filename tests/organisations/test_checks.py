"""Each rule of the layer fails on rows that break it, and a blocking one keeps the earlier rows."""

from __future__ import annotations

from assets.method import MethodProfile
from assets.warehouse.checks import CheckOutcome, run_checks
from assets.warehouse.database import Warehouse
from assets.warehouse.steps import step_parameters
from tests.organisations.world import Row, run, world
from tests.support import MONTH

TABLES: dict[str, list[Row]] = {
    "sources.idbr_enterprises": [{"entref": "1", "name": "Acme", "employees": 3, "turnover_gbp": "9.99"}],
    "sources.idbr_local_units": [
        {"luref": "1", "entref": "1", "postcode": "OX1 1AA"},
        {"luref": "2", "entref": "1", "postcode": "M1 1AA"},
    ],
    "sources.innovate_uk": [
        {"application_id": "A", "participant_name": "Acme", "award_gbp": "100.01"},
        {"application_id": "B", "participant_name": "Quartz", "award_gbp": "20"},
        {"application_id": "B", "participant_name": "Basalt", "award_gbp": "30", "is_withdrawn": True},
    ],
    "sources.innovate_uk_applications": [{"application_id": "A", "participant_name": "Acme", "award_gbp": "99"}],
    "sources.ukri_projects": [
        {"project_id": "P", "amount_gbp": "10"},
        {"project_id": "Q", "amount_gbp": "10", "lead_funder": "Innovate UK"},
    ],
}

SPOILED = {
    # rule: (table, what spoils it, is it blocking)
    "every_record_is_matched": ("matches", "delete from organisations.matches where dataset = 'innovate_uk'", True),
    "every_match_has_an_organisation": ("organisations", "delete from organisations.organisations", True),
    "every_site_has_an_organisation": ("organisations", "update organisations.sites set organisation_id = 'X'", True),
    "project_money_is_conserved": (
        "unlocated_funding",
        "update organisations.site_funding set amount_gbp = amount_gbp + 0.01 where site_id = 'LU-1'",
        True,
    ),
    "uncounted_money_is_the_sources": (
        "uncounted_funding",
        "update organisations.uncounted_funding set amount_gbp = amount_gbp + 0.01",
        True,
    ),
    "share_of_unlocated": ("unlocated_funding", "update organisations.site_funding set amount_gbp = 1", False),
    "apportioned_sites_are_the_located": (
        "apportioned_sites",
        "update organisations.sites set is_excluded = true where site_id = 'LU-1'",
        True,
    ),
    "site_money_is_conserved": (
        "apportioned_sites",
        "update organisations.apportioned_sites set iuk_funding_gbp = iuk_funding_gbp - 0.01 where site_id = 'LU-1'",
        True,
    ),
    "organisation_totals_are_conserved": (
        "apportioned_sites",
        "update organisations.apportioned_sites set turnover_gbp = turnover_gbp + 0.01 where site_id = 'LU-1'",
        True,
    ),
}


def test_each_rule_passes_on_the_layers_own_rows_and_fails_on_spoiled_ones(warehouse: Warehouse) -> None:
    world(warehouse, TABLES)
    results = run(warehouse, formation_agent_cap=1)
    passed = {check.name: check.passed for result in results for check in result.checks}
    assert passed.pop("share_of_unlocated") is False  # Gateway to Research names no participant here
    assert all(passed.values())
    assert set(SPOILED) <= {*passed, "share_of_unlocated"}

    parameters = step_parameters(MONTH, MethodProfile(name="test"))
    for rule, (table, spoil, is_blocking) in SPOILED.items():
        with warehouse.connect() as connection:
            connection.execute("begin transaction")
            connection.execute(spoil)
            outcomes = run_checks(connection, [f"organisations.{table}"], parameters, ["test"])
            connection.execute("rollback")
        (outcome,) = (each for each in outcomes if each.name == rule)
        assert (rule, outcome.passed, outcome.blocking) == (rule, False, is_blocking)
        assert {"expected", "actual"} <= set(outcome.evidence.columns)


def test_the_warning_of_unlocated_money_says_the_share(warehouse: Warehouse) -> None:
    world(warehouse, TABLES)
    outcomes: list[CheckOutcome] = [check for result in run(warehouse) for check in result.checks]
    (warning,) = (outcome for outcome in outcomes if outcome.name == "share_of_unlocated")
    assert warning.evidence.rows() == [("ukri", 0.2, 1.0)]
