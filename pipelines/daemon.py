"""Dagster's daemon as a part of the UI: it ends with the UI, however that ends, and with it the runs that it started.

What belongs here: starting the daemon, ending it and all that it started. What does not: pages (`web`), which run of
the history is dead (`live_runs`).

Daemon, servers of the code and runs are a session of their own, and are told to end together. Of a UI that was killed
the daemon learns by the end of its input, which no other process holds.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import dagster as dg
import sqlalchemy
from dagster._daemon.cli import main as run_daemon
from dagster._serdes import serialize_value

from pipelines.code_location import DEFINITIONS
from pipelines.live_runs import end_dead_runs
from pipelines.slim_log import SlimEventLog

SECONDS_TO_END = 30
"""What a run has to end its step and say so; what then lives is killed."""
LOOK_EVERY_SECONDS = 0.1
TEND_EVERY_SECONDS = 60


class DaemonError(ValueError):
    """The daemon ended by itself; the message says what to do."""


@contextmanager
def daemon(instance: dg.DagsterInstance, ended: Callable[[], None]) -> Iterator[None]:
    """The daemon for as long as the caller is in here; `ended` is called where it ends before. Runs that it starts
    write the same log as the instance. Raises DaemonError where it ended by itself."""
    command = [sys.executable, "-m", __name__, "run", "--module-name", DEFINITIONS]
    if isinstance(instance.event_log_storage, SlimEventLog):
        command += ["--instance-ref", serialize_value(instance.get_ref())]
    # A session of its own: Ctrl-C at the terminal reaches the UI alone, which ends the daemon.
    process = subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True)

    def watch() -> None:
        process.wait()
        ended()

    threading.Thread(target=watch, daemon=True).start()
    is_over = threading.Event()
    threading.Thread(target=_tend, args=(instance, is_over), daemon=True).start()
    try:
        yield
        if process.poll() is not None:
            raise DaemonError(f"Dagster's daemon ended by itself with exit code {process.returncode}: start again")
    finally:
        is_over.set()
        _end(process)
        end_dead_runs(instance, Path(instance.root_directory))


def _tend(instance: dg.DagsterInstance, is_over: threading.Event) -> None:
    """Look each minute for runs whose process is gone, so that the UI says so, and why, without another command."""
    while not is_over.wait(TEND_EVERY_SECONDS):
        # Where the history is written to for long, the next look does it.
        with suppress(sqlalchemy.exc.OperationalError, OSError):
            end_dead_runs(instance, Path(instance.root_directory))


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the daemon's session: in order, and what does not end so by force."""
    latest = time.monotonic() + SECONDS_TO_END
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
        while time.monotonic() < latest:
            time.sleep(LOOK_EVERY_SECONDS)
            os.killpg(process.pid, 0)
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _end_with_input() -> None:
    """End the session once nobody holds the other end of the input: the UI is gone."""
    # Not by `sys.stdin`, whose buffer is locked while it is waited for, at the interpreter's end too.
    while os.read(0, 1):
        pass
    os.killpg(0, signal.SIGTERM)


if __name__ == "__main__":
    threading.Thread(target=_end_with_input, daemon=True).start()
    run_daemon()
