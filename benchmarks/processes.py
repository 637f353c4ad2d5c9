"""One measured process: its seconds, its CPU and the memory of it and its descendants, looked at while it runs.

What belongs here: starting, watching, stopping. What does not: what is run, and what is made of the figures.
"""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

EVERY_SECONDS = 0.1
LITTLE_MB = 100
"""MiB beside the largest process of a tree below which it does not matter what they share."""
PROC = Path("/proc")
MIB = 1024 * 1024
TAIL = 2_000
"""Characters of what the process said last that are kept for a person to read."""

DONE, FAILED, TIMEOUT, OUT_OF_MEMORY = "done", "failed", "timeout", "out of memory"


@dataclass(frozen=True)
class Sample:
    """The process tree at one moment."""

    at: float
    """Seconds since the epoch, as events of a run are stamped."""
    memory_mb: float
    """MiB. Of one process, and few small ones beside it, the resident size; of several the proportional one, which
    counts shared pages once."""
    cpu_seconds: float
    """Since the start, of processes that have ended too."""
    largest_mb: float = 0.0
    """MiB: the most that any one process of it has held so far, between samples too."""


@dataclass(frozen=True)
class Measured:
    """What became of a process."""

    outcome: str
    """done, failed, timeout, or out of memory."""
    seconds: float
    cpu_seconds: float
    peak_memory_mb: float
    """MiB: the largest sample, or the largest size of any one process where that is more."""
    samples: tuple[Sample, ...]
    """Empty where there is no /proc."""
    output: str
    """All of its standard output."""
    said: str
    """The end of its standard error."""

    def between(self, start: float, end: float) -> tuple[float | None, float | None]:
        """CPU seconds used and peak memory in MiB between two moments; None where no sample fell between them."""
        inside = [sample for sample in self.samples if start - EVERY_SECONDS <= sample.at <= end + EVERY_SECONDS]
        if not inside:
            return None, None
        return inside[-1].cpu_seconds - inside[0].cpu_seconds, max(sample.memory_mb for sample in inside)


def run_measured(
    command: Sequence[str],
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
    timeout_seconds: float | None = None,
    memory_cap_mb: float | None = None,
) -> Measured:
    """Run a command to its end and measure it.

    `environment` is added to this process's own. Past the timeout, or past the cap on the memory of the tree, it is
    stopped and the outcome says so; nothing is raised for a command that fails.
    """
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as said, _ending_in_order():
        started = time.monotonic()
        process = subprocess.Popen(
            list(command),
            env={**os.environ, **(environment or {})},
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=said,
            # A session of its own: its descendants are known by it, and are stopped with it.
            start_new_session=True,
        )
        try:
            samples, stopped, status, usage = _watch(process.pid, started, timeout_seconds, memory_cap_mb)
        except BaseException:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            raise
        seconds = time.monotonic() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        said.seek(0)
        text, errors = output.read().decode(errors="replace"), said.read().decode(errors="replace")
    # What the system says of the child itself is no use where there are samples: it counts this process's own memory,
    # which the child shared until it became what it runs.
    peaks_mb = [max(sample.memory_mb, sample.largest_mb) for sample in samples]
    peak_mb = max(peaks_mb, default=usage.ru_maxrss / (MIB if sys.platform == "darwin" else 1024))
    return Measured(
        stopped or _outcome(process.returncode, errors),
        seconds,
        usage.ru_utime + usage.ru_stime,
        peak_mb,
        tuple(samples),
        text,
        errors[-TAIL:],
    )


def _watch(
    process: int, started: float, timeout_seconds: float | None, memory_cap_mb: float | None
) -> tuple[list[Sample], str | None, int, resource.struct_rusage]:
    """Samples until a process ends, why it was stopped where it was, its status, and what the system says it used."""
    samples: list[Sample] = []
    stopped = None
    while True:
        ended, status, usage = os.wait4(process, os.WNOHANG)
        if ended:
            return samples, stopped, status, usage
        sample = _sample(process)
        if sample:
            samples.append(sample)
        if timeout_seconds is not None and time.monotonic() - started > timeout_seconds:
            stopped = stopped or TIMEOUT
        elif memory_cap_mb is not None and sample and sample.memory_mb > memory_cap_mb:
            stopped = stopped or OUT_OF_MEMORY
        if stopped:
            os.killpg(process, signal.SIGKILL)
        time.sleep(EVERY_SECONDS)


@contextmanager
def _ending_in_order() -> Iterator[None]:
    """Let a request to terminate be raised here, so that what was started does not run on alone."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    usual = signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, usual)


def _outcome(code: int, errors: str) -> str:
    if code == 0:
        return DONE
    # The system stops a process for want of memory with SIGKILL; libraries raise or abort with these words.
    wanting = code == -signal.SIGKILL or any(
        word in errors for word in ("MemoryError", "bad_alloc", "Out of Memory", "memory allocation of")
    )
    return OUT_OF_MEMORY if wanting else FAILED


def _sample(session: int) -> Sample | None:
    """The tree of a session; None where there is no /proc."""
    if not PROC.is_dir():
        return None
    at = time.time()
    ticks, members = 0, dict[str, float]()
    for entry in os.scandir(PROC):
        # One call a process tells its session; only those of the tree are read.
        if not entry.name.isdigit() or _session(int(entry.name)) != session:
            continue
        fields = _stat(entry.name)
        if fields:
            ticks += sum(map(int, fields[11:15]))
            members[entry.name] = int(fields[21]) * os.sysconf("SC_PAGE_SIZE") / MIB
    resident_mb = sum(members.values())
    # Telling what several share takes the system tens of milliseconds for gigabytes, in which they stand still.
    is_shared = resident_mb - max(members.values(), default=0.0) > LITTLE_MB
    memory_mb = sum(_mb_of(pid, "smaps_rollup", "Pss:") for pid in members) if is_shared else resident_mb
    largest_mb = max((_mb_of(pid, "status", "VmHWM:") for pid in members), default=0.0)
    return Sample(at, memory_mb or resident_mb, ticks / os.sysconf("SC_CLK_TCK"), largest_mb)


def _session(pid: int) -> int | None:
    try:
        return os.getsid(pid)
    except OSError:
        return None


def _stat(pid: str) -> list[str] | None:
    """The fields of /proc/<pid>/stat after the name; None for a process that has gone."""
    try:
        return (PROC / pid / "stat").read_text(errors="replace").rpartition(")")[2].split()
    except OSError:
        return None


def _mb_of(pid: str, file: str, field: str) -> float:
    """A size that the system tells of a process, in MiB; 0 for a process that has gone."""
    try:
        text = (PROC / pid / file).read_text()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in text.splitlines() if line.startswith(field)) / 1024
