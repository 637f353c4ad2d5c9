"""Whether all works, as a program that watches asks: the command, and the page of `serve`."""

from __future__ import annotations

import http.client
import json
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest
from click.testing import Result
from dagster._daemon.types import DaemonHeartbeat
from typer.testing import CliRunner

from assets.method import RefreshMethod
from assets.warehouse.database import Warehouse
from pipelines import cli
from pipelines.alerting.setting import FREE_DISK
from pipelines.commands import telling
from pipelines.due import due_month
from pipelines.finding import Finding
from pipelines.health import examine_served
from pipelines.health_answer import as_json, kept
from pipelines.serve import make_server
from pipelines.settings import Settings
from tests.support import copy_home, use_drop


@pytest.fixture
def folder(warehouse: Warehouse, empty_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A warehouse with a month, a publication that is up to date, an instance in which a run succeeded."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(telling.console, "width", 400)
    monkeypatch.setenv("DAGSTER_HOME", str(copy_home(empty_home, tmp_path / "dagster_home")))
    monkeypatch.setenv(FREE_DISK, "0")
    use_drop(warehouse, "postcodes")
    shown = tmp_path / "publication" / str(due_month(RefreshMethod(), datetime.now(UTC)))
    shown.mkdir(parents=True)
    for each in (shown, shown.parent):
        (each / "index.html").touch()
    return tmp_path


@dg.asset
def anything() -> int:
    """What a run makes."""
    return 1


@dg.asset
def nothing() -> int:
    """What a run fails to make."""
    raise ValueError


def call(*words: str) -> Result:
    return CliRunner().invoke(cli.app, ["health", *words])


def lines(shown: Result) -> dict[str, str]:
    return {line.split()[1].rstrip(":"): line.split()[0] for line in shown.output.splitlines()}


def test_each_look_is_a_line_and_the_exit_code_says_whether_a_person_is_needed(
    folder: Path, monkeypatch: pytest.MonkeyPatch
):
    with dg.DagsterInstance.from_config(str(folder / "dagster_home")) as instance:
        dg.materialize([anything], instance=instance)
    silent = call()
    assert silent.exit_code == 1
    assert lines(silent) == {"warehouse": "ok", "publication": "ok", "last": "ok", "daemon": "bad", "disk": "ok"}
    assert "last month made: 2025-05" in silent.output
    by_hand = call("--no-daemon")
    assert (by_hand.exit_code, lines(by_hand)["daemon"]) == (0, "note"), by_hand.output
    with dg.DagsterInstance.from_config(str(folder / "dagster_home")) as instance:
        for name in instance.get_required_daemon_types():
            instance.add_daemon_heartbeat(DaemonHeartbeat(datetime.now(UTC).timestamp(), name, None))
    alive = call()
    assert (alive.exit_code, lines(alive)["daemon"]) == (0, "ok"), alive.output
    with dg.DagsterInstance.from_config(str(folder / "dagster_home")) as instance:
        failed = dg.materialize([nothing], instance=instance, raise_on_error=False).run_id
        hour_ago = (datetime.now(UTC) - timedelta(hours=1)).timestamp()
        instance.add_daemon_heartbeat(DaemonHeartbeat(hour_ago, "SENSOR", None))
    monkeypatch.setenv(FREE_DISK, "1000000TB")
    ill = call()
    assert ill.exit_code == 1
    assert lines(ill) == {"warehouse": "ok", "publication": "ok", "last": "bad", "daemon": "bad", "disk": "bad"}
    assert f"failure, ended {datetime.now(UTC):%Y}" in ill.output and f"(run {failed})" in ill.output
    assert "no sign lately of sensor:" in ill.output


def test_what_is_lost_is_said(folder: Path):
    (folder / "warehouse.duckdb").write_bytes(b"no database at all")
    (folder / "publication" / str(due_month(RefreshMethod(), datetime.now(UTC))) / "index.html").unlink()
    found = call("--no-daemon")
    assert found.exit_code == 1
    assert (lines(found)["warehouse"], lines(found)["publication"]) == ("bad", "bad")
    assert "is late" in found.output
    (folder / "warehouse.duckdb").unlink()
    assert "bad warehouse: warehouse.duckdb is not there: no month has been made" in call("--no-daemon").output


def test_serve_answers_with_200_or_503(folder: Path):
    settings = Settings(publication=str(folder / "publication"), warehouse=str(folder / "elsewhere.duckdb"))
    with make_server(Path(settings.publication), 0, lambda: examine_served(settings)) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:

            def ask(method: str = "GET") -> tuple[int, bytes, str | None]:
                connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=60)
                connection.request(method, "/healthz")
                answer = connection.getresponse()
                return answer.status, answer.read(), answer.getheader("Content-Type")

            status, body, kind = ask()
            assert (status, kind) == (200, "application/json")
            assert json.loads(body) == {"healthy": True, "checks": [{"what": "publication", "verdict": "ok"}]}
            assert ask("HEAD")[:2] == (200, b"")
        finally:
            server.shutdown()
            thread.join()
    for each in (folder / "publication").glob("*/index.html"):
        each.unlink()
    assert as_json(examine_served(settings))["healthy"] is False


def test_an_answer_holds_for_a_while():
    asked = []

    def examine() -> list[Finding]:
        asked.append(1)
        return [Finding("bad", "disk", "a path")]

    examined = kept(examine)
    assert examined() == examined() == [Finding("bad", "disk", "a path")]
    assert len(asked) == 1
    assert as_json(examined()) == {"healthy": False, "checks": [{"what": "disk", "verdict": "bad"}]}
