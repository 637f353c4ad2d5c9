"""What stands in square brackets or between colons in a file, or in its name, is shown as it stands: it is no mark of
style, and no picture."""

from __future__ import annotations

import sys
from pathlib import Path

import dagster as dg
import pytest
from click.testing import Result
from typer.testing import CliRunner

from assets.months import FIRST_MONTH_SETTING, USUAL_FIRST_MONTH, Month, unmakeable
from assets.warehouse.dagster_assets import monthly
from assets.warehouse.database import Warehouse
from pipelines.cli import app
from pipelines.definitions import build_defs
from pipelines.settings import Settings


def call(command: str, folder: Path, *options: str) -> Result:
    places = [f"--sources={folder / 'sources'}", f"--warehouse={folder / 'warehouse.duckdb'}"]
    return CliRunner().invoke(app, [command, *options, *places], env={"COLUMNS": "250"})


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("DAGSTER_HOME", raising=False)
    (tmp_path / "sources" / "rtic_locations").mkdir(parents=True)
    return tmp_path


def test_a_bad_value_in_brackets_is_named(folder: Path):
    drop = folder / "sources" / "rtic_locations" / "2025-05.csv"
    drop.write_text("company_number,postcode,kind,employees\n12345678,LS1 4AP,[/b]:x:operating,5\n")
    (folder / "sources" / "rtic_companies").mkdir()
    (folder / "sources" / "rtic_companies" / "2025-05.csv").write_text(
        "company_number,company_name,rtic_codes\n12345678,Alpha,RTIC0052\n"
    )
    refused = call("refresh", folder, "--month", "2025-05", "--select", "sources")
    assert refused.exit_code == 1
    assert "rtic_locations/2025-05.csv, row 2" in refused.output
    assert "[/b]:x:operating" in refused.output


@pytest.mark.parametrize(
    ("address", "said"),
    [
        (
            "foo://bucket/in",
            "foo://bucket/in: Protocol not known: foo: expected a local folder or an address with s3://",
        ),
        ("s3://bucket/in", "s3://bucket/in: the package for this kind of address is not installed"),
    ],
)
def test_sources_at_an_address_that_cannot_be_read_end_a_refresh_in_one_sentence(
    folder: Path, address: str, said: str, monkeypatch: pytest.MonkeyPatch
):
    """Whether the store's package happens to be installed here or not: an import of it is refused."""
    monkeypatch.setitem(sys.modules, "s3fs", None)
    options = ["--month", "2025-05", "--sources", address, "--warehouse", str(folder / "warehouse.duckdb")]
    refused = CliRunner().invoke(app, ["refresh", *options], env={"COLUMNS": "400"})
    assert refused.exit_code == 1
    assert refused.stderr.count("\n") == 1
    assert refused.stderr.startswith(f"error {said}")
    # Before a warehouse and a history of runs are made for it.
    assert {path.name for path in folder.iterdir()} == {"sources"}


def test_doctor_names_a_file_with_brackets(folder: Path):
    (folder / "sources" / "rtic_locations" / "[b]may.csv").touch()
    shown = call("doctor", folder)
    assert "[b]may.csv" in shown.output


PARTITIONS = monthly(USUAL_FIRST_MONTH)
MONTHS = Month.parse(PARTITIONS.get_first_partition_key()), Month.parse(PARTITIONS.get_last_partition_key())
"""Those that the UI offers."""


def test_the_months_that_can_be_made_are_those_of_the_ui():
    first, last = MONTHS
    assert first == USUAL_FIRST_MONTH
    assert (unmakeable(first, first), unmakeable(last, first)) == (None, None)
    for outside in (first.plus(-1), last.plus(1)):
        said = f"{outside} cannot be made: give a month from {first}, which {FIRST_MONTH_SETTING} says, to {last}"
        assert unmakeable(outside, first) == f"{said}, the one under way"


def test_the_first_month_is_a_setting(monkeypatch: pytest.MonkeyPatch, folder: Path):
    monkeypatch.setenv(FIRST_MONTH_SETTING, "2025-04")
    settings = Settings.from_environment()
    assert settings.to_environment()[FIRST_MONTH_SETTING] == "2025-04"
    partitions = {
        (asset.partitions_def.get_first_partition_key() if asset.partitions_def else None)
        for asset in build_defs(settings).assets or []
        if isinstance(asset, dg.AssetsDefinition)
    }
    assert partitions == {"2025-04"}
    outside = call("refresh", folder, "--month", "2025-03").stderr
    assert f"2025-03 cannot be made: give a month from 2025-04, which {FIRST_MONTH_SETTING} says" in outside
    for bad, said in (("2025-4", "is not a month: expected YYYY-MM"), ("2999-01", "is still to come: give")):
        monkeypatch.setenv(FIRST_MONTH_SETTING, bad)
        refused = call("refresh", folder, "--month", "2025-04")
        assert (refused.exit_code, said in refused.stderr, FIRST_MONTH_SETTING in refused.stderr) == (1, True, True)


OUTSIDE = ("0001-01", str(MONTHS[0].plus(-1)), str(MONTHS[1].plus(1)), "2999-01", "9999-12")


@pytest.mark.parametrize("month", [*OUTSIDE, "0000-01", "2025-13", "2025-5", "\u0662\u0660\u0662\u0665-05", "", ":x:"])
def test_a_month_outside_the_range_is_one_sentence_everywhere(folder: Path, month: str):
    commands = {
        "refresh": ["--month", month],
        "backfill": ["--from", month, "--to", month],
        "publish": ["--month", month],
        "rankings": ["--month", month],
        "place": ["--name", "Leeds", "--month", month],
        "synthesise": ["--months", f"{month}:{month}", "--out", str(folder / "made")],
    }
    Warehouse(folder / "warehouse.duckdb").create()
    for command, options in commands.items():
        places = [] if command == "synthesise" else [f"--warehouse={folder / 'warehouse.duckdb'}"]
        refused = CliRunner().invoke(app, [command, *options, *places], env={"COLUMNS": "250"})
        said = " ".join(refused.stderr.replace("│", " ").split())
        assert isinstance(refused.exception, SystemExit), command
        if month not in OUTSIDE:
            assert refused.exit_code == 2
            assert "is not a month: expected YYYY-MM" in said
        else:
            assert refused.exit_code == 1
            written = {"publish": "is not in", "rankings": "is empty", "place": "is empty"}
            assert written.get(command, f"{month} cannot be made: give a month from {MONTHS[0]}") in said
        assert not (folder / "made").exists()


def test_what_looks_like_an_emoji_or_steers_the_screen_is_text(folder: Path):
    for name in (":warning:.csv", "\x1b[31mred.csv"):
        (folder / "sources" / "rtic_locations" / name).touch()
    shown = call("doctor", folder).output
    assert ":warning:.csv" in shown
    assert "\\x1b[31mred.csv" in shown
    assert "\x1b" not in shown
    refused = call("refresh", folder, "--month", "2025-05", "--select", ":x: \x1b[2J").stderr
    assert ":x: \\x1b[2J" in refused
