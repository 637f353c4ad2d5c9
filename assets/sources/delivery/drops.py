"""Finding drops: which files lie in the sources, what date each is as of, and which of them a month uses.

What belongs here: names, dates, the choice. What does not: what is inside a file.

    <sources>/<dataset>/<YYYY-MM or YYYY-MM-DD>.<extension>      one file, or
    <sources>/<dataset>/<YYYY-MM or YYYY-MM-DD>/...              a folder of parts

A name with no day is as of the first of its month.
"""

from __future__ import annotations

import contextlib
import difflib
import itertools
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from assets.months import Month
from assets.sources.delivery.storage import Entry, Storage
from assets.sources.problems import DropError, Problem, printable

DATA_EXTENSIONS = frozenset(
    f"{kind}{packing}"
    for kind in ("csv", "tsv", "txt", "json", "jsonl", "ndjson", "geojson", "topojson")
    for packing in ("", ".gz")
) | {"parquet", "xlsx", "zip", "gpkg"}
NOTES = re.compile(r"^[._~]|^(readme|provenance|licen[cs]e)\b|\.(md|pdf|docx?)$", re.IGNORECASE)
"""Names that people and programs leave beside data; they are passed over."""
DROP_NAME = re.compile(r"^(\d{4})-(\d{2})(?:-(\d{2}))?(?:\.(.+))?$")
EXPECTED_NAME = (
    "a name that is its date: YYYY-MM or YYYY-MM-DD, then an extension for a file (2025-05.csv), none for a folder"
)


@dataclass(frozen=True, order=True)
class Drop:
    """One delivery of a dataset."""

    dataset: str
    as_of: date
    path: str
    """File or folder, relative to the sources."""
    is_folder: bool


@dataclass(frozen=True)
class Listing:
    """All that lies in the sources."""

    address: str
    drops: tuple[Drop, ...]
    """By dataset and date."""
    problems: tuple[Problem, ...]
    """What stops a refresh: two drops of one date, a date to come, a name that is no date, what is no file."""
    warnings: tuple[str, ...]
    """What a person should look at: folders and files that nothing reads."""


def list_drops(storage: Storage, known: Collection[str], others: Collection[str], today: date) -> Listing:
    """Look through the sources.

    `known` are the names of the datasets, `others` of folders that are passed over without a word. A drop dated after
    `today` is a problem.
    """
    drops: list[Drop] = []
    problems: list[Problem] = []
    warnings: list[str] = []
    for entry in storage.entries():
        if NOTES.search(entry.name) or entry.name in others:
            continue
        if entry.trouble and entry.name in known:
            problems.append(entry.trouble)
        elif entry.trouble and entry.is_link:
            why = f"{printable(entry.name)} is not a dataset known here and is not read ({entry.trouble.found})"
            warnings.append(f"{why}{_meant(entry.name, known)}")
        elif not entry.is_folder:
            warnings.append(f"{printable(entry.name)} lies outside the datasets' folders and is not read")
        elif entry.name not in known:
            unknown = f"{printable(entry.name)}/ is not a dataset known here and is not read"
            warnings.append(f"{unknown}{_meant(entry.name, known)}")
        else:
            for found in _inside(storage, entry.name, today):
                (drops if isinstance(found, Drop) else problems).append(found)  # type: ignore[arg-type]
    drops.sort()
    problems += _two_of_one_date(drops)
    return Listing(storage.address, tuple(drops), tuple(problems), tuple(warnings))


def select_drops(listing: Listing, month: Month) -> dict[str, Drop]:
    """For each dataset, the newest drop that is not after the last day of the month [stated in FORMATS]."""
    return newest_drops(listing.drops, month)


def newest_drops(drops: Iterable[Drop], month: Month) -> dict[str, Drop]:
    """The same of drops in any order."""
    return {drop.dataset: drop for drop in sorted(drops) if drop.as_of <= month.last_day}


def _meant(name: str, known: Collection[str]) -> str:
    """A question after the dataset that a name is near; empty where it is near none."""
    near = difflib.get_close_matches(name, known, n=1)
    return f": is {near[0]} meant?" if near else ""


def dated_drops(folder: Path) -> dict[date, Path]:
    """What lies in a dataset's local folder under the name of a date, by that date; nothing is said of the rest."""
    found = {}
    for entry in sorted(folder.iterdir()) if folder.is_dir() else ():
        match = DROP_NAME.match(entry.name)
        if match is not None and not NOTES.search(entry.name):
            with contextlib.suppress(ValueError):
                found[date(int(match[1]), int(match[2]), int(match[3] or 1))] = entry
    return found


def _inside(storage: Storage, dataset: str, today: date) -> Iterator[Drop | Problem]:
    """The drops in a dataset's folder, and what is wrong there."""
    try:
        entries = storage.entries(dataset)
    except DropError as error:
        yield error.problem
        return
    for entry in entries:
        if not NOTES.search(entry.name):
            found = entry.trouble or _drop(dataset, entry, today)
            yield found if isinstance(found, Problem) else _trouble_inside(storage, found) or found


def _trouble_inside(storage: Storage, drop: Drop) -> Problem | None:
    """What is no file among the parts of a drop; a local folder alone can have such, and is looked through quickly."""
    if drop.is_folder and storage.is_local:
        try:
            storage.files_under(drop.path)
        except DropError as error:
            return error.problem
    return None


def _drop(dataset: str, entry: Entry, today: date) -> Drop | Problem:
    path = f"{dataset}/{entry.name}"
    remedy = "Rename it to the date its data are as of, or move it out of the sources"
    match = DROP_NAME.match(entry.name)
    if match is None or (match[4] is None) is not entry.is_folder:
        return Problem(path, "the name is not a date", EXPECTED_NAME, remedy)
    if not entry.is_folder and match[4].lower() not in DATA_EXTENSIONS:
        extensions = ", ".join(sorted(DATA_EXTENSIONS))
        return Problem(path, f"the extension .{match[4]} is not known", f"one of {extensions}", remedy)
    try:
        as_of = date(int(match[1]), int(match[2]), int(match[3] or 1))
    except ValueError:
        return Problem(path, "the name is no day of the calendar", EXPECTED_NAME, remedy)
    if as_of > today:
        return Problem(path, f"the drop is as of {as_of}, which is to come", f"a date not after today, {today}", remedy)
    return Drop(dataset, as_of, path, entry.is_folder)


def _two_of_one_date(drops: list[Drop]) -> list[Problem]:
    return [
        Problem(
            first.path,
            f"{second.path} is of the same dataset and date ({first.as_of})",
            "one drop of a dataset for each date",
            "Keep the one that is right and move the other out of the sources",
        )
        for first, second in itertools.pairwise(drops)
        if (first.dataset, first.as_of) == (second.dataset, second.as_of)
    ]
