"""Joint works against sets counted one by one, whatever the order of rows, the kind of ids, the memory."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assets.sources.authorships import keep_works_with, write_institution_pairs
from assets.sources.files.lines import reader_database
from assets.sources.reading.contract import Desk

Row = tuple[Any, Any]
Pairs = list[tuple[str, str, int]]


def oracle(rows: Sequence[Row], ends: Collection[Any]) -> Pairs:
    """Joint works of each pair with one of the ends, in the order of the ids as text."""
    institutions_of = defaultdict(set)
    for paper, institution in rows:
        if institution is not None:
            institutions_of[paper].add(institution)
    pairs: Counter[tuple[str, str]] = Counter()
    wanted = set(ends)
    for there in institutions_of.values():
        for pair in combinations(there, 2):
            if not wanted.isdisjoint(pair):
                first, second = sorted(map(str, pair))
                pairs[first, second] += 1
    return [(*pair, works) for pair, works in sorted(pairs.items())]


def kind(ids: Sequence[Any]) -> pa.DataType:
    return pa.string() if any(isinstance(id, str) for id in ids) else pa.int64()


def counted(rows: Sequence[Row], ends: Collection[Any], folder: Path, *settings: str) -> Pairs:
    """The same from a database with the rows as `authorships`, kept and counted as a reader does."""
    papers, institutions = [row[0] for row in rows], [row[1] for row in rows]
    arrays = {"work": pa.array(papers, kind(papers)), "place": pa.array(institutions, kind([*institutions, *ends]))}
    desk = Desk(folder, max_rejected_share=0)
    with reader_database(desk) as database:
        for setting in settings:
            database.execute(setting)
        database.from_arrow(pa.table(arrays)).create("authorships")
        database.from_arrow(pa.table({"place": pa.array(list(ends), arrays["place"].type)})).create("ends")
        keep_works_with(database, "authorships", "ends", "work", "place", "kept")
        wanted = {paper for paper, institution in rows if institution in ends}
        kept = database.sql("select work, place from kept").fetchall()
        assert len(kept) == len(set(kept))
        assert set(kept) == {row for row in rows if row[0] in wanted and row[1] is not None}
        affiliated = "select work as publication_id, place as institution_key from kept"
        found = pq.read_table(write_institution_pairs(database, affiliated, "select place from ends", desk))
    return [tuple(row.values()) for row in found.to_pylist()]


def some_rows(seed: int, works: int = 400, institutions: int = 60) -> list[Row]:
    """Authorships in no order; some without an institution, some repeated, one work with most of the institutions."""
    rng = np.random.default_rng(seed)
    rows: list[Row] = []
    for paper in range(works):
        authors = institutions if paper == works // 2 else int(rng.geometric(0.35))
        at = (institutions * rng.random(authors) ** 2).astype(int)
        rows += [(1_000 + 7 * paper, None if rng.random() < 0.2 else int(80 + 3 * each)) for each in at]
    return [rows[at] for at in rng.permutation(len(rows))]


@given(
    st.lists(st.tuples(st.integers(-3, 12), st.none() | st.integers(-2, 11)), max_size=60),
    st.sets(st.integers(-2, 12), max_size=3),
)
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_rows_are_counted(tmp_path_factory: pytest.TempPathFactory, rows: list[Row], ends: set[int]) -> None:
    assert counted(rows, ends, tmp_path_factory.mktemp("any")) == oracle(rows, ends)


@pytest.mark.parametrize("works", [str, int], ids=["text", "numbers"])
@pytest.mark.parametrize("places", [str, int], ids=["text", "numbers"])
def test_ids_may_be_text_or_numbers(tmp_path: Path, works: type, places: type) -> None:
    """Ends of two and three digits: as text 98 comes after 101."""
    rows = [(works(paper), place and places(place)) for paper, place in some_rows(4)]
    ends = {places(place) for place in (80, 98, 101, 9_999)}
    found = counted(rows, ends, tmp_path)
    assert found == oracle(rows, ends)
    assert any(first > second for first, second in ((int(a), int(b)) for a, b, _ in found))


def test_ids_may_be_far_apart(tmp_path: Path) -> None:
    rows = [((paper * 0x9E3779B97F4A7C15) % 2**63 - 2**62, place) for paper, place in some_rows(5)]
    assert counted(rows, {80, 83}, tmp_path) == oracle(rows, {80, 83})


def test_a_work_of_a_great_many_institutions_has_all_its_pairs(tmp_path: Path) -> None:
    rows = [(1, place) for place in range(2_000)]
    found = counted(rows, {5, 7}, tmp_path)
    assert len(found) == 1_999 + 1_998
    assert {works for *_, works in found} == {1}


LITTLE = ("set memory_limit = '24MB'", "set threads = 1")
"""With two threads it is chance how much both hold at once."""


def many_rows() -> list[Row]:
    """More than a database of little memory holds: 40 thousand works, five authorships each."""
    rng = np.random.default_rng(3)
    papers, places = np.repeat(np.arange(40_000), 5), rng.integers(0, 20_000, 200_000)
    return list(zip(papers.tolist(), places.tolist(), strict=True))


def test_what_memory_does_not_hold_goes_to_disk_and_comes_back(tmp_path: Path) -> None:
    rows, ends = many_rows(), set(range(0, 20_000, 3))
    with pytest.raises(duckdb.OutOfMemoryException):
        counted(rows, ends, tmp_path, *LITTLE, "set temp_directory = ''")
    assert counted(rows, ends, tmp_path, *LITTLE) == oracle(rows, ends)
