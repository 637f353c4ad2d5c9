"""SYNTHETIC on all that is made of a synthetic country, nothing of it on a real one, and which is which of both."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import fastexcel
import polars as pl
import pyarrow.parquet as pq
import pyogrio
import pytest

from assets.publication.downloads import DOWNLOADS
from assets.synthetic import WORD
from assets.warehouse.database import Warehouse
from assets.warehouse.running import StepResult
from tests.publication.browser import PHONE, browser, chromium_path
from tests.publication.release_example import fill_release, release
from tests.support import AS_OF, MONTH, fill

PLACES, POSTCODES = "Towns and cities", "ONS postcode directory"


def mark(warehouse: Warehouse, *datasets: str) -> None:
    fill(warehouse, "sources.synthetic_drops", [{"dataset": name, "as_of": AS_OF} for name in datasets])


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[StepResult, Path]:
    """A release of drops that are all synthetic, with its pictures."""
    folder = tmp_path_factory.mktemp("synthetic")
    warehouse = Warehouse(folder / "warehouse.duckdb", threads=1)
    warehouse.create()
    fill_release(warehouse, clusters=3)
    mark(warehouse, "places", "postcodes")
    result = release(warehouse, folder / "publication")
    return result, folder / "publication" / str(MONTH)


def test_pages_say_it_above_everything_and_in_their_titles(made: tuple[StepResult, Path]):
    for name in ("index.html", "report.html", "downloads.html"):
        text = (made[1] / name).read_text(encoding="utf-8")
        assert f"<title>{WORD}: UK innovation clusters" in text
        assert text.index(f'role="note">{WORD}: made of') < text.index("<h1>")
    page = (made[1] / "index.html").read_text(encoding="utf-8")
    assert f'<div class="watermark" aria-hidden="true"><span>{WORD}</span></div>' in page


@pytest.mark.skipif(chromium_path() is None, reason="no Chromium here")
def test_the_word_across_the_map_makes_no_page_wider_than_a_phone(made: tuple[StepResult, Path]):
    with browser() as opened:
        page = opened.new_page(viewport=PHONE)
        page.goto((made[1] / "index.html").absolute().as_uri())
        assert page.locator(".watermark").is_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_the_workbook_opens_on_it(made: tuple[StepResult, Path]):
    path = made[1] / "downloads" / f"innovation-clusters-{MONTH}.xlsx"
    assert fastexcel.read_excel(path).sheet_names[0] == WORD
    with zipfile.ZipFile(path) as book:
        assert f"<dc:title>{WORD}: " in book.read("docProps/core.xml").decode()


def test_the_data_package_says_it_of_itself_and_of_each_source(made: tuple[StepResult, Path]):
    package = json.loads((made[1] / "datapackage.json").read_text())
    assert package["synthetic"] is True
    assert package["title"].startswith(f"{WORD}: ")
    assert package["description"].startswith(f"{WORD}: ")
    assert {source["dataset"]: source["synthetic"] for source in package["sources"]} == {
        "places": True,
        "postcodes": True,
    }


def test_downloads_say_it_where_their_format_has_a_place(made: tuple[StepResult, Path]):
    folder = made[1] / "downloads"
    for download in DOWNLOADS:
        metadata = pq.read_schema(folder / f"{download.name}.parquet").metadata
        assert metadata[b"synthetic"].startswith(WORD.encode())
        if download.is_on_map:
            assert json.loads((folder / f"{download.name}.geojson").read_text())["synthetic"].startswith(WORD)
    described = pyogrio.read_info(folder / f"innovation-clusters-{MONTH}.gpkg", layer="clusters")["layer_metadata"]
    assert described["DESCRIPTION"].startswith(WORD)
    assert pl.read_csv(folder / "source_files.csv")["is_synthetic"].all()


def test_the_ui_says_it_at_the_release(made: tuple[StepResult, Path]):
    assert made[0].reports[""].figures[WORD].startswith(f"{WORD}: made of")


def test_real_drops_never_say_it_and_a_mixed_month_says_which(warehouse: Warehouse, tmp_path: Path):
    fill_release(warehouse, clusters=2)
    release(warehouse, tmp_path / "real")
    assert not [
        path for path in (tmp_path / "real" / str(MONTH)).rglob("*.html") if WORD in path.read_text(encoding="utf-8")
    ]
    package = json.loads((tmp_path / "real" / str(MONTH) / "datapackage.json").read_text())
    assert "synthetic" not in json.dumps({**package, "resources": []})
    mark(warehouse, "postcodes")
    release(warehouse, tmp_path / "mixed")
    sentence = f"{WORD} in part, so no figure here is of the real country: {POSTCODES} is made up. Real: {PLACES}."
    assert sentence in (tmp_path / "mixed" / str(MONTH) / "index.html").read_text(encoding="utf-8")
