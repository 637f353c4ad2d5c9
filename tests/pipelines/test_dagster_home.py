"""A DAGSTER_HOME that is damaged, full, a file or badly set up is said in a sentence, with what to do."""

from __future__ import annotations

import os
import re
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import dagster as dg
import pytest

from pipelines.dagster_home import AWAY, HomeError, dagster_home, opened
from pipelines.settings import Settings
from tests.support import copy_home

PROGRAM = str(Path(sys.executable).with_name("innovation-clusters"))
RUNS, INDEX, SCHEDULES = "history/runs.db", "history/runs/index.db", "schedules/schedules.db"
REFRESH = ["refresh", "--month", "2025-05", "--select", "reference"]


@pytest.fixture
def home(empty_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    copy = copy_home(empty_home, tmp_path / "home")
    monkeypatch.setenv("DAGSTER_HOME", str(copy))
    return copy


def garbage(name: str) -> Callable[[Path], None]:
    def damage(home: Path) -> None:
        for ending in ("", "-wal", "-shm"):
            Path(f"{home / name}{ending}").unlink(missing_ok=True)
        (home / name).write_bytes(bytes(range(1, 256)) * 80)

    return damage


def cut(name: str) -> Callable[[Path], None]:
    return lambda home: os.truncate(home / name, 9000)


def settings(text: str) -> Callable[[Path], None]:
    def write(home: Path) -> None:
        (home / "dagster.yaml").write_bytes(text.encode("latin-1"))

    return write


DAMAGES = {
    "runs that are no database": (garbage(RUNS), AWAY),
    "events that are no database": (garbage(INDEX), AWAY),
    "schedules that are no database": (garbage(SCHEDULES), AWAY),
    "runs that are cut off": (cut(RUNS), AWAY),
    "events that are cut off": (cut(INDEX), AWAY),
    "settings that are no YAML": (settings("a: ["), "dagster.yaml cannot be read"),
    "settings that are not UTF-8": (settings("a: \xff"), "dagster.yaml cannot be read"),
    "settings that Dagster does not know": (settings("nonsense: true"), "dagster.yaml cannot be read"),
}


@pytest.mark.parametrize("what", DAMAGES)
def test_damage_is_named_with_its_remedy(home: Path, what: str):
    damage, said = DAMAGES[what]
    damage(home)
    with pytest.raises(HomeError) as refused, opened(dagster_home(Settings())) as instance:
        instance.get_runs()
        instance.get_latest_materialization_event(dg.AssetKey("any"))
        instance.all_instigator_state()
    assert said in str(refused.value)
    assert str(home) in str(refused.value)
    assert "\n" not in str(refused.value)


def test_what_a_month_raises_of_itself_stays(home: Path):
    with pytest.raises(KeyError), opened(home):
        raise KeyError("of the month")


def test_a_file_is_no_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path / "file"))
    with pytest.raises(HomeError, match="and is a file: give another DAGSTER_HOME"):
        dagster_home(Settings())
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path / "file" / "below"))
    with pytest.raises(HomeError, match="cannot be used: Not a directory"):
        dagster_home(Settings())


@pytest.mark.skipif(os.getuid() == 0, reason="root may write everywhere")
def test_a_folder_that_may_not_be_written(home: Path):
    for path in (*home.rglob("*"), home):
        path.chmod(0o500)
    with pytest.raises(HomeError, match="let this user write it"), opened(dagster_home(Settings())):
        raise AssertionError("it was opened")


def run(home: Path, *arguments: str, largest_file: int | None = None) -> subprocess.CompletedProcess[str]:
    def limit() -> None:
        if largest_file is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (largest_file, largest_file))

    return subprocess.run(
        [PROGRAM, *arguments],
        cwd=home.parent,
        env={**os.environ, "DAGSTER_HOME": str(home), "COLUMNS": "250"},
        preexec_fn=limit,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


def test_a_command_ends_in_a_sentence_whether_it_begins_so_or_comes_to_it(home: Path):
    """A disk that takes no more is what a limit on the size of a file is to SQLite."""
    (home.parent / "sources").mkdir()
    for largest in (0, (home / INDEX).stat().st_size):
        full = run(home, *REFRESH, largest_file=largest)
        assert full.returncode == 1
        assert re.search(rf"error the disk of {home.parent}(/{home.name})? is full", full.stderr), full.stderr
        assert "Traceback" not in full.stderr
    garbage(RUNS)(home)
    for command in (REFRESH, ["ui", "--port=0"]):
        damaged = run(home, *command)
        assert damaged.returncode == 1
        assert f"error the history of runs in {home} is damaged (file is not a database): {AWAY}" in damaged.stderr
        assert "Traceback" not in damaged.stderr
