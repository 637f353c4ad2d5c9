"""How well the Index tells what items are about and keeps its clusters: the measure behind `docs/index-recovery.md`.

    python -m synthetic_uk.index_recovery --scale 0.05 --seeds 41 42 43 --out docs/index-recovery.md

What belongs here: comparing months of the Index with the truth beside the drops, and with the month before. What does
not: drawing the truth, or any rule of the method.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

import polars as pl

from assets.manners import begin, file_to_write, share_given, whole_given
from assets.methods.text.digests import sha256_of_text
from assets.months import Month, month_range
from assets.reference import CATEGORIES
from assets.warehouse.database import Warehouse
from pipelines.runs import run_month
from pipelines.settings import Settings
from synthetic_uk import synthesise
from synthetic_uk.labels import LABELLED_MONTHS

MONTHS = tuple(month_range(Month(2025, 3), Month(2025, 5)))
F1_TARGET, CARRIED_TARGET = 0.85, 0.95

PREDICTED = """
    select distinct i.kind, i.source_key, c.category
    from innovation_index.items as i
    left join innovation_index.item_categories as c on c.month = i.month and c.item_id = i.item_id
    where i.month = $month
"""
POINTS = """
    select item_id, category, cluster_id, latitude, longitude from innovation_index.activity_points where month = $month
"""


@dataclass(frozen=True)
class MonthRecovery:
    """One month of one synthetic country."""

    month: Month
    texts: int
    """Texts compared: those of items with a place, without any that was a training label."""
    f1: dict[str, float]
    """F1 of each category."""
    unchanged: int
    """Items of a category, or of Overall, that are where they were the month before; 0 in the first month."""
    carried: float | None
    """Share of these whose cluster is the same."""
    least_carried: tuple[str, float] | None
    """Category with the smallest share, and that share."""
    seconds: float

    @property
    def macro_f1(self) -> float:
        """Mean of the categories' F1."""
        return sum(self.f1.values()) / len(self.f1)


def f1_by_category(predicted: pl.DataFrame, true: pl.DataFrame) -> dict[str, float]:
    """F1 of each category from two frames of `kind, key, category`, a row for each category that an item is of."""
    scores = {}
    for category in CATEGORIES:
        taken, there = (frame.filter(pl.col("category") == category) for frame in (predicted, true))
        right = taken.join(there, on=["kind", "key"], how="semi").height
        scores[category] = 2 * right / max(1, taken.height + there.height)
    return scores


def carried_by_category(before: pl.DataFrame, after: pl.DataFrame) -> pl.DataFrame:
    """`category, unchanged, carried` from two months of `item_id, category, cluster_id, latitude, longitude`.

    Unchanged are the items that are in the category in both months at the same coordinates; carried are those of them
    that have the same cluster.
    """
    same = before.join(after, on=["item_id", "category", "latitude", "longitude"], suffix="_after")
    return (
        same.group_by("category")
        .agg(unchanged=pl.len(), carried=(pl.col("cluster_id") == pl.col("cluster_id_after")).sum())
        .sort("category")
    )


def true_categories(sources: Path, month: Month) -> pl.DataFrame:
    """`kind, key, categories` (a list) of a month, with the keys that the warehouse has.

    Items whose text is word for word that of a training label are left out.
    """
    rows = pl.read_csv(sources / "truth" / str(month) / "index_items.csv.gz", infer_schema=False)
    seen = _labelled_businesses(sources, month)
    event_key = sha256_of_text(pl.col("key").str.replace(":", "\n", literal=True))
    return (
        rows.join(seen, on=["kind", "key"], how="anti")
        .with_columns(
            key=pl.when(pl.col("kind") == "event")
            .then(event_key)
            .when(pl.col("kind") == "paper")
            .then(pl.col("key").str.extract(r"([^/]+)$"))
            .otherwise("key"),
            categories=pl.col("categories").fill_null("").str.split(","),
        )
        .with_columns(categories=pl.col("categories").list.eval(pl.element().filter(pl.element() != "")))
    )


def _labelled_businesses(sources: Path, month: Month) -> pl.DataFrame:
    """`kind, key` of the firms whose description stands among the labels of the month's drop."""
    filed = [one for one in MONTHS[:LABELLED_MONTHS] if one <= month][-1]
    labels = pl.read_csv(sources / "training_labels" / f"{filed}.csv.gz", infer_schema=False).select("text")
    firms = pl.read_csv(sources / "rtic_companies" / f"{month}.csv.gz", infer_schema=False)
    return firms.join(labels, left_on="description", right_on="text", how="semi").select(
        kind=pl.lit("business"), key="company_number"
    )


def measure(
    warehouse: Warehouse, sources: Path, month: Month, before: pl.DataFrame | None, after: pl.DataFrame, seconds: float
) -> MonthRecovery:
    """Compare a month with the truth, and its points (`after`) with those of the month before."""
    predicted = warehouse.read(PREDICTED, month=month.first_day).rename({"source_key": "key"})
    true = true_categories(sources, month).join(predicted, on=["kind", "key"], how="semi")
    f1 = f1_by_category(
        predicted.join(true, on=["kind", "key"], how="semi"),
        true.explode("categories").rename({"categories": "category"}),
    )
    if before is None:
        return MonthRecovery(month, true.height, f1, 0, None, None, seconds)
    carried = carried_by_category(before, after)
    shares = {category: same / of for category, of, same in carried.iter_rows()}
    least = min(shares, key=lambda category: shares[category])
    unchanged = int(carried["unchanged"].sum())
    share = int(carried["carried"].sum()) / unchanged
    return MonthRecovery(month, true.height, f1, unchanged, share, (least, shares[least]), seconds)


def recover(scale: float, seed: int, folder: Path) -> Iterator[MonthRecovery]:
    """Make one country, run its months in order, and compare each with the truth and with the month before."""
    sources, file = folder / "sources", folder / "warehouse.duckdb"
    synthesise(sources, MONTHS, scale, seed)
    settings = Settings(sources=str(sources), warehouse=str(file), publication=str(folder / "publication"))
    before: pl.DataFrame | None = None
    for month in MONTHS:
        outcome = run_month(settings, month, select="innovation_index")
        if not outcome.succeeded:
            raise RuntimeError("; ".join(outcome.problems))
        warehouse = Warehouse(file)
        points = warehouse.read(POINTS, month=month.first_day)
        yield measure(warehouse, sources, month, before, points, outcome.seconds)
        before = points


READING = """\
How well the Index does on a synthetic country whose truth is known. Businesses, events and papers have texts made of
phrases (`synthetic_uk/phrases.csv`) that were written apart from the classifier's shipped examples; four in
five are of no category, and a quarter of these sound like one (smart menswear, wind instrument repair). Labelled texts
are 600, half of them of no category, one in fifty labelled wrongly, and one in seven of the subjects that items are
about is in none of them; the second month puts the wrong ones right and adds 36.

F1 is over the texts of all items that have a place, without those that are word for word a label. *Unchanged* are items
of a category, or of Overall, that are in it in both months at the same coordinates; *carried* is the share of them
whose cluster is the same as the month before. The settings of the synthetic country were chosen on other seeds than
these, with a view to F1: at first texts had fewer subjects and no field, labels fewer subjects and more mistakes, and a
plain classifier of labels alone came to 0.65. What the classifier does, and its shipped examples, were chosen by scores
on seeds 31 to 36 at 1:100; the seeds below were run once, afterwards."""


def report(results: Sequence[tuple[int, list[MonthRecovery]]], scale: float, seconds: float) -> str:
    """The page: targets and figures, then every seed and month."""
    every = [(seed, recovery) for seed, months in results for recovery in months]
    f1 = [recovery.macro_f1 for _, recovery in every]
    carried = [recovery.carried for _, recovery in every if recovery.carried is not None]
    lines = [
        "# Recovery of the Index",
        "",
        "<!-- written by `make index-recovery` -->",
        READING,
        "",
        f"A synthetic United Kingdom at 1:{round(1 / scale)}, {MONTHS[0]} to {MONTHS[-1]}, {len(results)} seeds, "
        f"{seconds:.0f} s.",
        "",
        "| figure | target | mean | least |",
        "|---|---|---|---|",
        f"| macro F1 on texts not seen in training | {F1_TARGET:.2f} | {sum(f1) / len(f1):.3f} | {min(f1):.3f} |",
        f"| unchanged items whose cluster stays, month to month | {CARRIED_TARGET:.0%} "
        f"| {sum(carried) / len(carried):.1%} | {min(carried):.1%} |",
        "",
        "| seed | month | texts | macro F1 | "
        + " | ".join(CATEGORIES)
        + " | unchanged | carried | least carried | seconds |",
        "|---" * (8 + len(CATEGORIES)) + "|",
    ]
    for seed, one in every:
        stays = "" if one.carried is None else f"{one.carried:.1%}"
        least = "" if one.least_carried is None else f"{one.least_carried[0]} {one.least_carried[1]:.1%}"
        by_category = " | ".join(f"{one.f1[category]:.3f}" for category in CATEGORIES)
        lines.append(
            f"| {seed} | {one.month} | {one.texts:,} | {one.macro_f1:.3f} | {by_category} "
            f"| {one.unchanged:,} | {stays} | {least} | {one.seconds:.0f} |"
        )
    return "\n".join(lines) + "\n"


def main() -> None:
    """Measure and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", type=share_given, default=0.05)
    parser.add_argument("--seeds", type=whole_given, nargs="+", default=[41, 42, 43])
    parser.add_argument("--out", type=file_to_write, required=True)
    given = parser.parse_args()
    started = monotonic()
    results: list[tuple[int, list[MonthRecovery]]] = []
    for seed in given.seeds:
        folder = Path(tempfile.mkdtemp(prefix=f"index-recovery-{seed}-"))
        months = []
        for recovery in recover(given.scale, seed, folder):
            months.append(recovery)
            print(seed, recovery.macro_f1, recovery, flush=True)
        results.append((seed, months))
        shutil.rmtree(folder)
    given.out.write_text(report(results, given.scale, monotonic() - started), encoding="utf-8")


if __name__ == "__main__":
    begin(main)
