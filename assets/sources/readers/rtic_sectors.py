"""`rtic_sectors`: the emerging sector of each RTIC code. A drop takes the shipped list's place, whole."""

from __future__ import annotations

from assets.sources.datasets import Dataset
from assets.sources.reading.contract import Delivery, Desk, Reading
from assets.sources.values.columns import TEXT, Column, matching
from assets.sources.values.tables import Table

TABLE = "reference.rtic_sectors"
COLUMNS = (
    Column("rtic_code", ("rtic_code",), matching("RTIC[0-9]{4}", "RTIC and 4 digits")),
    Column("sector", ("sector",), TEXT),
)


def read(delivery: Delivery, desk: Desk) -> Reading:
    """Codes and their sectors; a code stands once."""
    table = Table(delivery, COLUMNS, desk)
    table.require_unique("rtic_code")
    return Reading({TABLE: table.rows.select("rtic_code", "sector").collect()}, table.rejected)


RTIC_SECTORS = Dataset("rtic_sectors", (TABLE,), read, lacking="the publisher's own 46 sectors", shipped="rtic_sectors")
