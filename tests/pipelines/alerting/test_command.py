"""The command `alert`, and what `doctor` says: they name services, and never an address."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from pipelines import cli
from pipelines.alerting.setting import ADDRESSES, DETAILS, FREE_DISK, HOURS, METRICS, UI_ADDRESS, Alerts, alerts_from
from pipelines.commands import telling
from pipelines.doctor_alerts import alerts_findings
from pipelines.settings import Settings
from tests.pipelines.alerting.listeners import Hooks, hooks
from tests.support import copy_home

SECRET = "a-token-of-someone"


@pytest.fixture
def told() -> Iterator[Hooks]:
    with hooks() as listening:
        yield listening


@pytest.fixture(autouse=True)
def alone(empty_home: Path, tmp_path: Path, told: Hooks, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for screen in (telling.console, telling.errors):
        monkeypatch.setattr(screen, "width", 400)
    monkeypatch.setenv("DAGSTER_HOME", str(copy_home(empty_home, tmp_path / "dagster_home")))
    monkeypatch.setenv(FREE_DISK, "0")
    monkeypatch.setenv(ADDRESSES, f"json://127.0.0.1:{told.port}/{SECRET}")


def call(*words: str) -> Result:
    result = CliRunner().invoke(cli.app, ["alert", *words])
    assert SECRET not in result.output
    return result


def test_a_test_message_says_to_whom_it_went(told: Hooks):
    sent = call("--test")
    assert (sent.exit_code, sent.output) == (0, f"sent to number 1 of {ADDRESSES} (JSON)\n")
    assert told.bodies[0]["title"] == "Innovation clusters: a test"
    assert f"Set {UI_ADDRESS}" in told.bodies[0]["message"]
    told.status = 404
    unsent = call("--test")
    assert unsent.exit_code == 1
    assert f"warning {ADDRESSES}, number 1 (JSON): not delivered" in unsent.output


def test_a_single_look_needs_no_daemon(told: Hooks):
    looked = call()
    assert looked.exit_code == 0, looked.output
    assert looked.output.startswith("new: Innovation clusters: ") and "is late" in looked.output
    assert looked.output.endswith("\nmessages delivered: 1\n")
    assert call().output == "nothing new to tell\n"
    assert len(told.posts) == 1


def test_a_backup_that_fails_is_told(told: Hooks):
    failed = CliRunner().invoke(cli.app, ["backup", "--to", "backups"])
    assert failed.exit_code == 1
    (body,) = told.bodies
    assert body["title"] == "Innovation clusters: the backup failed"
    assert "No backup was made: no warehouse at warehouse.duckdb" in body["message"]


def test_without_addresses_nobody_is_told(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv(ADDRESSES)
    for words in ([], ["--test"]):
        off = call(*words)
        assert off.exit_code == 1
        assert f"nobody is to be told: give addresses in {ADDRESSES}" in off.output


def test_an_address_that_is_none_is_named_by_its_place(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv(ADDRESSES, f"json://127.0.0.1 {SECRET}")
    wrong = call("--test")
    assert wrong.exit_code == 1
    assert f"{ADDRESSES}: number 2 of 2 is no address" in wrong.output


def test_doctor_names_services_and_no_address():
    off, on, wrong = (
        [*alerts_findings(Settings(alerts=Alerts(addresses=addresses)))]
        for addresses in (
            (),
            (f"json://{SECRET}.example.org", f"mailto://me:{SECRET}@example.org"),
            (f"json://{SECRET}.example.org", f"gopher://{SECRET}"),
        )
    )
    assert [finding.verdict for finding in (*off, *on, *wrong)] == ["note", "ok", "bad"]
    assert on[0].found.startswith("on, by JSON, E-Mail; ")
    assert wrong[0].found.endswith("that has the address number 2")
    assert SECRET not in repr((off, on, wrong, Alerts(addresses=(SECRET,))))


def test_settings_come_from_the_environment_and_go_back_to_it(monkeypatch: pytest.MonkeyPatch):
    given = {
        ADDRESSES: "json://a.example mailto://b.example",
        DETAILS: "1",
        FREE_DISK: "2000000000B",
        HOURS: "48",
        UI_ADDRESS: "https://clusters.example",
        METRICS: "metrics",
    }
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    settings = Settings.from_environment()
    assert settings.alerts == Alerts(
        addresses=("json://a.example", "mailto://b.example"),
        tells_details=True,
        free_disk_bytes=2_000_000_000,
        hours=48,
        ui_address="https://clusters.example",
        metrics="metrics",
    )
    assert given.items() <= settings.to_environment().items()


@pytest.mark.parametrize(
    ("name", "value"), [(HOURS, "0"), (HOURS, "soon"), (FREE_DISK, "lots"), (DETAILS, "yes"), (UI_ADDRESS, "here")]
)
def test_a_setting_that_cannot_be_read_is_named(name: str, value: str):
    with pytest.raises(ValueError, match=f"{name}.*{value}"):
        alerts_from({name: value})
