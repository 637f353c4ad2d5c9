"""Which runs the state of the months rests on: without them the UI would show months as never made, or as whole.

What belongs here: looking that up in the instance. What does not: deleting anything.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

import dagster as dg

from assets.warehouse.kept_pictures import named_in

BATCH = 200


@dataclass(frozen=True)
class Needed:
    """What the history of tables rests on."""

    runs: set[str] = field(default_factory=set)
    """The last run that made a month of a table, and one that has tried to since."""
    pictures: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """Run -> the files of pictures that its materialisations name."""


def look_up(instance: dg.DagsterInstance) -> Needed:
    """Go through the materialisations that the instance knows."""
    found = Needed()
    for key in instance.all_asset_keys():
        months = set()
        for record in _newest_first(instance, key):
            if record.partition_key not in months:
                months.add(record.partition_key)
                found.runs.add(record.run_id)
            if record.asset_materialization is not None:
                for value in record.asset_materialization.metadata.values():
                    if isinstance(value, dg.MarkdownMetadataValue):
                        found.pictures[record.run_id] |= named_in(value.value)
        tried = instance.event_log_storage.get_latest_asset_partition_materialization_attempts_without_materializations(
            key
        )
        found.runs.update(run_id for run_id, _ in tried.values())
    return found


def _newest_first(instance: dg.DagsterInstance, key: dg.AssetKey) -> Iterator[dg.EventLogRecord]:
    cursor = None
    while True:
        page = instance.fetch_materializations(key, limit=BATCH, cursor=cursor)
        yield from page.records
        if not page.has_more:
            return
        cursor = page.cursor
