"""`events`: meetings that innovation happens at, one row an event, from any site.

What is kept is that an event took place at a place in a year, which is all that the sites let others keep.
"""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from assets.methods.text.digests import sha256_of_text
from assets.sources.datasets import Dataset
from assets.sources.files.batches import batches, joined
from assets.sources.plausibility.measures import Measure
from assets.sources.reading.contract import Delivery, Desk, Reading
from assets.sources.values.columns import BETWEEN_DATES, CODE, DATE, POSTCODE, TEXT, Column, Kind
from assets.sources.values.places_given import coordinate_columns, refuse_misplaced, without_place
from assets.sources.values.tables import Table

TABLE = "sources.events"
SITE = Kind("the site it was found at", lambda text: text.str.to_lowercase())
TITLE = Kind("the event's title: without a text there is nothing to classify", TEXT.parse)
FIRST_YEAR, LAST_YEAR = 1990, 2100


def _event_date(text: pl.Expr) -> pl.Expr:
    day = DATE.parse(text)
    return pl.when(day.dt.year().is_between(FIRST_YEAR, LAST_YEAR)).then(day)


COLUMNS = (
    Column("event_id", ("event_id",), CODE),
    Column("source", ("source",), SITE),
    Column("title", ("title",), TITLE),
    Column("description", ("description",), TEXT, "optional"),
    Column(
        "start_date",
        ("start_date",),
        Kind(DATE.expected.replace(BETWEEN_DATES, f"from {FIRST_YEAR} to {LAST_YEAR}"), _event_date),
    ),
    *coordinate_columns("optional"),
    Column("postcode", ("postcode",), POSTCODE.or_null(), "optional"),
)
EVENT_KEY = sha256_of_text(pl.concat_str("source", "event_id", separator="\n"))


def read(delivery: Delivery, desk: Desk) -> Reading:
    """Events that have a place, by digest. One that has none (it was held online) is passed over."""
    table = _table(delivery, desk)
    table.require_unique("source", "event_id")
    rows = table.rows.select(
        "latitude", "longitude", "postcode", event_key=EVENT_KEY, event_year=pl.col("start_date").dt.year()
    )
    return Reading({TABLE: table.write("events", rows)}, table.rejected, codes=(table.codes("postcode"),))


def texts(delivery: Delivery, desk: Desk, batch_rows: int) -> Iterator[pl.DataFrame]:
    """Title and, where there is one, description of each event, by digest."""
    table = _table(delivery, desk)
    rows = table.rows.select(key=EVENT_KEY, text=joined("title", "description"))
    yield from batches(table.write("texts", rows), batch_rows)


def _table(delivery: Delivery, desk: Desk) -> Table:
    table = Table(delivery, COLUMNS, desk)
    refuse_misplaced(table)
    table.pass_over(without_place(table), "an event without a place")
    return table


EVENTS = Dataset(
    "events",
    (TABLE,),
    read,
    lacking="events in the Index",
    texts=texts,
    reader_version=2,
    profiled=(
        Measure(TABLE, "latitude", "latitude", "coordinate", "optional"),
        Measure(TABLE, "longitude", "longitude", "coordinate", "optional"),
        Measure(TABLE, "postcode", "postcode", "code", "optional"),
    ),
)
