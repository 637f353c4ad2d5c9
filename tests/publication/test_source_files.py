"""Where the figures come from: a month with drops fetched from local publishers beside some that a person put there,
told alike by table, data package, report, workbook, downloads and map."""

from __future__ import annotations

import csv
import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import fastexcel
import frictionless
import polars as pl
import pyarrow.parquet as pq
import pyogrio
import pytest

from assets.fetch.steps import provenance_step
from assets.publication.source_drops import attributions, source_drops
from assets.publication.steps.release import release_step
from assets.publication.steps.source_files import source_files
from assets.warehouse.database import Warehouse
from synthetic_uk.publishers.files import ListedFiles
from synthetic_uk.publishers.server import serving
from synthetic_uk.publishers.services import ArcGis
from tests.publication.browser import DESKTOP, PHONE, browser, chromium_path
from tests.publication.page_example import page_tables
from tests.publication.release_example import fill_release, release
from tests.publication.test_report import Tables
from tests.publishers.support import Fetcher, zipped
from tests.sources.support import ENTERPRISES_CSV, LOCAL_UNITS_CSV, POSTCODES_CSV, ingest, put
from tests.support import MONTH, make, make_or_take_over

HEADER = (
    "CompanyName, CompanyNumber,RegAddress.PostCode,CompanyCategory,CompanyStatus,IncorporationDate,DissolutionDate,"
    "SICCode.SicText_1,SICCode.SicText_2,SICCode.SicText_3,SICCode.SicText_4\n"
)
COMPANY = "{name},{number},OX11 0AA,Private Limited Company,Active,01/02/2019,,62012 - Business software,,,\n"
PARTS = {
    f"BasicCompanyData-2025-06-02-part{part}_2.zip": zipped(
        {f"part{part}.csv": HEADER + COMPANY.format(name=name, number=number)}
    )
    for part, name, number in ((1, "ALPHA LTD", "01234567"), (2, "BETA LTD", "01234568"))
}
DIRECTORY = zipped({"Data/ONSPD_MAY_2025_UK.csv": POSTCODES_CSV})
ITEM = {
    "id": "may",
    "title": "ONS Postcode Directory (May 2025)",
    "type": "CSV Collection",
    "tags": ["PRD_ONSPD"],
}
OGL = "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/"
OF_POSTCODES = (
    "Contains OS data © Crown copyright and database right 2025; Contains Royal Mail data © Royal Mail copyright and "
    "database right 2025; Source: Office for National Statistics licensed under the Open Government Licence v.3.0"
)
OF_ONS = "Source: Office for National Statistics licensed under the Open Government Licence v.3.0"
OF_COMPANIES = "Companies House, Free Company Data Product"


@dataclass
class Month:
    """A month's sources, its warehouse, and where it was released."""

    sources: Path
    warehouse: Warehouse
    folder: Path

    def take_in(self) -> None:
        """What a refresh does of it before the publication."""
        ingest(self.warehouse, self.sources)
        make(self.warehouse, provenance_step(str(self.sources)))

    def rows(self) -> list[dict[str, Any]]:
        """The rows of the table, by dataset and file."""
        return self.warehouse.read("select * from publication.source_files order by dataset, file").to_dicts()

    def package(self) -> dict[str, Any]:
        """The data package as a program reads it."""
        return json.loads((self.folder / "datapackage.json").read_text(encoding="utf-8"))


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def lay(sources: Path) -> None:
    """Postcodes and the register of companies fetched; the business register and Innovate UK's list put by hand."""
    house = ListedFiles("en_output.html", PARTS)
    with serving({"house": house, "arcgis": ArcGis([ITEM], {"may": DIRECTORY})}) as publishers:
        Fetcher("companies_house", publishers, "house/en_output.html", sources)()
        Fetcher("postcodes", publishers, "arcgis/rest", sources)()
    put(sources, "idbr_enterprises/2024-03.csv", ENTERPRISES_CSV)
    put(sources, "idbr_local_units/2024-03/from Ada.csv", LOCAL_UNITS_CSV)


@pytest.fixture(scope="module")
def month(tmp_path_factory: pytest.TempPathFactory) -> Month:
    root = tmp_path_factory.mktemp("month")
    warehouse = Warehouse(root / "warehouse.duckdb", threads=1)
    warehouse.create()
    fill_release(warehouse, clusters=3)
    made = Month(root / "sources", warehouse, root / "publication" / str(MONTH))
    lay(made.sources)
    made.take_in()
    release(warehouse, root / "publication")
    return made


def test_a_file_a_row_with_whose_it_is_and_how_it_came(month: Month):
    rows = {(row["dataset"], row["file"]): row for row in month.rows()}
    assert [key for key in rows if not key[1].startswith("default:")] == [
        *(("companies_house", name) for name in PARTS),
        ("idbr_enterprises", "idbr_enterprises/2024-03.csv"),
        ("idbr_local_units", "idbr_local_units/2024-03"),
        ("postcodes", "ONSPD-2025-05.zip"),
    ]
    for name, content in PARTS.items():
        row = rows["companies_house", name]
        assert (row["came"], row["release"]) == ("fetched", "BasicCompanyData-2025-06-02")
        assert (row["as_of"], row["released"]) == (date(2025, 5, 31), date(2025, 6, 2))
        assert (row["bytes"], row["sha256"]) == (len(content), sha256(content))
        assert row["drop_bytes"] == sum(map(len, PARTS.values()))
        assert row["address"].endswith(f"/house/{name}")
        assert row["attribution"] == OF_COMPANIES
        assert json.loads(row["headers"])["content-length"] == str(len(content))
        assert isinstance(row["fetched_at"], datetime)
    register = rows["idbr_enterprises", "idbr_enterprises/2024-03.csv"]
    assert (register["came"], register["as_of"]) == ("put there by hand", date(2024, 3, 1))
    assert (register["sha256"], register["bytes"]) == (sha256(ENTERPRISES_CSV.encode()), len(ENTERPRISES_CSV))
    assert register["licence"] == "Confidential; figures after disclosure control"
    not_known = ("attribution", "release", "released", "address", "fetched_at", "headers", "licence_address")
    assert [register[name] for name in not_known] == [None] * len(not_known)
    sectors = rows["sic_sectors", "default:sic_sectors.csv"]
    assert (sectors["came"], sectors["as_of"]) == ("shipped with this project", None)
    assert sectors["attribution"] == OF_ONS


def test_names_that_a_person_gave_files_do_not_leave(month: Month):
    """A drop that a person put there is told of by its date alone."""
    assert not [path for path in month.folder.rglob("*") if path.is_file() and b"from Ada" in path.read_bytes()]


def test_what_a_person_put_there_has_its_publishers_attribution(warehouse: Warehouse, tmp_path: Path):
    put(tmp_path, "postcodes/2023-11.csv", POSTCODES_CSV)
    put(tmp_path, "companies_house/2025-05.csv", HEADER + COMPANY.format(name="ALPHA LTD", number="01234567"))
    by_hand = Month(tmp_path, warehouse, tmp_path)
    by_hand.take_in()
    make(warehouse, source_files)
    rows = {row["dataset"]: row for row in by_hand.rows()}
    assert {rows[name]["came"] for name in ("postcodes", "companies_house")} == {"put there by hand"}
    assert rows["postcodes"]["attribution"] == OF_POSTCODES.replace("2025", "2023")
    assert rows["companies_house"]["attribution"] == OF_COMPANIES


def test_a_drop_that_was_changed_since_is_told_of_as_such(warehouse: Warehouse, tmp_path: Path):
    lay(tmp_path)
    changed = Month(tmp_path, warehouse, tmp_path)
    changed.take_in()
    assert not make_or_take_over(warehouse, source_files).is_taken_over
    assert make_or_take_over(warehouse, source_files).is_taken_over
    put(tmp_path, "postcodes/2025-05-01/more.csv", POSTCODES_CSV.replace("OX11", "OX12"))
    changed.take_in()
    assert not make_or_take_over(warehouse, source_files).is_taken_over
    (row,) = [row for row in changed.rows() if row["dataset"] == "postcodes"]
    assert (row["came"], row["sha256"]) == ("fetched, changed since", sha256(DIRECTORY))
    assert row["drop_bytes"] == len(DIRECTORY) + len(POSTCODES_CSV)


def test_what_lies_beside_a_drop_is_followed_though_the_drop_is_the_same(warehouse: Warehouse, tmp_path: Path):
    lay(tmp_path)
    moved = Month(tmp_path, warehouse, tmp_path)
    moved.take_in()
    make_or_take_over(warehouse, source_files)
    (tmp_path / "postcodes" / "2025-05-01" / "_provenance.json").unlink()
    moved.take_in()
    assert not make_or_take_over(warehouse, source_files).is_taken_over
    (row,) = [row for row in moved.rows() if row["dataset"] == "postcodes"]
    assert (row["came"], row["file"]) == ("put there by hand", "postcodes/2025-05-01")


def test_a_month_that_uses_a_drop_that_is_not_told_of_is_not_released(warehouse: Warehouse, tmp_path: Path):
    fill_release(warehouse, clusters=3)
    with warehouse.transaction() as connection:
        connection.execute("delete from publication.source_files where dataset = 'postcodes'")
    with pytest.raises(ValueError, match="nothing is published.* publication.source_files: every_drop_is_told"):
        make(warehouse, release_step(str(tmp_path)))


def test_the_data_package_names_every_drop(month: Month):
    sources = {source["dataset"]: source for source in month.package()["sources"]}
    fetched = sources["companies_house"]
    first, second = fetched.pop("files")
    assert fetched.pop("path") == first["path"]
    assert fetched.pop("fetched_at") == max(first["fetched_at"], second["fetched_at"])
    drop = month.warehouse.read("select sha256 from sources.drops where dataset = 'companies_house'").item()
    unrestricted = "No restrictions on re-use (Companies House)"
    assert fetched == {
        "title": "Companies House, basic company data",
        "version": "BasicCompanyData-2025-06-02",
        "dataset": "companies_house",
        "publisher": "Companies House, Free Company Data Product",
        "as_of": "2025-05-31",
        "released": "2025-06-02",
        "came": "fetched",
        "licence": unrestricted,
        "licenses": [{"title": unrestricted, "path": "https://www.gov.uk/guidance/companies-house-data-products"}],
        "attribution": OF_COMPANIES,
        "bytes": sum(map(len, PARTS.values())),
        "hash": f"sha256:{drop}",
    }
    for file, (name, content) in zip((first, second), PARTS.items(), strict=True):
        assert (file["name"], file["bytes"], file["hash"]) == (name, len(content), f"sha256:{sha256(content)}")
        assert file["headers"]["content-length"] == str(len(content))
        assert datetime.fromisoformat(file["fetched_at"]).utcoffset() == timedelta(0)
    size, digest = len(ENTERPRISES_CSV), f"sha256:{sha256(ENTERPRISES_CSV.encode())}"
    assert sources["idbr_enterprises"] == {
        "title": "Inter-Departmental Business Register: enterprises (ONS)",
        "dataset": "idbr_enterprises",
        "publisher": "Office for National Statistics",
        "as_of": "2024-03-01",
        "came": "put there by hand",
        "licence": "Confidential; figures after disclosure control",
        "bytes": size,
        "hash": digest,
        "files": [{"name": "idbr_enterprises/2024-03.csv", "bytes": size, "hash": digest}],
    }


def test_the_data_package_and_its_table_are_ones_to_frictionless(month: Month):
    package = frictionless.Package(str(month.folder / "datapackage.json"))
    assert package.sources == month.package()["sources"]
    (table,) = [resource for resource in package.resources if resource.path == "downloads/source_files.csv"]
    assert table.validate().flatten(["title", "message"]) == []
    assert {field.name: field.type for field in table.schema.fields}["fetched_at"] == "datetime"


def test_every_download_has_the_same_rows(month: Month):
    downloads, rows = month.folder / "downloads", month.rows()
    assert not (downloads / "source_files.geojson").exists()
    assert pq.read_table(downloads / "source_files.parquet").to_pylist() == rows
    meta, table = pyogrio.read_arrow(downloads / f"innovation-clusters-{MONTH}.gpkg", layer="source_files")
    assert meta["geometry_type"] is None
    packed = pl.DataFrame(pl.from_arrow(table)).with_columns(pl.col("fetched_at").dt.replace_time_zone(None))
    assert packed.select(list(rows[0])).rows() == [tuple(row.values()) for row in rows]
    with (downloads / "source_files.csv").open(encoding="utf-8") as file:
        written = list(csv.DictReader(file))
    assert [row["sha256"] for row in written] == [row["sha256"] for row in rows]
    moments = [row["fetched_at"].strftime("%Y-%m-%dT%H:%M:%SZ") if row["fetched_at"] else "" for row in rows]
    assert [row["fetched_at"] for row in written] == moments
    sheet = fastexcel.read_excel(downloads / f"innovation-clusters-{MONTH}.xlsx").load_sheet("source_files").to_polars()
    for column in ("file", "sha256", "headers", "attribution"):
        assert [value or None for value in sheet[column]] == [row[column] for row in rows]
    assert sheet["fetched_at"].cast(pl.Datetime("us")).to_list() == [row["fetched_at"] for row in rows]


def test_the_workbooks_notes_tell_dates_and_attributions(month: Month):
    book = fastexcel.read_excel(month.folder / "downloads" / f"innovation-clusters-{MONTH}.xlsx")
    notes = book.load_sheet("notes").to_polars()
    assert OF_POSTCODES in notes.filter(about="attribution")["note"].to_list()
    told = notes.filter(about="where the figures come from")["note"].to_list()
    assert (
        "Inter-Departmental Business Register: enterprises (ONS), 2024-03-01; put there by hand; Confidential; "
        "figures after disclosure control"
    ) in told


def test_the_report_has_a_line_a_drop_and_each_attribution(month: Month):
    source = (month.folder / "report.html").read_text(encoding="utf-8")
    page = Tables(source)
    head, *lines = page.tables["dataset"]
    assert head == ["dataset", "publisher", "release", "as of", "how it came", "size", "licence"]
    today = f"{datetime.now(UTC):%Y-%m}"
    (companies,) = [line for line in lines if line[0] == "Companies House, basic company data"]
    assert companies[1:3] == ["Companies House, Free Company Data Product", "BasicCompanyData-2025-06-02"]
    assert companies[3].replace(" ", "") == "2025-05-31(releaseof2025-06-02)"
    assert companies[4].replace(" ", "").startswith(f"fetched{today}")
    assert companies[5:] == [
        f"{sum(map(len, PARTS.values())) / 1e3:.1f} kB",
        "No restrictions on re-use (Companies House)",
    ]
    (register,) = [line for line in lines if line[0].startswith("Inter-Departmental Business Register: local units")]
    assert register[2:5] == ["", "2024-03-01", "put there by hand"]
    assert len(lines) == len({row["dataset"] for row in month.rows()})
    assert f'<a href="{OGL}">Open Government Licence v3.0</a>' in source
    words = " ".join("".join(page.text).split())
    for text in (OF_POSTCODES, OF_COMPANIES, OF_ONS):
        assert text in words
    digests = dict(page.tables["SHA-256 of each drop, as it was read"][1:])
    assert digests["idbr_enterprises"] == sha256(ENTERPRISES_CSV.encode())


def test_an_attribution_stands_once_with_all_that_want_it():
    files = page_tables(1).source_files
    fetched, by_hand = files.filter(dataset="postcodes"), files.filter(dataset="idbr_enterprises")
    other = fetched.with_columns(dataset=pl.lit("boundaries"), title=pl.lit("Boundaries"), as_of=date(2024, 12, 1))
    drops = source_drops(pl.concat([fetched, other, by_hand]))
    assert [(said.text, said.sources) for said in attributions(drops)] == [
        (
            "Contains OS data © Crown copyright and database right 2025",
            ["Boundaries, 2024-12-01 (release of 2025-05-01)", "ONS postcode directory, 2025-05-01"],
        )
    ]


@pytest.mark.parametrize("address", ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd"])
def test_what_is_no_address_on_the_web_is_no_link(address: str):
    """Anyone who can write into a drop can write where it came from."""
    files = page_tables(1).source_files.with_columns(licence_address=pl.lit(address))
    assert {drop.licence_address for drop in source_drops(files)} == {None}


@pytest.mark.skipif(chromium_path() is None, reason="no Chromium here")
@pytest.mark.parametrize("screen", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_the_map_shows_the_attributions_with_their_dates(month: Month, screen: dict[str, int]):
    with browser() as opened:
        page = opened.new_page(viewport=screen)
        complaints: list[str] = []
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto((month.folder / "index.html").absolute().as_uri())
        page.wait_for_selector("html[data-ready]")
        assert page.locator("#attribution summary").is_visible()
        assert not page.locator("#attribution li").first.is_visible()
        page.locator("#attribution summary").click()
        lines = page.locator("#attribution li").all_inner_texts()
        assert f"{OF_POSTCODES} (ONS postcode directory, 2025-05-01)" in lines
        dated = "Companies House, basic company data, 2025-05-31 (release of 2025-06-02)"
        assert f"{OF_COMPANIES} ({dated})" in lines
        assert "Inter-Departmental Business Register: enterprises (ONS), 2024-03-01" in lines
        box = page.locator("#attribution").bounding_box()
        assert box and box["x"] >= 0 and box["x"] + box["width"] <= screen["width"]
        page.locator("#tabs button", has_text="About").click()
        about = page.inner_text("#tab-about")
        for words in (
            dated,
            OF_POSTCODES,
            "Put there by hand. Licence: Confidential",
            "Release: ONSPD 2025-05 V1 may.",
        ):
            assert words in about
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        assert complaints == []
