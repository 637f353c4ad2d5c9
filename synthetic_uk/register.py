"""The business register: enterprises and their local units.

What belongs here: how many there are, in which sector, where and how large. What does not: their text in the drops
(`register_drops`), or RTIC.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from assets.arrays import Bools, Integers
from synthetic_uk.draws import Draw
from synthetic_uk.sectors import Sectors
from synthetic_uk.settings import Extent, Settings
from synthetic_uk.streams import UNKNOWN, choose, stream

SPECIAL_CODES = {"university": "85421", "research_organisation": "72190", "hospital": "86101", "council": "84110"}
"""SIC 2007 code of each kind of special organisation; the first enterprises of the register are these."""
SPECIAL_KINDS: tuple[str, ...] = tuple(SPECIAL_CODES)


@dataclass(frozen=True)
class Register:
    """Enterprises, and their local units in the order of the enterprises."""

    sic_code: Integers
    is_company: Bools
    is_number_listed: Bools
    first_unit: Integers
    units: Integers
    unit_enterprise: Integers
    unit_postcode: Integers
    unit_employees: Integers
    """UNKNOWN where the register has no count."""
    unit_true_employees: Integers


def draw_register(
    draw: Draw,
    sectors: Sectors,
    special_kind: Integers,
    special_home: Integers,
    planted_sector: Integers,
    planted_home: Integers,
    extent: Extent,
) -> Register:
    """The register at a scale: special organisations first, then planted enterprises, then the rest.

    `planted_sector` (UNKNOWN for any) and `planted_home` give the sector and postcode of each planted enterprise.
    """
    settings = extent.settings
    rng = stream(extent.seed, "register")
    total = round(settings.local_units * extent.scale)
    specials, planted = len(special_kind), len(planted_sector)
    units = np.concatenate(
        [rng.integers(1, 5, specials), 1 + (rng.random(planted) < 0.08), _site_counts(rng, total, settings)]
    )
    units = units[: np.searchsorted(np.cumsum(units), total) + 1].astype(np.int64)
    units[-1] -= units.sum() - total
    enterprises = len(units)

    code = choose(rng, sectors.sic_code_weight, enterprises)
    for kind, name in enumerate(SPECIAL_KINDS):
        code[:specials][special_kind == kind] = sectors.sic_codes.index(SPECIAL_CODES[name])
    planted_codes = code[specials : specials + planted]
    for sector in np.unique(planted_sector[planted_sector != UNKNOWN]):
        inside = np.flatnonzero(planted_sector == sector)
        weight = np.where(sectors.sic_code_sector == sector, sectors.sic_code_weight, 0)
        planted_codes[inside] = choose(rng, weight, len(inside))

    owner = np.repeat(np.arange(enterprises), units)
    first = np.cumsum(units) - units
    postcode = draw.postcodes(rng, sectors.lean["sic"], sectors.sic_code_sector[code[owner]])
    postcode[first[:specials]] = special_home
    postcode[first[specials : specials + planted]] = planted_home

    size = rng.lognormal(0.9, 1.25, enterprises)
    size[:specials] *= 150
    true_employees = np.maximum(0, np.floor(size[owner] * rng.lognormal(0, 0.4, total))).astype(np.int64)
    employees = np.where(rng.random(total) < settings.missing_site_employees_share, UNKNOWN, true_employees)
    is_company = rng.random(enterprises) >= settings.unincorporated_share
    is_company[:specials] = False
    is_company[specials : specials + planted] = True
    is_listed = is_company & (rng.random(enterprises) >= settings.unlisted_number_share)
    is_listed[specials : specials + planted] = True
    return Register(code, is_company, is_listed, first, units, owner, postcode, employees, true_employees)


def _site_counts(rng: np.random.Generator, total: int, settings: Settings) -> Integers:
    """Sites of each enterprise: mostly one, else two and more with a heavy tail; at least `total` together."""
    count = total
    several = rng.random(count) >= settings.single_site_share
    longest = max(4, min(3_000, total // 300))
    tail = np.minimum(2 + np.floor(rng.pareto(1.25, count)), longest)
    return np.where(several, tail, 1).astype(np.int64)
