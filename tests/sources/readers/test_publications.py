"""OpenAlex, the Microsoft Academic Graph and tables in Parquet give the same tables."""

from __future__ import annotations

import gzip
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from assets.sources.problems import DropError
from assets.sources.readers.publications import PUBLICATIONS_DATASET
from tests.sources.support import json_lines, read_drop, rows

PUBLICATIONS, INSTITUTIONS = "sources.publication_institutions", "sources.institutions"
CITATIONS = "sources.publication_citations"
PAIRS = "sources.institution_pairs"


def institution(key: str, country: str | None = "GB") -> dict[str, Any]:
    return {
        "id": f"https://openalex.org/{key}",
        "display_name": f"University {key}",
        "ror": f"https://ror.org/{key}",
        "country_code": country,
        "type": "education",
    }


def work(key: str, *authors: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    return {
        "id": f"https://openalex.org/{key}",
        "title": "A work",
        "publication_year": 2020,
        "publication_date": "2020-03-05",
        "authorships": [{"author": {"id": "x"}, "institutions": list(each)} for each in authors],
        "abstract_inverted_index": {"word": [1]},
        **more,
    }


OXFORD, LEEDS, PARIS = institution("I1"), institution("I2"), institution("I3", "FR")
WORKS = [
    work("W1", [OXFORD, PARIS], [OXFORD], [institution("I4", None)]),
    work("W2", [PARIS]),
    work("W3", [LEEDS], [], publication_date=None),
    work("W4"),
]
OXFORD_LINE = {
    **OXFORD,
    "display_name": "University of Oxford",
    "geo": {"latitude": 51.75, "longitude": -1.25, "city": "Oxford"},
}


def test_uk_institutions_are_kept_and_all_are_counted(tmp_path: Path) -> None:
    works, institutions = (
        json_lines(*WORKS),
        json_lines(OXFORD_LINE, {**PARIS, "geo": {"latitude": 48.8, "longitude": 2.3}}),
    )
    files: dict[str, str | bytes] = {
        "works/part_000.jsonl.gz": gzip.compress(works.encode()),
        "institutions.jsonl": institutions,
    }
    reading = read_drop(PUBLICATIONS_DATASET, files, tmp_path)
    assert [tuple(row.values()) for row in rows(reading, PUBLICATIONS)] == [
        ("W1", date(2020, 3, 5), "I1", 3),
        ("W3", date(2020, 7, 1), "I2", 1),
    ]
    assert [tuple(row.values()) for row in rows(reading, INSTITUTIONS)] == [
        ("I1", "University of Oxford", "https://ror.org/I1", "education", 51.75, -1.25),
        ("I2", "University I2", "https://ror.org/I2", "education", None, None),
    ]
    assert [tuple(row.values()) for row in rows(reading, PAIRS)] == [("I1", "I3", 1), ("I1", "I4", 1)]
    assert reading.rejected.is_empty()


def test_joint_publications_are_counted_once_a_work(tmp_path: Path) -> None:
    works = [
        work("W1", [OXFORD, LEEDS], [OXFORD], [PARIS]),
        work("W2", [LEEDS], [OXFORD]),
        work("W3", [PARIS], [institution("I5", "US")]),
        work("W4", [LEEDS], [OXFORD], publication_date=None, publication_year=None),
    ]
    reading = read_drop(PUBLICATIONS_DATASET, {"2025-05.jsonl": json_lines(*works)}, tmp_path, share=0.5)
    assert [tuple(row.values()) for row in rows(reading, PAIRS)] == [
        ("I1", "I2", 2),
        ("I1", "I3", 1),
        ("I2", "I3", 1),
    ]


def test_citations_are_kept_once_a_work_and_are_none_where_nothing_is_said(tmp_path: Path) -> None:
    cited = work("W1", [OXFORD], [LEEDS], cited_by_count=7)
    works = [cited, {**cited, "cited_by_count": 9}, work("W2", [LEEDS]), work("W3", [PARIS], cited_by_count=5)]
    reading = read_drop(PUBLICATIONS_DATASET, {"2025-05.jsonl": json_lines(*works)}, tmp_path)
    assert [tuple(row.values()) for row in rows(reading, CITATIONS)] == [("W1", 9), ("W2", 0)]


def test_a_snapshot_is_read_as_it_is_downloaded(tmp_path: Path) -> None:
    journal = {"id": "https://openalex.org/S1", "display_name": "A journal", "country_code": "GB", "type": "journal"}
    files: dict[str, str | bytes] = {
        "data/works/updated_date=2025-05-01/part_000.gz": gzip.compress(json_lines(*WORKS).encode()),
        "data/sources/updated_date=2025-05-01/part_000.gz": gzip.compress(json_lines(journal).encode()),
        "data/works/manifest": "{}",
        "data/merged_ids/works/2025-05-01.csv.gz": gzip.compress(b"merge_date,id,merge_into_id\n2025-05-01,W8,W1\n"),
        "data/merged_ids/authors/2025-05-01.csv.gz": b"not read",
        "RELEASE_NOTES.txt": "not read",
    }
    reading = read_drop(PUBLICATIONS_DATASET, files, tmp_path)
    assert [row["institution_key"] for row in rows(reading, INSTITUTIONS)] == ["I1", "I2"]


def test_a_work_in_two_parts_counts_once(tmp_path: Path) -> None:
    files = {"a.jsonl": json_lines(WORKS[0]), "b.jsonl": json_lines(WORKS[0])}
    assert len(rows(read_drop(PUBLICATIONS_DATASET, files, tmp_path), PUBLICATIONS)) == 1


def test_a_line_that_cannot_be_read_is_refused_with_its_number(tmp_path: Path) -> None:
    lines = (
        json_lines(WORKS[0])
        + "not json\n"
        + json_lines(work("W9", [LEEDS], publication_date=None, publication_year=None))
    )
    reading = read_drop(PUBLICATIONS_DATASET, {"2025-05.jsonl": lines}, tmp_path / "lenient", share=0.7)
    assert reading.rejected.rows() == [
        ("publications/2025-05.jsonl", 2, "id", "a line of 8 characters", "expected a JSON object with an id"),
        (
            "publications/2025-05.jsonl",
            3,
            "publication_date",
            None,
            "expected a date or a year of publication from 1800 to 2100",
        ),
    ]
    assert [row["publication_id"] for row in rows(reading, PUBLICATIONS)] == ["W1"]
    with pytest.raises(DropError, match="row 2, column id: the value is 'a line of 8 characters'"):
        read_drop(PUBLICATIONS_DATASET, {"2025-05.jsonl": lines}, tmp_path)


def test_lines_overseas_count_towards_the_share(tmp_path: Path) -> None:
    lines = json_lines(WORKS[0], *[work(f"X{n}", [PARIS]) for n in range(8)]) + "not json\n"
    assert read_drop(PUBLICATIONS_DATASET, {"2025-05.jsonl": lines}, tmp_path, share=0.1).rejected.height == 1


def test_a_cut_off_gzip_is_refused(tmp_path: Path) -> None:
    packed = gzip.compress(json_lines(*WORKS).encode())[:-20]
    with pytest.raises(DropError, match="the gzip is cut short or damaged"):
        read_drop(PUBLICATIONS_DATASET, {"2025-05.jsonl.gz": packed}, tmp_path)


def test_a_drop_with_nothing_from_the_uk_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DropError, match="there is no work of a UK institution"):
        read_drop(PUBLICATIONS_DATASET, {"2025-05.jsonl": json_lines(WORKS[1])}, tmp_path)


def tabbed(*lines: list[str]) -> str:
    return "".join("\t".join(line) + "\n" for line in lines)


AFFILIATIONS = tabbed(
    [
        "10",
        "1",
        "university of oxford",
        'University of "Oxford',
        "grid.1",
        "",
        "",
        "5",
        "5",
        "5",
        "GB",
        "51.75",
        "-1.25",
        "2020",
    ],
    ["20", "1", "paris", "Paris", "grid.2", "", "", "5", "5", "5", "FR", "48.8", "2.3", "2020"],
    ["30", "1", "leeds", "Leeds", "grid.3", "", "", "5", "5", "5", "GB", "", "", "2020"],
)
AUTHORS = tabbed(
    ["1", "a", "10", "1", "A", "Oxford"],
    ["1", "b", "20", "2", "B", "Paris"],
    ["1", "c", "10", "3", "C", "Oxford"],
    ["2", "d", "20", "1", "D", "Paris"],
    ["3", "e", "30", "1", "E", "Leeds"],
    ["3", "f", "", "2", "F", "unknown"],
)
CITED = ["2020-03-06", "publisher", "", "", "", "", "", "", "", "31", "8", "8"]
"""OnlineDate to EstimatedCitation; CitationCount is the 20th column."""
PAPERS = tabbed(
    ["1", "9", "doi", "Journal", "a", "A", "", "2020", "2020-03-05", *CITED],
    ["2", "9", "doi", "Journal", "b", "B", "", "2020", "2020-03-05", "more"],
    ["3", "9", "doi", "Journal", "c", "C", "", "2020", "", "more"],
)


def test_the_academic_graph_gives_the_same(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "Affiliations.txt": AFFILIATIONS,
        "PaperAuthorAffiliations.txt": AUTHORS,
        "Papers.txt.gz": gzip.compress(PAPERS.encode()),
    }
    reading = read_drop(PUBLICATIONS_DATASET, files, tmp_path)
    assert [tuple(row.values()) for row in rows(reading, PUBLICATIONS)] == [
        ("1", date(2020, 3, 5), "10", 2),
        ("3", date(2020, 7, 1), "30", 1),
    ]
    assert [tuple(row.values()) for row in rows(reading, INSTITUTIONS)] == [
        ("10", 'University of "Oxford', None, None, 51.75, -1.25),
        ("30", "Leeds", None, None, None, None),
    ]
    assert [tuple(row.values()) for row in rows(reading, CITATIONS)] == [("1", 8), ("3", 0)]
    assert [tuple(row.values()) for row in rows(reading, PAIRS)] == [("10", "20", 1)]


@pytest.mark.parametrize("day", ["2999-01-01", "0001-01-01", "1799-12-31"])
def test_a_day_that_cannot_be_is_none_and_the_year_stands_in_for_it(day: str, tmp_path: Path) -> None:
    lines = json_lines(
        WORKS[0],
        work("W8", [LEEDS], publication_date=day, publication_year=2019),
        work("W9", [LEEDS], publication_date=day, publication_year=int(day[:4])),
    )
    reading = read_drop(PUBLICATIONS_DATASET, {"2025-05.jsonl": lines}, tmp_path / "works", share=0.7)
    assert [(row[1], row[2]) for row in reading.rejected.rows()] == [(3, "publication_date")]
    dates = {row["publication_id"]: row["publication_date"] for row in rows(reading, PUBLICATIONS)}
    assert dates["W8"] == date(2019, 7, 1)
    files = {
        "Affiliations.txt": AFFILIATIONS,
        "PaperAuthorAffiliations.txt": AUTHORS,
        "Papers.txt": PAPERS.replace("2020\t\tmore", f"{day[:4]}\t{day}\tmore"),
    }
    with pytest.raises(
        DropError, match=f"row 3, column Date: the value is '{day}'; expected a date.* from 1800 to 2100"
    ):
        read_drop(PUBLICATIONS_DATASET, files, tmp_path / "papers")


def test_a_paper_without_any_date_is_refused(tmp_path: Path) -> None:
    files = {
        "Affiliations.txt": AFFILIATIONS,
        "PaperAuthorAffiliations.txt": AUTHORS,
        "Papers.txt": PAPERS.replace("2020\t\tmore", "\t\tmore"),
    }
    with pytest.raises(DropError, match=r"Papers.txt, row 3, column Date: there is no value; expected a date"):
        read_drop(PUBLICATIONS_DATASET, files, tmp_path)


def test_a_table_of_the_graph_that_is_absent_is_named(tmp_path: Path) -> None:
    with pytest.raises(DropError, match=r"Affiliations.txt, PaperAuthorAffiliations.txt is not there"):
        read_drop(PUBLICATIONS_DATASET, {"Papers.txt": PAPERS}, tmp_path)


@pytest.mark.parametrize("written", ["8 citations", "n/a", "-1", "1000001"])
def test_citations_that_are_no_number_are_refused_in_every_form(tmp_path: Path, written: str) -> None:
    expected = "expected a whole number of citations, 0 or more and at most 1,000,000, which is max_citations"
    works = json_lines(work("W1", [institution("I1")], cited_by_count=written))
    cited = [*CITED[:-2], written, CITED[-1]]
    graph = {
        "Affiliations.txt": AFFILIATIONS,
        "PaperAuthorAffiliations.txt": AUTHORS,
        "Papers.txt": PAPERS.replace("\t".join(CITED), "\t".join(cited)),
    }
    for files, place in (({"2025-05.jsonl": works}, "row 1, column cited_by_count"), (graph, "row 1, column Citation")):
        with pytest.raises(DropError) as error:
            read_drop(PUBLICATIONS_DATASET, files, tmp_path / place[-3:])
        assert place in str(error.value)
        assert f"the value is '{written}'; {expected}" in str(error.value)
    reading = read_drop(PUBLICATIONS_DATASET, graph, tmp_path / "lenient", share=0.5)
    assert [row["publication_id"] for row in rows(reading, PUBLICATIONS)] == ["3"]
