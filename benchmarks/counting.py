"""The measured process of the publications: counts authorships of a drop and prints how many rows it read.

    python -m benchmarks.counting DROP OUT (world|uk)

`DROP` is a folder of `synthetic_uk.authorships`, `OUT` one that is made for the result and gone afterwards.
"""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import polars as pl

from assets.sources.authorships.counting import count_authorships


def main() -> None:
    """Count the works of institutions and pairs of them, of the world or with one end in the United Kingdom."""
    drop, out, where = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
    ends = None
    if where == "uk":
        institutions = pl.read_parquet(drop / "institutions-000.parquet")
        ends = institutions.filter(pl.col("country_code") == "GB")["institution_id"].to_list()
    shutil.rmtree(out, ignore_errors=True)
    counts = count_authorships(sorted(drop.glob("authorships-*.parquet")), out, ends=ends)
    print(json.dumps({"rows": counts.authorships}))
    shutil.rmtree(out)


if __name__ == "__main__":
    main()
