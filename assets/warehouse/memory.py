"""How much memory the process may take, what of it DuckDB gets, and whether the system ran out of it.

What belongs here: sizes as people write them, the division, the system's count. What does not: connections.
"""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path

UNITS = {
    "": 1,
    "B": 1,
    **{f"{letter}B": 1000**power for power, letter in enumerate("KMGT", start=1)},
    **{f"{letter}IB": 1024**power for power, letter in enumerate("KMGT", start=1)},
}
DEFAULT_LIMIT = "5500MB"
"""For the whole process where nothing is set: the full country fits, and a machine of 8 GB has room beside it."""
BESIDE_QUERIES = 1_500_000_000
"""Bytes kept for what is not DuckDB's where it makes rows by itself: the interpreter, its libraries, drops as they are
read."""
BESIDE_METHODS = 2_000_000_000
"""The same where a method holds arrays beside what DuckDB keeps of the tables that it read."""
LEAST_DATABASE = 1_000_000_000
"""Bytes that DuckDB gets however little is left: with less, its joins of the full country fail."""

COUNTED = Path("/proc/vmstat")
"""Where Linux counts what it does with memory, since the machine has started."""


def killed_for_memory() -> int:
    """How many processes the system has killed for want of memory since it started, those past the limit of their
    container among them; 0 where it does not say."""
    with suppress(OSError):
        found = re.search(r"^oom_kill (\d+)$", COUNTED.read_text(encoding="ascii"), re.MULTILINE)
        return int(found[1]) if found else 0
    return 0


def parse_bytes(text: str) -> int:
    """A size as DuckDB writes it (`4GB`, `512 MiB`) in bytes. Raises ValueError naming what is not one."""
    found = re.fullmatch(r"\s*([0-9]+(?:\.[0-9]+)?)\s*([A-Za-z]*)\s*", text)
    if found is None or found[2].upper() not in UNITS:
        raise ValueError(f"{text!r} is no size: expected a number with a unit, such as 4GB or 3072MiB")
    return int(float(found[1]) * UNITS[found[2].upper()])


def database_bytes(limit: str | None, beside: int = BESIDE_QUERIES) -> int:
    """What DuckDB may hold where the process may take `limit`, DEFAULT_LIMIT where it is None."""
    return max(parse_bytes(limit or DEFAULT_LIMIT) - beside, LEAST_DATABASE)
