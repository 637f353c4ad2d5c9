"""OpenAlex's snapshot over HTTP: what comes, what an earlier drop spares, and each thing that can go wrong."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from assets.fetch.problems import FetchError
from assets.months import Month
from assets.warehouse.database import Warehouse
from synthetic_uk.published import write_snapshot
from synthetic_uk.publishers.server import Fault, serving
from synthetic_uk.publishers.services import OpenAlex
from tests.publishers.support import Fetcher
from tests.sources.support import ingest, put_register

MARCH, APRIL_20, MAY_20 = date(2025, 3, 1), date(2025, 4, 20), date(2025, 5, 20)
LEEDS = {"id": "https://openalex.org/I1", "ror": "https://ror.org/024mrxd33", "display_name": "University of Leeds"}
LEEDS |= {"country_code": "GB", "type": "education", "geo": {"latitude": 53.8, "longitude": -1.55}}
WORKS = "jsonl/works"


def work(number: int, day: str) -> dict[str, Any]:
    shown = {key: LEEDS[key] for key in ("id", "ror", "display_name", "country_code", "type")}
    return {
        "id": f"https://openalex.org/W{number}",
        "title": f"Work {number}",
        "publication_date": day,
        "publication_year": int(day[:4]),
        "authorships": [{"author": {"id": "https://openalex.org/A1"}, "institutions": [shown], "countries": ["GB"]}],
        "cited_by_count": 1,
    }


OLDER = [work(1, "2024-01-01"), work(2, "2024-01-02"), work(3, "2024-01-03")]
CHANGED = [work(1, "2024-02-01"), work(4, "2025-02-02")]


def publish(folder: Path, released: date, **partitions: list[dict[str, Any]]) -> None:
    """The snapshot of a day in place of what was there; partitions of works by day, with underscores in it."""
    shutil.rmtree(folder, ignore_errors=True)
    works = {date.fromisoformat(day.strip("d").replace("_", "-")): records for day, records in partitions.items()}
    write_snapshot(folder, {"institutions": {MARCH: [LEEDS]}, "works": works}, ["https://openalex.org/W3"], released)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "bucket"


@pytest.fixture
def papers(folder: Path, tmp_path: Path) -> Iterator[Fetcher]:
    publish(folder, APRIL_20, d2025_03_01=OLDER)
    with serving({"alex": OpenAlex({}, snapshot=folder)}) as publishers:
        yield Fetcher("publications", publishers, "alex", tmp_path / "sources")


def test_the_snapshot_comes_in_its_folders_and_is_read(papers: Fetcher, warehouse: Warehouse):
    outcome = papers(openalex="jsonl")
    assert outcome.as_of == APRIL_20 and outcome.is_new
    names = sorted(path.relative_to(outcome.path).as_posix() for path in outcome.path.rglob("*") if path.is_file())
    assert names == [
        "_provenance.json",
        "_shape.json",
        "jsonl/institutions/manifest.json",
        "jsonl/institutions/updated_date=2025-03-01/part_0000.gz",
        "jsonl/works/deleted_ids.csv.gz",
        "jsonl/works/manifest.json",
        "jsonl/works/updated_date=2025-03-01/part_0000.gz",
    ]
    assert outcome.provenance is not None and {file.name for file in outcome.provenance.files} == {*names[2:]}
    assert not papers(openalex="jsonl").is_new
    put_register(papers.sources)
    ingest(warehouse, papers.sources)
    # W3 is deleted.
    assert warehouse.read("select count(*) from sources.publication_institutions").item() == 2


def test_only_partitions_newer_than_an_earlier_drops_are_fetched(papers: Fetcher, folder: Path, warehouse: Warehouse):
    papers(openalex="jsonl")
    publish(folder, MAY_20, d2025_03_01=OLDER[1:], d2025_05_10=CHANGED)
    before = len(papers.publishers.asked)
    outcome = papers(openalex="jsonl")
    asked = [path for path, _ in papers.publishers.asked[before:] if "part_" in path]
    assert [unquote(path) for path in asked] == ["/alex/jsonl/works/updated_date=2025-05-10/part_0000.gz"]
    manifest = json.loads((outcome.path / WORKS / "manifest.json").read_text())
    assert (manifest["date"], manifest["record_count"], len(manifest["files"])) == ("2025-05-20", 5, 2)
    put_register(papers.sources)
    ingest(warehouse, papers.sources)
    kept = warehouse.read("select publication_id, publication_date from used.publication_institutions order by 1")
    assert kept.rows() == [("W1", date(2024, 2, 1)), ("W2", date(2024, 1, 2)), ("W4", date(2025, 2, 2))]


def test_a_drop_that_lacks_a_file_spares_nothing(papers: Fetcher, folder: Path):
    first = papers(openalex="jsonl")
    (first.path / WORKS / "updated_date=2025-03-01" / "part_0000.gz").unlink()
    publish(folder, MAY_20, d2025_03_01=OLDER, d2025_05_10=CHANGED)
    papers(openalex="jsonl")
    assert papers.publishers.times_asked(r"works/updated_date.*part_") == 3
    assert papers.publishers.times_asked(r"institutions/updated_date.*part_") == 1


def test_a_part_that_the_manifest_names_and_that_is_not_there_is_named(papers: Fetcher, folder: Path):
    publish(folder, APRIL_20, d2025_03_01=OLDER, d2025_04_10=CHANGED)
    part = folder / WORKS / "updated_date=2025-04-10" / "part_0000.gz"
    content = part.read_bytes()
    part.unlink()
    with pytest.raises(FetchError, match=r"updated_date=2025-04-10/part_0000.gz answered 404 Not Found"):
        papers(openalex="jsonl")
    assert papers.drops() == {}
    part.write_bytes(content)
    assert papers(openalex="jsonl").is_new
    assert papers.publishers.times_asked("works/updated_date=2025-03-01") == 1


def test_a_part_of_another_size_than_the_manifest_says_is_no_drop(papers: Fetcher, folder: Path):
    part = folder / WORKS / "updated_date=2025-03-01" / "part_0000.gz"
    content = part.read_bytes()
    part.write_bytes(content + b"more")
    said = rf"part_0000.gz has {len(content) + 4} bytes, and .*manifest.json says {len(content)}: it is being changed"
    for _ in range(2):
        with pytest.raises(FetchError, match=said):
            papers(openalex="jsonl")
    part.write_bytes(content)
    assert papers(openalex="jsonl").is_new


def edit(folder: Path, **changes: Any) -> None:
    path = folder / WORKS / "manifest.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"record_count": 7}, r"says 7 in all, and the 1 files that it lists have 3: a part is missing"),
        ({"files": []}, "lists no file"),
        (
            {"files": [{"url": "s3://openalex/data/jsonl/authors/part_0000.gz"}]},
            "lists a file that is not of jsonl/works",
        ),
        ({"date": "soon"}, "does not say of which day it is"),
        ({"files": None}, "is no manifest: looked for an object with a list `files`"),
        (
            {"files": [{"url": f"s3://openalex/data/{WORKS}/updated_date=2025-03-01/part_0000.gz", "meta": {}}]},
            "does not say how large jsonl/works/updated_date=2025-03-01/part_0000.gz is",
        ),
    ],
)
def test_a_manifest_that_is_none_or_lacks_a_part_is_said(
    papers: Fetcher, folder: Path, changes: dict[str, Any], said: str
):
    edit(folder, **changes)
    with pytest.raises(FetchError, match=said):
        papers(openalex="jsonl")
    assert papers.drops() == {}


def test_without_a_list_of_deleted_works_the_drop_is_whole_and_that_is_said(papers: Fetcher, folder: Path):
    (folder / WORKS / "deleted_ids.csv.gz").unlink()
    assert papers(openalex="jsonl").is_new
    assert any("has no list of deleted works" in told for told in papers.told)


def test_a_fetch_that_broke_off_goes_on_with_the_parts_that_lack(papers: Fetcher, folder: Path):
    publish(folder, APRIL_20, d2025_03_01=OLDER, d2025_04_10=CHANGED)
    papers.publishers.faults.append(Fault("works/updated_date=2025-04-10", times=3, changes={"cut_after": 20}))
    with pytest.raises(FetchError, match="what has come is kept"):
        papers(openalex="jsonl")
    assert papers(openalex="jsonl").is_new
    assert papers.publishers.times_asked("works/updated_date=2025-03-01") == 1


def test_a_release_of_after_the_month_is_refused(papers: Fetcher):
    with pytest.raises(
        FetchError, match=r"OpenAlex snapshot of 2025-04-20 \(jsonl\) is as of 2025-04-20, which is more"
    ):
        papers(Month(2025, 3), openalex="jsonl")
