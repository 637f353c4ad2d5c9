"""The real companies of Sheffield and Rotherham, with the sector of each.

What belongs here: the file of November 2024 (46,611 companies at their registered offices) read for the tools that
measure on it. What does not: any measure.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl

from assets.reference import shipped_list

FILE = Path("companies_house_sheffield_rotherham") / "companies_2024_11.parquet"
_PREFIX_DIGITS = range(5, 1, -1)


def real_companies(data: Path) -> pl.DataFrame:
    """`postcode`, `sector`, `easting`, `northing` (metres of the National Grid) of each company, in the file's order.

    The sector is that of the company's first SIC code, by the longest prefix in the shipped list; null where it has no
    code of five digits. Raises FileNotFoundError where the file is not under `data`.
    """
    prefixes = dict(shipped_list("sic_sectors").select("sic2007_prefix", "sector").iter_rows())
    code = pl.col("SICCode.SicText_1").str.extract(r"^(\d{5})\b")
    by_prefix = [code.str.head(digits).replace_strict(prefixes, default=None) for digits in _PREFIX_DIGITS]
    return pl.read_parquet(data / FILE).select(
        postcode="Postcode", sector=pl.coalesce(by_prefix), easting="easting", northing="northing"
    )
