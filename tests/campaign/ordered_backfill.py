"""Backfills of the UI of which a month is killed: none after it is made without the identities that it follows from."""

from __future__ import annotations

import os
import re
import shutil
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import dagster as dg

from assets.months import Month, month_range
from assets.warehouse.database import Warehouse
from pipelines.held_storage import instance_of
from tests.campaign.attempt import Attack, Attempt
from tests.campaign.team import Team, Ui, until
from tests.campaign.web_requests import left_behind
from tests.pipelines.few_drops import few_drops
from tests.warehouse.killing import contents

MONTHS = month_range(Month(2025, 3), Month(2025, 12))
KILLS = ((Month(2025, 3), 0.5),)
"""The month that is killed, and when: as a share of its steps."""
LAYERS = ("sources", "reference", "organisations", "spatial", "network", "typology")
"""Up to the clusters, whose identities follow from month to month."""
NAME = "warehouse.duckdb"
SECONDS = 1800
PROFILE = f"""description = "The least"

[keep]
working_months = {len(MONTHS)}
"""
"""Working rows of all months stay to be compared: the command line deletes old ones as it ends, the UI each night."""
KEPT = 3
"""Months whose working rows stay when the warehouse is made small in the end."""
SAY_WHEN = ("ledger.pruned", "sources.drops")
"""Tables that say when rows were deleted: of these rows are counted once some are."""
LAUNCH = """mutation ($given: LaunchBackfillParams!) {
  launchPartitionBackfill(backfillParams: $given) {
    __typename ... on LaunchBackfillSuccess { backfillId } ... on PythonError { message }
  }
}"""
NODES = "{ assetNodes { assetKey { path } groupName isMaterializable } }"
MADE = "select distinct month from typology.innovation_clusters order by month"


def attempts(work: Path) -> Iterator[Attempt]:
    """Each kill in a folder of its own, and the backfill started again: what is there is what the command line makes
    of the same months in order."""
    few_drops(work / "sources", MONTHS)
    Warehouse(work / NAME).create()
    undisturbed = _team(work, "undisturbed")
    span = ("--from", str(MONTHS[0]), "--to", str(MONTHS[-1]), "--select", ",".join(LAYERS))
    made = undisturbed.call("backfill", *span)
    whole = contents(undisturbed.folder / NAME)
    yield Attempt("the months in order, by the command line", made.returncode == 0, made.stdout.strip()[-200:])
    small = _small(undisturbed)
    for number, (month, share) in enumerate(KILLS):
        team = _team(work, f"kill-{number}")
        what = f"{month} killed after {share:.0%} of its steps"
        with team.ui() as ui:
            yield _stopped(team, ui, month, share, what)
            yield _again(team, ui, whole, what)
        left = left_behind(team.home)
        yield Attempt(f"{what}: the UI is ended", not left, f"{len(left)} processes were left")
        yield _compared(small, _small(team), f"{what}: `maintain --keep {KEPT}` of both")
        shutil.rmtree(team.folder)


def _team(work: Path, name: str) -> Team:
    folder = work / name
    folder.mkdir()
    (folder / "least.toml").write_text(PROFILE, encoding="utf-8")
    shutil.copy(work / NAME, folder)
    settings = {
        "DAGSTER_HOME": str(folder / "dagster_home"),
        "INNOVATION_CLUSTERS_SOURCES": str(work / "sources"),
        "INNOVATION_CLUSTERS_PROFILE": "least.toml",
        "INNOVATION_CLUSTERS_FIRST_MONTH": str(MONTHS[0]),
    }
    return Team(folder, settings)


def _stopped(team: Team, ui: Ui, month: Month, share: float, what: str) -> Attempt:
    """Launch the months, the last named first, and kill the run of one; held: none after it is made."""
    backfill = _launch(ui)
    _kill_the_run_of(team, month, share)
    runs = {run.tags["dagster/partition"]: run for run in _ended(team, backfill)}
    before, after = ([other for other in MONTHS if is_there(other)] for is_there in (month.__gt__, month.__lt__))
    statuses = [run.status for run in runs.values()]
    succeeded = {name for name, run in runs.items() if run.status == dg.DagsterRunStatus.SUCCESS}
    there = {Month.of(day) for (day,) in Warehouse(team.folder / NAME).read(MADE).iter_rows()}
    held = succeeded == {*map(str, before)} and not there & {*after} and runs[str(month)].is_failure_or_canceled
    counted = ", ".join(f"{statuses.count(status)} {status.value.lower()}" for status in dict.fromkeys(statuses))
    return Attempt(what, held, f"{counted}; clusters of {', '.join(map(str, sorted(there))) or 'no month'}")


def _again(team: Team, ui: Ui, whole: dict[str, tuple[int, int]], what: str) -> Attempt:
    """Launch the months again; held: each is made, and every table has the rows of making them in order."""
    statuses = [run.status for run in _ended(team, _launch(ui))]
    compared = _compared(whole, contents(team.folder / NAME), f"{what}: started again")
    held = statuses == [dg.DagsterRunStatus.SUCCESS] * len(MONTHS) and compared.held
    return Attempt(compared.what, held, f"{len(statuses)} runs, {compared.seen}")


def _small(team: Team) -> dict[str, tuple[int, int]]:
    """A warehouse's tables once it is made small; no table where that fails."""
    if team.call("maintain", "--keep", str(KEPT)).returncode:
        return {}
    found = contents(team.folder / NAME)
    return {name: (rows, 0 if name in SAY_WHEN else digest) for name, (rows, digest) in found.items()}


def _compared(whole: dict[str, tuple[int, int]], found: dict[str, tuple[int, int]], what: str) -> Attempt:
    """Held where every table has the rows that it has of making the months in order."""
    differing = [name for name in sorted({*whole, *found}) if whole.get(name) != found.get(name)]
    seen = f"other rows in {', '.join(differing)}" if differing else f"{len(found)} tables with the same rows"
    return Attempt(what, bool(found) and not differing, seen)


def _launch(ui: Ui) -> str:
    """Start the backfill as the UI does of the assets of all these layers; its identifier."""
    nodes = ui.ask(NODES)["assetNodes"]
    chosen = [
        {"path": node["assetKey"]["path"]} for node in nodes if node["groupName"] in LAYERS and node["isMaterializable"]
    ]
    given = {"assetSelection": chosen, "partitionNames": [*map(str, reversed(MONTHS))]}
    return str(ui.ask(LAUNCH, given=given)["launchPartitionBackfill"]["backfillId"])


def _ended(team: Team, backfill: str) -> list[dg.DagsterRun]:
    """The runs of a backfill once there is one for each month and all have ended."""

    def all_ended() -> list[dg.DagsterRun] | None:
        with instance_of(team.home) as instance:
            runs = instance.get_runs(filters=dg.RunsFilter(tags={"dagster/backfill": backfill}))
        return [*runs] if len(runs) == len(MONTHS) and all(run.is_finished for run in runs) else None

    return until(all_ended, SECONDS, f"the runs of backfill {backfill} did not end")


def _kill_the_run_of(team: Team, month: Month, share: float) -> None:
    """Kill the process that makes a month, once so large a share of its steps has ended."""
    turn, home = team.folder / f"{NAME}.turn", team.home

    def process() -> tuple[int, str] | None:
        said = turn.read_text(encoding="utf-8") if turn.exists() else ""
        found = re.search(rf"run (\S+) of {month} \(process (\d+)\)", said)
        return (int(found[2]), found[1]) if found else None

    number, run_id = until(process, SECONDS, f"no run of {month} had the turn")
    with instance_of(home) as instance:
        run = instance.get_run_by_id(run_id)
        assert run is not None and run.execution_plan_snapshot_id is not None
        steps = len(instance.get_execution_plan_snapshot(run.execution_plan_snapshot_id).step_keys_to_execute)
        while len(instance.all_logs(run_id, of_type=dg.DagsterEventType.STEP_SUCCESS)) < share * steps:
            time.sleep(0.02)
    os.kill(number, signal.SIGKILL)


ATTACK = Attack(
    "ordered-backfill",
    "March to December are launched as one backfill of the UI, the last named first, and the process of March is "
    "killed; held: no month is made, the backfill launched again ends with the rows, identities of clusters among "
    "them, of making the months in order, and with `maintain` both warehouses keep the same",
    attempts,
)
