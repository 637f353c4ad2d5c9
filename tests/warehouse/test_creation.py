"""A warehouse opens again whatever ended the process that made it, or added to it."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import duckdb
import pytest

from assets.warehouse.creation import put_in_place
from assets.warehouse.database import STORAGE_VERSION, Warehouse
from assets.warehouse.faults import WarehouseError, log_of
from assets.warehouse.schema import OF_ITSELF, SCHEMA_ORDER, declaration, statements_of_tables, table_names
from tests.support import MONTH, use_drop
from tests.warehouse.killing import OLD_SECTORS, contents, create, seconds_of, what_is_wrong

COMMIT_AND_DIE = """
import os, sys, duckdb
connection = duckdb.connect(sys.argv[1], config={"storage_compatibility_version": sys.argv[2]})
connection.execute("set checkpoint_threshold = '1TB'")
for statement in sys.stdin.read().split("\\0"):
    connection.execute(statement)
os._exit(0)
"""


def log_of_a_killed_process(path: Path, *statements: str) -> None:
    """Execute each statement in a transaction of its own, then die with all of them in the log."""
    given = "\0".join(statements)
    subprocess.run(
        [sys.executable, "-c", COMMIT_AND_DIE, str(path), STORAGE_VERSION], input=given, text=True, check=True
    )
    assert log_of(path).stat().st_size > 0


@pytest.mark.parametrize("schema", [*SCHEMA_ORDER, OF_ITSELF])
def test_the_log_of_every_declaration_can_be_replayed(tmp_path: Path, schema: str):
    """What is replayed of a longer log is replayed of each of its beginnings too.

    DuckDB 1.5.5 fails at the comment on a column of a table whose check or default calls a function.
    """
    path = tmp_path / "warehouse.duckdb"
    tables = {name: made for name, made in statements_of_tables().items() if name.split(".")[0] == schema}
    log_of_a_killed_process(path, *(statement for made in tables.values() for statement in made))
    assert set(contents(path)) == set(tables)


def test_each_statement_is_of_a_table():
    with duckdb.connect() as connection:
        texts = [declaration(schema) for schema in (*SCHEMA_ORDER, OF_ITSELF)]
        declared = sum(len(connection.extract_statements(text)) for text in texts)
    of_schemas = len(texts)
    per_table = sum(len(statements) - 1 for statements in statements_of_tables().values())
    assert set(statements_of_tables()) == table_names()
    assert per_table == declared - of_schemas


def test_a_new_warehouse_is_one_file_with_every_table_and_comment(tmp_path: Path):
    path = tmp_path / "folder" / "warehouse.duckdb"
    Warehouse(path).create()
    assert [*path.parent.iterdir()] == [path]
    assert what_is_wrong(path, {}) is None


@pytest.fixture(scope="module")
def seconds(tmp_path_factory: pytest.TempPathFactory) -> float:
    """How long a creation takes."""
    path = tmp_path_factory.mktemp("measured") / "warehouse.duckdb"
    return seconds_of(lambda: create(path))


@pytest.mark.parametrize("moment", [0.0, 0.35, 0.7, 0.95])
def test_a_kill_at_creation_leaves_nothing_in_the_way(tmp_path: Path, seconds: float, moment: float):
    path = tmp_path / "killed" / "warehouse.duckdb"
    create(path, killed_after=seconds * moment)
    Warehouse(path).create()
    assert what_is_wrong(path, {}) is None
    assert [*path.parent.iterdir()] == [path]


@pytest.mark.parametrize("moment", [0.2, 0.6])
def test_a_kill_while_tables_are_added_keeps_the_rows(tmp_path: Path, moment: float):
    path = tmp_path / "warehouse.duckdb"
    before = older(path)
    create(path, killed_after=moment)
    Warehouse(path).create()
    assert what_is_wrong(path, before) is None


def older(path: Path) -> dict[str, tuple[int, int]]:
    """A warehouse of an earlier version, with rows; returns its contents."""
    warehouse = Warehouse(path, threads=1)
    warehouse.create()
    use_drop(warehouse, "postcodes", "innovate_uk")
    with warehouse.connect() as connection:
        connection.execute(OLD_SECTORS)
        for table in sorted(table_names())[:40]:
            if table != "sources.drops":
                connection.execute(f"drop table {table}")
    return contents(path)


def test_tables_are_added_with_their_comments(tmp_path: Path):
    path = tmp_path / "warehouse.duckdb"
    before = older(path)
    assert len(before) == len(table_names()) - 40
    Warehouse(path).create()
    assert what_is_wrong(path, before) is None
    assert not log_of(path).exists()


def test_columns_that_may_be_null_are_added_to_tables_with_rows(tmp_path: Path):
    path = tmp_path / "warehouse.duckdb"
    warehouse = Warehouse(path, threads=1)
    warehouse.create()
    use_drop(warehouse, "postcodes")
    declared = warehouse.read("select column_name, column_type from (describe spatial.groups) order by all").rows()
    with warehouse.connect() as connection:
        for table in ("spatial.groups", "typology.innovation_clusters", "publication.clusters"):
            share = "address_band" if table == "publication.clusters" else "address_share"
            connection.execute(f"alter table {table} drop column places")
            connection.execute(f"alter table {table} drop column {share}")
        connection.execute(
            "insert into spatial.groups by name select '2025-05-01'::date as month, 'dsit-v1' as profile, "
            "'spatial-1' as group_id, 'sic' as scheme, 'Healthcare' as sector, 'gb' as grid, 12 as points, "
            "10 as firms, 'test' as profile_fingerprint"
        )
        before = connection.execute("select * from spatial.groups").pl()
    warehouse.create()
    assert what_is_wrong(path, {}) is None
    assert warehouse.read("select column_name, column_type from (describe spatial.groups) order by all").rows() == (
        declared
    )
    after = warehouse.read("select * from spatial.groups")
    assert after.select(before.columns).rows() == before.rows()
    assert after.select("places", "address_share").rows() == [(None, None)]


def test_a_column_that_may_not_be_null_is_not_made_up(tmp_path: Path):
    warehouse = Warehouse(tmp_path / "warehouse.duckdb", threads=1)
    warehouse.create()
    with warehouse.connect() as connection:
        connection.execute("alter table typology.cluster_counts drop column clusters")
    warehouse.create()
    assert "clusters" not in warehouse.read("from typology.cluster_counts").columns


def test_the_log_of_rows_in_a_table_of_an_earlier_version_can_be_replayed(tmp_path: Path):
    path = tmp_path / "warehouse.duckdb"
    older(path)
    row = "insert into reference.rtic_sectors values ('2025-05-01', 'RTIC0052', 'Photonics')"
    log_of_a_killed_process(path, row)
    Warehouse(path).create()
    assert contents(path)["reference.rtic_sectors"][0] == 1


def test_processes_that_make_a_warehouse_at_once_all_find_it_whole(tmp_path: Path):
    path = tmp_path / "warehouse.duckdb"
    with ThreadPoolExecutor(3) as pool:
        assert None not in pool.map(lambda _: create(path), range(3))
    assert what_is_wrong(path, {}) is None
    assert [*tmp_path.iterdir()] == [path]


def test_a_new_file_takes_no_other_ones_place(tmp_path: Path):
    made, there = tmp_path / "made", tmp_path / "there"
    made.write_text("new")
    there.write_text("with rows")
    put_in_place(made, there)
    assert there.read_text() == "with rows"


def test_a_warehouse_behind_a_link_is_made_where_the_link_says(tmp_path: Path):
    (tmp_path / "large").mkdir()
    link = tmp_path / "warehouse.duckdb"
    link.symlink_to(tmp_path / "large" / "warehouse.duckdb")
    Warehouse(link).create()
    assert link.is_symlink()
    assert what_is_wrong(tmp_path / "large" / "warehouse.duckdb", {}) is None


def test_a_log_whose_file_is_gone_is_kept(tmp_path: Path):
    path = tmp_path / "warehouse.duckdb"
    log_of(path).write_bytes(b"rows")
    with pytest.raises(WarehouseError, match=r"warehouse\.duckdb\.wal is there, but .* is not: put back the file"):
        Warehouse(path).create()
    assert log_of(path).read_bytes() == b"rows"
    assert not path.exists()


def test_a_log_that_cannot_be_replayed_is_named_and_kept_and_the_file_opens_without_it(tmp_path: Path):
    path = tmp_path / "warehouse.duckdb"
    warehouse = Warehouse(path)
    warehouse.create()
    use_drop(warehouse, "postcodes")
    log_of_a_killed_process(path, *OLD_SECTORS.strip().split(";\n"))
    log = log_of(path).read_bytes()
    with pytest.raises(WarehouseError, match=r"duckdb\.wal cannot be replayed .*: move .*wal away, and keep"):
        warehouse.create()
    assert log_of(path).read_bytes() == log
    log_of(path).rename(tmp_path / "kept")
    warehouse.create()
    assert what_is_wrong(path, {}) is None
    assert warehouse.read("from sources.drops where month = $month", month=MONTH.first_day).height == 1
