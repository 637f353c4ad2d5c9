"""How far files may unpack: bytes counted as they come, whatever an archive says of itself.

What belongs here: the counting, and what is said past a bound. What does not: the formats of archives (`files`).
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from assets.disk import DiskFullError
from assets.sources.bounds import SETTINGS, Bounds, in_words, raise_it
from assets.sources.problems import DropError, Problem

LOOK_EVERY_BYTES = 64 << 20
"""Written between two looks at what is free on the disk."""


@dataclass
class Unpacking:
    """What has been unpacked of the packed files of a drop so far."""

    bounds: Bounds
    total: int = 0

    def counted(self, chunks: Iterable[bytes], name: str, packed_bytes: int) -> Iterator[bytes]:
        """The chunks that a packed file of so many bytes unpacks to; raises DropError where they pass a bound."""
        done = 0
        for chunk in chunks:
            done += len(chunk)
            self.total += len(chunk)
            if self.total > self.bounds.unpacked_bytes:
                found = f"it unpacks to more than {in_words(self.bounds.unpacked_bytes)}"
                raise DropError(_too_large(name, found, in_words(self.bounds.unpacked_bytes), "unpacked_bytes"))
            if done > self.bounds.ratio_from_bytes and done > self.bounds.unpacked_ratio * packed_bytes:
                found = f"{in_words(packed_bytes)} unpack to {in_words(done)} and more"
                most = f"{self.bounds.unpacked_ratio} times their size"
                raise DropError(_too_large(name, found, most, "unpacked_ratio"))
            yield chunk

    def write(self, chunks: Iterable[bytes], target: Path, name: str, packed_bytes: int) -> None:
        """Write the chunks that a packed file unpacks to; raises DiskFullError where they leave too little room."""
        looked_at: int | None = None
        with target.open("wb") as plain:
            for chunk in self.counted(chunks, name, packed_bytes):
                if looked_at is None or self.total - looked_at > LOOK_EVERY_BYTES:
                    looked_at = self.total
                    self._require_room(target.parent, name)
                plain.write(chunk)

    def _require_room(self, folder: Path, name: str) -> None:
        if shutil.disk_usage(folder).free < self.bounds.free_disk_bytes:
            least = f"{SETTINGS['free_disk_bytes']} keeps {in_words(self.bounds.free_disk_bytes)} free"
            raise DiskFullError(folder, f"{name} was unpacked ({least})")


def chunks_of(read: Callable[[int], bytes], size: int) -> Iterator[bytes]:
    """What a stream's `read` gives, so many bytes at a time."""
    while chunk := read(size):
        yield chunk


def _too_large(name: str, found: str, most: str, bound: str) -> Problem:
    remedy = f"Look whether this is the file that is meant, for it may be made to fill the disk; {raise_it(bound)}"
    return Problem(name, found, f"at most {most}", remedy)
