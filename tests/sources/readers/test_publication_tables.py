"""Publications as tables in Parquet: the same rows as from OpenAlex, and clear errors."""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from assets.sources.problems import DropError
from assets.sources.readers.publications import PUBLICATIONS_DATASET
from assets.sources.reading.texts import text_batches
from assets.warehouse.database import Warehouse
from synthetic_uk.authorships import write_authorships
from tests.sources.readers.test_publications import CITATIONS, INSTITUTIONS, PAIRS, PUBLICATIONS
from tests.sources.support import content, ingest, json_lines, put, put_register, read_drop, rows

Columns = Mapping[str, list[Any]]


def packed(columns: Columns, **kinds: pa.DataType) -> bytes:
    buffer = io.BytesIO()
    arrays = {name: pa.array(values, kinds.get(name)) for name, values in columns.items()}
    pq.write_table(pa.table(arrays), buffer, row_group_size=3)
    return buffer.getvalue()


WORKS = {
    "paper_id": [11, 12, 13, 14],
    "publication_date": ["2020-03-05", "2020-03-06", None, "2021-01-01"],
    "publication_year": [2020, 2020, 2020, 2021],
    "cited_by_count": [7, 1, None, 2],
    "title": ["One", "Two", None, "Four"],
}
AUTHORSHIPS = {
    "paper_id": [13, 11, 11, 11, 11, 12, 13, 14],
    "author_sequence": [1, 1, 1, 2, 3, 1, 2, 1],
    "institution_id": [2, 1, 3, 1, 4, 3, None, None],
}
PLACES = {
    "institution_id": [1, 2, 3],
    "name": ["University of Oxford", None, "Paris"],
    "country_code": ["GB", "GB", "FR"],
    "ror": ["r1", None, "r3"],
    "type": ["education", None, "education"],
    "latitude": [51.75, None, 48.8],
    "longitude": [-1.25, None, 2.3],
}


def drop(works: Columns = WORKS, authorships: Columns = AUTHORSHIPS, institutions: Columns = PLACES) -> dict[str, Any]:
    return {
        "authorships-0.parquet": packed(authorships),
        "works-0.parquet": packed(works),
        "institutions.parquet": packed(institutions),
    }


def changed(columns: Columns, name: str, place: int, value: Any) -> dict[str, list[Any]]:
    values = list(columns[name])
    values[place] = value
    return {**columns, name: values}


def without(columns: Columns, name: str) -> dict[str, list[Any]]:
    return {key: values for key, values in columns.items() if key != name}


def renamed(columns: Columns, **names: str) -> dict[str, list[Any]]:
    return {names.get(name, name): values for name, values in columns.items()}


def tuples(reading: Any, table: str) -> list[tuple[Any, ...]]:
    return [tuple(row.values()) for row in rows(reading, table)]


def test_uk_institutions_are_kept_and_all_are_counted(tmp_path: Path) -> None:
    reading = read_drop(PUBLICATIONS_DATASET, drop(), tmp_path)
    assert tuples(reading, PUBLICATIONS) == [("11", date(2020, 3, 5), "1", 3), ("13", date(2020, 7, 1), "2", 1)]
    assert tuples(reading, INSTITUTIONS) == [
        ("1", "University of Oxford", "r1", "education", 51.75, -1.25),
        ("2", "2", None, None, None, None),
    ]
    assert tuples(reading, CITATIONS) == [("11", 7), ("13", 0)]
    assert tuples(reading, PAIRS) == [("1", "3", 1), ("1", "4", 1)]
    assert reading.rejected.is_empty()


def test_a_table_may_be_many_files_and_its_columns_of_other_names_and_kinds(tmp_path: Path) -> None:
    first = {name: values[:5] for name, values in AUTHORSHIPS.items()}
    second = {name: values[5:] for name, values in AUTHORSHIPS.items()}
    days = [None if day is None else date.fromisoformat(day) for day in WORKS["publication_date"]]
    works = {"id": WORKS["paper_id"], "publication_date": days, "Publication_Year": WORKS["publication_year"]}
    files = {
        "authorships/part-0.parquet": packed(renamed(first, paper_id="work_id")),
        "authorships/part-1.parquet": packed(renamed(second, paper_id="work_id")),
        "works/part-0.parquet": packed({**works, "citations": WORKS["cited_by_count"]}, id=pa.uint32()),
        "institutions/part-0.parquet": packed(renamed(PLACES, institution_id="id", name="display_name")),
    }
    expected = read_drop(PUBLICATIONS_DATASET, drop(), tmp_path / "a")
    found = read_drop(PUBLICATIONS_DATASET, files, tmp_path / "b")
    for table in PUBLICATIONS_DATASET.tables:
        assert tuples(found, table) == tuples(expected, table)


def as_openalex(folder: Path, address: str = "https://openalex.org/") -> str:
    """The lines of an OpenAlex snapshot with what lies in the folder."""
    read = {kind: pl.read_parquet(folder / f"{kind}-*.parquet") for kind in ("works", "authorships", "institutions")}
    places = {
        row["institution_id"]: {
            "id": f"{address}I{row['institution_id']}",
            "display_name": row["name"],
            "country_code": row["country_code"],
            "type": row["type"],
            "geo": {"latitude": row["latitude"], "longitude": row["longitude"]},
        }
        for row in read["institutions"].to_dicts()
    }
    on = dict(read["authorships"].group_by("paper_id").agg("institution_id").iter_rows())
    works = (
        {
            "id": f"{address}W{paper}",
            "title": f"Work {paper}",
            "publication_date": day.isoformat(),
            "authorships": [{"institutions": [places[key]] if key else []} for key in on[paper]],
        }
        for paper, day in read["works"].iter_rows()
    )
    return json_lines(*works, *places.values())


def as_text(folder: Path, kind: str, address: str = "https://openalex.org/") -> bytes:
    """A table of the folder with ids as OpenAlex writes them."""
    table = pl.read_parquet(folder / f"{kind}-*.parquet")
    letters = {"paper_id": "W", "institution_id": "I"}
    named = [
        (f"{address}{letter}" + pl.col(name).cast(pl.String)).alias(name)
        for name, letter in letters.items()
        if name in table.columns
    ]
    buffer = io.BytesIO()
    table.with_columns(named).write_parquet(buffer, row_group_size=1_000)
    return buffer.getvalue()


@pytest.mark.parametrize("order", ["sorted", "grouped", "shuffled"])
def test_the_same_content_gives_the_same_tables_as_through_openalex(tmp_path: Path, order: Any) -> None:
    made = tmp_path / "made"
    write_authorships(
        made, 2_000, 5, order=order, institutions=150, chunk_works=500, file_works=800, row_group_rows=200
    )
    openalex = read_drop(PUBLICATIONS_DATASET, {"2025-05.jsonl": as_openalex(made)}, tmp_path / "lines")
    texts = {f"{kind}.parquet": as_text(made, kind) for kind in ("works", "authorships", "institutions")}
    parquet = read_drop(PUBLICATIONS_DATASET, texts, tmp_path / "text")
    numbers = read_drop(
        PUBLICATIONS_DATASET, {path.name: path.read_bytes() for path in made.iterdir()}, tmp_path / "numbers"
    )
    assert len(rows(openalex, PUBLICATIONS)) > 150
    assert len(rows(openalex, PAIRS)) > 150
    for table in PUBLICATIONS_DATASET.tables:
        assert tuples(parquet, table) == tuples(openalex, table)
        assert tuples(numbers, table) == [tuple(map(bare, row)) for row in tuples(openalex, table)]


def bare(value: Any) -> Any:
    """An id of OpenAlex without its letter; anything else as it is."""
    return value[1:] if isinstance(value, str) and value[0] in "IW" and value[1:].isdigit() else value


BAD: dict[str, tuple[dict[str, Any], str]] = {
    "no table": (
        {"works.parquet": packed(WORKS), "institutions.parquet": packed(PLACES)},
        r"authorships\*.parquet is not there; expected works\*.parquet, authorships\*.parquet, institutions\*.parquet",
    ),
    "another file": (
        {**drop(), "authors.parquet": packed(AUTHORSHIPS)},
        "authors.parquet: the file is of none of the tables; .* Give the file the name of its table, or take it out",
    ),
    "no column": (
        drop(institutions=without(PLACES, "country_code")),
        "institutions.parquet, column country_code: there is no such column .there are: institution_id, name, ror",
    ),
    "no date": (
        drop(works={"paper_id": WORKS["paper_id"]}),
        "works-0.parquet, column publication_date or publication_year: there is no such column",
    ),
    "other names in another file": (
        {**drop(), "works-1.parquet": packed(renamed(WORKS, paper_id="id"))},
        "works-1.parquet, column paper_id: there is no such column",
    ),
    "text and numbers": (
        drop(works={**WORKS, "paper_id": ["11", "12", "13", "14"]}),
        "authorships-0.parquet, column paper_id: the column is of the kind int64; expected text, as in .*works-0",
    ),
    "neither": (
        drop(institutions={**PLACES, "institution_id": [1.0, 2.0, 3.0]}),
        "institutions.parquet, column institution_id: the column is of the kind double; expected integers, as in",
    ),
    "damaged": ({**drop(), "works-0.parquet": packed(WORKS)[:-20]}, "works-0.parquet: the file cannot be read"),
    "nothing from the UK": (
        drop(institutions={**PLACES, "country_code": ["FR", "FR", "FR"]}),
        "there is no work of a UK institution; expected authorships at an institution whose country_code is GB",
    ),
    "no work of the UK's": (
        drop(authorships={**AUTHORSHIPS, "institution_id": [3] * 8}),
        "there is no work of a UK institution",
    ),
    "an authorship without a work": (
        drop(authorships=changed(AUTHORSHIPS, "paper_id", 5, None)),
        "authorships-0.parquet, row 7, column paper_id: there is no value; expected the id of the work",
    ),
    "a work without a date": (
        drop(
            works={
                **WORKS,
                "publication_date": ["2020", *WORKS["publication_date"][1:]],
                "publication_year": [None] * 4,
            }
        ),
        "works-0.parquet, row 2, column publication_date: the value is '2020'; expected a date, or a publication_year",
    ),
    "a work of a day that cannot be": (
        drop(
            works={
                **WORKS,
                "publication_date": ["2999-01-01", *WORKS["publication_date"][1:]],
                "publication_year": [1, *[None] * 3],
            }
        ),
        "works-0.parquet, row 2, column publication_date: the value is '2999-01-01'; expected a date, or a "
        "publication_year beside it, from 1800 to 2100",
    ),
    "a work without an id": (
        drop(works=changed(WORKS, "paper_id", 3, None)),
        "works-0.parquet, row 5, column paper_id: there is no value; expected the id of the work",
    ),
    "an institution without an id": (
        drop(institutions=changed(PLACES, "institution_id", 1, None)),
        "institutions.parquet, row 3, column institution_id: there is no value; expected the id of the institution",
    ),
    "a work that is not there": (
        drop(works=changed(WORKS, "paper_id", 2, 99)),
        "authorships-0.parquet, row 2, column paper_id: the value is '13'; expected the id of one of the works",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_wrong_is_said(tmp_path: Path, name: str) -> None:
    files, message = BAD[name]
    with pytest.raises(DropError, match=message):
        read_drop(PUBLICATIONS_DATASET, files, tmp_path)


def test_an_empty_institution_is_none(tmp_path: Path) -> None:
    texts = {
        name: [None if key is None else str(key) for key in AUTHORSHIPS[name]]
        for name in ("paper_id", "institution_id")
    }
    texts["institution_id"] = [key or "" for key in texts["institution_id"]]
    places = {**PLACES, "institution_id": ["1", "2", "3"]}
    works = {**WORKS, "paper_id": [str(paper) for paper in WORKS["paper_id"]]}
    reading = read_drop(PUBLICATIONS_DATASET, drop(works, texts, places), tmp_path)
    assert tuples(reading, PUBLICATIONS) == [("11", date(2020, 3, 5), "1", 3), ("13", date(2020, 7, 1), "2", 1)]
    assert tuples(reading, PAIRS) == [("1", "3", 1), ("1", "4", 1)]


def test_works_that_are_refused_count_nowhere(tmp_path: Path) -> None:
    undated = {**WORKS, "publication_date": [None] * 4, "publication_year": [None, 2020, 2020, 2021]}
    reading = read_drop(PUBLICATIONS_DATASET, drop(works=undated), tmp_path, share=0.5)
    assert reading.rejected.rows() == [
        (
            "publications/works-0.parquet",
            2,
            "publication_date",
            None,
            "expected a date, or a publication_year beside it, from 1800 to 2100",
        )
    ]
    assert [row[0] for row in tuples(reading, PUBLICATIONS)] == ["13"]
    assert tuples(reading, PAIRS) == []


def test_a_work_that_stands_twice_counts_once(tmp_path: Path) -> None:
    twice = {name: [*values, *values] for name, values in AUTHORSHIPS.items()}
    works = {name: [*values, values[0]] for name, values in changed(WORKS, "cited_by_count", 0, 9).items()}
    reading = read_drop(PUBLICATIONS_DATASET, drop(works=works, authorships=twice), tmp_path)
    assert tuples(reading, PUBLICATIONS) == [("11", date(2020, 3, 5), "1", 3), ("13", date(2020, 7, 1), "2", 1)]
    assert tuples(reading, CITATIONS) == [("11", 9), ("13", 0)]
    assert tuples(reading, PAIRS) == [("1", "3", 1), ("1", "4", 1)]


def test_a_month_takes_the_tables_in_and_reads_titles_again(warehouse: Warehouse, tmp_path: Path) -> None:
    sources = tmp_path / "sources"
    put_register(sources)
    for name, packed_table in drop().items():
        put(sources, f"publications/2025-05/{name}", packed_table)
    ingest(warehouse, sources)
    assert content(warehouse, [PAIRS])[PAIRS] == [(date(2025, 5, 1), "1", "3", 1), (date(2025, 5, 1), "1", "4", 1)]
    (row,) = warehouse.read("select * from sources.drops where dataset = 'publications'").to_dicts()
    (found,) = text_batches(str(sources), row, tmp_path, 10)
    assert found.rows() == [("11", "One")]


def test_works_without_titles_have_no_texts(warehouse: Warehouse, tmp_path: Path) -> None:
    sources = tmp_path / "sources"
    put_register(sources)
    for name, packed_table in drop(works=without(WORKS, "title")).items():
        put(sources, f"publications/2025-05/{name}", packed_table)
    ingest(warehouse, sources)
    (row,) = warehouse.read("select * from sources.drops where dataset = 'publications'").to_dicts()
    assert not list(text_batches(str(sources), row, tmp_path, 10))


def test_citations_that_are_no_number_are_refused(tmp_path: Path) -> None:
    words = {**WORKS, "cited_by_count": ["n/a", "1", "", "2"]}
    with pytest.raises(DropError, match="row 2, column cited_by_count: the value is 'n/a'; expected a whole number of"):
        read_drop(PUBLICATIONS_DATASET, drop(words), tmp_path)
    missing = {**WORKS, "cited_by_count": [7.0, float("nan"), None, 2.0]}
    dated = {**missing, "publication_date": WORKS["publication_date"]}
    reading = read_drop(PUBLICATIONS_DATASET, drop(dated), tmp_path / "missing")
    assert dict(tuples(reading, CITATIONS))["11"] == 7
