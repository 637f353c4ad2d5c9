"""Bringing a drop to the local disk, with the digest of its bytes, and seeing that these stay.

What belongs here: parts, digests, sizes. What does not: which drop, and what is inside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from assets.sources.bounds import USUAL_BOUNDS, Bounds, in_words, raise_it
from assets.sources.delivery.drops import Drop
from assets.sources.delivery.storage import Stamp, Storage, changed, digest_of_file, sha256_of_parts
from assets.sources.files.kinds import Part
from assets.sources.problems import DropError, Problem
from assets.sources.reading.contract import Delivery


def bring(storage: Storage, drop: Drop, scratch: Path, bounds: Bounds = USUAL_BOUNDS) -> Delivery:
    """The files of a drop, in place where the sources are local, else copied under `scratch`.

    Raises DropError where the drop is past its bound, or has a part that may not be read.
    """
    names = _names(storage, drop)
    size = sum(storage.size(name) for name in names)
    if size > bounds.drop_bytes:
        found, most = f"the drop has {in_words(size)}", f"at most {in_words(bounds.drop_bytes)}"
        remedy = f"Look whether this is the file that is meant; {raise_it('drop_bytes')}"
        raise DropError(Problem(drop.path, found, most, remedy))
    return delivery_of(drop, tuple(Part(storage.bring(name, scratch), name, bounds) for name in names))


def delivery_of(drop: Drop, parts: tuple[Part, ...]) -> Delivery:
    """Files that are on the local disk, as a delivery of the drop. Raises DropError where one changes meanwhile."""
    read = [digest_of_file(part.path, part.name) for part in parts]
    digests = [(part.name.removeprefix(f"{drop.path}/"), digest) for part, (digest, _) in zip(parts, read, strict=True)]
    sha256 = sha256_of_parts(digests) if drop.is_folder else digests[0][1]
    stamps = tuple(stamp for _, stamp in read)
    return Delivery(drop, parts, sha256, sum(stamp.size for stamp in stamps), stamps)


def change_of(storage: Storage, delivery: Delivery) -> DropError | None:
    """What to say of a delivery that is no longer what its digest is of, or None where it is.

    Asked once a reader is done: what it read, it read from files with the stamps that they were digested under.
    """
    for part, stamp in zip(delivery.parts, delivery.stamps, strict=True):
        if not _has_stamp(part, stamp):
            return DropError(changed(part.name))
    if not delivery.drop.is_folder or not storage.is_folder(delivery.drop.path):
        return None
    try:
        names: Sequence[str] = _names(storage, delivery.drop)
    except DropError as error:
        return error
    return None if names == [part.name for part in delivery.parts] else DropError(changed(delivery.drop.path))


def _names(storage: Storage, drop: Drop) -> list[str]:
    return storage.files_under(drop.path) if drop.is_folder else [drop.path]


def _has_stamp(part: Part, stamp: Stamp) -> bool:
    try:
        return Stamp.of(part.path.stat()) == stamp
    except OSError:
        return False
