"""Joint publications of institutions with their places, from a drop worked by hand, and the checks of the table."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from assets.network.steps import STEPS
from assets.warehouse.checks import ChecksFailedError, rules
from assets.warehouse.database import Warehouse
from assets.warehouse.running import StepResult
from tests.support import AS_OF, MONTH, fill, make, use_drop

(TIES,) = [step for step in STEPS if step.name == "institution_ties"]
EARLIER = date(2025, 4, 1)
CONSERVED, MADE_OF_PUBLICATIONS = "ties_are_conserved", "ties_make_the_institutions_on_publications"


def pair(a: str, b: str, publications: int, as_of: date = AS_OF) -> dict[str, Any]:
    return {"institution_a": a, "institution_b": b, "publications": publications, "as_of": as_of}


def paper(publication: str, institutions: int, *uk: str, as_of: date = AS_OF) -> list[dict[str, Any]]:
    usual = {"publication_date": date(2020, 1, 1), "institution_count": institutions, "as_of": as_of}
    return [{"publication_id": publication, "institution_key": key, **usual} for key in uk]


@pytest.fixture
def filled(warehouse: Warehouse) -> Warehouse:
    """I1 has a place, I2 is matched and has none; I3 and I4 are overseas. The earlier drop is not the month's."""
    use_drop(warehouse, "publications")
    fill(
        warehouse,
        "sources.institution_pairs",
        [pair("I1", "I2", 2), pair("I1", "I3", 1), pair("I2", "I4", 1), pair("I1", "I2", 99, EARLIER)],
    )
    fill(
        warehouse,
        "sources.publication_institutions",
        [
            *paper("P1", 3, "I1", "I2", as_of=EARLIER),
            *paper("P2", 2, "I1", "I2"),
            *paper("P3", 2, "I1", "I2"),
            *paper("P4", 2, "I1"),
            *paper("P5", 2, "I2"),
            *paper("P6", 1, "I2"),
        ],
    )
    fill(
        warehouse,
        "sources.institutions",
        [
            {"institution_key": "I1", "name": "University One", "latitude": 52.2, "longitude": 0.1},
            {"institution_key": "I2", "name": "Institute Two"},
            {"institution_key": "I2", "name": "Its earlier name", "as_of": EARLIER},
        ],
    )
    point = {"easting": 545_000.0, "northing": 258_000.0, "grid": "gb", "latitude": 52.2, "longitude": 0.1}
    fill(warehouse, "organisations.institution_points", [{"institution_key": "I1", **point}])
    match = {"match_rule": "new", "match_score": 1.0}
    fill(
        warehouse,
        "organisations.matches",
        [
            {"dataset": "publications", "record_key": "I1", "organisation_id": "O1", **match},
            {"dataset": "publications", "record_key": "I2", "organisation_id": "O2", **match},
            {"dataset": "ukri", "record_key": "I2", "organisation_id": "another", **match},
        ],
    )
    return warehouse


def failed(result: StepResult) -> set[str]:
    return {outcome.name for outcome in result.checks if not outcome.passed}


def test_ties_are_the_pairs_of_the_months_drop_with_their_places(filled: Warehouse) -> None:
    assert failed(make(filled, TIES)) == set()
    found = filled.read("select * from network.institution_ties order by all").to_dicts()
    one = {"name_a": "University One", "is_uk_a": True, "organisation_id_a": "O1", "latitude_a": 52.2}
    overseas = dict.fromkeys(("name_b", "organisation_id_b", "latitude_b", "longitude_b"))
    unplaced = {"latitude": None, "longitude": None}
    assert [(row["institution_a"], row["institution_b"], row["publications"]) for row in found] == [
        ("I1", "I2", 2),
        ("I1", "I3", 1),
        ("I2", "I4", 1),
    ]
    two = {"name": "Institute Two", "is_uk": True, "organisation_id": "O2", **unplaced}
    expected = [
        {**one, "longitude_a": 0.1, **{f"{name}_b": value for name, value in two.items()}},
        {**one, "longitude_a": 0.1, **overseas, "is_uk_b": False},
        {**{f"{name}_a": value for name, value in two.items()}, **overseas, "is_uk_b": False},
    ]
    for row, shown in zip(found, expected, strict=True):
        assert row == {
            "month": MONTH.first_day,
            **{name: row[name] for name in ("institution_a", "institution_b", "publications")},
            **shown,
        }


def test_without_a_drop_of_publications_there_are_none(filled: Warehouse) -> None:
    fill(filled, "sources.drops", [])
    assert failed(make(filled, TIES)) == set()
    assert filled.read("from network.institution_ties").is_empty()


def test_a_pair_without_an_end_in_the_uk_is_refused(filled: Warehouse) -> None:
    fill(filled, "sources.institutions", [{"institution_key": "I2", "name": "Institute Two"}])
    with pytest.raises(ChecksFailedError, match=CONSERVED) as failure:
        make(filled, TIES)
    evidence = next(outcome for outcome in failure.value.outcomes if outcome.name == CONSERVED).evidence
    assert evidence.rows() == [("3 ties, 4 publications, 0 overseas", "3 ties, 4 publications, 1 overseas")]


def test_a_tie_that_is_lost_fails_the_check(filled: Warehouse) -> None:
    make(filled, TIES)
    (rule,) = [rule for rule in rules() if rule.name == CONSERVED]
    with filled.transaction() as connection:
        connection.execute("delete from network.institution_ties where institution_b = 'I4'")
        found = connection.execute(rule.query, {"month": MONTH.first_day}).fetchall()
    assert found == [("3 ties, 4 publications, 0 overseas", "2 ties, 3 publications, 0 overseas")]


def test_publications_that_do_not_make_the_ties_are_warned_about(filled: Warehouse) -> None:
    fill(filled, "sources.publication_institutions", paper("P2", 3, "I1", "I2"))
    result = make(filled, TIES)
    (warning,) = [outcome for outcome in result.checks if outcome.name == MADE_OF_PUBLICATIONS]
    assert (warning.blocking, warning.passed, warning.evidence.rows()) == (False, False, [(3, 4)])
