"""Keeping the warehouse small: what is deleted, and when its file is written anew.

What belongs here: the order of these, and whether anything is to be done. What does not: which rows go
(`assets.warehouse.pruning`), how a file is written anew (`assets.warehouse.compaction`), the jobs that start it
(`upkeep_jobs`), runs and their logs (`maintenance`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import duckdb

from assets.disk import DiskFullError
from assets.method import KeepMethod, find_profiles, shared_method
from assets.sources.registry import DATASETS
from assets.warehouse.compaction import Space, compact, space_of
from assets.warehouse.database import Warehouse
from assets.warehouse.faults import WarehouseHeldError
from assets.warehouse.pruning import Pruned, is_to_prune, prune
from assets.warehouse.turns import turn
from pipelines.profiles import PROFILES_FOLDER
from pipelines.settings import Settings

MEGABYTE = 1_000_000
Tell = Callable[[str], None]


def keep_of(settings: Settings) -> KeepMethod:
    """What the profiles say of what is kept."""
    return shared_method(find_profiles(settings.profiles, PROFILES_FOLDER)).keep


def maintain(
    settings: Settings, tell: Tell, *, working_months: int | None = None, by_itself: bool = False
) -> Iterator[str]:
    """Delete working rows of all but the newest months, and write the file anew; yields what was done, in sentences. It
    is done as far as these are taken.

    `working_months`: in place of the profile's. `by_itself`: the file is written anew only where the profile's
    `max_free_share` and `compact_from_mb` say so, and stays as it is where it cannot be. Waits for who makes months of
    the warehouse, and tells whom it waits for.
    """
    keep = keep_of(settings)
    warehouse = Warehouse(settings.warehouse, settings.memory_limit, settings.threads, tell)
    with turn(settings.warehouse, "maintenance", tell):
        warehouse.create()
        done = prune(warehouse, working_months or keep.working_months, datasets_of_tables())
        if done.rows:
            yield _in_words(done)
        space = space_of(warehouse)
        if by_itself and not _is_loose(space, keep):
            return
        try:
            before, after = compact(warehouse, settings.bounds.free_disk_bytes)
        except (DiskFullError, WarehouseHeldError) as error:
            if not by_itself:
                raise
            tell(f"{warehouse.path} was not written anew: {error}")
            return
        yield f"{warehouse.path} was written anew: {before / MEGABYTE:.1f} MB before, {after / MEGABYTE:.1f} MB after"


def is_due(settings: Settings) -> bool:
    """Whether maintenance would do anything by itself."""
    path = Path(settings.warehouse)
    if not path.exists():
        return False
    keep = keep_of(settings)
    warehouse = Warehouse(path, settings.memory_limit, settings.threads)
    with warehouse.connect(read_only=True, wait_seconds=0) as connection:
        block, total, free = connection.execute(
            "select block_size, total_blocks, free_blocks from pragma_database_size()"
        ).fetchall()[0]
        try:
            return _is_loose(Space(block * total, block * free), keep) or is_to_prune(
                connection, keep.working_months, datasets_of_tables()
            )
        except (duckdb.CatalogException, duckdb.BinderException):
            # A warehouse of an earlier version, which maintenance brings to this one.
            return True


def datasets_of_tables() -> Mapping[str, Sequence[str]]:
    """Table of drops -> the datasets whose drops fill it."""
    tables = dict.fromkeys(table for dataset in DATASETS for table in dataset.tables)
    return {table: [dataset.name for dataset in DATASETS if table in dataset.tables] for table in tables}


def _is_loose(space: Space, keep: KeepMethod) -> bool:
    """Whether so much of a file is free that it is written anew by itself."""
    return space.free_share > keep.max_free_share and space.total >= keep.compact_from_mb * MEGABYTE


def _in_words(done: Pruned) -> str:
    months = ", ".join(str(month) for month in done.months)
    of_months = f"working rows of {months}" if months else "rows"
    of_drops = (
        f", and rows of {done.drops} drop{'s' if done.drops != 1 else ''} that no kept month uses" if done.drops else ""
    )
    return f"{of_months}{of_drops} were deleted, {done.rows} in all: results, and what identifies a drop, stay"
