"""How much memory the process may take, and what of it DuckDB gets.

What belongs here: sizes as people write them, and the division. What does not: connections.
"""

from __future__ import annotations

import re

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


def parse_bytes(text: str) -> int:
    """A size as DuckDB writes it (`4GB`, `512 MiB`) in bytes. Raises ValueError naming what is not one."""
    found = re.fullmatch(r"\s*([0-9]+(?:\.[0-9]+)?)\s*([A-Za-z]*)\s*", text)
    if found is None or found[2].upper() not in UNITS:
        raise ValueError(f"{text!r} is no size: expected a number with a unit, such as 4GB or 3072MiB")
    return int(float(found[1]) * UNITS[found[2].upper()])


def database_bytes(limit: str | None, beside: int = BESIDE_QUERIES) -> int:
    """What DuckDB may hold where the process may take `limit`, DEFAULT_LIMIT where it is None."""
    return max(parse_bytes(limit or DEFAULT_LIMIT) - beside, LEAST_DATABASE)
