"""A history of many months out of one that was made, and how long an asset's page takes over it.

    python -m tools.long_history --home demo/dagster_home --out /tmp/long --months 120

Copies the history, and writes the newest run of it again as the run of each month before, event for event. Then it
shows the history in Dagster's UI and opens pages of assets in a headless browser: from the click of a person until the
last materialisation stands on the page. Writes Markdown. The times are the machine's; the bytes are not.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg
from dagster._serdes import deserialize_value, serialize_value

from assets.manners import begin, existing_folder, whole_given
from assets.months import Month
from assets.warehouse.dagster_assets import PARTITION_TAG
from pipelines.held_storage import instance_of
from tests.publication.browser import DESKTOP, browser

PAGES = ("typology/innovation_clusters", "organisations/sites", "publication/files", "sources/drops")
LOADS = 5
MONTH_SECONDS = 30 * 24 * 3600
PROGRAM = Path(sys.executable).with_name("innovation-clusters")


def bytes_in(folder: Path) -> int:
    """What the files of a folder take."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def lengthen(home: Path, months: int) -> None:
    """Add to a history the months before its first, each as its newest run is."""
    with instance_of(home) as instance:
        (newest,) = instance.get_runs(
            dg.RunsFilter(statuses=[dg.DagsterRunStatus.SUCCESS], job_name="monthly_refresh"), limit=1
        )
        made = {run.tags.get(PARTITION_TAG, "") for run in instance.get_runs()} - {""}
        events = [serialize_value(entry) for entry in instance.all_logs(newest.run_id)]
        month, first = newest.tags[PARTITION_TAG], Month.parse(min(made))
        for back in range(months - len(made), 0, -1):
            run_id, other = str(uuid.uuid4()), str(first.plus(-back))
            changed = serialize_value(newest).replace(newest.run_id, run_id).replace(f'"{month}"', f'"{other}"')
            instance.run_storage.add_run(deserialize_value(changed, dg.DagsterRun))
            for event in events:
                of_month = event.replace(newest.run_id, run_id).replace(f'"{month}"', f'"{other}"')
                entry = deserialize_value(of_month, dg.EventLogEntry)
                instance.event_log_storage.store_event(entry._replace(timestamp=entry.timestamp - back * MONTH_SECONDS))


@contextmanager
def shown(folder: Path) -> Iterator[str]:
    """The address of the UI over `dagster_home` in a folder."""
    process = subprocess.Popen(
        [PROGRAM, "ui", "--port=0", "--read-only"], cwd=folder, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        yield process.stdout.readline().split()[1]
    finally:
        process.terminate()
        process.wait()


def seconds_to_show(address: str, pages: tuple[str, ...], loads: int) -> dict[str, float]:
    """The median time until an asset's page shows its last materialisation, by asset."""
    times: dict[str, list[float]] = {page: [] for page in pages}
    with browser() as chromium:
        tab = chromium.new_page(viewport=DESKTOP)
        tab.goto(address, wait_until="networkidle")
        for _ in range(loads):
            for page in pages:
                started = time.monotonic()
                tab.goto(f"{address}/assets/{page}?view=overview")
                tab.get_by_text("peak memory (MB)").first.wait_for(timeout=120_000)
                times[page].append(time.monotonic() - started)
    return {page: statistics.median(found) for page, found in times.items()}


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--home", type=existing_folder, required=True, help="a DAGSTER_HOME with a run of every table")
    parser.add_argument("--out", type=Path, required=True, help="folder to make the long history in")
    parser.add_argument("--months", type=whole_given, default=120)
    given = parser.parse_args()
    home = given.out / "dagster_home"
    shutil.copytree(given.home, home)
    before = bytes_in(home)
    lengthen(home, given.months)
    print(f"{given.months} months: {bytes_in(home) / 1e6:.0f} MB, {before / 1e6:.1f} MB before they were added\n")
    print("| page | seconds |")
    print("|---|---|")
    with shown(given.out) as address:
        for page, seconds in seconds_to_show(address, PAGES, LOADS).items():
            print(f"| {page} | {seconds:.2f} |")


if __name__ == "__main__":
    begin(main)
