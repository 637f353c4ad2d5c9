"""The Real-Time Industrial Classifications: firms, their emerging sectors, and their locations over the months.

What belongs here: who is in RTIC from when to when, and where. What does not: their text in the drops
(`register_drops`). Part of the register's companies are in RTIC too, at the register's place; the rest are only here:
planted firms, mere registrations at formation agents' postcodes, ordinary firms, and those born later.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np

from assets.arrays import Bools, Integers
from synthetic_uk.draws import Draw
from synthetic_uk.geography import Postcodes
from synthetic_uk.planted import FOR_EVER, Plan
from synthetic_uk.register import Register
from synthetic_uk.sectors import Sectors
from synthetic_uk.settings import Extent, Settings
from synthetic_uk.streams import UNKNOWN, choose, stream

_REGISTERED_ELSEWHERE_SHARE = 0.25
_OPERATING_ROW_SHARE = 0.62
_MORE_PLACES_SHARE = 0.06


@dataclass(frozen=True)
class Rtic:
    """RTIC firms and their locations; months count from the first drop, and a row holds from one to before another."""

    firm: Integers
    """Number of the organisation."""
    sectors: Integers
    """Firms x 3: indices of RTIC sectors, UNKNOWN where fewer; all of them for a firm in none."""
    since: Integers
    until: Integers
    location_firm: Integers
    """Row of the firm."""
    location_postcode: Integers
    location_is_registered: Bools
    location_since: Integers
    location_until: Integers


@dataclass(frozen=True)
class _Rows:
    """Which rows of RTIC are whose: in the register too, planted, at formation agents', then ordinary, then born."""

    both: slice
    planted: slice
    agents: slice
    ordinary: slice
    born: slice

    @property
    def count(self) -> int:
        return self.born.stop


def draw_rtic(
    draw: Draw,
    postcodes: Postcodes,
    sectors: Sectors,
    plan: Plan,
    register: Register,
    first_ordinary: int,
    planted_home: Integers,
    extent: Extent,
) -> tuple[Rtic, Integers, Integers]:
    """RTIC, the main postcodes of the firms that only RTIC has, and which of those are mere registrations.

    `first_ordinary` is the first enterprise that is neither special nor planted; `planted_home` the first postcode of
    each slot of the plan.
    """
    settings = extent.settings
    rng = stream(extent.seed, "rtic")
    enterprises = len(register.units)
    total = round(settings.rtic_firms * extent.scale)
    listed = register.is_company & (rng.random(enterprises) < settings.register_in_rtic_share)
    in_both = first_ordinary + np.flatnonzero(listed[first_ordinary:])
    slots = np.flatnonzero(plan.slot_is_rtic)
    at_first = int(np.count_nonzero(plan.slot_from[slots] == 0))
    agent_sizes = _agent_sizes(rng, total, settings)
    rest = total - len(in_both) - at_first - int(agent_sizes.sum())
    born = np.repeat(np.arange(1, len(extent.months)), round(settings.monthly_births_share * total))
    edges = np.cumsum([0, len(in_both), len(slots), int(agent_sizes.sum()), rest, len(born)]).tolist()
    rows = _Rows(*(slice(low, high) for low, high in itertools.pairwise(edges)))

    firm = np.concatenate([in_both, enterprises + np.arange(rows.count - len(in_both))])
    sector = _draw_sectors(rng, sectors, rows.count)
    wanted = plan.slot_sector[slots]
    sector[rows.planted, 0] = np.where(wanted == UNKNOWN, sector[rows.planted, 0], wanted)
    for other in (1, 2):
        sector[:, other][sector[:, other] == sector[:, 0]] = UNKNOWN

    since = np.zeros(rows.count, dtype=np.int64)
    since[rows.planted] = plan.slot_from[slots]
    since[rows.born] = born
    until = since + rng.geometric(settings.monthly_deaths_share, rows.count)
    until[rows.planted] = plan.slot_until[slots]
    # As many leave an agent's postcode as come to it.
    until[rows.agents] = FOR_EVER

    main = draw.postcodes(rng, sectors.lean["rtic"], sector[:, 0])
    main[rows.both] = register.unit_postcode[register.first_unit[in_both]]
    main[rows.planted] = planted_home[slots]
    main[rows.agents] = np.repeat(_agent_postcodes(rng, postcodes, len(agent_sizes)), agent_sizes)

    places = [
        *_ordinary_places(rng, draw, sectors, sector, main, rows, since, until),
        *_planted_places(plan, slots, rows),
    ]
    rtic = Rtic(firm, sector, since, until, *(np.concatenate(column) for column in zip(*places, strict=True)))
    return rtic, main[rows.both.stop :], firm[rows.agents]


def _ordinary_places(
    rng: np.random.Generator,
    draw: Draw,
    sectors: Sectors,
    sector: Integers,
    main: Integers,
    rows: _Rows,
    since: Integers,
    until: Integers,
) -> list[tuple[Integers, Integers, Integers, Integers, Integers]]:
    """Blocks of (row, postcode, is registered, since, until) of all firms that are not planted.

    A quarter have their registered office elsewhere (an accountant's, a parent's), a few have further places of
    business; where office and business are one place, RTIC does not always know of the business.
    """
    every = np.arange(rows.count)
    ordinary = np.ones(rows.count, dtype=bool)
    ordinary[rows.planted] = ordinary[rows.agents] = False
    at_agent = np.zeros(rows.count, dtype=bool)
    at_agent[rows.agents] = True
    elsewhere = ordinary & (rng.random(rows.count) < _REGISTERED_ELSEWHERE_SHARE)
    operating = ordinary & (elsewhere | (rng.random(rows.count) < _OPERATING_ROW_SHARE))
    more = np.where(ordinary & (rng.random(rows.count) < _MORE_PLACES_SHARE), rng.integers(1, 4, rows.count), 0)
    more = np.where(at_agent & (rng.random(rows.count) < 0.05), 1, more)
    further = np.repeat(every, more)
    blocks = []
    for row, is_registered, at_main in (
        (every[(ordinary & ~elsewhere) | at_agent], True, True),
        (every[operating], False, True),
        (every[elsewhere], True, False),
        (further, False, False),
    ):
        where = main[row] if at_main else draw.postcodes(rng, sectors.lean["rtic"], sector[row, 0])
        blocks.append((row, where, np.full(len(row), is_registered), since[row], until[row]))
    return blocks


def _planted_places(
    plan: Plan, slots: Integers, rows: _Rows
) -> list[tuple[Integers, Integers, Integers, Integers, Integers]]:
    """The same blocks of planted firms: registered and operating where each of their memberships puts them."""
    row_of = np.full(len(plan.slot_is_rtic), UNKNOWN)
    row_of[slots] = np.arange(rows.planted.start, rows.planted.stop)
    members = np.flatnonzero(plan.slot_is_rtic[plan.member_slot])
    row = row_of[plan.member_slot[members]]
    where = plan.member_postcode[members]
    period = plan.member_from[members], plan.member_until[members]
    return [(row, where, np.full(len(row), is_registered), *period) for is_registered in (True, False)]


def _draw_sectors(rng: np.random.Generator, sectors: Sectors, count: int) -> Integers:
    """Up to three sectors a firm: those in any have one, a quarter of them two, one in twenty three."""
    drawn = choose(rng, sectors.rtic_weight, count * 3).reshape(count, 3)
    number = 1 + (rng.random(count) < 0.25) + (rng.random(count) < 0.05)
    drawn[:, 1][(number < 2) | (drawn[:, 1] == drawn[:, 0])] = UNKNOWN
    drawn[:, 2][(number < 3) | (drawn[:, 2] == drawn[:, 0]) | (drawn[:, 2] == drawn[:, 1])] = UNKNOWN
    if sectors.rtic_share < 1:
        drawn[rng.random(count) >= sectors.rtic_share] = UNKNOWN
    return drawn


def _agent_sizes(rng: np.random.Generator, total: int, settings: Settings) -> Integers:
    """Firms registered at each formation agent's: all above the smallest size, a few much larger."""
    firms = max(settings.formation_agent_min, round(settings.formation_agent_share * total))
    agents = int(np.clip(firms / (1.35 * settings.formation_agent_min), 1, settings.formation_agents_max))
    spare = firms - agents * settings.formation_agent_min
    share = np.arange(1, agents + 1) ** -1.0
    return settings.formation_agent_min + rng.multinomial(spare, share / share.sum())


def _agent_postcodes(rng: np.random.Generator, postcodes: Postcodes, count: int) -> Integers:
    """Distinct postcodes where business is dense."""
    usable = np.flatnonzero(~postcodes.is_terminated & (postcodes.draw > 0))
    dense = usable[np.argsort(-postcodes.draw[usable], kind="stable")[: max(200, 4 * count)]]
    return rng.choice(dense, count, replace=False)
