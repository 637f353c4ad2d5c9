"""What ends a process of its own does not end this one, and is told."""

from __future__ import annotations

import operator
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from assets.sources.problems import DropError, Problem
from assets.sources.reading.apart import ProcessEndedError, call_apart

PLENTY = 2_000_000_000


def test_an_answer_comes_back(tmp_path: Path) -> None:
    assert call_apart(operator.add, (2, 3), PLENTY, tmp_path) == 5
    assert not list(tmp_path.iterdir()), "nothing is left"


def test_a_refusal_comes_back_as_it_was_raised(tmp_path: Path) -> None:
    error = DropError(Problem("a.csv", "found", "expected", "Do this", row=3), [Problem("b.csv", "f", "e", "r")])
    back = error.__reduce__()
    assert str(back[0](*back[1])) == str(error)
    with pytest.raises(ZeroDivisionError):
        call_apart(operator.truediv, (1, 0), PLENTY, tmp_path)


def test_a_process_that_is_ended_says_by_what(tmp_path: Path) -> None:
    with pytest.raises(ProcessEndedError, match=r"ended by signal 6 \(SIGABRT\)"):
        call_apart(os.abort, (), PLENTY, tmp_path)
    with pytest.raises(ProcessEndedError, match="ended with status 3 and no answer"):
        call_apart(os._exit, (3,), PLENTY, tmp_path)


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="the system does not tell what a process holds")
def test_a_process_that_takes_too_much_memory_is_ended(tmp_path: Path) -> None:
    with pytest.raises(ProcessEndedError, match="it took more than 300 MB of memory"):
        call_apart(
            eval, ("__import__('time').sleep(60 * (bytearray(500_000_000) is not None))",), 300_000_000, tmp_path
        )


def test_it_ends_with_the_process_that_called_it(tmp_path: Path) -> None:
    script = (
        "import time; from pathlib import Path; from assets.sources.reading.apart import call_apart; "
        f"call_apart(eval, (\"[open({str(tmp_path / 'pid')!r}, 'w').write(str(__import__('os').getpid())), "
        f"__import__('time').sleep(300)]\",), {PLENTY}, Path({str(tmp_path)!r}))"
    )
    with subprocess.Popen([sys.executable, "-c", script]) as caller:
        until = time.monotonic() + 60
        while not ((tmp_path / "pid").exists() and (tmp_path / "pid").read_text()) and time.monotonic() < until:
            time.sleep(0.05)
        called = int((tmp_path / "pid").read_text())
        caller.kill()
    while _is_alive(called) and time.monotonic() < until:
        time.sleep(0.05)
    assert not _is_alive(called)


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{pid}/stat")
    return not status.exists() or status.read_text().rpartition(")")[2].split()[0] != "Z"
