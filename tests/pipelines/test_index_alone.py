"""The Index without the Map: from its own sources, by selection, by its job, and whatever starts a run."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import dagster as dg
import pytest

from assets.months import Month
from assets.sources.steps import TABLES
from assets.warehouse.database import Warehouse
from pipelines.definitions import build_defs
from pipelines.doctor import examine
from pipelines.runs import QUIET_CONSOLE, run_month
from pipelines.settings import Settings
from tests.pipelines.test_sensors import look
from tests.sources.readers.test_index_sources import BUSINESSES_HEADER, CENTRES_HEADER, EVENTS_HEADER, POINTS_HEADER
from tests.sources.support import put, put_register
from tests.support import copy_home

MAY = Month(2025, 5)
POINTS = POINTS_HEADER + "".join(
    f"p{number},{kind},{category},{51 + number / 100},{-1 + number / 50}\n"
    for number, (kind, category) in enumerate(
        [("business", "Clean Growth"), ("event", "AI and Data"), ("paper", '"Clean Growth, AI and Data"')] * 4
    )
)
CENTRES = CENTRES_HEADER + "".join(
    f"{category},{number},{51 + number / 20},-1\n"
    for category in ("Clean Growth", "AI and Data", "Overall")
    for number in range(2)
)
PLACED = {
    "events/2025-05.csv": EVENTS_HEADER + "1,meetup,Robots that learn,Machine learning,2025-03-01,51.5,-0.1,,\n",
    "businesses/2025-05.csv": BUSINESSES_HEADER + "1,Alpha,Batteries and solar power,,52.2,0.1\n",
}
GIVEN = {"activity_points/2025-05.csv": POINTS, "index_centres/2025-05.csv": CENTRES}


TAKING_IN = [table.replace(".", "/") for table in TABLES]
"""Assets of the step that takes drops in."""


@pytest.fixture
def settings(empty_file: Path, empty_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("DAGSTER_HOME", str(copy_home(empty_home, tmp_path / "dagster_home")))
    return settings_in(tmp_path, empty_file)


def settings_in(folder: Path, empty_file: Path) -> Settings:
    (folder / "sources").mkdir()
    shutil.copy(empty_file, folder / "warehouse.duckdb")
    return Settings(
        sources=str(folder / "sources"),
        warehouse=str(folder / "warehouse.duckdb"),
        publication=str(folder / "publication"),
    )


def place(settings: Settings, files: dict[str, str]) -> None:
    for path, content in files.items():
        put(Path(settings.sources), path, content)


def made(settings: Settings) -> list[str]:
    warehouse = Warehouse(settings.warehouse)
    return warehouse.read("select item_id from innovation_index.items order by all")["item_id"].to_list()


def by_job(definitions: dg.Definitions, job: str, *tables: str) -> dg.ExecuteInProcessResult:
    """Run a job for May, of the tables named, of all where none is."""
    with dg.DagsterInstance.ephemeral() as instance:
        return definitions.resolve_job_def(job).execute_in_process(
            run_config=QUIET_CONSOLE,
            instance=instance,
            partition_key=str(MAY),
            asset_selection=[dg.AssetKey(table.split("/")) for table in tables] or None,
            raise_on_error=False,
        )


def test_given_points_and_centres_are_enough(settings: Settings) -> None:
    place(settings, GIVEN)
    outcome = run_month(settings, MAY, "innovation_index")
    assert outcome.succeeded, outcome.problems
    assert len(made(settings)) == 12


def test_the_job_makes_it_of_events_and_businesses_with_coordinates(settings: Settings) -> None:
    place(settings, PLACED)
    result = by_job(build_defs(settings), "innovation_index")
    assert result.success
    materialised = {event.asset_key for event in result.get_asset_materialization_events()}
    assert {key.path[0] for key in materialised if key} == {"sources", "reference", "innovation_index"}
    assert [item.split(":")[0] for item in made(settings)] == ["business", "event"]


@pytest.fixture(scope="module")
def definitions(empty_file: Path, tmp_path_factory: pytest.TempPathFactory) -> dg.Definitions:
    """The code location of a place that has what the Index needs and nothing that the Map does."""
    settings = settings_in(tmp_path_factory.mktemp("given"), empty_file)
    place(settings, GIVEN)
    return build_defs(settings)


@pytest.mark.parametrize(
    ("job", "tables", "message"),
    [
        ("monthly_refresh", [], "there is no drop of postcodes .* or make the Index alone"),
        ("monthly_refresh", [*TAKING_IN, "innovation_index/items"], None),
        ("monthly_refresh", [*TAKING_IN, "innovation_index/items", "organisations/source_records"], "of postcodes"),
        ("innovation_index", [*TAKING_IN, "innovation_index/items"], None),
        ("__ASSET_JOB", [*TAKING_IN, "innovation_index/items"], None),
        ("__ASSET_JOB", [*TAKING_IN, "organisations/source_records"], "there is no drop of a register"),
        ("__ASSET_JOB", TAKING_IN, None),
    ],
)
def test_what_a_run_cannot_do_without_follows_from_what_it_makes(
    definitions: dg.Definitions, job: str, tables: list[str], message: str | None
) -> None:
    result = by_job(definitions, job, *tables)
    assert result.success is (message is None)
    assert re.search(message or "", failures(result))


def failures(result: dg.ExecuteInProcessResult) -> str:
    details = [event.step_failure_data.user_failure_data for event in result.all_events if event.is_step_failure]
    return "\n".join(str(detail.description) for detail in details if detail)


def test_without_any_source_of_items_the_index_alone_is_refused(settings: Settings) -> None:
    put_register(Path(settings.sources))
    result = by_job(build_defs(settings), "innovation_index", *TAKING_IN, "innovation_index/items")
    expected = "expected one of events, or businesses, or rtic_companies with rtic_locations, or publications, or "
    assert f"there is no drop of items of the Index for the month; {expected}" in failures(result)


def test_beside_the_map_the_index_is_empty_without_its_sources_and_says_so(settings: Settings) -> None:
    put_register(Path(settings.sources))
    definitions = build_defs(settings)
    index = dg.AssetSelection.groups("innovation_index").resolve(definitions.resolve_asset_graph())
    tables = [*TAKING_IN, "organisations/source_records", *(key.to_user_string() for key in sorted(index))]
    result = by_job(definitions, "monthly_refresh", *tables)
    assert result.success
    assert made(settings) == []
    (notes,) = (
        event.materialization.metadata["notes"].value
        for event in result.get_asset_materialization_events()
        if event.asset_key == dg.AssetKey(["innovation_index", "items"])
    )
    assert "the Index is empty" in str(notes)


def test_the_sensor_starts_what_can_be_made(tmp_path: Path) -> None:
    put(tmp_path, "events/2025-05.csv", "x")
    assert [(request.job_name, request.partition_key) for request in look(tmp_path, None).run_requests] == [
        ("innovation_index", "2025-05")
    ]
    put_register(tmp_path)
    assert [request.job_name for request in look(tmp_path, None).run_requests] == ["monthly_refresh"]


def test_the_doctor_is_content_where_the_index_can_be_made(settings: Settings) -> None:
    place(settings, {"index_centres/2025-05.csv": CENTRES})
    assert {finding.verdict for finding in examine(settings) if finding.what in ("the Map", "the Index")} == {"bad"}
    place(settings, GIVEN)
    findings = {finding.what: finding for finding in examine(settings)}
    assert findings["the Map"].verdict == "note"
    assert "the Index" not in findings
    assert findings["activity_points"].found == "1 drop, 2025-05-01"
    assert findings["events"].found == "no drop: events in the Index"
