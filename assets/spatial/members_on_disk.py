"""Members of groups on the disk: those of all sectors together are more than everything else that a run holds.

What belongs here: writing members as sectors are done, and bringing those that stay together. What does not: who
is a member.
"""

from __future__ import annotations

import itertools
from dataclasses import replace
from pathlib import Path

import polars as pl

from assets.methods.groups.sector_groups import MEMBER_COLUMNS, Found


class MembersOnDisk:
    """The members of sectors' groups, in files of a folder."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self._folder = folder
        self._numbers = itertools.count()

    def put(self, found: Found) -> Found:
        """Write a sector's members; returns the sector without them."""
        if not found.group_members.is_empty():
            found.group_members.write_parquet(self._folder / f"{next(self._numbers):05}.parquet", compression="lz4")
        return replace(found, group_members=found.group_members.clear())

    def together(self, groups: pl.DataFrame) -> Path:
        """One file of the members of these groups."""
        parts = sorted(self._folder.glob("*.parquet"))
        target = self._folder / "members.parquet"
        everyone = pl.scan_parquet(parts) if parts else pl.LazyFrame(schema=MEMBER_COLUMNS)
        everyone.join(groups.lazy().select("group_id"), on="group_id", how="semi").sink_parquet(
            target, compression="lz4"
        )
        return target
