"""How `/healthz` answers, whichever server is asked.

What belongs here: the path, the answer's form, how long it holds. What does not: what is looked at (`health`).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

from pipelines.finding import Finding

PATH = "/healthz"
KEPT_SECONDS = 15.0
"""How long an answer holds: who asks often does not open the warehouse each time."""
Examine = Callable[[], list[Finding]]
"""Looks at what there is to look at."""


def is_healthy(findings: list[Finding]) -> bool:
    """Whether nothing needs a person."""
    return all(finding.verdict != "bad" for finding in findings)


def as_json(findings: list[Finding]) -> dict[str, Any]:
    """What `/healthz` answers with: verdicts alone, for whoever only watches needs no path and no run."""
    checks = [{"what": finding.what, "verdict": finding.verdict} for finding in findings]
    return {"healthy": is_healthy(findings), "checks": checks}


def kept(examine: Examine) -> Examine:
    """Findings of which an answer holds for some seconds, for many threads."""
    lock = threading.Lock()
    last: list[Finding] = []
    at = -KEPT_SECONDS

    def examined() -> list[Finding]:
        nonlocal last, at
        with lock:
            if time.monotonic() - at >= KEPT_SECONDS:
                last = examine()
                at = time.monotonic()
            return last

    return examined
