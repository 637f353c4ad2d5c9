"""What `doctor` says of months that are made and wait for a person's approval."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from assets.warehouse.database import Warehouse
from assets.warehouse.faults import WarehouseError
from pipelines.approving import what_waits
from pipelines.finding import Finding
from pipelines.settings import Settings


def approval_findings(settings: Settings) -> Iterator[Finding]:
    """A note for each month that waits; what is wrong with the warehouse itself is found elsewhere."""
    if not Path(settings.warehouse).is_file():
        return
    try:
        # Nobody is waited for: who holds the file is said elsewhere.
        with Warehouse(settings.warehouse).connect(read_only=True, wait_seconds=0):
            yield from [Finding("note", "approval", sentence) for sentence in what_waits(settings)]
    except WarehouseError:
        return
