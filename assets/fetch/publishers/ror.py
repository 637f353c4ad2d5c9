"""ROR: the registry of research organisations, from the newest record of its community at Zenodo."""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path
from typing import Any

from assets.fetch.problems import FetchError
from assets.fetch.releases import Publisher, Release, Visit
from assets.fetch.staging import Staging
from assets.fetch.transport import CHUNK_BYTES
from assets.origins import ORIGINS


def find(visit: Visit) -> Release:
    """The newest record with a ZIP that is not after the month, in the list of the community's records."""
    page = visit.client.page(visit.address)
    hits = (page.json() or {}).get("hits", {}).get("hits") or []
    usable = [
        (dated, hit, file) for hit in hits if (dated := _day(hit)) <= visit.month.last_day and (file := _zip(hit))
    ]
    if not usable:
        raise FetchError(
            f"looked for a record with a ZIP, published up to {visit.month.last_day}, on {page.address}: it gives "
            f"{len(hits)} records, and none is such"
        )
    dated, hit, file = max(usable, key=lambda found: found[0])
    metadata = hit.get("metadata") or {}
    parts = {"file": str(file["key"]), "address": str(file["links"]["self"]), "checksum": str(file.get("checksum", ""))}
    return Release(f"ROR {metadata.get('version') or hit.get('id')}", dated, parts=parts)


def bring(visit: Visit, release: Release, staging: Staging) -> None:
    """The ZIP, held against the checksum that Zenodo gives of it."""
    file = staging.bring(visit.client, release.parts["address"], release.parts["file"])
    kind, _, wanted = release.parts["checksum"].partition(":")
    if kind == "md5" and wanted and (found := _md5(staging.drop / file.name)) != wanted:
        staging.start_anew()
        raise FetchError(f"{file.address} has the MD5 {found}, and its record says {wanted}: fetch again")


def _day(hit: dict[str, Any]) -> date:
    try:
        return date.fromisoformat(str((hit.get("metadata") or {}).get("publication_date")))
    except ValueError:
        return date.max


def _zip(hit: dict[str, Any]) -> dict[str, Any] | None:
    files = [file for file in hit.get("files") or [] if str(file.get("key", "")).endswith(".zip")]
    return files[-1] if files else None


def _md5(path: Path) -> str:
    digest = hashlib.md5(usedforsecurity=False)
    with path.open("rb") as stream:
        while chunk := stream.read(CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()


ROR = Publisher(
    dataset="ror",
    origin=ORIGINS["ror"],
    address="https://zenodo.org/api/communities/ror-data/records?q=&sort=newest",
    every_days=31,
    find=find,
    bring=bring,
)
