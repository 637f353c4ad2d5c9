"""The queries that Python reads by, one file each: `sql/<layer>/inputs/<name>.sql` of steps, `asked/` of commands.

What belongs here: finding their texts and what tables they touch. What does not: reading by them (`reading`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from importlib.resources import files

from assets.warehouse.declarations import declared_tables
from assets.warehouse.touched import tables_touched

PART = re.compile(r"\binputs\.(\w+)")
"""How an input selects from another."""


def inputs_of(layer: str, names: Iterable[str]) -> dict[str, str]:
    """The query of each named input of a layer; where one selects from `inputs.<name>`, that other input stands.

    Raises ValueError for one that has no file.
    """
    return {name: _query(layer, name) for name in names}


def _query(layer: str, name: str) -> str:
    file = files("sql") / layer / "inputs" / f"{name}.sql"
    if not file.is_file():
        raise ValueError(f"there is no sql/{layer}/inputs/{name}.sql")
    text = file.read_text(encoding="utf-8")
    return PART.sub(lambda part: f"(\n{_query(layer, part[1]).rstrip()}\n)", text)


def asked(layer: str, name: str) -> str:
    """The query `sql/<layer>/asked/<name>.sql`: what a command reads of a layer once it is made."""
    return (files("sql") / layer / "asked" / f"{name}.sql").read_text(encoding="utf-8")


def tables_read(layer: str, inputs: Mapping[str, str]) -> set[str]:
    """Every declared table that the inputs of a layer touch. Raises ValueError for one that none declares."""
    known = set(declared_tables())
    touched = set[str]()
    for name, query in inputs.items():
        of_query = tables_touched(query)
        if unknown := {table for table in of_query - known if not table.startswith("ledger.")}:
            raise ValueError(
                f"sql/{layer}/inputs/{name}.sql reads {', '.join(sorted(unknown))}, which sql/schema does not declare"
            )
        touched |= of_query & known
    return touched
