"""How companies share addresses: on the real register, and in the synthetic country with and without such addresses.

    python -m tools.shared_addresses --data ../shared/data --scale 0.05

Writes Markdown: for postcodes by their number of companies, the share of all companies that are there, the probability
that two companies at one of them are of one SIC sector, and the median share of the commonest sector. Real companies
are those of Sheffield and Rotherham; synthetic ones those of the register and of RTIC at their registered offices, the
sector being known of those of the register.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from assets.manners import begin, existing_folder, share_given, whole_given
from assets.months import Month
from synthetic_uk.addresses import Places
from synthetic_uk.firms import Firms, draw_firms
from synthetic_uk.geography import draw_geography
from synthetic_uk.planted import draw_plan
from synthetic_uk.sectors import Sectors, draw_sectors
from synthetic_uk.settings import Extent, Settings
from synthetic_uk.world import with_planted
from tools.real_companies import real_companies

BANDS = (1, 2, 5, 10, 20, 50, 100, 200)
"""Least numbers of companies at a postcode."""
FEWEST = 5
"""A postcode with fewer companies of known sector says nothing of the commonest."""


@dataclass(frozen=True)
class Band:
    """Postcodes with as many companies."""

    postcodes: int
    share: float
    """Of all companies."""
    alike: float
    """Probability that two companies at one postcode, of a company drawn at random, are of one sector; NaN for none."""
    commonest: float
    """Median over postcodes of the share of the commonest sector; NaN where there are too few."""


def bands(companies: pl.DataFrame) -> dict[int, Band]:
    """By the least number of companies; `companies` has `postcode` and `sector`, null where it is not known."""
    held = companies.with_columns(companies=pl.len().over("postcode"))
    of_sector = held.drop_nulls("sector").group_by("postcode", "companies", "sector").agg(count=pl.len())
    postcodes = of_sector.group_by("postcode", "companies").agg(
        known=pl.col("count").sum(), pairs=(pl.col("count") * (pl.col("count") - 1)).sum(), most=pl.col("count").max()
    )
    found = {}
    for low, high in zip(BANDS, (*BANDS[1:], companies.height + 1), strict=True):
        inside = pl.col("companies").is_between(low, high - 1)
        here, told = held.filter(inside), postcodes.filter(inside & (pl.col("known") > 1))
        many = told.filter(pl.col("known") >= FEWEST)
        alike = told.select((pl.col("pairs") / (pl.col("known") - 1)).sum() / pl.col("known").sum()).item()
        commonest = many.select((pl.col("most") / pl.col("known")).median()).item()
        found[low] = Band(
            here["postcode"].n_unique(),
            here.height / companies.height,
            float("nan") if alike is None else float(alike),
            float("nan") if commonest is None else float(commonest),
        )
    return found


def alike_at_large(companies: pl.DataFrame) -> float:
    """Probability that two companies, wherever they are, are of one sector."""
    counts = companies["sector"].drop_nulls().value_counts()["count"].to_numpy().astype(np.float64)
    return float((counts * (counts - 1)).sum() / (counts.sum() * (counts.sum() - 1)))


def offices(firms: Firms, sectors: Sectors) -> pl.DataFrame:
    """`postcode` (a number) and `sector` of each company at the first drop."""
    is_here = firms.is_company.copy()
    is_here[firms.rtic.firm[firms.rtic.since > 0]] = False
    rows = np.flatnonzero(is_here)
    is_registered = rows < firms.enterprises
    code = firms.register.sic_code[np.where(is_registered, rows, 0)]
    sector = pl.Series(sectors.sic_names).gather(sectors.sic_code_sector[code])
    office = Places(firms.register, firms.rtic, firms.home).offices()[rows]
    return pl.DataFrame({"postcode": office, "sector": sector.set(pl.Series(~is_registered), None)})


def synthetic_companies(scale: float, seed: int, settings: Settings) -> pl.DataFrame:
    """Those of a country."""
    extent = Extent(scale, (Month(2025, 5),), seed, settings)
    geography, sectors = draw_geography(scale, seed, settings), draw_sectors(scale, seed, settings)
    plan = draw_plan(geography, sectors, scale, 1, seed, settings)
    return offices(draw_firms(geography, with_planted(geography, plan, seed), sectors, plan, extent), sectors)


def lines(name: str, companies: pl.DataFrame) -> list[str]:
    """Rows of the table for one set of companies."""
    at_large = alike_at_large(companies)
    return [
        f"| {name} | {low:,} | {band.postcodes:,} | {band.share:.3f} | {band.alike:.3f} ({at_large:.3f}) "
        f"| {band.commonest:.2f} |"
        for low, band in bands(companies).items()
    ]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=existing_folder, required=True, help="folder of the real files")
    parser.add_argument("--scale", type=share_given, default=0.05, help="share of the full size")
    parser.add_argument("--seed", type=whole_given, default=1, help="of the synthetic country")
    asked = parser.parse_args()
    settings = Settings()
    without = replace(settings, shared_addresses=0.0)
    print(
        "| companies | at one postcode, from | postcodes | share of companies | two of one sector (at large) "
        "| commonest sector |\n|---|---|---|---|---|---|"
    )
    for name, companies in (
        ("real", real_companies(asked.data)),
        ("synthetic, without shared addresses", synthetic_companies(asked.scale, asked.seed, without)),
        ("synthetic", synthetic_companies(asked.scale, asked.seed, settings)),
    ):
        print("\n".join(lines(name, companies)))


if __name__ == "__main__":
    begin(main)
