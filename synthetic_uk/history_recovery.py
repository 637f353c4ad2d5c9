"""Whether what happened to planted groups is told as it happened, and why: the measure behind `docs/history.md`.

    python -m synthetic_uk.history_recovery --seed 11 --out docs/history.md

What belongs here: making the months of the planted country, comparing their history with the truth, the page. What
does not: planting (`history_country`).
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

import polars as pl

from assets.manners import begin, existing_folder, file_to_write, whole_given
from assets.method import MethodProfile, find_profiles
from assets.months import Month
from assets.warehouse.database import Warehouse
from assets.warehouse.running import run_step
from pipelines.definitions import all_steps
from pipelines.profiles import PROFILES_FOLDER
from pipelines.settings import Settings
from synthetic_uk.history_country import MONTHS, REGISTER_MONTH, Event, World, company_number, write_country

FIRST = Month(2025, 1)
LAYERS = ("sources", "reference", "organisations", "spatial", "network", "typology")
FOUND = ("birth", "death", "merge", "split")
PROFILE = "evidence"

HISTORY = """
select month, cluster_id, event, earlier_month, earlier_cluster_id, cause, cause_detail
from typology.cluster_history
where profile = $profile and coalesce(scheme, 'sic') = 'sic' and coalesce(earlier_sector, '') <> 'All RD&I-active'
order by all
"""
MEMBERS = """
select distinct m.month, m.cluster_id, o.crn, o.entref
from typology.cluster_members as m
inner join organisations.organisations as o on o.month = m.month and o.organisation_id = m.organisation_id
where m.month = $month and m.profile = $profile
"""


@dataclass(frozen=True)
class Told:
    """An event found: which group it is of, and why it is said to have happened."""

    month: int
    event: str
    group: int | None
    """The planted group that most of its firms are of; None where most are of none."""
    cause: str | None
    detail: str


@dataclass(frozen=True)
class Score:
    """How the events found compare with those planted."""

    planted: Sequence[Event]
    told: Sequence[Told]

    def matched(self, event: str) -> list[tuple[Event, Told]]:
        """Planted events of a kind that were found, with what was told of them."""
        found = {(one.month, one.event, one.group): one for one in self.told}
        return [
            (one, found[one.month, one.event, one.group])
            for one in self.planted
            if one.event == event and (one.month, one.event, one.group) in found
        ]

    def of_kind(self, event: str) -> tuple[int, int, int]:
        """Planted, found, and of both the same, of one kind."""
        planted = sum(one.event == event for one in self.planted)
        return planted, sum(one.event == event for one in self.told), len(self.matched(event))

    @property
    def recall(self) -> float:
        """Share of the planted events that were found."""
        return sum(self.of_kind(event)[2] for event in FOUND) / len(self.planted)

    @property
    def precision(self) -> float:
        """Share of the events found that were planted."""
        return sum(self.of_kind(event)[2] for event in FOUND) / max(1, len(self.told))

    @property
    def causes(self) -> dict[str, tuple[int, int]]:
        """Cause planted -> births and deaths found, and of these those that name it."""
        pairs = [pair for event in ("birth", "death") for pair in self.matched(event)]
        found = Counter(planted.cause for planted, _ in pairs)
        right = Counter(planted.cause for planted, told in pairs if planted.cause == told.cause)
        return {cause: (count, right[cause]) for cause, count in sorted(found.items())}

    @property
    def causes_right(self) -> float:
        """Share of births and deaths found that name the cause that was planted."""
        counts = [*self.causes.values()]
        return sum(right for _, right in counts) / max(1, sum(found for found, _ in counts))


def measure(folder: Path, seed: int, months: int = MONTHS) -> Score:
    """Make the first months of a country in a folder, and compare."""
    sources = folder / "sources"
    world = write_country(sources, FIRST, seed)
    warehouse = Warehouse(folder / "warehouse.duckdb")
    warehouse.create()
    methods = find_profiles([PROFILE], PROFILES_FOLDER)
    groups: dict[tuple[object, str], int | None] = {}
    for number in range(months):
        month = FIRST.plus(number)
        make_month(warehouse, sources, month, methods)
        print(f"{month} made", file=sys.stderr, flush=True)
        groups |= _groups_of_clusters(world, warehouse, month, number)
    happened = [event for event in world.events if event.month < months]
    return Score(happened, [*_told(warehouse, groups)])


def make_month(warehouse: Warehouse, sources: Path, month: Month, methods: Sequence[MethodProfile]) -> None:
    """The layers up to the typology."""
    settings = Settings(sources=str(sources), warehouse=str(warehouse.path))
    for step in all_steps(settings):
        if step.layer in LAYERS:
            run_step(step, warehouse, month, methods)


def _groups_of_clusters(
    world: World, warehouse: Warehouse, month: Month, number: int
) -> dict[tuple[object, str], int | None]:
    """Month and cluster -> the planted group that most of its firms are of."""
    shift = 50_000_000 if number >= REGISTER_MONTH else 0
    by_number = {text: firm for firm in range(len(world.group)) if (text := company_number(firm))}
    counts: dict[tuple[object, str], Counter[int]] = {}
    for first_day, cluster_id, crn, entref in warehouse.read(
        MEMBERS, month=month.first_day, profile=PROFILE
    ).iter_rows():
        firm = by_number[crn] if crn else int(entref) - 1_000_000 - shift
        counts.setdefault((first_day, cluster_id), Counter())[world.group[firm]] += 1
    most = {key: count.most_common(1)[0] for key, count in counts.items()}
    return {
        key: group if group >= 0 and 2 * firms > counts[key].total() else None for key, (group, firms) in most.items()
    }


def _told(warehouse: Warehouse, groups: dict[tuple[object, str], int | None]) -> Iterator[Told]:
    """The events found after the first month; a split is told of the cluster that it made, and not as a birth."""
    rows = warehouse.read(HISTORY, profile=PROFILE).filter(pl.col("earlier_month").is_not_null())
    splits = {(row["month"], row["cluster_id"]) for row in rows.iter_rows(named=True) if row["event"] == "split"}
    for row in rows.iter_rows(named=True):
        here = (row["month"], row["cluster_id"])
        if row["event"] not in FOUND or (row["event"] == "birth" and here in splits):
            continue
        of_then = row["event"] in ("death", "merge")
        key = (row["earlier_month"], row["earlier_cluster_id"]) if of_then else here
        number = FIRST.months_to(Month.of(row["month"]))
        yield Told(number, row["event"], groups.get(key), row["cause"], row["cause_detail"])


READING = """
A small country of twelve months, in which groups of firms are born, die, merge and split, and in which the
classification of sectors, the business register and the postcode directory change once each, taking some groups along.
Nothing else changes. Each month is made from its drops, one after the other; what `typology.cluster_history` tells of
the clusters of sectors is held against what was planted. A split is the birth of a cluster out of another.
"""


def page(score: Score, seed: int, seconds: float) -> str:
    """The page of a country."""
    lines = [
        "# What became of planted groups, and why",
        "",
        "<!-- written by python -m synthetic_uk.history_recovery -->",
        READING.strip(),
        "",
        f"Profile `{PROFILE}`, seed {seed}, {MONTHS} months, {seconds:.0f} s.",
        "",
        "| event | planted | told | both |",
        "|---|---|---|---|",
        *(f"| {event} | {' | '.join(map(str, score.of_kind(event)))} |" for event in FOUND),
        "",
        "| cause planted | births and deaths found | cause told is the same |",
        "|---|---|---|",
        *(f"| {cause} | {found} | {right} |" for cause, (found, right) in score.causes.items()),
        "",
        "| figure | target | measured |",
        "|---|---|---|",
        f"| precision of events | 0.9 | {score.precision:.3f} |",
        f"| recall of events | 0.9 | {score.recall:.3f} |",
        f"| births and deaths with the right cause | 0.95 | {score.causes_right:.3f} |",
        "",
        "What was told of one birth or death of each cause:",
        "",
    ]
    seen = set()
    for event in ("death", "birth"):
        for planted, told in score.matched(event):
            if (planted.cause, event) not in seen:
                seen.add((planted.cause, event))
                lines.append(f"- {event}, `{told.cause}`: {told.detail}")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Measure one country and write its page."""
    parser = argparse.ArgumentParser(description="Planted events against the history that is told of them.")
    parser.add_argument("--seed", type=whole_given, default=11)
    parser.add_argument("--out", type=file_to_write, default=Path("docs/history.md"))
    parser.add_argument("--keep", type=existing_folder, help="folder that the country and its warehouse stay in")
    given = parser.parse_args()
    started = monotonic()
    with tempfile.TemporaryDirectory() as scratch:
        folder = given.keep or Path(scratch)
        score = measure(folder, given.seed)
    given.out.write_text(page(score, given.seed, monotonic() - started), encoding="utf-8")


if __name__ == "__main__":
    begin(main)
