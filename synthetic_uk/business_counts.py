"""UK Business Counts as Nomis's API gives them where no columns are chosen: six columns a dimension, then the cell.

What belongs here: the drop `business_counts`, made from who there is. What does not: the protocol by which Nomis is
asked (`publishers`), any draw: what stands here follows from the register alone. Names of the types of industries,
bands and legal statuses are ours: no extract that has them was seen.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from synthetic_uk.companies_house import industry_names
from synthetic_uk.directory import area_codes
from synthetic_uk.firms import Firms
from synthetic_uk.geography import Geography, Postcodes
from synthetic_uk.sectors import Sectors

BANDS = (
    (0, "1", "0 to 4"),
    (5, "2", "5 to 9"),
    (10, "3", "10 to 19"),
    (20, "4", "20 to 49"),
    (50, "5", "50 to 99"),
    (100, "6", "100 to 249"),
    (250, "7", "250 to 499"),
    (500, "8", "500 to 999"),
    (1000, "9", "1000+"),
)
"""Fewest employees, Nomis's code and name of each size band."""
TOTAL = "0"
"""Nomis's code of the total of a dimension, and its place among the bands is before them."""
ROUNDED_TO = 5
"""Counts are rounded to a multiple of this at full size; of a smaller country to as much less, at least to 1."""
AREAS = ("local authorities: district / unitary (as of April 2023)", "424")
"""Name and number of the type of geography."""
FIRST_AREA, FIRST_INDUSTRY = 1_778_384_897, 146_800_641
"""Nomis's own number of the first area and of the first industry of five digits; the others follow."""


def _dimension(name: str, kind: str, kind_code: str, number: pl.Expr, code: pl.Expr, text: pl.Expr) -> list[pl.Expr]:
    """The six columns of a dimension: its own number, name, code, type, type's code and place in the order."""
    columns = {
        name: number,
        f"{name}_NAME": text,
        f"{name}_CODE": code,
        f"{name}_TYPE": pl.lit(kind),
        f"{name}_TYPECODE": pl.lit(kind_code),
        f"{name}_SORTORDER": number.rank("dense").cast(pl.Int64) - 1,
    }
    return [column.alias(label) for label, column in columns.items()]


def count_rows(
    geography: Geography, postcodes: Postcodes, firms: Firms, sectors: Sectors, scale: float, year: int
) -> pl.DataFrame:
    """Local units by district, five-digit industry and size band, rounded, and the totals of the bands beside them."""
    cells = _cells(geography, postcodes, firms, sectors, scale)
    districts = area_codes(geography).district
    places = dict(zip(districts, geography.settlements.names, strict=False))
    industries, told = sorted(sectors.sic_codes), industry_names()
    texts = {code: f"{code} : {told[code]}" for code in industries}
    bands = {-1: (TOTAL, "Total"), **{place: (code, name) for place, (_, code, name) in enumerate(BANDS)}}
    area, industry, band, period = pl.col("area"), pl.col("industry"), pl.col("band"), pl.lit(str(year))
    area_number = area.replace_strict(districts, range(FIRST_AREA, FIRST_AREA + len(districts)))
    industry_number = industry.replace_strict(industries, range(FIRST_INDUSTRY, FIRST_INDUSTRY + len(industries)))
    band_code = band.replace_strict({place: code for place, (code, _) in bands.items()})
    band_name = band.replace_strict({place: name for place, (_, name) in bands.items()})
    total, value = pl.lit(TOTAL), pl.lit("20100")
    return cells.select(
        *_dimension("DATE", "date", "0", period, period, period),
        *_dimension("GEOGRAPHY", *AREAS, area_number, area, area.replace_strict(places)),
        *_dimension(
            "INDUSTRY", "SIC 2007 subclass (5 digit)", "5", industry_number, industry, industry.replace_strict(texts)
        ),
        *_dimension("EMPLOYMENT_SIZEBAND", "Employment Sizeband", "1000", band_code, band_code, band_name),
        *_dimension("LEGAL_STATUS", "Legal Status", "1000", total, total, pl.lit("Total")),
        MEASURES=value,
        MEASURES_NAME=pl.lit("Value"),
        OBS_VALUE="units",
        OBS_STATUS=pl.lit("A"),
        OBS_STATUS_NAME=pl.lit("Normal Value"),
        OBS_CONF=pl.lit("F"),
        OBS_CONF_NAME=pl.lit("Free (free for publication)"),
        URN=pl.format("Nm-141d1d{}e1d{}d{}d{}d0d20100", period, area_number, industry_number, band_code),
        RECORD_OFFSET=pl.int_range(pl.len()),
        RECORD_COUNT=pl.len(),
    )


def _cells(geography: Geography, postcodes: Postcodes, firms: Firms, sectors: Sectors, scale: float) -> pl.DataFrame:
    """`area`, `industry`, `band` (its place, -1 of the total) and `units`, without the cells that are rounded to 0."""
    register = firms.register
    lowest = np.array([low for low, _, _ in BANDS])
    step = max(1, round(ROUNDED_TO * scale))
    units = pl.DataFrame(
        {
            "area": pl.Series(area_codes(geography).district).gather(postcodes.town[register.unit_postcode]),
            "industry": pl.Series(sectors.sic_codes).gather(register.sic_code[register.unit_enterprise]),
            "band": np.searchsorted(lowest, register.unit_true_employees, side="right") - 1,
        }
    )
    cells = units.group_by("area", "industry", "band").agg(units=pl.len().cast(pl.Int64))
    totals = cells.group_by("area", "industry").agg(pl.col("units").sum(), band=pl.lit(-1, pl.Int64))
    return (
        pl.concat([cells.cast({"band": pl.Int64}), totals.select(cells.columns)])
        .with_columns(units=((pl.col("units") + step // 2) // step * step).cast(pl.Int64))
        .filter(pl.col("units") > 0)
        .sort("area", "industry", "band")
    )
