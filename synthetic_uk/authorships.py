"""The world's publications at any size, as Parquet: works, their authorships, and institutions.

    python -m synthetic_uk.authorships FOLDER [--works 239000000] [--seed 1] [--order grouped]

What belongs here: a drop `publications` for measuring what its size costs. What does not: the synthetic United
Kingdom's own publications (`publication_drops`), which are about its firms; nothing is planted here.

Files are written a chunk of works at a time, each chunk from a stream of its own, so memory does not grow with the
number of works and the same arguments give the same rows. Columns:

| file | columns |
|---|---|
| `works-NNN.parquet` | `paper_id` bigint, `publication_date` date |
| `authorships-NNN.parquet` | `paper_id` bigint, `author_sequence` integer, `institution_id` bigint or null |
| `institutions-NNN.parquet` | `institution_id` bigint, `name`, `country_code`, `type`, `latitude`, `longitude` |

Orders: `sorted`, by paper id through all files; `grouped`, the rows of a work mostly stand together while works come in
no order of ids, as where a snapshot is cut by the date of a record's last change; `shuffled`, the rows of a work lie
anywhere in their file. No publisher promises more than `grouped`.
"""

from __future__ import annotations

import argparse
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from assets.arrays import Floats, Integers
from assets.manners import begin, whole_given
from synthetic_uk.streams import scattered, stream

Order = Literal["sorted", "grouped", "shuffled"]

WORLD_WORKS = 239_000_000
"""Publications of the Microsoft Academic Knowledge Graph [METHOD, inputs]."""
INSTITUTIONS = 100_000
"""Institutions with authors; OpenAlex lists a little over that many."""
CHUNK_WORKS = 1_000_000
FILE_WORKS = 16_000_000
ROW_GROUP_ROWS = 1_000_000

COUNTRIES = {"GB": 0.07, "US": 0.24, "CN": 0.20, "DE": 0.06, "JP": 0.06, "FR": 0.05, "IN": 0.05, "BR": 0.04, "": 0.01}
"""Share of institutions; the rest is elsewhere (`ZZ`). Empty is null."""
RANK_POWER, RANK_OFFSET = 0.9, 30
"""Authorships of the institution of rank r go as (r + offset) ** -power: the largest has about 0.4% of them."""
AUTHORS_LOG = (0.88, 0.80)
"""Mean and standard deviation of the log of a work's number of authors."""
LARGE_SHARE, LARGE_TAIL, MOST_AUTHORS = 2e-4, 1.1, 5_000
"""Works of large collaborations: 30 authors or more, by a power law cut at the most."""
LARGE_FROM, LARGE_INSTITUTIONS = 30, 1_500
"""Authors of works this large who are at neither the first's institution nor its country are at one of the largest."""
UNKNOWN_SHARE = 0.20
"""Authorships without an institution."""
SAME_INSTITUTION_SHARE, SAME_COUNTRY_SHARE = 0.55, 0.15
"""Authors after the first, where they have an institution: at the first's, or anywhere in its country."""
SECOND_AFFILIATION_SHARE = 0.03
"""Rows that are a further institution of the author before."""
STRAY_SHARE = 1e-3
"""Rows of the order `grouped` that stand apart from their work's others."""
ID_GAP = 29
"""Ids of works that follow one another are this far apart on average: OpenAlex's reach past seven billion."""
MEAN_AGE_DAYS = 4_400
NEWEST = np.datetime64("2025-12-31", "D")

WORKS_SCHEMA = pa.schema([("paper_id", pa.int64()), ("publication_date", pa.date32())])
AUTHORSHIPS_SCHEMA = pa.schema(
    [("paper_id", pa.int64()), ("author_sequence", pa.int32()), ("institution_id", pa.int64())]
)


@dataclass(frozen=True)
class Institutions:
    """Institutions, those of one country side by side."""

    ids: Integers
    country: Integers
    """Number of the country, in the order of `COUNTRIES`; the last is elsewhere."""
    cumulative: Floats
    """Share of authorships up to each institution, it included."""
    largest: Integers
    """Positions of those with the most authorships."""

    def drawn(self, rng: np.random.Generator, size: int) -> Integers:
        """Positions of `size` institutions drawn from the whole world."""
        return self._at(rng.random(size))

    def drawn_beside(self, rng: np.random.Generator, positions: Integers) -> Integers:
        """Positions of institutions, each drawn from the country of one of `positions`."""
        borders = np.searchsorted(self.country, np.arange(self.country[-1] + 2))
        reached = np.concatenate([[0.0], self.cumulative])[borders]
        country = self.country[positions]
        low, high = reached[country], reached[country + 1]
        found = self._at(low + rng.random(len(positions)) * (high - low))
        return np.clip(found, borders[country], borders[country + 1] - 1)

    def _at(self, share: Floats) -> Integers:
        return np.minimum(np.searchsorted(self.cumulative, share, side="right"), len(self.ids) - 1)


def write_authorships(
    folder: Path,
    works: int,
    seed: int,
    *,
    order: Order = "grouped",
    institutions: int = INSTITUTIONS,
    chunk_works: int = CHUNK_WORKS,
    file_works: int = FILE_WORKS,
    row_group_rows: int = ROW_GROUP_ROWS,
) -> int:
    """Write works, authorships and institutions into `folder`, which is made; returns the number of authorships.

    A chunk of `chunk_works` works is held in memory at a time (about 150 bytes a work). Raises ValueError for an
    order that is none.
    """
    if order not in get_args(Order):
        raise ValueError(f"order {order!r}: expected one of {', '.join(get_args(Order))}")
    folder.mkdir(parents=True, exist_ok=True)
    everyone = _institutions(institutions, seed)
    _write_institutions(folder / "institutions-000.parquet", everyone, seed)
    rows = 0
    for number, start in enumerate(range(0, works, file_works)):
        stop = min(start + file_works, works)
        chunks = [(first, min(first + chunk_works, stop)) for first in range(start, stop, chunk_works)]
        with (
            pq.ParquetWriter(folder / f"works-{number:03}.parquet", WORKS_SCHEMA) as of_works,
            # A dictionary of paper ids would be as long as the column.
            pq.ParquetWriter(
                folder / f"authorships-{number:03}.parquet",
                AUTHORSHIPS_SCHEMA,
                use_dictionary=["author_sequence", "institution_id"],
            ) as of_authorships,
        ):
            for first, last in chunks:
                numbers = _in_order(np.arange(first, last), works, order)
                of_works.write_table(_works(numbers, seed), row_group_rows)
                authorships = _authorships(numbers, everyone, order, seed, first)
                of_authorships.write_table(authorships, row_group_rows)
                rows += authorships.num_rows
    return rows


def _institutions(count: int, seed: int) -> Institutions:
    rng = stream(seed, "institutions")
    weights = (np.arange(count) + RANK_OFFSET) ** -RANK_POWER
    shares = [*COUNTRIES.values(), 1.0 - sum(COUNTRIES.values())]
    country = rng.choice(len(shares), count, p=shares)
    beside = np.argsort(country, kind="stable")
    weights = weights[beside] / weights.sum()
    ids = 10_000_000 + np.cumsum(rng.integers(1, 60_000, count))
    largest = np.argsort(-weights, kind="stable")[:LARGE_INSTITUTIONS]
    return Institutions(rng.permutation(ids), country[beside], np.cumsum(weights), largest)


def _write_institutions(target: Path, institutions: Institutions, seed: int) -> None:
    rng = stream(seed, "institutions", "places")
    count = len(institutions.ids)
    codes = np.array([*COUNTRIES, "ZZ"], dtype=object)
    codes[codes == ""] = None
    is_uk = institutions.country == list(COUNTRIES).index("GB")
    table = pa.table(
        {
            "institution_id": institutions.ids,
            "name": [f"Institution {number}" for number in institutions.ids.tolist()],
            "country_code": pa.array(codes[institutions.country], pa.string()),
            "type": pa.array(np.array(["education", "company", "healthcare", "facility"])[rng.integers(0, 4, count)]),
            "latitude": np.where(is_uk, rng.uniform(50.1, 58.0, count), rng.uniform(-50, 65, count)).round(5),
            "longitude": np.where(is_uk, rng.uniform(-5.0, 1.5, count), rng.uniform(-180, 180, count)).round(5),
        }
    )
    pq.write_table(table, target)


def _in_order(places: Integers, works: int, order: Order) -> Integers:
    """Numbers of the works that stand at `places`."""
    if order == "sorted":
        return places
    step = next(step for step in range(max(1, int(works * 0.618)), 2 * works + 2) if math.gcd(step, works) == 1)
    return places * step % works


def paper_ids(numbers: Integers, seed: int) -> Integers:
    """Ids of works by their numbers: distinct, ascending, with gaps."""
    return 1_000_000 + numbers * ID_GAP + (scattered(seed, "paper id", numbers) * ID_GAP).astype(np.int64)


def _works(numbers: Integers, seed: int) -> pa.Table:
    age_days = (-np.log1p(-scattered(seed, "age", numbers)) * MEAN_AGE_DAYS).astype(np.int64)
    dates = NEWEST - np.minimum(age_days, 40_000).astype("timedelta64[D]")
    return pa.table([paper_ids(numbers, seed), dates], schema=WORKS_SCHEMA)


def _authorships(numbers: Integers, institutions: Institutions, order: Order, seed: int, chunk: int) -> pa.Table:
    rng = stream(seed, "authorships", chunk)
    authors = _authors(len(numbers), rng)
    work = np.repeat(np.arange(len(numbers)), authors)
    is_first = np.zeros(len(work), dtype=np.bool_)
    is_first[np.cumsum(authors) - authors] = True
    at = institutions.drawn(rng, len(numbers))[work]
    chance = rng.random(len(work))
    elsewhere = ~is_first & (chance >= SAME_INSTITUTION_SHARE)
    in_country = elsewhere & (chance < SAME_INSTITUTION_SHARE + SAME_COUNTRY_SHARE)
    abroad = elsewhere & ~in_country
    at[in_country] = institutions.drawn_beside(rng, at[in_country])
    at[abroad] = institutions.drawn(rng, int(abroad.sum()))
    in_large = abroad & (authors >= LARGE_FROM)[work]
    at[in_large] = rng.choice(institutions.largest, int(in_large.sum()))
    is_new_author = is_first | (rng.random(len(work)) >= SECOND_AFFILIATION_SHARE)
    author: Integers = np.cumsum(is_new_author)
    sequence = author - author[is_first][work] + 1
    unknown = rng.random(len(work)) < UNKNOWN_SHARE
    rows = _row_order(len(work), order, rng)
    ids = paper_ids(numbers, seed)[work]
    institution = pa.array(institutions.ids[at[rows]], mask=unknown[rows])
    return pa.table([ids[rows], sequence[rows].astype(np.int32), institution], schema=AUTHORSHIPS_SCHEMA)


def _authors(works: int, rng: np.random.Generator) -> Integers:
    """Rows of each work, at least one."""
    usual = np.maximum(rng.lognormal(*AUTHORS_LOG, works), 1.0)
    large = 30.0 * (1.0 - rng.random(works)) ** (-1 / LARGE_TAIL)
    is_large = rng.random(works) < LARGE_SHARE
    return np.minimum(np.where(is_large, large, usual), MOST_AUTHORS).astype(np.int64)


def _row_order(rows: int, order: Order, rng: np.random.Generator) -> Integers:
    """Which row stands at each place of a chunk."""
    if order == "sorted":
        return np.arange(rows)
    if order == "shuffled":
        return rng.permutation(rows)
    return np.argsort(rng.random(rows) < STRAY_SHARE, kind="stable")


def main() -> None:
    """Write a drop and say how large it is."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--works", type=whole_given, default=WORLD_WORKS)
    parser.add_argument("--seed", type=whole_given, default=1)
    parser.add_argument("--order", choices=get_args(Order), default="grouped")
    asked = parser.parse_args()
    rows = write_authorships(asked.folder, asked.works, asked.seed, order=asked.order)
    size = sum(path.stat().st_size for path in asked.folder.glob("*.parquet"))
    print(f"{asked.works} works, {rows} authorships, {size / 1e9:.2f} GB in {asked.folder}")


if __name__ == "__main__":
    begin(main)
