"""The measured process of the publications: pairs of institutions of a drop's authorships; prints how many it read.

    python -m benchmarks.counting DROP OUT

`DROP` is a folder of `synthetic_uk.authorships`, `OUT` one that is made for the result and gone afterwards. What is
done is what the readers do between the files and `sources.institution_pairs`, in the memory that they have.
"""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import pyarrow.parquet as pq

from assets.sources.authorships import keep_works_with, write_institution_pairs
from assets.sources.files.lines import reader_database
from assets.sources.reading.contract import Desk

UK = "create table uk as select institution_id from institutions where country_code = 'GB'"
AFFILIATED = "select paper_id as publication_id, institution_id as institution_key from affiliated"


def main() -> None:
    """Count the joint works of institutions of the United Kingdom with anyone."""
    drop, out = Path(sys.argv[1]), Path(sys.argv[2])
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    desk = Desk(out, max_rejected_share=0)
    listed = sorted(drop.glob("authorships-*.parquet"))
    with reader_database(desk) as database:
        database.read_parquet(str(drop / "institutions-000.parquet")).create_view("institutions")
        database.read_parquet(list(map(str, listed))).create_view("authorships")
        database.execute(UK)
        keep_works_with(database, "authorships", "uk", "paper_id", "institution_id", "affiliated")
        write_institution_pairs(database, AFFILIATED, "select institution_id from uk", desk)
    print(json.dumps({"rows": sum(pq.read_metadata(path).num_rows for path in listed)}))
    shutil.rmtree(out)


if __name__ == "__main__":
    main()
