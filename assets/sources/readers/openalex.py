"""OpenAlex's snapshot: JSON Lines, one work or one institution a line, mostly gzip.

What a line is follows from its keys and its id (W... a work, I... an institution). The files may be far larger than
memory: each is read once, a block at a time, and only what concerns UK institutions is kept.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import duckdb
import polars as pl

from assets.sources.authorships import write_institution_pairs
from assets.sources.files.batches import batches, joined
from assets.sources.files.kinds import SEND_AGAIN, check_utf8, unreadable
from assets.sources.files.lines import LINE_KINDS, lines_of, reader_database, write
from assets.sources.problems import DropError, Problem
from assets.sources.reading.contract import Delivery, Desk, PublicationTables
from assets.sources.values.citations import citations, odd_count
from assets.sources.values.columns import BETWEEN_DATES
from assets.sources.values.refusals import check_share, citations_expected, rejected_rows

NOT_RECORDS = re.compile(r"(^|/)(manifest|merged_ids/.*|release_notes\.txt)$", re.IGNORECASE)
"""Files that lie in a snapshot beside its lines."""
FIELDS = """"id": "VARCHAR", "display_name": "VARCHAR", "ror": "VARCHAR", "country_code": "VARCHAR", "type": "VARCHAR",
    "publication_year": "INTEGER", "publication_date": "VARCHAR", "geo": {"latitude": "DOUBLE", "longitude": "DOUBLE"},
    "cited_by_count": "VARCHAR",
    "authorships": [{"institutions": [{"id": "VARCHAR", "display_name": "VARCHAR", "ror": "VARCHAR",
        "country_code": "VARCHAR", "type": "VARCHAR"}]}]"""
"""What is read of a line, work or institution."""
TEXT_FIELDS = ', "title": "VARCHAR", "abstract_inverted_index": "JSON"'
TEXTS = ", coalesce(r.title, r.display_name) as title, r.abstract_inverted_index as abstract"
"""What is read of a work besides, where its text is asked for: the tables hold none of it."""

RECORDS = f"""
    select $file as file, row, regexp_extract(r.id, '[^/]+$') as id, r.authorships is not null as is_work,
        {odd_count("r.cited_by_count")} as odd_count,
        coalesce(
            plausible(try_cast(r.publication_date as date)), plausible(try(make_date(r.publication_year, 7, 1)))
        ) as publication_date,
        r.display_name as name, r.ror as ror, r.country_code as country_code, r.type as type,
        r.geo.latitude as latitude, r.geo.longitude as longitude, r.authorships as authorships,
        {citations("r.cited_by_count")} as citations{{texts}},
        case when r.id is null then line end as line
    from (select row, line, try(json_transform(line, '{{{{{{fields}}}}}}')) as r from {{lines}} where line is not null)
    where r.id is null or (r.country_code = 'GB' and regexp_matches(r.id, '(^|/)I[0-9]+$')) or list_contains(
        try(json_extract_string(line, '$.authorships[*].institutions[*].country_code')), 'GB')
"""
"""The lines that are kept: UK institutions, works with one, and what cannot be read. A year stands for its 1 July."""

REFUSED = f"""
    select file, row, 'id' as column_name, 'a line of ' || length(line) || ' characters' as value,
        'a JSON object with an id' as expected
    from records where id is null
    union all
    select file, row, 'publication_date', null, 'a date or a year of publication {BETWEEN_DATES}'
    from records where id is not null and is_work and publication_date is null
    union all
    select file, row, 'cited_by_count', odd_count, $expected
    from records where id is not null and is_work and publication_date is not null and odd_count is not null
    order by file, row
"""

NAMED = """
    create table named as
    select publication_id, publication_date, regexp_extract(i.id, '[^/]+$') as institution_key, i.display_name as name,
        i.ror as ror, i.country_code as country_code, i.type as type
    from (
        select publication_id, publication_date, unnest(a.institutions) as i
        from (
            select id as publication_id, publication_date, unnest(authorships) as a
            from records
            where id is not null and is_work and publication_date is not null and odd_count is null
        )
    )
    where i.id is not null
"""
"""Every institution of every author, as the works name them."""

AFFILIATED = "select publication_id, institution_key from named"
UK_INSTITUTIONS = "select distinct institution_key from named where country_code = 'GB'"

PUBLICATIONS = """
    with counted as (
        select publication_id, min(publication_date) as publication_date,
            cast(count(distinct institution_key) as integer) as institution_count
        from named group by publication_id
    )
    select distinct n.publication_id, c.publication_date, n.institution_key, c.institution_count
    from named as n join counted as c on c.publication_id = n.publication_id
    where n.country_code = 'GB'
    order by n.publication_id, n.institution_key
"""

INSTITUTIONS = """
    select institution_key, coalesce(min(name), institution_key) as name, min(ror) as ror,
        min(type) as institution_type, min(latitude) as latitude, min(longitude) as longitude
    from (
        select id as institution_key, name, ror, type, latitude, longitude from records
        where id is not null and not is_work and country_code = 'GB'
        union all
        select institution_key, name, ror, type, null, null from named where country_code = 'GB'
            and institution_key not in (select id from records where id is not null and not is_work)
    )
    group by institution_key
    order by institution_key
"""
"""Each institution from its own line where there is one, else as the works name it."""

CITATIONS = """
    select id as publication_id, max(citations) as citations
    from records where is_work and id in (select publication_id from named where country_code = 'GB')
    group by id order by id
"""

WORDS = """
    select id as key, title, abstract
    from records where is_work and id in (select publication_id from named where country_code = 'GB')
    qualify row_number() over (partition by id order by file, row) = 1
    order by id
"""
"""Title and inverted abstract of each work that is kept; of a work that stands twice, the first."""


def read(delivery: Delivery, desk: Desk) -> PublicationTables:
    """Publications with a UK institution, and the UK institutions. A line without an id, a work without a date,
    and one whose citations are no count are refused. Institutions are counted once a work, however many authors they
    have on it."""
    with reader_database(desk) as database:
        lines = _load(database, delivery, desk)
        failing = database.sql(REFUSED, params={"expected": citations_expected(desk)}).pl()
        check_share(failing.height, max(lines, failing.height), failing, desk)
        publications = write(database, PUBLICATIONS, desk.scratch / "publications.parquet")
        institutions = write(database, INSTITUTIONS, desk.scratch / "institutions.parquet")
        citations = write(database, CITATIONS, desk.scratch / "citations.parquet")
        pairs = write_institution_pairs(database, AFFILIATED, UK_INSTITUTIONS, desk)
    if pl.scan_parquet(publications, glob=False).select(pl.len()).collect().item() == 0:
        expected = "works with an authorship at an institution whose country_code is GB"
        raise DropError(Problem(delivery.drop.path, "there is no work of a UK institution", expected, SEND_AGAIN))
    return PublicationTables(publications, institutions, citations, pairs, rejected_rows(failing))


def texts(delivery: Delivery, desk: Desk, batch_rows: int) -> Iterator[pl.DataFrame]:
    """Title and abstract of the works that `read` keeps, as `key` and `text`; a work with neither is left out."""
    with reader_database(desk) as database:
        _load(database, delivery, desk, TEXT_FIELDS, TEXTS)
        target = write(database, WORDS, desk.scratch / "texts.parquet")
    for words in batches(target, batch_rows):
        abstract = pl.Series("abstract", [_abstract(index) for index in words["abstract"]], dtype=pl.String)
        yield words.select("key", text=joined("title", abstract)).filter(pl.col("text") != "")


def _load(
    database: duckdb.DuckDBPyConnection, delivery: Delivery, desk: Desk, text_fields: str = "", texts: str = ""
) -> int:
    """Make the tables `records` and `named`; returns the number of lines read."""
    lines = 0
    for number, part in enumerate(part for part in delivery.parts if not NOT_RECORDS.search(part.name)):
        if part.kind not in LINE_KINDS and not (part.is_gzip and not part.kind):
            expected = "JSON Lines (.jsonl, .jsonl.gz, part_000.gz), Papers.txt and its companions, or Parquet"
            raise DropError(Problem(part.name, f"a file of kind {part.kind!r}", expected, SEND_AGAIN))
        lines += check_utf8(part)
        limit = desk.limits.max_citations
        query = RECORDS.format(fields=FIELDS + text_fields, lines=lines_of(part), texts=texts, limit=limit)
        verb = "insert into records" if number else "create table records as"
        try:
            database.execute(f"{verb} {query}", {"file": part.name})
        except duckdb.InvalidInputException as error:
            raise unreadable(part, error) from error
    database.execute(NAMED)
    return lines


def _abstract(inverted: str | None) -> str | None:
    """An abstract in its order, from the positions of each of its words."""
    if not inverted:
        return None
    placed = [(position, word) for word, positions in (json.loads(inverted) or {}).items() for position in positions]
    return " ".join(word for _, word in sorted(placed))
