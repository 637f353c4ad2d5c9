"""The files of a drop of OpenAlex: which hold records, of what and of which day, and what the manifests say of them.

Both layouts: `jsonl/works/updated_date=2026-06-24/part_0000.gz` (and `parquet/`, a copy of the same) with a
`manifest.json` for each entity and one above, and the older `data/works/updated_date=2025-05-01/part_000.gz` with
`data/works/manifest`. Files without such folders are records of whatever they hold. What belongs here: names, days,
sizes. What does not: what stands in a record (`openalex_records`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import PurePosixPath
from typing import Any

from assets.sources.files.kinds import SEND_AGAIN, Part, json_content
from assets.sources.problems import DropError, Problem
from assets.sources.reading.contract import Delivery

READ = ("works", "institutions")
OTHERS = frozenset(
    {"authors", "sources", "publishers", "funders", "awards", "keywords", "concepts"}
    | {"topics", "subfields", "fields", "domains", "continents", "countries", "languages", "licenses", "sdgs"}
    | {"institution-types", "source-types", "work-types"}
)
"""Folders of a snapshot whose records nothing here needs."""
PARTITION = re.compile(r"^updated_date=(\d{4}-\d{2}-\d{2})$", re.IGNORECASE)
MANIFEST = re.compile(r"(^|/)manifest(\.json)?$", re.IGNORECASE)
NOTES = re.compile(r"(^|/)(release_notes\.txt|readme[^/]*)$", re.IGNORECASE)
DELETED = re.compile(r"(^|/)deleted_ids\.csv(\.gz)?$", re.IGNORECASE)
MERGED = re.compile(r"(^|/)merged_ids/([a-z-]+)/[^/]+\.csv(\.gz)?$", re.IGNORECASE)
FETCH_AGAIN = "Fetch the snapshot's folder again, whole, and leave no file of an earlier one in it"


@dataclass(frozen=True)
class RecordFile:
    """A file of records."""

    part: Part
    partition: date | None
    """The day that its records were last changed on, where its folder says so."""


@dataclass(frozen=True)
class Manifest:
    """What a manifest says of the files of the drop."""

    name: str
    records: Mapping[str, int]
    """Of each file that it lists, by the file's name."""
    total: int | None
    """Of all files that it is about."""
    about: tuple[str, ...]
    """Their names."""


@dataclass(frozen=True)
class Snapshot:
    """The files of a drop by what they are."""

    records: tuple[RecordFile, ...]
    deleted: tuple[Part, ...]
    """Lists of works that are no more."""
    merged: tuple[tuple[str, Part], ...]
    """Lists of ids that were merged into others, each with what they are of."""
    manifests: tuple[Manifest, ...]
    passed_over: Mapping[str, int] = field(default_factory=dict)
    """Files that are not read, by what they are."""


def snapshot_of(delivery: Delivery) -> Snapshot:
    """What the files of a drop are; raises DropError where a file that a manifest lists is not there or not whole."""
    manifests = [part for part in delivery.parts if MANIFEST.search(part.name)]
    records: list[tuple[str, RecordFile]] = []
    deleted: list[Part] = []
    merged: list[tuple[str, Part]] = []
    passed_over: Counter[str] = Counter()
    for part in delivery.parts:
        inside = _inside(part, delivery)
        match = MERGED.search(inside)
        if MANIFEST.search(inside) or NOTES.search(inside):
            continue
        if match:
            merged.append((match[2].lower(), part))
        elif DELETED.search(inside):
            deleted.append(part)
        else:
            entity, partition = _place(inside)
            if entity in OTHERS:
                passed_over[f"files of {entity}"] += 1
            else:
                records.append((entity, RecordFile(part, partition)))
    whole = tuple(_manifest(part, delivery) for part in manifests if _place(_inside(part, delivery))[0] not in OTHERS)
    chosen = _of_one_format(records, passed_over)
    return Snapshot(tuple(chosen), tuple(deleted), tuple(merged), whole, dict(passed_over))


def check_counts(manifests: Sequence[Manifest], found: Mapping[str, int]) -> None:
    """Raise DropError where files have other numbers of records than their manifests say.

    `found` has the records of each file that was read, by its name.
    """
    for manifest in manifests:
        for name, stated in manifest.records.items():
            if name in found and found[name] != stated:
                says = f"it has {found[name]:,} records, and {manifest.name} says {stated:,}"
                raise DropError(Problem(name, says, "all records of the file", FETCH_AGAIN))
        read = [name for name in manifest.about if name in found]
        together = sum(found[name] for name in read)
        if manifest.total is not None and len(read) == len(manifest.about) and together != manifest.total:
            says = f"it says {manifest.total:,} records, and its {len(read)} files have {together:,}"
            part = "a part is missing, or is of another snapshot"
            raise DropError(Problem(manifest.name, f"{says}: {part}", "as many records as it says", FETCH_AGAIN))


def _inside(part: Part, delivery: Delivery) -> str:
    return part.name.removeprefix(f"{delivery.drop.path}/")


def _place(inside: str) -> tuple[str, date | None]:
    """Of a file what its records are of, empty where its folders do not say, and of which day they are."""
    folders = PurePosixPath(inside.lower()).parts[:-1]
    entity = next((folder for folder in folders if folder in OTHERS or folder in READ), "")
    found = [match[1] for folder in folders if (match := PARTITION.match(folder))]
    try:
        return entity, date.fromisoformat(found[-1]) if found else None
    except ValueError:
        return entity, None


def _of_one_format(records: Sequence[tuple[str, RecordFile]], passed_over: Counter[str]) -> list[RecordFile]:
    """The files to read: where there are folders of both formats, which are copies of each other, those in Parquet."""
    both = {
        entity
        for entity in READ
        if {file.part.kind == "parquet" for of, file in records if of == entity and file.partition} == {True, False}
    }
    chosen = []
    for entity, file in records:
        if entity in both and file.part.kind != "parquet" and file.partition:
            passed_over[f"files of {entity} that stand there in Parquet too"] += 1
        else:
            chosen.append(file)
    return chosen


def _manifest(part: Part, delivery: Delivery) -> Manifest:
    content = json_content(part)
    content = content if isinstance(content, dict) else {}
    listed = [entry for entry in content.get("files") or content.get("entries") or [] if isinstance(entry, dict)]
    folder = part.name.rpartition("/")[0]
    here = {
        _stem(other.name.removeprefix(f"{folder}/")): other
        for other in delivery.parts
        if other.name.startswith(f"{folder}/") and _is_record_file(_inside(other, delivery))
    }
    entities = {_place(_inside(other, delivery))[0] for other in here.values()}
    is_of_one = not any(PurePosixPath(stem).parts[0] in {*READ, *OTHERS} for stem in here)
    files = _listed_files(part, listed, here, entities, is_of_one)
    if is_of_one and listed:
        _refuse_unlisted(part, here, files)
    total = _number(content, "record_count") if is_of_one else None
    return Manifest(
        part.name,
        {name: stated for name, entry in files.items() if (stated := _number(entry, "record_count")) is not None},
        total,
        tuple(other.name for other in here.values()),
    )


def _listed_files(
    part: Part, listed: Sequence[Mapping[str, Any]], here: Mapping[str, Part], entities: set[str], is_of_one: bool
) -> dict[str, Mapping[str, Any]]:
    """What a manifest says of each file that it lists and that is needed; raises DropError where one is not whole."""
    files: dict[str, Mapping[str, Any]] = {}
    absent: list[str] = []
    for entry in listed:
        url = str(entry.get("url", ""))
        names = PurePosixPath(url).parts
        tails = [_stem("/".join(names[-length:])) for length in range(min(len(names), 4), 0, -1)]
        found = next((here[tail] for tail in tails if tail in here), None)
        if found is not None:
            _check_size(part, found, url, entry)
            files[found.name] = entry
        elif is_of_one or entities & {name.lower() for name in names}:
            absent.append("/".join(names[-3:]))
    if absent:
        many = (
            f"{len(absent)} of the {len(listed)} files that it lists are" if len(absent) > 1 else "a part is missing:"
        )
        first = f" not in the drop, the first {absent[0]}" if len(absent) > 1 else f" {absent[0]} is not in the drop"
        raise DropError(Problem(part.name, many + first, "every file that the manifest lists", FETCH_AGAIN))
    return files


def _check_size(manifest: Part, part: Part, url: str, entry: Mapping[str, Any]) -> None:
    stated, size = _number(entry, "content_length"), part.path.stat().st_size
    # A file that was unpacked, or packed, since it was fetched has another size.
    if stated is not None and stated != size and PurePosixPath(url).suffix == PurePosixPath(part.name).suffix:
        found = f"the file has {size:,} bytes, and {manifest.name} says {stated:,}"
        raise DropError(Problem(part.name, found, "the whole file", SEND_AGAIN))


def _refuse_unlisted(manifest: Part, here: Mapping[str, Part], files: Mapping[str, Any]) -> None:
    unlisted = [other.name for other in here.values() if other.name not in files]
    if unlisted:
        found = f"{manifest.name} does not list the file: it may be left from an earlier snapshot"
        raise DropError(Problem(unlisted[0], found, "the files of one snapshot", FETCH_AGAIN))


def _is_record_file(inside: str) -> bool:
    return not any(pattern.search(inside) for pattern in (MANIFEST, NOTES, DELETED, MERGED))


def _stem(place: str) -> str:
    """Where a file stands, without its extensions: `.gz` may have become `.jsonl.gz` since it was fetched."""
    folder, slash, name = place.rpartition("/")
    return folder.lower() + slash + name.lower().partition(".")[0]


def _number(entry: Mapping[str, Any], name: str) -> int | None:
    """A number that a manifest states, at its place or under `meta`."""
    meta = entry.get("meta")
    stated = entry.get(name, meta.get(name) if isinstance(meta, dict) else None)
    return stated if isinstance(stated, int) and not isinstance(stated, bool) else None
