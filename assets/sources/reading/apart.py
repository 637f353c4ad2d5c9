"""A function called in a process of its own, so that what ends that process does not end this one.

What belongs here: starting it, waiting for it, its memory, its end. What does not: what it does.

A library that is given a damaged or hostile file may end its process: it asks for more memory than there is, or reads
past an array. The process is this user's and as much trusted as this one: it guards against ends, not against
intruders. It ends with this one, however that ends.
"""

from __future__ import annotations

import os
import pickle
import resource
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from assets.disk import FULL

T = TypeVar("T")
LOOK_EVERY_SECONDS = 0.1
MODULE = "assets.sources.reading.apart"
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


class ProcessEndedError(RuntimeError):
    """The process ended before it had an answer; says by what, in words."""


def call_apart(function: Callable[..., T], given: tuple[Any, ...], memory_bytes: int, scratch: Path) -> T:
    """What a function of a module answers to what is given, called in a new process that may hold so much memory.

    Arguments and answer are pickled. Raises what the function raises, OSError for a full disk, and ProcessEndedError
    where the process ends without an answer, or is ended because it takes more memory.
    """
    with tempfile.TemporaryDirectory(prefix="apart-", dir=scratch) as folder:
        question, answer = Path(folder) / "question", Path(folder) / "answer"
        question.write_bytes(pickle.dumps((function, given)))
        command = [sys.executable, "-P", "-m", MODULE, str(question), str(answer)]
        # Its standard input says, by its end, that this process has ended.
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            has_passed = _wait(process, memory_bytes)
        finally:
            if process.poll() is None:
                process.kill()
            process.wait()
            if process.stdin:
                process.stdin.close()
        if has_passed:
            raise ProcessEndedError(f"it took more than {memory_bytes // 1_000_000} MB of memory")
        if process.returncode in FULL:
            raise OSError(process.returncode, os.strerror(process.returncode))
        if process.returncode != 0 or not answer.exists():
            raise ProcessEndedError(_end_in_words(process.returncode))
        has_returned, outcome = pickle.loads(answer.read_bytes())
    if not has_returned:
        raise outcome
    return outcome


def _wait(process: subprocess.Popen[bytes], memory_bytes: int) -> bool:
    """Wait for the end of a process; returns early, with True, where it holds more memory than it may."""
    while True:
        try:
            process.wait(LOOK_EVERY_SECONDS)
        except subprocess.TimeoutExpired:
            if _resident_bytes(process.pid) > memory_bytes:
                return True
        else:
            return False


def _resident_bytes(pid: int) -> int:
    """What a process holds in memory, its mapped files left out; 0 where the system does not tell."""
    try:
        _, resident, shared, *_ = Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()
    except (OSError, ValueError):
        return 0
    return (int(resident) - int(shared)) * PAGE_BYTES


def _end_in_words(status: int) -> str:
    if status >= 0:
        return f"it ended with status {status} and no answer"
    try:
        name = signal.Signals(-status).name
    except ValueError:
        name = "unknown"
    return f"it was ended by signal {-status} ({name})"


def _end_with_parent() -> None:
    os.read(sys.stdin.fileno(), 1)
    os._exit(1)


def _answer(question: Path, answer: Path) -> None:
    threading.Thread(target=_end_with_parent, daemon=True).start()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    function, given = pickle.loads(question.read_bytes())
    try:
        sent = pickle.dumps((True, function(*given)))
    except Exception as error:
        sent = _pickled_error(error)
    try:
        answer.write_bytes(sent)
    except OSError as error:
        os._exit(error.errno if error.errno in FULL else 1)


def _pickled_error(error: Exception) -> bytes:
    """An error as it is; one that cannot be sent, as its words."""
    try:
        sent = pickle.dumps((False, error))
        pickle.loads(sent)
    except Exception:
        return pickle.dumps((False, RuntimeError(f"{type(error).__name__}: {error}")))
    return sent


if __name__ == "__main__":
    _answer(Path(sys.argv[1]), Path(sys.argv[2]))
    os._exit(0)  # a library's threads need not be waited for: the answer is written
