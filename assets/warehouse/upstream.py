"""Which tables stand upstream of each table of a step: those that its columns and its checks are made from.

What belongs here: deriving them, and reading what was derived; columns' sources, as the UI shows them, among it. What
does not: how columns' sources are found (`lineage`), what a step may read (`reading`).

Following every query costs seconds, which nobody is to wait for at each start, so `make docs` writes what was derived
into `sql/upstream.json`, each step with a digest of what it was derived from. Where the digest is another, or the step
is not in the file, each of its tables gets all that the step reads: right, and coarse.

- The table of a step that makes one table follows from all that the step reads: joins and filters decide rows too.
- Of several tables, each follows from the tables behind its columns; from all that the step reads where none is.
- What stands behind no column of any of them decides rows, or how they are made: all of them follow from it.
- A table that a rule of `sql/checks/` reads is upstream of the table that the rule is for, where an earlier step makes
  it. One that is made by the same step, or later, would close a circle.
"""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Sequence
from importlib.resources import files
from typing import Any

from assets.warehouse.checks import rules_of
from assets.warehouse.declarations import declared_tables, ledger_tables
from assets.warehouse.lineage import column_lineage, lineage_words
from assets.warehouse.steps import Step
from assets.warehouse.touched import tables_touched

FILE = "upstream.json"
"""In the package `sql`."""
REMEDY = "run make docs"

Upstream = dict[str, tuple[str, ...]]
"""Table of a step -> the tables upstream of it, in the order of the declarations."""


def upstream_of(step: Step) -> Upstream:
    """The tables upstream of each of a step's, as they were derived; all that it reads where it has changed since."""
    known = _written().get(_name(step))
    if known is None or known["digest"] != digest_of(step):
        return {table: _in_order({*step.reads} - {*step.tables}) for table in step.tables}
    return {table: tuple(known["upstream"][table]) for table in step.tables}


def column_sources_of(step: Step) -> dict[str, str]:
    """Table of a step -> where its columns come from, in Markdown, as it was derived."""
    known = _written().get(_name(step))
    if known is None or known["digest"] != digest_of(step):
        return dict.fromkeys(step.tables, f"not derived since the step was changed: {REMEDY}")
    return dict(known["columns"])


def _column_sources(step: Step) -> dict[str, str]:
    return {table: lineage_words(column_lineage(step, table)) for table in step.tables}


def derived(step: Step, earlier: Sequence[Step]) -> Upstream:
    """The tables upstream of each of a step's, from its columns and checks; `earlier` are the steps that run before."""
    reads = {*step.reads} - {*step.tables}
    behind = {table: reads & _behind_columns(step, table) for table in step.tables}
    behind_none = reads.difference(*behind.values())
    made_before = {table for other in earlier for table in other.tables}
    return {
        table: _in_order((columns | behind_none if columns else reads) | (_read_by_checks(table) & made_before))
        for table, columns in behind.items()
    }


def digest_of(step: Step) -> str:
    """A digest of all of a step that its tables' upstream is derived from, in 16 hex digits."""
    known = declared_tables() | ledger_tables()
    named = (*step.tables, *step.reads, *step.keeps)
    columns = {name: [[column.name, column.type] for column in known[name].columns] for name in named if name in known}
    parts = [
        step.tables,
        step.reads,
        step.query,
        dict(step.inputs),
        {column: list(sources) for column, sources in step.lineage.items()},
        columns,
        [[rule.table, rule.query] for rule in rules_of(step.tables)],
    ]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:16]


def upstream_file(steps: Sequence[Step]) -> str:
    """The text of the file, for all steps in an order in which they can run."""
    entries = []
    for place, step in enumerate(steps):
        lines = [
            f"   {json.dumps(table)}: {json.dumps(names)}" for table, names in derived(step, steps[:place]).items()
        ]
        upstream = ",\n".join(lines)
        columns = ",\n".join(
            f"   {json.dumps(table)}: {json.dumps(words)}" for table, words in _column_sources(step).items()
        )
        digest = json.dumps(digest_of(step))
        entries.append(
            f' {json.dumps(_name(step))}: {{\n  "digest": {digest},\n  "upstream": {{\n{upstream}\n  }},\n'
            f'  "columns": {{\n{columns}\n  }}\n }}'
        )
    return "{\n" + ",\n".join(entries) + "\n}\n"


def _behind_columns(step: Step, table: str) -> set[str]:
    # One query makes the rows of its table whole: what it touches and shows in no column decides which there are.
    if len(step.tables) == 1:
        return {*step.reads}
    return {name for sources in column_lineage(step, table).values() for name, _ in sources}


def _read_by_checks(table: str) -> set[str]:
    return {name for rule in rules_of([table]) for name in tables_touched(rule.query)}


def _in_order(tables: set[str]) -> tuple[str, ...]:
    return tuple(name for name in declared_tables() if name in tables)


def _name(step: Step) -> str:
    return f"{step.layer}.{step.name}"


@functools.cache
def _written() -> dict[str, Any]:
    file = files("sql") / FILE
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    return found
