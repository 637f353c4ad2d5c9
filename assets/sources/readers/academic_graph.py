"""Microsoft Academic Graph: tab-separated text with neither header nor quoting, one file a table.

`Papers.txt`, `PaperAuthorAffiliations.txt` and `Affiliations.txt` are read, in that order of size; the files may be far
larger than memory. What belongs here: their columns by position. What does not: the same content in RDF.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

import duckdb
import polars as pl

from assets.sources.authorships import write_institution_pairs
from assets.sources.files.batches import batches
from assets.sources.files.kinds import SEND_AGAIN, Part, unreadable
from assets.sources.files.lines import checked_lines, lines_of, reader_database, write
from assets.sources.problems import DropError, Problem
from assets.sources.reading.contract import Delivery, Desk, PublicationTables
from assets.sources.values.citations import citations, odd_count
from assets.sources.values.columns import BETWEEN_DATES
from assets.sources.values.refusals import check_share, citations_expected, rejected_rows

AFFILIATIONS = "affiliations"
AUTHORS = "paperauthoraffiliations"
PAPERS = "papers"
FILES = {AFFILIATIONS: "Affiliations.txt", AUTHORS: "PaperAuthorAffiliations.txt", PAPERS: "Papers.txt"}

UK_AFFILIATIONS = """
    create table uk as
    select distinct on (institution_key) * from (
        select c[1] as institution_key, coalesce(nullif(c[4], ''), nullif(c[3], ''), c[1]) as name,
            try_cast(c[12] as double) as latitude, try_cast(c[13] as double) as longitude
        from (select string_split(line, chr(9)) as c from {lines} where line is not null)
        where c[11] = 'GB'
    )
"""
"""Positions: 1 AffiliationId, 3 NormalizedName, 4 DisplayName, 11 Iso3166Code, 12 Latitude, 13 Longitude."""

AFFILIATED = """
    create table affiliated as
    select distinct c[1] as publication_id, c[3] as institution_key
    from (select string_split(line, chr(9)) as c from {lines} where line is not null)
    where c[3] <> ''
"""
"""Positions: 1 PaperId, 3 AffiliationId (empty where not known)."""

COUNTED = """
    create table counted as
    select publication_id, cast(count(*) as integer) as institution_count
    from affiliated
    where publication_id in (select publication_id from affiliated semi join uk using (institution_key))
    group by publication_id
"""

DATED = f"""
    create table dated as
    select row, c[1] as publication_id, c[9] as written, coalesce(nullif(c[6], ''), nullif(c[5], '')) as title,
        {citations("c[20]")} as citations, {odd_count("c[20]")} as odd_count,
        coalesce(
            plausible(try_cast(left(c[9], 10) as date)), plausible(try(make_date(try_cast(c[8] as integer), 7, 1)))
        ) as publication_date
    from (select row, string_split(line, chr(9)) as c from {{lines}} where line is not null)
    where c[1] in (select publication_id from counted)
"""
"""Positions: 1 PaperId, 5 PaperTitle, 6 OriginalTitle, 8 Year, 9 Date, 20 CitationCount (absent from short files). A
year stands for its 1 July."""

PUBLICATIONS = """
    select a.publication_id, min(d.publication_date) as publication_date, a.institution_key,
        min(c.institution_count) as institution_count
    from affiliated as a
    semi join uk using (institution_key)
    join counted as c on c.publication_id = a.publication_id
    join dated as d on d.publication_id = a.publication_id
    where d.publication_date is not null and d.odd_count is null
    group by a.publication_id, a.institution_key
    order by a.publication_id, a.institution_key
"""

INSTITUTIONS = """
    select institution_key, name, cast(null as varchar) as ror, cast(null as varchar) as institution_type,
        latitude, longitude
    from uk order by institution_key
"""

CITATIONS = """
    select publication_id, max(citations) as citations
    from dated where publication_date is not null and odd_count is null
    group by publication_id order by publication_id
"""

OF_DATED_PAPERS = """
    select publication_id, institution_key
    from affiliated
    where publication_id in (select publication_id from dated where publication_date is not null and odd_count is null)
"""

TITLES = """
    select publication_id as key, min(title) as text
    from dated where publication_date is not null and odd_count is null and title is not null
    group by publication_id order by publication_id
"""

REFUSED = f"""
    select $file as file, row, 'Date' as column_name, nullif(written, '') as value,
        'a date, or a Year beside it, {BETWEEN_DATES}' as expected
    from dated where publication_date is null
    union all
    select $file, row, 'CitationCount', odd_count, $expected
    from dated where publication_date is not null and odd_count is not null
    order by row
"""


def is_academic_graph(delivery: Delivery) -> bool:
    """Whether a drop's files have the names of the graph's tables."""
    return any(_table(part) in FILES for part in delivery.parts)


def read(delivery: Delivery, desk: Desk) -> PublicationTables:
    """Papers with a UK affiliation, and the UK affiliations. A paper with neither date nor year, or whose
    citations are no count, is refused."""
    with reader_database(desk) as database:
        papers = _load(database, delivery, desk)
        failing = database.sql(REFUSED, params={"file": papers.name, "expected": citations_expected(desk)}).pl()
        found = database.sql("select count(*) from dated").fetchall()[0][0]
        if found == 0:
            expected = "papers whose affiliations have the Iso3166Code GB"
            raise DropError(Problem(delivery.drop.path, "there is no paper of a UK institution", expected, SEND_AGAIN))
        check_share(failing.height, found, failing, desk)
        publications = write(database, PUBLICATIONS, desk.scratch / "publications.parquet")
        institutions = write(database, INSTITUTIONS, desk.scratch / "institutions.parquet")
        citations = write(database, CITATIONS, desk.scratch / "citations.parquet")
        pairs = write_institution_pairs(database, OF_DATED_PAPERS, "select institution_key from uk", desk)
    return PublicationTables(publications, institutions, citations, pairs, rejected_rows(failing))


def texts(delivery: Delivery, desk: Desk, batch_rows: int) -> Iterator[pl.DataFrame]:
    """Titles of the papers that `read` keeps, as `key` and `text`: the graph's abstracts are another product."""
    with reader_database(desk) as database:
        _load(database, delivery, desk)
        target = write(database, TITLES, desk.scratch / "texts.parquet")
    yield from batches(target, batch_rows)


def _load(database: duckdb.DuckDBPyConnection, delivery: Delivery, desk: Desk) -> Part:
    """Make the tables `uk`, `affiliated`, `counted` and `dated`; returns the file of papers."""
    parts = {_table(part): part for part in delivery.parts}
    absent = [name for table, name in FILES.items() if table not in parts]
    if absent:
        remedy = "Put the file beside the others in the drop's folder"
        raise DropError(
            Problem(delivery.drop.path, f"{', '.join(absent)} is not there", ", ".join(FILES.values()), remedy)
        )
    plain = {table: checked_lines(parts[table], desk.scratch)[0] for table in FILES}
    for table, statement in ((AFFILIATIONS, UK_AFFILIATIONS), (AUTHORS, AFFILIATED)):
        _run(database, statement, plain[table])
    database.execute(COUNTED)
    _run(database, DATED, plain[PAPERS], limit=desk.limits.max_citations)
    return parts[PAPERS]


def _table(part: Part) -> str:
    return PurePosixPath(part.name).name.lower().removesuffix(".gz").removesuffix(".txt")


def _run(database: duckdb.DuckDBPyConnection, statement: str, part: Part, **given: object) -> None:
    try:
        database.execute(statement.format(lines=lines_of(part), **given))
    except duckdb.InvalidInputException as error:
        raise unreadable(part, error) from error
