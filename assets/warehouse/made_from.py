"""What the rows of a table and month were made from, so that they are not made again from the same.

What belongs here: the fingerprint of a step, and the ledger of fingerprints in the warehouse. What does not: running a
step.

The rows of a step follow from its code (`step_code`), the parameters, the month, and the rows it reads. These are not
looked at: for them stands the fingerprint of the step that made them, down to the drops, for which stand the digests of
their bytes. A step may look back at earlier months, so these count as read, of its own tables too. Threads and memory
are no part of it, since rows do not depend on them. A ledger that knows nothing of rows that are there never agrees.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

import duckdb

from assets.method import SHARED_SECTIONS, MethodProfile, shared_method
from assets.months import Month
from assets.warehouse.presence import with_rows
from assets.warehouse.reading import LAYERS_OF_DROPS
from assets.warehouse.step_code import step_code
from assets.warehouse.steps import Step


def step_fingerprint(
    connection: duckdb.DuckDBPyConnection, step: Step, month: Month, profiles: Sequence[MethodProfile]
) -> str | None:
    """What a step's rows of a month are made from, in 64 hex digits; None where not all of it is in the warehouse.

    Of the profiles, only what all share counts for a step that is not per profile.
    """
    if step.reaches_outside and step.outside is None:
        return None
    methods = profiles if step.per_profile else [shared_method(profiles)]
    parts: dict[str, Any] = {
        "code": step_code(step),
        "step": f"{step.layer}.{step.name}",
        "month": str(month),
        "method": [_method(method, step.per_profile) for method in methods],
        "read": _states(connection, step, month),
    }
    if step.outside:
        parts["outside"] = step.outside.decides(connection, month, profiles)
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()


def is_made(connection: duckdb.DuckDBPyConnection, step: Step, month: Month, fingerprint: str) -> bool:
    """Whether a step's rows of the month were made from this and all still are there, and what it put outside too."""
    return all(
        _ledger(connection, table, month) == [(fingerprint, _row_count(connection, table, month))]
        for table in step.tables
    ) and (step.outside is None or step.outside.stands(connection, month))


def set_made(connection: duckdb.DuckDBPyConnection, tables: Iterable[str], month: Month, fingerprint: str) -> None:
    """Put into the ledger what the tables' rows of the month were made from; in the transaction that writes them."""
    for table in tables:
        place = {"month": month.first_day, "table": table}
        connection.execute("delete from ledger.made_from where month = $month and table_name = $table", place)
        connection.execute(
            "insert into ledger.made_from values ($month, $table, $fingerprint, $rows)",
            {**place, "fingerprint": fingerprint, "rows": _row_count(connection, table, month)},
        )


def _method(method: MethodProfile, per_profile: bool) -> dict[str, Any]:
    # Whether a person is asked decides no row.
    exclude: dict[str, Any] = {"description": True, "refresh": True, "publication": {"approval"}}
    parameters = method.model_dump(mode="json", exclude=exclude)
    return parameters if per_profile else {name: parameters[name] for name in SHARED_SECTIONS if name in parameters}


def _states(connection: duckdb.DuckDBPyConnection, step: Step, month: Month) -> dict[str, object]:
    """What stands for the rows up to the month of each table that a step reads, of its own those before the month."""
    read = sorted({*step.tables, *step.reads})
    of_drops = [table for table in read if table.split(".", maxsplit=1)[0] in LAYERS_OF_DROPS]
    made = [table for table in read if table not in of_drops]
    drops = _drops(connection, month) if of_drops else []
    known = {table: _known(rows, month, table in step.tables) for table, rows in _made(connection, made).items()}
    this_month = [(table, month.first_day) for table in made if table not in step.tables]
    there = with_rows(connection, [*this_month, *((table, day) for table, rows in known.items() for day, _ in rows)])
    states: dict[str, object] = dict.fromkeys(of_drops, drops)
    for table in made:
        if (table, month.first_day) in there and month.first_day not in dict(known[table]):
            states[table] = str(uuid.uuid4())
        else:
            # A month's rows may have been deleted since.
            states[table] = [(*row, (table, row[0]) in there) for row in known[table]]
    return states


def _drops(connection: duckdb.DuckDBPyConnection, month: Month) -> list[Any]:
    return connection.execute(
        "select dataset, as_of, sha256, reader_version from sources.drops where month = $month order by all",
        {"month": month.first_day},
    ).fetchall()


def _made(connection: duckdb.DuckDBPyConnection, tables: Sequence[str]) -> dict[str, list[tuple[date, str]]]:
    """The ledger's months and fingerprints of tables."""
    found: dict[str, list[tuple[date, str]]] = {table: [] for table in tables}
    rows = connection.execute(
        "select table_name, month, fingerprint from ledger.made_from "
        "where table_name in (select unnest($tables)) order by all",
        {"tables": list(tables)},
    )
    for table, first_day, fingerprint in rows.fetchall():
        found[table].append((first_day, fingerprint))
    return found


def _known(rows: Sequence[tuple[date, str]], month: Month, is_own: bool) -> list[tuple[date, str]]:
    """Of the ledger's months of a table those that count for a month: up to it, of the step's own those before it."""
    return [row for row in rows if row[0] < month.first_day or (row[0] == month.first_day and not is_own)]


def _ledger(connection: duckdb.DuckDBPyConnection, table: str, month: Month) -> list[Any]:
    return connection.execute(
        "select fingerprint, row_count from ledger.made_from where month = $month and table_name = $table",
        {"month": month.first_day, "table": table},
    ).fetchall()


def _row_count(connection: duckdb.DuckDBPyConnection, table: str, month: Month) -> int:
    counted = connection.execute(f"select count(*) from {table} where month = $month", {"month": month.first_day})
    return int(counted.fetchall()[0][0])
