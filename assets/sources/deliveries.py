"""Bringing a drop to the local disk, with the digest of its bytes.

What belongs here: parts, digests, sizes. What does not: which drop, and what is inside it.
"""

from __future__ import annotations

from pathlib import Path

from assets.sources.drops import Drop
from assets.sources.files import Part
from assets.sources.reading import Delivery
from assets.sources.storage import Storage, sha256_of_file, sha256_of_parts


def bring(storage: Storage, drop: Drop, scratch: Path) -> Delivery:
    """The files of a drop, in place where the sources are local, else copied under `scratch`."""
    names = storage.files_under(drop.path) if drop.is_folder else [drop.path]
    parts = tuple(
        Part(storage.bring(name, scratch), name) for name in names if not Path(name).name.startswith((".", "_"))
    )
    return delivery_of(drop, parts)


def delivery_of(drop: Drop, parts: tuple[Part, ...]) -> Delivery:
    """Files that are on the local disk, as a delivery of the drop."""
    digests = [(part.name.removeprefix(f"{drop.path}/"), sha256_of_file(part.path)) for part in parts]
    sha256 = sha256_of_parts(digests) if drop.is_folder else digests[0][1]
    return Delivery(drop, parts, sha256, sum(part.path.stat().st_size for part in parts))
