"""How much of the sources may be taken in, and from where: what protects the machine from a drop.

What belongs here: the bounds, and the name of the setting that moves each. What does not: reading the settings
(`pipelines/settings.py`), holding a drop to them (`storage`, `unpacking`, `files`, `spreadsheets`, `readings`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from assets.warehouse.memory import DEFAULT_LIMIT, parse_bytes

GIGABYTE = 1_000_000_000


@dataclass(frozen=True, kw_only=True)
class Bounds:
    """Bounds of one machine. Sizes are in bytes."""

    linked: tuple[str, ...] = ()
    """Folders outside the sources that links in them may lead to."""
    drop_bytes: int = 2000 * GIGABYTE
    """Of a drop as it lies: the largest, a snapshot of OpenAlex, has some 500 GB."""
    unpacked_bytes: int = 64 * GIGABYTE
    """Of what a packed file, or all packed files of a drop that go to the disk, unpack to: the register of companies at
    full size has 3 GB, a postcode directory 2 GB."""
    unpacked_ratio: int = 200
    """Of unpacked to packed bytes: tables pack to a fifth, monotonous ones to a hundredth, a bomb to a thousandth."""
    ratio_from_bytes: int = 100_000_000
    """Unpacked bytes from which the ratio is looked at: what is smaller harms nothing."""
    whole_bytes: int = GIGABYTE
    """Of a file that is held in memory whole: a workbook, unpacked, or one JSON or geography file."""
    sheet_cells: int = 50_000_000
    """Of the rectangle that a sheet's cells span, at 32 bytes each: a full sheet of 47 columns."""
    line_bytes: int = 64_000_000
    """Of a line of text: the longest of OpenAlex have some 10 MB."""
    free_disk_bytes: int = GIGABYTE
    """What is left free on the disk where files are unpacked and brought to."""
    reader_bytes: int = parse_bytes(DEFAULT_LIMIT)
    """Of memory, for a reader in a process of its own: that of the whole process."""


USUAL_BOUNDS = Bounds()
SETTINGS: Mapping[str, str] = {
    "linked": "INNOVATION_CLUSTERS_LINKED_SOURCES",
    "drop_bytes": "INNOVATION_CLUSTERS_MAX_DROP",
    "unpacked_bytes": "INNOVATION_CLUSTERS_MAX_UNPACKED",
    "unpacked_ratio": "INNOVATION_CLUSTERS_MAX_UNPACKED_RATIO",
    "whole_bytes": "INNOVATION_CLUSTERS_MAX_WHOLE_FILE",
    "sheet_cells": "INNOVATION_CLUSTERS_MAX_SHEET_CELLS",
    "line_bytes": "INNOVATION_CLUSTERS_MAX_LINE",
    "free_disk_bytes": "INNOVATION_CLUSTERS_MIN_FREE_DISK",
}
"""The environment variable of each bound that has one of its own; a reader's memory is that of the whole process."""


def in_words(size: int) -> str:
    """A size for a message: `512 bytes`, `3.2 MB`, `64 GB`."""
    for power, unit in ((4, "TB"), (3, "GB"), (2, "MB"), (1, "kB")):
        if size >= 1000**power:
            return f"{size / 1000**power:.1f}".removesuffix(".0") + f" {unit}"
    return f"{size} bytes"


def raise_it(bound: str) -> str:
    """What a person can do who knows that the drop is right: the setting to raise, as the end of a remedy."""
    return f"or, where the file is right, raise {SETTINGS[bound]}"
