"""What a warehouse's tables take: counted in blocks, by how long their rows stay."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from assets.warehouse.database import Replacement, Warehouse, replace
from tools.room import page, room

ROWS = 60_000
MONTHS = {date(2025, 4, 1): ROWS, date(2025, 5, 1): 2 * ROWS}


def test_bytes_are_those_of_the_file_and_shared_among_months_by_rows(empty_file: Path, tmp_path: Path) -> None:
    path = Path(shutil.copy(empty_file, tmp_path / "warehouse.duckdb"))
    with Warehouse(path, threads=1).transaction() as connection:
        for month, rows in MONTHS.items():
            number = pl.int_range(rows, eager=True)
            edges = pl.DataFrame(
                {
                    "organisation_a": number.hash(1).cast(pl.String),
                    "organisation_b": number.hash(2).cast(pl.String),
                    "weight": number.hash(3).cast(pl.Float64),
                    "joint_projects": number % 5,
                }
            )
            replace(connection, [Replacement("network.edges", {"month": month}, edges)])
    found = room(path)
    edges = found.filter(pl.col("table") == "network.edges")
    assert dict(edges.select("month", "rows").iter_rows()) == MONTHS
    assert edges["kept"].unique().to_list() == ["newest months"]
    first, second = edges["bytes"]
    assert second == pytest.approx(2 * first)
    written = path.stat().st_size
    assert 0.7 * written < found["bytes"].sum() <= written
    lines = [*page(found)]
    assert f"| newest months | 2025-05-01 | {2 * ROWS:,} | {second / 1e6:.1f} |" in lines
    assert f"| network.edges | newest months | {3 * ROWS:,} | {(first + second) / 1e6:.1f} |" in lines
