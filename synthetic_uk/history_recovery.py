"""Whether what happened to planted groups is told as it happened, and why: the measure behind `docs/history.md`.

    python -m synthetic_uk.history_recovery --seeds 11 12 13 --out docs/history.md

What belongs here: making the months of the planted country, reading what their history tells. What does not: planting
(`history_country`), comparing (`history_score`), the page (`history_page`).
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from itertools import groupby
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
from synthetic_uk.history_country import (
    AT_ONCE,
    FIRST_REFERENCE,
    REGISTER_SHIFT,
    WHOLE,
    Plan,
    World,
    company_number,
    write_country,
)
from synthetic_uk.history_page import page
from synthetic_uk.history_score import FOUND, Score, Told

FIRST = Month(2025, 1)
LAYERS = ("sources", "organisations", "spatial", "typology")
OF_NOTHING = frozenset(
    {
        "sources.fetched_files",
        "organisations.link_candidates",
        "organisations.links",
        "organisations.institution_points",
        "organisations.projects",
        "organisations.project_partners",
        "organisations.participations",
        "organisations.counted_areas",
        "organisations.counted_units",
        "organisations.formation_agents",
        "organisations.uncounted_funding",
        "organisations.funding",
        "organisations.site_funding",
        "organisations.unlocated_funding",
        "spatial.area_quotients",
        "typology.cluster_counts",
        "typology.institutions_inside",
        "typology.cluster_institutions",
    }
)
"""Tables that no history is made of, or that would be empty: the country has neither applications nor institutions, and
so no network."""
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


def measure(folder: Path, seed: int, plan: Plan = WHOLE) -> Score:
    """Make the months of a country in a folder, and compare."""
    started = monotonic()
    sources = folder / "sources"
    world = write_country(sources, FIRST, seed, plan)
    warehouse = Warehouse(folder / "warehouse.duckdb")
    if not warehouse.path.exists():
        warehouse.create()
    methods = [_with_least_draws(method) for method in find_profiles([PROFILE], PROFILES_FOLDER)]
    groups: dict[tuple[object, str], int | None] = {}
    for number in range(plan.months):
        month = FIRST.plus(number)
        make_month(warehouse, sources, month, methods)
        print(f"seed {seed}: {month} made, {monotonic() - started:.0f} s", file=sys.stderr, flush=True)
        groups |= _groups_of_clusters(world, warehouse, month, number)
    return Score(seed, plan, world.events, [*_told(warehouse, groups)])


def _with_least_draws(method: MethodProfile) -> MethodProfile:
    """The profile, its null data no more than for the full country: business at large is another each month, and most
    of a month's time goes into drawing it."""
    spatial = method.spatial.model_copy(update={"scan_null_draws": method.spatial.scan_null_min_draws})
    return method.model_copy(update={"spatial": spatial})


def make_month(warehouse: Warehouse, sources: Path, month: Month, methods: Sequence[MethodProfile]) -> None:
    """The tables up to the typology that a history is made of.

    Where steps follow one another that only write what a query makes, the file is opened once for all of them.
    """
    settings = Settings(sources=str(sources), warehouse=str(warehouse.path))
    steps = (step for step in all_steps(settings) if step.layer in LAYERS and OF_NOTHING.isdisjoint(step.tables))
    for only_writes, together in groupby(steps, lambda step: bool(step.query) and step.tell is None):
        with warehouse.connect() if only_writes else nullcontext():
            for step in together:
                run_step(step, warehouse, month, methods)


def _groups_of_clusters(
    world: World, warehouse: Warehouse, month: Month, number: int
) -> dict[tuple[object, str], int | None]:
    """Month and cluster -> the planted group that most of its firms are of."""
    shift = REGISTER_SHIFT if number >= world.plan.register else 0
    by_number = {text: firm for firm in range(len(world.group)) if (text := company_number(firm))}
    counts: dict[tuple[object, str], Counter[int]] = {}
    for first_day, cluster_id, crn, entref in warehouse.read(
        MEMBERS, month=month.first_day, profile=PROFILE
    ).iter_rows():
        firm = by_number[crn] if crn else int(entref) - FIRST_REFERENCE - shift
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


def main() -> None:
    """Measure countries and write their page."""
    parser = argparse.ArgumentParser(description="Planted events against the history that is told of them.")
    parser.add_argument("--seeds", "--seed", type=whole_given, nargs="+", default=[11, 12, 13])
    parser.add_argument("--out", type=file_to_write, default=Path("docs/history.md"))
    parser.add_argument("--keep", type=existing_folder, help="folder that the countries and their warehouses stay in")
    given = parser.parse_args()
    scores: dict[Plan, list[Score]] = {WHOLE: [], AT_ONCE: []}
    for seed in given.seeds:
        for plan, of_plan in scores.items():
            with tempfile.TemporaryDirectory() as scratch:
                folder = (given.keep or Path(scratch)) / f"{seed}-{plan.months}"
                folder.mkdir()
                of_plan.append(measure(folder, seed, plan))
        given.out.write_text(page(scores[WHOLE], scores[AT_ONCE]), encoding="utf-8")


if __name__ == "__main__":
    begin(main)
