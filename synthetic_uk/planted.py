"""The planted truth: which groups there are, where, of what type, and what happens to them from month to month.

What belongs here: spatial groups, their members' places, and the events. What does not: who the members are (`firms`),
their joint work, or communities, whose members are found among existing firms (`network`).

A spatial group is density in addition to the background's: its firms are extra firms at its place. Places are drawn
over settlements of every size and open country, but where the background already has many firms of the sector only a
large group may be planted, so that most groups, though not all, stand out from business at large. Groups of one scheme
and sector keep 25 km apart, and groups of different ones clear of each other while there is room.

Most members are where business is anyway, at postcodes that others share, the rest at a few new ones.

Members are slots: numbered places for firms to be made for. A slot is in one register, and its membership of a group
holds from a month to a month; months are counted from the first drop.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from assets.arrays import Bools, Floats, Integers
from synthetic_uk.geography import Geography, Land
from synthetic_uk.sectors import SITES_OF_RTIC_FIRM, Sectors
from synthetic_uk.settings import Settings
from synthetic_uk.siting import Site, Siting
from synthetic_uk.streams import choose, stream

FOR_EVER = 10_000
"""A month later than any."""
_SETTLED_SHARE, _SETTLED_PLACES = 0.65, 8
_MOST_AT_ONE_POSTCODE = 0.2
"""Share of a planted group."""
SPECIALISED, COLLABORATING, DIVERSE, DISPERSED = "Specialised", "R&D Collaborating", "Diverse", "Dispersed"


@dataclass(frozen=True)
class Group:
    """One planted group. The site of a spread community is the disc around the middle of its members."""

    truth_id: str
    cluster_type: str
    scheme: str
    """sic, rtic, rdi (Diverse) or network."""
    sector: int
    """Index among the scheme's sectors; -1 for rdi and network."""
    site: Site


@dataclass(frozen=True)
class Event:
    """What happened to a planted group between the month before and this one."""

    month: int
    truth_id: str
    event: str
    """grown, born, died, split (this group was split off the other) or merged (this group went into the other)."""
    other_truth_id: str | None


@dataclass(frozen=True)
class Plan:
    """Spatial groups with their slots. Member rows and slots are parallel arrays."""

    groups: list[Group]
    events: list[Event]
    slot_is_rtic: Bools
    """Slot is a firm of RTIC, else an enterprise of the register."""
    slot_sector: Integers
    """Sector that the slot must be in, among its register's sectors; -1 for any."""
    slot_is_active: Bools
    slot_is_joint: Bools
    """Takes part in its group's joint applications."""
    slot_group: Integers
    """Group that the slot was first in."""
    slot_from: Integers
    slot_until: Integers
    """First month without the firm."""
    member_group: Integers
    member_slot: Integers
    member_postcode: Integers
    """Among the base postcodes followed by the planted ones."""
    member_from: Integers
    member_until: Integers
    postcode_x_m: Floats
    postcode_y_m: Floats
    postcode_is_ni: Bools


@dataclass
class _Draft:
    """A plan being made: columns that grow group by group."""

    rng: np.random.Generator
    land: Land
    siting: Siting
    base_draw: Floats
    """How much business each base postcode draws."""
    expected: dict[str, Floats]
    """Background points of each sector, by scheme."""
    settings: Settings
    groups: list[Group] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    slots: list[dict[str, Integers]] = field(default_factory=list)
    members: list[dict[str, Integers]] = field(default_factory=list)
    postcodes: list[Floats] = field(default_factory=list)
    slot_count: int = 0
    postcode_count: int = 0

    @property
    def first_postcode(self) -> int:
        """Number of the first planted postcode: they follow the base's."""
        return len(self.base_draw)

    def add_group(self, cluster_type: str, scheme: str, sector: int, site: Site) -> int:
        truth_id = f"S{len(self.groups) + 1:04d}"
        self.groups.append(Group(truth_id, cluster_type, scheme, sector, site))
        self.siting.take(site, (scheme, sector))
        return len(self.groups) - 1

    def most_background_share(self, scheme: str, sector: int, size: int) -> float:
        """Share of the background beside which a group of a size still stands out."""
        return size / self.settings.group_excess / float(self.expected[scheme][sector])

    def add_slots(self, group: int, is_rtic: Bools, active: Bools, since: int) -> Integers:
        count = len(is_rtic)
        planted = self.groups[group]
        self.slots.append(
            {
                "is_rtic": is_rtic.astype(np.int64),
                "sector": np.full(count, planted.sector),
                "is_active": active.astype(np.int64),
                "is_joint": (active & (planted.cluster_type == COLLABORATING)).astype(np.int64),
                "group": np.full(count, group),
                "from": np.full(count, since),
                "until": np.full(count, FOR_EVER),
            }
        )
        self.slot_count += count
        return np.arange(self.slot_count - count, self.slot_count)

    def settle(self, group: int, slots: Integers, since: int) -> None:
        """Give slots places in a group: most where there is business already, the rest at postcodes of their own.

        The latter lie in a disc that is even or thins out from the middle. Both are shared, and other firms draw them
        too: what sets the group apart is how many of one sector are there, not where. Where one postcode would hold
        much of the group, which would be an address rather than a place, what is beyond goes to those of its own.
        """
        site = self.groups[group].site
        existing = self.siting.postcodes_in(site)
        settled = self.rng.random(len(slots)) < (_SETTLED_SHARE if len(existing) >= _SETTLED_PLACES else 0.0)
        places = max(4, round(np.count_nonzero(~settled) / 1.8))
        share = self.rng.random(places)
        distance_m = site.radius_m * (np.sqrt(share) if group % 2 else share)
        bearing = self.rng.uniform(0, 2 * np.pi, places)
        across, up = distance_m * np.cos(bearing), distance_m * np.sin(bearing)
        is_ni = np.full(places, site.is_ni)
        wet = ~self.land.holds(site.x_m + across, site.y_m + up, is_ni)
        pulled_in = np.where(wet, 0.2, 1.0)
        x_m, y_m = np.round(site.x_m + pulled_in * across), np.round(site.y_m + pulled_in * up)
        self.postcodes.append(np.column_stack([x_m, y_m, is_ni]))
        first_own = self.first_postcode + self.postcode_count
        own = first_own + choose(self.rng, np.ones(places), len(slots))
        self.postcode_count += places
        if settled.any():
            own[settled] = existing[choose(self.rng, self.base_draw[existing], int(settled.sum()))]
        crowded = _beyond(own, max(1, round(_MOST_AT_ONE_POSTCODE * len(slots))))
        own[crowded] = first_own + choose(self.rng, np.ones(places), int(crowded.sum()))
        self.members.append(
            {
                "group": np.full(len(slots), group),
                "slot": slots,
                "postcode": own,
                "from": np.full(len(slots), since),
                "until": np.full(len(slots), FOR_EVER),
            }
        )

    def slots_of(self, group: int) -> Integers:
        """Slots that are in a group at the end of the draft so far."""
        return np.concatenate(
            [rows["slot"][(rows["group"] == group) & (rows["until"] == FOR_EVER)] for rows in self.members]
        )

    def end(self, slots: Integers, month: int, with_firm: bool = False) -> None:
        """End the present memberships of slots; with the firm, it leaves its register too."""
        for rows in self.members:
            ends = np.isin(rows["slot"], slots) & (rows["until"] == FOR_EVER)
            rows["until"][ends] = month
        if with_firm:
            first = 0
            for block in self.slots:
                last = first + len(block["until"])
                block["until"][slots[(slots >= first) & (slots < last)] - first] = month
                first = last


def _beyond(numbers: Integers, most: int) -> Bools:
    """True for each number that has stood so many times before."""
    order = np.argsort(numbers, kind="stable")
    ordered = numbers[order]
    first = np.searchsorted(ordered, ordered)
    beyond = np.empty(len(numbers), dtype=bool)
    beyond[order] = np.arange(len(numbers)) - first >= most
    return beyond


def draw_plan(geography: Geography, sectors: Sectors, scale: float, months: int, seed: int, settings: Settings) -> Plan:
    """Spatial groups at a scale, and their events over `months` months."""
    rng = stream(seed, "planted")
    sites = (settings.local_units + 1.3 * settings.rtic_firms) * scale
    expected = {
        "sic": settings.local_units * scale * sectors.sic_weight / sectors.sic_weight.sum(),
        "rtic": settings.rtic_firms * scale * SITES_OF_RTIC_FIRM * sectors.rtic_share * sectors.rtic_weight,
        "rdi": np.array([settings.active_share * sites]),
    }
    draft = _Draft(rng, geography.land, Siting(geography, rng), geography.postcodes.draw, expected, settings)
    counts = _group_counts(scale, settings)
    most = round(min(settings.group_firms[1], 15 + 285 * np.sqrt(scale / 0.02)))
    for (cluster_type, scheme), number in counts.items():
        for _ in range(number):
            radius_m = float(np.exp(rng.uniform(*np.log(settings.group_radius_m))))
            sector = int(choose(rng, np.where(expected[scheme] >= 75, expected[scheme] ** 0.6, 0), 1)[0])
            size = _size(
                rng, radius_m, settings.group_firms[0], min(most, round(0.2 * float(expected[scheme][sector])))
            )
            is_faint = rng.random() < settings.group_faint_share
            share = 1.0 if is_faint else draft.most_background_share(scheme, sector, size)
            site = draft.siting.anywhere(radius_m, (scheme, sector), share)
            group = draft.add_group(cluster_type, scheme, -1 if scheme == "rdi" else sector, site)
            slots = draft.add_slots(group, _registers(rng, scheme, size), _active(rng, cluster_type, size), 0)
            draft.settle(group, slots, 0)
    twins = _add_twins(draft, max(1, round(0.06 * counts[SPECIALISED, "rtic"])), settings)
    _evolve(draft, twins, months, max(1, round(0.05 * counts[SPECIALISED, "rtic"])))
    return _finished(draft)


def _group_counts(scale: float, settings: Settings) -> dict[tuple[str, str], int]:
    total = settings.spatial_groups * (scale / 0.05) ** 0.75
    return {
        (SPECIALISED, "sic"): max(2, round(0.27 * total)),
        (SPECIALISED, "rtic"): max(4, round(0.33 * total)),
        (COLLABORATING, "sic"): max(1, round(0.12 * total)),
        (COLLABORATING, "rtic"): max(1, round(0.13 * total)),
        (DIVERSE, "rdi"): max(2, round(0.15 * total)),
    }


def _size(rng: np.random.Generator, radius_m: float, least: int, most: int) -> int:
    typical = 45 * (radius_m / 2_500) ** 0.35 * rng.lognormal(0, 0.6)
    return int(np.clip(round(typical), least, max(least, most)))


def _registers(rng: np.random.Generator, scheme: str, size: int) -> Bools:
    return rng.random(size) < {"sic": 0.0, "rtic": 1.0, "rdi": 0.5}[scheme]


def _active(rng: np.random.Generator, cluster_type: str, size: int) -> Bools:
    low, high = {SPECIALISED: (0.35, 0.65), COLLABORATING: (0.60, 0.85), DIVERSE: (1.0, 1.0)}[cluster_type]
    return rng.permutation(np.arange(size) < np.ceil(rng.uniform(low, high) * size))


def _add_twins(draft: _Draft, wanted: int, settings: Settings) -> list[tuple[int, int]]:
    """Groups of the sector of a specialised RTIC group, a few kilometres beside it, that may later go into it."""
    twins: list[tuple[int, int]] = []
    for group, planted in enumerate(list(draft.groups)):
        if len(twins) == wanted:
            break
        if (planted.cluster_type, planted.scheme) != (SPECIALISED, "rtic") or planted.site.radius_m > 5_000:
            continue
        radius_m = max(settings.group_radius_m[0], 0.7 * planted.site.radius_m)
        size = max(settings.group_firms[0], len(draft.slots_of(group)) // 2)
        site = _beside(draft, planted, radius_m, size)
        if site is not None:
            twin = draft.add_group(SPECIALISED, "rtic", planted.sector, site)
            slots = draft.add_slots(twin, _registers(draft.rng, "rtic", size), _active(draft.rng, SPECIALISED, size), 0)
            draft.settle(twin, slots, 0)
            twins.append((twin, group))
    return twins


def _beside(draft: _Draft, group: Group, radius_m: float, size: int) -> Site | None:
    share = draft.most_background_share(group.scheme, group.sector, size)
    return draft.siting.beside(group.site, radius_m, (group.scheme, group.sector), share)


def _evolve(draft: _Draft, twins: list[tuple[int, int]], months: int, number: int) -> None:
    """Events of each month after the first; a group has at most one, and those with joint work have none."""
    paired = {group for pair in twins for group in pair}
    quiet = [
        group
        for group, planted in enumerate(draft.groups)
        if (planted.cluster_type, planted.scheme) == (SPECIALISED, "rtic") and group not in paired
    ]
    waiting = list(twins)
    for month in range(1, months):
        kinds = ("grown", "split", "born") if month % 2 else ("merged", "died", "born")
        for event in kinds:
            for _ in range(number):
                if event == "born":
                    _born(draft, draft.groups[draft.rng.integers(len(draft.groups))], month)
                elif event == "merged" and waiting:
                    _merge(draft, *waiting.pop(0), month)
                elif event in ("grown", "split", "died") and quiet:
                    _happen(draft, event, quiet.pop(0), month)


def _happen(draft: _Draft, event: str, group: int, month: int) -> None:
    planted = draft.groups[group]
    slots = draft.slots_of(group)
    if event == "grown":
        extra = max(6, round(0.35 * len(slots)))
        active = _active(draft.rng, planted.cluster_type, extra)
        draft.settle(group, draft.add_slots(group, np.ones(extra, dtype=bool), active, month), month)
        draft.events.append(Event(month, planted.truth_id, "grown", None))
    elif event == "died":
        draft.end(slots, month, with_firm=True)
        draft.events.append(Event(month, planted.truth_id, "died", None))
    else:
        leaving = draft.rng.permutation(slots)[: round(0.45 * len(slots))]
        site = _beside(draft, planted, max(700.0, 0.7 * planted.site.radius_m), len(leaving))
        if site is not None:
            draft.end(leaving, month)
            child = draft.add_group(planted.cluster_type, planted.scheme, planted.sector, site)
            draft.settle(child, leaving, month)
            draft.events.append(Event(month, draft.groups[child].truth_id, "split", planted.truth_id))


def _merge(draft: _Draft, twin: int, into: int, month: int) -> None:
    slots = draft.slots_of(twin)
    draft.end(slots, month)
    draft.settle(into, slots, month)
    draft.events.append(Event(month, draft.groups[twin].truth_id, "merged", draft.groups[into].truth_id))


def _born(draft: _Draft, like: Group, month: int) -> None:
    """A new specialised RTIC group, of the sector of `like` where that is in RTIC, else of any planted RTIC group."""
    sectors = [group.sector for group in draft.groups if group.scheme == "rtic"]
    sector = like.sector if like.scheme == "rtic" else sectors[draft.rng.integers(len(sectors))]
    radius_m = float(np.exp(draft.rng.uniform(np.log(900), np.log(4_000))))
    size = int(draft.rng.integers(20, 45))
    site = draft.siting.anywhere(radius_m, ("rtic", sector), draft.most_background_share("rtic", sector, size))
    group = draft.add_group(SPECIALISED, "rtic", sector, site)
    slots = draft.add_slots(group, np.ones(size, dtype=bool), _active(draft.rng, SPECIALISED, size), month)
    draft.settle(group, slots, month)
    draft.events.append(Event(month, draft.groups[group].truth_id, "born", None))


def _finished(draft: _Draft) -> Plan:
    slot = {name: np.concatenate([block[name] for block in draft.slots]) for name in draft.slots[0]}
    member = {name: np.concatenate([rows[name] for rows in draft.members]) for name in draft.members[0]}
    places = np.concatenate(draft.postcodes)
    return Plan(
        groups=draft.groups,
        events=draft.events,
        slot_is_rtic=slot["is_rtic"].astype(bool),
        slot_sector=slot["sector"],
        slot_is_active=slot["is_active"].astype(bool),
        slot_is_joint=slot["is_joint"].astype(bool),
        slot_group=slot["group"],
        slot_from=slot["from"],
        slot_until=slot["until"],
        member_group=member["group"],
        member_slot=member["slot"],
        member_postcode=member["postcode"],
        member_from=member["from"],
        member_until=member["until"],
        postcode_x_m=places[:, 0],
        postcode_y_m=places[:, 1],
        postcode_is_ni=places[:, 2].astype(bool),
    )
