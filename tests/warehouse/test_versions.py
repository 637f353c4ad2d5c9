"""A warehouse of an earlier version of the schema is brought to this one, or refused in words; a later one is refused.

`golden/schema-N.duckdb.xz` are warehouses as each version made them (`tools/golden_warehouse.py`).
"""

from __future__ import annotations

import lzma
import re
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from assets.warehouse import versions
from assets.warehouse.database import Warehouse
from assets.warehouse.declarations import declared_tables, ledger_tables
from assets.warehouse.versions import SchemaVersionError, latest_version, read_migrations, version_of
from pipelines.cli import app
from pipelines.commands import telling
from tests.support import use_drop
from tests.warehouse.killing import contents, create, seconds_of, what_is_wrong

GOLDEN = Path(__file__).parent / "golden"
KEPT = sorted(GOLDEN.glob("schema-*.duckdb.xz"))
MEMBERS = "typology.cluster_members"


def unpacked(packed: Path, folder: Path) -> Path:
    path = folder / "warehouse.duckdb"
    path.write_bytes(lzma.decompress(packed.read_bytes()))
    return path


def version_in(path: Path) -> int:
    with Warehouse(path, threads=1).connect(read_only=True) as connection:
        return version_of(connection)


def without_new_columns(path: Path, tables: dict[str, list[str]]) -> dict[str, object]:
    """Every row of tables, of their columns of an earlier version alone."""
    warehouse = Warehouse(path, threads=1)
    with warehouse.connect(read_only=True):
        return {
            name: warehouse.read(f"select {', '.join(columns)} from {name} order by all").rows()
            for name, columns in tables.items()
        }


def columns_in(path: Path) -> dict[str, list[str]]:
    found = Warehouse(path, threads=1).read(
        "select schema_name || '.' || table_name as name, list(column_name order by column_index) as columns "
        "from duckdb_columns() where not internal and schema_name <> 'used' group by all"
    )
    return dict(found.rows())


@pytest.mark.parametrize("packed", KEPT, ids=lambda path: path.name)
def test_a_warehouse_of_each_version_is_brought_to_this_one_with_every_row(packed: Path, tmp_path: Path):
    path = unpacked(packed, tmp_path)
    assert f"schema-{version_in(path)}." in packed.name
    columns = columns_in(path)
    before = without_new_columns(path, columns)
    assert all(before[name] for name in ("sources.drops", MEMBERS, "publication.clusters", "ledger.released"))
    Warehouse(path, threads=1).create()
    assert version_in(path) == latest_version()
    assert without_new_columns(path, columns) == before
    assert what_is_wrong(path, {}) is None
    declared = {
        name: {c.name for c in table.columns} for name, table in {**declared_tables(), **ledger_tables()}.items()
    }
    assert {name: set(found) for name, found in columns_in(path).items()} == declared


def test_one_of_this_version_is_kept_and_nothing_is_written_to_it(tmp_path: Path):
    newest = GOLDEN / f"schema-{latest_version()}.duckdb.xz"
    assert newest in KEPT, "a migration was added: make one of its version (tools/golden_warehouse.py)"
    path = unpacked(newest, tmp_path)
    before = path.read_bytes()
    Warehouse(path, threads=1).create()
    assert path.read_bytes() == before


def test_members_of_older_months_say_whether_they_are_firms(tmp_path: Path):
    path = unpacked(GOLDEN / "schema-1.duckdb.xz", tmp_path)
    warehouse = Warehouse(path, threads=1)
    warehouse.create()
    found = warehouse.read(
        "select m.is_firm, o.is_firm as was from typology.cluster_members as m "
        "left join organisations.organisations as o using (month, organisation_id)"
    )
    assert set(found.filter(found["was"].is_not_null()).rows()) >= {(True, True)}
    assert all(now == was for now, was in found.rows() if was is not None)


@pytest.mark.parametrize("moment", [0.1, 0.5, 0.9])
def test_a_kill_in_between_leaves_the_old_version_or_the_new(tmp_path: Path, moment: float):
    path = unpacked(GOLDEN / "schema-1.duckdb.xz", tmp_path)
    columns = columns_in(path)
    before = without_new_columns(path, columns)
    (tmp_path / "measured").mkdir()
    other = unpacked(GOLDEN / "schema-1.duckdb.xz", tmp_path / "measured")
    create(path, killed_after=seconds_of(lambda: create(other)) * moment)
    assert version_in(path) in (1, latest_version())
    assert without_new_columns(path, columns) == before
    Warehouse(path, threads=1).create()
    assert version_in(path) == latest_version()
    assert without_new_columns(path, columns) == before


def migration(folder: Path, text: str) -> tuple[versions.Migration, ...]:
    for number in range(2, latest_version() + 1):
        (folder / f"{number:04d}_was.sql").write_text("-- needs: no.table\nselect 1", encoding="utf-8")
    (folder / f"{latest_version() + 1:04d}_what.sql").write_text(text, encoding="utf-8")
    return read_migrations(folder)


def test_a_migration_that_fails_changes_nothing(warehouse: Warehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (folder := tmp_path / "migrations").mkdir()
    use_drop(warehouse, "postcodes")
    before, was = contents(warehouse.path), version_in(warehouse.path)
    found = migration(folder, "-- needs: sources.drops\nupdate sources.drops set path = 'x';\nselect 1 / nothing;")
    monkeypatch.setattr(versions, "migrations", lambda: found)
    with pytest.raises(duckdb.BinderException):
        warehouse.create()
    assert contents(warehouse.path) == before
    assert version_in(warehouse.path) == was


def test_a_version_that_rows_cannot_be_brought_to_names_the_command(
    warehouse: Warehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    (folder := tmp_path / "migrations").mkdir()
    use_drop(warehouse, "postcodes")
    found = migration(folder, "-- rebuild: points have another place\n")
    monkeypatch.setattr(versions, "migrations", lambda: found)
    told = (
        f"version {len(found)} of the schema, and {len(found) + 1} cannot be made of its rows (points have another "
        "place): make its months again in a new file (innovation-clusters backfill --from 2025-05 --to 2025-05 "
        "--warehouse NEW_FILE)"
    )
    with pytest.raises(SchemaVersionError, match=re.escape(told)):
        warehouse.create()


@pytest.mark.parametrize("command", [["query", "select 1"], ["doctor", "--quick"], ["maintain"]], ids=lambda c: c[0])
def test_a_later_version_is_refused_in_words(warehouse: Warehouse, command: list[str], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(warehouse.path.parent)
    for screen in (telling.console, telling.errors):
        monkeypatch.setattr(screen, "width", 400)
    with warehouse.connect() as connection:
        connection.execute(f"update {versions.VERSIONS} set version = 99, software = '9.0'")
    result = CliRunner().invoke(app, [*command, "--warehouse", str(warehouse.path)])
    assert result.exit_code == 1, result.output
    said = " ".join(result.output.split())
    assert "version 99 of the schema, made by innovation-clusters 9.0" in said
    assert "install that one, or a later one" in said


def test_numbers_follow_one_another(tmp_path: Path):
    (tmp_path / "0003_what.sql").write_text("select 1", encoding="utf-8")
    with pytest.raises(ValueError, match="number 2 is missing"):
        read_migrations(tmp_path)
