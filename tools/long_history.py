"""A history of many months out of one that was made, and how long an asset's page takes over it.

    python -m tools.long_history --home demo/dagster_home --out /tmp/long --months 120

Copies the history, and writes its newest whole run again as the run of each month before, event for event. Then it
shows the history in Dagster's UI and opens pages of assets in a headless browser: from the click of a person until the
last materialisation stands on the page. Writes Markdown. The times are the machine's; the bytes are not, and the
processor time that the server takes for a page hardly depends on what else the machine does.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sqlite3
import statistics
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import dagster as dg
from dagster._serdes import deserialize_value, serialize_value

from assets.manners import begin, existing_folder, whole_given
from assets.months import Month
from assets.warehouse.dagster_assets import PARTITION_TAG
from tests.publication.browser import DESKTOP, browser

PAGES = ("typology/innovation_clusters", "organisations/sites", "publication/files", "sources/drops")
LOADS = 5
MONTH_SECONDS = 30 * 24 * 3600
STILL_SECONDS = 0.05
"""Of the processors in a second, at the most, where a server does next to nothing."""
PROGRAM = Path(sys.executable).with_name("innovation-clusters")


def bytes_in(folder: Path) -> int:
    """What the files of a folder take."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def lengthen(home: Path, months: int) -> None:
    """Leave of a history its newest whole run alone, as the last of so many months that are all as it is."""
    with dg.DagsterInstance.from_config(str(home)) as instance:
        succeeded = dg.RunsFilter(statuses=[dg.DagsterRunStatus.SUCCESS], job_name="monthly_refresh")
        newest, *older = instance.get_runs(succeeded)
        for run in older:
            instance.delete_run(run.run_id)
        month = newest.tags[PARTITION_TAG]
        changes = [
            (str(uuid.uuid4()), str(Month.parse(month).plus(-back)), back * MONTH_SECONDS)
            for back in range(months - 1, 0, -1)
        ]
        for run_id, other, _ in changes:
            told = serialize_value(newest).replace(newest.run_id, run_id).replace(f'"{month}"', f'"{other}"')
            instance.run_storage.add_run(deserialize_value(told, dg.DagsterRun))
    index, shard = (home / "history" / "runs" / f"{name}.db" for name in ("index", newest.run_id))
    with closing(sqlite3.connect(index, isolation_level=None)) as connection:
        for table in ("event_logs", "asset_check_executions"):
            _repeat(connection, table, (newest.run_id, month), changes)
    for run_id, other, earlier in changes:
        copied = shutil.copy(shard, shard.with_name(f"{run_id}.db"))
        with closing(sqlite3.connect(copied, isolation_level=None)) as connection:
            _repeat(connection, "event_logs", (newest.run_id, month), [(run_id, other, earlier)], keep=False)


def _repeat(
    connection: sqlite3.Connection,
    table: str,
    newest: tuple[str, str],
    changes: Sequence[tuple[str, str, int]],
    keep: bool = True,
) -> None:
    """Write a run's rows again for other runs and months, in their order, before its own; `keep`, its own too."""
    columns = [row[1] for row in connection.execute(f"pragma table_info({table})") if row[1] != "id"]
    names = ", ".join(columns)
    connection.execute("begin")
    connection.execute(
        f"create temp table template as select {names} from {table} where run_id = ? order by id", newest[:1]
    )
    connection.execute(f"delete from {table} where run_id = ?", newest[:1])
    for run_id, month, earlier in [*changes, *([(*newest, 0)] if keep else [])]:
        values = {
            "run_id": ":run",
            "partition": "case when partition is null then null else :month end",
            "timestamp": "strftime('%Y-%m-%d %H:%M:%f', timestamp, :earlier)",
        }
        for text in ("event", "evaluation_event"):
            values[text] = f"replace(replace({text}, :newest, :run), :newest_month, :quoted)"
        chosen = ", ".join(values.get(name, name) for name in columns)
        connection.execute(
            f"insert into {table} ({names}) select {chosen} from template",
            {
                "run": run_id,
                "month": month,
                "earlier": f"-{earlier} seconds",
                "newest": newest[0],
                "newest_month": f'"{newest[1]}"',
                "quoted": f'"{month}"',
            },
        )
    connection.execute("drop table template")
    connection.execute("commit")


def processor_seconds(process: int) -> float:
    """What a process and those that it has started have taken of the processors."""
    place = Path("/proc") / str(process)
    try:
        fields = (place / "stat").read_text().rpartition(")")[2].split()
        started = [int(child) for task in place.glob("task/*/children") for child in task.read_text().split()]
    except OSError:
        return 0.0  # It has ended meanwhile.
    own = sum(map(int, fields[11:13])) / os.sysconf("SC_CLK_TCK")
    return own + sum(map(processor_seconds, started))


@contextmanager
def shown(folder: Path) -> Iterator[tuple[str, int]]:
    """The address of the UI over `dagster_home` in a folder, and its process."""
    process = subprocess.Popen(
        [PROGRAM, "ui", "--port=0", "--read-only"], cwd=folder, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        yield process.stdout.readline().split()[1], process.pid
    finally:
        process.terminate()
        process.wait()


def wait_until_still(server: int) -> None:
    """Wait until a process and those that it has started do next to nothing."""
    used = -1.0
    while (now := processor_seconds(server)) - used > STILL_SECONDS:
        used = now
        time.sleep(1)


def seconds_to_show(address: str, server: int, pages: tuple[str, ...], loads: int) -> dict[str, tuple[float, float]]:
    """The median time until an asset's page shows its last materialisation, and that of the server's processors until
    then, by asset."""
    times: dict[str, list[tuple[float, float]]] = {page: [] for page in pages}
    with browser() as chromium:
        tab = chromium.new_page(viewport={"width": DESKTOP["width"], "height": DESKTOP["height"]})
        tab.goto(address, wait_until="networkidle")
        for _ in range(loads):
            for page in pages:
                started, before = time.monotonic(), processor_seconds(server)
                tab.goto(f"{address}/assets/{page}?view=overview")
                tab.get_by_text("peak memory (MB)").first.wait_for(timeout=120_000)
                times[page].append((time.monotonic() - started, processor_seconds(server) - before))
                # What the page asks for besides, again and again, is not to be the next one's.
                tab.goto("about:blank")
                wait_until_still(server)
    return {
        page: (statistics.median(taken for taken, _ in found), statistics.median(used for _, used in found))
        for page, found in times.items()
    }


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
    print("| page | seconds | of the server's processors |")
    print("|---|---|---|")
    with shown(given.out) as (address, server):
        for page, (seconds, used) in seconds_to_show(address, server, PAGES, LOADS).items():
            print(f"| {page} | {seconds:.2f} | {used:.2f} |")


if __name__ == "__main__":
    begin(main)
