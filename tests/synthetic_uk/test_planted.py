"""Planted groups: their number, sizes and radii, the distances they keep, and how far they stand out."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from synthetic_uk import Settings
from synthetic_uk.geography import Geography, draw_geography
from synthetic_uk.planted import Plan, draw_plan
from synthetic_uk.sectors import Sectors, draw_sectors
from synthetic_uk.siting import Siting
from synthetic_uk.streams import stream

SCALE = 0.05
SEED = 3
SETTINGS = Settings()


@pytest.fixture(scope="module")
def geography() -> Geography:
    return draw_geography(SCALE, SEED, SETTINGS)


@pytest.fixture(scope="module")
def sectors() -> Sectors:
    return draw_sectors(SCALE, SEED, SETTINGS)


@pytest.fixture(scope="module")
def plan(geography: Geography, sectors: Sectors) -> Plan:
    return draw_plan(geography, sectors, SCALE, 3, SEED, SETTINGS)


def members_at_first(plan: Plan) -> dict[int, int]:
    return {
        group: int(np.count_nonzero((plan.member_group == group) & (plan.member_from == 0)))
        for group in range(len(plan.groups))
        if ((plan.member_group == group) & (plan.member_from == 0)).any()
    }


def test_about_sixty_groups_are_planted_at_one_to_twenty(plan: Plan) -> None:
    assert 55 <= len(members_at_first(plan)) <= 66


def test_sizes_and_radii_are_in_their_ranges_and_use_them(plan: Plan) -> None:
    sizes = np.array(list(members_at_first(plan).values()))
    radii = np.array([plan.groups[group].site.radius_m for group in members_at_first(plan)])
    assert sizes.min() >= 15
    assert sizes.max() <= 300
    assert sizes.max() > 4 * sizes.min()
    assert radii.min() >= 700
    assert radii.max() <= 12_000
    assert radii.max() > 8 * radii.min()


def test_groups_of_a_sector_keep_apart_and_no_group_overlaps_another(plan: Plan) -> None:
    groups = [plan.groups[group] for group in members_at_first(plan)]
    for one, other in itertools.combinations(groups, 2):
        if one.site.is_ni == other.site.is_ni:
            apart_m = np.hypot(one.site.x_m - other.site.x_m, one.site.y_m - other.site.y_m)
            assert apart_m > one.site.radius_m + other.site.radius_m


def test_most_groups_have_more_firms_than_the_background_has_of_their_sector_there(
    geography: Geography, sectors: Sectors, plan: Plan
) -> None:
    siting = Siting(geography, stream(SEED, "test"))
    stand_out = []
    for group, size in members_at_first(plan).items():
        planted = plan.groups[group]
        if planted.scheme == "sic":
            share = sectors.sic_weight[planted.sector] / sectors.sic_weight.sum()
            background = siting.background_share(planted.site) * SETTINGS.local_units * SCALE * share
            stand_out.append(size > 1.5 * background)
    assert len(stand_out) > 10
    assert np.mean(stand_out) >= 0.8


def test_a_background_share_is_the_business_in_the_disc(geography: Geography, plan: Plan) -> None:
    siting = Siting(geography, stream(SEED, "test"))
    postcodes = geography.postcodes
    site = plan.groups[0].site
    near = (np.hypot(postcodes.x_m - site.x_m, postcodes.y_m - site.y_m) <= site.radius_m) & (
        postcodes.is_ni == site.is_ni
    )
    assert siting.background_share(site) == pytest.approx(postcodes.draw[near].sum() / postcodes.draw.sum())


def test_the_shares_of_active_members_fit_the_types(plan: Plan) -> None:
    for group in range(len(plan.groups)):
        first_here = plan.slot_group == group
        if first_here.any():
            active, joint = plan.slot_is_active[first_here], plan.slot_is_joint[first_here]
            match plan.groups[group].cluster_type:
                case "Diverse":
                    assert active.all()
                case "Specialised":
                    assert active.mean() >= 0.35
                case "R&D Collaborating":
                    assert active.mean() >= 0.60
                    assert (joint == active).all()
            assert plan.groups[group].cluster_type == "R&D Collaborating" or not joint.any()


def test_one_month_has_no_events_and_groups_do_not_depend_on_later_months(
    geography: Geography, sectors: Sectors, plan: Plan
) -> None:
    alone = draw_plan(geography, sectors, SCALE, 1, SEED, SETTINGS)
    assert alone.events == []
    assert alone.groups == plan.groups[: len(alone.groups)]


def test_a_firm_is_in_one_group_at_a_time(plan: Plan) -> None:
    for slot in np.unique(plan.member_slot):
        rows = np.flatnonzero(plan.member_slot == slot)
        rows = rows[np.argsort(plan.member_from[rows])]
        assert (plan.member_until[rows][:-1] <= plan.member_from[rows][1:]).all()


def test_no_planted_group_is_an_address(plan: Plan) -> None:
    at_first = plan.member_from == 0
    for group in np.unique(plan.member_group[at_first]):
        places = plan.member_postcode[at_first & (plan.member_group == group)]
        # A fifth; what is beyond goes to postcodes of the group's own, which are few in a small one.
        assert np.unique(places, return_counts=True)[1].max() <= max(6, 0.3 * len(places))
