"""What stands in square brackets or between colons in a file, or in its name, is shown as it stands: it is no mark of
style, and no picture."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from pipelines.cli import app


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


def test_doctor_names_a_file_with_brackets(folder: Path):
    (folder / "sources" / "rtic_locations" / "[b]may.csv").touch()
    shown = call("doctor", folder)
    assert "[b]may.csv" in shown.output
