"""Fetching as users meet it: the command, the assets, the schedule, the table of where drops came from, the doctor."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import dagster as dg
import polars as pl
import pytest
from typer.testing import CliRunner

from assets.fetch.dagster_assets import fetch_key
from assets.fetch.fetching import dated_for, fetch
from assets.fetch.limits import SETTINGS, Limits
from assets.fetch.registry import PUBLISHERS
from assets.fetch.releases import Release
from assets.fetch.steps import provenance_step, tell_at
from assets.method import MethodProfile
from assets.months import Month
from assets.sources.steps import ingest_step
from assets.warehouse.checks import CheckOutcome
from assets.warehouse.database import Warehouse
from assets.warehouse.running import run_step
from pipelines.cli import app
from pipelines.definitions import build_defs
from pipelines.doctor_fetching import fetching_findings
from pipelines.runs import selected_keys
from pipelines.settings import Settings
from synthetic_uk.publishers.files import FixedFiles, ListedFiles
from synthetic_uk.publishers.server import Fault, LocalPublishers, serving
from tests.publishers.support import QUICK, TODAY, zipped
from tests.sources.support import MAY, ingest, put, put_register
from tests.warehouse.test_dagster_assets import materialise

LAST_MONTH = Month.of(date.today()).plus(-1)
DAY = date.today().replace(day=1)
PART = f"BasicCompanyData-{DAY}-part1_1"
HEADER = (
    "CompanyName, CompanyNumber,RegAddress.PostCode,CompanyCategory,CompanyStatus,IncorporationDate,DissolutionDate,"
)
REGISTER = (
    f"{HEADER}SICCode.SicText_1,SICCode.SicText_2,SICCode.SicText_3,SICCode.SicText_4\n"
    "ALPHA LTD,01234567,OX11 0AA,Private Limited Company,Active,01/02/2019,,62012 - Business software,,,\n"
)


@pytest.fixture
def publishers() -> Iterator[LocalPublishers]:
    name = f"{PART}.zip"
    house = ListedFiles("en_output.html", {name: zipped({f"{PART}.csv": REGISTER})})
    with serving({"house": house, "cordis": FixedFiles({})}) as publishers:
        yield publishers


@pytest.fixture
def surroundings(publishers: LocalPublishers, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    given = {
        "INNOVATION_CLUSTERS_CONTACT": "tests@example.org",
        "INNOVATION_CLUSTERS_FROM_COMPANIES_HOUSE": f"{publishers.address}/house/en_output.html",
        "INNOVATION_CLUSTERS_FROM_CORDIS": f"{publishers.address}/cordis",
        "INNOVATION_CLUSTERS_FETCH_FIRST_WAIT": "0.01",
        "INNOVATION_CLUSTERS_FETCH_PACE": "0.001",
    }
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    return given


def test_the_command_fetches_and_says_what_came_and_what_did_not(surroundings: dict[str, str], tmp_path: Path):
    sources = tmp_path / "sources"
    command = ["fetch", "--sources", str(sources)]
    shown = CliRunner().invoke(app, [*command, "--dataset", "companies_house", "--dataset", "cordis"])
    drop = sources / "companies_house" / str(LAST_MONTH.last_day)
    assert shown.exit_code == 1
    assert f"companies_house: {drop} fetched in" in shown.output
    assert "error cordis: http://127.0.0.1" in shown.output
    assert "cordis-HORIZONprojects-csv.zip answered 404 Not Found" in shown.output
    assert f"error 1 of 2 datasets were not fetched for {LAST_MONTH}" in shown.output
    again = CliRunner().invoke(app, [*command, "--dataset", "companies_house"])
    assert again.exit_code == 0
    assert f"{drop} is there already (BasicCompanyData-{DAY})" in again.output


def test_what_cannot_be_fetched_from_or_into_is_told_before_anything_is_asked(
    surroundings: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)
    unknown = CliRunner().invoke(app, ["fetch", "--dataset", "weather"], env={"COLUMNS": "400"})
    assert unknown.exit_code == 2
    assert "there is no publisher of weather: give some of postcodes, boundaries" in unknown.output
    store = CliRunner().invoke(app, ["fetch", "--dataset", "cordis", "--sources", "s3://bucket/in"])
    assert store.exit_code == 1
    assert "s3:/bucket/in is no local folder: fetch into one" in store.output
    assert not [*tmp_path.iterdir()]


def test_a_fetch_that_is_killed_goes_on_where_it_was(
    publishers: LocalPublishers, surroundings: dict[str, str], tmp_path: Path
):
    site = publishers.sites["house"]
    assert isinstance(site, ListedFiles)
    names = [PART.replace("part1_1", f"part{number}_3") + ".zip" for number in (1, 2, 3)]
    site.files = {name: zipped({f"{name}.csv": REGISTER + name}) for name in names}
    publishers.faults.append(Fault("part3", changes={"delay_s": 600}))
    command = "import sys; from pipelines.cli import app; app(sys.argv[1:])"
    words = ["fetch", "--dataset", "companies_house", "--sources", str(tmp_path)]
    with subprocess.Popen([sys.executable, "-c", command, *words]) as process:
        while not publishers.times_asked("part3"):
            time.sleep(0.05)
            assert process.poll() is None
        process.kill()
    assert not (tmp_path / "companies_house").exists()
    outcome = fetch(PUBLISHERS["companies_house"], tmp_path, LAST_MONTH, Settings.from_environment().limits)
    assert outcome.is_new
    assert [publishers.times_asked(f"part{number}") for number in (1, 2, 3)] == [1, 1, 2]
    for name, content in site.files.items():
        assert (outcome.path / name).read_bytes() == content


def test_an_asset_fetches_and_tells_of_it(surroundings: dict[str, str], tmp_path: Path):
    settings = Settings.from_environment()
    definitions = build_defs(Settings(sources=str(tmp_path), limits=settings.limits))
    job = definitions.resolve_job_def("fetch")
    done = job.execute_in_process(
        partition_key=str(LAST_MONTH),
        asset_selection=[fetch_key("companies_house"), fetch_key("cordis")],
        raise_on_error=False,
    )
    assert not done.success
    (made,) = done.get_asset_materialization_events()
    metadata = made.materialization.metadata
    (file,) = (tmp_path / "companies_house" / str(LAST_MONTH.last_day)).glob("*.zip")
    assert_told(metadata, file, f"BasicCompanyData-{DAY}")
    failed = [event.step_failure_data.user_failure_data for event in done.all_events if event.is_step_failure]
    assert [data.description for data in failed if data] and "answered 404" in str(failed[0])
    assert (tmp_path / "companies_house" / str(LAST_MONTH.last_day)).is_dir()


def assert_told(metadata: Mapping[str, dg.MetadataValue], file: Path, release: str) -> None:
    """What an asset tells of a drop of the register: publisher, licence, and of its file what the publisher said."""
    told = {name: metadata[name].value for name in ("came", "publisher", "release", "licence", "attribution", "bytes")}
    assert told == {
        "came": "fetched",
        "publisher": "Companies House, Free Company Data Product",
        "release": release,
        "licence": "No restrictions on re-use (Companies House)",
        "attribution": "Companies House, Free Company Data Product",
        "bytes": file.stat().st_size,
    }
    assert str(metadata["licence address"].value).startswith("https://www.gov.uk/")
    files, headers = (str(metadata[name].value).replace("\\", "") for name in ("files", "response headers"))
    assert "| file | bytes | whole at | sha256 | address |" in files
    assert hashlib.sha256(file.read_bytes()).hexdigest() in files
    assert f"/house/{file.name} |" in files
    assert f"| {file.name} | content-length | {file.stat().st_size} |" in headers
    assert f"| {file.name} | etag | " in headers


def test_the_tables_of_a_drop_tell_where_it_came_from(warehouse: Warehouse, fetched: Path):
    with dg.DagsterInstance.ephemeral() as instance:
        made = materialise(warehouse, instance, ingest_step(str(fetched), lambda: TODAY, tell_at=tell_at))
    told = {
        "/".join(event.asset_key.path): event.metadata
        for event in made.asset_materializations_for_node("sources__ingest")
    }
    (file,) = (fetched / "companies_house" / "2025-05-31").glob("*.zip")
    for table in ("sources/companies_house", "sources/companies_house_sic"):
        assert_told(told[table], file, "BasicCompanyData-2025-06-02")
    assert told["reference/postcodes"]["came"].value == "put there by hand"
    # A list that ships with the code, a dataset without a drop, a table of all of them.
    for table in ("reference/sic_sectors", "sources/ukri_projects", "sources/drops"):
        assert "came" not in told[table]


def test_a_refresh_fetches_only_where_the_setting_says_so():
    fetching = {fetch_key(name) for name in PUBLISHERS}
    usual = build_defs(Settings())
    for name in ("monthly_refresh", "innovation_index", "fetch_and_refresh"):
        assert not fetching & usual.resolve_job_def(name).asset_layer.selected_asset_keys
    assert usual.resolve_job_def("fetch").asset_layer.selected_asset_keys == fetching
    assert usual.resolve_schedule_def("monthly_refresh").job_name == "monthly_refresh"
    for select in (None, "sources", '+key:"sources/companies_house"'):
        assert not fetching & selected_keys(select, usual)
    first = build_defs(Settings(fetched=("companies_house", "ukri")))
    chosen = first.resolve_job_def("fetch_and_refresh").asset_layer.selected_asset_keys & fetching
    assert chosen == {fetch_key("companies_house"), fetch_key("ukri")}
    assert first.resolve_schedule_def("monthly_refresh").job_name == "fetch_and_refresh"
    assert not fetching & first.resolve_job_def("monthly_refresh").asset_layer.selected_asset_keys


def test_the_tables_of_a_drop_stand_after_its_fetching():
    graph = build_defs(Settings()).resolve_asset_graph()
    for table, dataset in (("sources/companies_house_sic", "companies_house"), ("reference/postcodes", "postcodes")):
        parents = graph.get(dg.AssetKey(table.split("/"))).parent_keys
        assert fetch_key(dataset) in parents
    assert not [
        key for key in graph.get(dg.AssetKey(["sources", "rtic_companies"])).parent_keys if key.path[0] == "fetch"
    ]


def test_settings_of_fetching_come_from_the_environment_and_go_back_to_it(monkeypatch: pytest.MonkeyPatch):
    given = {
        "INNOVATION_CLUSTERS_CONTACT": "a@example.org",
        "INNOVATION_CLUSTERS_FETCH": "postcodes,ukri",
        "INNOVATION_CLUSTERS_FROM_UKRI": "http://127.0.0.1:8000/gtr",
        "INNOVATION_CLUSTERS_FETCH_TRIES": "3",
        "INNOVATION_CLUSTERS_FETCH_PACE": "0.5",
        "INNOVATION_CLUSTERS_POSTCODE_DIRECTORY": "NSPL",
    }
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    settings = Settings.from_environment()
    assert settings.fetched == ("postcodes", "ukri")
    assert settings.limits == Limits(
        contact="a@example.org",
        addresses={"ukri": "http://127.0.0.1:8000/gtr"},
        tries=3,
        pace_s=0.5,
        postcode_directory="NSPL",
    )
    assert {name: value for name, value in settings.to_environment().items() if name in given} == given
    for name, value, said in (
        ("INNOVATION_CLUSTERS_FETCH", "weather", "there is no publisher of 'weather': give all, or some of postcodes"),
        ("INNOVATION_CLUSTERS_FROM_UKRI", "gtr", "'gtr' is no address: it begins with https://"),
        (SETTINGS["tries"], "0", "'0' is not a number of tries"),
        (SETTINGS["budget_bytes"], "lots", "'lots' is no size"),
        (SETTINGS["pace_s"], "slow", "'slow' is not a number of seconds"),
        (SETTINGS["postcode_directory"], "AddressBase", "is not known: give ONSPD or NSPL"),
        (SETTINGS["openalex"], "s3", "is not known: give api or jsonl or parquet"),
    ):
        with monkeypatch.context() as patch:
            patch.setenv(name, value)
            with pytest.raises(ValueError, match=said):
                Settings.from_environment()


@pytest.fixture
def fetched(publishers: LocalPublishers, tmp_path: Path) -> Path:
    """Sources with a drop of May that was fetched beside drops that a person put there."""
    site = publishers.sites["house"]
    assert isinstance(site, ListedFiles)
    name = "BasicCompanyData-2025-06-02-part1_1"
    site.files = {f"{name}.zip": zipped({f"{name}.csv": REGISTER})}
    sources = tmp_path / "sources"
    put_register(sources)
    limits = Limits(
        contact=QUICK.contact,
        pace_s=0,
        addresses={"companies_house": f"{publishers.address}/house/en_output.html"},
        free_disk_bytes=0,
    )
    fetch(PUBLISHERS["companies_house"], sources, MAY, limits, lambda: TODAY)
    return sources


def provenance(warehouse: Warehouse, sources: Path) -> tuple[pl.DataFrame, list[CheckOutcome]]:
    ingest(warehouse, sources)
    done = run_step(provenance_step(str(sources)), warehouse, MAY, [MethodProfile(name="test")])
    of_drops = [check for check in done.checks if check.name == "drops_are_as_they_were_fetched"]
    return warehouse.read("select * from sources.fetched_files"), of_drops


def test_a_month_knows_where_its_fetched_drops_came_from(warehouse: Warehouse, fetched: Path):
    rows, checks = provenance(warehouse, fetched)
    (row,) = rows.to_dicts()
    assert row["dataset"] == "companies_house"
    assert (row["as_of"], row["released"]) == (date(2025, 5, 31), date(2025, 6, 2))
    assert row["file"] == "BasicCompanyData-2025-06-02-part1_1.zip"
    assert row["address"].endswith(f"/house/{row['file']}")
    assert row["bytes"] == (fetched / "companies_house" / "2025-05-31" / row["file"]).stat().st_size
    assert row["is_as_fetched"]
    assert json.loads(row["headers"])["etag"] == row["etag"]
    assert [check.passed for check in checks] == [True]


def test_a_fetched_drop_that_was_changed_since_is_warned_about(warehouse: Warehouse, fetched: Path):
    put(fetched, "companies_house/2025-05-31/more.csv", REGISTER.replace("01234567", "01234568"))
    rows, checks = provenance(warehouse, fetched)
    assert rows["is_as_fetched"].to_list() == [False]
    assert [(check.passed, check.blocking) for check in checks] == [(False, False)]


@pytest.mark.parametrize(
    "change",
    [
        lambda record: {"files": 1},
        lambda record: record | {"files": []},
        lambda record: record | {"files": record["files"] * 2},
        lambda record: record | {"files": [record["files"][0] | {"headers": ["etag"]}]},
        lambda record: record | {"files": [record["files"][0] | {"bytes": "many"}]},
        lambda record: record | {"files": [record["files"][0] | {"fetched_at": "lately"}]},
        lambda record: record | {"attribution": None},
        lambda record: record | {"dated": "May"},
    ],
)
def test_a_record_that_cannot_be_read_is_passed_over_in_words(
    warehouse: Warehouse, fetched: Path, change: Callable[[dict[str, Any]], dict[str, Any]]
):
    path = fetched / "companies_house" / "2025-05-31" / "_provenance.json"
    record = change(json.loads(path.read_text(encoding="utf-8")))
    path.write_text(json.dumps(record), encoding="utf-8")
    rows, _ = provenance(warehouse, fetched)
    assert rows.is_empty()


def test_a_release_of_the_month_under_way_bears_no_day_to_come():
    release = Release("Accounts of June 2025", date(2025, 6, 30), parts={})
    assert dated_for(release, Month(2025, 6), date(2025, 6, 10), Limits()) == date(2025, 6, 10)
    assert dated_for(release, Month(2025, 6), date(2025, 7, 10), Limits()) == date(2025, 6, 30)


def test_the_doctor_tells_of_age_and_of_what_is_due(fetched: Path):
    (fetched / ".fetch" / "ukri").mkdir()
    (fetched / ".fetch" / "ukri" / "state.json").write_text('{"release": {"name": "Gateway for 2025-05"}}')
    limits = Limits(contact="a@example.org")
    found = {
        finding.what: f"{finding.verdict}: {finding.found}"
        for finding in fetching_findings(Settings(sources=str(fetched), limits=limits), TODAY)
        if finding.what != "fetch ukri" or "stopped" in finding.found
    }
    assert found["fetching"] == "ok: publishers can turn to a@example.org"
    assert found["fetch companies_house"] == (
        "ok: 2025-05-31 (BasicCompanyData-2025-06-02), 6 days old; the publisher's next is due about 2025-07-03"
    )
    assert found["fetch postcodes"] == (
        "ok: 2025-05.csv, put there by hand, 36 days old; the publisher's next is due about 2025-08-01"
    )
    assert found["fetch ror"] == "note: no drop yet: innovation-clusters fetch --dataset ror"
    assert found["fetch ukri"] == (
        "note: Gateway for 2025-05 is being fetched, or its fetch has stopped: innovation-clusters fetch --dataset "
        "ukri goes on with it"
    )
    early = [*fetching_findings(Settings(sources=str(fetched)), date(2025, 5, 29))]
    assert [finding.found for finding in early if finding.what == "fetch companies_house"] == [
        "2025-05-31 (BasicCompanyData-2025-06-02), of the month under way, as of a day to come; the publisher's next "
        "is due about 2025-07-03"
    ]
    late = [*fetching_findings(Settings(sources=str(fetched)), date(2025, 9, 1))]
    assert {finding.what for finding in late} == {"fetching", "fetch ukri", "fetch postcodes", "fetch companies_house"}
    assert "was due about 2025-07-03: innovation-clusters fetch --dataset companies_house" in str(
        [finding.found for finding in late]
    )
