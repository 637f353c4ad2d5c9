"""`rtic_sectors`: the emerging sector of each RTIC code. A drop takes the shipped list's place, whole."""

from __future__ import annotations

from assets.sources.datasets import Dataset
from assets.sources.reading.contract import Delivery, Desk, Reading
from assets.sources.values.columns import TEXT, Column, matching
from assets.sources.values.statements import CLASSIFICATION, stated
from assets.sources.values.tables import Table

TABLE = "reference.rtic_sectors"
COLUMNS = (
    Column("rtic_code", ("rtic_code",), matching("RTIC[0-9]{4}", "RTIC and 4 digits")),
    Column("sector", ("sector",), TEXT),
)


def read(delivery: Delivery, desk: Desk) -> Reading:
    """Codes and their sectors; a code stands once. The drop may state the classification's year."""
    table = Table(delivery, (*COLUMNS, CLASSIFICATION), desk)
    table.require_unique("rtic_code")
    statements = stated(table, delivery, CLASSIFICATION)
    rows = table.rows.select("rtic_code", "sector").collect()
    return Reading({TABLE: rows}, table.rejected, statements=statements)


RTIC_SECTORS = Dataset("rtic_sectors", (TABLE,), read, lacking="the publisher's own 46 sectors", shipped="rtic_sectors")
