"""`business_counts`: UK Business Counts as Nomis gives them: local units by area, five-digit industry and size band.

The open stand-in for the register's sites. A file holds totals beside what they are totals of, and levels of the
classification one within the other: here each unit is told apart from these, so that it counts once. What does not
belong here: where in its area a unit is put (`organisations.counted_units`).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from assets.sources.datasets import Dataset
from assets.sources.files.kinds import SEND_AGAIN
from assets.sources.plausibility.measures import Measure
from assets.sources.problems import DropError, Problem
from assets.sources.reading.contract import Delivery, Desk, Reading
from assets.sources.values.columns import CODE, TEXT, WHOLE_NUMBER, Column
from assets.sources.values.sic_codes import known_sic2007
from assets.sources.values.tables import PLACE, Table

TABLE = "sources.business_counts"
VALUE_MEASURE = "20100"
"""Nomis's code of the measure that is a number; others of the same rows are percentages."""
TOTAL = "0"
"""Nomis's code of the total of a dimension."""
SUPPRESSED = ("-", "*", "!", "c", "..", ":", "x")
"""What stands for a cell that is not told, beside an empty one."""


@dataclass(frozen=True)
class SizeBand:
    """A band of employees as Nomis codes and names it."""

    code: str
    name: str
    employees_from: int | None
    employees_to: int | None
    """None of the band without an upper end, and of the total."""
    level: int
    """0 the nine bands; 1 the four groups of them; 2 the total."""


SIZE_BANDS = (
    SizeBand("1", "0 to 4", 0, 4, 0),
    SizeBand("2", "5 to 9", 5, 9, 0),
    SizeBand("3", "10 to 19", 10, 19, 0),
    SizeBand("4", "20 to 49", 20, 49, 0),
    SizeBand("5", "50 to 99", 50, 99, 0),
    SizeBand("6", "100 to 249", 100, 249, 0),
    SizeBand("7", "250 to 499", 250, 499, 0),
    SizeBand("8", "500 to 999", 500, 999, 0),
    SizeBand("9", "1000+", 1000, None, 0),
    SizeBand("10", "Micro (0 to 9)", 0, 9, 1),
    SizeBand("20", "Small (10 to 49)", 10, 49, 1),
    SizeBand("30", "Medium-sized (50 to 249)", 50, 249, 1),
    SizeBand("40", "Large (250+)", 250, None, 1),
    SizeBand(TOTAL, "Total", None, None, 2),
)
COLUMNS = (
    Column("area_code", ("GEOGRAPHY_CODE",), CODE),
    Column("area_name", ("GEOGRAPHY_NAME",), TEXT, "optional"),
    Column("industry", ("INDUSTRY_CODE",), CODE, "nullable"),
    Column("industry_name", ("INDUSTRY_NAME",), TEXT, "optional"),
    Column("industry_type", ("INDUSTRY_TYPE",), TEXT, "optional"),
    Column("size_band", ("EMPLOYMENT_SIZEBAND_CODE", "EMPLOYMENT_SIZEBAND"), CODE, "optional"),
    Column("size_band_name", ("EMPLOYMENT_SIZEBAND_NAME",), TEXT, "optional"),
    Column("legal_status", ("LEGAL_STATUS_CODE", "LEGAL_STATUS"), CODE, "optional"),
    Column("legal_status_name", ("LEGAL_STATUS_NAME",), TEXT, "optional"),
    Column("measure", ("MEASURES", "MEASURES_CODE"), CODE, "optional"),
    Column("period", ("DATE", "DATE_CODE", "DATE_NAME"), CODE, "optional"),
    Column("units", ("OBS_VALUE",), TEXT, "nullable"),
)
FIVE_DIGITS = r"^\s*([0-9]{5})\b"


def read(delivery: Delivery, desk: Desk) -> Reading:
    """Cells with at least one unit, each once: an area, a five-digit industry, a size band.

    Left out, and counted in a note: totals and levels of the classification other than five digits; size bands that
    are sums of the finest the drop has; legal statuses beside their total; periods before the drop's newest; measures
    that are no number; cells that are suppressed, of which nothing is made. A code that no industry has, a band that
    none is and a value that is no number are refused. Raises DropError where a cell stands twice, and where no row is
    of a five-digit industry.
    """
    table = Table(delivery, COLUMNS, desk)
    newest = table.rows.select(pl.col("period").max()).collect().item()
    wanted = table.rows.filter(pl.col("measure").fill_null(VALUE_MEASURE) == VALUE_MEASURE)
    current = wanted.filter(pl.col("period").eq_missing(newest))
    _refuse_codes(table, current)
    _refuse_bands(table, current)
    _refuse_values(table, current)
    kept = _taken_apart(table, newest)
    cells = kept.filter(pl.col("units").is_not_null())
    table.require_unique("area_code", "industry", "size_band", "legal_status", rows=kept)
    counts = (
        cells.group_by("area_code", "industry", "size_band")
        .agg(pl.col("area_name").min(), pl.col("units").sum())
        .filter(pl.col("units") > 0)
        .join(_bands().drop("level").lazy(), on="size_band")
        .select(
            "area_code",
            "area_name",
            sic2007="industry",
            size_band="band_name",
            employees_from="employees_from",
            employees_to="employees_to",
            units="units",
        )
        .sort("area_code", "sic2007", "employees_from")
    )
    rows = table.write("business_counts", counts)
    _require_some(table, rows, delivery)
    return Reading({TABLE: rows}, table.rejected, (_note(table, kept, rows),))


def _industry() -> pl.Expr:
    """The five-digit code of a row, else null: the code, or what the name begins with where the code lost its zero."""
    of_name = pl.col("industry_name").str.extract(FIVE_DIGITS, 1)
    of_code = pl.col("industry").str.extract(FIVE_DIGITS, 1)
    lost_zero = pl.col("industry").str.zfill(5) == of_name
    is_five = pl.col("industry_type").str.contains(r"(?i)5.?digit|subclass")
    by_type = pl.when(is_five & pl.col("industry").str.contains(r"^[0-9]{4}$")).then(pl.col("industry").str.zfill(5))
    return pl.coalesce(of_code, pl.when(lost_zero | pl.col("industry").is_null()).then(of_name), by_type)


def _band() -> pl.Expr:
    """Nomis's code of a row's band: by its name, which is plain, else by its code; a row without either is a total."""
    bands = _bands()
    names, codes = bands["band_name"].str.to_lowercase(), bands["size_band"]
    by_name = pl.col("size_band_name").str.to_lowercase().replace_strict(names, codes, default=None)
    by_code = pl.when(pl.col("size_band").is_in(codes.implode())).then(pl.col("size_band"))
    is_absent = pl.col("size_band").is_null() & pl.col("size_band_name").is_null()
    return pl.when(is_absent).then(pl.lit(TOTAL)).otherwise(pl.coalesce(by_name, by_code))


def _bands() -> pl.DataFrame:
    return pl.DataFrame(
        {
            "size_band": [band.code for band in SIZE_BANDS],
            "band_name": [band.name for band in SIZE_BANDS],
            "employees_from": pl.Series([band.employees_from for band in SIZE_BANDS], dtype=pl.Int64),
            "employees_to": pl.Series([band.employees_to for band in SIZE_BANDS], dtype=pl.Int64),
            "level": [band.level for band in SIZE_BANDS],
        }
    )


def _is_suppressed() -> pl.Expr:
    return pl.col("units").is_null() | pl.col("units").str.to_lowercase().is_in(SUPPRESSED)


def _refuse_codes(table: Table, rows: pl.LazyFrame) -> None:
    known = known_sic2007().implode()
    coded = rows.with_columns(code=_industry(), named=pl.col("industry_name").str.extract(FIVE_DIGITS, 1))
    wrong = coded.filter(~pl.col("code").is_in(known) | (pl.col("code") != pl.col("named")))
    value = pl.concat_str("industry", "industry_name", separator=", ", ignore_nulls=True)
    table.refuse(
        wrong.select(*PLACE, value=value), "industry", "a SIC 2007 code of 5 digits, the same in code and name"
    )


def _refuse_bands(table: Table, rows: pl.LazyFrame) -> None:
    value = pl.concat_str("size_band", "size_band_name", separator=", ", ignore_nulls=True)
    expected = f"a size band: {', '.join(band.name for band in SIZE_BANDS)}, or its code"
    table.refuse(rows.filter(_band().is_null()).select(*PLACE, value=value), "size_band", expected)


def _refuse_values(table: Table, rows: pl.LazyFrame) -> None:
    wrong = rows.filter(~_is_suppressed() & WHOLE_NUMBER.parse(pl.col("units")).is_null())
    table.refuse(wrong.select(*PLACE, value="units"), "units", "a whole number of units, 0 or more, or nothing")


def _taken_apart(table: Table, newest: str | None) -> pl.LazyFrame:
    """Rows of which none is a total or a part of another, by code, with their units; null where suppressed."""
    is_whole = (pl.col("legal_status") == TOTAL) | (pl.col("legal_status_name").str.to_lowercase() == "total")
    rows = (
        table.rows.filter(
            pl.col("measure").fill_null(VALUE_MEASURE) == VALUE_MEASURE, pl.col("period").eq_missing(newest)
        )
        .with_columns(
            industry=_industry(),
            size_band=_band(),
            is_whole=is_whole.fill_null(False),
            legal_status=pl.coalesce("legal_status", "legal_status_name", pl.lit(TOTAL)),
            units=pl.when(~_is_suppressed()).then(WHOLE_NUMBER.parse(pl.col("units"))),
        )
        .filter(pl.col("industry").is_not_null())
        .join(_bands().select("size_band", "level").lazy(), on="size_band", maintain_order="left")
    )
    found = rows.select(pl.col("level").min(), has_whole=pl.col("is_whole").any()).collect()
    finest, has_whole = found.row(0)
    rows = rows.filter(pl.col("level").eq_missing(finest))
    return rows.filter("is_whole") if has_whole else rows


def _require_some(table: Table, rows: Path, delivery: Delivery) -> None:
    if pl.scan_parquet(rows, glob=False).select(pl.len()).collect().item():
        return
    found = "no row has a count of a five-digit industry"
    expected = f"{table.label('industry')} with SIC 2007 codes of 5 digits, and counts in {table.label('units')}"
    raise DropError(Problem(delivery.drop.path, found, expected, SEND_AGAIN))


def _note(table: Table, kept: pl.LazyFrame, rows: Path) -> str:
    cells = kept.select(pl.len(), suppressed=pl.col("units").is_null().sum()).collect()
    made = pl.scan_parquet(rows, glob=False)
    units, areas = made.select(pl.col("units").sum(), pl.col("area_code").n_unique()).collect().row(0)
    number, suppressed = cells.row(0)
    return (
        f"business_counts: {units} units in {areas} areas; of {table.rows_read} rows {table.rows_read - number} are "
        f"totals, other levels, periods or measures, or refused; {suppressed} are suppressed: nothing is made of them"
    )


BUSINESS_COUNTS = Dataset(
    "business_counts",
    (TABLE,),
    read,
    lacking="the public counts of local units, the open stand-in for the register's sites",
    profiled=(
        Measure(TABLE, "units", "OBS_VALUE", "count", "needed"),
        Measure(TABLE, "employees_from", "EMPLOYMENT_SIZEBAND_NAME (from)", "count", "optional"),
        Measure(TABLE, "employees_to", "EMPLOYMENT_SIZEBAND_NAME (to)", "count", "optional"),
    ),
)
