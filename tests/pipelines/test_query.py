"""The command `query`: every way out is shut, and whatever a query gives can be written."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest
from click.testing import Result
from typer.testing import CliRunner

from assets.warehouse.database import Warehouse
from assets.warehouse.reader import LOCKED
from pipelines.cli import app
from tests.campaign.ways_out_of_query import WAYS, contents, make_world, query_of, what_got_out


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_world(tmp_path_factory.mktemp("world"))


def ask(warehouse: Path, sql: str, *options: str) -> Result:
    places = [*options, f"--warehouse={warehouse}", "--", sql]
    return CliRunner().invoke(app, ["query", *places], env={"COLUMNS": "250"})


def values(warehouse: Path, sql: str) -> list[str]:
    """The cells of a query's one row as CSV gives them."""
    result = ask(warehouse, sql, "--format", "csv")
    assert result.exit_code == 0, result.stderr
    return [str(cell) for cell in pl.read_csv(io.StringIO(result.stdout), infer_schema=False).row(0)]


@pytest.mark.parametrize("way", WAYS)
def test_no_way_leads_out(world: Path, way: str):
    frame = pl.DataFrame({"value": ["a variable of the process"]})  # noqa: F841
    before = contents(world.parent)
    result = ask(world, query_of(way, world), "--format", "csv")
    assert what_got_out(result.exit_code, result.output, before, contents(world.parent)) is None


@pytest.mark.parametrize(
    "sql",
    [
        "select 1 as n;",
        "\ufeff ; -- a remark\n select 1 as n -- another",
        "with x as (select 1 as n) from x",
        "values (1)",
        "(select 1)",
        "table reference.places",
        "describe reference.places",
        "show all tables",
        "summarize reference.places",
        "explain select 1",
        "explain (analyze, format json) select 1",
        "explain analyze (select 1)",
        "pivot (select unnest(['a', 'b']) as k, 1 as v) on k using sum(v)",
        "unpivot (select 1 as a, 2 as b) on a, b",
        "pragma table_info('reference.places')",
        "select 'copy x to y; enable_logging(' as text",
        "select current_setting('lock_configuration')",
    ],
)
def test_every_kind_of_query_is_answered(world: Path, sql: str):
    result = ask(world, sql, "--format", "csv")
    assert (result.exit_code, result.stderr) == (0, "")


def test_a_log_that_was_not_checkpointed_is_read_and_left(world: Path, tmp_path: Path):
    """As a run leaves it that was killed."""
    killed = tmp_path / "warehouse.duckdb"
    killed.write_bytes(world.read_bytes())
    program = (
        "import duckdb, os, sys; connection = duckdb.connect(sys.argv[1]); "
        "connection.execute('create table logged as select 42 as n'); os._exit(1)"
    )
    subprocess.run([sys.executable, "-c", program, str(killed)], check=False)
    before = contents(tmp_path)
    assert before["warehouse.duckdb.wal"]
    assert values(killed, "from logged") == ["42"]
    assert contents(tmp_path) == before


def test_a_locked_connection_spills_and_leaves_nothing(world: Path, tmp_path: Path):
    copy = tmp_path / "warehouse.duckdb"
    copy.write_bytes(world.read_bytes())
    little = {**LOCKED, "memory_limit": "60MB"}
    with Warehouse(copy, threads=1).connect(read_only=True, further=little) as connection:
        connection.execute(
            "select count(*) from (select repeat('x', 40) || hash(range) as t from range(2000000) order by t offset 10)"
        )
        assert connection.fetchall() == [(1999990,)]
    assert [path.name for path in tmp_path.iterdir()] == ["warehouse.duckdb"]


@pytest.mark.parametrize(
    ("expression", "shown"),
    [
        ("'\\xAA\\x01'::blob", "aa01"),
        ("[1, 2]", "[1,2]"),
        ("{'a': [1.5, null]}", '{"a":[1.5,null]}'),
        ("map {'a': date '2025-05-01'}", '{"a":"2025-05-01"}'),
        ("interval '1 month 2 days'", "1 month 2 days"),
        ("[interval 1 day]", '["1 day"]'),
        ("union_value(a := 1)", "1"),
        ("'101'::bit", "101"),
        ("'12:00:00+01'::timetz", "12:00:00+01"),
        ("'24:00:00'::time", "24:00:00"),
        ("340282366920938463463374607431768211455::uhugeint", "340282366920938463463374607431768211455"),
        ("-170141183460469231731687303715884105727::hugeint", "-170141183460469231731687303715884105727"),
        ("'12345678901234567890123'::varint", "12345678901234567890123"),
        ("1::variant", "1"),
        ("timestamp_ns '2020-01-01 00:00:00.123456789'", "2020-01-01T00:00:00.123456789"),
    ],
)
def test_every_kind_of_value_is_written(world: Path, expression: str, shown: str, tmp_path: Path):
    assert values(world, f"select {expression} as x, 1 as y") == [shown, "1"]
    assert ask(world, f"select {expression} as x").exit_code == 0
    kept = tmp_path / "x.parquet"
    assert ask(world, f"select {expression} as x", "--format=parquet", f"--out={kept}").exit_code == 0
    assert pl.read_parquet(kept).height == 1


def test_rows_keep_their_order_where_a_value_becomes_text(world: Path):
    result = ask(world, "select range as n, interval 1 day as i from range(5000) order by n desc", "--format=csv")
    assert [line.split(",")[0] for line in result.stdout.splitlines()[1:]] == [str(n) for n in range(4999, -1, -1)]


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        (
            "select 'infinity'::date as d",
            "column d has a date that lies outside the years 1 to 9999: cast it to varchar",
        ),
        ("select timestamp '0044-03-15 (BC)' as d", "column d has a date that lies outside the years"),
        ("select * from nowhere", "Table with name nowhere does not exist"),
        ("select 1; select 2", "one query at a time: these are 2 statements"),
        ("select '\udcff'", "the query is not UTF-8 text"),
        ("select", "SELECT clause without selection list"),
        ("explain", "syntax error"),
        ("select error('no')", "no"),
    ],
)
def test_what_cannot_be_answered_is_said(world: Path, sql: str, said: str):
    result = ask(world, sql, "--format=csv")
    assert result.exit_code == 1
    assert said in result.stderr


def test_what_steers_a_terminal_and_what_looks_like_a_mark_is_shown_as_text(world: Path):
    shown = ask(world, "select ':x: [bold]b[/]' as \":warning:\", 'a' || chr(27) || '[31mred' || chr(8238) as r")
    assert ":x: [bold]b[/]" in shown.stdout
    assert ":warning:" in shown.stdout
    assert "a\\x1b[31mred\\u202e" in shown.stdout
    assert "\x1b" not in shown.stdout
    refused = ask(world, "select error(':x: ' || chr(27) || '[2J')")
    assert ":x: \\x1b[2J" in refused.stderr


def test_rows_never_take_the_place_of_the_warehouse(world: Path, tmp_path: Path):
    link = tmp_path / "link.csv"
    link.symlink_to(world)
    before = contents(world.parent)
    for out in (world, link, Path(f"{world}.wal"), world.parent / "." / f"{world.name}.tmp"):
        for command in (["query", "select 1"], ["rankings"], ["place", "--name", "Leeds"]):
            arguments = [*command, "--format=csv", f"--out={out}", f"--warehouse={world}"]
            refused = CliRunner().invoke(app, arguments, env={"COLUMNS": "250"})
            assert refused.exit_code == 2
            assert "is the warehouse's own" in refused.stderr
    assert contents(world.parent) == before


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
@pytest.mark.parametrize("output_format", ["csv", "parquet", "markdown"])
def test_a_full_disk_is_said_in_a_sentence(world: Path, output_format: str):
    result = ask(world, "from range(100000)", f"--format={output_format}", "--out=/dev/full")
    assert result.exit_code == 1
    assert "/dev/full cannot be written" in result.stderr
