"""Sectors: how large each is, which codes it has, and how it leans from region to region.

What belongs here: the shipped sector lists read as weights. What does not: which firm is in which sector. SIC codes
and their weights (`sic_codes.csv`) are the register's local units of 2018 by class, rounded to the nearest hundred, so
the 32 sectors are as unequal as the real ones. Sizes of the emerging sectors (`rtic_sizes.csv`) are the sites that the
release of 2025 tells of 38 of the 46; the others have the sizes that stand at even steps among those. As `large` they
follow Zipf's law with exponent 0.7.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from assets.arrays import Floats, Integers
from assets.reference import shipped_list
from synthetic_uk.geography import REGIONS
from synthetic_uk.settings import Settings
from synthetic_uk.streams import stream

_SIC_CODES_FILE = Path(__file__).parent / "sic_codes.csv"
_RTIC_SIZES_FILE = Path(__file__).parent / "rtic_sizes.csv"
SITES_OF_RTIC_FIRM = 1.7
"""Sites in sectors for each firm that is in any: it has 1.3 sectors and 1.3 places."""


@dataclass(frozen=True)
class Sectors:
    """The two schemes. Code arrays are in the order of the codes; sector arrays in the order of the names."""

    sic_codes: list[str]
    sic_code_weight: Floats
    sic_code_sector: Integers
    sic_names: list[str]
    rtic_codes: list[str]
    rtic_names: list[str]
    rtic_weight: Floats
    """Share of each emerging sector among memberships."""
    rtic_share: float
    """Of RTIC firms, those that are in any emerging sector."""
    lean: dict[str, Floats]
    """Scheme to sectors x regions: the factor on a region's share of the sector; near 1. The last row of `rtic` is that
    of firms in no sector, which UNKNOWN points at, and is 1."""

    @property
    def sic_weight(self) -> Floats:
        """Weight of each SIC sector: the sum over its codes."""
        return np.bincount(self.sic_code_sector, self.sic_code_weight, minlength=len(self.sic_names)).astype(np.float64)


def draw_sectors(scale: float, seed: int, settings: Settings) -> Sectors:
    """Read the shipped lists and draw what is not in them: large sizes of emerging sectors, regional leans."""
    prefixes = dict(shipped_list("sic_sectors").select("sic2007_prefix", "sector").iter_rows())
    codes = pl.read_csv(_SIC_CODES_FILE, schema_overrides={"sic2007": pl.String})
    sector_of = [_sector_of(code, prefixes) for code in codes["sic2007"]]
    sic_names = sorted(set(sector_of))
    missing = sorted(set(prefixes.values()) - set(sic_names))
    if missing:
        raise ValueError(f"{_SIC_CODES_FILE.name} has no code of the sector(s) {missing}: add one of each")
    rtic = shipped_list("rtic_sectors")
    rng = stream(seed, "sectors")
    zipf = rng.permutation(np.arange(1, rtic.height + 1)) ** -0.7
    all_sites = SITES_OF_RTIC_FIRM * settings.rtic_firms * scale
    sites = _rtic_sites(rtic["sector"].to_list(), all_sites * zipf / zipf.sum(), scale, settings)
    of_firms_in_none = np.ones((1, len(REGIONS)))
    return Sectors(
        sic_codes=codes["sic2007"].to_list(),
        sic_code_weight=codes["local_units"].to_numpy().astype(float),
        sic_code_sector=np.array([sic_names.index(name) for name in sector_of]),
        sic_names=sic_names,
        rtic_codes=rtic["rtic_code"].to_list(),
        rtic_names=rtic["sector"].to_list(),
        rtic_weight=sites / sites.sum(),
        rtic_share=1.0 if settings.rtic_sizes == "large" else float(sites.sum() / all_sites),
        lean={
            "sic": np.exp(rng.normal(0, settings.regional_lean, (len(sic_names), len(REGIONS)))),
            "rtic": np.vstack(
                [np.exp(rng.normal(0, settings.regional_lean, (rtic.height, len(REGIONS)))), of_firms_in_none]
            ),
        },
    )


def _rtic_sites(names: list[str], large: Floats, scale: float, settings: Settings) -> Floats:
    """Sites of each emerging sector at a scale, without those planted, by the sizes that the settings ask for."""
    if settings.rtic_sizes == "large":
        return large
    sizes = dict(pl.read_csv(_RTIC_SIZES_FILE).select("sector", "sites").iter_rows())
    missing = sorted(set(names) - set(sizes))
    if missing:
        raise ValueError(f"{_RTIC_SIZES_FILE.name} has no size of the sector(s) {missing}: add one of each")
    published = scale * np.array([sizes[name] for name in names], dtype=np.float64)
    return np.minimum(large, np.maximum(published, settings.rtic_sector_least))


def _sector_of(code: str, prefixes: dict[str, str]) -> str:
    """Sector of the longest prefix of a code that the list has."""
    for length in range(5, 1, -1):
        if code[:length] in prefixes:
            return prefixes[code[:length]]
    raise ValueError(f"SIC code {code} of {_SIC_CODES_FILE.name} is in no sector of sic_sectors.csv")
