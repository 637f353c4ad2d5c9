"""How every command line ends: what was typed wrongly is said in a sentence, Ctrl-C ends quietly, no result is cut."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path

import click
import pytest
from click.testing import Result
from typer.main import get_command
from typer.testing import CliRunner

from assets.manners import INTERRUPTED, TRACEBACK, sentence
from assets.warehouse.database import Warehouse
from pipelines.cli import app

HEARING = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"
"""A shell's background has the signal ignored, and so would be what this test starts there."""
PROGRAM = [sys.executable, "-c", f"{HEARING}; from pipelines.main import main; main()"]
"""What the installed command runs."""
TYPED_AT_MOST = 6
ROOT = Path(__file__).parents[2]
COMMANDS = get_command(app)


def call(*arguments: str, columns: int = 250, **environment: str) -> Result:
    return CliRunner().invoke(app, [*arguments], env={"COLUMNS": str(columns), **environment})


def typed(program: Sequence[str], *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*program, *arguments],
        cwd=ROOT,
        env=os.environ | {"COLUMNS": "250"} | environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("made") / "warehouse.duckdb"
    Warehouse(path).create()
    return str(path)


def test_the_version_is_the_installed_one():
    assert call("--version").stdout == f"innovation-clusters {version('innovation-clusters')}\n"


def test_every_month_is_asked_for_as_it_is_written():
    assert isinstance(COMMANDS, click.Group)
    months = 0
    for command in COMMANDS.commands.values():
        for option in command.params:
            is_path = isinstance(option.type, click.Path)
            if {"--month", "--from", "--to", "--months", "--until"} & {*option.opts} and not is_path:
                months += 1
                assert str(option.metavar).startswith("YYYY-MM"), (command.name, option.name)
    assert months == 15


def test_what_is_not_a_command_is_named_once_with_what_is_near():
    refused = call("refrsh")
    assert refused.exit_code == 2
    assert refused.stderr.count("Did you mean") == 1


@pytest.mark.parametrize("threads", ["0", "-1", "²", "1.5", "many"])
def test_no_threads_are_no_number_of_threads(threads: str):
    refused = call("doctor", INNOVATION_CLUSTERS_THREADS=threads)
    assert refused.exit_code == 1
    assert f"INNOVATION_CLUSTERS_THREADS={threads!r} is not a number of threads: give 1 or more" in refused.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["query", ""], "there is no query: give one SELECT"),
        (["query", "select 1", "--format", "csv", "--out", "{file}/x.csv"], "{file}/x.csv cannot be written"),
        (["graph", "--out", "x", "--profile", "nope"], "no method profile 'nope'"),
        (["graph", "--out", "x", "--month", "1999-01"], "is empty"),
        (["rankings", "--category", "nope"], "no category 'nope'"),
        (
            ["synthesise", "--scale=0.001", "--months=2025-05", "--out", "{file}/x"],
            "{file}/x/boundaries/2025-05: Not a directory",
        ),
        (["publish", "--month", "2025-05", "--warehouse", "{file}"], "cut short as it was made"),
        (["serve", "--publication", "{file}"], "no release in {file}"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(arguments: list[str], said: str, warehouse: str, tmp_path: Path):
    file = tmp_path / "file"
    file.touch()
    given = [argument.format(file=file) for argument in arguments]
    refused = call(*given, INNOVATION_CLUSTERS_WAREHOUSE=warehouse)
    assert refused.exit_code == 1, refused.output
    assert isinstance(refused.exception, SystemExit)
    assert said.format(file=file) in refused.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ["serve", "--port", "99999"],
        ["ui", "--port", "-1"],
        ["synthesise", "--seed", "-1"],
        ["synthesise", "--seed", "99999999999999999999999"],
        ["synthesise", "--scale", "7"],
        ["synthesise", "--months", ":"],
        ["synthesise", "--months", "2025-03:2025-05", "--until", "2025-04"],
        ["rankings", "--top", "0"],
        ["refresh", "--month", "May"],
        ["graph", "--format", "png", "--out", "x"],
        ["fetch", "--dataset", "nope"],
        ["query"],
    ],
)
def test_what_is_typed_wrongly_ends_with_2(arguments: list[str]):
    refused = call(*arguments)
    assert refused.exit_code == 2
    assert isinstance(refused.exception, SystemExit)


def test_an_error_that_no_command_expects_is_a_sentence_too(monkeypatch: pytest.MonkeyPatch):
    """Nothing that can be typed leads there, as far as is known: one is put in a command's place."""

    def fails(*_: object) -> None:
        raise KeyError("a fault of the program")

    monkeypatch.setattr("pipelines.doctor.examine", fails)
    refused = call("doctor")
    assert refused.exit_code == 1
    assert isinstance(refused.exception, SystemExit)
    assert f"could not go on (KeyError: 'a fault of the program'): {TRACEBACK}=1 shows where" in refused.stderr
    assert "in fails" in call("doctor", **{TRACEBACK: "1"}).stderr


def test_the_words_of_the_system_are_kept_short():
    assert sentence(FileNotFoundError(2, "No such file or directory", "x.csv")) == "x.csv: No such file or directory"
    assert sentence(ValueError("x.csv, row 2: a whole sentence")) == "x.csv, row 2: a whole sentence"


@pytest.mark.parametrize(
    "program",
    [
        ["tools.diversity", "--data"],
        ["tools.pictures", "--publication"],
        ["synthetic_uk.publishers.country", "--month=2025-05", "--sources"],
    ],
)
def test_a_tool_that_is_given_no_folder_says_so(program: list[str], tmp_path: Path):
    refused = typed([sys.executable, "-m"], *program, str(tmp_path / "nowhere"))
    assert refused.returncode == 2
    assert refused.stderr.splitlines()[-1].endswith("is not there: give a folder")


def test_a_tool_that_is_given_another_folder_names_what_it_lacks(tmp_path: Path):
    refused = typed([sys.executable, "-m"], "tools.real_drops", str(tmp_path), str(tmp_path / "out"))
    assert refused.returncode == 1
    assert re.fullmatch(r"error No such file .*\.parquet.*\n", refused.stderr)


def test_a_port_in_use_is_said_before_anything_is_opened(tmp_path: Path):
    (tmp_path / "index.html").touch()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        for command in (["serve", f"--publication={tmp_path}"], ["ui", f"--warehouse={tmp_path / 'warehouse.duckdb'}"]):
            refused = call(*command, "--port", port)
            assert refused.exit_code == 1
            assert f"port {port} cannot be used" in refused.stderr
            assert "open" not in refused.stdout


def interrupted(after: float, *arguments: str) -> tuple[int, str]:
    """Exit code and what was said where Ctrl-C reaches the program and all that it has started."""
    program = subprocess.Popen(
        [*PROGRAM, *arguments],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        time.sleep(after)
        for _ in range(TYPED_AT_MOST):
            if program.poll() is not None:
                break
            # Python forgets a Ctrl-C that comes while it tidies up after an import: one types it again.
            os.killpg(program.pid, signal.SIGINT)
            with suppress(subprocess.TimeoutExpired):
                program.wait(timeout=10)
        assert program.returncode is not None, f"{TYPED_AT_MOST} times Ctrl-C did not end it"
        return program.returncode, program.communicate()[1]
    finally:
        with suppress(ProcessLookupError):
            os.killpg(program.pid, signal.SIGKILL)


@pytest.mark.parametrize("after", [0.5, 2.0, 6.0])
def test_ctrl_c_ends_quietly_whatever_is_under_way(after: float, warehouse: str):
    endless = "select count(*) from range(1000000000000) where hash(range) % 7 = 3"
    code, said = interrupted(after, "query", endless, f"--warehouse={warehouse}")
    # The moment before Python can hear of it is the system's.
    assert code in ((INTERRUPTED, -signal.SIGINT) if after < 1 else (INTERRUPTED,))
    assert "Traceback" not in said


def test_rows_that_are_wider_than_the_screen_are_shown_whole(warehouse: str):
    wide = "select 'a' || repeat('x', 90) || 'z' as long_text, ':x:' as mark, null as nothing, 7 as n"
    shown = typed(PROGRAM, "query", wide, f"--warehouse={warehouse}", COLUMNS="60").stdout
    lines = [line.rstrip() for line in shown.splitlines()]
    assert "Rows are wider than these 60 columns" in lines[0]
    assert "row 1 of 1" in lines
    assert {tuple(line.split()) for line in lines} >= {("mark", ":x:"), ("nothing",), ("n", "7")}
    assert "".join(re.findall("[axz]+", shown.partition("long_text")[2].partition("mark")[0])) == f"a{'x' * 90}z"
    narrow = typed(PROGRAM, "query", "select 1 as n", f"--warehouse={warehouse}", COLUMNS="60").stdout
    assert "│ 1 │" in narrow
