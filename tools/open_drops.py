"""Maps real open files to the drops of a month without a closed register: `python -m tools.open_drops DATA SOURCES`.

Nothing is invented but what is said here and in `real_drops`, whose postcodes, boundaries, network of Wales and
projects of the Arts and Humanities Research Council these are:

- `companies_house`: the 46,611 companies of Sheffield and Rotherham of November 2024, in the publisher's columns; the
  file has company numbers for names.
"""

from __future__ import annotations

import sys
from pathlib import Path

import polars as pl

from tools.real_companies import FILE
from tools.real_drops import MONTH, boundaries, postcodes, welsh_applications, write_research_council

COMPANY_COLUMNS = {
    "CompanyName": "CompanyName",
    " CompanyNumber": "CompanyNumber",
    "RegAddress.PostCode": "Postcode",
    "CompanyCategory": "CompanyCategory",
    "CompanyStatus": "CompanyStatus",
    "IncorporationDate": "IncorporationDate",
    **{f"SICCode.SicText_{number}": f"SICCode.SicText_{number}" for number in range(1, 5)},
}


def companies(data: Path) -> pl.DataFrame:
    """The register's rows in the publisher's columns, all as text."""
    rows = pl.read_parquet(data / FILE)
    return rows.select(pl.col(ours).cast(pl.String).alias(theirs) for theirs, ours in COMPANY_COLUMNS.items())


def write_open_drops(data: Path, sources: Path) -> None:
    """Write every drop of the month."""
    directory = postcodes(data)
    drops = {
        "postcodes": directory,
        "boundaries": boundaries(data),
        "companies_house": companies(data),
        "innovate_uk_applications": welsh_applications(data, directory),
    }
    for dataset, frame in drops.items():
        folder = sources / dataset
        folder.mkdir(parents=True, exist_ok=True)
        frame.write_parquet(folder / f"{MONTH}.parquet")
    write_research_council(data, sources)


if __name__ == "__main__":
    write_open_drops(Path(sys.argv[1]), Path(sys.argv[2]))
