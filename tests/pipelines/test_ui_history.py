"""What the command line made, in Dagster's UI: its run under its job, its pictures, and where its code stands."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from assets.months import Month
from assets.warehouse.kept_pictures import ADDRESS, FOLDER
from pipelines.code_location import DEFINITIONS
from tests.campaign.web_requests import FOREIGN, JSON, Request, Served, served
from tests.pipelines.few_drops import few_drops
from tests.publication.browser import browser, chromium_path
from tests.support import copy_home

MONTH = Month(2025, 4)
PROGRAM = str(Path(sys.executable).with_name("innovation-clusters"))
SITES = ["organisations", "sites"]
JOB = {"repositoryLocationName": DEFINITIONS, "repositoryName": "__repository__", "pipelineName": "monthly_refresh"}
RUNS_OF_A_JOB = """
    query ($filter: RunsFilter!, $job: PipelineSelector!) {
        runsOrError(filter: $filter) { ... on Runs { results {
            runId pipelineName repositoryOrigin { repositoryName repositoryLocationName }
        } } }
        pipelineOrError(params: $job) { ... on Pipeline { name runs(limit: 9) { runId } } }
    }
"""
LOG = """
    query ($run: ID!) { logsForRun(runId: $run) { ... on EventConnection { events {
        ... on MaterializationEvent { assetKey { path } metadataEntries { label } }
    } } } }
"""
CODE = """
    query ($key: AssetKeyInput!) { assetNodeOrError(assetKey: $key) { ... on AssetNode { metadataEntries {
        ... on CodeReferencesMetadataEntry { codeReferences { ... on LocalFileCodeReference { filePath label } } }
    } } } }
"""


@pytest.fixture(scope="module")
def made(empty_file: Path, empty_home: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A month's sites, made by the command line; and its run."""
    world = tmp_path_factory.mktemp("ui_history")
    few_drops(world / "sources", [MONTH])
    shutil.copy(empty_file, world / "warehouse.duckdb")
    home = copy_home(empty_home, world / "dagster_home")
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("INNOVATION_CLUSTERS", "DAGSTER"))
    }
    subprocess.run(
        [PROGRAM, "refresh", "--month", str(MONTH), "--select", "sources organisations"],
        cwd=world,
        env=environment,
        check=True,
        capture_output=True,
    )
    with dg.DagsterInstance.from_config(str(home)) as instance:
        ((run_id),) = [run.run_id for run in instance.get_runs()]
    return world, run_id


@pytest.fixture(scope="module")
def server(made: tuple[Path, str]) -> Iterator[Served]:
    with served(made[0], "--read-only") as running:
        yield running


def asked(server: Served, query: str, variables: dict[str, object]) -> dict[str, object]:
    body = json.dumps({"query": query, "variables": variables})
    status, said = server.answer(Request("query", "POST", "/graphql", JSON, body))
    assert status == 200, said
    return json.loads(said)["data"]


def test_its_run_stands_under_its_job(server: Served, made: tuple[Path, str]):
    label = f"__repository__@{DEFINITIONS}"
    filtered = {"pipelineName": "monthly_refresh", "tags": [{"key": ".dagster/repository", "value": label}]}
    data = asked(server, RUNS_OF_A_JOB, {"filter": filtered, "job": JOB})
    assert data["runsOrError"]["results"] == [
        {
            "runId": made[1],
            "pipelineName": "monthly_refresh",
            "repositoryOrigin": {"repositoryName": "__repository__", "repositoryLocationName": DEFINITIONS},
        }
    ]
    assert data["pipelineOrError"] == {"name": "monthly_refresh", "runs": [{"runId": made[1]}]}


def test_its_log_has_what_was_told_of_each_table(server: Served, made: tuple[Path, str]):
    events = asked(server, LOG, {"run": made[1]})["logsForRun"]["events"]
    (told,) = [event["metadataEntries"] for event in events if event.get("assetKey") == {"path": SITES}]
    assert {"preview", "drops", "seconds"} <= {entry["label"] for entry in told}


def test_an_asset_links_to_its_query(server: Served):
    data = asked(server, CODE, {"key": {"path": SITES}})
    (references,) = [entry["codeReferences"] for entry in data["assetNodeOrError"]["metadataEntries"] if entry]
    assert references[0]["label"] == "query"
    assert Path(references[0]["filePath"]).read_text(encoding="utf-8").count("select") > 0


def test_a_picture_is_given_to_its_own_pages_alone(server: Served):
    (kept, *_) = sorted((server.home / "storage" / FOLDER).iterdir())
    picture = Request("picture", "GET", f"{ADDRESS}{kept.name}")
    assert server.answer(picture)[0] == 200
    foreign = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors", "Origin": FOREIGN}
    assert server.answer(Request("foreign", "GET", picture.path, foreign))[0] == 403
    assert server.answer(Request("renamed", "GET", picture.path, {"Host": "evil.example"}))[0] == 421
    for path in ("", "0.webp", "../../dagster.yaml", "%2e%2e/%2e%2e/dagster.yaml", f"{kept.name}/", f"%2f{kept}"):
        assert server.answer(Request(path, "GET", f"{ADDRESS}{path}"))[0] == 404, path
    assert server.answer(Request("changed", "POST", picture.path, JSON, "{}"))[0] == 404


def test_a_person_sees_the_run_on_the_timeline_and_the_picture_at_the_asset(server: Served, made: tuple[Path, str]):
    if chromium_path() is None:
        pytest.skip("no Chromium")
    from playwright.sync_api import expect

    at = f"http://127.0.0.1:{server.port}"
    with browser() as chromium:
        page = chromium.new_page(viewport={"width": 1440, "height": 1000})
        page.goto(f"{at}/overview/activity/timeline")
        expect(page.get_by_role("link", name="monthly_refresh").first).to_be_visible(timeout=120_000)
        page.goto(f"{at}/assets/organisations/sites?view=events&partition={MONTH}")
        shown = page.locator(f'img[src^="{ADDRESS}"]').first
        expect(shown).to_be_visible(timeout=120_000)
        assert shown.evaluate("image => image.naturalWidth") > 100
