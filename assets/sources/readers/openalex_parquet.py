"""Rows of OpenAlex's Parquet: works with `authorships` nested as in JSON, and institutions.

What belongs here: which columns are read, of which of the kinds that they may be of. What does not: what becomes of a
record (`openalex_records`), tables in Parquet without nesting (`publication_tables`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pyarrow as pa
import pyarrow.parquet as pq

from assets.sources.files.kinds import SEND_AGAIN, Part, unreadable
from assets.sources.problems import DropError, Problem, shown
from assets.warehouse.database import sql_text

HEADER_ROWS = 2
"""Rows are counted as in all tables: the first after a header, which Parquet has elsewhere, is row 2."""
OF_AN_INSTITUTION = ("id", "display_name", "ror", "country_code", "type")
NEEDED = ("id", "country_code")
"""Of an institution."""
TEXTS = ("title", "abstract_inverted_index")
PLAIN = ("display_name", "ror", "country_code", "type", "publication_date", "cited_by_count", "title")
NO_INSTITUTIONS = (
    "cast([] as struct(id varchar, display_name varchar, ror varchar, country_code varchar, type varchar)[])"
)


def is_snapshot(parts: Sequence[Part]) -> bool:
    """Whether any of a drop's files is of works with their authorships nested, or of a snapshot's Parquet by its place.

    A file that cannot be read tells nothing.
    """
    in_parquet = [part for part in parts if part.kind == "parquet"]
    return any("updated_date=" in part.name.lower() or _is_nested(part) for part in in_parquet)


def _is_nested(part: Part) -> bool:
    try:
        return "authorships" in pq.read_schema(part.path).names
    except (pa.ArrowException, OSError):
        return False


def columns_read(part: Part, with_texts: bool) -> list[str]:
    """The columns of a file that are read; raises DropError where it is of neither works nor institutions."""
    schema = _schema(part)
    needed = ("id", "authorships") if "authorships" in schema else ("id", "country_code")
    lacking = [name for name in needed if name not in schema]
    if lacking:
        found = f"there is no such column (there are: {shown(', '.join(schema))})"
        expected = "the columns of works (id, authorships) or of institutions (id, country_code)"
        raise DropError(Problem(part.name, found, expected, SEND_AGAIN, column=", ".join(lacking)))
    wanted = (*PLAIN, "id", "updated_date", "publication_year", "geo", "authorships", *(TEXTS if with_texts else ()))
    return [name for name in dict.fromkeys(wanted) if name in schema and (with_texts or name not in TEXTS)]


def records_of_rows(part: Part, with_texts: bool) -> str:
    """SQL for the records of a file."""
    schema = _schema(part)
    read = columns_read(part, with_texts)
    plain = ", ".join(f"{_text(name, read)} as {name}" for name in PLAIN)
    updated = _text("updated_date", read)
    return f"""
        select '{sql_text(part.name)}' as file, file_row_number + {HEADER_ROWS} as row, null::bigint as item,
            nullif(regexp_extract({_text("id", read)}, '[^/]+$'), '') as id,
            try_cast({updated} as timestamp) as own_day,
            {"authorships is not null" if "authorships" in read else "false"} as is_work, {plain},
            try_cast({_text("publication_year", read)} as integer) as publication_year,
            {_coordinate("latitude", schema)} as latitude, {_coordinate("longitude", schema)} as longitude,
            {_institutions(part, schema)} as institutions,
            {_text("abstract_inverted_index", read)} as abstract, cast(null as varchar) as line
        from read_parquet('{sql_text(str(part.path))}', file_row_number = true)
    """


def _schema(part: Part) -> dict[str, pa.DataType]:
    try:
        schema = pq.read_schema(part.path)
    except (pa.ArrowException, OSError) as error:
        raise unreadable(part, error) from error
    return {name: schema.field(name).type for name in schema.names}


def _text(name: str, read: list[str]) -> str:
    return f'cast("{name}" as varchar)' if name in read else "cast(null as varchar)"


def _coordinate(name: str, schema: Mapping[str, pa.DataType]) -> str:
    geo = schema.get("geo")
    if geo is None or not pa.types.is_struct(geo) or name not in [field.name for field in geo]:
        return "cast(null as double)"
    return f"try_cast(geo.{name} as double)"


def _institutions(part: Part, schema: Mapping[str, pa.DataType]) -> str:
    """SQL for the institutions of all authors of a work; raises DropError where they are not nested as in JSON."""
    if "authorships" not in schema:
        return NO_INSTITUTIONS
    authors = schema["authorships"]
    author = authors.value_type if _is_list(authors) else None
    if pa.types.is_null(authors) or (author is not None and pa.types.is_null(author)):
        return NO_INSTITUTIONS
    institutions = _field(author, "institutions")
    if institutions is not None and _is_list(institutions) and pa.types.is_null(institutions.value_type):
        return NO_INSTITUTIONS
    institution = institutions.value_type if institutions is not None and _is_list(institutions) else None
    if any(_field(institution, name) is None for name in NEEDED):
        expected = f"a list of authors, each with a list of institutions, each with {' and '.join(NEEDED)}"
        raise DropError(
            Problem(
                part.name, f"the column is of the kind {shown(authors)}", expected, SEND_AGAIN, column="authorships"
            )
        )
    fields = ", ".join(
        f"'{name}': cast(i.{name} as varchar)" if _field(institution, name) is not None else f"'{name}': null::varchar"
        for name in OF_AN_INSTITUTION
    )
    each = f"list_transform(coalesce(a.institutions, []), lambda i: {{{fields}}})"
    return f"flatten(list_transform(coalesce(authorships, []), lambda a: {each}))"


def _is_list(kind: pa.DataType) -> bool:
    return pa.types.is_list(kind) or pa.types.is_large_list(kind)


def _field(kind: pa.DataType | None, name: str) -> pa.DataType | None:
    if kind is None or not pa.types.is_struct(kind):
        return None
    return next((field.type for field in kind if field.name == name), None)
