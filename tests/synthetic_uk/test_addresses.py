"""Addresses that companies share: as many, as large and as alike as on the real register, and nothing else moved."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from assets.arrays import Integers
from assets.months import Month
from synthetic_uk.addresses import Places
from synthetic_uk.firms import Firms, draw_firms
from synthetic_uk.geography import Postcodes, draw_geography
from synthetic_uk.planted import Plan, draw_plan
from synthetic_uk.sectors import Sectors, draw_sectors
from synthetic_uk.settings import Extent, Settings
from synthetic_uk.world import with_planted
from tools.real_companies import FILE, real_companies
from tools.shared_addresses import Band, alike_at_large, bands, offices

SEED, SCALE = 5, 0.02
MONTHS = (Month(2025, 3), Month(2025, 4), Month(2025, 5))
REAL_AT_LARGE = 0.070
"""Of 46,611 real companies, the probability that two are of one SIC sector."""


@dataclass(frozen=True)
class Country:
    """The firms of a country, with what they were drawn from."""

    postcodes: Postcodes
    sectors: Sectors
    plan: Plan
    firms: Firms

    @property
    def office(self) -> Integers:
        return Places(self.firms.register, self.firms.rtic, self.firms.home).offices()


def country(settings: Settings, scale: float = SCALE) -> Country:
    extent = Extent(scale, MONTHS, SEED, settings)
    geography, sectors = draw_geography(scale, SEED, settings), draw_sectors(scale, SEED, settings)
    plan = draw_plan(geography, sectors, scale, len(MONTHS), SEED, settings)
    postcodes = with_planted(geography, plan, SEED)
    return Country(postcodes, sectors, plan, draw_firms(geography, postcodes, sectors, plan, extent))


@pytest.fixture(scope="module")
def shared() -> Country:
    return country(Settings())


@pytest.fixture(scope="module")
def plain() -> Country:
    return country(Settings(shared_addresses=0.0))


@pytest.fixture(scope="module")
def found(shared: Country) -> dict[int, Band]:
    return bands(offices(shared.firms, shared.sectors))


def share_from(found: dict[int, Band], least: int) -> float:
    """Share of the companies that are at postcodes with fewer than 200 which are where there are so many and more."""
    return sum(band.share for low, band in found.items() if least <= low < 200) / (1 - found[200].share)


def test_as_many_companies_share_an_address_as_on_the_real_register(found: dict[int, Band]) -> None:
    # Real: 0.421, 0.301, 0.192 and 0.104.
    assert share_from(found, 10) == pytest.approx(0.421, abs=0.05)
    assert share_from(found, 20) == pytest.approx(0.301, abs=0.04)
    assert share_from(found, 50) == pytest.approx(0.192, abs=0.04)
    assert share_from(found, 100) == pytest.approx(0.104, abs=0.03)
    # More than 200 are at formation agents' alone.
    assert found[200].share == pytest.approx(Settings().formation_agent_share, abs=0.015)


@pytest.mark.parametrize(("least", "real"), [(10, 0.181), (20, 0.148), (50, 0.142), (100, 0.159)])
def test_companies_at_one_address_are_as_alike_as_real_ones(found: dict[int, Band], least: int, real: float) -> None:
    assert found[least].alike == pytest.approx(real, abs=0.05)


def test_companies_are_alike_at_shared_addresses_alone(shared: Country, plain: Country, found: dict[int, Band]) -> None:
    assert alike_at_large(offices(shared.firms, shared.sectors)) == pytest.approx(REAL_AT_LARGE, abs=0.01)
    # Planted groups share postcodes too.
    assert max(found[low].alike for low in (2, 5)) < 0.13
    without = bands(offices(plain.firms, plain.sectors))
    assert max(without[low].alike for low in (2, 5, 10, 20, 50)) < 0.12
    assert share_from(without, 50) < 0.1


def test_firms_of_one_emerging_sector_are_at_one_address_more_often_than_by_chance(
    shared: Country, plain: Country
) -> None:
    def alike(one: Country) -> float:
        rtic = one.firms.rtic
        background = (rtic.firm >= one.firms.enterprises) & ~np.isin(rtic.firm, one.firms.slot_firm)
        rows = np.flatnonzero(background & (rtic.since == 0))
        at = pl.DataFrame({"postcode": one.office[rtic.firm[rows]], "sector": rtic.sectors[rows, 0]})
        held = at.with_columns(companies=pl.len().over("postcode")).filter(pl.col("companies").is_between(10, 199))
        counts = held.filter(pl.col("sector") >= 0).group_by("postcode", "sector").len()["len"]
        return float((counts * (counts - 1)).sum() / counts.sum())

    # Of others at the address of a firm in an emerging sector, those in the same.
    assert alike(shared) > 4 * alike(plain)


def test_only_where_offices_are_has_changed(shared: Country, plain: Country) -> None:
    one, other = shared.firms, plain.firms
    for name in ("sic_code", "is_company", "is_number_listed", "first_unit", "units", "unit_employees"):
        np.testing.assert_array_equal(getattr(one.register, name), getattr(other.register, name), name)
    for name in ("firm", "sectors", "since", "until", "location_firm", "location_is_registered", "location_since"):
        np.testing.assert_array_equal(getattr(one.rtic, name), getattr(other.rtic, name), name)
    for name in ("slot_firm", "number_kind", "number_rank", "is_ordinary"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name), name)
    units, locations = (
        one.register.unit_postcode != other.register.unit_postcode,
        (one.rtic.location_postcode != other.rtic.location_postcode),
    )
    # Further sites and places of business stay.
    assert not np.delete(units, one.register.first_unit).any()
    moved = shared.office != plain.office
    assert moved[one.rtic.firm[one.rtic.location_firm[locations]]].all()
    assert moved[one.register.unit_enterprise[units]].all()
    assert moved[one.home != other.home].all()
    assert 0.2 < moved.mean() < 0.42


def test_no_region_has_more_or_fewer_companies_of_a_sector(shared: Country, plain: Country) -> None:
    np.testing.assert_array_equal(shared.postcodes.region[shared.office], plain.postcodes.region[plain.office])
    np.testing.assert_array_equal(shared.postcodes.region[shared.firms.home], plain.postcodes.region[plain.firms.home])


def test_planted_members_special_organisations_and_agents_companies_stay(shared: Country, plain: Country) -> None:
    firms, slots = shared.firms, shared.firms.slot_firm
    stays = np.zeros(len(firms.home), dtype=bool)
    stays[slots] = True
    stays[: len(firms.special_names)] = True
    stays |= ~firms.is_company
    at_agents = np.bincount(plain.firms.home)[plain.firms.home] >= Settings().formation_agent_min
    is_born = np.zeros(len(firms.home), dtype=bool)
    is_born[firms.rtic.firm[firms.rtic.since > 0]] = True
    stays |= at_agents & ~firms.is_ordinary & ~is_born
    assert stays.sum() > len(slots)
    np.testing.assert_array_equal(shared.office[stays], plain.office[stays])
    np.testing.assert_array_equal(firms.home[stays], plain.firms.home[stays])
    of_units, of_locations = stays[firms.register.unit_enterprise], stays[firms.rtic.firm[firms.rtic.location_firm]]
    np.testing.assert_array_equal(firms.register.unit_postcode[of_units], plain.firms.register.unit_postcode[of_units])
    np.testing.assert_array_equal(
        firms.rtic.location_postcode[of_locations], plain.firms.rtic.location_postcode[of_locations]
    )


def test_addresses_last_and_companies_come_and_go_there_as_elsewhere(shared: Country, plain: Country) -> None:
    rtic = shared.firms.rtic
    free = (rtic.firm >= shared.firms.enterprises) & ~np.isin(rtic.firm, shared.firms.slot_firm)
    office = shared.office[rtic.firm]
    moved = office != plain.office[rtic.firm]

    def share_there(alive: Callable[[int], np.ndarray], month: int) -> float:
        return float(is_address[office[alive(month)]].mean())

    is_address = np.zeros(len(shared.postcodes), dtype=bool)
    is_address[office[moved & (rtic.since == 0)]] = True
    born = free & (rtic.since > 0)
    assert is_address[office[born & moved]].all()
    assert is_address[office[born]].mean() == pytest.approx(is_address[office[free & ~born]].mean(), abs=0.05)
    alive = [
        share_there(lambda month: free & (rtic.since <= month) & (rtic.until > month), month) for month in range(3)
    ]
    assert max(alive) - min(alive) < 0.01


def test_addresses_are_where_business_is_and_at_no_terminated_postcode(shared: Country, plain: Country) -> None:
    moved = shared.office != plain.office
    address = np.unique(shared.office[moved])
    assert not shared.postcodes.is_terminated[address].any()
    live = plain.postcodes.draw[~plain.postcodes.is_terminated]
    assert np.median(shared.postcodes.draw[address]) > np.quantile(live, 0.9)


@pytest.mark.parametrize("share", [0.002, 0.95])
def test_any_share_can_be_asked_for_in_the_smallest_country(share: float) -> None:
    small = country(replace(Settings(), shared_addresses=share), 0.001)
    assert len(small.firms.home) == len(small.office)


def test_the_settings_are_those_of_the_real_register(shared_data: Path) -> None:
    if not (shared_data / FILE).is_file():
        pytest.skip(f"{shared_data / FILE} is not here")
    settings, companies = Settings(), real_companies(shared_data)
    real = bands(companies)
    assert {low: real[low].postcodes for low in settings.shared_address_sizes} == settings.shared_address_sizes
    assert share_from(real, 10) == pytest.approx(settings.shared_addresses, abs=0.005)
    for least, share in ((20, 0.301), (50, 0.192), (100, 0.104)):
        assert share_from(real, least) == pytest.approx(share, abs=0.0005)
    assert real[200].share == pytest.approx(0.161, abs=0.0005)
    assert alike_at_large(companies) == pytest.approx(REAL_AT_LARGE, abs=0.0005)
    for least, alike in ((10, 0.181), (20, 0.148), (50, 0.142), (100, 0.159)):
        assert real[least].alike == pytest.approx(alike, abs=0.0005)
