"""The synthetic country's public drops: read by the readers, the same people, and no other drop changed."""

from __future__ import annotations

import gzip
import shutil
import zipfile
from pathlib import Path

import polars as pl
import pytest

from assets.fetch.limits import USUAL_LIMITS
from assets.fetch.shape_file import look_at
from assets.months import Month
from assets.sources.readers.cordis import CORDIS
from assets.sources.readers.postcodes import POSTCODES_DATASET
from assets.warehouse.database import Warehouse
from synthetic_uk import Settings, synthesise
from tests.sources.support import TODAY, ingest, read_drop

MONTHS = [Month(2025, 5)]
PUBLIC = {"companies_house", "business_counts", "accounts", "cordis", "ror"}


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("public")
    synthesise(folder / "closed", MONTHS, 0.001, 7, settings=Settings(directory="hosted"))
    synthesise(folder / "public", MONTHS, 0.001, 7, settings=Settings(public=True))
    return folder / "closed", folder / "public"


def content(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_no_other_drop_changes(both: tuple[Path, Path]):
    closed, public = map(content, both)
    # Of the postcodes another layout, here with the same content.
    assert set(closed) - set(public) == {"postcodes/2025-05.csv.gz"}
    del closed["postcodes/2025-05.csv.gz"], public["postcodes/2025-05.zip"]
    assert {name: public[name] for name in closed} == closed
    assert {name.split("/")[0] for name in set(public) - set(closed)} == PUBLIC


def companies_of(folder: Path) -> tuple[str, pl.DataFrame]:
    """Header of the register as it stands, and the rows of its parts."""
    parts = sorted((folder / "companies_house" / "2025-05").iterdir())
    assert [path.name for path in parts] == [f"BasicCompanyData-2025-06-01-part{n}_2.zip" for n in (1, 2)]
    headers, frames = set(), []
    for path in parts:
        with zipfile.ZipFile(path) as archive:
            content = archive.read(path.with_suffix(".csv").name)
        headers.add(content.partition(b"\n")[0].decode())
        frames.append(pl.read_csv(content, infer_schema=False))
    (header,) = headers
    return header, pl.concat(frames)


def test_the_register_has_the_words_and_the_untidiness_of_the_real_one(both: tuple[Path, Path]):
    header, companies = companies_of(both[1])
    assert header.startswith("CompanyName, CompanyNumber,RegAddress.CareOf") and header.count(",") == 54
    numbers = companies[" CompanyNumber"]
    assert numbers.is_unique().all()
    assert {"SC", "NI", "OC", "FC", "OE", "IP"} < set(numbers.str.head(2))
    statuses = dict(companies["CompanyStatus"].value_counts().iter_rows())
    assert {"Active", "Active - Proposal to Strike off", "Liquidation", "ADMINISTRATION ORDER"} < set(statuses)
    assert 0.9 < statuses["Active"] / companies.height < 0.94
    first = companies["SICCode.SicText_1"]
    assert 0.002 < (first == "None Supplied").mean() < 0.02  # type: ignore[operator]
    forms = (r"^\d{5} - ", r"^99999 - Dormant Company$", r"^\d{4} - ", r"^None Supplied$")
    assert all(first.str.contains(form).any() for form in forms)
    assert first.str.contains("|".join(forms)).all()
    assert companies["IncorporationDate"].str.contains(r"^\d\d/\d\d/\d{4}$").all()
    place = pl.col("RegAddress.PostCode")
    assert companies.filter(place == "").height and companies.filter(place == "1017 AB").height
    assert companies.filter(pl.col("CompanyName").str.contains('"')).height


def test_words_of_the_register_are_those_of_real_rows(both: tuple[Path, Path], shared_data: Path):
    real = pl.read_parquet(shared_data / "companies_house_sheffield_rotherham" / "companies_2024_11.parquet")
    _, companies = companies_of(both[1])
    assert set(companies["CompanyStatus"]) <= set(real["CompanyStatus"])
    # Societies, charities and bodies by charter are in no row of these two districts.
    assert len(set(companies["CompanyCategory"]) - set(real["CompanyCategory"])) == 3
    sample = shared_data / "companies_house_sample" / "BasicCompanyData_header_and_one_real_row.csv"
    assert companies_of(both[1])[0] == sample.read_text().splitlines()[0]


def test_accounts_say_this_year_and_the_year_before_and_this_years_are_read(
    both: tuple[Path, Path], warehouse: Warehouse
):
    with zipfile.ZipFile(both[1] / "accounts" / "2025-05.zip") as archive:
        pages = {name: archive.read(name).decode(errors="replace") for name in archive.namelist()}
    told = [page for page in pages.values() if "AverageNumberEmployeesDuringPeriod" in page]
    assert told and all('contextRef="before"' in page and 'contextRef="year"' in page for page in told)
    assert {name.rpartition(".")[2] for name in pages} >= {"html", "xml"}
    ingest(warehouse, both[1], MONTHS[0])
    units = pl.read_csv(both[1] / "idbr_local_units" / "2025-05.csv.gz", infer_schema=False)
    enterprises = pl.read_csv(both[1] / "idbr_enterprises" / "2025-05.csv.gz", infer_schema=False)
    known = (
        units.with_columns(pl.col("employees").cast(pl.Int64))
        .group_by("entref")
        .agg(pl.col("employees").sum(), is_whole=pl.col("employees").is_not_null().all())
    )
    true = enterprises.join(known.filter("is_whole"), on="entref").select("crn", true="employees_right")
    filed = warehouse.read("select company_number as crn, employees from sources.accounts where employees is not null")
    both_known = true.join(filed, on="crn")
    assert both_known.height > 20
    assert (both_known["true"] == both_known["employees"]).all()


def test_the_readers_take_them_and_the_counts_are_the_registers(both: tuple[Path, Path], warehouse: Warehouse):
    ingest(warehouse, both[1], MONTHS[0])
    units = pl.read_csv(both[1] / "idbr_local_units" / "2025-05.csv.gz").height
    assert warehouse.read("select sum(units)::bigint as units from sources.business_counts").item() == units
    read = dict(warehouse.read("select dataset, rows_read from sources.drops").rows())
    refused = dict(warehouse.read("select dataset, count(*) from sources.rejected group by all").rows())
    assert all(read[dataset] > 0 for dataset in PUBLIC)
    assert not PUBLIC & set(refused)


def tables_of_cordis(folder: Path) -> dict[str, pl.DataFrame]:
    """The tables of both programmes, by the file's name and the member's."""
    found = {}
    for path in sorted((folder / "cordis" / "2025-05").iterdir()):
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                found[f"{path.name}/{name}"] = pl.read_csv(archive.read(name), separator=";", infer_schema=False)
    return found


def test_cordis_has_a_file_a_programme_with_the_columns_and_habits_of_real_rows(
    both: tuple[Path, Path], shared_data: Path
):
    tables = tables_of_cordis(both[1])
    assert {name.partition("/")[0] for name in tables} == {
        "cordis-HORIZONprojects-csv.zip",
        "cordis-h2020projects-csv.zip",
    }
    real = pl.read_csv(shared_data / "cordis_rows_2026_10" / "organization.csv", separator=";", infer_schema=False)
    people = pl.concat(frame for name, frame in tables.items() if name.endswith("organization.csv"))
    projects = pl.concat(frame for name, frame in tables.items() if name.endswith("project.csv"))
    assert people.columns == real.columns
    assert set(people["country"]) == {"UK", "DE"}
    assert people["totalCost"].str.contains(r"^[0-9]+,[0-9]{2}$").any()
    assert people["ecContribution"].str.contains(r"^[0-9]+\.[0-9]{2}$").any()
    geolocation = people["geolocation"]
    assert ((geolocation == "") | geolocation.str.contains(r"^[0-9.]+,-?[0-9.]+$")).all()
    assert (geolocation != "").mean() > 0.7  # type: ignore[operator]
    assert projects["id"].is_unique().all()
    assert set(people["projectID"]) == set(projects["id"])
    assert projects["title"].str.contains(";").all() and projects["objective"].str.contains('"').all()
    of_h2020 = tables["cordis-h2020projects-csv.zip/project.csv"]
    assert set(of_h2020["frameworkProgramme"]) == {"H2020"} and (of_h2020["startDate"] < "2021").all()


def test_postcodes_of_cordis_that_are_none_are_counted(both: tuple[Path, Path], tmp_path: Path):
    files = {path.name: path.read_bytes() for path in (both[1] / "cordis" / "2025-05").iterdir()}
    (codes,) = read_drop(CORDIS, files, tmp_path).codes
    people = pl.concat(frame for name, frame in tables_of_cordis(both[1]).items() if name.endswith("organization.csv"))
    ours = people.filter(pl.col("country") == "UK")
    assert (codes.rows, codes.unread) == (ours.height, ours["postCode"].is_in(["London", "UK"]).sum())
    assert codes.example is not None and codes.example.endswith(("'London'", "'UK'"))


def test_counts_have_the_columns_of_nomis_where_none_are_chosen(both: tuple[Path, Path]):
    counts = pl.read_csv(both[1] / "business_counts" / "2025-05.csv.gz", infer_schema=False)
    dimensions = ("DATE", "GEOGRAPHY", "INDUSTRY", "EMPLOYMENT_SIZEBAND", "LEGAL_STATUS")
    parts = ("", "_NAME", "_CODE", "_TYPE", "_TYPECODE", "_SORTORDER")
    cell = ("OBS_VALUE", "OBS_STATUS", "OBS_STATUS_NAME", "OBS_CONF", "OBS_CONF_NAME", "URN")
    assert counts.columns == [
        *(f"{dimension}{part}" for dimension in dimensions for part in parts),
        *("MEASURES", "MEASURES_NAME", *cell, "RECORD_OFFSET", "RECORD_COUNT"),
    ]
    assert counts["URN"].is_unique().all()
    assert counts.null_count().sum_horizontal().item() == 0
    key = ("INDUSTRY", "INDUSTRY_CODE", "INDUSTRY_NAME")
    industries = counts.select(key).unique()
    assert all(industries[name].is_unique().all() for name in key)
    assert (industries["INDUSTRY_NAME"].str.head(8) == industries["INDUSTRY_CODE"] + " : ").all()


def test_the_portals_table_has_the_same_postcodes_in_the_same_places(both: tuple[Path, Path], tmp_path: Path):
    """With the release's ZIP, whose parts by area are its postcodes once more."""
    (table,) = (both[0] / "postcodes").iterdir()
    header = gzip.decompress(table.read_bytes()).partition(b"\n")[0].decode().split(",")
    assert {"Postcode (e-GIF)", "Local Authority District Code (2025)", "Travel to Work Area Code (2015)"} < set(header)
    found = []
    for folder in both:
        files = {path.name: path.read_bytes() for path in (folder / "postcodes").iterdir()}
        reading = read_drop(POSTCODES_DATASET, files, tmp_path / folder.name)
        assert reading.rejected.is_empty()
        found.append(pl.read_parquet(reading.tables["reference.postcodes"]).sort("postcode"))
    assert found[0].equals(found[1])


FETCHED_AS_WRITTEN = (
    "postcodes",
    "boundaries",
    "companies_house",
    "accounts",
    "business_counts",
    "innovate_uk",
    "cordis",
)


@pytest.mark.parametrize("dataset", [*FETCHED_AS_WRITTEN, "ror"])
def test_contracts_with_publishers_hold_of_them(dataset: str, both: tuple[Path, Path], tmp_path: Path):
    (drop,) = (both[1] / dataset).glob("2025-05*")
    (tmp_path / "drop").mkdir()
    for path in drop.iterdir() if drop.is_dir() else [drop]:
        if path.suffix == ".gz":  # As it is served: a table of Nomis's comes as it is.
            (tmp_path / "drop" / path.stem).write_bytes(gzip.decompress(path.read_bytes()))
        else:
            shutil.copy(path, tmp_path / "drop")
    found = look_at(dataset, tmp_path / "drop", tmp_path / "none", TODAY, TODAY, USUAL_LIMITS)
    assert found.changes == ()
    assert all(shape.records for shape in found.shapes)


def test_more_companies_file_where_they_file_twice_a_year(both: tuple[Path, Path], tmp_path: Path):
    synthesise(tmp_path, MONTHS, 0.001, 7, settings=Settings(public=True, filings_a_year=2))
    once, twice = (
        set(zipfile.ZipFile(folder / "accounts" / "2025-05.zip").namelist()) for folder in (both[1], tmp_path)
    )
    assert once < twice
    assert 1.5 * len(once) < len(twice) < 2.5 * len(once)
