"""How large a cluster must be at the least, fitted on real postcodes against what the government published.

    python -m tools.size_rule --data ../shared/data

Reads, under the folder of `--data`, `postcodes_nspl_2025_05/postcodes_uk_enriched.parquet` (every postcode of the
United Kingdom), `companies_house_sheffield_rotherham/companies_2024_11.parquet` (real companies at their registered
offices) and `dsit_map_v2_south_yorkshire/sectors.csv` (what the 2025 release says of its sectors), and writes Markdown:
for each exponent the coefficient that gives the published number of groups a sector, how it fits, and groups, share of
sites inside and sites of the smallest group at several sizes.

Sites are drawn at real postcodes of Great Britain, each in proportion to its companies. Companies at every postcode are
known for Sheffield and Rotherham only; another postcode takes the number of one of theirs, drawn at random from those
whose square kilometre has about as many postcodes, formation agents' capped. That is drawn once; sites are drawn
`--draws` times, and figures are means.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from assets.arrays import Floats
from assets.manners import begin, existing_folder, whole_given
from assets.method import OrganisationsMethod, SpatialMethod
from assets.methods.density.clustering import HdbscanSizes, hdbscan_labels, min_cluster_size

SIZES = (400, 1_000, 2_000, 4_285, 10_000, 20_000, 46_900, 133_690, 426_250)
"""Sites of a sector at which groups are drawn: the published sectors hold 399 to 426,250."""
LEAST = tuple(round(10 * 1.4**step) for step in range(15))
"""Values of min_cluster_size at which they are drawn."""
EXPONENTS = (0.5, 0.6, 0.68, 0.7, 0.75, 0.8, 0.85)
PUBLISHED_GROUPS = 3_337 / 78
"""Spatial clusters a sector, over 32 SIC and 46 RTIC sectors."""
SCHEMES = {"SIC": 32, "RTIC": 46}
DENSITY_CLASSES = 10


@dataclass(frozen=True)
class Ground:
    """Where business is: distinct postcodes, metres of the National Grid, and the share of business at each."""

    easting: Floats
    northing: Floats
    share: Floats

    def sites(self, count: int, seed: int) -> tuple[Floats, Floats]:
        """So many sites, independently."""
        at = np.random.default_rng([seed, count]).choice(len(self.share), count, p=self.share)
        return self.easting[at], self.northing[at]


@dataclass(frozen=True)
class Drawn:
    """What one size and min_cluster_size give: groups, share of sites in them, sites of the smallest."""

    groups: float
    inside: float
    smallest: int


def ground(data: Path, seed: int) -> Ground:
    """Postcodes of Great Britain with the companies that each is taken to have."""
    cell = [(pl.col(axis) // 1000).alias(f"cell_{axis[0]}") for axis in ("easting", "northing")]
    postcodes = (
        pl.scan_parquet(data / "postcodes_nspl_2025_05" / "postcodes_uk_enriched.parquet")
        .filter(pl.col("pc_area") != "BT")
        .select("pcds", "lad24cd", easting=pl.col("easting_approx"), northing=pl.col("northing_approx"))
        .with_columns(*cell)
        .with_columns(around=pl.len().over("cell_e", "cell_n"))
        .collect()
    )
    cap = OrganisationsMethod().formation_agent_cap
    companies = (
        pl.scan_parquet(data / "companies_house_sheffield_rotherham" / "companies_2024_11.parquet")
        .group_by(pcds="Postcode")
        .agg(companies=pl.len().clip(upper_bound=cap))
        .collect()
    )
    known = (
        postcodes.filter(pl.col("lad24cd").is_in(["E08000039", "E08000018"]))
        .join(companies, "pcds", "left")
        .with_columns(pl.col("companies").fill_null(0))
    )
    edges = np.quantile(known["around"].to_numpy(), np.linspace(0, 1, DENSITY_CLASSES + 1)[1:-1])
    class_of = np.searchsorted(edges, postcodes["around"].to_numpy(), side="right")
    class_known = np.searchsorted(edges, known["around"].to_numpy(), side="right")
    rng, held = np.random.default_rng(seed), np.zeros(postcodes.height)
    for number in range(DENSITY_CLASSES):
        of_class = class_of == number
        held[of_class] = rng.choice(known["companies"].to_numpy()[class_known == number], int(of_class.sum()))
    used = held > 0
    return Ground(
        postcodes["easting"].to_numpy()[used].astype(float),
        postcodes["northing"].to_numpy()[used].astype(float),
        held[used] / held.sum(),
    )


def drawn(where: Ground, count: int, least: int, method: SpatialMethod, seed: int) -> Drawn:
    """Groups of so many sites."""
    samples = max(method.min_samples_floor, least // method.min_samples_divisor)
    labels = hdbscan_labels(*where.sites(count, seed), HdbscanSizes(least, samples, 0.0))
    sizes = np.bincount(labels[labels >= 0])
    return Drawn(len(sizes), float(sizes.sum() / count), int(sizes.min()) if len(sizes) else 0)


class Grid:
    """Groups and shares at every size and min_cluster_size, and between them by the logarithms of both."""

    def __init__(self, where: Ground, method: SpatialMethod, seeds: Sequence[int]) -> None:
        groups = np.zeros((len(SIZES), len(LEAST)))
        inside = np.zeros_like(groups)
        for row, count in enumerate(SIZES):
            for column, least in enumerate(LEAST):
                if count >= method.min_points_factor * least:
                    found = [drawn(where, count, least, method, seed) for seed in seeds]
                    groups[row, column] = np.mean([one.groups for one in found])
                    inside[row, column] = np.mean([one.inside for one in found])
        self._groups, self._inside = groups, inside

    def groups(self, count: float, least: float) -> float:
        """Groups of a sector of so many sites."""
        return self._between(self._groups, count, least)

    def inside(self, count: float, least: float) -> float:
        """Share of its sites in them."""
        return self._between(self._inside, count, least)

    @staticmethod
    def _between(table: Floats, count: float, least: float) -> float:
        at_sizes = [np.interp(np.log(least), np.log(LEAST), row) for row in table]
        return float(np.interp(np.log(count), np.log(SIZES), at_sizes))


@dataclass(frozen=True)
class Fit:
    """One exponent with its coefficient, and how it does on the published sectors."""

    method: SpatialMethod
    of_scheme: dict[str, float]
    """Mean number of groups of a sector."""
    inside: float
    """Median over sectors."""
    excess: float
    """The largest min_cluster_size over the smallest published cluster: a rule that is right has at most 1."""
    too_few: int
    """Sectors with fewer groups than the largest number seen of a published cluster."""

    @property
    def groups(self) -> float:
        """Mean number of groups over all 78 sectors."""
        return sum(self.of_scheme[scheme] * many for scheme, many in SCHEMES.items()) / sum(SCHEMES.values())


def judged(grid: Grid, sectors: pl.DataFrame, exponent: float, coefficient: float) -> Fit:
    """The published sectors by a rule."""
    method = SpatialMethod(size_exponent=exponent, size_coefficient=coefficient)
    count = sectors["sites_of_sector"].to_list()
    least = [min_cluster_size(sites, method) for sites in count]
    groups = [grid.groups(sites, size) for sites, size in zip(count, least, strict=True)]
    inside = [grid.inside(sites, size) for sites, size in zip(count, least, strict=True)]
    by_sector = sectors.with_columns(groups=pl.Series(groups), least=pl.Series(least), inside=pl.Series(inside))
    means = by_sector.group_by("sector_type").agg(pl.col("groups").mean())
    return Fit(
        method,
        dict(means.iter_rows()),
        float(np.median(inside)),
        float((by_sector["least"] / by_sector["smallest_seen"]).max()),  # type: ignore[arg-type]
        by_sector.filter(pl.col("groups") < pl.col("largest_cluster_number_seen")).height,
    )


def fitted(grid: Grid, sectors: pl.DataFrame, exponent: float) -> Fit:
    """The coefficient of an exponent that gives the published number of groups a sector, to three digits."""
    low, high = 1e-4, 10.0
    for _ in range(40):
        middle = (low * high) ** 0.5
        if judged(grid, sectors, exponent, middle).groups > PUBLISHED_GROUPS:
            low = middle
        else:
            high = middle
    return judged(grid, sectors, exponent, float(f"{high:.3g}"))


def page(where: Ground, grid: Grid, sectors: pl.DataFrame, seeds: Sequence[int]) -> str:
    """The fits, and what each gives at several sizes, means over draws, as Markdown."""
    fits = [fitted(grid, sectors, exponent) for exponent in EXPONENTS]
    now = SpatialMethod()
    if (now.size_exponent, now.size_coefficient) not in {
        (fit.method.size_exponent, fit.method.size_coefficient) for fit in fits
    }:
        fits.append(judged(grid, sectors, now.size_exponent, now.size_coefficient))
    lines = [
        "| exponent | coefficient | groups a sector | SIC | RTIC | share inside | least over smallest published "
        "| sectors with too few |",
        "|---|---|---|---|---|---|---|---|",
        *(
            f"| {fit.method.size_exponent} | {fit.method.size_coefficient} | {fit.groups:.0f} "
            f"| {fit.of_scheme['SIC']:.0f} | {fit.of_scheme['RTIC']:.0f} | {fit.inside:.2f} | {fit.excess:.2f} "
            f"| {fit.too_few} |"
            for fit in fits
        ),
    ]
    lines += [
        "",
        f"| exponent | coefficient |{'|'.join(f' {size:,} ' for size in SIZES)}|",
        "|---" * (len(SIZES) + 2) + "|",
    ]
    for fit in fits:
        cells = []
        for size in SIZES:
            least = min_cluster_size(size, fit.method)
            found = [drawn(where, size, least, fit.method, seed) for seed in seeds]
            groups, inside, smallest = np.mean([(one.groups, one.inside, one.smallest) for one in found], axis=0)
            cells.append(f" {groups:.0f}; {inside:.2f}; {smallest:.0f} ")
        lines.append(f"| {fit.method.size_exponent} | {fit.method.size_coefficient} |{'|'.join(cells)}|")
    return "\n".join(lines)


def main() -> None:
    """Fit, and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=existing_folder, required=True, help="folder of the real files")
    parser.add_argument("--seed", type=whole_given, default=1, help="of the draws")
    parser.add_argument("--draws", type=whole_given, default=1, help="draws at each size and min_cluster_size")
    asked = parser.parse_args()
    sectors = pl.read_csv(asked.data / "dsit_map_v2_south_yorkshire" / "sectors.csv").filter(
        pl.col("sector_type").is_in(list(SCHEMES))
    )
    where = ground(asked.data, asked.seed)
    seeds = range(asked.seed, asked.seed + asked.draws)
    print(page(where, Grid(where, SpatialMethod(), seeds), sectors, seeds))


if __name__ == "__main__":
    begin(main)
