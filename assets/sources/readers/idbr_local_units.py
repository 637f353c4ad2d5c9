"""`idbr_local_units`: business sites of the Inter-Departmental Business Register, one row a site."""

from __future__ import annotations

import polars as pl

from assets.sources.datasets import Dataset
from assets.sources.plausibility.measures import Measure
from assets.sources.reading.contract import Delivery, Desk, Reading
from assets.sources.values.columns import CODE, POSTCODE, WHOLE_NUMBER, Column
from assets.sources.values.statements import CLASSIFICATION, REGISTER, SIC_CODE, stated
from assets.sources.values.tables import PLACE, Table

TABLE = "sources.idbr_local_units"
ENTERPRISES = "idbr_enterprises"
COLUMNS = (
    Column("luref", ("luref",), CODE),
    Column("entref", ("entref",), CODE),
    Column("sic2007", ("sic2007", "sic2026", "sic"), SIC_CODE),
    Column("postcode", ("postcode",), POSTCODE.or_null(), "nullable"),
    Column("employees", ("employees",), WHOLE_NUMBER, "nullable", "max_employees"),
)


def read(delivery: Delivery, desk: Desk) -> Reading:
    """Sites; one of an enterprise that the month's `idbr_enterprises` lacks is refused. `luref` is unique.

    A postcode that is none becomes null, and is counted. The drop may state of which classification its codes are and
    which register it is an extract of.
    """
    table = Table(delivery, (*COLUMNS, CLASSIFICATION, REGISTER), desk)
    statements = stated(table, delivery, CLASSIFICATION, REGISTER)
    if ENTERPRISES in desk.related:
        known = pl.scan_parquet(desk.related[ENTERPRISES], glob=False).select("entref")
        orphans = table.rows.join(known, on="entref", how="anti").select(*PLACE, value=pl.col("entref"))
        table.refuse(orphans, "entref", f"the entref of an enterprise in the month's {ENTERPRISES}")
    table.require_unique("luref")
    rows = table.write("idbr_local_units", table.rows.select(column.name for column in COLUMNS))
    return Reading({TABLE: rows}, table.rejected, codes=(table.codes("postcode"),), statements=statements)


IDBR_LOCAL_UNITS = Dataset(
    "idbr_local_units",
    (TABLE,),
    read,
    lacking="the IDBR's sites: nothing in the 32 SIC sectors from it",
    refers_to=ENTERPRISES,
    reader_version=2,
    profiled=(
        Measure(TABLE, "employees", "employees", "count", "needed"),
        Measure(TABLE, "postcode", "postcode", "code", "optional"),
    ),
)
