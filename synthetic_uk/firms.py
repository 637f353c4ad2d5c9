"""Who there is: enterprises with their sites, RTIC firms with their locations, and who among them is a planted member.

What belongs here: the register and RTIC as arrays, drawn once; a month's view follows from the months that firms and
locations hold for. What does not: their text in the drops (`register_drops`), or funding.

Every organisation of the United Kingdom has a number: enterprises first (special ones such as universities, then
planted ones, then the rest), then the firms that only RTIC has. All else about it hangs on that number.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from assets.arrays import Bools, Integers
from synthetic_uk.addresses import Places, share_addresses
from synthetic_uk.draws import Draw
from synthetic_uk.geography import REGIONS, Geography, Postcodes
from synthetic_uk.names import overseas_names, plain_names
from synthetic_uk.planted import Plan
from synthetic_uk.register import SPECIAL_KINDS, Register, draw_register
from synthetic_uk.rtic import Rtic, draw_rtic
from synthetic_uk.sectors import Sectors
from synthetic_uk.settings import Extent
from synthetic_uk.streams import OVERSEAS, UNKNOWN, stream

_ENGLISH, _SCOTTISH, _NORTHERN_IRISH, _PARTNERSHIP = range(4)


@dataclass(frozen=True)
class Firms:
    """Everybody, by number."""

    register: Register
    rtic: Rtic
    special_names: list[str]
    special_kind: Integers
    """Index among SPECIAL_KINDS."""
    slot_firm: Integers
    """Organisation made for each planted slot."""
    home: Integers
    """Main postcode of each organisation."""
    is_company: Bools
    """Has a registration number."""
    is_ordinary: Bools
    """Neither special, nor planted, nor a mere registration at an agent's; there from the first month."""
    number_kind: Integers
    number_rank: Integers

    @property
    def enterprises(self) -> int:
        """Number of enterprises: numbers below it are in the register."""
        return len(self.register.units)

    def company_numbers(self, numbers: Integers) -> pl.Series:
        """Registration numbers, 8 characters; null for those without."""
        written = registration_numbers(self.number_kind[numbers], self.number_rank[numbers])
        return pl.select(pl.when(pl.Series(self.is_company[numbers])).then(written)).to_series()

    def spare_numbers(self, count: int) -> pl.Series:
        """English registration numbers that no organisation has."""
        taken = int(np.count_nonzero(self.number_kind == _ENGLISH))
        return registration_numbers(np.full(count, _ENGLISH), taken + np.arange(count))

    def names(self, numbers: Integers) -> pl.Series:
        """Names as the registers have them; a few sole proprietors share one. Numbers from OVERSEAS on are abroad."""
        abroad = numbers >= OVERSEAS
        if abroad.any():
            foreign = overseas_names(np.where(abroad, numbers - OVERSEAS, 0))
            domestic = self.names(np.where(abroad, 0, numbers))
            return pl.select(pl.when(pl.Series(abroad)).then(foreign).otherwise(domestic)).to_series().rename("name")
        shared = (numbers % 331 == 7) & ~self.is_company[numbers] & (numbers > len(self.special_names))
        plain = plain_names(np.where(shared, numbers - 1, numbers))
        ending = np.where(self.number_kind[numbers] == _PARTNERSHIP, 3, np.where(numbers % 3 == 0, 1, 2))
        ending = np.where(self.is_company[numbers], ending, 0)
        named = plain + pl.Series(["", " LIMITED", " LTD", " LLP"]).gather(ending)
        special = numbers < len(self.special_names)
        if special.any():
            own = pl.Series(self.special_names, dtype=pl.String).gather(np.where(special, numbers, 0))
            named = pl.select(pl.when(pl.Series(special)).then(own).otherwise(named)).to_series()
        return named.rename("name")

    def entrefs(self, numbers: Integers) -> pl.Series:
        """Enterprise references, 10 digits; null for those that the register does not have."""
        known = numbers < self.enterprises
        text = pl.Series(9_900_000_000 + (numbers * 7_368_787) % 99_999_989).cast(pl.String)
        return pl.select(pl.when(pl.Series(known)).then(text)).to_series()


def registration_numbers(kind: Integers, rank: Integers) -> pl.Series:
    """Registration numbers by kind and rank among those of a kind; a rank below 999,983 (English 15,999,989)."""
    # Primes above the number of organisations of each kind, so that ranks are spread and never meet.
    prime = np.where(kind == _ENGLISH, 15_999_989, 999_983)
    spread = np.where(kind == _ENGLISH, rank * 7_368_787 + 1_000_003, rank * 7_919 + 100_003) % prime
    # No register gives out a number of zeros alone.
    spread = np.where(spread == 0, prime, spread)
    prefix = pl.Series(["", "SC", "NI", "OC"]).gather(kind)
    frame = pl.DataFrame({"digits": pl.Series(spread).cast(pl.String), "prefix": prefix, "kind": kind})
    padded = (
        pl.when(pl.col("kind") == _ENGLISH).then(pl.col("digits").str.zfill(8)).otherwise(pl.col("digits").str.zfill(6))
    )
    return frame.select(pl.concat_str("prefix", padded)).to_series()


def draw_firms(
    geography: Geography,
    postcodes: Postcodes,
    sectors: Sectors,
    plan: Plan,
    extent: Extent,
) -> Firms:
    """All organisations; `postcodes` are the base's followed by the plan's."""
    draw = Draw(postcodes)
    special_names, special_kind, special_home = _special(geography, postcodes, extent.scale, extent.seed)
    planted = np.flatnonzero(~plan.slot_is_rtic)
    planted_home = _first_postcodes(plan)
    register = draw_register(
        draw,
        sectors,
        special_kind,
        special_home,
        plan.slot_sector[planted],
        planted_home[planted],
        extent,
    )
    enterprises = len(register.units)
    slot_firm = np.zeros(len(plan.slot_is_rtic), dtype=np.int64)
    slot_firm[planted] = len(special_kind) + np.arange(len(planted))
    rtic_slots = np.flatnonzero(plan.slot_is_rtic)
    slot_firm[rtic_slots] = enterprises + np.arange(len(rtic_slots))
    first_ordinary = len(special_kind) + len(planted)
    rtic, homes, agents = draw_rtic(draw, postcodes, sectors, plan, register, first_ordinary, planted_home, extent)
    home = np.concatenate([register.unit_postcode[register.first_unit], homes])
    is_company = np.concatenate([register.is_company, np.ones(len(homes), dtype=bool)])
    is_decided = np.zeros(len(home), dtype=bool)
    is_decided[:first_ordinary] = True
    is_decided[enterprises : enterprises + len(rtic_slots)] = True
    is_decided[agents] = True
    is_born = np.zeros(len(home), dtype=bool)
    is_born[rtic.firm[rtic.since > 0]] = True
    is_ordinary = ~is_decided & ~is_born
    places = share_addresses(Places(register, rtic, home), postcodes, sectors, is_company & ~is_decided, agents, extent)
    register, rtic, home = places.register, places.rtic, places.home
    kind, rank = _number_kinds(postcodes, home)
    return Firms(register, rtic, special_names, special_kind, slot_firm, home, is_company, is_ordinary, kind, rank)


def _first_postcodes(plan: Plan) -> Integers:
    """Where each planted slot is at first."""
    first = np.full(len(plan.slot_is_rtic), UNKNOWN)
    order = np.argsort(-plan.member_from, kind="stable")
    first[plan.member_slot[order]] = plan.member_postcode[order]
    return first


def _number_kinds(postcodes: Postcodes, home: Integers) -> tuple[Integers, Integers]:
    """Kind of registration number (by nation; one in 23 is a partnership's) and rank among those of its kind."""
    region = postcodes.region[home]
    kind = np.full(len(home), _ENGLISH)
    kind[region == REGIONS.index("Scotland")] = _SCOTTISH
    kind[region == REGIONS.index("Northern Ireland")] = _NORTHERN_IRISH
    kind[np.arange(len(home)) % 23 == 5] = _PARTNERSHIP
    rank = np.zeros(len(home), dtype=np.int64)
    for one in range(4):
        rank[kind == one] = np.arange(np.count_nonzero(kind == one))
    return kind, rank


def _special(
    geography: Geography, postcodes: Postcodes, scale: float, seed: int
) -> tuple[list[str], Integers, Integers]:
    """Universities, research organisations, hospitals and councils: names, kinds, and a postcode at a town's centre."""
    rng = stream(seed, "special")
    towns = geography.settlements
    universities = int(np.clip(round(160 * np.sqrt(scale / 0.05) * 0.25), 8, 160))
    weight = towns.population[: towns.towns] ** 0.7
    names: list[str] = []
    kinds: list[int] = []
    where: list[int] = []
    for kind in range(len(SPECIAL_KINDS)):
        number = universities if kind == 0 else max(3, universities // 2)
        chosen = rng.choice(towns.towns, number, replace=False, p=weight / weight.sum())
        where += chosen.tolist()
        kinds += [kind] * number
        for town in chosen:
            name = towns.names[town]
            names.append(
                (
                    f"University of {name}",
                    f"{name} Research Institute",
                    f"{name} Hospitals NHS Foundation Trust",
                    f"{name} Council",
                )[kind]
            )
    town = np.array(where)
    home = np.zeros(len(town), dtype=np.int64)
    for row, one in enumerate(town):
        near = np.flatnonzero((postcodes.town == one) & ~postcodes.is_terminated & (postcodes.draw > 0))
        if not len(near):
            near = np.flatnonzero((postcodes.is_ni == towns.is_ni[one]) & (postcodes.draw > 0))
        apart_m = np.hypot(postcodes.x_m[near] - towns.x_m[one], postcodes.y_m[near] - towns.y_m[one])
        home[row] = near[np.argsort(apart_m, kind="stable")[min(row % 7, len(near) - 1)]]
    return names, np.array(kinds), home
