"""The layer as a whole: order of its steps, and what they tell."""

from __future__ import annotations

import io

import matplotlib.image

from assets.method import MethodProfile
from assets.organisations.steps import STEPS
from assets.warehouse.checks import rules_of
from assets.warehouse.database import Warehouse, bound
from assets.warehouse.declarations import declared_tables
from assets.warehouse.steps import Report, step_parameters
from tests.organisations.world import Row, run, world
from tests.support import MONTH


def test_every_table_of_the_layer_is_made_once_after_what_it_reads() -> None:
    made: list[str] = []
    for each in STEPS:
        of_layer = [table for table in each.reads if table.startswith("organisations.")]
        assert set(of_layer) <= set(made), each.name
        made += each.tables
    assert sorted(made) == sorted(name for name, table in declared_tables().items() if table.layer == "organisations")


def test_no_query_compares_all_rows_with_all(warehouse: Warehouse) -> None:
    parameters = step_parameters(MONTH, MethodProfile(name="test"))
    queries = {each.name: each.query for each in STEPS if each.query is not None}
    queries |= {rule.name: rule.query for each in STEPS for rule in rules_of(each.tables)}
    with warehouse.connect() as connection:
        for name, query in queries.items():
            ((_, plan),) = connection.execute(f"explain {query}", bound(query, parameters)).fetchall()
            assert "NL_JOIN" not in plan, name
            assert "NESTED_LOOP" not in plan, name


TABLES: dict[str, list[Row]] = {
    "sources.idbr_enterprises": [{"entref": "1", "name": "Acme", "crn": "00000001"}],
    "sources.idbr_local_units": [
        {"luref": "1", "entref": "1", "postcode": "OX1 1AA"},
        {"luref": "2", "entref": "1", "postcode": "ZZ9 9ZZ"},
    ],
    "sources.innovate_uk": [
        {"application_id": "A", "participant_name": "Quartz", "award_gbp": "5"},
        {"application_id": "A", "participant_name": "Acme", "award_gbp": "5"},
    ],
}


def test_the_steps_tell_what_a_person_should_see(warehouse: Warehouse) -> None:
    world(warehouse, TABLES)
    reports: dict[str, Report] = {result.step.name: result.reports[""] for result in run(warehouse)}
    assert reports["links"].figures == {"unmatched records": 1, "linked records": 0}
    assert reports["matches"].figures["records by rule"].rows() == [("crn", 1), ("name", 1), ("new", 1)]
    assert reports["organisations"].figures["organisations by type"].rows() == [("business", 2)]
    assert reports["sites"].figures["sites by geocode quality"].rows() == [("postcode", 1), ("unlocated", 1)]
    assert reports["sites"].figures["sites left out"] == 0
    unlocated = reports["unlocated_funding"].figures["unlocated by reason"]
    assert unlocated.select("funder", "reason", "shares").rows() == [("innovate_uk", "no_site", 1)]
    picture = matplotlib.image.imread(io.BytesIO(reports["sites"].pictures["geocode quality"]))
    assert picture.min() < picture.max()


def test_a_month_without_any_source_has_no_organisations(warehouse: Warehouse) -> None:
    world(warehouse, {}, without=["idbr_enterprises", "innovate_uk", "ukri", "publications"])
    assert {count for result in run(warehouse) for count in result.rows.values()} == {0}
