"""Counts of authorships against dictionaries, whatever the order of rows, the memory, the threads, the kind of ids."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assets.sources.authorships.bins import Bins
from assets.sources.authorships.blocks import RangeBlocks, Rows, are_worth_it, paper_ranges
from assets.sources.authorships.counting import AuthorshipCounts, Limits, count_authorships
from assets.sources.authorships.ends import of_works_with
from assets.sources.authorships.files import AuthorshipFiles, RowGroup, in_threads, take_census, with_ranges
from assets.sources.authorships.kernels import in_order

Row = tuple[Any, Any]
Counted = tuple[dict[Any, tuple[int, int]], dict[tuple[Any, Any], int]]

TINY = Limits(memory_bytes=40_000, threads=2, block_rows=500)


def oracle(rows: Sequence[Row], ends: Collection[Any] | None = None) -> Counted:
    """Works and billionths of each institution, and joint works of each pair, counted one by one."""
    institutions_of = defaultdict(set)
    for paper, institution in rows:
        if institution is not None:
            institutions_of[paper].add(institution)
    works: Counter[Any] = Counter()
    billionths: Counter[Any] = Counter()
    pairs: Counter[tuple[Any, Any]] = Counter()
    for there in institutions_of.values():
        for institution in there:
            if ends is None or institution in ends:
                works[institution] += 1
                billionths[institution] += (2 * 10**9 + len(there)) // (2 * len(there))
        pairs.update(pair for pair in combinations(sorted(there), 2) if ends is None or set(pair) & set(ends))
    return {each: (works[each], billionths[each]) for each in works}, dict(pairs)


def written(counts: AuthorshipCounts) -> Counted:
    """The same from the files, whose order is checked."""
    institutions = pq.read_table(counts.institutions).to_pylist()
    pairs = [row for path in counts.pairs for row in pq.read_table(path).to_pylist()]
    ids = [row["institution_id"] for row in institutions]
    keys = [(row["institution_a"], row["institution_b"]) for row in pairs]
    assert ids == sorted(set(ids))
    assert keys == sorted(set(keys))
    return (
        {row["institution_id"]: (row["works"], row["billionths"]) for row in institutions},
        {key: row["works"] for key, row in zip(keys, pairs, strict=True)},
    )


def table(rows: Sequence[Row]) -> pa.Table:
    papers, institutions = [row[0] for row in rows], [row[1] for row in rows]
    kinds = [pa.string() if any(isinstance(id, str) for id in ids) else pa.int64() for ids in (papers, institutions)]
    return pa.table({"paper_id": pa.array(papers, kinds[0]), "institution_id": pa.array(institutions, kinds[1])})


def put(rows: Sequence[Row], folder: Path, files: int = 1, **options: Any) -> list[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    size = -(-len(rows) // files)
    paths = [folder / f"authorships-{number}.parquet" for number in range(files)]
    for number, path in enumerate(paths):
        pq.write_table(table(rows[number * size : (number + 1) * size]), path, **options)
    return paths


def some_rows(seed: int, works: int = 400, institutions: int = 60) -> list[Row]:
    """Authorships in order of their works; some without an institution, some repeated, one work with most of them."""
    rng = np.random.default_rng(seed)
    rows: list[Row] = []
    for paper in range(works):
        authors = institutions if paper == works // 2 else int(rng.geometric(0.35))
        at = (institutions * rng.random(authors) ** 2).astype(int)
        rows += [(1_000 + 7 * paper, None if rng.random() < 0.2 else int(100 + 3 * each)) for each in at]
    return rows


def shuffled(rows: Sequence[Row], seed: int = 3) -> list[Row]:
    return [rows[at] for at in np.random.default_rng(seed).permutation(len(rows))]


@given(
    st.lists(st.tuples(st.integers(-3, 12), st.none() | st.integers(-2, 7)), max_size=60),
    st.none() | st.sets(st.integers(-2, 9), max_size=3),
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_rows_are_counted(tmp_path_factory: pytest.TempPathFactory, rows: list[Row], ends: set[int] | None) -> None:
    folder = tmp_path_factory.mktemp("any")
    counts = count_authorships(put(rows, folder / "drop", row_group_size=7), folder / "out", ends=ends, limits=TINY)
    assert written(counts) == oracle(rows, ends)
    assert counts.authorships == len(rows)


@pytest.mark.parametrize("ends", [None, {100, 106, 130, 9_999}], ids=["world", "ends"])
@pytest.mark.parametrize("order", [list, shuffled], ids=["ascending", "shuffled"])
@pytest.mark.parametrize(
    "limits",
    [Limits(), Limits(threads=1, block_rows=100), Limits(threads=3, block_rows=37), TINY],
    ids=["at once", "one thread", "small blocks", "little memory"],
)
def test_the_result_does_not_depend_on_how_it_is_made(
    tmp_path: Path, limits: Limits, order: Callable[[list[Row]], list[Row]], ends: set[int] | None
) -> None:
    rows = some_rows(1)
    paths = put(order(rows), tmp_path / "drop", files=3, row_group_size=20)
    counts = count_authorships(paths, tmp_path / "out", ends=ends, limits=limits)
    assert written(counts) == oracle(rows, ends)


def test_row_groups_that_ascend_are_read_in_ranges_and_others_put_into_bins(tmp_path: Path) -> None:
    rows, limits = some_rows(2), Limits(block_rows=100)
    ascending = count_authorships(put(rows, tmp_path / "a", row_group_size=10)[::-1], tmp_path / "a-out", limits=limits)
    other = count_authorships(put(shuffled(rows), tmp_path / "b", row_group_size=10), tmp_path / "b-out", limits=limits)
    assert ascending.is_by_ranges
    assert not other.is_by_ranges
    assert min(ascending.blocks, other.blocks) > 5
    assert ascending.spilled_bytes == other.spilled_bytes == 0
    assert written(ascending) == written(other) == oracle(rows)


def test_what_memory_does_not_hold_goes_to_disk_and_comes_back(tmp_path: Path) -> None:
    rows = some_rows(3, works=3_000, institutions=300)
    counts = count_authorships(put(shuffled(rows), tmp_path / "drop"), tmp_path / "out", limits=TINY)
    assert not counts.is_by_ranges
    assert counts.spilled_bytes > 100_000
    assert written(counts) == oracle(rows)
    left = {path for path in (tmp_path / "out").rglob("*") if path.is_file()}
    assert left == {counts.institutions, *counts.pairs}


@pytest.mark.parametrize("ends", [None, {"I100", "I130"}], ids=["world", "ends"])
@pytest.mark.parametrize("works", [str, int], ids=["text", "numbers"])
def test_ids_may_be_text(tmp_path: Path, works: type, ends: set[str] | None) -> None:
    rows = [
        (f"https://openalex.org/W{paper}" if works is str else paper, institution and f"I{institution}")
        for paper, institution in shuffled(some_rows(4))
    ]
    counts = count_authorships(put(rows, tmp_path / "drop", files=2), tmp_path / "out", ends=ends, limits=TINY)
    assert written(counts) == oracle(rows, ends)


@pytest.mark.parametrize("ends", [None, {100, 106}], ids=["world", "ends"])
def test_ids_may_be_far_apart(tmp_path: Path, ends: set[int] | None) -> None:
    rows = [((paper * 0x9E3779B97F4A7C15) % 2**63 - 2**62, place) for paper, place in some_rows(5)]
    counts = count_authorships(put(rows, tmp_path / "drop"), tmp_path / "out", ends=ends, limits=TINY)
    assert written(counts) == oracle(rows, ends)


def test_files_need_not_state_what_is_in_them(tmp_path: Path) -> None:
    rows = some_rows(6)
    paths = put(rows, tmp_path / "drop", write_statistics=False, row_group_size=20)
    counts = count_authorships(paths, tmp_path / "out", limits=Limits(block_rows=100))
    assert counts.is_by_ranges
    assert written(counts) == oracle(rows)


def test_columns_may_have_other_names_and_kinds(tmp_path: Path) -> None:
    rows = some_rows(7)
    small = table(rows).rename_columns(["work", "place"])
    small = small.cast(pa.schema([("work", pa.int32()), ("place", pa.uint16())]))
    pq.write_table(small, tmp_path / "small.parquet")
    counts = count_authorships([tmp_path / "small.parquet"], tmp_path / "out", paper="work", institution="place")
    assert written(counts) == oracle(rows)


def test_pairs_of_many_institutions_need_wider_keys(tmp_path: Path) -> None:
    rows: list[Row] = [(paper, paper * 2 + side) for paper in range(70_000) for side in (0, 1)]
    counts = count_authorships(put(rows, tmp_path / "drop"), tmp_path / "out")
    assert written(counts)[1] == {(paper * 2, paper * 2 + 1): 1 for paper in range(70_000)}


def test_nothing_to_count(tmp_path: Path) -> None:
    for number, rows in enumerate([[], [(1, None), (2, None)]]):
        paths = put(rows, tmp_path / f"drop-{number}")
        assert written(count_authorships(paths, tmp_path / f"out-{number}")) == ({}, {})


def test_what_cannot_be_counted_is_refused(tmp_path: Path) -> None:
    without = put([(1, 2), (None, 2)], tmp_path / "drop")
    with pytest.raises(ValueError, match="1 authorships have no paper id"):
        count_authorships(without, tmp_path / "a")
    with pytest.raises(ValueError, match=r"there is no column work_id .*paper_id"):
        count_authorships(without, tmp_path / "b", paper="work_id")
    with pytest.raises(ValueError, match="1 authorships have no paper id"):
        count_authorships(put([("W1", 2), (None, 2)], tmp_path / "text"), tmp_path / "c", ends=[2])


@pytest.mark.parametrize("order", [list, shuffled], ids=["ascending", "shuffled"])
@pytest.mark.parametrize("memory_bytes", [100, 20_000, 1 << 30])
def test_works_with_an_end_keep_all_their_institutions(
    tmp_path: Path, order: Callable[[list[Row]], list[Row]], memory_bytes: int
) -> None:
    rows = some_rows(10)
    files = AuthorshipFiles(tuple(put(order(rows), tmp_path / "drop", files=2, row_group_size=20)))
    kept = of_works_with(files, [106, 130], tmp_path / "kept", memory_bytes, 2)
    found = pa.concat_tables([pq.read_table(path) for path in kept.paths]).to_pylist()
    papers = {paper for paper, institution in rows if institution in (106, 130)}
    wanted = {row for row in rows if row[0] in papers and row[1] is not None}
    in_all = {(row["paper_id"], row["institution_id"]) for row in found}
    assert wanted <= in_all <= set(rows)
    if memory_bytes > 100:
        assert len(in_all) < 1.2 * len(wanted)


def test_a_file_whose_statistics_are_wrong_is_refused(tmp_path: Path) -> None:
    files = AuthorshipFiles(tuple(put(some_rows(8), tmp_path / "drop", row_group_size=100)))
    groups = with_ranges(files, 1)
    wrong = (*groups[:-1], replace(groups[-1], high=groups[-1].low))
    census = take_census(files, groups, 1)
    rows = Rows(files, wrong, census, np.ones(len(census.numbering), np.bool_))
    blocks = RangeBlocks(rows, paper_ranges(wrong, 200))
    for each in blocks.tasks:
        blocks.keys(each)
    with pytest.raises(ValueError, match=r"authorships are outside the range"):
        blocks.close()


def test_ranges_hold_every_id_once() -> None:
    groups = [RowGroup(Path("a"), number, 10, 5 * number, 5 * number + 5) for number in range(20)]
    ranges = paper_ranges(groups[::-1], 40)
    assert [(each.low, each.high) for each in ranges] == [(0, 20), (20, 40), (40, 60), (60, 80), (80, 101)]
    assert are_worth_it(ranges, 40)
    everywhere = [replace(group, low=number, high=200) for number, group in enumerate(groups)]
    assert not are_worth_it(paper_ranges(everywhere, 40), 40)


@pytest.mark.parametrize("kind", [np.uint32, np.uint64])
def test_keys_come_into_order(kind: type) -> None:
    keys = np.random.default_rng(9).integers(0, 1 << 31, 1_000).astype(kind)
    assert np.array_equal(in_order(keys.copy(), np.empty_like(keys), 31), np.sort(keys))


def test_a_bin_gives_back_what_was_put_into_it(tmp_path: Path) -> None:
    bins = Bins(tmp_path / "bins", 2, np.uint32, 100)
    for start in range(0, 90, 10):
        bins.add(start % 20 // 10, np.arange(start, start + 10, dtype=np.uint32))
    assert bins.spilled_bytes == 9 * 40 - 80
    parts = list(bins.take(1, 7))
    assert max(len(part) for part in parts) <= 7
    assert sorted(np.concatenate(parts)) == [at for at in range(90) if at % 20 >= 10]
    assert not list(bins.take(1, 7))


def test_an_error_in_a_thread_stops_the_others() -> None:
    done = []

    def work(taken: Any) -> None:
        for task in taken:
            if task == 3:
                raise KeyError(task)
            done.append(task)

    with pytest.raises(KeyError):
        in_threads(work, range(1_000_000), 2)
    assert len(done) < 1_000_000
