"""The world's publications: reproducible, in the order asked for, and shaped like authorships."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from synthetic_uk.authorships import Order, write_authorships

WORKS = 5_000


def written(folder: Path, seed: int = 1, order: Order = "grouped") -> dict[str, pl.DataFrame]:
    write_authorships(
        folder, WORKS, seed, order=order, institutions=800, chunk_works=1_000, file_works=2_000, row_group_rows=500
    )
    return {
        kind: pl.concat([pl.read_parquet(path) for path in sorted(folder.glob(f"{kind}-*.parquet"))])
        for kind in ("works", "authorships", "institutions")
    }


def test_a_seed_gives_the_same_files(tmp_path: Path) -> None:
    first, second, other = written(tmp_path / "1"), written(tmp_path / "2"), written(tmp_path / "3", seed=2)
    for kind, rows in first.items():
        assert rows.equals(second[kind])
        assert not rows.equals(other[kind])
    assert [path.name for path in sorted((tmp_path / "1").glob("works*"))] == [
        f"works-00{at}.parquet" for at in range(3)
    ]


@pytest.mark.parametrize("order", ["sorted", "grouped", "shuffled"])
def test_works_stand_in_the_order_asked_for(tmp_path: Path, order: Order) -> None:
    drop = written(tmp_path, order=order)
    papers = drop["authorships"]["paper_id"]
    runs = papers.rle_id().max() + 1
    assert drop["works"]["paper_id"].n_unique() == papers.n_unique() == WORKS
    assert set(drop["works"]["paper_id"]) == set(papers)
    assert papers.is_sorted() == (order == "sorted")
    if order == "sorted":
        assert runs == WORKS
    elif order == "grouped":
        assert WORKS < runs < 1.01 * WORKS
    else:
        assert runs > 2 * WORKS


def test_authorships_are_skewed_and_some_have_no_institution(tmp_path: Path) -> None:
    drop = written(tmp_path)
    authorships = drop["authorships"].join(drop["institutions"], on="institution_id", how="left")
    known = authorships.filter(pl.col("institution_id").is_not_null())
    per_work = authorships["paper_id"].value_counts()["count"]
    assert 2.5 < per_work.mean() < 3.5  # type: ignore[operator]
    assert per_work.max() > 15  # type: ignore[operator]
    assert known.height / authorships.height == pytest.approx(0.8, abs=0.02)
    assert known["name"].null_count() == 0
    assert (known["country_code"] == "GB").mean() == pytest.approx(0.07, abs=0.04)
    largest = known["institution_id"].value_counts(sort=True)["count"]
    assert largest.head(80).sum() > 0.25 * known.height
    both = known.group_by("paper_id").agg(rows=pl.len(), institutions=pl.col("institution_id").n_unique())
    assert (both["rows"] > both["institutions"]).mean() > 0.3  # type: ignore[operator]
    assert authorships.group_by("paper_id").agg(pl.col("author_sequence").min())["author_sequence"].max() == 1


def test_an_order_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="order 'random': expected one of sorted, grouped, shuffled"):
        write_authorships(tmp_path, 10, 1, order="random")  # type: ignore[arg-type]
