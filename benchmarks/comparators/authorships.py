"""What counting the world's authorships costs: seconds, memory of the process, bytes put aside on disk.

    python -m benchmarks.comparators.authorships [--works 12000000] [--mode world] [--order grouped]
        [--memory-gb 3] [--plain]

Works, fractional works and joint works of all institutions (`world`), or of those of the United Kingdom with anyone
(`uk`), from made-up Parquet files (`synthetic_uk.authorships`), which are written once into `--folder`. With
`--plain`, the route that one would write first follows: polars, streaming (scan, unique, join, group by). Each route
has a process of its own, one after the other; what they count is compared. The world is `--works 239000000`.
"""

from __future__ import annotations

import argparse
import multiprocessing
import shutil
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq

from assets.sources.authorships.counting import Limits, count_authorships
from synthetic_uk.authorships import write_authorships

SEED = 1


@dataclass(frozen=True)
class Figures:
    """What a route took, and what it counted."""

    seconds: float
    cpu_seconds: float
    peak_bytes: int
    counted: dict[str, int]
    note: str = ""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--works", type=int, default=12_000_000)
    parser.add_argument("--mode", choices=("world", "uk"), default="world")
    parser.add_argument("--order", choices=("sorted", "grouped", "shuffled"), default="grouped")
    parser.add_argument("--memory-gb", type=float, default=3.0, help="of arrays, for ours")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--plain", action="store_true", help="the plain route too; it holds all in memory")
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "authorships")
    asked = parser.parse_args()
    drop = asked.folder / f"{asked.order}-{asked.works}"
    if not drop.exists():
        made = drop.with_suffix(".part")
        shutil.rmtree(made, ignore_errors=True)
        write_authorships(made, asked.works, SEED, order=asked.order)
        made.rename(drop)
    rows = sum(pq.read_metadata(path).num_rows for path in drop.glob("authorships-*.parquet"))
    print(f"{asked.works} works, {rows} authorships, {asked.order}; {asked.mode}, {asked.threads} threads")
    limits = Limits(memory_bytes=int(asked.memory_gb * (1 << 30)), threads=asked.threads)
    routes: dict[str, Callable[[], Figures]] = {"ours": Route(ours, drop, asked.mode, limits)}
    if asked.plain:
        routes["plain polars"] = Route(plain, drop, asked.mode, limits)
    counted = []
    for name, route in routes.items():
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            found = pool.apply(route)
        million_a_second = rows / found.seconds / 1e6
        print(
            f"{name}: {found.seconds:.1f} s, {found.cpu_seconds:.1f} s of CPU, {million_a_second:.2f} million "
            f"authorships a second, peak memory {found.peak_bytes / (1 << 30):.2f} GiB{found.note}"
        )
        counted.append(found.counted)
    print(", ".join(f"{name} {number}" for name, number in counted[0].items()))
    if asked.plain:
        print("both count the same" if counted[0] == counted[1] else f"the plain route counts {counted[1]}")


@dataclass(frozen=True)
class Route:
    """A way to count, to be called in a process of its own."""

    count: Callable[[Path, list[int] | None, Path, Limits], tuple[pl.LazyFrame, pl.LazyFrame, str]]
    drop: Path
    mode: str
    limits: Limits

    def __call__(self) -> Figures:
        """Count and measure."""
        institutions = pl.read_parquet(self.drop / "institutions-000.parquet")
        uk = institutions.filter(pl.col("country_code") == "GB")["institution_id"].to_list()
        with tempfile.TemporaryDirectory(dir=self.drop.parent) as scratch:
            started, cpu = time.monotonic(), time.process_time()
            of_each, of_pairs, note = self.count(
                self.drop, uk if self.mode == "uk" else None, Path(scratch), self.limits
            )
            seconds, cpu = time.monotonic() - started, time.process_time() - cpu
            peak = _peak_bytes()
            each = of_each.select(pl.len(), pl.col("works").sum(), pl.col("billionths").sum()).collect().row(0)
            pairs = of_pairs.select(pl.len(), pl.col("works").sum()).collect().row(0)
        names = ("institutions", "works there", "billionths", "pairs", "joint works")
        return Figures(seconds, cpu, peak, dict(zip(names, (*each, *pairs), strict=True)), note)


def ours(drop: Path, ends: list[int] | None, scratch: Path, limits: Limits) -> tuple[pl.LazyFrame, pl.LazyFrame, str]:
    """The project's."""
    paths = sorted(drop.glob("authorships-*.parquet"))
    counts = count_authorships(paths, scratch / "out", ends=ends, limits=limits)
    how = "ranges of paper ids" if counts.is_by_ranges else "bins"
    note = f", {counts.spilled_bytes / 1e9:.2f} GB spilled, {counts.blocks} {how}"
    return pl.scan_parquet(counts.institutions), pl.scan_parquet(list(counts.pairs)), note


def plain(drop: Path, ends: list[int] | None, scratch: Path, limits: Limits) -> tuple[pl.LazyFrame, pl.LazyFrame, str]:
    """The one that one would write first; the limits are not its."""
    rows = pl.scan_parquet(drop / "authorships-*.parquet").select("paper_id", "institution_id").drop_nulls().unique()
    if ends is not None:
        is_end = pl.col("institution_id").is_in(ends)
        rows = rows.join(rows.filter(is_end).select("paper_id").unique(), on="paper_id", how="semi")
    sizes = rows.group_by("paper_id").agg(size=pl.len())
    share = (1e9 / pl.col("size") + 0.5).floor().cast(pl.Int64)
    of_each = rows.join(sizes, on="paper_id").group_by("institution_id").agg(works=pl.len(), billionths=share.sum())
    both = rows.join(rows, on="paper_id", suffix="_b").filter(pl.col("institution_id") < pl.col("institution_id_b"))
    if ends is not None:
        of_each = of_each.filter(is_end)
        both = both.filter(is_end | pl.col("institution_id_b").is_in(ends))
    of_pairs = both.group_by("institution_id", "institution_id_b").agg(works=pl.len())
    for name, frame in (("each", of_each), ("pairs", of_pairs)):
        frame.sink_parquet(scratch / f"{name}.parquet", engine="streaming")
    return pl.scan_parquet(scratch / "each.parquet"), pl.scan_parquet(scratch / "pairs.parquet"), ""


def _peak_bytes() -> int:
    """The most memory that this process has held, what it inherited left out."""
    status = Path("/proc/self/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]) * 1024


if __name__ == "__main__":
    main()
