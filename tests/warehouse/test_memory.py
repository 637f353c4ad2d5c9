"""How much memory DuckDB gets of what the process may take."""

from __future__ import annotations

from pathlib import Path

import pytest

from assets.method import MethodProfile
from assets.months import Month
from assets.warehouse.database import Query, Warehouse
from assets.warehouse.memory import BESIDE_METHODS, BESIDE_QUERIES, LEAST_DATABASE, database_bytes, parse_bytes
from assets.warehouse.running import run_step
from assets.warehouse.steps import Rows, StepContext, step


@pytest.mark.parametrize(
    ("text", "size"),
    [("4GB", 4 * 10**9), ("3 GiB", 3 * 2**30), ("512mb", 512 * 10**6), ("1.5GB", 1_500_000_000), ("1000000", 10**6)],
)
def test_a_size_is_read_as_duckdb_reads_it(text: str, size: int) -> None:
    assert parse_bytes(text) == size


@pytest.mark.parametrize("text", ["", "much", "4XB", "-1GB", "80%"])
def test_what_is_no_size_is_named(text: str) -> None:
    with pytest.raises(ValueError, match="is no size: expected a number with a unit"):
        parse_bytes(text)


def test_the_database_gets_what_the_process_leaves_and_never_too_little(tmp_path: Path) -> None:
    assert database_bytes("4GB") == 4 * 10**9 - BESIDE_QUERIES
    assert database_bytes("4GB", BESIDE_METHODS) == 4 * 10**9 - BESIDE_METHODS
    assert database_bytes("1GB") == LEAST_DATABASE
    warehouse = Warehouse(tmp_path / "warehouse.duckdb", memory_limit="3GB")
    warehouse.create()

    def given(opened: Warehouse) -> int:
        return parse_bytes(opened.read("select current_setting('memory_limit') as given").item())

    assert given(warehouse) == pytest.approx(1.5e9, rel=0.1)  # shown to a tenth of a GiB
    assert given(warehouse.beside_methods()) == pytest.approx(1e9, rel=0.1)


def test_a_method_has_more_memory_beside_the_database_than_a_query(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path / "warehouse.duckdb", memory_limit="4GB")
    warehouse.create()
    seen: list[int] = []

    @step(tables=["network.participations"], reads=())
    def method(ctx: StepContext) -> Rows:
        """Look at what DuckDB may hold."""
        seen.append(parse_bytes(ctx.read("select current_setting('memory_limit') as given").item()))
        return {"network.participations": Query("select * exclude (month) from network.participations where false", {})}

    run_step(method, warehouse, Month(2025, 5), [MethodProfile(name="test")])
    assert seen[0] == pytest.approx(2e9, rel=0.1)
