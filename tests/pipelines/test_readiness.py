"""A month is made unattended once it is ready: what the schedule says, and what a refresh says where nothing is new."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import dagster as dg
import pytest
from click.testing import Result
from dagster._utils.schedules import cron_string_iterator
from typer.testing import CliRunner

from assets.months import TIME_ZONE, Month, day_in_london
from assets.sources.delivery.storage import Storage
from assets.sources.steps import list_all
from assets.warehouse.database import Warehouse
from pipelines.cli import app
from pipelines.commands.telling import console
from pipelines.definitions import build_defs
from pipelines.doctor_sources import source_findings
from pipelines.schedules import monthly_schedule
from pipelines.settings import Settings
from tests.sources.support import LOCAL_UNITS_CSV, put, put_register
from tests.support import copy_home

LONDON = ZoneInfo(TIME_ZONE)
SIXTH = datetime(2025, 7, 6, 5, tzinfo=LONDON)
"""When the schedule looks first whether June is ready."""


@pytest.fixture(scope="module")
def repository() -> dg.RepositoryDefinition:
    return build_defs(Settings()).get_repository_def()


@pytest.fixture
def instance(empty_home: Path, tmp_path: Path) -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.from_config(str(copy_home(empty_home, tmp_path / "home"))) as instance:
        yield instance


class Scheduled:
    """The real schedules on a real instance, over the sources of a folder."""

    def __init__(self, folder: Path, instance: dg.DagsterInstance, repository: dg.RepositoryDefinition) -> None:
        self.sources = folder / "sources"
        self.instance = instance
        self.repository = repository
        self.settings = Settings(sources=str(self.sources))

    def lay(self, *drops: str) -> None:
        """Put empty drops there: nothing of them is read."""
        for drop in drops:
            put(self.sources, f"{drop}.csv", "")

    def at(
        self, moment: datetime = SIXTH, job: str = "monthly_refresh", settings: Settings | None = None
    ) -> dg.RunRequest | str:
        """What the schedule does at a moment: the run it asks for, or why it asks for none."""
        schedule = monthly_schedule(settings or self.settings, job)
        with dg.build_schedule_context(self.instance, moment, repository_def=self.repository) as context:
            done = schedule.evaluate_tick(context)
        return done.run_requests[0] if done.run_requests else str(done.skip_message)


@pytest.fixture
def scheduled(tmp_path: Path, instance: dg.DagsterInstance, repository: dg.RepositoryDefinition) -> Scheduled:
    found = Scheduled(tmp_path, instance, repository)
    found.lay("postcodes/2025-05", "companies_house/2025-05", "innovate_uk/2025-05")
    return found


def test_a_month_whose_set_is_whole_is_made(scheduled: Scheduled):
    scheduled.lay("companies_house/2025-06-30", "innovate_uk/2025-06")
    asked = scheduled.at()
    assert isinstance(asked, dg.RunRequest)
    assert (asked.partition_key, asked.run_key) == ("2025-06", "scheduled-2025-06")


def test_one_early_file_makes_no_month_of_the_others_of_before(scheduled: Scheduled):
    scheduled.lay("companies_house/2025-06")
    said = (
        "2025-06 waits until 2025-07-16: innovate_uk is of 2025-05-01, 1 month old (monthly, at most 3): one of "
        f"2025-06 is expected in {scheduled.sources}/innovate_uk, named 2025-06 or a day of it"
    )
    assert scheduled.at() == said
    assert scheduled.at(datetime(2025, 7, 15, 5, tzinfo=LONDON)) == said
    asked = scheduled.at(datetime(2025, 7, 16, 5, tzinfo=LONDON))
    assert isinstance(asked, dg.RunRequest)
    assert asked.partition_key == "2025-06"


def test_nothing_is_made_of_what_the_month_before_was_made_of(scheduled: Scheduled):
    assert scheduled.at() == (
        f"2025-06 is not ready: no drop in {scheduled.sources} is of it, so that it would be made of 2025-05's"
    )


def test_no_month_before_the_first_is_made(scheduled: Scheduled):
    scheduled.lay("companies_house/2025-06-30", "innovate_uk/2025-06")
    later = Settings(sources=str(scheduled.sources), first_month=Month(2025, 7))
    assert str(scheduled.at(settings=later)).startswith("2025-06 cannot be made: give a month from 2025-07, which ")


def test_dead_drops_make_no_month(scheduled: Scheduled):
    scheduled.lay("companies_house/2026-05")
    said = scheduled.at(datetime(2026, 6, 20, 5, tzinfo=LONDON))
    assert str(said).startswith(
        "2026-05 is not ready: innovate_uk is of 2025-05-01, 12 months old (monthly, at most 3)"
    )
    assert "postcodes" not in str(said)


def test_what_is_missing_is_named_with_its_place(scheduled: Scheduled, tmp_path: Path):
    scheduled.lay("companies_house/2025-06", "innovate_uk/2025-06")
    profile = tmp_path / "strict.toml"
    profile.write_text('[expected.ukri]\nneeded_to = "publish"\n')
    said = scheduled.at(settings=Settings(sources=str(scheduled.sources), profiles=(str(profile),)))
    assert said == (
        "2025-06 is not ready: ukri has no drop (monthly, needed to publish a month): one of 2025-06 is expected in "
        f"{scheduled.sources}/ukri, named 2025-06 or a day of it"
    )
    (scheduled.sources / "postcodes" / "2025-05.csv").unlink()
    assert "there is no drop of postcodes for the month" in str(scheduled.at())
    put(scheduled.sources, "postcodes/May.csv", "")
    assert "the name is not a date" in str(scheduled.at())
    nowhere = Settings(sources=str(tmp_path / "nowhere"))
    assert "there is no such folder" in str(scheduled.at(settings=nowhere))


def test_what_is_fetched_first_counts_as_there(scheduled: Scheduled):
    both = ("companies_house", "innovate_uk")
    fetching = Settings(sources=str(scheduled.sources), fetched=both)
    assert isinstance(scheduled.at(settings=fetching), dg.RunRequest)
    assert monthly_schedule(fetching, "monthly_refresh").job_name == "fetch_and_refresh"
    one = Settings(sources=str(scheduled.sources), fetched=both[:1])
    assert "waits until 2025-07-16: innovate_uk" in str(scheduled.at(settings=one))
    of_index = str(scheduled.at(job="innovation_index", settings=one))
    assert of_index.startswith("2025-06 is not ready: ")
    assert "there is no drop of items of the Index for the month" in of_index


def test_the_index_waits_for_its_own_sources_alone(scheduled: Scheduled):
    scheduled.lay("events/2025-06", "innovate_uk/2025-06", "publications/2025-05")
    said = str(scheduled.at(job="innovation_index"))
    assert said.startswith("2025-06 waits until 2025-07-16: publications is of 2025-05-01")
    assert "companies_house" not in said
    scheduled.lay("publications/2025-06")
    assert isinstance(scheduled.at(job="innovation_index"), dg.RunRequest)


def test_the_month_is_londons_whatever_the_clock_of_the_machine(scheduled: Scheduled, tmp_path: Path):
    """Midnight of 1 July in London is an hour before midnight of 30 June by UTC."""
    scheduled.lay("companies_house/2025-06", "innovate_uk/2025-06")
    profile = tmp_path / "first.toml"
    profile.write_text("[refresh]\nday_of_month = 1\nhour = 0\n")
    settings = Settings(sources=str(scheduled.sources), profiles=(str(profile),))
    moment = datetime(2025, 6, 30, 23, tzinfo=UTC)
    asked = scheduled.at(moment, settings=settings)
    assert isinstance(asked, dg.RunRequest)
    assert asked.partition_key == "2025-06"
    assert str(day_in_london(moment)) == "2025-07-01"
    assert str(day_in_london(datetime(2025, 12, 31, 23, tzinfo=UTC))) == "2025-12-31"


def test_the_schedule_looks_at_its_hour_on_each_day_through_a_change_of_the_clocks():
    schedule = monthly_schedule(Settings(), "monthly_refresh")
    start = datetime(2027, 3, 26, 12, tzinfo=LONDON).timestamp()
    times = cron_string_iterator(start, str(schedule.cron_schedule), schedule.execution_timezone)
    found = [next(times) for _ in range(3)]
    assert [f"{time:%m-%d %H:%M}" for time in found] == ["03-27 05:00", "03-28 05:00", "04-06 05:00"]
    assert [f"{time.astimezone(UTC):%H:%M}" for time in found] == ["05:00", "04:00", "04:00"]


@pytest.fixture
def folder(empty_file: Path, empty_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the settings' usual names in it, where April is delivered."""
    copy_home(empty_home, tmp_path / "dagster_home")
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path / "dagster_home"))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(console, "width", 400)
    put_register(tmp_path / "sources", "2025-04")
    return tmp_path


def call(*words: str) -> Result:
    return CliRunner().invoke(app, [*words, "--select", "sources"])


def made(folder: Path) -> list[str]:
    months = Warehouse(folder / "warehouse.duckdb").read("select distinct month from sources.drops order by month")
    return [str(Month.of(day)) for day in months["month"]]


def test_a_process_that_goes_to_another_folder_makes_the_month_there(folder: Path, monkeypatch: pytest.MonkeyPatch):
    assert call("refresh", "--month", "2025-04").exit_code == 0
    other = folder / "other"
    put_register(other / "sources", "2025-04")
    monkeypatch.chdir(other)
    again = call("refresh", "--month", "2025-04")
    assert again.exit_code == 0, again.output
    assert made(other) == ["2025-04"]


def test_a_month_of_nothing_new_is_made_where_it_is_asked_for_alone(folder: Path):
    first = call("refresh", "--month", "2025-04")
    assert first.exit_code == 0, first.output
    refused = call("refresh", "--month", "2025-05")
    assert refused.exit_code == 1
    assert (
        "error nothing new has arrived in sources, which would make 2025-05 of the drops of 2025-04 again: put its "
        "drops there, named by its date, or make it all the same with --even-so"
    ) in refused.output
    several = call("backfill", "--from", "2025-04", "--to", "2025-06")
    assert several.exit_code == 1
    assert "2025-05 of the drops of 2025-04, 2025-06 of the drops of 2025-05 again: put their drops" in several.output
    assert made(folder) == ["2025-04"]
    even_so = call("refresh", "--month", "2025-05", "--even-so")
    assert even_so.exit_code == 0
    assert "something_is_new" in even_so.output
    again = call("backfill", "--from", "2025-04", "--to", "2025-05")
    assert again.exit_code == 0
    assert made(folder) == ["2025-04", "2025-05"]
    put(folder / "sources", "idbr_local_units/2025-06.csv", LOCAL_UNITS_CSV)
    assert call("refresh", "--month", "2025-06").exit_code == 0


def test_the_doctor_says_how_old_each_source_is_and_when_the_next_is_due(tmp_path: Path):
    for path in ("innovate_uk/2025-05", "postcodes/2025-05", "idbr_enterprises/2023-03", "index_centres/2018-01"):
        put(tmp_path, f"{path}.csv", "")
    profile = tmp_path / "mine.toml"
    profile.write_text('[expected.idbr_enterprises]\nneeded_to = "make"\n[expected.ukri]\nneeded_to = "publish"\n')
    settings = Settings(sources=str(tmp_path), profiles=(str(profile),))
    listing = list_all(Storage(settings.sources), day_in_london(SIXTH))
    found = {
        finding.what: f"{finding.verdict}: {finding.found}"
        for finding in source_findings(settings, listing, Month(2025, 6))
    }
    assert found["innovate_uk"] == ("note: 1 drop, 2025-05-01; 1 month old at 2025-06; monthly, 2025-06 is overdue")
    assert found["postcodes"] == "ok: 1 drop, 2025-05-01; 1 month old at 2025-06; quarterly, 2025-08 is due next"
    assert found["idbr_enterprises"] == (
        "bad: 1 drop, 2023-03-01; 27 months old at 2025-06; yearly, 2024-03 is overdue; too old, at most 24 "
        "are allowed: no month is made with it"
    )
    assert found["index_centres"] == "ok: 1 drop, 2018-01-01"
    assert found["ukri"].startswith("bad: no drop, and no month is published without: ")
    assert found["sic_sectors"] == "note: the shipped list is used"
    assert found["month 2025-06"].startswith("note: not ready: ")
    assert "there is no drop of a register" in found["month 2025-06"]
    assert "idbr_enterprises is of 2023-03-01, 27 months old (yearly, at most 24)" in found["month 2025-06"]


def test_the_doctor_says_that_a_month_is_ready(tmp_path: Path):
    for path in ("postcodes/2025-05", "companies_house/2025-05"):
        put(tmp_path, f"{path}.csv", "")
    settings = Settings(sources=str(tmp_path))
    listing = list_all(Storage(settings.sources), day_in_london(SIXTH))
    whole, without = (
        [finding.found for finding in source_findings(settings, listing, Month(2025, number))][-1] for number in (5, 7)
    )
    assert whole == "ready: its set of drops is whole"
    assert without.startswith("not ready: companies_house is of 2025-05-01, 2 months old")
