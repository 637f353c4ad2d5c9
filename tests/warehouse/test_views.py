"""Views of what each month uses of the tables of drops: made, kept as declared, followed by whatever reads them."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from assets.warehouse.database import Warehouse
from assets.warehouse.declarations import declared_tables
from assets.warehouse.lineage import query_lineage
from assets.warehouse.reading import Reading, UndeclaredReadError
from assets.warehouse.step_code import step_code
from assets.warehouse.steps import sql_step
from assets.warehouse.touched import tables_touched
from assets.warehouse.views import declared_views, views_that_differ

ROOT = Path(__file__).parents[2]
OLD_WAY = re.compile(r"=\s*\(\s*select as_of from sources\.drops where month = \$month")
EITHER_OF_TWO = ROOT / "sql" / "typology" / "inputs" / "area_names.sql"
"""Takes the shipped rows and those of the month's drop: a view gives those of the drop alone."""
DROP = "insert into sources.drops by name select ? as month, ? as dataset, ? as as_of, 'p' as path, '0' as sha256, \
1 as bytes, 1 as rows_read, 0 as rows_rejected, 1 as reader_version"


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    made = Warehouse(tmp_path / "warehouse.duckdb", threads=1)
    made.create()
    return made


def differing(warehouse: Warehouse) -> list[str]:
    with warehouse.connect(read_only=True) as connection:
        return views_that_differ(connection)


def test_a_view_gives_each_month_the_rows_of_its_own_drop(warehouse: Warehouse) -> None:
    old, new = date(2025, 1, 1), date(2025, 4, 1)
    march, april, may = date(2025, 3, 1), date(2025, 4, 1), date(2025, 5, 1)
    with warehouse.transaction() as connection:
        for month, as_of in ((march, old), (april, new), (may, new)):
            connection.execute(DROP, [month, "rtic_sectors", as_of])
        # Another dataset of the same date is no drop of this one.
        connection.execute(DROP, [march, "places", new])
        for as_of, sector in ((old, "Old"), (new, "New")):
            connection.execute("insert into reference.rtic_sectors values (?, 'RTIC0001', ?)", [as_of, sector])
    found = warehouse.read("select month, as_of, sector from used.rtic_sectors order by month").rows()
    assert found == [(march, old, "Old"), (april, new, "New"), (may, new, "New")]


def test_a_table_of_several_datasets_is_joined_by_its_dataset(warehouse: Warehouse) -> None:
    day, other = date(2025, 4, 1), date(2025, 3, 1)
    with warehouse.transaction() as connection:
        connection.execute(DROP, [day, "patents", day])
        connection.execute(DROP, [day, "rd_tax_claims", other])
        for dataset in ("patents", "rd_tax_claims"):
            connection.execute(
                "insert into sources.activity_signals by name select ? as as_of, ? as dataset, 1 as row_number, "
                "'Acme' as organisation_name, ? as activity_date",
                [day, dataset, day],
            )
    assert warehouse.read("select dataset from used.activity_signals").rows() == [("patents",)]


def test_columns_are_the_month_and_those_of_the_table(warehouse: Warehouse) -> None:
    for name, view in declared_views().items():
        (table,) = view.reads - {"sources.drops"}
        columns = warehouse.read(f"from {name}").columns
        assert columns == ["month", *[column.name for column in declared_tables()[table].columns]]


def test_an_older_warehouse_gets_views_and_those_that_differ_anew(warehouse: Warehouse) -> None:
    with warehouse.connect() as connection:
        connection.execute("drop view used.postcodes")
        connection.execute("create or replace view used.places as select 1 as month")
        connection.execute("comment on view used.sic_sectors is 'As an earlier version said.'")
    assert differing(warehouse) == ["used.places", "used.postcodes", "used.sic_sectors"]
    warehouse.create()
    assert differing(warehouse) == []
    with warehouse.connect() as connection:
        connection.execute("drop schema used cascade")
    warehouse.create()
    assert differing(warehouse) == []


def test_columns_that_a_table_gains_are_in_its_view(warehouse: Warehouse) -> None:
    with warehouse.connect() as connection:
        connection.execute("alter table reference.rtic_sectors add column further integer")
    warehouse.create()
    assert warehouse.read("from used.rtic_sectors").columns[-1] == "further"


def test_a_warehouse_as_declared_is_not_written(warehouse: Warehouse) -> None:
    before = warehouse.path.read_bytes(), warehouse.path.stat().st_mtime_ns
    warehouse.create()
    assert (warehouse.path.read_bytes(), warehouse.path.stat().st_mtime_ns) == before


def test_a_query_of_a_view_touches_what_the_view_reads() -> None:
    assert tables_touched("from used.places") == {"reference.places", "sources.drops"}
    assert tables_touched("from used.nothing") == {"used.nothing"}


def test_an_undeclared_read_through_a_view_is_refused(warehouse: Warehouse) -> None:
    reading = Reading(warehouse, "a_step", ["typology.runs"], ["reference.places"])
    reading.allow("from used.places")
    with pytest.raises(UndeclaredReadError, match=r"step a_step reads reference\.postcodes"):
        reading.allow("from used.postcodes")


def test_the_columns_of_a_view_come_from_the_table() -> None:
    found = query_lineage("select month, name from used.places where month = $month")
    assert found == {"month": [("sources.drops", "month")], "name": [("reference.places", "name")]}


def test_a_change_of_a_view_is_one_of_the_steps_that_read_it(monkeypatch: pytest.MonkeyPatch) -> None:
    reading, other = sql_step("organisations.source_places"), sql_step("organisations.anchors")
    before = step_code(reading), step_code(other)
    text = (ROOT / "sql" / "schema" / "used.sql").read_text(encoding="utf-8")
    changed = text.replace(
        "as rtic_locations\ninner join sources.drops as drops on",
        "as rtic_locations\ninner join sources.drops as drops on true and",
    )
    assert changed != text
    kept = (declared_views, step_code)
    for one in kept:
        one.cache_clear()
    with monkeypatch.context() as patched:
        patched.setattr("assets.warehouse.views.declaration", lambda schema: changed)
        after = step_code(reading), step_code(other)
    for one in kept:
        one.cache_clear()
    assert after[0] != before[0]
    assert after[1] == before[1]


def test_no_query_says_itself_which_drop_the_month_uses() -> None:
    files = sorted((ROOT / "sql").rglob("*.sql"))
    assert [file for file in files if OLD_WAY.search(file.read_text(encoding="utf-8"))] == [EITHER_OF_TWO]
