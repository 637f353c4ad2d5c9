"""A Dask cluster on loopback for tests: a scheduler and workers, each a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
START_S = 120.0
"""How long a process is waited for: importing the libraries takes a while on a machine with other work."""


@dataclass
class DaskCluster:
    """The processes of a cluster."""

    folder: Path
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def _scheduler_file(self) -> Path:
        return self.folder / "scheduler.json"

    @property
    def address(self) -> str:
        return str(json.loads(self._scheduler_file.read_text(encoding="utf-8"))["address"])

    def start_scheduler(self) -> subprocess.Popen[bytes]:
        return self._start(
            "dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--scheduler-file", str(self._scheduler_file)
        )

    def start_worker(self, folder: Path = ROOT, threads: int = 1) -> subprocess.Popen[bytes]:
        """A worker that finds the project's modules in a folder."""
        given = ["--scheduler-file", str(self._scheduler_file), "--nthreads", str(threads), "--no-nanny"]
        return self._start("dask_worker", *given, "--local-directory", str(self.folder), folder=folder)

    def _start(self, program: str, *arguments: str, folder: Path = ROOT) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", f"distributed.cli.{program}", *arguments, "--dashboard-address", "127.0.0.1:0"]
        with (self.folder / f"{program}.log").open("ab") as log:
            process = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log)
        self.processes.append(process)
        return process

    def wait(self, workers: int) -> None:
        """Until the scheduler is there with so many workers."""
        from distributed import Client

        deadline = time.monotonic() + START_S
        while not self._scheduler_file.exists():
            assert time.monotonic() < deadline, self.log()
            time.sleep(0.05)
        with Client(self.address, timeout=START_S, set_as_default=False) as client:
            client.wait_for_workers(workers, timeout=START_S)

    def log(self) -> str:
        return "\n".join(path.read_text(encoding="utf-8") for path in self.folder.glob("*.log"))

    def stop(self) -> None:
        for process in self.processes:
            process.kill()
        for process in self.processes:
            process.wait()


@contextmanager
def dask_cluster(folder: Path, workers: int = 2) -> Iterator[DaskCluster]:
    """A cluster of so many workers of one thread; its processes are gone at the end."""
    pytest.importorskip("distributed", reason="dask.distributed is not installed: pip install -e '.[dev]'")
    folder.mkdir(exist_ok=True)
    cluster = DaskCluster(folder)
    try:
        cluster.start_scheduler()
        for _ in range(workers):
            cluster.start_worker()
        cluster.wait(workers)
        yield cluster
    finally:
        cluster.stop()
