"""One thing that `doctor` looked at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Finding:
    """What was found of it. `bad` stops a refresh, `note` does not."""

    verdict: Literal["ok", "note", "bad"]
    what: str
    found: str
