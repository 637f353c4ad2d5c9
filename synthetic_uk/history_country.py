"""A country of twelve months whose every change is known: what is born, dies, merges, splits, and which source did it.

    months = write_country(sources, first_month, seed)

What belongs here: a small register with planted groups, as drops in the layouts of `idbr_enterprises` and its like,
and what happens in it. What does not: what the pipeline makes of it (`history_recovery`).

Nothing changes from month to month but what is planted, so that every event found is either planted or wrong. Most
happen because firms come, go or move. In one month the classification of sectors is followed by another: one sector
goes on under another name, some groups lose their code, some gain one. In another the register becomes another: its
references are new, some groups are no longer in it and others are for the first time. In a third the postcode directory
places the postcodes of some groups elsewhere, and those of others together.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import polars as pl

from assets.arrays import Floats
from assets.months import Month
from synthetic_uk.geography import to_degrees
from synthetic_uk.streams import stream

MONTHS = 12
TAXONOMY_MONTH, REGISTER_MONTH, DIRECTORY_MONTH = 5, 7, 9
QUIET_MONTHS = (1, 2, 3, 4, 6, 8, 10, 11)
"""Months in which no source changes."""
FOR_EVER = 1_000
FIRMS = (36, 56)
RADIUS_M = 900
PLACES = 14
"""Postcodes of a group."""
CELL_M = 32_000
"""Groups keep so far apart."""
CELLS = 10
WEST_M, SOUTH_M = 210_000, 150_000
BACKGROUND = {"sector": 150, "other": 3_000}
"""Firms outside groups: of each sector, and of none that has groups."""
NUMBERED_SHARE, ACTIVE_SHARE = 0.8, 0.6
"""Of a group's firms, those with a company number, and of these those with a patent."""
SECTORS = ("Software and IT", "Photonics", "Chemicals and Materials", "Transport Equipment", "Healthcare")
RENAMED, NEW_NAME = "Photonics", "Optics and Photonics"
CODES = {
    "Software and IT": ("62012", "66110"),
    "Photonics": ("26701", "66120"),
    "Chemicals and Materials": ("20590", "66130"),
    "Transport Equipment": ("30300", "66140"),
    "Healthcare": ("86101", "66150"),
}
"""Codes of each sector under SIC 2007, and under the classification that follows it."""
LOST, GAINED = ("62090", "66210"), ("71200", "66220")
"""A code that is in a sector under the first classification alone, and one under the second alone; both forms of it."""
OTHER = ("47110", "66900")
REGISTERS = ("Inter-Departmental Business Register", "Statistical Business Register")
LETTERS = "ABDEFGHJLNPQRSTUWXYZ"


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

    rng: np.random.Generator
    x_m: list[float] = field(default_factory=list)
    y_m: list[float] = field(default_factory=list)
    displaced: dict[int, tuple[int, float, float]] = field(default_factory=dict)
    """Postcode -> 0 or 1, the directory in which it stands elsewhere, and where."""
    code: list[tuple[str, str]] = field(default_factory=list)
    group: list[int] = field(default_factory=list)
    stays: list[tuple[int, int, int, int]] = field(default_factory=list)
    """Firm, postcode, first month, month that it is no longer there."""
    only_in: dict[int, int] = field(default_factory=dict)
    """Firm -> the register, 0 or 1, that alone knows it."""
    events: list[Event] = field(default_factory=list)
    centres: dict[int, tuple[float, float]] = field(default_factory=dict)

    def postcodes(self, x_m: Floats, y_m: Floats) -> list[int]:
        """New postcodes; returns their numbers."""
        first = len(self.x_m)
        self.x_m += x_m.tolist()
        self.y_m += y_m.tolist()
        return list(range(first, len(self.x_m)))

    def firms(self, count: int, code: tuple[str, str], group: int) -> list[int]:
        """New firms; returns their numbers."""
        first = len(self.code)
        self.code += [code] * count
        self.group += [group] * count
        return list(range(first, first + count))

    def place(self, firms: list[int], at: list[int], since: int, until: int = FOR_EVER) -> None:
        """Give firms a postcode each, evenly over those given."""
        spread = [at[number % len(at)] for number in range(len(firms))]
        self.stays += [(firm, postcode, since, until) for firm, postcode in zip(firms, spread, strict=True)]

    def leave(self, firms: list[int], month: int) -> None:
        """End the firms' stays in a month."""
        gone = set(firms)
        self.stays = [
            (firm, at, since, month if firm in gone and until == FOR_EVER else until)
            for firm, at, since, until in self.stays
        ]

    def around(self, x: float, y: float) -> list[int]:
        """Postcodes of a group about a point."""
        distance = RADIUS_M * np.sqrt(self.rng.random(PLACES))
        bearing = self.rng.uniform(0, 2 * np.pi, PLACES)
        return self.postcodes(x + distance * np.cos(bearing), y + distance * np.sin(bearing))

    def plant(self, group: int, code: tuple[str, str], since: int = 0) -> tuple[list[int], list[int]]:
        """A group from a month on; returns its firms and postcodes."""
        x, y = self.centres[group]
        firms = self.firms(int(self.rng.integers(*FIRMS)), code, group)
        at = self.around(x, y)
        self.place(firms, at, since)
        return firms, at


def planned(seed: int) -> World:
    """The country with all that happens in it."""
    rng = stream(seed, "history")
    world = World(rng)
    cells = rng.permutation(CELLS * CELLS)
    for group, cell in enumerate(cells.tolist()):
        jitter = rng.uniform(-3_000, 3_000, 2)
        world.centres[group] = (
            WEST_M + CELL_M * (cell % CELLS + 0.5) + jitter[0],
            SOUTH_M + CELL_M * (cell // CELLS + 0.5) + jitter[1],
        )
    _background(world)
    numbers = iter(range(len(cells)))
    codes = [CODES[SECTORS[number % len(SECTORS)]] for number in range(len(cells))]
    for _ in range(2 * len(SECTORS)):
        group = next(numbers)
        world.plant(group, codes[group])
    for month in (*QUIET_MONTHS, TAXONOMY_MONTH, DIRECTORY_MONTH):
        _firms_happen(world, month, next(numbers), next(numbers), codes)
    for month in QUIET_MONTHS:
        if month % 2:
            _split(world, month, next(numbers), codes)
        else:
            _merge(world, month, next(numbers), codes)
    for _ in range(4):
        _sources_happen(world, [next(numbers) for _ in range(6)], codes)
    return world


def _background(world: World) -> None:
    """Firms outside groups, in towns and between them."""
    rng, side = world.rng, CELLS * CELL_M
    towns = rng.uniform(0, side, (60, 2))
    weight = 1 / np.arange(1, 61)
    of_town = rng.choice(60, 1_500, p=weight / weight.sum())
    spread = rng.normal(0, 5_000, (1_500, 2))
    is_open = rng.random(1_500) < 0.4
    at = np.where(is_open[:, None], rng.uniform(0, side, (1_500, 2)), towns[of_town] + spread).clip(0, side)
    postcodes = world.postcodes(WEST_M + at[:, 0], SOUTH_M + at[:, 1])
    for code in [*CODES.values(), LOST, GAINED]:
        count = BACKGROUND["sector"] if code in CODES.values() else 30
        world.place(world.firms(count, code, -1), rng.choice(postcodes, count).tolist(), 0)
    count = BACKGROUND["other"]
    world.place(world.firms(count, OTHER, -1), rng.choice(postcodes, count).tolist(), 0)


def _firms_happen(world: World, month: int, born: int, dies: int, codes: list[tuple[str, str]]) -> None:
    """One group of new firms, and one whose firms all go."""
    world.plant(born, codes[born], month)
    world.events.append(Event(month, "birth", born, "firms"))
    firms, _ = world.plant(dies, codes[dies])
    world.leave(firms, month)
    world.events.append(Event(month, "death", dies, "firms"))


def _split(world: World, month: int, group: int, codes: list[tuple[str, str]]) -> None:
    """Of a group's firms somewhat less than half move to a place of their own."""
    firms, _ = world.plant(group, codes[group])
    leaving = firms[: round(0.45 * len(firms))]
    x, y = world.centres[group]
    world.leave(leaving, month)
    world.place(leaving, world.around(x + 13_000, y + 4_000), month)
    world.events.append(Event(month, "split", group, "firms", group))


def _merge(world: World, month: int, group: int, codes: list[tuple[str, str]]) -> None:
    """The firms of a smaller group move to a larger one beside it."""
    _, at = world.plant(group, codes[group])
    x, y = world.centres[group]
    other = len(world.centres)
    world.centres[other] = (x + 13_000, y - 4_000)
    firms = world.firms(FIRMS[0] - 8, codes[group], other)
    world.place(firms, world.around(*world.centres[other]), 0)
    world.leave(firms, month)
    world.place(firms, at, month)
    world.events.append(Event(month, "merge", other, "firms", group))


def _sources_happen(world: World, groups: list[int], codes: list[tuple[str, str]]) -> None:
    """Two groups for each source that changes: one ends by it, one begins."""
    unlisted, listed, unregistered, registered, scattered, gathered = groups
    world.plant(unlisted, LOST)
    world.plant(listed, GAINED)
    for group, register in ((unregistered, 0), (registered, 1)):
        firms, _ = world.plant(group, codes[group])
        world.only_in |= dict.fromkeys(firms, register)
    for group, directory in ((scattered, 1), (gathered, 0)):
        _, at = world.plant(group, codes[group])
        for postcode in at:
            x, y = world.rng.uniform(0, CELLS * CELL_M, 2)
            world.displaced[postcode] = (directory, WEST_M + x, SOUTH_M + y)
    for month, ends, begins, cause in (
        (TAXONOMY_MONTH, unlisted, listed, "taxonomy"),
        (REGISTER_MONTH, unregistered, registered, "register"),
        (DIRECTORY_MONTH, scattered, gathered, "postcodes"),
    ):
        world.events += [Event(month, "death", ends, cause), Event(month, "birth", begins, cause)]


def postcode_text(number: int) -> str:
    """A postcode of the usual shape for a number."""
    unit = f"{LETTERS[number % 20]}{LETTERS[number // 20 % 20]}"
    return f"QX{number // 4_000 + 1} {number // 400 % 10}{unit}"


def write_country(sources: Path, first: Month, seed: int) -> World:
    """Write the drops of twelve months into `sources`; returns what was planted."""
    world = planned(seed)
    months = [first.plus(number) for number in range(MONTHS)]
    for number, month in ((0, months[0]), (DIRECTORY_MONTH, months[DIRECTORY_MONTH])):
        _write(sources, "postcodes", month, _directory(world, int(number > 0)))
    for is_later, month in ((False, months[0]), (True, months[TAXONOMY_MONTH])):
        _write(sources, "sic_sectors", month, _list_of_sectors(is_later))
    _write(sources, "sic_correspondence", months[TAXONOMY_MONTH], _correspondence())
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
    register, is_later = int(month >= REGISTER_MONTH), month >= TAXONOMY_MONTH
    there = [
        (firm, postcode)
        for firm, postcode, since, until in sorted(world.stays)
        if since <= month < until and world.only_in.get(firm, register) == register
    ]
    shift = 50_000_000 if register else 0
    frame = pl.DataFrame(
        {
            "entref": [str(shift + 1_000_000 + firm) for firm, _ in there],
            "luref": [str(shift + 5_000_000 + firm) for firm, _ in there],
            "crn": pl.Series([company_number(firm) for firm, _ in there], dtype=pl.String),
            "name": [f"{_word(firm)} Works Limited" for firm, _ in there],
            "sic": [world.code[firm][is_later] for firm, _ in there],
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
        share = ACTIVE_SHARE if group >= 0 else 0.03
        if number and firm * 37 % 100 < 100 * share:
            rows.append((f"{_word(firm)} Works Limited", number, str(first.plus(-6).first_day), None))
    names = ["organisation_name", "crn", "date", "amount"]
    return pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row")
