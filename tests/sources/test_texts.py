"""Texts come back from the very drop that a month read, under the keys that it stored, and are stored nowhere."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from assets.sources.problems import DropError
from assets.sources.reading.texts import text_batches
from assets.warehouse.database import Warehouse
from tests.sources.readers.test_index_sources import BUSINESSES_HEADER, EVENTS_HEADER, LABELS_HEADER
from tests.sources.readers.test_publications import AFFILIATIONS, AUTHORS, LEEDS, OXFORD, PAPERS, PARIS, work
from tests.sources.support import LENIENT, MAY, ingest, json_lines, put, put_register
from tests.sources.support import content as table_content

MARKER = "zyxwvut"
"""A word that stands in every text and nowhere else."""
ABSTRACT = {MARKER: [3], "robots": [0, 4], "make": [1], "other": [2]}
WORKS = json_lines(
    work("W1", [OXFORD], title="On wind", abstract_inverted_index=ABSTRACT, cited_by_count=12),
    work("W2", [PARIS], title="Overseas"),
    work("W3", [LEEDS], title=f"{MARKER} alone", abstract_inverted_index=None),
    work("W4", [LEEDS], title=None, abstract_inverted_index=None),
    work("W5", [LEEDS], title="No date", publication_date=None, publication_year=None),
)
DROPS: dict[str, str | bytes] = {
    "events/2025-05.csv": EVENTS_HEADER
    + f'1,meetup,Wind,"Two lines,\nof {MARKER}",2025-03-01,51.5,-0.1,,\n'
    + f"2,meetup,{MARKER},,2025-03-01,51.5,-0.1,,\n3,meetup,{MARKER} online,,2025-03-01,,,,\n"
    + f"4,meetup,{MARKER} abroad,,2025-03-01,48.8,2.3,,\n",
    "businesses/2025-05.csv": BUSINESSES_HEADER + f"1,Alpha,Makes {MARKER},OX11 0AA,,\n2,Beta,,OX11 0AA,,\n",
    "rtic_companies/2025-05.csv": "company_number,company_name,rtic_codes,employees,turnover,description\n"
    f"1,Alpha,RTIC0052,,,Describes {MARKER}\n2,Beta,RTIC0052,,,\n",
    "publications/2025-05.jsonl.gz": gzip.compress(WORKS.encode()),
    "training_labels/2025-05.csv": LABELS_HEADER + f"Text of {MARKER},Clean Growth\n,\nAnother,\n",
}
TEXTS: dict[str, tuple[str, list[str]]] = {
    "events": ("select event_key from sources.events", [f"Wind\nTwo lines,\nof {MARKER}", MARKER]),
    "businesses": ("select company_number from sources.businesses", [f"Alpha\nMakes {MARKER}"]),
    "rtic_companies": ("select company_number from sources.rtic_companies", [f"Alpha\nDescribes {MARKER}", "Beta"]),
    "publications": (
        "select distinct publication_id from sources.publication_institutions where publication_id <> 'W4'",
        [f"On wind\nrobots make other {MARKER} robots", f"{MARKER} alone"],
    ),
    "training_labels": (
        "select distinct row_number::varchar from sources.training_labels",
        [f"Text of {MARKER}", "Another"],
    ),
}


@pytest.fixture
def taken_in(warehouse: Warehouse, tmp_path: Path) -> Warehouse:
    """A warehouse that has taken in texts of every kind; the sources are beside it."""
    put_register(tmp_path / "sources")
    for path, content in DROPS.items():
        put(tmp_path / "sources", path, content)
    ingest(warehouse, tmp_path / "sources", profile=LENIENT)
    return warehouse


def used(warehouse: Warehouse, dataset: str) -> dict[str, Any]:
    found = warehouse.read("select * from sources.drops where dataset = $d and month = $m", d=dataset, m=MAY.first_day)
    return found.row(0, named=True)


def texts(warehouse: Warehouse, sources: Path, dataset: str, batch_rows: int = 1) -> list[pl.DataFrame]:
    scratch = sources.parent / f"scratch-{dataset}-{batch_rows}"
    scratch.mkdir()
    return list(text_batches(str(sources), used(warehouse, dataset), scratch, batch_rows))


@pytest.mark.parametrize("dataset", TEXTS)
def test_texts_are_those_of_the_drop_under_the_keys_that_are_stored(
    taken_in: Warehouse, tmp_path: Path, dataset: str
) -> None:
    query, expected = TEXTS[dataset]
    batches = texts(taken_in, tmp_path / "sources", dataset)
    assert all(batch.height <= 1 and batch.schema == {"key": pl.String, "text": pl.String} for batch in batches)
    found = pl.concat(batches)
    assert sorted(found["text"]) == sorted(expected)
    assert sorted(found["key"]) == sorted(taken_in.read(query).to_series())
    assert pl.concat(texts(taken_in, tmp_path / "sources", dataset, 100)).equals(found)


def test_nothing_of_a_text_stands_in_the_warehouse(taken_in: Warehouse, tmp_path: Path) -> None:
    with taken_in.transaction() as connection:
        connection.execute("create table canary as select 'wvutsrq' as word")
    with taken_in.connect() as connection:
        connection.execute("force checkpoint")
    kept = b"".join(path.read_bytes() for path in tmp_path.glob("warehouse.duckdb*"))
    assert b"wvutsrq" in kept, "a word that is stored can be found"
    assert MARKER.encode() not in kept
    assert MARKER not in str(table_content(taken_in)), "nor packed"
    left = [path for path in tmp_path.rglob("*") if path.is_file() and path.parent.parent != tmp_path / "sources"]
    assert {path.name for path in left} <= {"warehouse.duckdb", "warehouse.duckdb.wal"}


def test_a_drop_that_has_changed_is_not_read(taken_in: Warehouse, tmp_path: Path) -> None:
    put(tmp_path / "sources", "events/2025-05.csv", EVENTS_HEADER)
    with pytest.raises(DropError, match=r"events/2025-05.csv: its bytes are not those .* Read the sources again"):
        texts(taken_in, tmp_path / "sources", "events")
    (tmp_path / "sources" / "events" / "2025-05.csv").unlink()
    with pytest.raises(DropError, match=r"is gone; .* Read the sources again"):
        texts(taken_in, tmp_path / "sources", "events", 2)


def test_a_dataset_without_texts_is_refused(taken_in: Warehouse, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="postcodes has no texts"):
        texts(taken_in, tmp_path / "sources", "postcodes")


def test_a_folder_of_the_academic_graph_gives_titles(warehouse: Warehouse, tmp_path: Path) -> None:
    put_register(tmp_path / "sources")
    for name, content in {
        "Affiliations": AFFILIATIONS,
        "PaperAuthorAffiliations": AUTHORS,
        "Papers": PAPERS.replace("\tA\t", f"\tA {MARKER}\t").replace("\tC\t", "\t\t"),
    }.items():
        put(tmp_path / "sources", f"publications/2025-05/{name}.txt", content)
    ingest(warehouse, tmp_path / "sources")
    (found,) = texts(warehouse, tmp_path / "sources", "publications", 10)
    assert found.rows() == [("1", f"A {MARKER}"), ("3", "c")]
    assert MARKER.encode() not in warehouse.path.read_bytes()
