"""Which runs of the history still live, so that one that was killed holds nothing up.

Dagster does not learn that the process of a run of the command line is gone (killed, out of memory, the machine went
down), nor that of a run whose code server went with it: the run stands as started for good, and keeps the one place
there is to run and to write the warehouse. So a run holds a lock (`assets.warehouse.live_runs`); one that has none yet
is asked for at the server that started it.
"""

from __future__ import annotations

import json
import socket
from contextlib import suppress
from pathlib import Path

import dagster as dg
from dagster._core.errors import DagsterUserCodeUnreachableError
from dagster._core.storage.tags import GRPC_INFO_TAG
from dagster._grpc.client import DagsterGrpcClient
from dagster._grpc.types import CanCancelExecutionRequest, CanCancelExecutionResult
from dagster_shared.serdes import deserialize_value
from filelock import FileLock, Timeout

from assets.warehouse.dagster_assets import POOL
from assets.warehouse.live_runs import LOCKS, forget, lock_of, ran_out_of_memory
from pipelines.settings import MEMORY_LIMIT

WHAT_HAPPENED = "its process ended without a word: it was killed, or the machine went down"
FOR_MEMORY = (
    "the system has killed processes for want of memory since it began, and it is most likely one of them: give the "
    f"machine or its container more, or set {MEMORY_LIMIT} lower"
)
UNDER_WAY = [dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.CANCELING]
SECONDS_TO_ANSWER = 10


def end_dead_runs(instance: dg.DagsterInstance, home: Path) -> list[str]:
    """Mark the runs as failed whose process is gone, and free what ended runs hold; returns what to say of each."""
    dead = []
    for path in sorted((home / LOCKS).glob("*.lock")):
        lock = FileLock(path)
        try:
            lock.acquire(blocking=False)
        except Timeout:
            continue
        dead += _end(instance, path.stem, ran_out_of_memory(home, path.stem))
        forget(path)
        lock.release()
    for run in instance.get_runs(dg.RunsFilter(statuses=UNDER_WAY)):
        if _is_gone(run) and not lock_of(home, run.run_id).exists():
            dead += _end(instance, run.run_id)
    _free_places(instance)
    return dead


def _end(instance: dg.DagsterInstance, run_id: str, for_memory: bool = False) -> list[str]:
    """Mark a run as failed that is not at its end; read anew, for it may have come to it meanwhile.

    Of one that its code server has ended, the history knows that its process is gone, and is told why where that is
    known.
    """
    run = instance.get_run_by_id(run_id)
    if run is None or (run.is_finished and not (for_memory and run.status == dg.DagsterRunStatus.FAILURE)):
        return []
    why = f"{WHAT_HAPPENED}; {FOR_MEMORY}" if for_memory else WHAT_HAPPENED
    if run.is_finished:
        instance.report_engine_event(f"Why it failed: {why}.", run)
        return [f"run {run_id} has failed: {why}"]
    instance.report_run_failed(run, f"Marked as failed: {why}.")
    return [f"run {run_id} is marked as failed: {why}"]


def _is_gone(run: dg.DagsterRun) -> bool:
    """Whether the server that a run was started by is not there any more, or is another one that has never heard of it.

    Of a run of the command line there is no such server; and one that does not answer in time is there.
    """
    if GRPC_INFO_TAG not in run.tags:
        return False
    at = json.loads(run.tags[GRPC_INFO_TAG])
    if not _listens(at):
        return True
    if run.status != dg.DagsterRunStatus.STARTED:
        # It may be on its way to the server, or away from it.
        return False
    client = DagsterGrpcClient(
        port=at.get("port"), socket=at.get("socket"), host=at["host"], use_ssl=bool(at.get("use_ssl"))
    )
    with suppress(DagsterUserCodeUnreachableError):
        answer = client.can_cancel_execution(CanCancelExecutionRequest(run_id=run.run_id), timeout=SECONDS_TO_ANSWER)
        return not deserialize_value(answer, CanCancelExecutionResult).can_cancel
    return False


def _listens(at: dict[str, str]) -> bool:
    """Whether anyone listens at a server's address."""
    family = socket.AF_UNIX if "socket" in at else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as asked:
        asked.settimeout(SECONDS_TO_ANSWER)
        try:
            asked.connect(at["socket"] if "socket" in at else (at["host"], int(at["port"])))
        except (ConnectionRefusedError, FileNotFoundError):
            return False
        except OSError:
            return True
    return True


def _free_places(instance: dg.DagsterInstance) -> None:
    """Free what ended runs hold, those of the UI too: Dagster's daemon alone would, if one runs."""
    storage = instance.event_log_storage
    for slot in storage.get_concurrency_info(POOL).claimed_slots:
        run = instance.get_run_by_id(slot.run_id)
        if run is None or run.is_finished:
            storage.free_concurrency_slots_for_run(slot.run_id)
