"""What processes that are gone left beside the warehouse: it may hold texts and rows.

What belongs here: the names of such things, finding and deleting them. What does not: how a folder shows that its
process lives (`assets/scratch.py`).
"""

from __future__ import annotations

from pathlib import Path

from assets.scratch import delete_dead, folders_left

STEP = "step-"
"""Folders in which steps keep what they read of drops."""
MAKING = "making-"
"""Folders in which a new warehouse is made."""
SPILLED = "duckdb_temp_*"
"""Files that DuckDB puts what memory does not hold in."""


def left_beside(path: Path) -> list[Path]:
    """Folders that stand beside the warehouse's file and are no live process's; changes nothing."""
    return [folder for prefix in (STEP, MAKING) for folder in folders_left(path.parent, prefix)]


def delete_left_beside(path: Path) -> None:
    """Delete the folders beside the warehouse's file whose processes are gone."""
    for prefix in (STEP, MAKING):
        delete_dead(path.parent, prefix)


def spilled(path: Path) -> list[Path]:
    """Files that DuckDB has spilled to, of processes that live or are gone."""
    return sorted(spill_folder(path).glob(SPILLED))


def spill_folder(path: Path) -> Path:
    """The folder beside the file that DuckDB spills to."""
    return path.with_name(f"{path.name}.tmp")


def delete_spilled(path: Path) -> None:
    """Delete what DuckDB has spilled; only for a process that holds the file for writing, and no other then can."""
    for file in spilled(path):
        file.unlink(missing_ok=True)
