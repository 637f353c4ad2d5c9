"""Local publishers in a process of their own, so that what they take is not counted with those who fetch from them.

What belongs here: starting the process, the settings that it tells, ending it. What does not: any publisher
(`synthetic_uk.publishers`).
"""

from __future__ import annotations

import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from assets.months import Month
from benchmarks.machine import ROOT
from synthetic_uk.publishers.country import SERVING

EXPORT = "export "


@contextmanager
def local_publishers(drops: Path, month: Month) -> Iterator[dict[str, str]]:
    """Serve a folder of drops; the environment variables by which `fetch` asks who serves them.

    Raises RuntimeError where the process ends before it serves.
    """
    module = [sys.executable, "-m", "synthetic_uk.publishers.country"]
    with subprocess.Popen(
        [*module, "--sources", str(drops), "--month", str(month)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as server:
        try:
            assert server.stdout is not None
            settings: dict[str, str] = {}
            for line in server.stdout:
                if line.strip() == SERVING:
                    break
                name, _, value = line.strip().removeprefix(EXPORT).partition("=")
                settings[name] = shlex.split(value)[0]
            else:
                raise RuntimeError(f"the publishers of {drops.name} ended before they served")
            yield settings
        finally:
            server.kill()
