"""The records of OpenAlex as a table: works and institutions that concern the United Kingdom, of each the newest.

A record is a line, a member of a page of the API (`{"meta": ..., "results": [...]}`), or a row of Parquet with
`authorships` nested as in JSON. Of an id that stands several times the newest record alone counts: of the newest
partition, else of the latest `updated_date` of its own. Files may be far larger than memory: each is read once, a block
at a time, and of a record that does not concern the United Kingdom no more is kept than its id and its day, by
which it can outdate one that does. What belongs here: what a record is. What does not: which files there are
(`openalex_snapshot`), the tables that are made of records (`openalex`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

import duckdb
import pyarrow.parquet as pq

from assets.sources.files.documents import documents, is_document, is_json
from assets.sources.files.kinds import SEND_AGAIN, Part, bytes_of, plain_files, unreadable
from assets.sources.files.lines import checked_lines, lines_of
from assets.sources.files.parquet_files import check_parquet
from assets.sources.problems import DropError, Problem, shown
from assets.sources.readers.openalex_parquet import columns_read, records_of_rows
from assets.sources.readers.openalex_snapshot import RecordFile, Snapshot, check_counts, snapshot_of
from assets.sources.reading.contract import Delivery, Desk
from assets.sources.values.citations import citations, odd_count
from assets.warehouse.database import sql_text

STRUCTURE = """{"display_name": "VARCHAR", "ror": "VARCHAR", "country_code": "VARCHAR", "type": "VARCHAR",
    "publication_year": "INTEGER", "publication_date": "VARCHAR", "title": "VARCHAR", "cited_by_count": "VARCHAR",
    "geo": {"latitude": "DOUBLE", "longitude": "DOUBLE"}, "authorships": "JSON", "abstract_inverted_index": "JSON"}"""
"""What is read of a record, work or institution, besides its id and its day."""
OF_AUTHORS = """
    flatten(list_transform(json_transform(as_list(r.authorships), '[{"institutions": "JSON"}]'), lambda a:
        coalesce(json_transform(as_list(a.institutions), '[{"id": "VARCHAR", "display_name": "VARCHAR",
            "ror": "VARCHAR", "country_code": "VARCHAR", "type": "VARCHAR"}]'), [])))
"""
"""The institutions of all authors of a work."""

TABLES = (
    """
    create table records (
        file varchar, row bigint, item bigint, id varchar, updated timestamp, is_work boolean, odd_count varchar,
        publication_date date, name varchar, ror varchar, country_code varchar, type varchar, latitude double,
        longitude double, institutions struct(
            id varchar, display_name varchar, ror varchar, country_code varchar, type varchar)[],
        citations bigint, title varchar, abstract varchar, line varchar
    )
    """,
    "create table others (id varchar, updated timestamp)",
    "create table gone (id varchar)",
    "create table merged_institutions (id varchar, merged_into varchar)",
)
"""`records` holds also, with their `line`, those that have no id; `others` the id and the day of what does not concern
the United Kingdom; `gone` works that were deleted or merged into others."""

FROM_JSON = f"""
    select file, row, item, nullif(regexp_extract(head[1], '[^/]+$'), '') as id,
        try_cast(head[2] as timestamp) as own_day, r.authorships is not null as is_work, r.publication_date,
        r.publication_year, r.cited_by_count, r.display_name, r.title, r.ror, r.country_code, r.type,
        r.geo.latitude as latitude, r.geo.longitude as longitude, {OF_AUTHORS} as institutions,
        cast(r.abstract_inverted_index as varchar) as abstract, case when head[1] is null then line end as line
    from (
        select *, case when contains(line, '"GB"') then try(json_transform(line, '{STRUCTURE}')) end as r
        from (select *, try(json_extract_string(line, ['$.id', '$.updated_date'])) as head from {{lines}})
    )
"""
"""Of a line in which no country is the United Kingdom nothing but its id and its day is looked at."""

FOUND = f"""
    create or replace temp table found as
    select file, row, item, id, coalesce(cast($partition as timestamp), own_day) as updated, is_work,
        coalesce(country_code = 'GB' and regexp_matches(id, '^I[0-9]+$'), false) or coalesce(
            list_contains(list_transform(institutions, lambda i: i.country_code), 'GB'), false) as is_uk,
        {odd_count("cited_by_count")} as odd_count,
        coalesce(
            plausible(try_cast(left(publication_date, 10) as date)), plausible(try(make_date(publication_year, 7, 1)))
        ) as publication_date,
        display_name as name, ror, country_code, type, latitude, longitude, institutions,
        {citations("cited_by_count")} as citations, {{texts}}, line
    from ({{records}})
"""
"""The records of a file. A year stands for its 1 July."""
WITH_TEXTS = "coalesce(title, display_name) as title, abstract"
WITHOUT_TEXTS = "cast(null as varchar) as title, cast(null as varchar) as abstract"

KEEP = (
    "insert into records by name select * exclude (is_uk) from found where is_uk or id is null",
    "insert into others select id, updated from found where not is_uk and regexp_matches(id, '^[WI][0-9]+$')",
)

IS_PAGE = "id is null and try(json_type(line, '$.results')) = 'ARRAY'"
PAGES = f"""
    select file, count(*), max(try_cast(json_extract_string(line, '$.meta.count') as bigint))
    from found where {IS_PAGE} group by file
"""
MEMBERS = f"""
    create or replace temp table members as
    select file, if(item is null, row, place) as row, place as item, line
    from (
        select file, row, item, unnest(range(1, len(members) + 1)) as place, cast(unnest(members) as varchar) as line
        from (select file, row, item, json_extract(line, '$.results[*]') as members from found where {IS_PAGE})
    )
"""
"""The members of pages of the API; the row of one is the line of the page, or its place in a page that is a file."""
WITHOUT_PAGES = f"delete from found where {IS_PAGE}"

OUTDATED = """
    create temp table outdated as
    with several as (
        select id from records where id is not null group by id having count(*) > 1
    ), ranked as (
        select rowid as place, row_number() over (
            partition by id order by updated desc nulls last, file desc, row desc, item desc nulls last
        ) as age
        from records semi join several using (id)
    )
    select place from ranked where age > 1
    union
    select r.rowid from records as r
    join others as o on o.id = r.id and coalesce(o.updated > r.updated, o.updated is not null and r.updated is null)
"""
"""Records that a newer one of the same id stands for; of several of one day the last counts."""

ID = "regexp_extract(trim(string_split(line, ',')[{place}], ' \"'), '([A-Z][0-9]+)$')"
"""An id in a list of such, which may be written as an address."""


@dataclass
class Taken:
    """What a drop holds besides the records that are kept."""

    by_file: Counter[str] = field(default_factory=Counter)
    """Records of each file, whatever they concern, and lines that are none."""
    passed_over: Counter[str] = field(default_factory=Counter)
    """What is not read or does not count, by what it is."""
    stated: int = 0
    """Records that there are in all, as pages say."""
    notes: list[str] = field(default_factory=list)
    """Sentences for a person."""

    @property
    def records(self) -> int:
        """Records of all files."""
        return sum(self.by_file.values())


def take_records(database: duckdb.DuckDBPyConnection, delivery: Delivery, desk: Desk, with_texts: bool) -> Taken:
    """Make the tables `records` and `merged_institutions` of a drop.

    Raises DropError where a file cannot be read, and where the drop is not what its manifests say.
    """
    snapshot = snapshot_of(delivery)
    for statement in TABLES:
        database.execute(statement)
    taken = Taken(passed_over=Counter(snapshot.passed_over))
    whole: dict[date | None, list[Part]] = {}
    for file in _plain(snapshot, desk):
        if is_json(file.part) and is_document(file.part):
            whole.setdefault(file.partition, []).append(file.part)
        else:
            _take_file(database, file, desk, with_texts, taken)
    for partition, parts in whole.items():
        _take_documents(database, parts, partition, desk, with_texts, taken)
    check_counts(snapshot.manifests, taken.by_file)
    _say_of_files(database, taken)
    _leave_outdated(database, taken)
    _leave_gone(database, snapshot, desk, taken)
    taken.passed_over = Counter({what: count for what, count in taken.passed_over.items() if count})
    return taken


def _plain(snapshot: Snapshot, desk: Desk) -> Iterator[RecordFile]:
    """The files of records; archives, and documents that are packed, are unpacked."""
    for file in snapshot.records:
        part = file.part
        if part.kind == "zip" or (part.is_gzip and is_json(part) and is_document(part)):
            yield from (RecordFile(inside, file.partition) for inside in plain_files([part], desk.scratch))
        else:
            yield file


def _take_file(
    database: duckdb.DuckDBPyConnection, file: RecordFile, desk: Desk, with_texts: bool, taken: Taken
) -> None:
    """Add the records of a file of rows or of lines."""
    part = file.part
    try:
        if part.kind == "parquet":
            check_parquet(part.path, part.name, columns_read(part, with_texts))
            _find(database, records_of_rows(part, with_texts), file.partition, desk, with_texts)
            _keep(database)
            taken.by_file[part.name] += pq.read_metadata(part.path).num_rows
        elif is_json(part):
            plain, lines = checked_lines(part, desk.scratch)
            source = (
                f"(select '{sql_text(part.name)}' as file, row, null::bigint as item, line from {lines_of(plain)} "
                "where line is not null)"
            )
            taken.by_file[part.name] += lines
            _take_json(database, source, file.partition, desk, with_texts, taken)
        else:
            raise _no_records(part)
    except (duckdb.InvalidInputException, duckdb.ConversionException, duckdb.BinderException) as error:
        raise unreadable(part, error) from error


def _take_documents(
    database: duckdb.DuckDBPyConnection,
    parts: Sequence[Part],
    partition: date | None,
    desk: Desk,
    with_texts: bool,
    taken: Taken,
) -> None:
    """Add the records of files that are a document each, many of which are taken in together: pages are small."""
    for frame in documents(parts):
        database.register("document", frame.to_arrow())
        taken.by_file.update(frame["file"].to_list())
        source = "(select *, 0::bigint as item from document)"
        _take_json(database, source, partition, desk, with_texts, taken)


def _take_json(
    database: duckdb.DuckDBPyConnection,
    source: str,
    partition: date | None,
    desk: Desk,
    with_texts: bool,
    taken: Taken,
) -> None:
    """Add the records of lines, and of pages among them, which are not counted as records but for their members."""
    _find(database, FROM_JSON.replace("{lines}", source), partition, desk, with_texts)
    pages = database.sql(PAGES).fetchall()
    if pages:
        database.execute(MEMBERS)
        database.execute(WITHOUT_PAGES)
    _keep(database)
    if pages:
        _find(database, FROM_JSON.replace("{lines}", "members"), partition, desk, with_texts)
        _keep(database)
        taken.by_file.subtract({file: count for file, count, _ in pages})
        taken.by_file.update(dict(database.sql("select file, count(*) from members group by file").fetchall()))
        taken.stated = max(taken.stated, *(stated or 0 for _, _, stated in pages))


def _find(
    database: duckdb.DuckDBPyConnection, records: str, partition: date | None, desk: Desk, with_texts: bool
) -> None:
    texts = WITH_TEXTS if with_texts else WITHOUT_TEXTS
    query = FOUND.replace("{limit}", str(desk.limits.max_citations)).replace("{texts}", texts)
    database.execute(query.replace("{records}", records), {"partition": partition})


def _keep(database: duckdb.DuckDBPyConnection) -> None:
    for statement in KEEP:
        database.execute(statement)


def _leave_outdated(database: duckdb.DuckDBPyConnection, taken: Taken) -> None:
    database.execute(OUTDATED)
    database.execute("delete from records where rowid in (select place from outdated)")
    taken.passed_over["records that a newer one stands for"] += _count(database, "outdated")


def _leave_gone(database: duckdb.DuckDBPyConnection, snapshot: Snapshot, desk: Desk, taken: Taken) -> None:
    """Leave out works that were deleted or merged into others, and what an institution was that was merged."""
    for part in snapshot.deleted:
        _add_ids(database, "gone", part, ("work_id",), desk)
    for entity, part in snapshot.merged:
        if entity == "works":
            _add_ids(database, "gone", part, ("id",), desk)
        elif entity == "institutions":
            _add_ids(database, "merged_institutions", part, ("id", "merge_into_id"), desk)
    for table, what in (("gone", "works that were deleted or merged"), ("merged_institutions", "institutions merged")):
        before = _count(database, "records")
        database.execute(f"delete from records where id in (select id from {table})")
        taken.passed_over[what] += before - _count(database, "records")


def _add_ids(database: duckdb.DuckDBPyConnection, table: str, part: Part, columns: tuple[str, ...], desk: Desk) -> None:
    first = next(bytes_of(part), b"").removeprefix(b"\xef\xbb\xbf").partition(b"\n")[0].decode(errors="replace")
    header = [name.strip(' "\r').lower() for name in first.split(",")]
    lacking = [column for column in columns if column not in header]
    if lacking:
        found = f"the header has no such column (it has: {shown(', '.join(header))})"
        raise DropError(
            Problem(part.name, found, f"a column for each of {', '.join(lacking)}", SEND_AGAIN, 1, lacking[0])
        )
    plain, _ = checked_lines(part, desk.scratch)
    ids = ", ".join(ID.format(place=header.index(column) + 1) for column in columns)
    try:
        database.execute(f"insert into {table} select {ids} from {lines_of(plain)} where line is not null and row > 1")
    except duckdb.InvalidInputException as error:
        raise unreadable(part, error) from error


def _say_of_files(database: duckdb.DuckDBPyConnection, taken: Taken) -> None:
    """Name the files that give nothing, and say what the pages say where they are not all there."""
    used = {file for (file,) in database.sql("select distinct file from records").fetchall()}
    idle = sorted(set(taken.by_file) - used)
    if idle:
        first = idle[0] if len(idle) == 1 else f"{len(idle)} of {len(taken.by_file)} files, the first {idle[0]},"
        verb = "has" if len(idle) == 1 else "have"
        taken.notes.append(f"publications: {first} {verb} no record of a UK institution")
    if taken.stated > taken.records:
        here = f"the pages say that there are {taken.stated:,} records in all; {taken.records:,} are in the drop"
        taken.notes.append(f"publications: {here}")


def _no_records(part: Part) -> DropError:
    kind = f"a file of kind {part.kind!r}" if part.kind else "a file that is not JSON"
    expected = (
        "JSON Lines (.jsonl, .jsonl.gz, part_0000.gz), pages of the API (.json), Papers.txt and its companions, or "
        "Parquet"
    )
    return DropError(Problem(part.name, kind, expected, SEND_AGAIN))


def _count(database: duckdb.DuckDBPyConnection, table: str) -> int:
    return int(database.sql(f"select count(*) from {table}").fetchall()[0][0])
