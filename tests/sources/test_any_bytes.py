"""Whatever bytes a drop has, it gives rows or one clear refusal: never another error, never the end of the process."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from assets.sources.bounds import USUAL_BOUNDS
from assets.sources.datasets import Dataset
from assets.sources.delivery.deliveries import bring
from assets.sources.delivery.drops import Drop
from assets.sources.delivery.storage import Storage
from assets.sources.problems import DropError
from assets.sources.reading.contract import Desk
from assets.sources.reading.readings import read_drop
from assets.sources.registry import DATASETS
from tests.sources.readers.filings import employees, filing, packed
from tests.sources.readers.test_cordis import ORGANISATION as PARTNERS_CSV
from tests.sources.readers.test_cordis import PROJECT as PROJECTS_CSV
from tests.sources.readers.test_cordis import partner
from tests.sources.readers.test_cordis import project as of_project
from tests.sources.readers.test_index_sources import BUSINESSES_HEADER, CENTRES_HEADER, EVENTS_HEADER, POINTS_HEADER
from tests.sources.readers.test_innovate_uk import participant, workbook
from tests.sources.readers.test_publications import OXFORD, work
from tests.sources.readers.test_registers import RTIC_CSV
from tests.sources.readers.test_ror import record
from tests.sources.readers.test_ukri import FUND, LEAD, PROJECT
from tests.sources.support import ENTERPRISES_CSV, LOCAL_UNITS_CSV, POSTCODES_CSV, json_lines, put, zipped

SIGNALS_CSV = "organisation_name,crn,date,amount\nAlpha,,2024-01-01,5\nBeta,1234567,2024-02-01,\n"
SITE_CSV = (
    "ProjectId,ProjectReference,Title,FundingOrgName,Status,StartDate,EndDate,AwardPounds,LeadROName,LeadROId,Region\n"
    "1,R1,Title,EPSRC,Closed,01/02/2020,01/02/2021,500,Alpha,A1,Wales\n"
)
COMPANIES_CSV = (
    "CompanyName,CompanyNumber,RegAddress.PostCode,CompanyCategory,CompanyStatus,IncorporationDate,"
    "SICCode.SicText_1,SICCode.SicText_2,SICCode.SicText_3,SICCode.SicText_4\n"
    "Alpha,01234567,OX11 0AA,Private,Active,01/02/2003,62012 - Software,,,\n"
)
SHAPE = '{"type": "Polygon", "coordinates": [[[0, 51], [1, 51], [1, 52], [0, 51]]]}'
GEOJSON = (
    '{"type": "FeatureCollection", "features": [{"type": "Feature", "geometry": '
    + SHAPE
    + ', "properties": {"LAD24CD": "E06000001", "LAD24NM": "Hartlepool"}}]}'
)
APPLICATIONS_CSV = (
    ",".join([*participant(), "Application Outcome"])
    + "\n"
    + ",".join([*map(str, participant().values()), "Funded"])
    + "\n"
)
GOOD: dict[str, tuple[str, str | bytes]] = {
    "postcodes": ("2025-05.csv", POSTCODES_CSV),
    "postcodes, zip": ("2025-05.zip", zipped(Data__ONSPD=POSTCODES_CSV)),
    "places": (
        "2025-05.csv",
        "name,latitude,longitude,population,region,is_primary_urban_area\nLeeds,53.8,-1.5,500000,Yorkshire,Yes\n",
    ),
    "boundaries": ("2025-05.csv", "code,name\nE06000001,Hartlepool\n"),
    "sic_sectors": ("2025-05.csv", "sic2007_prefix,sector\n62,Software\n"),
    "rtic_sectors": ("2025-05.csv", "rtic_code,sector\nRTIC0052,Space\n"),
    "sic_correspondence": (
        "2025-05.csv",
        "from_classification,from_code,to_classification,to_code,share\nSIC 2007,62012,SIC 2026,62110,1\n",
    ),
    "idbr_enterprises": ("2025-05.csv", ENTERPRISES_CSV),
    "idbr_local_units": ("2025-05.csv", LOCAL_UNITS_CSV),
    "rtic_companies": ("2025-05.csv", RTIC_CSV),
    "rtic_locations": ("2025-05.csv", "company_number,postcode,kind,employees\n01234567,OX11 0AA,registered,5\n"),
    "companies_house": ("2025-05.csv", COMPANIES_CSV),
    "business_counts": ("2025-05.csv", "GEOGRAPHY_CODE,INDUSTRY_CODE,OBS_VALUE\nE07000179,62012,25\nW1,01110,5\n"),
    "innovate_uk_applications": ("2025-05.csv", APPLICATIONS_CSV),
    "ukri": ("2025-05.jsonl", json_lines(PROJECT, LEAD, FUND)),
    "ukri, csv": ("2025-05.csv", SITE_CSV),
    "publications": ("2025-05.jsonl", json_lines(work("W1", [OXFORD]), work("W2", [OXFORD]))),
    "ror": ("2025-05.jsonl", json_lines(record("021m9d411"), record("024mrxd33"))),
    "patents": ("2025-05.csv", SIGNALS_CSV),
    "rd_tax_claims": ("2025-05.csv", SIGNALS_CSV),
    "events": ("2025-05.csv", EVENTS_HEADER + "1,meetup,Title,A text,2025-03-01,51.5,-0.1,,\n"),
    "businesses": ("2025-05.csv", BUSINESSES_HEADER + "1,Alpha,Makes things,OX11 0AA,,\n"),
    "activity_points": ("2025-05.csv", POINTS_HEADER + "1,event,Clean Growth,51.5,-0.1\n"),
    "index_centres": ("2025-05.csv", CENTRES_HEADER + "Overall,1,51.5,-0.1\n"),
    "training_labels": ("2025-05.csv", "text,categories\nOn wind,Clean Growth\nOn other,\n"),
}
OF_LIBRARIES: dict[str, tuple[str, bytes]] = {
    "boundaries": ("2025-05.geojson", GEOJSON.encode()),
    "accounts": ("2025-05.zip", packed(filing("01234567", "2024-03-31", employees("5")))),
    "cordis": (
        "2025-05.zip",
        zipped(project=PROJECTS_CSV + of_project("1"), organization=PARTNERS_CSV + partner("1", "9")),
    ),
    "innovate_uk": ("2025-05.xlsx", workbook([participant(), participant(**{"Project Title": "Other"})])),
}
"""Read in a process of their own, which takes a while: few changes are made to each."""
PAGE = b"<!DOCTYPE html><html><body><h1>503 Service Unavailable</h1></body></html>\n"
CHANGES: dict[str, Callable[[bytes], bytes]] = {
    "as it is": lambda good: good,
    "cut in half": lambda good: good[: len(good) // 2],
    "line ends of CR": lambda good: good.replace(b"\n", b"\r"),
    "line ends of CR LF": lambda good: good.replace(b"\n", b"\r\n"),
    "a mark of UTF-8": lambda good: b"\xef\xbb\xbf" + good,
    "UTF-16": lambda good: good.decode("latin-1").encode("utf-16"),
    "NULs": lambda good: good[:40] + b"\0\0\0" + good[40:],
    "nothing": lambda good: b"",
    "one line end": lambda good: b"\n",
    "a page of the Web": lambda good: PAGE,
    "the first line twice": lambda good: good.partition(b"\n")[0] + b"\n" + good,
    "the first line alone": lambda good: good.partition(b"\n")[0] + b"\n",
    "a huge value": lambda good: good + b"x" * 3_000_000 + b"\n",
    "the beginning of a zip": lambda good: b"PK\x03\x04" + good,
    "the beginning of Parquet": lambda good: b"PAR1" + good,
    "a quote that does not end": lambda good: good.replace(b",", b',"', 3),
    "a column more": lambda good: good.replace(b"\n", b"\n,"),
    "numbers that are negative": lambda good: re.sub(rb"\b(\d)", rb"-\1", good),
    "numbers that are immense": lambda good: re.sub(rb"\b\d+\b", b"9" * 30, good),
    "anything": lambda good: random.Random(5).randbytes(2000),
    "a tower of brackets": lambda good: b"[" * 100_000 + b"]" * 100_000 + b"\n",
}
FEW = ("as it is", "cut in half", "a page of the Web", "numbers that are immense")


def outcome(dataset: Dataset, name: str, content: bytes, folder: Path) -> str:
    """`rows`, or the message of the refusal."""
    sources, desk = folder / "sources", folder / "desk"
    put(sources, f"{dataset.name}/{name}", content)
    desk.mkdir()
    enterprises = folder / "enterprises.parquet"
    pl.DataFrame({"entref": ["9001", "9002", "9003"], "company_number": ["01234567"] * 3}).write_parquet(enterprises)
    related = {dataset.refers_to: enterprises} if dataset.refers_to else {}
    drop = Drop(dataset.name, date(2025, 5, 1), f"{dataset.name}/{name}", is_folder=False)
    try:
        delivery = bring(Storage(str(sources)), drop, folder / "brought", USUAL_BOUNDS)
        read_drop(dataset, delivery, Desk(desk, 1.0, related, holds_texts=dataset.texts is not None))
    except DropError as error:
        assert str(error).startswith(f"{dataset.name}/{name}"), "the message names the file"
        return str(error)
    return "rows"


def of_name(name: str) -> Dataset:
    return next(dataset for dataset in DATASETS if dataset.name == name.partition(",")[0])


def test_every_dataset_is_tried() -> None:
    assert {name.partition(",")[0] for name in (*GOOD, *OF_LIBRARIES)} == {dataset.name for dataset in DATASETS}


@pytest.mark.parametrize("name", GOOD)
def test_any_bytes_give_rows_or_a_refusal(name: str, tmp_path: Path) -> None:
    file, content = GOOD[name]
    good = content if isinstance(content, bytes) else content.encode()
    found = {}
    for number, (change, spoil) in enumerate(CHANGES.items()):
        found[change] = outcome(of_name(name), file, spoil(good), tmp_path / str(number))
    assert found["as it is"] == "rows"
    assert "(0 bytes)" in found["nothing"] or "no" in found["nothing"]
    assert found["a page of the Web"] != "rows"


@pytest.mark.parametrize("name", OF_LIBRARIES)
def test_any_bytes_for_libraries_that_can_end_the_process(name: str, tmp_path: Path) -> None:
    file, good = OF_LIBRARIES[name]
    found = {change: outcome(of_name(name), file, CHANGES[change](good), tmp_path / change) for change in FEW}
    assert found["as it is"] == "rows"
    assert found["cut in half"] != "rows" != found["a page of the Web"]


@pytest.mark.parametrize("seed", range(3))
def test_a_parquet_file_with_bytes_changed_gives_rows_or_a_refusal(seed: int, tmp_path: Path) -> None:
    pl.read_csv(ENTERPRISES_CSV.encode(), infer_schema=False).write_parquet(tmp_path / "good.parquet")
    good, chance = bytearray((tmp_path / "good.parquet").read_bytes()), random.Random(seed)
    for _ in range(20):
        good[chance.randrange(4, len(good) - 8)] = chance.randrange(256)
    outcome(of_name("idbr_enterprises"), "2025-05.parquet", bytes(good), tmp_path / "spoiled")
