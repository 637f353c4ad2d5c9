"""Countries made month by month through the whole pipeline; then every file of every month attacked as one system.

The attack is an outsider's: linear programmes over the released rows alone (`tests/publication/outsider.py`).
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from assets.months import Month
from assets.warehouse.database import Warehouse
from tests.campaign.attempt import Attack, Attempt
from tests.publication.outsider import BASES, attack, released

COUNTRIES = 6
MONTHS = 6
SCALE = 0.002
FIRST = Month(2025, 3)
LAYERS = "sources,reference,organisations,spatial,network,typology"
TABLES = ("clusters", "share_bands", "sector_mix", "totals", "suppressions", "attack_bounds")


def attempts(folder: Path) -> Iterator[Attempt]:
    """One attempt a country and measure: no figure that the rules forbid follows more closely than 10%."""
    months = [FIRST.plus(later) for later in range(MONTHS)]
    seeds = range(1, COUNTRIES + 1)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        made = pool.map(lambda seed: _made(folder / f"country-{seed}", seed, months), seeds)
        yield from (
            attempt for seed, path in zip(seeds, made, strict=True) for attempt in _attacked(seed, path, months)
        )


def _attacked(seed: int, path: Path, months: list[Month]) -> Iterator[Attempt]:
    warehouse = Warehouse(path)
    releases = [released(warehouse, month) for month in months]
    for measure in BASES:
        found = attack(releases, measure)
        shown = [row for release in releases for row in [*release.clusters, *release.totals]]
        hidden = sum(row[f"{measure}_status"] == "c" for row in shown)
        seen = f"{len(found.reached)} of {found.attacked} reached; {hidden} of {len(shown)} figures suppressed"
        closest = "".join(f"; {one.release} {one.cell}: {one.lower:.0f} to {one.upper:.0f}" for one in found.reached)
        held = found.attacked > 0 and not found.reached
        yield Attempt(f"country {seed}, {MONTHS} months, {measure}", held, seen + closest)


def _made(folder: Path, seed: int, months: list[Month]) -> Path:
    """The warehouse of a country, two profiles, all months published."""
    folder.mkdir(parents=True)
    # A refresh has two default profiles; one that was set outside would be another country.
    surroundings = {key: value for key, value in os.environ.items() if not key.startswith("INNOVATION_CLUSTERS_")}
    surroundings |= {"DAGSTER_HOME": str(folder / "home"), "INNOVATION_CLUSTERS_THREADS": "1"}
    span = f"{months[0]}:{months[-1]}"
    made = ["synthesise", "--scale", str(SCALE), "--seed", str(seed), "--months", span]
    _run([*made, "--out", str(folder / "sources")], surroundings)
    selected = ",".join([LAYERS, *(f"publication.{table}" for table in TABLES)])
    places = ["--sources", str(folder / "sources"), "--warehouse", str(folder / "warehouse.duckdb")]
    places += ["--publication", str(folder / "publication"), "--select", selected]
    _run(["backfill", "--from", str(months[0]), "--to", str(months[-1]), *places], surroundings)
    return folder / "warehouse.duckdb"


def _run(arguments: list[str], surroundings: dict[str, str]) -> None:
    command = [str(Path(sys.executable).parent / "innovation-clusters"), *arguments]
    answer = subprocess.run(command, env=surroundings, capture_output=True, text=True, check=False)
    if answer.returncode:
        raise RuntimeError(f"{' '.join(arguments)}: {answer.stdout[-2000:]} {answer.stderr[-2000:]}")


ATTACK = Attack(
    "disclosure-history",
    f"{COUNTRIES} countries, {MONTHS} months, two profiles: linear programmes over all releases; held where no figure "
    "that the rules forbid is bounded more closely than 10% to either side",
    attempts,
)
