"""Countries one after the other, and the page of how stable planted clusters and chance are: `docs/trust.md`.

What belongs here: making a month of each country, words and tables. What does not: what is measured in it
(`planted_stability`).

    python -m synthetic_uk.trust_recovery --scale 0.05 --seeds 21 22 --out docs/trust.md
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

import numpy as np
import polars as pl

from assets.manners import begin, file_to_write, share_given, whole_given
from assets.method import TrustMethod, find_profiles
from assets.warehouse.database import Warehouse
from pipelines.profiles import PROFILES_FOLDER
from pipelines.runs import run_month
from pipelines.settings import Settings
from synthetic_uk import synthesise
from synthetic_uk.planted_stability import NULL_CASES, among_business, measure, on_even_ground
from synthetic_uk.recovery import FOUND_JACCARD, MONTH

PROFILES = ("evidence", "dsit-v1")
LAYERS = "sources reference organisations spatial network typology trust.stability"
NULL_SECTORS = 160
"""Sectors without a cluster, of which about one in twenty has a group that passes the scan."""
EVEN_SECTORS = 40
"""Sectors whose points are spread evenly: HDBSCAN finds several groups in each."""
STABLE, DISSOLVED = TrustMethod().stability_robust, TrustMethod().stability_fragile
WELL_JACCARD = 0.75
"""Match from which a planted group is found well: of what is either a quarter at the most is not both."""
WANTED_SHARE = 0.9
"""Share of the planted clusters that are to be as stable as STABLE."""


@dataclass(frozen=True)
class Country:
    """What was measured in one synthetic country, by profile."""

    seed: int
    published: dict[str, pl.DataFrame]
    """As `planted_stability.measure` has it."""
    chance: dict[str, list[float]]
    even: dict[str, list[float]]


def measure_country(folder: Path, warehouse: Warehouse, seed: int, sectors: int) -> Country:
    """All measures of a country whose month is made up to its stability."""
    profiles = find_profiles(PROFILES, PROFILES_FOLDER)
    return Country(
        seed,
        {profile.name: measure(folder, warehouse, profile.name) for profile in profiles},
        {profile.name: among_business(warehouse, profile, sectors) for profile in profiles},
        {
            profile.name: on_even_ground(profile, EVEN_SECTORS)
            for profile in profiles
            if profile.spatial.algorithm == "hdbscan"
        },
    )


def make_country(scale: float, seed: int, folder: Path, sectors: int) -> Country:
    """Make one country and one month of it up to its stability, and measure it."""
    sources, file = folder / "sources", folder / "warehouse.duckdb"
    synthesise(sources, [MONTH], scale, seed)
    outcome = run_month(Settings(sources=str(sources), warehouse=str(file), profiles=PROFILES), MONTH, LAYERS)
    if not outcome.succeeded:
        raise RuntimeError("; ".join(outcome.problems))
    return measure_country(sources, Warehouse(file), seed, sectors)


def report(countries: Sequence[Country], scale: float, sectors: int) -> str:
    """The page."""
    return PAGE.format(
        scale=round(1 / scale),
        month=MONTH,
        seeds=", ".join(str(country.seed) for country in countries),
        sectors=sectors,
        even=EVEN_SECTORS,
        cases=", ".join(map(str, NULL_CASES)),
        found=FOUND_JACCARD,
        well=WELL_JACCARD,
        wanted=f"{WANTED_SHARE:.0%}",
        stable=STABLE,
        dissolved=DISSOLVED,
        rows="\n".join(row for profile in PROFILES for row in _rows(countries, profile)),
    )


def _rows(countries: Sequence[Country], profile: str) -> list[str]:
    published = pl.concat([country.published[profile] for country in countries])
    groups = {
        name: published.filter(chosen(pl.col("match")))["stability"].to_list() for name, chosen in BY_MATCH.items()
    }
    groups["by chance, among business"] = [one for country in countries for one in country.chance[profile]]
    groups["by chance, even ground"] = [one for country in countries for one in country.even.get(profile, [])]
    return [f"| `{profile}` | {name} | {len(of)} | {_figures(of)} |" for name, of in groups.items() if of]


BY_MATCH: dict[str, Callable[[pl.Expr], pl.Expr]] = {
    "planted": lambda match: match >= FOUND_JACCARD,
    "of these found well": lambda match: match >= WELL_JACCARD,
    "of these found in part": lambda match: match.is_between(FOUND_JACCARD, WELL_JACCARD, closed="left"),
    "not planted": lambda match: match < FOUND_JACCARD,
}
"""Published clusters by their match with what was planted."""


def _figures(groups: list[float]) -> str:
    values = np.array(groups)
    stable = np.mean(values >= STABLE)
    return (
        f"{np.median(values):.2f} | {values.mean():.2f} "
        f"| {np.sum(values >= STABLE)} of {len(values)} ({stable:.0%}) | {np.mean(values < DISSOLVED):.0%}"
    )


PAGE = """\
# How stable clusters are

<!-- written by `make recovery` -->
Each cluster is looked for in bootstrap draws of its sector's organisations
([method](method.md#6-how-sure-a-cluster-is)). Here is what that says of clusters that were planted in a synthetic
country, and of groups that are chance. Wanted is that {wanted} of the planted clusters have a stability of {stable}
or more, and that groups by chance stay below {dissolved}.

A synthetic United Kingdom at 1:{scale}, month {month}, seeds {seeds}.

| profile | groups | number | median stability | mean | at least {stable} | below {dissolved} |
|---|---|---|---|---|---|---|
{rows}

*Planted*: published clusters that have a Jaccard index of {found} or more with a planted group; *found well* from
{well}. A cluster that is planted in part is the planted group and something else, or a part of it: that other draws
make something else of it is what the figure is to say.

*By chance, among business*: groups that a profile's method finds in {sectors} sectors of each country whose points
are business sites of Great Britain drawn at random, {cases} of them in turn: in these there is nothing but where
business is. The scan, which asks for more than that, finds a group in about one in twenty of them, as its level says.
HDBSCAN finds the towns, and these are as stable as towns are: its clusters' stability says that a place is dense, not
that it is dense beyond business at large. *Even ground*: {even} sectors of as many points, spread evenly.

Of a large sector fewer organisations are drawn than a bootstrap has: [what thinner draws tell](thinned-draws.md).
"""


def main() -> None:
    """Measure and write the page."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--scale", type=share_given, default=0.05)
    parser.add_argument("--seeds", type=whole_given, nargs="+", default=[21, 22, 23])
    parser.add_argument("--sectors", type=whole_given, default=NULL_SECTORS)
    parser.add_argument("--out", type=file_to_write, required=True)
    given = parser.parse_args()
    countries: list[Country] = []
    for seed in given.seeds:
        started, folder = monotonic(), Path(tempfile.mkdtemp(prefix=f"trust-{seed}-"))
        countries.append(make_country(given.scale, seed, folder, given.sectors))
        shutil.rmtree(folder)
        print(f"seed {seed}: {monotonic() - started:.0f} s", flush=True)
        given.out.write_text(report(countries, given.scale, given.sectors), encoding="utf-8")


if __name__ == "__main__":
    begin(main)
