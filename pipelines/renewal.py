"""Whether anything new has arrived for months that a person asks for, beside what the months before were made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import duckdb

from assets.months import Month, unmakeable
from assets.sources.delivery.storage import SourcesAddressError
from assets.sources.problems import DropError
from assets.sources.readiness import unrenewed
from assets.warehouse.database import Warehouse
from pipelines.readiness import listed
from pipelines.settings import Settings


def nothing_new(settings: Settings, months: Sequence[Month]) -> str | None:
    """Why months are not made without the option that asks for it: nothing new has arrived for some of them. None
    where something has for each, where they were made before, and where the run itself will say what is wrong."""
    made = _made(Warehouse(settings.warehouse, settings.memory_limit, settings.threads))
    try:
        listing = listed(settings)
    except (SourcesAddressError, DropError):
        return None
    found = unrenewed([month for month in months if not unmakeable(month, settings.first_month)], made, listing.drops)
    if not found or listing.problems:  # A drop that cannot be read may well be the month's.
        return None
    named = ", ".join(f"{month} of the drops of {before}" for month, before in found)
    its, them = ("its", "it") if len(found) == 1 else ("their", "them")
    return (
        f"nothing new has arrived in {settings.sources}, which would make {named} again: put {its} drops there, named "
        f"by {its} date, or make {them} all the same with --even-so"
    )


def _made(warehouse: Warehouse) -> Mapping[Month, Mapping[str, date]]:
    """The dates of the drops that each month in the warehouse used; none of a file that is held or cannot be read,
    which the run will say."""
    if not warehouse.path.exists():
        return {}
    try:
        # Who holds the file is waited for by the run, which says so.
        with warehouse.connect(read_only=True, wait_seconds=0) as connection:
            rows = connection.execute("select month, dataset, as_of from sources.drops").fetchall()
    except (ValueError, OSError, duckdb.Error):
        return {}
    made: dict[Month, dict[str, date]] = {}
    for month, dataset, as_of in rows:
        made.setdefault(Month.of(month), {})[dataset] = as_of
    return made
