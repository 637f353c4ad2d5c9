"""What changed at a publisher: what a drop's files look like, against what is expected of them and against the drop
before.

What belongs here: differences, since when each is there, and how it is said. What does not: looking at files
(`assets/sources/shapes`), what is expected (`contract`), the file that keeps it beside a drop (`shape_file`).
"""

from __future__ import annotations

import difflib
import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from assets.fetch.contract import KindContract, Name, Words
from assets.fetch.limits import Limits
from assets.sources import FileShape, header_key, in_words
from assets.text_safety import visible

NEAR = 0.75
"""Likeness of two names, 1 being the same, from which a column that is gone is said to be the new one [ours]."""
Kind = Literal[
    "files gone", "not looked into", "column gone", "column renamed", "column new", "word new", "word gone", "files",
    "size", "records",
]  # fmt: skip
Make = Callable[[Kind, str, str, str], "Change"]
"""Makes a change of its kind, what it is of, how that was and how it is."""
Against = Literal["contract", "drop before"]
CONTRACT: Against = "contract"
BEFORE: Against = "drop before"


@dataclass(frozen=True)
class Change:
    """One thing that is other than it was, or than is expected."""

    files: str
    """Kind of the files that it is of, as the contract calls them."""
    kind: Kind
    what: str
    """Column, or column and word (`CompanyStatus: Paused`); empty of what is of the files together."""
    before: str
    now: str
    since: str
    """Day, YYYY-MM-DD, of the publisher's first release that has it, of those that were fetched."""
    against: Against
    is_needed: bool = False
    """Whether a reader needs what is gone."""
    is_refused: bool = False
    """Whether a reader refuses the drop for it."""
    unknown: str = ""
    """What the reader does with a word that is not known."""


@dataclass(frozen=True)
class Earlier:
    """What is known of the drop before; nothing where there is none."""

    shapes: Mapping[str, FileShape] = field(default_factory=dict)
    """By kind of files."""
    told: tuple[Change, ...] = ()
    """What has changed with it."""

    def first_day(self, change: Change) -> Change:
        """A change with the day since which it is there: the earlier drop's, where that had it already."""
        days = {_key(told): told.since for told in self.told if told.against == CONTRACT}
        return replace(change, since=days.get(_key(change), change.since))

    def new_names(self, files: str) -> dict[str, str]:
        """Column that was gone from files of a kind -> the name that it seemed to have got."""
        return {told.what: told.now for told in self.told if (told.files, told.kind) == (files, "column renamed")}


def changes(
    contracts: Sequence[KindContract],
    now: Mapping[str, FileShape],
    earlier: Earlier,
    released: str,
    limits: Limits,
) -> list[Change]:
    """What differs in a drop's files, by their kind, released on a day: from what is expected, and from the drop
    before."""
    found: list[Change] = []
    for contract in contracts:
        name = contract.kind.name
        before = earlier.shapes.get(name)
        expected = [earlier.first_day(change) for change in _from_contract(contract, now[name], earlier, released)]
        found += expected
        if before and before.files and now[name].files and not now[name].trouble:
            told = {header_key(name) for change in expected for name in (change.what, change.now)}
            found += _from_before(contract, now[name], before, released, limits, told)
    return found


def still_told(
    contracts: Sequence[KindContract], shapes: Mapping[str, FileShape], recorded: Sequence[Change]
) -> list[Change]:
    """What was recorded of a drop and is still other than expected: what a later contract knows is no change any
    more."""
    by_name = {contract.kind.name: contract for contract in contracts}
    return [
        change
        for change in recorded
        if change.against == BEFORE or not _is_known(by_name.get(change.files), shapes.get(change.files), change)
    ]


def _is_known(contract: KindContract | None, shape: FileShape | None, change: Change) -> bool:
    if contract is None or shape is None:
        return True
    column, _, word = change.what.partition(": ")
    match change.kind:
        case "column new":
            return contract.knows(change.what)
        case "word new":
            return column not in contract.words or contract.words[column].knows(word)
        case "column gone" | "column renamed":
            names = [name for name in (*contract.needed, *contract.wanted) if name.fits(change.what)]
            is_there = any(name.fits(found) for name in names for found in shape.columns)
            return not names or (is_there and not any(_files_without(name, shape) for name in names))
    return False


def _key(change: Change) -> tuple[str, str, str]:
    """What a change is told by from drop to drop: a column is gone whether or not it seems to be renamed."""
    return change.files, change.kind.replace("renamed", "gone"), change.what


def _from_contract(contract: KindContract, now: FileShape, earlier: Earlier, released: str) -> Iterator[Change]:
    name = contract.kind.name
    before = earlier.shapes.get(name)

    def change(kind: Kind, what: str, was: str, found: str, **more: object) -> Change:
        return Change(name, kind, what, was, found, released, CONTRACT, **more)  # type: ignore[arg-type]

    if not now.files:
        like = f"files like {contract.kind.files.pattern}"
        yield change("files gone", "", like, "none", is_needed=True, is_refused=not contract.is_optional)
        return
    if now.trouble:
        is_refused = {"is_needed": now.is_refused, "is_refused": now.is_refused}
        yield change("not looked into", "", contract.kind.form, now.trouble, **is_refused)
        return
    if not now.columns and not now.looked_at:
        # Of keys nothing can be said where no record has any.
        yield change("records", "", "some", "none", is_needed=True)
        return
    new = [column for column in now.columns if not contract.knows(column)]
    read = (*contract.needed, *contract.wanted)
    gone = [each.label for each in read if not any(map(each.fits, now.columns))]
    pairs = {old: name for old, name in earlier.new_names(name).items() if old in gone and name in new}
    order = before.columns if before else ()
    pairs |= renamed(
        [old for old in gone if old not in pairs],
        [name for name in new if name not in pairs.values()],
        order,
        now.columns,
    )
    for label in gone:
        is_lost = {"is_needed": True, "is_refused": contract.needs(label)}
        was = f"seen in the issue of {contract.since(label)}"
        kind: Kind = "column renamed" if label in pairs else "column gone"
        yield change(kind, label, was, pairs.get(label, "in no file"), **is_lost)
    for each in read:
        if lack := _files_without(each, now):
            is_lost = {"is_needed": True, "is_refused": each in contract.needed}
            yield change("column gone", each.label, "in the other files", f"not in {' and '.join(lack)}", **is_lost)
    for column in new:
        if column not in pairs.values():
            yield change("column new", column, "not known", "there")
    for column, words in contract.words.items():
        unknown = ((word, count) for word, count in _words_of(now, column).items() if not words.knows(word))
        for word, count in unknown:
            told = f"{count:,} of {now.looked_at:,} records"
            yield change("word new", f"{column}: {word}", "not known", told, unknown=words.unknown)


def _from_before(
    contract: KindContract, now: FileShape, before: FileShape, released: str, limits: Limits, told: set[str]
) -> Iterator[Change]:
    def change(kind: Kind, what: str, was: str, found: str) -> Change:
        return Change(contract.kind.name, kind, what, was, found, released, BEFORE)

    yield from _other_columns(now, before, told, change)
    for column, words in contract.words.items():
        yield from _other_words(column, words, now, before, limits.gone_word_share, change)
    if before.files != now.files:
        yield change("files", "", f"{before.files:,}", f"{now.files:,}")
    if _is_far(before.bytes, now.bytes, limits.changed_share):
        yield change("size", "", in_words(before.bytes), in_words(now.bytes))
    elif before.records and now.records is not None and _is_far(before.records, now.records, limits.changed_share):
        yield change("records", "", f"{before.records:,}", f"{now.records:,}")


def _other_columns(now: FileShape, before: FileShape, told: set[str], change: Make) -> Iterator[Change]:
    """Columns that are no longer there, and that were not, but for those that the contract tells of."""
    if before.trouble or not before.columns:
        return
    had, has = ({header_key(column): column for column in shape.columns} for shape in (before, now))
    gone = [column for key, column in had.items() if key not in has and key not in told]
    new = [column for key, column in has.items() if key not in had and key not in told]
    pairs = renamed(gone, new, before.columns, now.columns)
    for column in gone:
        if column in pairs:
            yield change("column renamed", column, "there", pairs[column])
        else:
            yield change("column gone", column, "there", "in no file")
    for column in new:
        if column not in pairs.values():
            yield change("column new", column, "not there", "there")


def _other_words(
    column: str, words: Words, now: FileShape, before: FileShape, share: float, change: Make
) -> Iterator[Change]:
    """Words of a column that are no longer there, and, where any word may be, that were not."""
    was, found = _words_of(before, column), _words_of(now, column)
    if not was or not found:
        return
    for word in sorted(found.keys() - was.keys()) if words.is_open else ():
        yield change("word new", f"{column}: {word}", "not there", f"{found[word]:,} of {now.looked_at:,} records")
    for word in sorted(was.keys() - found.keys()):
        if was[word] >= share * before.looked_at:
            yield change("word gone", f"{column}: {word}", f"{was[word]:,} of {before.looked_at:,} records", "none")


def renamed(gone: Sequence[str], new: Sequence[str], before: Sequence[str], now: Sequence[str]) -> dict[str, str]:
    """Of columns that are gone those that seem to be there under a new name: the nearest name, or else the new one that
    stands between the neighbours of the old."""
    pairs: dict[str, str] = {}
    likeness = sorted(
        (
            (difflib.SequenceMatcher(None, header_key(old), header_key(name)).ratio(), old, name)
            for old, name in itertools.product(gone, new)
        ),
        key=lambda found: (-found[0], found[1:]),
    )
    for ratio, old, name in likeness:
        if ratio >= NEAR and old not in pairs and name not in pairs.values():
            pairs[old] = name
    places = {_neighbours(now, name): name for name in new if name not in pairs.values()}
    for old in gone:
        between = _neighbours(before, old)
        if old not in pairs and between in places:
            pairs[old] = places.pop(between)
    return pairs


def _neighbours(columns: Sequence[str], column: str) -> tuple[str, str]:
    """The names before and after a column; what has none, and what is not there, has no neighbours that another has."""
    keys = [header_key(each) for each in columns]
    place = keys.index(header_key(column)) if header_key(column) in keys else -1
    if place < 0 or len(keys) < len(("before", "itself", "after")):
        return column, ""
    return keys[place - 1] if place else "", keys[place + 1] if place + 1 < len(keys) else ""


def _files_without(name: Name, shape: FileShape) -> list[str]:
    """Of several files those that have a column under none of its names, where others have it."""
    lacking = [set(shape.lacking.get(column, ())) for column in shape.columns if name.fits(column)]
    return sorted(set.intersection(*lacking)) if lacking else []


def _words_of(shape: FileShape, column: str) -> dict[str, int]:
    return next((words for name, words in shape.words.items() if header_key(name) == header_key(column)), {})


def _is_far(before: int, now: int, share: float) -> bool:
    return bool(before) and abs(now - before) > share * before


def said(dataset: str, change: Change) -> str:
    """A change in a sentence, with what a person can do where a month is refused for it."""
    there = f"{dataset}, {change.files}"
    since = f"since the release of {change.since}"
    column, _, word = change.what.partition(": ")
    match change.kind:
        case "files gone":
            sentence = f"there are no {change.before} {since}"
        case "not looked into":
            sentence = f"the files cannot be looked into {since}: {change.now}"
        case "column gone":
            sentence = f"the column {change.what!r} is {_gone(change)} {since} (it was {change.before})"
        case "column renamed":
            sentence = f"the column {change.what!r} is gone {since}, and {change.now!r} is new: it seems to be renamed"
        case "column new":
            known = ", and is not known here" if change.against == CONTRACT else ""
            sentence = f"the column {change.what!r} is new {since}{known}"
        case "word new":
            known = ", and is not known here" if change.against == CONTRACT else ""
            does = f": {change.unknown}" if change.unknown else ""
            sentence = f"{column!r} has the word {word!r}, which is new {since} ({change.now}){known}{does}"
        case "word gone":
            sentence = f"{column!r} has the word {word!r} no more {since} (before: {change.before})"
        case "files":
            sentence = f"{change.now} files {since}, {change.before} in the drop before"
        case "size":
            sentence = f"{change.now} {since}, {change.before} in the drop before"
        case "records" if change.against == CONTRACT:
            sentence = f"the files have no record {since}"
        case "records":
            sentence = f"{change.now} records {since}, {change.before} in the drop before"
    return visible(f"{there}: {sentence}{_meaning(dataset, change)}")


def _gone(change: Change) -> str:
    return "gone" if change.now == "in no file" else change.now


def _meaning(dataset: str, change: Change) -> str:
    if change.is_refused:
        return (
            "; the reader needs it, and a month that uses this drop will be refused: move the drop out of "
            f"{dataset}/ in the sources to make the month with the one before, until a version here reads it"
        )
    if change.is_needed:
        return "; the reader needs it, and what it says will be lacking in a month that uses this drop"
    return "; no reader needs it" if change.kind.startswith("column") else ""
