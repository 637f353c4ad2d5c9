"""Publishers whose newest release is searched for and is files: what is found and passed over, what a miss says."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest

from assets.fetch.problems import FetchError, FetchPausedError
from assets.months import Month
from synthetic_uk.publishers.files import FixedFiles, ListedFiles
from synthetic_uk.publishers.server import Answer, Fault, Site, serving
from synthetic_uk.publishers.services import ArcGis, Zenodo
from tests.publishers.support import Fetcher, zipped

DIRECTORY = zipped({"Data/ONSPD_MAY_2025_UK.csv": "pcds,oslaua\nOX11 0AA,E07000179\n"})
BOOK = zipped({"xl/workbook.xml": "<workbook/>"})
PRESENT = "IUK-20250604-Innovate-UK-funded-projects-from-financial-year-2016-17-to-present.xlsx"
OLDER = "IUK-20240110-Innovate-UK-funded-projects-from-2004-to-financial-year-2015-16.xlsx"


@contextmanager
def published(site: Site, dataset: str, path: str, folder: Path) -> Iterator[Fetcher]:
    with serving({"at": site}) as publishers:
        yield Fetcher(dataset, publishers, f"at/{path}".rstrip("/"), folder / "sources")


def item(key: str, title: str, kind: str = "CSV Collection") -> dict[str, Any]:
    return {"id": key, "title": title, "type": kind, "tags": ["PRD_ONSPD"]}


def feature(number: int, code: str = "LAD25") -> dict[str, Any]:
    square = [[0, 51], [0, 52], [1, 52], [1, 51], [0, 51]]
    return {
        "type": "Feature",
        "properties": {f"{code}CD": f"E0600{number:04d}", f"{code}NM": f"Place {number}"},
        "geometry": {"type": "Polygon", "coordinates": [square]},
    }


def test_postcodes_are_those_of_the_newest_directory_up_to_the_month(tmp_path: Path):
    items = [
        item("aug", "ONS Postcode Directory (August 2025)"),
        item("map", "ONS Postcode Directory (May 2025) map", "Web Map"),
        item("first", "ONS Postcode Directory (May 2025)"),
        item("second", "ONS Postcode Directory (May 2025) (V2)"),
        item("feb", "ONS Postcode Directory (February 2025)"),
        item("guide", "A guide to the directory"),
    ]
    site = ArcGis(items, dict.fromkeys(("aug", "first", "second", "feb"), DIRECTORY))
    with published(site, "postcodes", "rest", tmp_path) as fetch:
        outcome = fetch()
        assert outcome.provenance is not None
        assert outcome.provenance.release == "ONSPD 2025-05 V2 second"
        assert fetch.drops() == {"2025-05-01": ["ONSPD-2025-05.zip"]}
        assert fetch(Month(2025, 4)).path.name == "2025-02-01"
        # An answer by redirect: the address asked for is the one that is kept.
        assert outcome.provenance.files[0].address.endswith("/rest/content/items/second/data")


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (Answer.json({"results": []}), "it gives 0 items (none), and none is such"),
        (Answer.json({"results": [item("a", "ONS Postcode Directory (May 2025)", "Web Map")]}), "it gives 1 items"),
        (Answer.json({"error": {"code": 400, "message": "Invalid query"}}), "with an error: Invalid query (400)"),
    ],
)
def test_a_search_without_a_directory_says_what_was_looked_for(tmp_path: Path, answer: Answer, said: str):
    with published(ArcGis(), "postcodes", "rest", tmp_path) as fetch:
        fetch.publishers.faults.append(Fault("search", answer=answer))
        with pytest.raises(FetchError) as refused:
            fetch()
        assert said in str(refused.value)
        assert "/at/rest/search" in str(refused.value)


def test_an_error_that_may_pass_is_asked_again_though_its_status_is_200(tmp_path: Path):
    site = ArcGis([item("may", "ONS Postcode Directory (May 2025)")], {"may": DIRECTORY})
    with published(site, "postcodes", "rest", tmp_path) as fetch:
        busy = Answer.json({"error": {"code": 503, "message": "Service unavailable"}})
        fetch.publishers.faults.append(Fault("storage", times=2, answer=busy))
        assert fetch().is_new


def test_boundaries_come_page_by_page_and_of_the_newest_vintage(tmp_path: Path):
    districts = [feature(number) for number in range(361)]
    regions = [feature(number, "ITL125") for number in range(12)]
    site = ArcGis(
        layers={
            "LAD_DEC_2024_UK_BUC": [feature(1)],
            "LAD_MAY_2025_UK_BUC": [feature(1)],
            "LAD_MAY_2025_UK_BUC_V2": districts,
            "LAD_DEC_2025_UK_BUC": [],
            "International_Territorial_Level_1_January_2025_Boundaries_UK_BUC": regions,
            "LAD_MAY_2025_UK_BFC": [feature(1)],
        },
        features_at_once=150,
    )
    with published(site, "boundaries", "services", tmp_path) as fetch:
        outcome = fetch()
        assert outcome.as_of == date(2025, 5, 1)
        found = {path.name: json.loads(path.read_text()) for path in outcome.path.glob("*.geojson")}
        assert found["LAD_MAY_2025_UK_BUC_V2.geojson"] == {"type": "FeatureCollection", "features": districts}
        assert len(found) == 2
        # A service that gives fewer than it counts is not believed.
        fetch.sources = tmp_path / "others"
        fetch.publishers.faults.append(
            Fault("LAD.*resultOffset=0", answer=Answer.json({"type": "FeatureCollection", "features": districts[:3]}))
        )
        with pytest.raises(FetchError, match="counts 361 features and gave 3: fetch again"):
            fetch()
        assert fetch.drops() == {}
        assert fetch().is_new


def test_a_folder_of_services_without_a_layer_says_what_was_looked_for(tmp_path: Path):
    site = ArcGis(layers={"LAD_MAY_2025_UK_BUC": []})
    said = r"looked for a service like ITL1_MAY_2025_UK_BUC, .*names 1 services, and none"
    with published(site, "boundaries", "services", tmp_path) as fetch, pytest.raises(FetchError, match=said):
        fetch()


def test_both_workbooks_of_innovate_uk_come(tmp_path: Path):
    old = PRESENT.replace("20250604", "20250507")
    site = ListedFiles("page/", {old: BOOK, PRESENT: BOOK, OLDER: BOOK, "guidance.pdf": b""}, "files/")
    with published(site, "innovate_uk", "page/", tmp_path) as fetch:
        fetch.path = "at/page/"
        outcome = fetch()
        assert fetch.drops() == {"2025-05-31": [OLDER, PRESENT]}
        assert outcome.provenance is not None
        assert outcome.provenance.dated == "2025-06-04"
        del site.files[OLDER]
        fetch.sources = tmp_path / "others"
        with pytest.raises(FetchError, match=r"the older years and those to the present: it links to IUK-2025.* alone"):
            fetch()


def test_a_workbook_whose_link_is_gone_or_forbidden_is_said(tmp_path: Path):
    site = ListedFiles("page", {PRESENT: BOOK, OLDER: BOOK})
    with published(site, "innovate_uk", "page", tmp_path) as fetch:
        for status, words in ((403, "403 Forbidden"), (404, "404 Not Found"), (410, "410 Gone")):
            fetch.publishers.faults.append(Fault("IUK-2025", answer=Answer(b"", "text/plain", status)))
            with pytest.raises(FetchError, match=rf"IUK-20250604.*\.xlsx answered {words}: look whether"):
                fetch()
        fetch.publishers.faults.append(Fault("IUK-2025", answer=Answer.html("Moved")))
        with pytest.raises(FetchError, match="answered with a page of HTML in place of the file IUK-20250604"):
            fetch()
        fetch.publishers.faults.append(Fault("page$", answer=Answer.html("<a href='a.xlsx'>a</a>")))
        with pytest.raises(FetchError, match="looked for workbooks named like IUK-YYYYMMDD"):
            fetch()


def accounts(month: str) -> tuple[str, bytes]:
    return f"Accounts_Monthly_Data-{month}.zip", zipped(
        {f"Prod223_3785_03412345_{month}.html": f"<html>{month}</html>"}
    )


def test_accounts_are_those_of_the_month_and_earlier_files_are_not_fetched_again(tmp_path: Path):
    site = ListedFiles("en_monthlyaccountsdata.html", dict(map(accounts, ("May2025", "April2025", "March2025"))))
    with published(site, "accounts", "en_monthlyaccountsdata.html", tmp_path) as fetch:
        fetch(Month(2025, 4), accounts_months=1)
        assert fetch.drops() == {"2025-04-30": ["Accounts_Monthly_Data-April2025.zip"]}
        outcome = fetch(accounts_months=2)
        assert fetch.drops()["2025-05-31"] == [
            "Accounts_Monthly_Data-April2025.zip",
            "Accounts_Monthly_Data-May2025.zip",
        ]
        assert fetch.publishers.times_asked("April2025") == 1
        for file in outcome.provenance.files if outcome.provenance else ():
            assert hashlib.sha256((outcome.path / file.name).read_bytes()).hexdigest() == file.sha256
        # June's are not there yet: May's are what the month reads.
        fetch.today = date(2025, 7, 2)
        june = fetch(Month(2025, 6), accounts_months=2)
        assert not june.is_new
        assert "has no accounts of 2025-06 yet: those of 2025-05 are taken" in fetch.told[-1]


def test_a_year_of_accounts_comes_for_a_company_files_in_one_month_of_it(tmp_path: Path):
    months = [f"{Month(2025, 5).plus(-number).first_day:%B%Y}" for number in range(14)]
    site = ListedFiles("en_monthlyaccountsdata.html", dict(map(accounts, months)))
    with published(site, "accounts", "en_monthlyaccountsdata.html", tmp_path) as fetch:
        fetch()
        (files,) = fetch.drops().values()
    assert files == sorted(f"Accounts_Monthly_Data-{month}.zip" for month in months[:12])


def test_accounts_that_are_listed_and_gone_are_said(tmp_path: Path):
    site = ListedFiles("en_monthlyaccountsdata.html", dict([accounts("May2025")]))
    with published(site, "accounts", "en_monthlyaccountsdata.html", tmp_path) as fetch:
        fetch.publishers.faults.append(Fault("May2025", answer=Answer.missing()))
        with pytest.raises(FetchError, match=r"May2025\.zip answered 404 Not Found"):
            fetch()
        site.files = dict([accounts("August2025")])
        with pytest.raises(FetchError, match=r"looked for a file named like .*July2026\.zip, of a month up to 2025-05"):
            fetch()


def cordis(organisations: str = "projectID;name\n1;Alpha\n") -> FixedFiles:
    members = {"project.csv": "id;acronym\n1;A\n", "organization.csv": organisations}
    names = ("cordis-HORIZONprojects-csv.zip", "cordis-h2020projects-csv.zip")
    return FixedFiles(dict.fromkeys(names, zipped(members)), format_datetime(datetime(2025, 5, 20, tzinfo=UTC), True))


def test_cordis_is_fetched_again_only_where_it_has_changed(tmp_path: Path):
    site = cordis()
    with published(site, "cordis", "", tmp_path) as fetch:
        assert fetch().as_of == date(2025, 5, 20)
        fetch.today = date(2025, 7, 4)
        assert not fetch(Month(2025, 6)).is_new
        assert fetch.publishers.times_asked("h2020") == 3
        site.files, site.changed = (
            cordis("projectID;name\n2;Beta\n").files,
            format_datetime(datetime(2025, 6, 20, tzinfo=UTC), True),
        )
        assert fetch(Month(2025, 6)).as_of == date(2025, 6, 20)
        assert list(fetch.drops()) == ["2025-05-20", "2025-06-20"]


def test_cordis_without_a_table_or_cut_short_is_no_drop(tmp_path: Path):
    site = cordis()
    name = "cordis-h2020projects-csv.zip"
    whole = site.files[name]
    assert isinstance(whole, bytes)
    with published(site, "cordis", "", tmp_path) as fetch:
        site.files[name] = zipped({"project.csv": "id\n"})
        with pytest.raises(FetchError, match=r"h2020projects-csv\.zip lacks organization\.csv: it holds project\.csv"):
            fetch()
        site.files[name] = whole[: len(whole) // 2]
        with pytest.raises(FetchPausedError, match="that are no whole ZIP file"):
            fetch()
        assert fetch.drops() == {}
        site.files[name] = whole
        assert fetch().is_new


def record(version: str, day: str, body: bytes) -> dict[str, Any]:
    checksum = f"md5:{hashlib.md5(body, usedforsecurity=False).hexdigest()}"
    return {
        "id": 1,
        "metadata": {"version": version, "publication_date": day},
        "files": [{"key": f"{version}-ror-data.zip", "checksum": checksum}],
    }


def test_ror_is_the_newest_record_up_to_the_month_and_held_against_its_checksum(tmp_path: Path):
    body = zipped({"v1.66-ror-data_schema_v2.json": "[]"})
    records = [record("v1.67", "2025-06-03", body), record("v1.66", "2025-05-06", body)]
    site = Zenodo(records, {"v1.66-ror-data.zip": body, "v1.67-ror-data.zip": body})
    with published(site, "ror", "records", tmp_path) as fetch:
        site.files["v1.66-ror-data.zip"] = zipped({"v1.66-ror-data_schema_v2.json": "[1]"})
        with pytest.raises(FetchError, match="has the MD5 .* and its record says .*: fetch again"):
            fetch()
        site.files["v1.66-ror-data.zip"] = body
        assert fetch().as_of == date(2025, 5, 6)
        assert fetch.drops() == {"2025-05-06": ["v1.66-ror-data.zip"]}
        with pytest.raises(
            FetchError, match=r"looked for a record with a ZIP, published up to 2025-04-30, .*gives 2 records"
        ):
            fetch(Month(2025, 4))
