"""A file put together from the pages of a service, that goes on where it stopped.

What belongs here: adding pages to a file and remembering how far it is. What does not: what a page is (`publishers`).
Each page is added and then remembered: what a process added and could not remember any more is cut off at the next
start.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from assets.disk import full_disk_said
from assets.fetch.downloads import Fetched
from assets.fetch.staging import Staging, plain_name
from assets.fetch.transport import CHUNK_BYTES, Page
from assets.synthetic import HEADER


class Growing:
    """A file of a drop that grows page by page; `place` is where its pages are, as the publisher's module keeps it."""

    def __init__(self, held: Staging, name: str) -> None:
        self.held, self.name = held, name
        self.path = held.drop / plain_name(name)
        known = held.cursor.get(name, {})
        self.size: int = known.get("size", 0)
        self.place: dict[str, Any] = known.get("place", {})
        if any(file.name == name for file in held.files):
            return
        with self.path.open("ab") as stream:
            stream.truncate(self.size)

    @property
    def is_whole(self) -> bool:
        """Whether all of its pages are there."""
        return any(file.name == self.name for file in self.held.files)

    def add(self, body: bytes, place: Mapping[str, Any]) -> None:
        """Add a page, and remember that the next is at `place`."""
        with full_disk_said(self.held.drop, f"{self.name} was fetched"), self.path.open("ab") as stream:
            stream.write(body)
        self.size += len(body)
        self.place = dict(place)
        self.held.keep(cursor={**self.held.cursor, self.name: {"size": self.size, "place": self.place}})

    def end(self, page: Page, address: str) -> None:
        """All pages are there: `page` is the last of them, `address` what the first was asked for at."""
        digest = hashlib.sha256()
        with self.path.open("rb") as stream:
            while chunk := stream.read(CHUNK_BYTES):
                digest.update(chunk)
        at = datetime.now(UTC).isoformat(timespec="seconds")
        headers = {name: page.headers[name] for name in ("date", "content-type", HEADER) if name in page.headers}
        self.held.keep(Fetched(self.name, address, self.size, digest.hexdigest(), at, headers))


def lines(objects: Iterable[Any]) -> bytes:
    """Objects as JSON, one a line."""
    return "".join(f"{json.dumps(item, ensure_ascii=False, separators=(',', ':'))}\n" for item in objects).encode()
