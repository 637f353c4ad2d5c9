"""Who works with whom: Innovate UK applications, communities, and who is active in research without joint work.

What belongs here: applications and their participants as arrays, and the communities planted among existing firms.
What does not: money, dates as text, or the columns of the drops (`innovate_uk`).

Consortia: of projects in the Seventh Framework Programme 53% have one participant, and of the others the median is 9;
Innovate UK's have about 2.2 participants a project over all. Here 53% have one, the others 2 and more with a
log-normal tail (mean 3.5 of all with more than one, 1% above 17, none above 40). Participation is heavy-tailed: a few
universities, research organisations and large firms are in very many applications.

Background consortia are put together by chance, each organisation as often as its weight gives: joint work beyond that
is planted. A community's members apply with each other, now and then with a hub, and by chance with the rest.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from assets.arrays import Floats, Integers
from synthetic_uk.firms import Firms
from synthetic_uk.geography import Geography, Postcodes
from synthetic_uk.planted import COLLABORATING, DISPERSED, FOR_EVER, Event, Group, Plan
from synthetic_uk.settings import Extent, Settings
from synthetic_uk.siting import Site
from synthetic_uk.streams import OVERSEAS, choose, stream

_GROWING_MONTHS = 2
"""Months after the first in which communities grow: a country that is drawn for longer has as much to see in them."""


@dataclass(frozen=True)
class Communities:
    """Planted communities and their members; months count from the first drop."""

    groups: list[Group]
    events: list[Event]
    member_group: Integers
    member_firm: Integers
    member_from: Integers


@dataclass(frozen=True)
class Applications:
    """Applications, and one row for each participant of each, the lead first."""

    month: Integers
    """Month of the first drop that has it: 0 for all of the history."""
    participant_application: Integers
    participant: Integers


@dataclass(frozen=True)
class Network:
    """Joint work, and the firms that are active in other ways from a month on."""

    communities: Communities
    applications: Applications
    researchers: Integers
    """Firms that are known to be active from UKRI projects or publications alone."""
    researcher_from: Integers
    hubs: Integers
    """Special organisations: they lead UKRI projects and publish."""
    overseas: Integers
    """Partners abroad."""


@dataclass
class _Consortia:
    """Applications being collected."""

    rng: np.random.Generator
    months: list[Integers]
    owners: list[Integers]
    participants: list[Integers]
    count: int = 0

    def add(self, size: Integers, participants: Integers, month: int) -> None:
        """Applications of the given sizes, filled in order with the participants."""
        owner = self.count + np.repeat(np.arange(len(size)), size)
        self.months.append(np.full(len(size), month))
        self.owners.append(owner)
        self.participants.append(participants[: len(owner)])
        self.count += len(size)

    def add_joint(self, members: Integers, month: int, hubs: Integers, hub_weight: Floats) -> None:
        """Applications of a group: each member is in three or more, of 2 to 8 members; one in four has a hub too."""
        quota = 3 + self.rng.geometric(0.55, len(members)) - 1
        slots = self.rng.permutation(np.repeat(members, quota))
        size = np.minimum(2 + self.rng.poisson(1.6, len(slots)), 8)
        size = size[: np.searchsorted(np.cumsum(size), len(slots)) + 1]
        filled = np.resize(slots, int(size.sum()))
        first = self.count
        self.add(size, filled, month)
        joined = first + np.flatnonzero(self.rng.random(len(size)) < 0.25)
        self.owners.append(joined)
        self.participants.append(hubs[choose(self.rng, hub_weight, len(joined))])

    def finished(self) -> Applications:
        owner, participant = np.concatenate(self.owners), np.concatenate(self.participants)
        # The lead is the first row; partners abroad have the largest numbers and never lead a consortium.
        tie = self.rng.random(len(owner)) + (participant >= OVERSEAS)
        order = np.lexsort((tie, owner))
        owner, participant = owner[order], participant[order]
        _, first = np.unique(np.column_stack([owner, participant]), axis=0, return_index=True)
        kept = np.sort(first)
        return Applications(np.concatenate(self.months), owner[kept], participant[kept])


def draw_network(geography: Geography, postcodes: Postcodes, plan: Plan, firms: Firms, extent: Extent) -> Network:
    """Communities, applications and activity at a scale over the months.

    Members of planted groups that do no joint work apply alone or in chance consortia (a third of them), or are known
    from UKRI projects and publications; so are ordinary firms, up to the share that is active in all.
    """
    scale, months, settings = extent.scale, len(extent.months), extent.settings
    rng = stream(extent.seed, "network")
    hubs = np.arange(len(firms.special_names))
    hub_weight = np.minimum(rng.pareto(1.1, len(hubs)) + 0.2, 20)
    candidates = np.flatnonzero(firms.is_ordinary & firms.is_company)
    communities = _draw_communities(rng, geography, postcodes, firms, candidates, scale, months, settings)
    consortia = _Consortia(rng, [], [], [])
    _add_planted(consortia, communities, plan, firms, hubs, hub_weight)

    members = len(communities.member_firm) + int(np.count_nonzero(plan.slot_is_joint))
    factor = settings.background_network_factor
    collaborators = max(round(settings.collaborators * scale), round(factor * members))
    applications = max(round(settings.applications * scale), round(2 * factor * consortia.count))
    alone = np.flatnonzero(plan.slot_is_active & ~plan.slot_is_joint)
    applies = rng.random(len(alone)) < 0.35
    applicants = [firms.slot_firm[alone[applies & (plan.slot_from[alone] == month)]] for month in range(months)]
    overseas = OVERSEAS + np.arange(max(3, round(0.03 * collaborators)))
    others = _other_collaborators(
        rng, candidates, communities, collaborators, members + len(applicants[0]) + len(hubs) + len(overseas)
    )
    at_first = communities.member_firm[communities.member_from == 0]
    partners = np.concatenate([hubs, at_first, overseas])
    weights = np.concatenate([12 * hub_weight, np.full(len(at_first), 0.4), np.full(len(overseas), 1.5)])
    number, alone_share = applications - consortia.count, settings.single_applicant_share
    first_applicants = np.concatenate([others, applicants[0]])
    _add_background(
        consortia, first_applicants, partners, weights, number, round(alone_share * applications), 0, settings
    )
    partners = np.concatenate([others, hubs])
    weights = np.concatenate([np.ones(len(others)), 12 * hub_weight])
    number = max(2, round(applications / settings.history_months))
    for month in range(1, months):
        single = round(alone_share * number)
        _add_background(consortia, applicants[month], partners, weights, number, single, month, settings)

    quiet = np.setdiff1d(np.flatnonzero(firms.is_ordinary), np.concatenate([communities.member_firm, others]))
    wanted = max(0, round(settings.active_share * firms.is_ordinary.sum()) - len(others))
    by_chance = np.sort(rng.permutation(quiet)[:wanted])
    planted_alone = alone[~applies]
    researchers = np.concatenate([by_chance, firms.slot_firm[planted_alone]])
    researcher_from = np.concatenate([np.zeros(len(by_chance), dtype=np.int64), plan.slot_from[planted_alone]])
    return Network(communities, consortia.finished(), researchers, researcher_from, hubs, overseas)


def _add_planted(
    consortia: _Consortia, communities: Communities, plan: Plan, firms: Firms, hubs: Integers, hub_weight: Floats
) -> None:
    """Joint applications of communities and of collaborating spatial groups."""
    for group in range(len(communities.groups)):
        inside = communities.member_group == group
        for month in np.unique(communities.member_from[inside]):
            # Those who join later apply with some who were there before.
            arrived = communities.member_firm[inside & (communities.member_from == month)]
            earlier = communities.member_firm[inside & (communities.member_from < month)]
            partners = consortia.rng.permutation(earlier)[: len(arrived)]
            consortia.add_joint(np.concatenate([arrived, partners]), int(month), hubs, hub_weight)
    joint = np.flatnonzero(plan.slot_is_joint)
    for group in np.unique(plan.slot_group[joint]):
        members = firms.slot_firm[joint[plan.slot_group[joint] == group]]
        consortia.add_joint(members, 0, hubs, hub_weight)


def _other_collaborators(
    rng: np.random.Generator, candidates: Integers, communities: Communities, collaborators: int, known: int
) -> Integers:
    """Ordinary firms that make the known collaborators up to the number wanted, and at least a quarter of it."""
    others = np.setdiff1d(candidates, communities.member_firm)
    return rng.permutation(others)[: max(round(0.25 * collaborators), collaborators - known)]


def _add_background(
    consortia: _Consortia,
    each_once: Integers,
    more: Integers,
    more_weight: Floats,
    number: int,
    single: int,
    month: int,
    settings: Settings,
) -> None:
    """`number` applications put together by chance, `single` of them with one participant.

    Those of `each_once` all take part; the other places go by weight.
    """
    rng = consortia.rng
    single = min(number, single)
    tail = np.floor(rng.lognormal(0, 1.2, number - single)).astype(np.int64)
    size = np.concatenate([np.ones(single, dtype=np.int64), np.minimum(2 + tail, settings.consortium_max)])
    slots = int(size.sum())
    own_weight = rng.pareto(1.8, len(each_once)) + 0.3
    everyone, weight = np.concatenate([each_once, more]), np.concatenate([own_weight, more_weight])
    drawn = everyone[choose(rng, weight, max(0, slots - len(each_once)))]
    consortia.add(size, rng.permutation(np.concatenate([each_once[:slots], drawn])), month)


def _draw_communities(
    rng: np.random.Generator,
    geography: Geography,
    postcodes: Postcodes,
    firms: Firms,
    candidates: Integers,
    scale: float,
    months: int,
    settings: Settings,
) -> Communities:
    """Communities among firms that exist: three in four spread over the country, the rest around a town."""
    number = settings.communities * (scale / 0.05) ** 0.75
    kinds = [False] * max(3, round(0.73 * number)) + [True] * max(1, round(0.27 * number))
    free = np.ones(len(firms.home), dtype=bool)
    groups: list[Group] = []
    events: list[Event] = []
    owners: list[Integers] = []
    members: list[Integers] = []
    since: list[Integers] = []
    for order, is_local in enumerate(kinds):
        least, most = settings.community_firms
        size = int(np.clip(round(rng.lognormal(np.log(24), 0.45)), least, most))
        grows = months > 1 and order % 4 == 1
        extra = max(3, size // 4) if grows else 0
        eligible = candidates[free[candidates]]
        truth_id = f"N{order + 1:04d}"
        if is_local:
            chosen, group = _around_a_town(rng, geography, postcodes, firms, eligible, size + extra, truth_id)
        else:
            chosen = rng.choice(eligible, size + extra, replace=False)
            x_m, y_m = postcodes.x_m[firms.home[chosen]], postcodes.y_m[firms.home[chosen]]
            britain = ~postcodes.is_ni[firms.home[chosen]]
            middle = float(x_m[britain].mean()), float(y_m[britain].mean())
            reach_m = float(np.hypot(x_m[britain] - middle[0], y_m[britain] - middle[1]).max())
            group = Group(truth_id, DISPERSED, "network", -1, Site(*middle, False, reach_m))
        free[chosen] = False
        groups.append(group)
        joined = np.zeros(len(chosen), dtype=np.int64)
        if grows:
            month = 1 + order // 4 % min(months - 1, _GROWING_MONTHS)
            joined[size:] = month
            events.append(Event(month, truth_id, "grown", None))
        owners.append(np.full(len(chosen), order))
        members.append(chosen)
        since.append(joined)
    return Communities(groups, events, np.concatenate(owners), np.concatenate(members), np.concatenate(since))


def _around_a_town(
    rng: np.random.Generator,
    geography: Geography,
    postcodes: Postcodes,
    firms: Firms,
    eligible: Integers,
    size: int,
    truth_id: str,
) -> tuple[Integers, Group]:
    """Firms within 10 km of the centre of a town that has twice as many."""
    towns = geography.settlements
    homes = firms.home[eligible]
    weight = np.sqrt(towns.population[: towns.towns])
    for town in rng.choice(towns.towns, towns.towns, replace=False, p=weight / weight.sum()):
        apart_m = np.hypot(postcodes.x_m[homes] - towns.x_m[town], postcodes.y_m[homes] - towns.y_m[town])
        near = eligible[(apart_m < 10_000) & (postcodes.is_ni[homes] == towns.is_ni[town])]
        if len(near) >= 2 * size:
            site = Site(float(towns.x_m[town]), float(towns.y_m[town]), bool(towns.is_ni[town]), 10_000.0)
            return rng.choice(near, size, replace=False), Group(truth_id, COLLABORATING, "network", -1, site)
    raise ValueError(f"no town has {2 * size} firms within 10 km for a community: use a larger scale")


def all_members(plan: Plan, communities: Communities, firms: Firms) -> dict[str, Integers]:
    """Members of every group, spatial ones first: `group` (over both lists), `firm`, `postcode`, `since`, `until`."""
    return {
        "group": np.concatenate([plan.member_group, len(plan.groups) + communities.member_group]),
        "firm": np.concatenate([firms.slot_firm[plan.member_slot], communities.member_firm]),
        "postcode": np.concatenate([plan.member_postcode, firms.home[communities.member_firm]]),
        "since": np.concatenate([plan.member_from, communities.member_from]),
        "until": np.concatenate([plan.member_until, np.full(len(communities.member_firm), FOR_EVER)]),
    }
