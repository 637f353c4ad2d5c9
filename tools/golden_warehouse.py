"""A small warehouse of the schema as it is, to be kept: later versions are tested to take it over.

    python -m tools.golden_warehouse WAREHOUSE OUT

`WAREHOUSE` is one of the demo (`make demo`), which holds nothing but a synthetic country. Of each table a few rows
are taken, of organisations those of a few cluster members, and the file is packed (xz). It is made anew whenever a
migration is added, under the new number; those of earlier numbers stay as they are.
"""

from __future__ import annotations

import lzma
import sys
import tempfile
from pathlib import Path

from assets.warehouse.database import Warehouse, sql_text
from assets.warehouse.declarations import declared_tables, ledger_tables
from assets.warehouse.versions import VERSIONS

ROWS = 30
"""Rows of each table."""
MEMBERS = f"select organisation_id from made.typology.cluster_members order by all limit {ROWS}"
SMALL_BLOCKS = {"default_block_size": 16_384}
"""Else every table takes a quarter of a megabyte."""


def golden(made: Path, target: Path) -> int:
    """Pack a few rows of each table of a warehouse into a file; returns its size in bytes."""
    with tempfile.TemporaryDirectory() as folder:
        small = Warehouse(Path(folder) / "warehouse.duckdb", threads=1)
        with small.connect(further=SMALL_BLOCKS):
            """The file is there, and keeps its small blocks."""
        small.create()
        with small.transaction() as connection:
            connection.execute(f"attach '{sql_text(str(made))}' as made (read_only)")
            tables = {**declared_tables(), **ledger_tables()}
            # It says its own version.
            del tables[VERSIONS]
            for name, table in tables.items():
                has_organisations = any(column.name == "organisation_id" for column in table.columns)
                where = f"where organisation_id in ({MEMBERS})" if has_organisations else ""
                connection.execute(
                    f"insert into {name} by name select * from made.{name} {where} order by all limit {ROWS}"
                )
        packed = lzma.compress(small.path.read_bytes(), preset=9)
    target.write_bytes(packed)
    return len(packed)


if __name__ == "__main__":
    print(f"{golden(Path(sys.argv[1]), Path(sys.argv[2]))} bytes")
