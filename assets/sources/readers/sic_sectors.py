"""`sic_sectors`: the broad sector of each SIC 2007 prefix. A drop takes the shipped list's place, whole."""

from __future__ import annotations

from assets.sources.datasets import Dataset
from assets.sources.reading.contract import Delivery, Desk, Reading
from assets.sources.values.columns import TEXT, Column, matching
from assets.sources.values.tables import Table

TABLE = "reference.sic_sectors"
COLUMNS = (
    Column("sic2007_prefix", ("sic2007_prefix",), matching("[0-9]{2,5}", "the first 2 to 5 digits of SIC 2007 codes")),
    Column("sector", ("sector",), TEXT),
)


def read(delivery: Delivery, desk: Desk) -> Reading:
    """Prefixes and their sectors; a prefix stands once."""
    table = Table(delivery, COLUMNS, desk)
    table.require_unique("sic2007_prefix")
    return Reading({TABLE: table.rows.select("sic2007_prefix", "sector").collect()}, table.rejected)


SIC_SECTORS = Dataset("sic_sectors", (TABLE,), read, lacking="the publisher's own 32 sectors", shipped="sic_sectors")
