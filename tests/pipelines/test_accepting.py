"""`--accept` of the command line, and the tag of a run that does the same in the UI."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import dagster as dg
import pytest
from typer.testing import CliRunner

from assets.sources.steps import ingest_step
from assets.warehouse.dagster_assets import ACCEPT_TAG, MethodResource, WarehouseResource, asset_of
from assets.warehouse.database import Warehouse
from pipelines.cli import app
from tests.sources.support import ENTERPRISES_CSV, put, put_register
from tests.support import copy_home

IN_POUNDS = ENTERPRISES_CSV.replace("345.6", "345600").replace("12000", "12000000")
TURNOVER = "idbr_enterprises:turnover_thousands"
WHY = "the register was re-based"


@pytest.fixture(autouse=True)
def begun(empty_file: Path, empty_home: Path, tmp_path: Path) -> None:
    """A warehouse and a history in which nothing stands yet."""
    shutil.copy(empty_file, tmp_path / "warehouse.duckdb")
    copy_home(empty_home, tmp_path / "home")


def refresh(folder: Path, month: str, *further: str) -> tuple[int, str]:
    options = ["--sources", str(folder / "sources"), "--warehouse", str(folder / "warehouse.duckdb")]
    given = ["refresh", "--month", month, "--select", "sources", "--profile", "dsit-v1", *options, *further]
    environment = {"DAGSTER_HOME": str(folder / "home"), "COLUMNS": "400"}
    result = CliRunner().invoke(app, given, env=environment)
    return result.exit_code, " ".join(result.output.split())


def test_a_drop_is_refused_then_let_pass_with_a_reason_and_stays_let_pass(tmp_path: Path) -> None:
    put_register(tmp_path / "sources", "2025-04")
    assert refresh(tmp_path, "2025-04")[0] == 0
    put(tmp_path / "sources", "idbr_enterprises/2025-05.csv", IN_POUNDS)
    code, said = refresh(tmp_path, "2025-05")
    assert code == 1
    for part in (
        "idbr_enterprises/2025-05.csv, column turnover_thousands",
        "12,345,600,000",
        "had a total of 12,345,600;",
    ):
        assert part in said
    code, said = refresh(tmp_path, "2025-05", "--accept", TURNOVER, WHY, "--accept", "postcodes:rows", "no need")
    assert code == 0
    assert "--accept postcodes:rows was not needed" in said
    assert f"--accept {TURNOVER} was not needed" not in said
    reasons = Warehouse(tmp_path / "warehouse.duckdb").read("select distinct reason from ledger.accepted")
    assert reasons.rows() == [(WHY,)]
    assert refresh(tmp_path, "2025-05")[0] == 0


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (("--accept", "idbr_enterprises:turnover", WHY), "turnover_gbp is expected"),
        (("--accept", TURNOVER, ""), "cannot be accepted without a reason"),
        (("--accept", TURNOVER), "requires 2 arguments"),
    ],
)
def test_what_cannot_be_accepted_is_an_error_of_the_option(
    tmp_path: Path, given: tuple[str, ...], message: str
) -> None:
    code, said = refresh(tmp_path, "2025-05", *given)
    assert code == 2
    assert message in said.replace("│ ", "")


def test_a_warning_tells_dataset_column_and_both_figures(tmp_path: Path) -> None:
    put_register(tmp_path / "sources", "2025-04")
    assert refresh(tmp_path, "2025-04")[0] == 0
    put(tmp_path / "sources", "idbr_enterprises/2025-05.csv", ENTERPRISES_CSV.replace("12000", "18000"))
    code, said = refresh(tmp_path, "2025-05")
    assert code == 0
    alarm = "dataset idbr_enterprises, column_name turnover_gbp, label turnover_thousands, figure total"
    assert "warning sources/alarms: drops_are_plausible: " in said
    assert f"{alarm}, before_as_of 2025-04-01, expected 12345600.0, actual 18345600.0" in said


@pytest.mark.parametrize(
    ("tag", "succeeds"), [(json.dumps({TURNOVER: WHY}), True), (None, False), ("[1]", False), ("{", False)]
)
def test_a_run_of_the_ui_lets_pass_by_its_tag(tmp_path: Path, tag: str | None, succeeds: bool) -> None:
    put_register(tmp_path / "sources", "2025-04")
    (tmp_path / "one.toml").write_text("name = 'one'")
    resources = {
        "warehouse": WarehouseResource(path=str(tmp_path / "warehouse.duckdb"), threads=1),
        "method": MethodResource(profiles=["one"], folder=str(tmp_path)),
    }
    taken_in = asset_of(ingest_step(str(tmp_path / "sources")))
    with dg.DagsterInstance.ephemeral() as instance:
        for month, tags in (("2025-04", {}), ("2025-05", {ACCEPT_TAG: tag} if tag else {})):
            run = dg.materialize(
                [taken_in],
                instance=instance,
                partition_key=month,
                resources=resources,
                tags=tags,
                raise_on_error=False,
            )
            put(tmp_path / "sources", "idbr_enterprises/2025-05.csv", IN_POUNDS)
        assert run.success == succeeds
        if not succeeds:
            failure = next(event for event in run.all_events if event.is_step_failure)
            data = failure.step_failure_data.user_failure_data
            assert (ACCEPT_TAG if tag else "--accept") in str(data and data.description)
