"""`training_labels`: texts whose categories people have said, one row a text. The texts stay in the drop."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from assets.methods.text.digests import sha256_of_text
from assets.sources.datasets import Dataset
from assets.sources.files.batches import batches
from assets.sources.problems import DropError, Problem
from assets.sources.reading.contract import Delivery, Desk, Reading
from assets.sources.values.category_lists import CATEGORY_LIST, EXPECTED, each_category
from assets.sources.values.columns import TEXT, Column, Kind
from assets.sources.values.refusals import FIRST_FAILURES
from assets.sources.values.tables import PLACE, Table

TABLE = "sources.training_labels"
COLUMNS = (
    Column("text", ("text",), Kind("a text to learn from", TEXT.parse)),
    Column("categories", ("categories", "category"), TEXT, "nullable"),
)


def read(delivery: Delivery, desk: Desk) -> Reading:
    """A digest of each text, and its categories. Raises DropError for a category that is none of the five: a label
    misread is worse than one that is missing."""
    table = Table(delivery, COLUMNS, desk)
    _require_known(table, desk)
    labelled = table.rows.select(
        pl.col("drop_row").alias("row_number"),
        text_sha256=sha256_of_text(pl.col("text")),
        categories=CATEGORY_LIST.parse(pl.col("categories")),
    )
    return Reading({TABLE: table.write("training_labels", each_category(labelled))}, table.rejected)


def texts(delivery: Delivery, desk: Desk, batch_rows: int) -> Iterator[pl.DataFrame]:
    """Each text, by the number of its row in the drop."""
    table = Table(delivery, COLUMNS, desk)
    rows = table.rows.select(pl.col("text"), key=pl.col("drop_row").cast(pl.String)).select("key", "text")
    yield from batches(table.write("texts", rows), batch_rows)


def _require_known(table: Table, desk: Desk) -> None:
    wrong = pl.col("categories").is_not_null() & CATEGORY_LIST.parse(pl.col("categories")).is_null()
    failing = table.rows.filter(wrong).select(*PLACE, "categories").head(FIRST_FAILURES).collect()
    problems = [
        Problem(
            file,
            f"the value is {desk.shown(value)}",
            EXPECTED,
            "Correct the category, or leave the cell empty where the text is of none of the five",
            row=row,
            column=table.label("categories"),
        )
        for file, row, _, value in failing.iter_rows()
    ]
    if problems:
        raise DropError(problems[0], problems[1:])


TRAINING_LABELS = Dataset(
    "training_labels",
    (TABLE,),
    read,
    lacking="labels by people: the Index learns from the shipped examples",
    texts=texts,
)
