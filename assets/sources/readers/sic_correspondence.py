"""`sic_correspondence`: which code of a later classification each code of an earlier one became, and to what share."""

from __future__ import annotations

import polars as pl

from assets.sources.datasets import Dataset
from assets.sources.reading.contract import Delivery, Desk, Reading
from assets.sources.values.columns import Column, Kind, matching
from assets.sources.values.statements import CLASSIFICATION_KIND
from assets.sources.values.tables import PLACE, Table

TABLE = "reference.sic_correspondence"
CODE = matching("[0-9]{5}|RTIC[0-9]{4}", "a code of five digits, or RTIC and 4 digits")


def _share(text: pl.Expr) -> pl.Expr:
    number = text.cast(pl.Float64, strict=False)
    return pl.when((number > 0) & (number <= 1)).then(number)


COLUMNS = (
    Column("from_classification", ("from_classification",), CLASSIFICATION_KIND),
    Column("from_code", ("from_code",), CODE),
    Column("to_classification", ("to_classification",), CLASSIFICATION_KIND),
    Column("to_code", ("to_code",), CODE),
    Column("share", ("share",), Kind("a share above 0, at most 1", _share)),
)


def read(delivery: Delivery, desk: Desk) -> Reading:
    """Pairs of codes; a pair stands once, and the two are of different classifications."""
    table = Table(delivery, COLUMNS, desk)
    same = table.rows.filter(pl.col("from_classification") == pl.col("to_classification"))
    table.refuse(same.select(*PLACE, value="to_classification"), "to_classification", "another classification")
    names = [column.name for column in COLUMNS]
    table.require_unique(*names[:-1])
    return Reading({TABLE: table.rows.select(names).collect()}, table.rejected)


SIC_CORRESPONDENCE = Dataset(
    "sic_correspondence", (TABLE,), read, lacking="what became of the codes of an earlier classification"
)
