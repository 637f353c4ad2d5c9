"""Authorships of publications, larger than memory: those of works with an institution of a set, and joint works.

What belongs here: the queries that every publisher's reader shares, from its rows to `sources.institution_pairs`.
What does not: how a publisher writes authorships. DuckDB compares and counts; past its memory it spills to the desk.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from assets.sources.files.lines import write
from assets.sources.reading.contract import Desk

WORKS_WITH_AN_END = """
    create table works_with_an_end as
    select distinct {work} from {authorships} semi join {ends} using ({institution})
"""
OF_THESE_WORKS = """
    create table {table} as
    select distinct {work}, {institution}
    from {authorships} semi join works_with_an_end using ({work})
    where {institution} is not null
"""

PLACES = """
    create table places as
    with keys as (select distinct institution_key from ({affiliated}))
    select institution_key, cast(institution_key as varchar) as name,
        row_number() over (order by cast(institution_key as varchar)) as number,
        institution_key in ({ends}) as is_end
    from keys
"""
"""Institutions, numbered in the order of their ids as text: the first of a pair is the one of the smaller number."""

ON_WORKS = """
    create table on_works as
    select distinct a.publication_id, p.number, p.is_end
    from ({affiliated}) as a
    join places as p on p.institution_key = a.institution_key
"""

JOINT_WORKS = f"""
    create table joint_works as
    select least(e.number, o.number) * {1 << 31} + greatest(e.number, o.number) as pair, count(*) as publications
    from on_works as e
    join on_works as o on o.publication_id = e.publication_id and o.number <> e.number
    where e.is_end and (not o.is_end or e.number < o.number)
    group by pair
"""
"""From each end to the others of the work, two ends once. Both of a pair in one number: groups of text take far more
memory."""

PAIRS = f"""
    select a.name as institution_a, b.name as institution_b, j.publications
    from joint_works as j
    join places as a on a.number = j.pair // {1 << 31}
    join places as b on b.number = j.pair % {1 << 31}
    order by j.pair
"""


def keep_works_with(
    database: duckdb.DuckDBPyConnection, authorships: str, ends: str, work: str, institution: str, table: str
) -> None:
    """Make a table of all authorships of the works that have an institution of `ends`, each once.

    `authorships` and `ends` are tables or views, the first with the columns `work` and `institution`, the other with
    the latter. An authorship without an institution is left out.
    """
    names = {"authorships": authorships, "ends": ends, "work": work, "institution": institution, "table": table}
    database.execute(WORKS_WITH_AN_END.format(**names))
    database.execute(OF_THESE_WORKS.format(**names))
    database.execute("drop table works_with_an_end")


def write_institution_pairs(database: duckdb.DuckDBPyConnection, affiliated: str, ends: str, desk: Desk) -> Path:
    """Write the pairs of institutions with joint works, at least one of each among the ends.

    `affiliated` is a query for `publication_id` and `institution_key` of all authorships that count, `ends` one for
    `institution_key`; ids are integers or text. A work of n institutions has n (n - 1) / 2 pairs, of which none with
    an end is left out; an authorship that stands twice counts once. Returns a Parquet file: `institution_a` before
    `institution_b`, text, and `publications`, by both.
    """
    for statement in (PLACES, ON_WORKS, JOINT_WORKS):
        database.execute(statement.format(affiliated=affiliated, ends=ends))
    return write(database, PAIRS, desk.scratch / "institution_pairs.parquet")
