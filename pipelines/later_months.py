"""The months that follow from one that was made: clusters keep their identity through them, so they are made again.

What belongs here: which months these are under some settings, and what of each stands in the warehouse. What does not:
what a month follows from (`assets.warehouse.following`), running it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from assets.method import MethodProfile, find_profiles
from assets.months import Month
from assets.sources.steps import TABLES as TAKEN_IN
from assets.warehouse.database import Warehouse
from assets.warehouse.following import is_out_of_date, later_months, profiles_there, steps_there
from assets.warehouse.presence import drops_without_rows
from assets.warehouse.steps import Step
from pipelines.profiles import PROFILES_FOLDER
from pipelines.settings import Settings

PUBLISHED = ("publication.source_files", "publication.files")
"""What is made of a month that is published, whatever of it stood there: a release tells where its figures are from."""


@dataclass(frozen=True)
class LaterMonth:
    """A month made before one that it looks back at was made as it is now."""

    month: Month
    tables: tuple[str, ...]
    """What was made of the month, and is to be made again where it is not the same. No drops are taken in, but where
    the rows of some were deleted for the month's age."""
    hindrance: str = ""
    """Why it cannot be made again from here, as a sentence; empty where it can."""


def months_to_follow(settings: Settings, steps: Sequence[Step], made: Sequence[Month]) -> Iterator[LaterMonth]:
    """The months after those made that are out of date, in order; each is looked for once the one before is dealt with.

    None where a month that was made is not whole itself: what of it was not selected is to be made first.
    """
    warehouse = Warehouse(settings.warehouse, settings.memory_limit, settings.threads)
    profiles = find_profiles(settings.profiles, PROFILES_FOLDER)
    last = max(made)
    while True:
        with warehouse.connect(read_only=True) as connection:
            months = later_months(connection, last)
        if not months:
            return
        last = months[0]
        if found := _out_of_date(warehouse, steps, last, profiles):
            yield found


def is_unfinished(settings: Settings, steps: Sequence[Step], month: Month) -> bool:
    """Whether what stands there of a month does not follow from the rest of it: a part was made by itself."""
    profiles = find_profiles(settings.profiles, PROFILES_FOLDER)
    warehouse = Warehouse(settings.warehouse, settings.memory_limit, settings.threads)
    with warehouse.connect(read_only=True) as connection:
        return is_out_of_date(connection, steps_there(connection, steps, month), month, profiles)


def _out_of_date(
    warehouse: Warehouse, steps: Sequence[Step], month: Month, profiles: Sequence[MethodProfile]
) -> LaterMonth | None:
    with warehouse.connect(read_only=True) as connection:
        there = steps_there(connection, steps, month)
        if not is_out_of_date(connection, there, month, profiles):
            return None
        takes_in = drops_without_rows(connection, month)
        made_with, given = profiles_there(connection, there, month), {profile.name for profile in profiles}
        published = connection.execute(
            "select 1 from publication.files where month = $month limit 1", {"month": month.first_day}
        ).fetchone()
    tables = [table for step in there for table in step.tables if table not in TAKEN_IN]
    if takes_in:
        tables = [*TAKEN_IN, *tables]
    hindrance = ""
    if made_with and made_with != given:
        hindrance = (
            f"it was made with the profiles {', '.join(sorted(made_with))}, this with {', '.join(sorted(given))}"
        )
    return LaterMonth(month, (*tables, *(PUBLISHED if published else ())), hindrance)
