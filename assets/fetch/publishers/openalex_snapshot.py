"""OpenAlex's snapshot over HTTP: works and institutions by the day that they were last changed on.

A folder `jsonl/` or `parquet/` at the address, in it one for each entity with a `manifest.json` that lists its files. A
drop holds all partitions: those that an earlier drop has are taken from there, and only newer ones are fetched. A work
that changed since stands in a newer partition too, and the reader takes the newer one. The manifests of a drop list
what is in it. What belongs here: the snapshot. What does not: the API (`publications`).
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from assets.fetch.downloads import Fetched
from assets.fetch.problems import FetchError, FetchPausedError
from assets.fetch.releases import Release, Visit
from assets.fetch.staging import Staging

ADDRESS = "https://openalex.s3.amazonaws.com/data"
"""The public bucket `s3://openalex/data`, over HTTP."""
ENTITIES = ("institutions", "works")
DELETED = ("works/deleted_ids.csv.gz", "works/deleted_ids.csv")
"""Where the list of works that are no more has been, below the format's folder."""
FILE = r"{form}/{entity}/updated_date=(\d{{4}}-\d\d-\d\d)/[^/]+$"
SEND_WORD = "it is being changed, or is damaged: fetch again later"


@dataclass(frozen=True)
class _Part:
    """A file of records."""

    name: str
    """In the drop: with the folders of its format, entity and day."""
    day: str
    listed: dict[str, Any]
    """How a manifest lists it."""

    @property
    def bytes(self) -> int:
        return int(self.listed["meta"]["content_length"])

    @property
    def records(self) -> int:
        return int(self.listed["meta"]["record_count"])


def find_snapshot(visit: Visit, form: str, address: str) -> Release:
    """The snapshot that is there now, by the manifest of its works. `form` is jsonl or parquet."""
    where = f"{address}/{form}/works/manifest.json"
    said = _manifest(visit, where)
    try:
        dated = date.fromisoformat(str(said.get("date"))[:10])
    except ValueError:
        raise FetchError(f"{where} does not say of which day it is (date: {said.get('date')!r})") from None
    return Release(f"OpenAlex snapshot of {dated} ({form})", dated, parts={"form": form, "address": address})


def bring_snapshot(visit: Visit, release: Release, staging: Staging) -> None:
    """All partitions of institutions and works, the list of deleted works, and a manifest of what is there."""
    form, address = release.parts["form"], release.parts["address"]
    for entity in ENTITIES:
        where = f"{address}/{form}/{entity}/manifest.json"
        said = _manifest(visit, where)
        listed = _parts(where, said, form, entity)
        earlier = _earlier(staging, release, form, entity)
        newest = max((part.day for part in earlier), default="")
        new = [part for part in listed if part.day > newest]
        for part in earlier:
            staging.bring_or_link(visit.client, f"{address}/{part.name}", part.name)
        for number, part in enumerate(new, start=1):
            visit.client.progress(f"{entity}: file {number} of {len(new)}")
            _bring(visit, staging, f"{address}/{part.name}", part, where)
        _keep_manifest(staging, where, f"{form}/{entity}/manifest.json", said, [*earlier, *new])
    _bring_deleted(visit, staging, f"{address}/{form}", form)


def _bring(visit: Visit, staging: Staging, address: str, part: _Part, where: str) -> None:
    file = staging.bring(visit.client, address, part.name)
    if file.bytes != part.bytes:
        staging.drop_file(part.name)
        raise FetchError(f"{address} has {file.bytes:,} bytes, and {where} says {part.bytes:,}: {SEND_WORD}")


def _bring_deleted(visit: Visit, staging: Staging, address: str, form: str) -> None:
    """The list of deleted works; where there is none, that is said and the drop is whole without."""
    for name in DELETED:
        try:
            staging.bring(visit.client, f"{address}/{name}", f"{form}/{name}")
        except FetchPausedError:
            raise
        except FetchError:
            continue
        return
    visit.client.tell(f"{address} has no list of deleted works ({' or '.join(DELETED)}): none is taken out")


def _manifest(visit: Visit, where: str) -> dict[str, Any]:
    found = visit.client.page(where).json()
    if not isinstance(found, dict) or not isinstance(found.get("files"), list):
        raise FetchError(f"{where} is no manifest: looked for an object with a list `files`")
    return found


def _parts(where: str, said: dict[str, Any], form: str, entity: str) -> list[_Part]:
    """The files that a manifest lists. Raises FetchError where they are not what it says of them together."""
    place = re.compile(FILE.format(form=form, entity=entity))
    parts = []
    for listed in said["files"]:
        found = place.search(str(listed.get("url"))) if isinstance(listed, dict) else None
        if found is None:
            raise FetchError(f"{where} lists a file that is not of {form}/{entity}/updated_date=...: {listed!r}")
        part = _Part(found[0], found[1], listed)
        try:
            _ = part.bytes, part.records
        except (KeyError, TypeError, ValueError):
            raise FetchError(f"{where} does not say how large {part.name} is (meta: {listed.get('meta')!r})") from None
        parts.append(part)
    if not parts:
        raise FetchError(f"{where} lists no file")
    for total, of_parts in (
        (said.get("record_count"), sum(part.records for part in parts)),
        (said.get("content_length"), sum(part.bytes for part in parts)),
    ):
        if total is not None and int(total) != of_parts:
            raise FetchError(
                f"{where} says {int(total):,} in all, and the {len(parts)} files that it lists have {of_parts:,}: a "
                f"part is missing; {SEND_WORD}"
            )
    return sorted(parts, key=lambda part: (part.day, part.name))


def _earlier(staging: Staging, release: Release, form: str, entity: str) -> list[_Part]:
    """The files of an entity in the newest drop of an earlier snapshot that has them all; none where there is none."""
    place = re.compile(FILE.format(form=form, entity=entity))
    for folder, known in staging.earlier_drops():
        if not known.dated or not release.dated or known.dated >= str(release.dated):
            continue
        listed = _listed(folder / form / entity / "manifest.json")
        parts = [
            _Part(file.name, found[1], listed[file.name])
            for file in known.files
            if (found := place.fullmatch(file.name)) and file.name in listed
        ]
        if parts and len(parts) == len(listed) and all(_is_there(folder / part.name, part.bytes) for part in parts):
            return parts
    return []


def _is_there(path: Path, size: int) -> bool:
    return path.is_file() and path.stat().st_size == size


def _listed(manifest: Path) -> dict[str, dict[str, Any]]:
    """What the manifest of a drop says of each of its files, by the file's name."""
    try:
        files = json.loads(manifest.read_text(encoding="utf-8"))["files"]
        return {"/".join(file["url"].split("/")[-4:]): file for file in files}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def _keep_manifest(staging: Staging, where: str, name: str, said: dict[str, Any], parts: Sequence[_Part]) -> None:
    content = {
        **said,
        "record_count": sum(part.records for part in parts),
        "content_length": sum(part.bytes for part in parts),
        "files": [part.listed for part in parts],
    }
    body = json.dumps(content, indent=1).encode()
    staging.write(name, body)
    at = datetime.now(UTC).isoformat(timespec="seconds")
    staging.keep(Fetched(name, where, len(body), hashlib.sha256(body).hexdigest(), at, {}))
