"""One query of a person's own over the warehouse: it reads the file, and nothing else of the machine.

What belongs here: which statements are queries, the connection they run on, and what becomes of kinds of value that
only DuckDB has. What does not: our own queries (database), how rows are written (pipelines/output).

Two locks, for neither is whole without the other. The connection is read-only, with files, extensions and settings
shut: but DuckDB still lets `copy` write the file's log and the folder that it spills to. So only a statement that reads
comes so far, without the functions that switch DuckDB's own records on or make a statement of a text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import date
from itertools import pairwise

import duckdb
import polars as pl

from assets.warehouse.database import Warehouse

LOCKED = {
    "enable_external_access": False,
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "allow_community_extensions": False,
    "allow_unsigned_extensions": False,
    "allow_persistent_secrets": False,
    "python_enable_replacements": False,
    "lock_configuration": True,
}
"""Settings of DuckDB: no other file, extension, secret or variable of this process, and none of it to be undone."""

SHUT = {
    "checkpoint",
    "disable_logging",
    "disable_profiling",
    "enable_logging",
    "enable_profiling",
    "force_checkpoint",
    "json_execute_serialized_sql",
    "query",
    "truncate_duckdb_logs",
    "write_log",
}
"""Functions that a query may not call: those that DuckDB keeps or writes something by, and those that run a text."""

QUERIES = "SELECT, WITH, FROM, VALUES, TABLE, DESCRIBE, SHOW, SUMMARIZE, PIVOT, UNPIVOT, or EXPLAIN of one"
OF_EXPLAIN = {"analyze", "analyse", "verbose", "format"}
AS_TEXT = ("interval", "union", "variant", "bit", "bignum", "geometry", "time with time zone", "uhugeint")
"""How the names of kinds begin that no frame holds, or holds as something else; `time`, which has 24:00, is one too."""
NESTED = {"list", "array", "struct", "map"}
LOOK_EVERY_SECONDS = 0.2
"""How often it is looked whether a query has its answer, or somebody wants none any more."""
DATES = (date.min, date.max)
"""Between these lies what Python and polars show as a date or a time; DuckDB reckons further, and has an infinity."""


class QueryError(ValueError):
    """A query that is refused, or cannot be answered; the message is for whoever wrote it."""


def read_query(warehouse: Warehouse, sql: str, *, nested_as_text: bool = False) -> pl.DataFrame:
    """The rows of a query that someone else wrote.

    `nested_as_text` gives lists, structs and maps as JSON and blobs as hexadecimal digits, for formats that have none.
    Intervals, unions and other kinds that no frame holds always come as the text that DuckDB writes. Raises QueryError
    for what is no query, or cannot be answered.
    """
    try:
        sql.encode()
    except UnicodeEncodeError as error:
        raise QueryError("the query is not UTF-8 text: give it in UTF-8") from error
    try:
        with warehouse.connect(read_only=True, further=LOCKED) as connection:
            _check(connection, sql)
            frame = _answered(connection, lambda: _shown(connection.sql(sql), nested_as_text).pl())
    except duckdb.Error as error:
        raise QueryError(_in_words(error)) from error
    except pl.exceptions.PolarsError as error:
        raise QueryError(f"the rows cannot be held: {error}: cast the column to varchar") from error
    for column in frame.iter_columns():
        if not _is_shown(column):
            raise QueryError(
                f"column {column.name} has a date that lies outside the years {DATES[0].year} to {DATES[1].year}: "
                "cast it to varchar"
            )
    return frame


def _answered(connection: duckdb.DuckDBPyConnection, ask: Callable[[], pl.DataFrame]) -> pl.DataFrame:
    """What a query answers; Ctrl-C ends it, which DuckDB alone hears of only once rows come."""
    with ThreadPoolExecutor(1) as beside:
        answer = beside.submit(ask)
        try:
            # A wait without an end is not woken everywhere by what is to interrupt it.
            while not wait([answer], LOOK_EVERY_SECONDS).done:
                pass
            return answer.result()
        except KeyboardInterrupt:
            # Between two parts of the asking there is nothing to interrupt, and DuckDB forgets that it was asked to.
            while not wait([answer], LOOK_EVERY_SECONDS).done:
                connection.interrupt()
            raise


def _is_shown(column: pl.Series) -> bool:
    """Whether all dates of a column lie between DATES; those counted in nanoseconds cannot lie elsewhere."""
    kind = column.dtype
    if kind != pl.Date and not (isinstance(kind, pl.Datetime) and kind.time_unit != "ns"):
        return True
    first, last = (pl.Series([day]).cast(kind).to_physical().item() for day in DATES)
    return bool(column.to_physical().is_between(first, last).all())


def _check(connection: duckdb.DuckDBPyConnection, sql: str) -> None:
    """Raise QueryError where the text is anything but one query."""
    statements = connection.extract_statements(sql)
    if not statements:
        raise QueryError(f"there is no query: give one {QUERIES}")
    # A PIVOT that does not name its values comes as several statements without a text: the first makes a type of them.
    is_pivot = len(statements) > 1 and all(not statement.query for statement in statements)
    if len(statements) > 1 and not is_pivot:
        raise QueryError(f"one query at a time: these are {len(statements)} statements")
    kind = statements[-1].type
    tokens = _tokens(sql)
    if kind == duckdb.StatementType.EXPLAIN:
        _check(connection, _explained(tokens))
    elif kind != duckdb.StatementType.SELECT:
        named = kind.name.replace("_", " ").lower() if kind.name.isidentifier() else "unknown"
        raise QueryError(
            f"a query reads the warehouse and nothing else: this is a statement of the kind {named}; give {QUERIES}"
        )
    for name, following in pairwise(tokens):
        called = re.match(r'"?(\w+)', name)
        if called and called[1].lower() in SHUT and following.startswith("("):
            raise QueryError(f"a query reads the warehouse and nothing else: {called[1].lower()}() is not to be called")


def _tokens(sql: str) -> list[str]:
    """The words and signs of a text, each with the spaces and comments that follow it."""
    text = sql.encode()
    begins = [offset for offset, _ in duckdb.tokenize(sql)]
    return [text[begin:end].decode() for begin, end in zip(begins, [*begins[1:], len(text)], strict=True)]


def _explained(tokens: Sequence[str]) -> str:
    """What an EXPLAIN is of: the text behind its options."""
    words = [re.sub(r"\W.*", "", token, flags=re.DOTALL).lower() for token in tokens]
    at = words.index("explain") + 1
    if tokens[at].startswith("(") and words[at + 1] in OF_EXPLAIN:
        at = next(position for position in range(at, len(tokens)) if tokens[position].startswith(")")) + 1
    while words[at] in OF_EXPLAIN:
        at += 1
    return "".join(tokens[at:])


def _shown(relation: duckdb.DuckDBPyRelation, nested_as_text: bool) -> duckdb.DuckDBPyRelation:
    """The same rows in kinds of value that a frame holds."""
    expressions = [
        _shown_column(position, kind, nested_as_text) for position, kind in enumerate(relation.types, start=1)
    ]
    if expressions != [f"#{position}" for position in range(1, len(expressions) + 1)]:
        named = zip(expressions, relation.columns, strict=True)
        relation = relation.select(*(duckdb.SQLExpression(text).alias(name) for text, name in named))
    return relation


def _shown_column(position: int, kind: duckdb.sqltypes.DuckDBPyType, nested_as_text: bool) -> str:
    text = str(kind).lower()
    if kind.id in NESTED:
        # JSON knows no kinds of its own: what it cannot say stands in it as text.
        if nested_as_text or any(odd in text for odd in AS_TEXT):
            return f"to_json(#{position})::varchar"
    elif kind.id == "blob" and nested_as_text:
        return f"lower(hex(#{position}))"
    elif text == "time" or text.startswith(AS_TEXT):
        return f"#{position}::varchar"
    return f"#{position}"


def _in_words(error: duckdb.Error) -> str:
    """DuckDB's message, with the place in the query where it shows one."""
    text = str(error)
    first = text.partition(": ")[2].splitlines()[0]
    if isinstance(error, duckdb.PermissionException):
        return f"a query reads the warehouse and nothing else: {first}"
    if " extension" in text and "install" in text:
        return f"a query reads the warehouse and nothing else, without extensions: {first}"
    if isinstance(error, duckdb.InternalException | duckdb.FatalException):
        return f"DuckDB cannot answer this query: {first}"
    message, mark, place = text.partition("\n\nLINE ")
    return " ".join(message.split()) + mark + place
