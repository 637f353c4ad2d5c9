"""How old a month's drops are, what is behind, too old, missing or awaited: the judgement, and its table and checks."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from assets.method import Expectation, ExpectedMethod, MethodProfile, find_profiles
from assets.months import Month
from assets.sources.delivery.drops import Drop
from assets.sources.readiness import SourceState, judge, unrenewed
from assets.sources.registry import DATASETS
from assets.warehouse.checks import ChecksFailedError, run_checks
from assets.warehouse.database import Warehouse
from assets.warehouse.running import StepResult
from assets.warehouse.steps import step_parameters
from tests.sources.support import MAY, ingest, put, put_register

JUNE = Month(2025, 6)
EXPECTED = ExpectedMethod()
EVENTS = (
    "event_id,source,title,description,start_date,latitude,longitude,postcode,attendees\n"
    "1,meetup,Robots that learn,Machine learning,2025-03-01,51.5,-0.1,,\n"
)


def drop(dataset: str, as_of: str) -> Drop:
    return Drop(dataset, date.fromisoformat(as_of), f"{dataset}/{as_of}.csv", False)


def state_of(
    dataset: str, *dates: str, expected: ExpectedMethod = EXPECTED, fetched: tuple[str, ...] = ()
) -> SourceState | None:
    """How a dataset with drops of these dates stands for June."""
    states = judge(JUNE, [drop(dataset, as_of) for as_of in dates], expected, [dataset], fetched)
    return states[0] if states else None


def test_every_dataset_is_expected_in_some_way():
    assert {*ExpectedMethod.model_fields} == {dataset.name for dataset in DATASETS}


@pytest.mark.parametrize(
    ("dataset", "as_of", "age", "state"),
    [
        ("innovate_uk", "2025-06-30", 0, "current"),
        ("innovate_uk", "2025-05-31", 1, "due"),
        ("innovate_uk", "2025-03-01", 3, "due"),
        ("innovate_uk", "2025-02-28", 4, "too old"),
        ("postcodes", "2025-04-01", 2, "current"),
        ("postcodes", "2025-03-31", 3, "due"),
        ("postcodes", "2024-05-31", 13, "too old"),
        ("idbr_enterprises", "2024-07-01", 11, "current"),
        ("idbr_enterprises", "2024-03-01", 15, "due"),
        ("idbr_enterprises", "2023-05-31", 25, "too old"),
        ("index_centres", "2018-01-01", 89, "current"),
    ],
)
def test_a_drop_ages_by_months(dataset: str, as_of: str, age: int, state: str):
    found = state_of(dataset, as_of)
    assert found is not None
    assert (found.age_months, found.state) == (age, state)


def test_the_newest_drop_up_to_the_month_counts():
    found = state_of("events", "2025-07-01", "2025-04-01", "2025-05-01")
    assert found is not None
    assert found.drop == drop("events", "2025-05-01")


@pytest.mark.parametrize(
    ("dataset", "dates", "is_awaited"),
    [
        ("events", ["2025-05-01"], True),
        ("events", ["2025-06-01"], False),
        ("events", ["2025-05-01", "2025-07-01"], False),
        ("events", ["2025-01-01"], False),
        ("postcodes", ["2025-01-01"], False),
        ("training_labels", ["2020-01-01"], False),
    ],
)
def test_only_what_comes_monthly_and_may_still_come_is_awaited(dataset: str, dates: list[str], is_awaited: bool):
    found = state_of(dataset, *dates)
    assert found is not None
    assert found.is_awaited is is_awaited


def test_what_never_came_is_missed_only_where_it_is_needed():
    needed = ExpectedMethod(events=Expectation(how_often="monthly", needed_to="publish"))
    assert state_of("events") is None
    found = state_of("events", "2025-07-01", expected=needed)
    assert found is not None
    assert (found.state, found.stops, found.drop) == ("missing", True, None)


def test_what_is_fetched_first_counts_as_there():
    for dates in ([], ["2020-01-01"]):
        found = state_of("ukri", *dates, fetched=("ukri",))
        assert found is not None
        assert (found.state, found.stops, found.is_awaited) == ("to be fetched", False, False)


def test_a_profile_says_what_differs(tmp_path: Path):
    path = tmp_path / "mine.toml"
    path.write_text('[expected.postcodes]\ngreatest_age_months = 6\nneeded_to = "publish"\n')
    (profile,) = find_profiles([str(path)], tmp_path)
    assert profile.expected.postcodes == Expectation(how_often="quarterly", greatest_age_months=6, needed_to="publish")
    assert profile.fingerprint == MethodProfile(name="mine").fingerprint
    for text, said in (
        ('[expected.postcodes]\nhow_often = "daily"', "expected.postcodes.how_often: .*'daily'"),
        ("[expected.weather]\nneeded_to = 'make'", "expected.weather: "),
        ("[expected]\nevents = 3", "expected.events: .*3"),
    ):
        path.write_text(text)
        with pytest.raises(ValueError, match=said):
            find_profiles([str(path)], tmp_path)


def test_nothing_new_is_what_the_month_before_used_and_no_more():
    drops = [drop("postcodes", "2025-02-01"), drop("events", "2025-04-01"), drop("events", "2025-06-01")]
    april, may, july = Month(2025, 4), Month(2025, 5), Month(2025, 7)
    used = {"postcodes": date(2025, 2, 1), "events": date(2025, 4, 1), "sic_sectors": date(1970, 1, 1)}
    assert unrenewed([april, may], {}, drops) == [(may, april)]
    assert unrenewed([may], {}, drops) == []
    assert unrenewed([may], {april: used}, drops) == [(may, april)]
    assert unrenewed([may], {april: used, may: used}, drops) == []
    assert unrenewed([JUNE, july], {april: used}, drops) == [(july, JUNE)]
    late = [*drops, drop("ukri", "2025-03-15")]
    assert unrenewed([may], {april: used}, late) == []
    assert unrenewed([may], {april: used}, []) == []


def checks(result: StepResult) -> dict[str, bool]:
    """What the checks of age and of news say."""
    names = ("sources_are_of_their_time", "needed_sources_are_there", "something_is_new")
    return {outcome.name: outcome.passed for outcome in result.checks if outcome.name in names}


def test_a_month_says_how_old_its_sources_are(warehouse: Warehouse, tmp_path: Path):
    sources = tmp_path / "sources"
    put_register(sources, "2025-05")
    put(sources, "training_labels/2025-05.csv", "text,categories\nA robot,AI and Data\n")
    put(sources, "events/2025-05.csv", EVENTS)
    first = ingest(warehouse, sources)
    assert checks(first) == dict.fromkeys(checks(first), True)
    assert len(checks(first)) == 3
    again = ingest(warehouse, sources, JUNE, today=date(2025, 7, 1))
    assert checks(again) == {
        "sources_are_of_their_time": False,
        "needed_sources_are_there": True,
        "something_is_new": False,
    }
    (late,) = (outcome for outcome in again.checks if outcome.name == "sources_are_of_their_time")
    assert not late.blocking
    assert late.evidence.select("dataset", "as_of", "expected", "actual").rows() == [("events", date(2025, 5, 1), 0, 1)]
    rows = warehouse.read("select dataset, age_months, state from sources.readiness where month = '2025-06-01'")
    assert set(rows.rows()) == {
        ("postcodes", 1, "current"),
        ("idbr_enterprises", 1, "current"),
        ("idbr_local_units", 1, "current"),
        ("events", 1, "due"),
        ("training_labels", 1, "current"),
    }
    told = again.reports[""].of_tables["sources.readiness"].figures["sources"]
    assert set(told["dataset"]) == {row[0] for row in rows.rows()}


def test_a_month_is_not_made_without_what_the_profile_needs(warehouse: Warehouse, tmp_path: Path):
    sources = tmp_path / "sources"
    put_register(sources, "2025-05")
    strict = ExpectedMethod.model_validate(
        {"postcodes": {"greatest_age_months": 0, "needed_to": "make"}, "ukri": {"needed_to": "publish"}}
    )
    profile = MethodProfile(name="strict", expected=strict)
    made = ingest(warehouse, sources, profile=profile)
    assert checks(made)["needed_sources_are_there"]
    assert not checks(made)["sources_are_of_their_time"]
    before = warehouse.read("select * from sources.drops").rows()
    with pytest.raises(ChecksFailedError, match=r"needed_sources_are_there: .*'postcodes'.*'expected': 0, 'actual': 1"):
        ingest(warehouse, sources, JUNE, today=date(2025, 7, 1), profile=profile)
    assert warehouse.read("select * from sources.drops").rows() == before


def test_a_month_is_made_and_not_published_without_what_is_needed_to_publish(warehouse: Warehouse, tmp_path: Path):
    put_register(tmp_path, "2025-05")
    for needed, is_published in ((False, True), (True, False)):
        expected = {"ukri": {"needed_to": "publish"}} if needed else {}
        profile = MethodProfile(name="mine", expected=ExpectedMethod.model_validate(expected))
        ingest(warehouse, tmp_path, profile=profile)
        with warehouse.connect(read_only=True) as connection:
            outcomes = run_checks(connection, ["publication.clusters"], step_parameters(MAY, profile), ["mine"])
        (found,) = (outcome for outcome in outcomes if outcome.name == "sources_needed_to_publish_are_there")
        assert found.blocking
        assert found.passed is is_published
