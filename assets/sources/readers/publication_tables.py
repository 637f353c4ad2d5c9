"""Publications as three tables in Parquet, as one exports them from a database that holds OpenAlex or the like.

Files, one or many of each, told apart by how their names, or those of the folders they lie in, begin. Columns in any
order and of other names besides; those in brackets may be lacking:

| files | columns |
|---|---|
| `works*.parquet` | `paper_id` or `work_id` or `id`; `publication_date`, `publication_year` (one of both, or both); |
| | [`cited_by_count` or `citations`]; [`title`] |
| `authorships*.parquet` | `paper_id` or `work_id`; `institution_id`, null or empty where not known |
| `institutions*.parquet` | `institution_id` or `id`; `name` or `display_name`; `country_code` of two letters; |
| | [`ror`]; [`type`]; [`latitude`], [`longitude`] |

`authorships` has a row for each author of a work and each institution of the author, in any order. Ids are integers or
text, the same in all files: `https://openalex.org/I1` is kept as `I1`. The files may be far larger than memory: all
authorships are read twice, what is not about UK institutions is read no further.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

import duckdb
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from assets.sources.authorships import keep_works_with, write_institution_pairs
from assets.sources.files.batches import batches
from assets.sources.files.kinds import SEND_AGAIN, Part, unreadable
from assets.sources.files.lines import reader_database, write
from assets.sources.files.parquet_files import check_parquet
from assets.sources.problems import DropError, Problem, shown
from assets.sources.reading.contract import Delivery, Desk, PublicationTables
from assets.sources.values.citations import citations, odd_count
from assets.sources.values.columns import (
    BETWEEN_DATES,
    CODE,
    DATE,
    DEGREES,
    TEXT,
    WHOLE_NUMBER,
    Column,
    locate,
    missing,
)
from assets.sources.values.refusals import check_share, citations_expected, rejected_rows
from assets.warehouse.database import sql_text

WORKS, AUTHORSHIPS, INSTITUTIONS_TABLE = "works", "authorships", "institutions"
COLUMNS = {
    WORKS: (
        Column("paper_id", ("paper_id", "work_id", "id"), CODE),
        Column("publication_date", ("publication_date",), DATE, "optional"),
        Column("publication_year", ("publication_year",), WHOLE_NUMBER, "optional"),
        Column("citations", ("cited_by_count", "citations"), WHOLE_NUMBER, "optional"),
        Column("title", ("title",), TEXT, "optional"),
    ),
    AUTHORSHIPS: (
        Column("paper_id", ("paper_id", "work_id"), CODE),
        Column("institution_id", ("institution_id",), CODE, "nullable"),
    ),
    INSTITUTIONS_TABLE: (
        Column("institution_id", ("institution_id", "id"), CODE),
        Column("name", ("name", "display_name"), TEXT, "nullable"),
        Column("country_code", ("country_code",), TEXT, "nullable"),
        Column("ror", ("ror",), TEXT, "optional"),
        Column("type", ("type",), TEXT, "optional"),
        Column("latitude", ("latitude",), DEGREES, "optional"),
        Column("longitude", ("longitude",), DEGREES, "optional"),
    ),
}
HEADER_ROWS = 2
"""Rows are counted as in all tables: the first after a header, which Parquet has elsewhere, is row 2."""
FILE_NAMES = ", ".join(f"{table}*.parquet" for table in COLUMNS)
KEY = "regexp_extract(cast({} as varchar), '[^/]+$')"
"""An id as the tables have it: text, without the address before it."""

UK = """
    create table uk as
    select institution_id, min(nullif(cast(name as varchar), '')) as name,
        min(nullif(cast(ror as varchar), '')) as ror, min(nullif(cast(type as varchar), '')) as institution_type,
        min(try_cast(latitude as double)) as latitude, min(try_cast(longitude as double)) as longitude
    from institutions where country_code = 'GB' and institution_id is not null
    group by institution_id
"""

COUNTED = """
    create table counted as
    select paper_id, cast(count(*) as integer) as institution_count from affiliated group by paper_id
"""

DATED = f"""
    create table dated as
    select paper_id, citations, title, publication_date, odd_count,
        case when publication_date is null or paper_id is null or odd_count is not null then file end as file,
        case when publication_date is null or paper_id is null or odd_count is not null then row end as row,
        case when publication_date is null then written end as written
    from (
        select file, row, paper_id, {{title}} as title,
            {citations("cast(citations as varchar)")} as citations,
            {odd_count("cast(citations as varchar)")} as odd_count,
            coalesce(
                plausible(try_cast(left(cast(publication_date as varchar), 10) as date)),
                plausible(try(make_date(try_cast(publication_year as integer), 7, 1)))
            ) as publication_date,
            coalesce(cast(publication_date as varchar), cast(publication_year as varchar)) as written
        from {WORKS}
        where paper_id is null or paper_id in (select paper_id from counted)
    )
"""
"""Works of UK institutions, and where those stand that are refused. A year stands for its 1 July."""

PUBLICATIONS = f"""
    select {KEY.format("a.paper_id")} as publication_id, min(d.publication_date) as publication_date,
        {KEY.format("a.institution_id")} as institution_key, min(c.institution_count) as institution_count
    from affiliated as a
    semi join uk on uk.institution_id = a.institution_id
    join counted as c on c.paper_id = a.paper_id
    join dated as d on d.paper_id = a.paper_id
    where d.publication_date is not null and d.odd_count is null
    group by a.paper_id, a.institution_id
    order by publication_id, institution_key
"""

INSTITUTIONS = f"""
    select {KEY.format("institution_id")} as institution_key, coalesce(name, institution_key) as name, ror,
        institution_type, latitude, longitude
    from uk order by institution_key
"""

CITATIONS = f"""
    select {KEY.format("paper_id")} as publication_id, max(citations) as citations
    from dated where publication_date is not null and odd_count is null and paper_id is not null
    group by paper_id order by publication_id
"""

TITLES = f"""
    select {KEY.format("paper_id")} as key, min(title) as text
    from dated where publication_date is not null and odd_count is null and paper_id is not null and title <> ''
    group by paper_id order by key
"""

OF_DATED_WORKS = """
    select {paper} as publication_id, {institution} as institution_key
    from affiliated
    where paper_id in (select paper_id from dated where publication_date is not null and odd_count is null)
"""

REFUSED = f"""
    select file, row, 'publication_date' as column_name, written as value,
        'a date, or a publication_year beside it, {BETWEEN_DATES}' as expected
    from dated where paper_id is not null and publication_date is null
    union all
    select file, row, $counted, odd_count, $expected
    from dated where paper_id is not null and publication_date is not null and odd_count is not null
    union all
    select file, row, 'paper_id', null, 'the id of the work' from dated where paper_id is null
    union all
    select file, row, 'institution_id', null, 'the id of the institution'
    from institutions where country_code = 'GB' and institution_id is null
    union all
    select min(file), min(row), 'paper_id', cast(paper_id as varchar), 'the id of one of the works'
    from authorships
    where paper_id in (select paper_id from counted where paper_id not in (select paper_id from known))
    group by paper_id
    order by file, row, column_name
"""
"""Rows that are refused one by one; of a work that is not among the works, its first authorship."""


@dataclass(frozen=True)
class ParquetTable:
    """The files of one table, and what its columns are called there."""

    parts: tuple[Part, ...]
    names: dict[str, str]
    """By our names; those that are lacking are not there."""
    kinds: dict[str, pa.DataType]

    def view(self, columns: tuple[Column, ...]) -> str:
        """SQL for the rows, with file and row; a column that is lacking is null."""
        chosen = ", ".join(
            f'"{self.names[column.name]}" as {column.name}' if column.name in self.names else f"null as {column.name}"
            for column in columns
        )
        return " union all ".join(
            f"select '{sql_text(part.name)}' as file, file_row_number + {HEADER_ROWS} as row, {chosen} "
            f"from read_parquet('{sql_text(str(part.path))}', file_row_number = true)"
            for part in self.parts
        )


def is_publication_tables(delivery: Delivery) -> bool:
    """Whether a drop is in Parquet."""
    return any(part.kind == "parquet" for part in delivery.parts)


def read(delivery: Delivery, desk: Desk) -> PublicationTables:
    """Publications with a UK institution, the UK institutions, citations, joint works.

    A work without a date or an id, or whose citations are no count, a UK institution without an id, and an authorship
    of a work that is not there are refused.
    """
    with reader_database(desk) as database:
        tables = _load(database, delivery, desk)
        parameters = {"counted": tables[WORKS].names.get("citations"), "expected": citations_expected(desk)}
        failing = database.sql(REFUSED, params=parameters).pl()
        found = database.sql("select count(*) from counted").fetchall()[0][0]
        check_share(failing.height, max(found, failing.height), failing, desk)
        publications = write(database, PUBLICATIONS, desk.scratch / "publications.parquet")
        institutions = write(database, INSTITUTIONS, desk.scratch / "institutions.parquet")
        citations = write(database, CITATIONS, desk.scratch / "citations.parquet")
        spelled = [
            name if pa.types.is_integer(tables[AUTHORSHIPS].kinds[name]) else KEY.format(name)
            for name in ("paper_id", "institution_id")
        ]
        pairs = write_institution_pairs(
            database,
            OF_DATED_WORKS.format(paper=spelled[0], institution=spelled[1]),
            f"select {spelled[1]} from uk",
            desk,
        )
    if pl.scan_parquet(publications, glob=False).select(pl.len()).collect().item() == 0:
        raise _no_work(delivery)
    return PublicationTables(publications, institutions, citations, pairs, rejected_rows(failing))


def texts(delivery: Delivery, desk: Desk, batch_rows: int) -> Iterator[pl.DataFrame]:
    """Titles of the works that `read` keeps, as `key` and `text`; nothing where the works have no column of titles."""
    with reader_database(desk) as database:
        _load(database, delivery, desk, title="cast(title as varchar)")
        target = write(database, TITLES, desk.scratch / "texts.parquet")
    yield from batches(target, batch_rows)


def _load(
    database: duckdb.DuckDBPyConnection, delivery: Delivery, desk: Desk, title: str = "cast(null as varchar)"
) -> dict[str, ParquetTable]:
    """Make the tables `uk`, `affiliated`, `counted`, `dated`, `known`, and a view of each of the files' tables."""
    tables = _tables(delivery)
    for name, table in tables.items():
        database.execute(f"create view {name} as {table.view(COLUMNS[name])}")
    database.execute(UK)
    if not database.sql("select 1 from uk limit 1").fetchall():
        raise _no_work(delivery)
    _check_works(database, tables[AUTHORSHIPS])
    is_text = not pa.types.is_integer(tables[AUTHORSHIPS].kinds["institution_id"])
    known = "where institution_id <> ''" if is_text else ""
    database.execute(f"create view with_institution as select paper_id, institution_id from {AUTHORSHIPS} {known}")
    keep_works_with(database, "with_institution", "uk", "paper_id", "institution_id", "affiliated")
    database.execute(COUNTED)
    database.execute(DATED.format(title=title, limit=desk.limits.max_citations))
    database.execute("create view known as select paper_id from dated where paper_id is not null")
    return tables


def _check_works(database: duckdb.DuckDBPyConnection, table: ParquetTable) -> None:
    """Raise DropError for the first authorship without the id of its work."""
    first = f"select file, row from {AUTHORSHIPS} where paper_id is null order by file, row limit 1"
    for file, row in database.sql(first).fetchall():
        column = table.names["paper_id"]
        raise DropError(Problem(file, "there is no value", "the id of the work", SEND_AGAIN, row=row, column=column))


def _no_work(delivery: Delivery) -> DropError:
    expected = "authorships at an institution whose country_code is GB"
    return DropError(Problem(delivery.drop.path, "there is no work of a UK institution", expected, SEND_AGAIN))


def _tables(delivery: Delivery) -> dict[str, ParquetTable]:
    """The tables of a drop; raises DropError where a file is of none or cannot be read, a table or a column is absent,
    or ids are not of one kind."""
    parts: dict[str, list[Part]] = {table: [] for table in COLUMNS}
    for part in delivery.parts:
        names = PurePosixPath(part.name.removeprefix(f"{delivery.drop.path}/").lower()).parts
        table = next((table for table in COLUMNS if any(name.startswith(table) for name in names)), None)
        if table is None or part.kind != "parquet":
            remedy = "Give the file the name of its table, or take it out"
            raise DropError(Problem(part.name, "the file is of none of the tables", FILE_NAMES, remedy))
        parts[table].append(part)
    absent = [f"{table}*.parquet" for table, there in parts.items() if not there]
    if absent:
        remedy = "Put the files beside the others in the drop's folder"
        raise DropError(Problem(delivery.drop.path, f"{', '.join(absent)} is not there", FILE_NAMES, remedy))
    tables = {table: _table(COLUMNS[table], there) for table, there in parts.items()}
    if not {"publication_date", "publication_year"} & set(tables[WORKS].names):
        raise _lacking(parts[WORKS][0], "publication_date or publication_year", list(tables[WORKS].names.values()))
    _check_kinds([(tables[WORKS], "paper_id"), (tables[AUTHORSHIPS], "paper_id")])
    _check_kinds([(tables[AUTHORSHIPS], "institution_id"), (tables[INSTITUTIONS_TABLE], "institution_id")])
    for found in tables.values():
        for part in found.parts:
            _check_flat(part, found)
            check_parquet(part.path, part.name, found.names.values())
    return tables


def _table(columns: tuple[Column, ...], parts: list[Part]) -> ParquetTable:
    names: dict[str, str] = {}
    kinds: dict[str, pa.DataType] = {}
    for part in parts:
        try:
            schema = pq.read_schema(part.path)
        except (pa.ArrowException, OSError) as error:
            raise unreadable(part, error) from error
        lacking = [column.label for column in missing(schema.names, columns)]
        lacking += [name for name in names.values() if not lacking and name not in schema.names]
        if lacking:
            raise _lacking(part, ", ".join(lacking), schema.names)
        found = {name: schema.names[position] for name, position in locate(schema.names, columns).items()}
        names = names or found
        for name in names:
            kinds.setdefault(name, schema.field(names[name]).type)
    return ParquetTable(tuple(parts), names, kinds)


def _check_flat(part: Part, table: ParquetTable) -> None:
    """Raise DropError where a column that is read holds lists or the like, and no single values."""
    schema = pq.read_schema(part.path)
    for name in table.names.values():
        kind = schema.field(name).type
        if pa.types.is_nested(kind):
            remedy = "Write one value a row"
            raise DropError(
                Problem(part.name, f"the column is of the kind {kind}", "single values", remedy, column=name)
            )


def _lacking(part: Part, columns: str, header: list[str]) -> DropError:
    found = f"there is no such column (there are: {shown(', '.join(header))})"
    remedy = "Add the column, or give it the name that is expected, the same in all files of the table"
    return DropError(Problem(part.name, found, f"a column for each of {columns}", remedy, column=columns))


def _check_kinds(ids: list[tuple[ParquetTable, str]]) -> None:
    """Raise DropError where ids that are compared are neither integers in all files nor text in all."""
    first: tuple[Part, bool] | None = None
    for table, column in ids:
        for part in table.parts:
            name = table.names[column]
            kind = pq.read_schema(part.path).field(name).type
            is_integer = pa.types.is_integer(kind)
            first = first or (part, is_integer)
            is_either = is_integer or pa.types.is_string(kind) or pa.types.is_large_string(kind)
            if not is_either or is_integer != first[1]:
                remedy = "Write the ids of works, and those of institutions, as one kind in all files"
                expected = f"{'integers' if first[1] else 'text'}, as in {first[0].name}"
                raise DropError(Problem(part.name, f"the column is of the kind {kind}", expected, remedy, column=name))
