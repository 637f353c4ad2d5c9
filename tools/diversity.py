"""How often a group of firms that lie together has no speciality, on a real register.

    python -m tools.diversity --data ../shared/data

Cuts compact groups out of the real companies of Sheffield and Rotherham, each a company drawn at random with those
nearest to it, and asks of each what the run over all sectors asks: is there a sector with a location quotient above 1
after Benjamini-Hochberg? One without is Diverse. Beside the real sectors stand the same sectors shuffled over the
companies, which is a country without specialities. Writes Markdown.

Groups with more than `MOST_AT_ONE_POSTCODE` of their firms at one postcode are passed over and drawn again. Since
companies at one postcode are of one sector more often than by chance, the same is done on a register with one company
for each postcode and sector.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy.spatial import cKDTree

from assets.arrays import Integers
from assets.manners import begin, existing_folder, whole_given
from assets.method import SpatialMethod
from assets.methods.statistics.quotients import location_quotients
from tools.real_companies import real_companies

SIZES = (50, 100, 200, 400, 800, 1_600)
MOST_AT_ONE_POSTCODE = 0.3


@dataclass(frozen=True)
class Cut:
    """Groups of one size, cut out of a register."""

    members: Integers
    """Groups x firms: rows of the register."""
    passed_over: int
    """Groups that were drawn and had too many firms at one postcode."""


def cut(companies: pl.DataFrame, size: int, groups: int, rng: np.random.Generator) -> Cut:
    """So many compact groups of a size."""
    # Which companies of the outermost postcode are in is chance, not the file's order.
    order = rng.permutation(companies.height)
    shuffled = companies.select("easting", "northing").to_numpy()[order]
    tree = cKDTree(shuffled)
    postcode = companies["postcode"].rank("dense").to_numpy().astype(np.int64)
    found: list[Integers] = []
    drawn = 0
    while len(found) < groups:
        drawn += 1
        nearest = order[tree.query(shuffled[rng.integers(companies.height)], k=size)[1]]
        if np.bincount(postcode[nearest]).max() <= MOST_AT_ONE_POSTCODE * size:
            found.append(nearest)
    return Cut(np.array(found), drawn - groups)


def without_speciality(sector: pl.Series, members: Integers) -> float:
    """Share of groups in which no sector of the register (`sector`, null for none) has a quotient above 1."""
    groups, size = members.shape
    sector = sector.rename("sector")
    national = sector.drop_nulls().value_counts(name="national_sector_firms")
    inside = pl.DataFrame(
        {"group_id": np.repeat(np.arange(groups), size), "sector": sector.gather(members.ravel())}
    ).drop_nulls()
    counts = (
        inside.group_by("group_id", "sector")
        .agg(sector_firms=pl.len().cast(pl.Int64))
        .join(national, on="sector")
        .with_columns(
            scheme=pl.lit("sic"), outline_firms=pl.lit(size), national_firms=pl.lit(len(sector), dtype=pl.Int64)
        )
    )
    alpha = SpatialMethod().lq_alpha
    tested = location_quotients(counts, alpha)
    special = tested.filter((pl.col("location_quotient") > 1) & (pl.col("q_value") < alpha))["group_id"].n_unique()
    return 1 - special / groups


def rows(companies: pl.DataFrame, name: str, groups: int, seed: int) -> list[str]:
    """Lines of the table for one register."""
    lines = []
    for size in SIZES:
        rng = np.random.default_rng([seed, size])
        taken = cut(companies, size, groups, rng)
        shuffled = companies["sector"].gather(rng.permutation(companies.height))
        lines.append(
            f"| {name} | {size} | {groups} ({taken.passed_over}) "
            f"| {without_speciality(companies['sector'], taken.members):.1%} "
            f"| {without_speciality(shuffled, taken.members):.1%} |"
        )
    return lines


def main() -> None:
    """Cut, test and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=existing_folder, required=True, help="folder of the real files")
    parser.add_argument("--groups", type=whole_given, default=500, help="groups of each size")
    parser.add_argument("--seed", type=whole_given, default=1, help="of the draws")
    asked = parser.parse_args()
    companies = real_companies(asked.data)
    one_each = companies.unique(["postcode", "sector"], keep="first", maintain_order=True)
    lines = [
        "| register | firms | groups (passed over) | without a speciality | the same, sectors shuffled |",
        "|---|---|---|---|---|",
        *rows(companies, f"all {companies.height:,} companies", asked.groups, asked.seed),
        *rows(one_each, f"one a postcode and sector, {one_each.height:,}", asked.groups, asked.seed),
    ]
    print("\n".join(lines))


if __name__ == "__main__":
    begin(main)
