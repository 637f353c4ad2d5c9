"""Arrays put aside in bins, in memory as far as that is allowed, then on disk.

What belongs here: what several threads add to and one takes from. What does not: what the numbers mean.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]


class Bins:
    """A number of bins of one kind of number.

    `add` may be called by several threads; a bin is taken once, when all is in it.
    """

    def __init__(self, folder: Path, bins: int, kind: npt.DTypeLike, memory_bytes: int) -> None:
        folder.mkdir(parents=True)
        self._paths = [folder / f"{number:05}" for number in range(bins)]
        self._kind = np.dtype(kind)
        self._held: list[list[Array]] = [[] for _ in range(bins)]
        self._allowed_bytes = memory_bytes
        self._locks = [threading.Lock() for _ in range(bins)]
        self._lock = threading.Lock()
        self.spilled_bytes = 0
        """Bytes that went to disk so far."""

    def __len__(self) -> int:
        return len(self._paths)

    def add(self, number: int, values: Array) -> None:
        """Put a copy of the values into a bin."""
        with self._lock:
            fits = values.nbytes <= self._allowed_bytes
            if fits:
                self._allowed_bytes -= values.nbytes
            else:
                self.spilled_bytes += values.nbytes
        with self._locks[number]:
            if fits:
                self._held[number].append(values.copy())
            else:
                with self._paths[number].open("ab") as file:
                    values.tofile(file)

    def take(self, number: int, at_most: int) -> Iterator[Array]:
        """What is in a bin, in no order, at most `at_most` numbers at a time; the bin is empty after it."""
        parts: list[Array] = []
        size = 0
        for part in self._parts(number, at_most):
            for start in range(0, len(part), at_most):
                piece = part[start : start + at_most]
                if size + len(piece) > at_most:
                    yield np.concatenate(parts)
                    parts, size = [], 0
                parts.append(piece)
                size += len(piece)
        if parts:
            yield np.concatenate(parts)

    def _parts(self, number: int, at_most: int) -> Iterator[Array]:
        held = self._held[number]
        while held:
            part = held.pop()
            yield part
            with self._lock:
                self._allowed_bytes += part.nbytes
        path = self._paths[number]
        if path.exists():
            left = path.stat().st_size // self._kind.itemsize
            with path.open("rb") as file:
                while left:
                    part = np.fromfile(file, self._kind, min(left, at_most))
                    left -= len(part)
                    yield part
            path.unlink()
