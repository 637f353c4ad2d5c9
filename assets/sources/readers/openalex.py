"""OpenAlex: its snapshot in JSON Lines or in Parquet, and pages of its API, as the tables of publications.

What belongs here: the tables that are made of records, and texts. What does not: what a record is (`openalex_records`).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import polars as pl

from assets.sources.authorships import write_institution_pairs
from assets.sources.files.batches import batches, joined
from assets.sources.files.kinds import SEND_AGAIN
from assets.sources.files.lines import reader_database, write
from assets.sources.problems import DropError, Problem
from assets.sources.readers.openalex_records import take_records
from assets.sources.reading.contract import Delivery, Desk, PublicationTables
from assets.sources.values.columns import BETWEEN_DATES
from assets.sources.values.refusals import check_share, citations_expected, rejected_rows

REFUSED = f"""
    select file, row, 'id' as column_name, 'a line of ' || length(line) || ' characters' as value,
        if(line is null, 'the id of the record', 'a JSON object with an id') as expected
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
    with keyed as (
        select publication_id, publication_date, nullif(regexp_extract(i.id, '[^/]+$'), '') as key, i
        from (
            select id as publication_id, publication_date, unnest(institutions) as i
            from records
            where id is not null and is_work and publication_date is not null and odd_count is null
        )
    )
    select publication_id, publication_date, coalesce(m.merged_into, key) as institution_key, i.display_name as name,
        i.ror as ror, i.country_code as country_code, i.type as type
    from keyed left join (
        select id, min(merged_into) as merged_into from merged_institutions group by id
    ) as m on m.id = keyed.key
    where key is not null
"""
"""Every institution of every author, as the works name them; one that was merged is what it was merged into."""

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
    order by id
"""
"""Title and inverted abstract of each work that is kept."""


def read(delivery: Delivery, desk: Desk) -> PublicationTables:
    """Publications with a UK institution, and the UK institutions. A record without an id, a work without a date,
    and one whose citations are no count are refused. Institutions are counted once a work, however many authors they
    have on it."""
    with reader_database(desk) as database:
        taken = take_records(database, delivery, desk, with_texts=False)
        database.execute(NAMED)
        failing = database.sql(REFUSED, params={"expected": citations_expected(desk)}).pl()
        check_share(failing.height, max(taken.records, failing.height), failing, desk)
        publications = write(database, PUBLICATIONS, desk.scratch / "publications.parquet")
        institutions = write(database, INSTITUTIONS, desk.scratch / "institutions.parquet")
        citations = write(database, CITATIONS, desk.scratch / "citations.parquet")
        pairs = write_institution_pairs(database, AFFILIATED, UK_INSTITUTIONS, desk)
    if pl.scan_parquet(publications, glob=False).select(pl.len()).collect().item() == 0:
        expected = "works with an authorship at an institution whose country_code is GB"
        raise DropError(Problem(delivery.drop.path, "there is no work of a UK institution", expected, SEND_AGAIN))
    return PublicationTables(
        publications,
        institutions,
        citations,
        pairs,
        rejected_rows(failing),
        tuple(taken.notes),
        taken.passed_over,
    )


def texts(delivery: Delivery, desk: Desk, batch_rows: int) -> Iterator[pl.DataFrame]:
    """Title and abstract of the works that `read` keeps, as `key` and `text`; a work with neither is left out."""
    with reader_database(desk) as database:
        take_records(database, delivery, desk, with_texts=True)
        database.execute(NAMED)
        target = write(database, WORDS, desk.scratch / "texts.parquet")
    for words in batches(target, batch_rows):
        abstract = pl.Series("abstract", [abstract_of(index) for index in words["abstract"]], dtype=pl.String)
        yield words.select("key", text=joined("title", abstract)).filter(pl.col("text") != "")


def abstract_of(inverted: str | None) -> str | None:
    """An abstract in its order, from the positions of each of its words, in JSON.

    The JSON may be a text within JSON, and may be cut short, as Parquet's are at 32,760 bytes: then the words that
    stand there whole with their positions make the abstract.
    """
    index = _index_in(inverted)
    placed = [
        (position, word)
        for word, positions in index.items()
        for position in (positions if isinstance(positions, list) else [])
        if isinstance(position, int)
    ]
    return " ".join(word for _, word in sorted(placed)) or None


def _index_in(text: str | None) -> dict[str, Any]:
    if not text:
        return {}
    for whole in (text, f"{text[: text.rfind(']') + 1]}}}"):
        try:
            found = json.loads(whole)
        except (ValueError, RecursionError):
            continue
        if isinstance(found, str):
            return _index_in(found)
        return found if isinstance(found, dict) else {}
    return {}
