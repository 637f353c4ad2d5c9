"""The measured process of the rows alone: what a refresh wrote, copied into an empty warehouse.

    python -m benchmarks.rewriting WAREHOUSE OUT

No refresh that makes these rows anew is quicker than this: nothing is read of drops, computed or checked. `OUT` is a
folder that is made and gone afterwards. Prints the number of rows.
"""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

from assets.warehouse.database import Query, Replacement, Warehouse, replace, sql_text
from assets.warehouse.declarations import declared_tables
from benchmarks.cases import LAYERS


def main() -> None:
    """Copy every table of the layers that a measured refresh makes, a transaction for each."""
    made, out = Path(sys.argv[1]), Path(sys.argv[2])
    shutil.rmtree(out, ignore_errors=True)
    warehouse = Warehouse(out / "warehouse.duckdb")
    warehouse.create()
    rows = 0
    for name, table in declared_tables().items():
        if table.layer in LAYERS.split(","):
            with warehouse.transaction() as connection:
                connection.execute(f"attach if not exists '{sql_text(str(made))}' as made (read_only)")
                written = replace(connection, [Replacement(name, {}, Query(f"select * from made.{name}", {}))])
            rows += written[name]
    print(json.dumps({"rows": rows}))
    shutil.rmtree(out)


if __name__ == "__main__":
    main()
