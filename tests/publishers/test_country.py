"""A folder of drops, served as its publishers would, fetched back, and taken in: the way that a demo goes."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import shapely
from typer.testing import CliRunner

from assets.fetch.fetching import fetch
from assets.fetch.registry import PUBLISHERS
from assets.fetch.steps import provenance_step
from assets.method import MethodProfile
from assets.warehouse.database import Warehouse
from assets.warehouse.running import run_step
from pipelines.cli import app
from pipelines.settings import Settings
from synthetic_uk.publishers.country import PATHS, settings_for, sites_of
from synthetic_uk.publishers.files import FixedFiles
from synthetic_uk.publishers.server import serving
from tests.publishers.support import TODAY, zipped
from tests.sources.readers.filings import employees, filing
from tests.sources.readers.test_cordis import ORGANISATION as PARTICIPANTS
from tests.sources.readers.test_cordis import PROJECT as PROJECTS
from tests.sources.readers.test_cordis import partner, project
from tests.sources.readers.test_innovate_uk import participant, workbook
from tests.sources.readers.test_publications import WORKS
from tests.sources.readers.test_ror import record
from tests.sources.readers.test_ukri import FUND, LEAD, PROJECT
from tests.sources.support import MAY, POSTCODES_CSV, ingest, json_lines, put

COUNTS = (
    "DATE,GEOGRAPHY_CODE,GEOGRAPHY_NAME,INDUSTRY_CODE,INDUSTRY_NAME,EMPLOYMENT_SIZEBAND_CODE,MEASURES,OBS_VALUE\n"
    "2025,E02000001,Somewhere,01110,01110 : Growing of cereals,1,20100,15\n"
    "2025,E02000001,Somewhere,62012,62012 : Software,9,20100,5\n"
)
OUTLINES = {
    "ITL1": {"ITL125CD": "TLJ", "ITL125NM": "South East (England)"},
    "LAD": {"LAD25CD": "E07000179", "LAD25NM": "South Oxfordshire"},
}
"""Layer -> properties of its one area."""
REGISTER = (
    "CompanyName, CompanyNumber,RegAddress.PostCode,CompanyCategory,CompanyStatus,IncorporationDate,DissolutionDate,"
    "SICCode.SicText_1,SICCode.SicText_2,SICCode.SicText_3,SICCode.SicText_4\n"
    "ALPHA LTD,01234567,OX11 0AA,Private Limited Company,Active,01/02/2019,,62012 - Business software,,,\n"
)


@pytest.fixture
def country(tmp_path: Path) -> Path:
    """The drops of May, as the synthetic country writes them."""
    folder = tmp_path / "published"
    put(folder, "postcodes/2025-05.zip", zipped({"Data/ONSPD_MAY_2025_UK.csv": POSTCODES_CSV}))
    put(folder, "companies_house/2025-05.zip", zipped({"BasicCompanyData.csv": REGISTER}))
    put(folder, "innovate_uk/2025-05.xlsx", workbook([participant()]))
    put(folder, "business_counts/2025-05.csv", COUNTS)
    put(folder, "cordis/2025-05/project.csv", PROJECTS + project("1"))
    put(folder, "cordis/2025-05/organization.csv", PARTICIPANTS + partner("1", "10"))
    for name, objects in {"projects": [PROJECT], "funds": [FUND], "organisations": [LEAD]}.items():
        put(folder, f"ukri/2025-05/{name}-000.jsonl.gz", gzip.compress(json_lines(*objects).encode()))
    put(folder, "publications/2025-05/works-000.jsonl.gz", gzip.compress(json_lines(*WORKS).encode()))
    put(folder, "accounts/2025-05.zip", zipped(filing("01234567", "2024-12-31", employees("12"))))
    put(folder, "ror/2025-05.zip", zipped({"v2.5-2025-05-31-ror-data.json": json.dumps([record("024mrxd33")])}))
    square = shapely.geometry.mapping(shapely.box(-1.5, 51.4, -1, 51.8))
    for layer, properties in OUTLINES.items():
        features = [{"type": "Feature", "properties": properties, "geometry": square}]
        outline = json.dumps({"type": "FeatureCollection", "features": features})
        put(folder, f"boundaries/2025-05/{layer}_MAY_2025_UK_BUC.geojson", outline)
    return folder


@pytest.mark.parametrize(("path", "code"), [("", 0), ("/elsewhere", 3)])
def test_a_command_is_given_the_settings_and_its_exit_code_is_the_servers(country: Path, path: str, code: int):
    """It asks the register's page, and ends with 3 where that does not answer 200."""
    asks = (
        "import os, sys, httpx; "
        f"answer = httpx.get(os.environ['INNOVATION_CLUSTERS_FROM_COMPANIES_HOUSE'] + '{path}'); "
        "sys.exit(0 if answer.status_code == 200 else 3)"
    )
    serve = [sys.executable, "-m", "synthetic_uk.publishers.country", "--sources", str(country), "--month", "2025-05"]
    assert subprocess.run([*serve, "--", sys.executable, "-c", asks], check=False).returncode == code


def test_all_datasets_are_asked_of_the_server_and_what_it_lacks_is_said(
    country: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    (country / "ror/2025-05.zip").unlink()
    (country / "accounts/2025-05.zip").unlink()
    sources = tmp_path / "sources"
    (tmp_path / "scratch").mkdir()
    with serving(sites_of(country, MAY, tmp_path / "scratch")) as publishers:
        for name, value in settings_for(publishers).items():
            monkeypatch.setenv(name, value)
        told = CliRunner().invoke(app, ["fetch", "--month", "2025-05", "--sources", str(sources)])
    assert told.exit_code == 1
    brought = {path.parent.name for path in sources.glob("*/20*")}
    assert brought == set(PUBLISHERS) - {"ror", "accounts"}
    for path in ("/ror/records", "/accounts/en_monthlyaccountsdata.html"):
        assert f"{path} answered 404 Not Found" in told.output.replace("\n", "")


def test_a_country_is_fetched_from_its_publishers_and_taken_in(
    country: Path, warehouse: Warehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    sources = tmp_path / "sources"
    (tmp_path / "scratch").mkdir()
    with serving(sites_of(country, MAY, tmp_path / "scratch")) as publishers:
        assert set(publishers.sites) == set(PATHS) == set(PUBLISHERS)
        for name, value in settings_for(publishers).items():
            monkeypatch.setenv(name, value)
        limits = Settings.from_environment().limits
        for dataset in publishers.sites:
            outcome = fetch(PUBLISHERS[dataset], sources, MAY, limits, lambda: TODAY)
            assert outcome.is_new, dataset
            assert MAY.last_day >= outcome.as_of, dataset
            assert not [change for change in outcome.changes if change.is_refused], dataset
    outlines = [json.loads(path.read_text()) for path in sorted((sources / "boundaries").rglob("*.geojson"))]
    assert [found["features"][0]["properties"] for found in outlines] == [*OUTLINES.values()]
    ingest(warehouse, sources)
    for table, rows in {
        "reference.postcodes": 3,
        "reference.boundaries": 2,
        "sources.accounts": 1,
        "sources.business_counts": 2,
        "sources.companies_house": 1,
        "sources.cordis_participants": 1,
        "sources.innovate_uk": 1,
        "sources.ukri_projects": 1,
        "sources.publication_institutions": 2,
        "sources.ror": 1,
    }.items():
        assert warehouse.read(f"select count(*) from {table}").item() == rows, table
    run_step(provenance_step(str(sources)), warehouse, MAY, [MethodProfile(name="test")])
    known = warehouse.read("select distinct dataset, attribution from sources.fetched_files where is_as_fetched")
    assert {"postcodes", "companies_house", "innovate_uk", "ukri", "publications"} <= {*known["dataset"]}
    assert known["attribution"].null_count() == 0


def test_what_is_made_anew_to_be_served_has_no_time_of_its_own(country: Path, tmp_path: Path):
    """The same country has the same bytes whenever it is served: of CORDIS's ZIPs no member tells when it was made."""
    site = sites_of(country, MAY, tmp_path)["cordis"]
    assert isinstance(site, FixedFiles)
    times = {member.date_time for file in site.files.values() for member in zipfile.ZipFile(file).infolist()}  # type: ignore[arg-type]
    assert len(times) == 1
    assert max(times)[0] < 2025
