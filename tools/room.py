"""What each table of a warehouse takes of its file, and how much of it stays when its months are old.

    python -m tools.room --warehouse warehouse.duckdb

Counts the blocks that DuckDB wrote for each table (`pragma_storage_info`); one that several tables share is divided by
their segments in it, and a table's bytes among its months by their rows. Writes Markdown. Nothing is written to the
warehouse. What belongs here: counting. What does not: which rows stay (`kept` in `sql/schema/<layer>.toml`).
"""

from __future__ import annotations

import argparse
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

import duckdb
import polars as pl

from assets.manners import begin
from assets.warehouse.database import Warehouse
from assets.warehouse.declarations import declared_tables

MEGABYTE = 1_000_000
LARGEST = 12
"""Tables that are listed one by one."""


def room(path: Path) -> pl.DataFrame:
    """`table`, `kept`, `month` (null in a table without months), `rows`, `bytes`: a row each that has rows in the file.

    Raises what `Warehouse.connect` does for a file that is no warehouse or in use.
    """
    with Warehouse(path, threads=1).connect(read_only=True) as connection:
        names = connection.execute("select schema_name || '.' || table_name from duckdb_tables()").fetchall()
        known = {name: table for name, table in declared_tables().items() if (name,) in names}
        found = []
        for name, size in _bytes(connection, known).items():
            months = any(column.name == "month" for column in known[name].columns)
            counted = _counted(connection, name, months)
            rows = sum(count for _, count in counted)
            found += [(name, known[name].kept, month, count, size * count / rows) for month, count in counted]
    schema = {"table": pl.String, "kept": pl.String, "month": pl.Date, "rows": pl.Int64, "bytes": pl.Float64}
    return pl.DataFrame(found, schema, orient="row").sort("table", "month")


def _bytes(connection: duckdb.DuckDBPyConnection, tables: Iterable[str]) -> dict[str, float]:
    """Table -> bytes of its blocks."""
    (size,) = connection.execute("select block_size from pragma_database_size()").fetchall()[0]
    segments: dict[int, Counter[str]] = defaultdict(Counter)
    for table in tables:
        written = connection.execute(
            f"select block_id, additional_block_ids from pragma_storage_info('{table}') where persistent"
        )
        for block, others in written.fetchall():
            for each in (block, *(others or ())):
                if each >= 0:
                    segments[each][table] += 1
    found: dict[str, float] = defaultdict(float)
    for of_block in segments.values():
        for table, number in of_block.items():
            found[table] += size * number / of_block.total()
    return found


def _counted(connection: duckdb.DuckDBPyConnection, table: str, has_months: bool) -> list[tuple[object, int]]:
    month = "month" if has_months else "null"
    return connection.execute(f"select {month}, count(*) from {table} group by all order by all").fetchall()


def page(found: pl.DataFrame) -> Iterator[str]:
    """The lines of the page: what is kept by month, then the largest tables."""
    kinds = found.group_by("kept", "month").agg(pl.col("rows", "bytes").sum()).sort("kept", "month")
    yield from _table(("kept", "month", "rows", "MB"), kinds)
    yield ""
    tables = found.group_by("table", "kept").agg(pl.col("rows", "bytes").sum()).sort("bytes", descending=True)
    yield from _table(("table", "kept", "rows", "MB"), tables.head(LARGEST))


def _table(head: tuple[str, ...], rows: pl.DataFrame) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"| {' | '.join('---' for _ in head)} |"
    for *words, count, size in rows.iter_rows():
        cells = ["" if word is None else str(word) for word in words]
        yield f"| {' | '.join([*cells, f'{count:,}', f'{size / MEGABYTE:.1f}'])} |"


def main() -> int:
    """Print the page."""
    parser = argparse.ArgumentParser(prog="python -m tools.room", description=__doc__)
    parser.add_argument("--warehouse", type=Path, required=True, help="the warehouse's file")
    for line in page(room(parser.parse_args().warehouse)):
        print(line)
    return 0


if __name__ == "__main__":
    begin(main)
