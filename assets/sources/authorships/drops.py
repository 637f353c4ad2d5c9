"""Joint works of the institutions of a drop of publications, whichever publisher it is of.

What belongs here: from a reader's rows to `sources.institution_pairs`. What does not: how a publisher writes them.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from assets.sources.authorships.counting import Limits, count_authorships
from assets.sources.files.lines import write
from assets.sources.reading.contract import Desk

LIMITS = Limits(memory_bytes=1 << 30)
"""Beside what the reader's database holds."""

PAIRS = """
    select least(cast(institution_a as varchar), cast(institution_b as varchar)) as institution_a,
        greatest(cast(institution_a as varchar), cast(institution_b as varchar)) as institution_b,
        works as publications
    from joint_works order by institution_a, institution_b
"""
"""The first of a pair is the first as text; where ids are numbers they were counted in the order of these."""
NO_PAIR = """
    select cast(null as varchar) as institution_a, cast(null as varchar) as institution_b,
        cast(null as bigint) as publications
    where false
"""


def write_institution_pairs(database: duckdb.DuckDBPyConnection, affiliated: str, ends: str, desk: Desk) -> Path:
    """Write the pairs of institutions with joint works, at least one of each among the ends.

    `affiliated` is a query for `publication_id` and `institution_key` of all authorships that count, `ends` one for
    `institution_key`; ids are integers or text. Returns a Parquet file: `institution_a` before `institution_b`, text,
    and `publications`, by both.
    """
    rows = write(database, affiliated, desk.scratch / "affiliated.parquet")
    counted = count_authorships(
        [rows],
        desk.scratch / "joint-works",
        ends=[row[0] for row in database.sql(ends).fetchall()],
        paper="publication_id",
        institution="institution_key",
        limits=LIMITS,
    )
    if counted.pairs:
        database.read_parquet([str(path) for path in counted.pairs]).create_view("joint_works")
    return write(database, PAIRS if counted.pairs else NO_PAIR, desk.scratch / "institution_pairs.parquet")
