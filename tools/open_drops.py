"""Maps real open files to the drops of a month without a closed register: `python -m tools.open_drops DATA SOURCES`.

Nothing is invented but what is said here and in `real_drops`, whose postcodes, boundaries, network of Wales and
projects of the Arts and Humanities Research Council these are:

- `companies_house`: the 46,611 companies of Sheffield and Rotherham of November 2024, in the publisher's columns; the
  file has company numbers for names.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from pathlib import Path

import polars as pl

from assets.manners import begin, existing_folder
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


def nomis_jobs(data: Path, years: Iterable[int]) -> pl.DataFrame:
    """Real jobs by ITL2 area and five-digit industry in Nomis's columns, added up over years: counts of jobs and not of
    local units, which have no size band. NUTS codes of 2016."""
    rows = pl.read_parquet(data / "nomis_bres_itl2_sic5" / "bres_employment_itl2_sic5_2015_2021.parquet")
    return (
        rows.filter(pl.col("year").is_in(list(years)))
        .group_by("geography_code", "geography_name", "sic5", "industry_name", maintain_order=True)
        .agg(pl.col("employment").sum())
        .select(
            GEOGRAPHY_CODE="geography_code",
            GEOGRAPHY_NAME="geography_name",
            INDUSTRY_CODE="sic5",
            INDUSTRY_NAME="industry_name",
            EMPLOYMENT_SIZEBAND_CODE=pl.lit("0"),
            EMPLOYMENT_SIZEBAND_NAME=pl.lit("Total"),
            MEASURES=pl.lit("20100"),
            OBS_VALUE="employment",
        )
    )


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


def main() -> None:
    """Write the drops of the folders named."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=existing_folder, help="folder of the real files")
    parser.add_argument("sources", type=Path, help="folder for the drops")
    asked = parser.parse_args()
    write_open_drops(asked.data, asked.sources)


if __name__ == "__main__":
    begin(main)
