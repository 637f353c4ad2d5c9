"""What is found where there is nothing to find: `python -m tools.shuffled_sectors --data FOLDER --seeds 20`.

What belongs here: the sectors of a register shuffled over its addresses, the scan of profile `evidence` and the
K-densities on each, and how often either says what chance alone would. What does not: the methods (`assets/methods`),
the register as it is (`real_scan`).

The register is that of the companies of Sheffield and Rotherham. Every label is moved, that of companies without a
known sector too: each sector is then as many companies drawn at random.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy.stats import binomtest

from assets.manners import begin, existing_folder, whole_given
from assets.method import MethodProfile, find_profiles
from assets.methods.groups.sector_groups import Contrast, together
from assets.methods.trust.counterfactuals import (
    Bands,
    DrawSettings,
    bands_between,
    draw_settings,
    pool_of,
    simulate_bands,
    sizes_to_draw,
)
from assets.methods.trust.k_density import k_density
from assets.methods.trust.localisation import Verdict, verdict_on
from assets.methods.trust.pairs import Grid, grid_over, sites_on
from pipelines.profiles import PROFILES_FOLDER
from tools.real_scan import contrast_of, registered, scan_sectors

REGION = {"k_cell_km": 0.1, "k_step_km": 0.25, "k_reach_km": 20.0}
"""What the K-densities of one region are taken at, in place of the country's."""


@dataclass(frozen=True)
class Chance:
    """What one shuffle, or the register as it is, gives."""

    sectors: int
    """Sectors that the scan is run on."""
    with_groups: int
    """Of them those in which it finds a group."""
    groups: int
    """Groups left once their p-values are adjusted over all sectors."""
    judged: int
    """Sectors that have a verdict by their K-density."""
    localised: int
    dispersed: int


@dataclass(frozen=True)
class Trial:
    """What all shuffles of a register share."""

    companies: pl.DataFrame
    method: MethodProfile
    contrast: Contrast
    grid: Grid
    bands: tuple[Bands, ...]

    @property
    def settings(self) -> DrawSettings:
        """Of the K-densities."""
        return draw_settings(self.method.localisation)

    def on(self, sectors: pl.Series) -> Chance:
        """What is found where the companies have these sectors."""
        labelled = self.companies.with_columns(sector=sectors)
        found = scan_sectors(labelled, self.method.spatial, self.contrast)
        words = [verdict.word for _, verdict in self.verdicts(labelled)]
        return Chance(
            sectors=sum(one.runs["skipped_reason"].null_count() for one in found),
            with_groups=sum(one.groups.height > 0 for one in found),
            groups=together(found, self.method.spatial.scan_alpha).groups.height,
            judged=len(words),
            localised=words.count("localised"),
            dispersed=words.count("dispersed"),
        )

    def verdicts(self, labelled: pl.DataFrame) -> Iterator[tuple[str, Verdict]]:
        """Each sector that has a verdict by its K-density, in the order of their names."""
        at_km = self.settings.at_km
        for (sector,), one in sorted(labelled.drop_nulls("sector").partition_by("sector", as_dict=True).items()):
            if one.height >= self.method.localisation.k_min_sites:
                sites = sites_on(self.grid, self.grid.cell_of(one["easting"].to_numpy(), one["northing"].to_numpy()))
                against = bands_between(self.bands, one.height, self.companies.height)
                yield str(sector), verdict_on(k_density(sites, at_km).density, against, at_km)


def trial_of(companies: pl.DataFrame, method: MethodProfile) -> Trial:
    """All that a register's shuffles share: companies as `real_scan.registered` gives them."""
    easting, northing = companies["easting"].to_numpy(), companies["northing"].to_numpy()
    grid = grid_over(easting, northing, method.localisation.k_cell_km)
    pool = pool_of(grid, grid.cell_of(easting, northing), np.ones(companies.height, dtype=np.int64))
    counts = companies.drop_nulls("sector").group_by("sector").len()["len"]
    settings = draw_settings(method.localisation)
    judged = [count for count in counts if count >= method.localisation.k_min_sites]
    bands = simulate_bands(pool, sizes_to_draw(judged, companies.height, settings.sizes), settings)
    return Trial(companies, method, contrast_of(companies, method.spatial), grid, bands)


def shuffled(trial: Trial, seeds: Iterable[int]) -> Iterator[Chance]:
    """What is found at each seed."""
    for seed in seeds:
        order = np.random.default_rng(seed).permutation(trial.companies.height)
        yield trial.on(trial.companies["sector"].gather(order))


def method_of_a_region() -> MethodProfile:
    """Profile `evidence`, with K-densities as one region needs them."""
    evidence = find_profiles(["evidence"], PROFILES_FOLDER)[0]
    return evidence.model_copy(update={"localisation": evidence.localisation.model_copy(update=REGION)})


def rate(times: int, of: int) -> str:
    """A share with its 95% interval (Clopper and Pearson), in words."""
    interval = binomtest(times, of).proportion_ci(0.95)
    return f"{times} of {of} ({times / of:.1%}; 95% interval {interval.low:.1%} to {interval.high:.1%})"


def page(as_it_is: Chance, found: list[Chance], method: MethodProfile) -> str:
    """The figures as a table of Markdown."""
    of_scan, of_curves = f"{method.spatial.scan_alpha:.0%}", f"{method.localisation.k_alpha:.0%}"
    rows = [
        ("sectors with a significant group", of_scan, "with_groups", "sectors"),
        ("sectors called localised", of_curves, "localised", "judged"),
        ("sectors called dispersed", of_curves, "dispersed", "judged"),
    ]
    lines = [f"| figure | stated rate | {len(found)} shuffles | the register as it is |", "|---|---|---|---|"]
    for name, stated, times, of in rows:
        by_chance = rate(sum(getattr(one, times) for one in found), sum(getattr(one, of) for one in found))
        lines.append(f"| {name} | {stated} | {by_chance} | {getattr(as_it_is, times)} of {getattr(as_it_is, of)} |")
    groups = sum(one.groups for one in found)
    lines.append(f"| significant groups, adjusted over the sectors | | {groups} | {as_it_is.groups} |")
    return "\n".join(lines)


def main() -> None:
    """Print the page; a line a shuffle while it works."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=existing_folder, required=True)
    parser.add_argument("--seeds", type=whole_given, default=20)
    given = parser.parse_args()
    method = method_of_a_region()
    trial = trial_of(registered(given.data), method)
    as_it_is = trial.on(trial.companies["sector"])
    for sector, verdict in trial.verdicts(trial.companies):
        print(sector, verdict)
    print(as_it_is, flush=True)
    found = []
    for one in shuffled(trial, range(1, given.seeds + 1)):
        found.append(one)
        print(one, flush=True)
    print(page(as_it_is, found, method))


if __name__ == "__main__":
    begin(main)
