"""What the readers of publications and of Gateway to Research make of files as publishers write them.

Those of the folder of cases beside the project are tried where that is there; the same kinds, made up here, always.
"""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from assets.sources.datasets import Dataset
from assets.sources.problems import DropError
from assets.sources.readers.openalex import abstract_of
from assets.sources.readers.publications import PUBLICATIONS_DATASET
from assets.sources.readers.ukri import UKRI
from assets.sources.reading.contract import Reading
from tests.sources.conftest import Place
from tests.sources.readers.test_publications import (
    AFFILIATIONS,
    AUTHORS,
    PAIRS,
    PAPERS,
    PUBLICATIONS,
    institution,
    work,
)
from tests.sources.readers.test_ukri import (
    FUND,
    LEAD,
    ORGANISATIONS,
    PARTICIPANTS,
    PARTNER,
    PROJECT,
    PROJECTS,
    link,
)
from tests.sources.support import ingest, json_lines, put, read_drop, rows

CASES = Path(__file__).parents[3] / "shared" / "cases"
LEEDS, OXFORD, MADRID = institution("I1"), institution("I2"), institution("I9", "ES")
TAKEN = [("W1", "I1"), ("W1", "I2"), ("W3", "I1")]
"""What the works of every layout below come to."""


def works(**more: Any) -> list[dict[str, Any]]:
    return [
        work("W1", [LEEDS], [OXFORD], **more),
        work("W2", [MADRID], **more),
        work("W3", [LEEDS], [MADRID], **more),
    ]


def packed(*records: Mapping[str, Any]) -> bytes:
    return gzip.compress(json_lines(*records).encode())


def parquet(*records: Mapping[str, Any]) -> bytes:
    buffer = io.BytesIO()
    rows = [{**record, "abstract_inverted_index": json.dumps({"word": [0]})} for record in records]
    pq.write_table(pa.Table.from_pylist(rows), buffer)
    return buffer.getvalue()


def manifest(*files: tuple[str, bytes, int], **more: Any) -> str:
    return json.dumps(
        {
            "date": "2026-06-26",
            "entity": "works",
            "record_count": sum(records for _, _, records in files),
            "files": [
                {"url": f"s3://bucket/data/{url}", "meta": {"content_length": len(content), "record_count": records}}
                for url, content, records in files
            ],
            **more,
        }
    )


PART = "jsonl/works/updated_date=2026-06-24/part_0000.gz"
OLDER = "jsonl/works/updated_date=2025-01-01/part_0000.gz"


def read(dataset: Dataset, files: Mapping[str, str | bytes], scratch: Path) -> Reading:
    """What the reader makes of a folder of files."""
    return read_drop(dataset, {f"2025-05/{name}": content for name, content in files.items()}, scratch)


def affiliations(reading: Reading) -> list[tuple[str, str]]:
    return [(row["publication_id"], row["institution_key"]) for row in rows(reading, PUBLICATIONS)]


def joint(reading: Reading) -> list[tuple[str, str]]:
    return [(row["institution_a"], row["institution_b"]) for row in rows(reading, PAIRS)]


def money(reading: Reading) -> list[tuple[str, Decimal | None]]:
    return [(row["project_id"], row["amount_gbp"]) for row in rows(reading, PROJECTS)]


def case_files(case: str, dataset: str) -> dict[str, bytes]:
    """The files of a case's drop; skips where there are no cases."""
    folder = CASES / case / dataset / "2025-05"
    if not CASES.is_dir():
        pytest.skip(f"there are no cases at {CASES}")
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.mark.parametrize("case", ["20-openalex-2026-jsonl", "21-openalex-2026-parquet", "23-openalex-api-page"])
def test_the_cases_of_openalex_give_three_rows(case: str, tmp_path: Path) -> None:
    reading = read(PUBLICATIONS_DATASET, case_files(case, "publications"), tmp_path)
    assert affiliations(reading) == TAKEN
    assert joint(reading) == [("I1", "I2"), ("I1", "I9")]
    assert reading.rejected.is_empty()


def test_the_case_of_two_partitions_gives_the_newer(tmp_path: Path) -> None:
    reading = read(PUBLICATIONS_DATASET, case_files("22-openalex-two-partitions", "publications"), tmp_path)
    assert rows(reading, PUBLICATIONS) == [
        {
            "publication_id": "W1",
            "publication_date": date(2024, 3, 1),
            "institution_key": "I2",
            "institution_count": 1,
        }
    ]
    assert joint(reading) == []


def test_the_cases_of_gateway_to_research_give_a_project_with_its_money(tmp_path: Path) -> None:
    for case in ("14-gtr-outcomes", "15-gtr-no-extension"):
        reading = read(UKRI, case_files(case, "ukri"), tmp_path / case)
        assert money(reading) == [("P1", Decimal("500000.00"))]
        assert reading.rejected.is_empty()
        others = {"persons": 1, "publications": 3} if case.startswith("14") else {}
        assert dict(reading.passed_over) == others


LAYOUTS: dict[str, Callable[[], dict[str, str | bytes]]] = {
    "jsonl": lambda: {
        "jsonl/manifest.json": manifest((PART.removeprefix("jsonl/"), packed(*works()), 3)),
        "jsonl/works/manifest.json": manifest((PART, packed(*works()), 3)),
        PART: packed(*works()),
        "jsonl/institutions/updated_date=2026-06-20/part_0000.gz": packed(LEEDS, OXFORD, MADRID),
        "jsonl/authors/updated_date=2026-06-20/part_0000.gz": b"not read",
    },
    "parquet": lambda: {
        "parquet/works/manifest.json": manifest(
            ("parquet/works/updated_date=2026-06-24/part_0000.parquet", parquet(*works()), 3)
        ),
        "parquet/works/updated_date=2026-06-24/part_0000.parquet": parquet(*works()),
        "parquet/institutions/updated_date=2026-06-20/part_0000.parquet": parquet(LEEDS, OXFORD, MADRID),
    },
    "both formats": lambda: {
        PART: packed(*works()),
        "parquet/works/updated_date=2026-06-24/part_0000.parquet": parquet(*works()),
    },
    "before 2026": lambda: {
        "data/works/manifest": json.dumps(
            {
                "entries": json.loads(manifest(("works/updated_date=2025-05-01/part_000.gz", packed(*works()), 3)))[
                    "files"
                ]
            }
        ),
        "data/works/updated_date=2025-05-01/part_000.gz": packed(*works()),
    },
    "pages of the API": lambda: {
        "page-1.json": json.dumps({"meta": {"count": 3}, "results": works()[:2]}, indent=1),
        "page-2.json": json.dumps({"meta": {"count": 3}, "results": works()[2:]}),
        "page-3.json": json.dumps({"meta": {"count": 3, "next_cursor": None}, "results": []}),
    },
    "pages as lines": lambda: {"works.jsonl.gz": packed({"meta": {"count": 3}, "results": works()}, {"results": []})},
    "pages without an extension": lambda: {"page_1": json.dumps({"meta": {"count": 3}, "results": works()}, indent=1)},
    "a packed page": lambda: {"page.json.gz": gzip.compress(json.dumps({"results": works()}, indent=1).encode())},
    "objects where lists are usual": lambda: {
        "works.jsonl": json_lines(
            *(
                {**each, "authorships": [{**a, "institutions": a["institutions"][0]} for a in each["authorships"]]}
                for each in works()
            )
        )
    },
    "line ends of both kinds": lambda: {
        "works.jsonl": json_lines(*works()).replace("\n", "\r\n", 1).replace('"A work"', '"A\rwork"')
    },
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_of_openalex_gives_the_same(layout: str, tmp_path: Path) -> None:
    reading = read(PUBLICATIONS_DATASET, LAYOUTS[layout](), tmp_path)
    assert affiliations(reading) == TAKEN
    assert joint(reading) == [("I1", "I2"), ("I1", "I9")]
    assert reading.rejected.is_empty()
    left_out = {
        "jsonl": {"files of authors": 1},
        "both formats": {"files of works that stand there in Parquet too": 1},
    }
    assert dict(reading.passed_over) == left_out.get(layout, {})


@pytest.mark.parametrize("form", ["partitions", "own days", "parquet"])
@pytest.mark.parametrize("newer", [OXFORD, MADRID], ids=["in the country", "abroad"])
def test_the_newest_record_of_a_work_alone_counts(form: str, newer: dict[str, Any], tmp_path: Path) -> None:
    old, new = (work("W1", [place], updated_date="2026-06-24") for place in (LEEDS, newer))
    other = work("W2", [LEEDS], updated_date="2024-01-01T00:00:00")
    files: dict[str, dict[str, str | bytes]] = {
        "partitions": {PART: packed(new), OLDER: packed(old, other)},
        "own days": {
            "a.jsonl": json_lines({**new, "updated_date": "2026-06-25T01:02:03"}),
            "b.jsonl": json_lines(old, other),
        },
        "parquet": {
            PART.replace("jsonl", "parquet").replace(".gz", ".parquet"): parquet(new),
            OLDER.replace("jsonl", "parquet").replace(".gz", ".parquet"): parquet(old, other),
        },
    }
    reading = read(PUBLICATIONS_DATASET, files[form], tmp_path)
    is_uk = newer["country_code"] == "GB"
    assert affiliations(reading) == ([("W1", "I2")] if is_uk else []) + [("W2", "I1")]
    assert dict(reading.passed_over) == {"records that a newer one stands for": 1}
    assert joint(reading) == []


def test_deleted_and_merged_works_do_not_count_and_a_merged_institution_is_what_it_became(tmp_path: Path) -> None:
    merges = b"merge_date,id,merge_into_id\r\n2026-01-01,W4,W1\r\n"
    files: dict[str, str | bytes] = {
        "data/works/updated_date=2026-06-24/part_000.gz": packed(
            *works(), work("W4", [OXFORD]), work("W5", [institution("I7")]), work("W6", [LEEDS])
        ),
        "data/works/deleted_ids.csv.gz": gzip.compress(
            b"work_id,deleted_date\nhttps://openalex.org/W3,2026-01-01\nW8,\n"
        ),
        "data/merged_ids/works/2026-01-01.csv.gz": gzip.compress(merges),
        "data/merged_ids/institutions/2026-01-01.csv": "merge_date,id,merge_into_id\n2026-01-01,I7,I2\n",
    }
    reading = read(PUBLICATIONS_DATASET, files, tmp_path)
    assert affiliations(reading) == [("W1", "I1"), ("W1", "I2"), ("W5", "I2"), ("W6", "I1")]
    assert dict(reading.passed_over) == {"works that were deleted or merged": 2}


def test_a_file_without_a_record_of_the_country_and_pages_that_are_not_all_there_are_said(tmp_path: Path) -> None:
    files = {
        "page-1.json": json.dumps({"meta": {"count": 25}, "results": works()}),
        "page-2.json": json.dumps({"meta": {"count": 25}, "results": [works()[1]]}),
    }
    assert read(PUBLICATIONS_DATASET, files, tmp_path).notes == (
        "publications: publications/2025-05/page-2.json has no record of a UK institution",
        "publications: the pages say that there are 25 records in all; 4 are in the drop",
    )


def test_an_abstract_is_read_from_an_index_that_is_cut_short() -> None:
    index = json.dumps({"wind": [1], "on": [0, 2], "sea": [3]})
    whole = "on wind on sea"
    assert abstract_of(index) == abstract_of(json.dumps(index)) == whole
    cut = {abstract_of(index[:length]) for length in range(len(index))}
    assert cut == {None, "wind", "on wind on", whole}
    assert abstract_of('{"a": "b", "c": [null, 1]}') == "c"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            {"jsonl/works/manifest.json": manifest((PART, packed(*works()), 3), (OLDER, b"1234", 3))},
            "manifest.json: a part is missing: works/updated_date=2025-01-01/part_0000.gz is not in the drop",
        ),
        (
            {"jsonl/works/manifest.json": manifest((PART, packed(*works()) + b"more", 3))},
            "part_0000.gz: the file has",
        ),
        (
            {"jsonl/works/manifest.json": manifest((PART, packed(*works()), 4))},
            "part_0000.gz: it has 3 records, and publications/2025-05/jsonl/works/manifest.json says 4",
        ),
        (
            {"jsonl/works/manifest.json": json.dumps({"files": [], "meta": {"record_count": 7}})},
            "manifest.json: it says 7 records, and its 1 files have 3: a part is missing",
        ),
        ({OLDER: packed(work("W9", [LEEDS]))}, "manifest.json does not list the file"),
        (
            {"jsonl/manifest.json": manifest((PART, packed(*works()), 3), (OLDER, b"1234", 3))},
            "jsonl/manifest.json: a part is missing",
        ),
        ({"jsonl/works/deleted_ids.csv": "some,columns\n1,2\n"}, "deleted_ids.csv, row 1, column work_id"),
    ],
)
def test_a_drop_that_is_not_what_its_manifest_says_is_refused(
    change: dict[str, str | bytes], said: str, tmp_path: Path
) -> None:
    with pytest.raises(DropError) as error:
        read(PUBLICATIONS_DATASET, {**LAYOUTS["jsonl"](), **change}, tmp_path)
    assert said in str(error.value)


def test_a_carriage_return_within_a_title_of_the_academic_graph_is_a_space(tmp_path: Path) -> None:
    files = {
        "Affiliations.txt": AFFILIATIONS.replace("\n", "\r\n"),
        "PaperAuthorAffiliations.txt": AUTHORS.replace("\n", "\r\n", 1),
        "Papers.txt": PAPERS.replace("\tA\t", "\tA\rtitle\t"),
    }
    reading = read(PUBLICATIONS_DATASET, files, tmp_path)
    assert affiliations(reading) == [("1", "10"), ("3", "30")]
    assert reading.rejected.is_empty()


def page(kind: str, *objects: Any, **more: Any) -> str:
    return json.dumps({"page": 1, "size": 100, "totalPages": 1, "totalSize": len(objects), kind: list(objects), **more})


def composition(key: str, **fund: Any) -> dict[str, Any]:
    return {
        "projectComposition": {
            "project": {
                "id": key,
                "title": "A project",
                "status": None,
                "grantReference": f"REF/{key}",
                "fund": {
                    "valuePounds": 186230,
                    "start": 1782860400000,
                    "end": None,
                    "funder": {"name": "Innovate UK"},
                    "type": "INCOME_ACTUAL",
                    **fund,
                },
            },
            "leadResearchOrganisation": {"id": "O1", "name": "University of Alpha", "address": None},
            "collaborations": None,
            "organisationRoles": None,
        },
        "abstractSnippet": "",
    }


def test_the_sites_search_gives_money_and_lead_organisations(tmp_path: Path) -> None:
    results = [composition("P1"), composition("P2", type="EXPENDITURE")]
    found = {"facetedSearchResultBean": {"totalResults": 33170, "results": results}, "headerData": {"a": "b"}}
    reading = read(UKRI, {"search.json": json.dumps(found, indent=2)}, tmp_path)
    first, second = rows(reading, PROJECTS)
    assert first == {
        "project_id": "P1",
        "reference": "REF/P1",
        "title": "A project",
        "lead_funder": "Innovate UK",
        "status": None,
        "start_date": date(2026, 7, 1),
        "end_date": None,
        "amount_gbp": Decimal("186230.00"),
    }
    assert second["amount_gbp"] is None
    assert [tuple(row.values()) for row in rows(reading, PARTICIPANTS)] == [
        ("P1", "O1", "lead", None),
        ("P2", "O1", "lead", None),
    ]
    assert [tuple(row.values()) for row in rows(reading, ORGANISATIONS)] == [("O1", "University of Alpha", None, None)]
    assert reading.notes == ("ukri: the pages say that there are 33,170 projects in all; 2 are in the drop",)


def test_the_real_search_is_read_with_its_money(shared_data: Path, tmp_path: Path) -> None:
    folder = shared_data / "ukri_innovate_uk_2026_08"
    if not folder.is_dir():
        pytest.skip(f"there is no {folder}")
    reading = read(UKRI, {"search.json": (folder / "ukri_gtr.json").read_bytes()}, tmp_path / "real")
    found = json.loads((folder / "ukri_gtr.json").read_text())["facetedSearchResultBean"]["results"]
    projects = [each["projectComposition"]["project"] for each in found]
    assert dict(money(reading)) == {one["id"]: Decimal(one["fund"]["valuePounds"]) for one in projects}
    assert {row["role"] for row in rows(reading, PARTICIPANTS)} == {"lead"}
    assert len(rows(reading, PARTICIPANTS)) == len(projects) == 8
    assert reading.rejected.is_empty()
    with pytest.raises(DropError, match="there is no project in the drop"):
        read(UKRI, {"search.json": (folder / "ukri_gtr_CHANGED.json").read_bytes()}, tmp_path / "changed")


BARE = {"id": "P2", "leadFunder": "AHRC", "links": {"link": []}}


@pytest.mark.parametrize(
    "way", ["an object where a list is usual", "nulls", "line ends", "an object as the page's list"]
)
def test_what_gateway_to_research_writes_now_and_then_is_read(way: str, tmp_path: Path) -> None:
    fund_link, offer = link("FUND", "F1"), PROJECT["participantValues"]["participant"][0]
    single = {**PROJECT, "links": {"link": fund_link}, "participantValues": {"participant": offer}}
    single |= {"identifiers": {"identifier": PROJECT["identifiers"]["identifier"][0]}}
    partner = {**PARTNER, "addresses": {"address": LEAD["addresses"]["address"][1]}}
    nulls = {**single, "identifiers": None, "ext": None, "outcomeid": None, "updated": None}
    ways: dict[str, dict[str, str]] = {
        "an object where a list is usual": {"2025-05.jsonl": json_lines(single, partner, FUND)},
        "nulls": {
            "projects-1.json": page("project", {**nulls, "links": {"link": [None, fund_link]}}, None, totalSize=1),
            "organisations-1.json": page("organisation", partner),
            "organisations-2.json": json.dumps({"totalSize": 1, "totalPages": 1, "organisation": None}),
            "funds-1.json": page("fund", FUND),
        },
        "line ends": {"2025-05.jsonl": json_lines(single, partner, FUND).replace("\n", "\r\n", 1)},
        "an object as the page's list": {
            "1": json.dumps({"totalSize": 1, "project": single}),
            "2": json.dumps({"totalSize": 1, "organisation": partner}),
            "3": json.dumps({"totalSize": 1, "fund": FUND}),
        },
    }
    reading = read(UKRI, ways[way], tmp_path)
    assert money(reading) == [("P1", Decimal("1234567.89"))]
    assert [row["reference"] for row in rows(reading, PROJECTS)] == [None if way == "nulls" else "EP/A/1"]
    assert [tuple(row.values()) for row in rows(reading, ORGANISATIONS)] == [
        ("O2", "Alpha Ltd", "OX11 0AA", "South East")
    ]
    assert [tuple(row.values()) for row in rows(reading, PARTICIPANTS)] == [
        ("P1", "O2", "participant", Decimal("500.25"))
    ]
    assert reading.rejected.is_empty()
    assert reading.notes == (
        ("ukri: ukri/2025-05/organisations-2.json gives nothing that is read",) if way == "nulls" else ()
    )


def test_pages_that_overlap_count_an_object_once_and_other_funds_do_not_count(tmp_path: Path) -> None:
    spent = {**FUND, "id": "F2", "category": "EXPENDITURE_ACTUAL", "valuePounds": {"amount": 77}}
    later = {**FUND, "id": "F3", "category": "INCOME_ACTUAL", "valuePounds": {"amount": 10}}
    later |= {"links": {"link": [{"rel": "FUNDED", "href": "https://gtr.example/gtr/api/projects/P2"}]}}
    project = {**PROJECT, "links": {"link": [link("FUND", "F1"), link("FUND", "F2")]}}
    publication = {"id": "B1", "title": "A paper", "abstractText": "on it", "datePublished": 1, "name": "x"}
    files = {
        "projects-1.json": page("project", project, BARE, totalPages=2, totalSize=3),
        "projects-2.json": page("project", BARE, totalPages=3, totalSize=2),
        "funds-1.json": page("fund", FUND, spent, later),
        "publications-1.json": page("publication", publication),
        "persons-1.json": page("person", {"firstName": "A"}),
    }
    reading = read(UKRI, files, tmp_path)
    assert money(reading) == [("P1", Decimal("1234567.89")), ("P2", Decimal("10.00"))]
    assert dict(reading.passed_over) == {
        "funds of other categories than INCOME_ACTUAL": 1,
        "persons": 1,
        "projects that stand there already": 1,
        "publications": 1,
    }
    assert reading.notes == (
        "ukri: 2 files, the first ukri/2025-05/persons-1.json, give nothing that is read",
        "ukri: the pages say that there are 3 projects in all; 2 are in the drop",
    )


def test_of_a_page_the_object_that_is_bad_is_refused_alone(tmp_path: Path) -> None:
    bad = {**PROJECT, "id": "P3", "start": "soon"}
    files = {"projects-1.json": page("project", PROJECT, BARE, bad)}
    reading = read_drop(UKRI, files, tmp_path / "lenient", share=0.4)
    assert [key for key, _ in money(reading)] == ["P1", "P2"]
    assert [row[:4] for row in reading.rejected.rows()] == [("ukri/projects-1.json", 3, "start", "soon")]
    failed = json.dumps({"text": "Rate limit", "timestamp": 1})
    with pytest.raises(DropError, match="an error that the service answered, so the page is to be fetched again"):
        read_drop(UKRI, {**files, "projects-2.json": failed}, tmp_path)


def test_what_is_passed_over_stands_in_the_profile_and_in_the_report(april: Place) -> None:
    put(april.sources, "ukri/2025-05/projects-1.json", page("project", PROJECT))
    put(april.sources, "ukri/2025-05/funds-1.json", page("fund", FUND))
    put(april.sources, "ukri/2025-05/persons-1.json", page("person", {"id": "X1"}, {"id": "X2"}))
    result = ingest(april.warehouse, april.sources)
    said = "\n".join(message for report in result.reports.values() for message in report.messages)
    assert "ukri: passed over: 2 persons" in said
    assert "ukri: ukri/2025-05/persons-1.json gives nothing that is read" in said
    with april.warehouse.connect(read_only=True) as connection:
        query = "select column_name, row_count from sources.drop_profiles where column_name like 'passed over: %'"
        assert connection.execute(query).fetchall() == [("passed over: persons", 2)]
