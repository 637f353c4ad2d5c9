"""The step that takes drops in: what it needs, what it takes over, what it says."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import fsspec
import polars as pl
import pytest

from assets.reference import SHIPPED_AS_OF
from assets.sources.needs import map_problems
from assets.sources.problems import DropsRefusedError
from assets.sources.registry import DATASETS
from assets.sources.steps import TABLES, ingest_step
from assets.sources.values.sic_codes import EXPECTED
from assets.warehouse.database import Warehouse
from assets.warehouse.declarations import declared_tables
from assets.warehouse.running import StepResult
from tests.sources.conftest import Place
from tests.sources.readers.test_innovate_uk import participant, workbook
from tests.sources.support import (
    ENTERPRISES_CSV,
    LENIENT,
    LOCAL_UNITS_CSV,
    MAY,
    POSTCODES_CSV,
    content,
    ingest,
    put,
    put_register,
)

OF_THE_MONTH = {"sources.drops": 7, "sources.readiness": 3}
"""Rows of a month that takes over a register, postcodes, and what ships with the code."""


def drops(warehouse: Warehouse, month: date = MAY.first_day) -> dict[str, tuple[date, str]]:
    found = warehouse.read("select dataset, as_of, path from sources.drops where month = $month", month=month)
    return {dataset: (as_of, path) for dataset, as_of, path in found.iter_rows()}


def said(result: StepResult) -> list[str]:
    return result.reports[""].messages


def test_the_step_makes_every_table_of_both_layers_but_that_of_where_drops_came_from() -> None:
    both = {name for name in declared_tables() if name.startswith(("sources.", "reference."))}
    assert {*TABLES, "sources.fetched_files", "sources.publisher_changes"} == both
    assert ingest_step("sources").layer == "sources"


def test_every_dataset_names_declared_tables_and_datasets_before_it() -> None:
    names = [dataset.name for dataset in DATASETS]
    assert len(set(names)) == len(names)
    for position, dataset in enumerate(DATASETS):
        assert set(dataset.tables) <= set(declared_tables())
        assert dataset.refers_to is None or dataset.refers_to in names[:position]


def test_a_month_has_its_drops_and_the_shipped_lists(warehouse: Warehouse, tmp_path: Path) -> None:
    put_register(tmp_path / "sources")
    result = ingest(warehouse, tmp_path / "sources")
    found = drops(warehouse)
    assert found["idbr_local_units"] == (date(2025, 5, 1), "idbr_local_units/2025-05.csv")
    assert found["rtic_sectors"] == (SHIPPED_AS_OF, "default:rtic_sectors.csv")
    assert set(found) == {
        "postcodes", "idbr_enterprises", "idbr_local_units", "places", "boundaries", "sic_sectors", "rtic_sectors"
    }  # fmt: skip
    counts = warehouse.read("select count(distinct sector) from reference.rtic_sectors where as_of = '1970-01-01'")
    assert counts.item() == 46
    assert all(outcome.passed for outcome in result.checks)
    without = "UKRI's projects and funding, and RD&I activity known from them"
    assert f"ukri: no drop for 2025-05; the month goes without {without}" in said(result)
    assert any("innovate_uk: no drop" in line and "the network too" in line for line in said(result))


def test_the_same_drops_again_write_the_months_rows_and_nothing_else(warehouse: Warehouse, tmp_path: Path) -> None:
    put_register(tmp_path / "sources")
    ingest(warehouse, tmp_path / "sources")
    before = content(warehouse)
    assert ingest(warehouse, tmp_path / "sources").rows == OF_THE_MONTH
    assert content(warehouse) == before
    later = ingest(warehouse, tmp_path / "sources", MAY.plus(1))
    assert later.rows == OF_THE_MONTH
    assert drops(warehouse, date(2025, 6, 1)) == drops(warehouse)
    assert "postcodes: postcodes/2025-05.csv is loaded already and taken over" in said(later)


def test_a_drop_that_was_renamed_is_taken_over_under_its_new_name(warehouse: Warehouse, tmp_path: Path) -> None:
    """What lies beside a drop, as where it came from, is looked for where the drop lies now."""
    put_register(tmp_path)
    ingest(warehouse, tmp_path)
    (tmp_path / "postcodes" / "2025-05.csv").rename(tmp_path / "postcodes" / "2025-05-01.csv")
    assert ingest(warehouse, tmp_path).rows == OF_THE_MONTH
    path = warehouse.read("select path from sources.drops where dataset = 'postcodes'").item()
    assert path == "postcodes/2025-05-01.csv"


def test_a_newer_drop_is_read_and_the_earlier_months_rows_stay(april: Place) -> None:
    warehouse = april.warehouse
    put(april.sources, "idbr_enterprises/2025-05.csv", ENTERPRISES_CSV.replace("Alpha", "Omega"))
    ingest(warehouse, april.sources)
    names = warehouse.read("select as_of, name from sources.idbr_enterprises where entref = '9001' order by as_of")
    assert names.rows() == [(date(2025, 4, 1), "Alpha Ltd"), (date(2025, 5, 1), "Omega Ltd")]
    assert drops(warehouse, date(2025, 4, 1))["idbr_enterprises"][0] == date(2025, 4, 1)
    assert drops(warehouse)["idbr_enterprises"][0] == date(2025, 5, 1)
    assert drops(warehouse)["idbr_local_units"][0] == date(2025, 4, 1)


def test_a_drop_delivered_again_is_read_again_and_every_month_that_uses_it_says_so(april: Place) -> None:
    warehouse, sources = april.warehouse, april.sources
    ingest(warehouse, sources)
    original = content(warehouse, ["sources.drops", "sources.idbr_enterprises"])
    put(sources, "idbr_enterprises/2025-04.csv", ENTERPRISES_CSV.replace("Alpha", "Omega"))
    ingest(warehouse, sources)
    digests = warehouse.read("select month, sha256 from sources.drops where dataset = 'idbr_enterprises'")
    assert (digests.height, digests["sha256"].n_unique()) == (2, 1)
    assert warehouse.read("select count(*) from sources.idbr_enterprises where name = 'Omega Ltd'").item() == 1
    put(sources, "idbr_enterprises/2025-04.csv", ENTERPRISES_CSV)
    ingest(warehouse, sources)
    assert content(warehouse, ["sources.drops", "sources.idbr_enterprises"]) == original


def test_sites_are_checked_again_when_their_enterprises_are_new(april: Place) -> None:
    put(april.sources, "idbr_enterprises/2025-05.csv", ENTERPRISES_CSV.replace("9003", "9004"))
    with pytest.raises(
        DropsRefusedError, match=r"idbr_local_units/2025-04.csv, row 5, column entref: the value is '9003'"
    ):
        ingest(april.warehouse, april.sources)


def test_new_sites_are_checked_against_enterprises_that_are_loaded_already(april: Place) -> None:
    put(april.sources, "idbr_local_units/2025-05.csv", LOCAL_UNITS_CSV.replace("9003", "9999"))
    with pytest.raises(DropsRefusedError, match="the value is '9999'"):
        ingest(april.warehouse, april.sources)
    put(april.sources, "idbr_local_units/2025-05.csv", LOCAL_UNITS_CSV)
    ingest(april.warehouse, april.sources)
    assert drops(april.warehouse)["idbr_local_units"][0] == date(2025, 5, 1)


def test_another_reader_reads_again(warehouse: Warehouse, tmp_path: Path) -> None:
    put_register(tmp_path / "sources")
    ingest(warehouse, tmp_path / "sources")
    with warehouse.transaction() as connection:
        connection.execute("update sources.drops set reader_version = 0 where dataset = 'postcodes'")
    assert ingest(warehouse, tmp_path / "sources").rows["reference.postcodes"] == 3


def test_refused_rows_are_kept_with_their_reasons(warehouse: Warehouse, tmp_path: Path) -> None:
    put_register(tmp_path / "sources")
    put(tmp_path / "sources", "idbr_local_units/2025-05.csv", LOCAL_UNITS_CSV.replace("62020", "62999"))
    put(tmp_path / "sources", "innovate_uk/2025-05.xlsx", workbook([participant(), participant()]))
    result = ingest(warehouse, tmp_path / "sources", profile=LENIENT)
    rejected = warehouse.read(
        "select dataset, row_number, column_name, value, reason from sources.rejected order by all"
    )
    assert rejected.rows() == [
        ("idbr_local_units", 3, "sic2007", "62999", f"expected {EXPECTED}"),
        ("innovate_uk", 3, None, None, "repeated row"),
    ]
    counted = warehouse.read(
        "select rows_read, rows_rejected from sources.drops where rows_rejected > 0 order by dataset"
    )
    assert counted.rows() == [(3, 1), (1, 1)]
    assert "idbr_local_units: 3 rows of idbr_local_units/2025-05.csv, 1 refused or passed over" in said(result)


def test_a_dataset_that_is_taken_away_leaves_the_month(warehouse: Warehouse, tmp_path: Path) -> None:
    put_register(tmp_path / "sources")
    signal = put(tmp_path / "sources", "patents/2025-05.csv", "organisation_name,crn,date,amount\nAlpha,,2024-01-01,\n")
    ingest(warehouse, tmp_path / "sources")
    assert "patents" in drops(warehouse)
    signal.unlink()
    ingest(warehouse, tmp_path / "sources")
    assert "patents" not in drops(warehouse)


def test_two_signals_of_one_date_stand_beside_each_other(warehouse: Warehouse, tmp_path: Path) -> None:
    put_register(tmp_path / "sources")
    lines = "organisation_name,crn,date,amount\nAlpha,,2024-01-01,\n"
    put(tmp_path / "sources", "patents/2025-05.csv", lines)
    ingest(warehouse, tmp_path / "sources")
    put(tmp_path / "sources", "rd_tax_claims/2025-05.csv", lines)
    ingest(warehouse, tmp_path / "sources")
    signals = warehouse.read("select dataset from sources.activity_signals order by dataset")
    assert signals["dataset"].to_list() == ["patents", "rd_tax_claims"]


REGISTER_DROPS = {
    "companies_house": {
        "companies_house/2025-05.csv": "CompanyName, CompanyNumber,RegAddress.PostCode,CompanyCategory,CompanyStatus,"
        "IncorporationDate,SICCode.SicText_1,SICCode.SicText_2,SICCode.SicText_3,SICCode.SicText_4\n"
        "ALPHA,01234567,OX11 0AA,Private,Active,01/02/2012,62012 - Software,,,\n"
    },
    "rtic": {
        "rtic_companies/2025-05.csv": "company_number,company_name,rtic_codes,employees,turnover\n1,Alpha,RTIC0052,,\n",
        "rtic_locations/2025-05.csv": "company_number,postcode,kind,employees\n1,OX11 0AA,operating,\n",
    },
}


@pytest.mark.parametrize("register", REGISTER_DROPS)
def test_any_one_register_is_enough(warehouse: Warehouse, tmp_path: Path, register: str) -> None:
    put(tmp_path / "sources", "postcodes/2025-05.csv", POSTCODES_CSV)
    for path, lines in REGISTER_DROPS[register].items():
        put(tmp_path / "sources", path, lines)
    assert ingest(warehouse, tmp_path / "sources").rows["reference.postcodes"] == 3


@pytest.mark.parametrize(
    ("absent", "message"),
    [
        ("postcodes", "there is no drop of postcodes for the month; expected one in postcodes/"),
        (
            "idbr_local_units",
            "there is no drop of a register for the month; expected one of idbr_enterprises with idbr_local_units, or",
        ),
        ("idbr_enterprises", "idbr_local_units/2025-05.csv: there is no idbr_enterprises for the month"),
    ],
)
def test_what_a_month_cannot_do_without_is_named(
    warehouse: Warehouse, tmp_path: Path, absent: str, message: str
) -> None:
    put_register(tmp_path / "sources")
    (tmp_path / "sources" / absent / "2025-05.csv").unlink()
    with pytest.raises(DropsRefusedError, match=message):
        ingest(warehouse, tmp_path / "sources")


def test_an_empty_folder_of_parts_is_refused(warehouse: Warehouse, tmp_path: Path) -> None:
    put_register(tmp_path / "sources")
    (tmp_path / "sources" / "ukri" / "2025-05").mkdir(parents=True)
    with pytest.raises(DropsRefusedError, match="ukri/2025-05: the folder holds no file"):
        ingest(warehouse, tmp_path / "sources")


def test_an_object_store_is_read_like_a_folder(warehouse: Warehouse, tmp_path: Path) -> None:
    put_register(tmp_path / "sources")
    ingest(warehouse, tmp_path / "sources")
    local = content(warehouse)
    store = fsspec.filesystem("memory")
    store.put(str(tmp_path / "sources"), "/bucket/", recursive=True)
    other = Warehouse(tmp_path / "other.duckdb")
    other.create()
    try:
        ingest(other, "memory://bucket/sources")
    finally:
        store.rm("/bucket", recursive=True)
    assert content(other) == local


def test_a_folder_of_parts_is_one_drop(warehouse: Warehouse, tmp_path: Path) -> None:
    put_register(tmp_path / "sources")
    (tmp_path / "sources/idbr_enterprises/2025-05.csv").unlink()
    header, *lines = ENTERPRISES_CSV.splitlines()
    for number, line in enumerate(lines):
        put(tmp_path / "sources", f"idbr_enterprises/2025-05/part-{number}.csv", f"{header}\n{line}\n")
    put(tmp_path / "sources", "idbr_enterprises/2025-05/_SUCCESS", "")
    ingest(warehouse, tmp_path / "sources")
    assert drops(warehouse)["idbr_enterprises"] == (date(2025, 5, 1), "idbr_enterprises/2025-05")
    assert warehouse.read("select entref from sources.idbr_enterprises")["entref"].to_list() == ["9001", "9002", "9003"]


def test_unknown_folders_are_reported(warehouse: Warehouse, tmp_path: Path) -> None:
    put_register(tmp_path / "sources")
    put(tmp_path / "sources", "inovate_uk/2025-05.xlsx", b"x")
    put(tmp_path / "sources", "truth/2025-05.csv", b"x")
    warnings = [line for line in said(ingest(warehouse, tmp_path / "sources")) if line.startswith("sources:")]
    assert warnings == ["sources: inovate_uk/ is not a dataset known here and is not read: is innovate_uk meant?"]


def test_the_report_lists_the_drops_used(warehouse: Warehouse, tmp_path: Path) -> None:
    put_register(tmp_path / "sources")
    figure = ingest(warehouse, tmp_path / "sources").reports[""].of_tables["sources.drops"].figures["drops"]
    assert isinstance(figure, pl.DataFrame)
    assert figure.filter(dataset="postcodes").select("path", "rows_read").row(0) == ("postcodes/2025-05.csv", 3)


def test_a_drop_past_the_month_is_not_read_even_if_it_is_bad(warehouse: Warehouse, tmp_path: Path) -> None:
    put_register(tmp_path / "sources")
    put(tmp_path / "sources", "idbr_enterprises/2025-06.csv", "")
    ingest(warehouse, tmp_path / "sources")
    assert drops(warehouse)["idbr_enterprises"][0] == date(2025, 5, 1)
    assert map_problems(("postcodes", "companies_house"), "x") == []


def test_a_damaged_file_hides_no_other_drops_refusal(warehouse: Warehouse, tmp_path: Path):
    """Whichever kind it is: cut short, no archive, no table, no text."""
    sources = tmp_path / "sources"
    put_register(sources)
    put(sources, "idbr_local_units/2025-05.csv", LOCAL_UNITS_CSV.replace("9001", "99x", 1))
    damaged = {
        "postcodes/2025-05.zip": b"PK\x03\x04 and no more",
        "boundaries/2025-05.parquet": b"PAR1 and no more",
        "innovate_uk/2025-05.xlsx": b"PK\x03\x04 and no more",
        "ukri/2025-05/projects.json.gz": b"\x1f\x8b\x08\x00 and no more",
        "publications/2025-05/works.jsonl": b'{"id": \xff\xfe',
        "ror/2025-05.json": b"[",
        "accounts/2025-05.zip": b"",
        "events/2025-05.csv.gz": b"no gzip",
        "rtic_companies/2025-05.csv": b"\x00\x01\x02",
    }
    for path, bytes_of_it in damaged.items():
        put(sources, path, bytes_of_it)
    with pytest.raises(DropsRefusedError) as error:
        ingest(warehouse, sources)
    said = str(error.value)
    drops = ["/".join(path.split("/")[:2]) for path in (*damaged, "idbr_local_units/2025-05.csv")]
    assert [drop for drop in drops if drop not in said] == []
    assert "expected expected" not in said
