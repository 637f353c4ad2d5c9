"""`idbr_enterprises`: enterprises of the Inter-Departmental Business Register, one row an enterprise."""

from __future__ import annotations

from assets.sources.datasets import Dataset
from assets.sources.plausibility.measures import Measure
from assets.sources.reading.contract import Delivery, Desk, Reading
from assets.sources.values.columns import CODE, CRN, TEXT, THOUSANDS_OF_POUNDS, WHOLE_NUMBER, Column
from assets.sources.values.statements import CLASSIFICATION, REGISTER, SIC_CODE, stated
from assets.sources.values.tables import Table

TABLE = "sources.idbr_enterprises"
COLUMNS = (
    Column("entref", ("entref",), CODE),
    Column("crn", ("crn",), CRN.or_null(), "nullable"),
    Column("name", ("name",), TEXT),
    Column("sic2007", ("sic2007", "sic2026", "sic"), SIC_CODE),
    Column("employees", ("employees",), WHOLE_NUMBER, "nullable", "max_employees"),
    Column("turnover_gbp", ("turnover_thousands",), THOUSANDS_OF_POUNDS, "nullable", "max_turnover_gbp"),
    Column("legal_status", ("legal_status",), TEXT, "nullable"),
)


def read(delivery: Delivery, desk: Desk) -> Reading:
    """Enterprises with turnover in pounds; a registration number that is none becomes null. `entref` is unique.

    The drop may state of which classification its codes are and which register it is an extract of.
    """
    table = Table(delivery, (*COLUMNS, CLASSIFICATION, REGISTER), desk)
    statements = stated(table, delivery, CLASSIFICATION, REGISTER)
    table.require_unique("entref")
    rows = table.write("idbr_enterprises", table.rows.select(column.name for column in COLUMNS))
    return Reading({TABLE: rows}, table.rejected, codes=(table.codes("crn"),), statements=statements)


IDBR_ENTERPRISES = Dataset(
    "idbr_enterprises",
    (TABLE,),
    read,
    lacking="the IDBR's sites: nothing in the 32 SIC sectors from it",
    reader_version=2,
    profiled=(
        Measure(TABLE, "employees", "employees", "count", "needed"),
        Measure(TABLE, "turnover_gbp", "turnover_thousands", "money", "expected"),
        Measure(TABLE, "crn", "crn", "code", "optional"),
    ),
)
