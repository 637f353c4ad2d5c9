"""Addresses that many companies share: accountants, agents, virtual offices, business centres.

What belongs here: which postcodes are such, which companies have their office at one, and how alike these are. What
does not: formation agents, whose companies are mere registrations (`rtic`), planted firms, or sites other than offices.

An address is a live postcode where many companies are anyway, which is in or near a town. It takes companies of its own
region out of the rest of it, so that no region, sector or register has more or fewer than before: who a company is
stays, and where its office is changes, with all else that is at the office. A share of an address's companies are of
one sector that it is known for; in the register that is one of the SIC sectors, in RTIC one of the emerging sectors or
none. Addresses last; companies are born and leave there as elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from assets.arrays import Bools, Floats, Integers
from synthetic_uk.geography import REGIONS, Postcodes
from synthetic_uk.register import Register
from synthetic_uk.rtic import Rtic
from synthetic_uk.sectors import Sectors
from synthetic_uk.settings import Extent, Settings
from synthetic_uk.streams import UNKNOWN, choose, stream


@dataclass(frozen=True)
class Places:
    """Where organisations are: the register's units, RTIC's locations, and each organisation's main postcode."""

    register: Register
    rtic: Rtic
    home: Integers

    def offices(self) -> Integers:
        """Registered office of each organisation: RTIC's where it has the firm, else the first unit's postcode."""
        office = self.home.copy()
        rows = np.flatnonzero(self.rtic.location_is_registered)
        office[self.rtic.firm[self.rtic.location_firm[rows]]] = self.rtic.location_postcode[rows]
        return office

    def moved(self, old: Integers, new: Integers) -> Places:
        """The same with each organisation's office where `new` has it, and all that was at the old one with it."""
        register, rtic = self.register, self.rtic
        firm = rtic.firm[rtic.location_firm]
        location = np.where(rtic.location_postcode == old[firm], new[firm], rtic.location_postcode)
        unit, enterprises = register.unit_postcode.copy(), len(register.units)
        first = unit[register.first_unit]
        unit[register.first_unit] = np.where(first == old[:enterprises], new[:enterprises], first)
        return Places(
            replace(register, unit_postcode=unit),
            replace(rtic, location_postcode=location),
            np.where(self.home == old, new, self.home),
        )


@dataclass(frozen=True)
class _Addresses:
    """The addresses of a country."""

    postcode: Integers
    region: Integers
    size: Integers
    """Companies at each, at the first drop."""


@dataclass(frozen=True)
class _Companies:
    """Companies that may have their office at a shared address: parallel arrays."""

    number: Integers
    office: Integers
    group: Integers
    """Two for each region: companies of the register, and those that only RTIC has."""
    sector: Integers
    """SIC sectors first, then emerging sectors, then none of these: what companies of a group are alike in."""

    def of(self, which: Bools | Integers) -> _Companies:
        """Some of them."""
        return _Companies(self.number[which], self.office[which], self.group[which], self.sector[which])


def share_addresses(
    places: Places, postcodes: Postcodes, sectors: Sectors, is_free: Bools, agents: Integers, extent: Extent
) -> Places:
    """Places once companies share addresses.

    `is_free` says of each organisation whether it is a company whose place nothing else decides; `agents` are the
    organisations that are registered at a formation agent's, whose postcodes are no shared addresses.
    """
    settings = extent.settings
    if settings.shared_addresses == 0:
        return places
    rng = stream(extent.seed, "addresses")
    old = places.offices()
    since = np.zeros(len(old), dtype=np.int64)
    since[places.rtic.firm] = places.rtic.since
    free = np.flatnonzero(is_free)
    companies = _Companies(
        free,
        old[free],
        2 * postcodes.region[old[free]] + (free >= len(places.register.units)),
        _sectors(places, sectors)[free],
    )
    at_first, born = companies.of(since[free] == 0), companies.of(since[free] > 0)
    count = np.bincount(at_first.office, minlength=len(postcodes))
    usable = ~postcodes.is_terminated
    usable[places.home[agents]] = False
    addresses = _draw_addresses(rng, postcodes, count, usable, settings)
    is_address = np.zeros(len(postcodes), dtype=bool)
    is_address[addresses.postcode] = True

    there = is_address[at_first.office]
    comes, share_coming = _who_comes(rng, at_first, there, addresses)
    tenants = at_first.of(there | comes)
    at = _settled(rng, tenants, addresses, settings)
    new = old.copy()
    new[tenants.number] = addresses.postcode[at]
    moves = ~is_address[born.office] & (rng.random(len(born.number)) < share_coming[born.group // 2])
    coming = born.of(moves)
    new[coming.number] = addresses.postcode[_beside_their_like(rng, coming, tenants, at)]
    return places.moved(old, new)


def _sectors(places: Places, sectors: Sectors) -> Integers:
    """What each organisation's likeness is about."""
    none = len(sectors.sic_names) + len(sectors.rtic_names)
    sector = np.full(len(places.home), none)
    first = places.rtic.sectors[:, 0]
    sector[places.rtic.firm] = np.where(first == UNKNOWN, none, len(sectors.sic_names) + first)
    sector[: len(places.register.units)] = sectors.sic_code_sector[places.register.sic_code]
    return sector


def _draw_addresses(
    rng: np.random.Generator, postcodes: Postcodes, count: Integers, usable: Bools, settings: Settings
) -> _Addresses:
    """In each region as many addresses as its companies fill, at the postcodes with most offices, `count`, already."""
    found: list[tuple[Integers, Integers, Integers]] = []
    for region in range(len(REGIONS)):
        inside = np.flatnonzero(usable & (postcodes.region == region))
        wanted = settings.shared_addresses * count[postcodes.region == region].sum()
        sizes = _draw_sizes(rng, 1 + int(wanted / min(settings.shared_address_sizes)), settings)
        sizes = sizes[np.cumsum(sizes) <= wanted][: len(inside)]
        most = inside[np.lexsort((-postcodes.draw[inside], -count[inside]))[: len(sizes)]]
        sizes = np.maximum(np.sort(sizes)[::-1], count[most])
        found.append((most, np.full(len(most), region), sizes))
    return _Addresses(*(np.concatenate(column) for column in zip(*found, strict=True)))


def _draw_sizes(rng: np.random.Generator, number: int, settings: Settings) -> Integers:
    """Companies at each of so many addresses: a band, and in it about as many of each doubling."""
    low = np.array([*settings.shared_address_sizes, settings.shared_address_below], dtype=np.float64)
    band = choose(rng, np.array(list(settings.shared_address_sizes.values()), dtype=np.float64), number)
    # 1 / size is even within a band.
    inverse = 1 / low[band] + rng.random(number) * (1 / low[band + 1] - 1 / low[band])
    return np.floor(1 / inverse).astype(np.int64)


def _who_comes(
    rng: np.random.Generator, at_first: _Companies, there: Bools, addresses: _Addresses
) -> tuple[Bools, Floats]:
    """Which companies that are not at an address come to one, and the share of them that do by region."""
    regions = len(REGIONS)
    region = at_first.group // 2
    elsewhere = np.flatnonzero(~there)
    wanted = np.bincount(addresses.region, addresses.size, regions) - np.bincount(region[there], minlength=regions)
    available = np.bincount(region[elsewhere], minlength=regions)
    rank = _rank_within(region[elsewhere], rng.random(len(elsewhere)))
    comes = np.zeros(len(there), dtype=bool)
    comes[elsewhere[rank < wanted[region[elsewhere]]]] = True
    return comes, np.minimum(1.0, wanted / np.maximum(available, 1))


def _settled(rng: np.random.Generator, tenants: _Companies, addresses: _Addresses, settings: Settings) -> Integers:
    """Address of each tenant, within its region: as alike as the settings say, otherwise by chance."""
    slot = np.repeat(np.arange(len(addresses.size)), addresses.size)
    region = addresses.region[slot]
    rank = _rank_within(region, rng.random(len(slot)))
    taken = np.flatnonzero(rank < np.bincount(tenants.group // 2, minlength=len(REGIONS))[region])
    slot = slot[taken[np.lexsort((rank[taken], region[taken]))]]
    tenant = np.lexsort((rng.random(len(tenants.number)), tenants.group))
    # Slots and tenants stand by region now, so that which slots a register's companies fill is chance.
    group = tenants.group[tenant]
    known_for = _known_for(rng, tenants, addresses)
    alike = rng.beta(*settings.shared_address_alike, len(addresses.size))
    kinds = 2 * len(REGIONS)
    asked = rng.random(len(slot)) < alike[slot]
    sector = tenants.sector[tenant]
    key = sector * kinds + group
    wish = np.where(asked, known_for[group % 2, slot] * kinds + group, UNKNOWN)
    at = np.full(len(tenant), UNKNOWN)
    # The first of the tenants of a sector fill the slots that ask for it, as far as there are both.
    by_key, by_wish = np.argsort(key, kind="stable"), np.argsort(wish, kind="stable")
    by_wish = by_wish[wish[by_wish] != UNKNOWN]
    place = np.searchsorted(key[by_key], wish[by_wish]) + _rank_within(wish[by_wish], np.arange(len(by_wish)))
    fits = place < np.searchsorted(key[by_key], wish[by_wish], side="right")
    at[by_key[place[fits]]] = slot[by_wish[fits]]
    is_open = np.ones(len(slot), dtype=bool)
    is_open[by_wish[fits]] = False
    # Of each group as many tenants as slots are left, both in an order of chance.
    at[at == UNKNOWN] = slot[is_open]
    settled = np.empty(len(tenant), dtype=np.int64)
    settled[tenant] = at
    return settled


def _known_for(rng: np.random.Generator, tenants: _Companies, addresses: _Addresses) -> Integers:
    """Sector that each address is known for among companies of the register, and among others: that of one drawn from
    its region's tenants; UNKNOWN where there are none."""
    order = np.argsort(tenants.group, kind="stable")
    edges = np.searchsorted(tenants.group[order], np.arange(2 * len(REGIONS) + 1))
    known = np.full((2, len(addresses.region)), UNKNOWN)
    for kind in range(2):
        low, high = edges[2 * addresses.region + kind], edges[2 * addresses.region + kind + 1]
        drawn = low + np.floor(rng.random(len(low)) * (high - low)).astype(np.int64)
        known[kind][low < high] = tenants.sector[order[drawn[low < high]]]
    return known


def _beside_their_like(rng: np.random.Generator, coming: _Companies, tenants: _Companies, at: Integers) -> Integers:
    """Address of each company that comes later: where one of the first tenants of its region, register and sector is,
    so that addresses stay as large and as alike as they were; where there is none, of its register, or its region."""
    chosen = np.full(len(coming.number), UNKNOWN)
    kinds = 2 * len(REGIONS)
    for own, theirs in (
        (coming.sector * kinds + coming.group, tenants.sector * kinds + tenants.group),
        (coming.group, tenants.group),
        (coming.group // 2, tenants.group // 2),
    ):
        order = np.argsort(theirs, kind="stable")
        low, high = (np.searchsorted(theirs[order], own, side=side) for side in ("left", "right"))
        drawn = low + np.floor(rng.random(len(own)) * (high - low)).astype(np.int64)
        found = (chosen == UNKNOWN) & (low < high)
        chosen[found] = order[drawn[found]]
    return at[chosen]


def _rank_within(key: Integers, order: Floats | Integers) -> Integers:
    """Rank of each by `order` among those with the same key, from 0."""
    by = np.lexsort((order, key))
    first = np.searchsorted(key[by], key[by])
    rank = np.empty(len(key), dtype=np.int64)
    rank[by] = np.arange(len(key)) - first
    return rank
