"""A country whose every change is known: what is born, dies, merges, splits from month to month, and what did it.

    world = write_country(sources, first_month, seed)

What belongs here: a small register with planted groups, as drops in the layouts of `idbr_enterprises` and its like,
and what happens in it. What does not: what the pipeline makes of it (`history_recovery`).

Groups happen to end, begin, merge and split because firms come, go, move or take up another activity. In one month the
classification of sectors is followed by another: one sector goes on under another name, some groups lose their code,
some gain one. In another the register becomes another: its references are new, some groups are no longer in it and
others are for the first time. In a third the postcode directory places the postcodes of some groups elsewhere, and
those of others together. In these months firms do what they do in any other, but that none is planted to come or go by
itself while the register changes: of that no source tells. All the while single firms are followed by others, move, and
take up other activities, of which nothing is to be told.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import polars as pl

from assets.arrays import Floats
from assets.months import Month
from synthetic_uk.geography import to_degrees
from synthetic_uk.streams import stream

FOR_EVER = 1_000
FIRMS = (24, 61)
TURNING_FIRMS = (28, 41)
"""Firms of a group that takes up another activity: so few that no other sector has ten of them."""
LARGER_FIRMS, SMALLER_FIRMS = (45, 61), (20, 33)
"""Firms of a group that splits or that another merges into, and of the one that merges."""
LEAVING_SHARE = 0.42
"""Of a group that splits."""
UNAFFECTED_SHARE = 0.1
"""Of the firms of a group that ends those that are left, and of one that begins those that were there before."""
RADIUS_M = (500, 2_500)
PLACES = 14
"""Postcodes of a group."""
CELL_M = 45_000
"""Groups keep about so far apart."""
JITTER_M = 3_000
BESIDE_M = (16_500, 12_000)
"""From a group to the one that splits from it or merges with it: further than the longest link of a group, 15 km."""
WEST_M, SOUTH_M = 210_000, 150_000
TOWNS, TOWN_SPREAD_M, OPEN_SHARE = 60, 5_000, 0.4
NUMBERED_SHARE, ACTIVE_SHARE = 0.8, 0.6
"""Of a group's firms, those with a company number, and of these those with a patent."""
BACKGROUND_ACTIVE_SHARE = 0.03
FOLLOWED_SHARE, CHANGING_SHARE = 0.01, 0.005
"""Of all firms those that another follows at the same place in a month, and of those outside groups those that move,
and as many again that take up another activity."""
SECTORS = ("Software and IT", "Photonics", "Chemicals and Materials", "Transport Equipment", "Healthcare")
RENAMED, NEW_NAME = "Photonics", "Optics and Photonics"
Code = tuple[str, str]
"""A code of activity under the first classification, and under the one that follows it."""
CODES: dict[str, Code] = {
    "Software and IT": ("62012", "66110"),
    "Photonics": ("26701", "66120"),
    "Chemicals and Materials": ("20590", "66130"),
    "Transport Equipment": ("30300", "66140"),
    "Healthcare": ("86101", "66150"),
}
LOST, GAINED = ("62090", "66210"), ("71200", "66220")
"""A code that is in a sector under the first classification alone, and one under the second alone."""
OTHER = ("47110", "66900")
REGISTERS = ("Inter-Departmental Business Register", "Statistical Business Register")
FIRST_REFERENCE, FIRST_UNIT, REGISTER_SHIFT = 1_000_000, 4_000_000, 50_000_000
"""References of enterprises begin here, those of units so much later, those of the second register by so much more."""
LETTERS = "ABDEFGHJLNPQRSTUWXYZ"


@dataclass(frozen=True)
class Plan:
    """How large a country is, and what happens in which of its months, counted from 0."""

    months: int = 12
    taxonomy: int = 5
    register: int = 7
    directory: int = 9
    """Months in which a source changes."""
    come_and_go: Sequence[int] = (1, 2, 3, 4, 5, 6, 8, 9, 10, 11)
    """Months in which new firms make a group, and all firms of another go."""
    move: Sequence[int] = (2, 4, 5, 7, 7, 8, 9, 11)
    """Months in which firms from all over move together, and those of a group move apart."""
    turn: Sequence[int] = (1, 3, 5, 6, 7, 10)
    """Months in which firms at one place take up one activity, and those of a group several others."""
    split: Sequence[int] = (1, 3, 5, 6, 7, 9, 11)
    merge: Sequence[int] = (2, 4, 5, 7, 8, 9, 10)
    of_each: int = 4
    """Groups that end, and as many that begin, by each source."""
    standing: int = 10
    """Groups that stay."""
    cells: int = 10
    """The country has so many cells on a side, each for a group."""
    of_sector: int = 150
    others: int = 3_000
    """Firms outside groups: of each sector, and of none that has groups."""

    @property
    def side_m(self) -> int:
        """Side of the country."""
        return self.cells * CELL_M


WHOLE = Plan()
SMALL = Plan(
    months=3,
    taxonomy=1,
    register=2,
    directory=2,
    come_and_go=(1,),
    move=(1, 2),
    turn=(1, 2),
    split=(2,),
    merge=(1,),
    of_each=1,
    standing=3,
    cells=5,
    of_sector=60,
    others=1_500,
)
"""A country that is made in seconds."""


AT_ONCE = Plan(
    months=3,
    taxonomy=1,
    register=1,
    directory=1,
    come_and_go=(2,),
    move=(1, 1, 1),
    turn=(1, 1, 1),
    split=(1, 1),
    merge=(1, 1),
    of_each=4,
    standing=6,
    cells=8,
    others=2_000,
)
"""A country in which all three sources change in one month."""


@dataclass(frozen=True)
class Event:
    """What becomes of a group in a month, and by what; `other` is the group that it merged with or split from."""

    month: int
    event: str
    group: int
    cause: str
    other: int | None = None


@dataclass
class World:
    """Postcodes and firms as lists that grow; a firm has a place from a month to a month, and may have several."""

    plan: Plan
    rng: np.random.Generator
    x_m: list[float] = field(default_factory=list)
    y_m: list[float] = field(default_factory=list)
    displaced: dict[int, tuple[int, float, float]] = field(default_factory=dict)
    """Postcode -> 0 or 1, the directory in which it stands elsewhere, and where."""
    code: list[Code] = field(default_factory=list)
    turned: dict[int, tuple[int, Code]] = field(default_factory=dict)
    """Firm -> the month in which it takes up another activity, and its code from then on."""
    group: list[int] = field(default_factory=list)
    stays: list[tuple[int, int, int, int]] = field(default_factory=list)
    """Firm, postcode, first month, month that it is no longer there."""
    only_in: dict[int, int] = field(default_factory=dict)
    """Firm -> the register, 0 or 1, that alone knows it."""
    events: list[Event] = field(default_factory=list)
    centres: dict[int, tuple[float, float]] = field(default_factory=dict)
    outside: list[int] = field(default_factory=list)
    """Postcodes outside groups."""

    def postcodes(self, x_m: Floats, y_m: Floats) -> list[int]:
        """New postcodes; returns their numbers."""
        first = len(self.x_m)
        self.x_m += x_m.tolist()
        self.y_m += y_m.tolist()
        return list(range(first, len(self.x_m)))

    def firms(self, count: int, code: Code, group: int) -> list[int]:
        """New firms; returns their numbers."""
        first = len(self.code)
        self.code += [code] * count
        self.group += [group] * count
        return list(range(first, first + count))

    def place(self, firms: Sequence[int], at: Sequence[int], since: int, until: int = FOR_EVER) -> None:
        """Give firms a postcode each, evenly over those given."""
        spread = [at[number % len(at)] for number in range(len(firms))]
        self.stays += [(firm, postcode, since, until) for firm, postcode in zip(firms, spread, strict=True)]

    def come(self, firms: Sequence[int], month: int) -> None:
        """Begin the firms' stays in a month."""
        coming = {*firms}
        self.stays = [(firm, at, month if firm in coming else since, until) for firm, at, since, until in self.stays]

    def leave(self, firms: Sequence[int], month: int) -> None:
        """End the firms' stays in a month."""
        gone = set(firms)
        self.stays = [
            (firm, at, since, month if firm in gone and until == FOR_EVER else until)
            for firm, at, since, until in self.stays
        ]

    def follow(self, firms: Sequence[int], month: int) -> None:
        """From a month on there are new firms where these were, and do what they would have done."""
        by_new = {firm: self.firms(1, self.code[firm], self.group[firm])[0] for firm in firms}
        for firm, new in by_new.items():
            self.only_in |= {new: self.only_in[firm]} if firm in self.only_in else {}
            self.turned |= {new: self.turned[firm]} if firm in self.turned else {}
        stays = []
        for firm, at, since, until in self.stays:
            new = by_new.get(firm, firm)
            if since < month:
                stays.append((firm, at, since, until if new == firm else min(until, month)))
            if since >= month or (new != firm and until > month):
                stays.append((new, at, max(since, month) if new != firm else since, until))
        self.stays = stays

    def around(self, x: float, y: float) -> list[int]:
        """Postcodes of a group about a point."""
        distance = self.rng.uniform(*RADIUS_M) * np.sqrt(self.rng.random(PLACES))
        bearing = self.rng.uniform(0, 2 * np.pi, PLACES)
        return self.postcodes(x + distance * np.cos(bearing), y + distance * np.sin(bearing))

    def anywhere(self, count: int) -> list[int]:
        """Postcodes outside groups."""
        return [int(at) for at in self.rng.choice(self.outside, count)]

    def plant(self, group: int, code: Code, sizes: tuple[int, int] = FIRMS) -> tuple[list[int], list[int]]:
        """A group that is there from the first month; returns its firms and postcodes."""
        firms = self.firms(int(self.rng.integers(*sizes)), code, group)
        at = self.around(*self.centres[group])
        self.place(firms, at, 0)
        return firms, at

    def affected(self, firms: Sequence[int]) -> list[int]:
        """Those of a group's firms that what happens to it happens to."""
        unaffected = self.rng.choice(len(firms), round(UNAFFECTED_SHARE * len(firms)), replace=False)
        return [firm for number, firm in enumerate(firms) if number not in {*unaffected.tolist()}]

    def code_in(self, firm: int, month: int) -> Code:
        """A firm's code of activity in a month."""
        turns_in, code = self.turned.get(firm, (FOR_EVER, OTHER))
        return code if month >= turns_in else self.code[firm]


def planned(seed: int, plan: Plan = WHOLE) -> World:
    """The country with all that happens in it."""
    rng = stream(seed, "history")
    world = World(plan, rng)
    cells = rng.permutation(plan.cells**2)
    for group, cell in enumerate(cells.tolist()):
        jitter = rng.uniform(-JITTER_M, JITTER_M, 2)
        world.centres[group] = (
            WEST_M + CELL_M * (cell % plan.cells + 0.5) + jitter[0],
            SOUTH_M + CELL_M * (cell // plan.cells + 0.5) + jitter[1],
        )
    _outside(world)
    numbers = iter(range(len(cells)))
    codes = (CODES[SECTORS[number % len(SECTORS)]] for number in range(len(cells)))
    new = zip(numbers, codes, strict=True)
    for _ in range(plan.standing):
        world.plant(*next(new))
    for months, happens in (
        (plan.come_and_go, _come_and_go),
        (plan.move, _move),
        (plan.turn, _turn),
    ):
        for month in months:
            happens(world, month, new)
    for month in plan.split:
        _split(world, month, new)
    for month in plan.merge:
        _merge(world, month, new)
    for _ in range(plan.of_each):
        _sources_happen(world, new)
    for month in range(1, plan.months):
        _ordinary_life(world, month)
    return world


New = Iterator[tuple[int, Code]]
"""Groups that are not yet planted, each with the code of its sector."""


def _outside(world: World) -> None:
    """Firms outside groups, in towns and between them."""
    rng, plan = world.rng, world.plan
    towns = rng.uniform(0, plan.side_m, (TOWNS, 2))
    weight = 1 / np.arange(1, TOWNS + 1)
    places = plan.others // 2
    of_town = rng.choice(TOWNS, places, p=weight / weight.sum())
    spread = rng.normal(0, TOWN_SPREAD_M, (places, 2))
    is_open = rng.random(places) < OPEN_SHARE
    at = np.where(is_open[:, None], rng.uniform(0, plan.side_m, (places, 2)), towns[of_town] + spread)
    at = at.clip(0, plan.side_m)
    world.outside = world.postcodes(WEST_M + at[:, 0], SOUTH_M + at[:, 1])
    counts = dict.fromkeys(CODES.values(), plan.of_sector)
    counts |= {LOST: plan.of_sector // 5, GAINED: plan.of_sector // 5, OTHER: plan.others}
    for code, count in counts.items():
        world.place(world.firms(count, code, -1), world.anywhere(count), 0)


def _come_and_go(world: World, month: int, new: New) -> None:
    """One group of new firms, and one whose firms go."""
    (born, _), (dies, _) = pair = next(new), next(new)
    come, go = (world.affected(world.plant(*group)[0]) for group in pair)
    world.come(come, month)
    world.leave(go, month)
    world.events += [Event(month, "birth", born, "firms"), Event(month, "death", dies, "firms")]


def _move(world: World, month: int, new: New) -> None:
    """Firms from all over move to one place, and those of a group to places all over."""
    (born, _), (dies, _) = pair = next(new), next(new)
    come, go = (world.affected(world.plant(*group)[0]) for group in pair)
    world.come(come, month)
    world.place(come, world.anywhere(len(come)), 0, month)
    world.leave(go, month)
    world.place(go, world.anywhere(len(go)), month)
    world.events += [Event(month, "birth", born, "firms"), Event(month, "death", dies, "firms")]


def _turn(world: World, month: int, new: New) -> None:
    """Firms of many activities at one place take up the same, and those of a group several others."""
    for event, (group, code) in zip(("birth", "death"), new, strict=False):
        others = [one for one in (*CODES.values(), OTHER) if one != code]
        firms, _ = world.plant(group, code, TURNING_FIRMS)
        for number, firm in enumerate(world.affected(firms)):
            other = others[number % len(others)]
            world.code[firm] = other if event == "birth" else code
            world.turned[firm] = (month, code if event == "birth" else other)
        world.events.append(Event(month, event, group, "firms"))


def _split(world: World, month: int, new: New) -> None:
    """Of a group's firms somewhat less than half move to a place of their own."""
    group, code = next(new)
    firms, _ = world.plant(group, code, LARGER_FIRMS)
    leaving = firms[: round(LEAVING_SHARE * len(firms))]
    world.leave(leaving, month)
    world.place(leaving, world.around(*_beside(world, group)), month)
    world.events.append(Event(month, "split", group, "firms", group))


def _merge(world: World, month: int, new: New) -> None:
    """The firms of a smaller group move to a larger one beside it."""
    group, code = next(new)
    _, at = world.plant(group, code, LARGER_FIRMS)
    other = len(world.centres)
    world.centres[other] = _beside(world, group)
    firms, _ = world.plant(other, code, SMALLER_FIRMS)
    world.leave(firms, month)
    world.place(firms, at, month)
    world.events.append(Event(month, "merge", other, "firms", group))


def _beside(world: World, group: int) -> tuple[float, float]:
    x, y = world.centres[group]
    return x + BESIDE_M[0], y + BESIDE_M[1]


def _sources_happen(world: World, new: New) -> None:
    """Two groups for each source that changes: one ends by it, one begins."""
    plan = world.plan
    unlisted, listed, unregistered, registered, scattered, gathered = (next(new) for _ in range(6))
    for (group, _), sector, code in ((unlisted, "Software and IT", LOST), (listed, "Healthcare", GAINED)):
        for firm in world.affected(world.plant(group, CODES[sector])[0]):
            world.code[firm] = code
    for of_register, register in ((unregistered, 0), (registered, 1)):
        world.only_in |= dict.fromkeys(world.affected(world.plant(*of_register)[0]), register)
    for of_directory, directory in ((scattered, 1), (gathered, 0)):
        for postcode in world.affected(world.plant(*of_directory)[1]):
            x, y = world.rng.uniform(0, plan.side_m, 2)
            world.displaced[postcode] = (directory, WEST_M + x, SOUTH_M + y)
    for month, ends, begins, cause in (
        (plan.taxonomy, unlisted, listed, "taxonomy"),
        (plan.register, unregistered, registered, "register"),
        (plan.directory, scattered, gathered, "postcodes"),
    ):
        world.events += [Event(month, "death", ends[0], cause), Event(month, "birth", begins[0], cause)]


def _ordinary_life(world: World, month: int) -> None:
    """What happens to single firms in any month."""
    rng = world.rng
    there = sorted({firm for firm, _, since, until in world.stays if since < month < until})
    outside = [firm for firm in there if world.group[firm] < 0]
    few = round(CHANGING_SHARE * len(outside))
    chosen = [int(firm) for firm in rng.choice(outside, 2 * few, replace=False)]
    moving, turning = chosen[:few], chosen[few:]
    world.leave(moving, month)
    world.place(moving, world.anywhere(few), month)
    activities = [*CODES.values(), *[OTHER] * len(CODES)]
    for firm, number in zip(turning, rng.integers(len(activities), size=few), strict=True):
        if firm not in world.turned:
            world.turned[firm] = (month, activities[number])
    followed = rng.choice(there, round(FOLLOWED_SHARE * len(there)), replace=False)
    world.follow([int(firm) for firm in followed], month)


def postcode_text(number: int) -> str:
    """A postcode of the usual shape for a number."""
    unit = f"{LETTERS[number % 20]}{LETTERS[number // 20 % 20]}"
    return f"QX{number // 4_000 + 1} {number // 400 % 10}{unit}"


def write_country(sources: Path, first: Month, seed: int, plan: Plan = WHOLE) -> World:
    """Write the drops of the plan's months into `sources`; returns what was planted."""
    world = planned(seed, plan)
    months = [first.plus(number) for number in range(plan.months)]
    for directory, month in ((0, months[0]), (1, months[plan.directory])):
        _write(sources, "postcodes", month, _directory(world, directory))
    for is_later, month in ((False, months[0]), (True, months[plan.taxonomy])):
        _write(sources, "sic_sectors", month, _list_of_sectors(is_later))
    _write(sources, "sic_correspondence", months[plan.taxonomy], _correspondence())
    _write(sources, "patents", months[0], _patents(world, months[0]))
    for number, month in enumerate(months):
        enterprises, units = _register(world, number)
        _write(sources, "idbr_enterprises", month, enterprises)
        _write(sources, "idbr_local_units", month, units)
    return world


def _write(sources: Path, dataset: str, month: Month, frame: pl.DataFrame) -> None:
    folder = sources / dataset
    folder.mkdir(parents=True, exist_ok=True)
    frame.write_csv(folder / f"{month}.csv")


def _directory(world: World, directory: int) -> pl.DataFrame:
    x_m, y_m = np.array(world.x_m), np.array(world.y_m)
    for postcode, (of_directory, x, y) in world.displaced.items():
        if of_directory == directory:
            x_m[postcode], y_m[postcode] = x, y
    x_m, y_m = x_m.round(), y_m.round()
    latitude, longitude = to_degrees(x_m, y_m, np.zeros(len(x_m), dtype=bool))
    return pl.DataFrame(
        {
            "pcds": [postcode_text(number) for number in range(len(x_m))],
            "doterm": pl.Series([None] * len(x_m), dtype=pl.String),
            "oslaua": "E07000179",
            "oseast1m": x_m.astype(int),
            "osnrth1m": y_m.astype(int),
            "osgrdind": 1,
            "ctry": "E92000001",
            "rgn": "E12000008",
            "ttwa": "E30000258",
            "lat": latitude.round(6),
            "long": longitude.round(6),
        }
    )


def _list_of_sectors(is_later: bool) -> pl.DataFrame:
    names = {RENAMED: NEW_NAME} if is_later else {}
    rows = [(codes[is_later], names.get(sector, sector)) for sector, codes in CODES.items()]
    rows.append((GAINED[1], "Healthcare") if is_later else (LOST[0], "Software and IT"))
    rows.append((OTHER[is_later], "Business Support Services"))
    frame = pl.DataFrame(rows, schema=["sic_prefix", "sector"], orient="row")
    return frame.with_columns(classification=pl.lit("SIC 2026" if is_later else "SIC 2007"))


def _correspondence() -> pl.DataFrame:
    pairs = [*CODES.values(), LOST, GAINED, OTHER]
    return pl.DataFrame(
        [("SIC 2007", old, "SIC 2026", new, 1.0) for old, new in pairs],
        schema=["from_classification", "from_code", "to_classification", "to_code", "share"],
        orient="row",
    )


def company_number(firm: int) -> str | None:
    """The number of one that has one: the firms do whose own number says so, the same in every month."""
    return f"{10_000_000 + firm}" if firm % 10 < round(10 * NUMBERED_SHARE) else None


def _register(world: World, month: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Enterprises and their sites in a month, one each."""
    register, is_later = int(month >= world.plan.register), month >= world.plan.taxonomy
    there = [
        (firm, postcode)
        for firm, postcode, since, until in sorted(world.stays)
        if since <= month < until and world.only_in.get(firm, register) == register
    ]
    shift = FIRST_REFERENCE + REGISTER_SHIFT * register
    frame = pl.DataFrame(
        {
            "entref": [str(shift + firm) for firm, _ in there],
            "luref": [str(shift + FIRST_UNIT + firm) for firm, _ in there],
            "crn": pl.Series([company_number(firm) for firm, _ in there], dtype=pl.String),
            "name": [f"{_word(firm)} Works Limited" for firm, _ in there],
            "sic": [world.code_in(firm, month)[is_later] for firm, _ in there],
            "employees": [5 + firm % 20 for firm, _ in there],
            "turnover_thousands": [400 + firm % 300 for firm, _ in there],
            "legal_status": "Company",
            "postcode": [postcode_text(postcode) for _, postcode in there],
            "classification": "SIC 2026" if is_later else "SIC 2007",
            "register": REGISTERS[register],
        }
    )
    stated = ["classification", "register"]
    enterprises = ["entref", "crn", "name", "sic", "employees", "turnover_thousands", "legal_status"]
    return frame.select(*enterprises, *stated), frame.select("luref", "entref", "sic", "postcode", "employees", *stated)


def _word(number: int) -> str:
    """A name of its own for each number, like no other's."""
    syllables = ("ba", "de", "fi", "go", "hu", "ka", "le", "mi", "no", "pu")
    return "".join(syllables[int(digit)] for digit in f"{number * 7_919 % 100_000:05d}").capitalize()


def _patents(world: World, first: Month) -> pl.DataFrame:
    """Of the numbered firms of groups so many, and a few of the others, have one."""
    rows = []
    for firm, group in enumerate(world.group):
        number = company_number(firm)
        share = ACTIVE_SHARE if group >= 0 else BACKGROUND_ACTIVE_SHARE
        if number and firm * 37 % 100 < 100 * share:
            rows.append((f"{_word(firm)} Works Limited", number, str(first.plus(-6).first_day), None))
    names = ["organisation_name", "crn", "date", "amount"]
    return pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row")
