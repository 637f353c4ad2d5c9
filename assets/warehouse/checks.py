"""Checks of a table's new rows, made inside the transaction that writes them.

A rule is `sql/checks/<layer>/<rule>.sql`: a query that returns the failing rows, under a header that names the table,
the severity and, in words, the rule:

    -- table: organisations.apportioned_sites
    -- severity: blocking
    -- Every penny of every project is at a site or among the unlocated.

Every table's key, and its number of rows against the month before, are checked too, from its declaration. A
blocking check that fails undoes the write; a warning asks a person to look.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import duckdb
import polars as pl

from assets.warehouse.database import bound
from assets.warehouse.declarations import Table, declared_tables

EVIDENCE_ROWS = 10

OF_ANY_NUMBER = (
    "publication.attack_bounds",
    "publication.history",
    "sources.publisher_changes",
    "sources.readiness",
    "typology.cluster_history",
    "typology.month_changes",
    "typology.site_states",
)
"""Tables whose number of rows says nothing: what earlier releases promised is attacked with this one and so grows, how
much publishers or clusters change is up to them, sites stand in a month's rows only where they changed, and a dataset
more or less is told by the drops."""


@dataclass(frozen=True)
class Rule:
    """A query that returns failing rows."""

    name: str
    table: str
    blocking: bool
    description: str
    query: str


@dataclass(frozen=True)
class CheckOutcome:
    """What a check saw."""

    name: str
    table: str
    blocking: bool
    passed: bool
    description: str
    failing_rows: int
    evidence: pl.DataFrame
    """The first failing rows; they carry the rule's own expected and actual columns."""


class ChecksFailedError(Exception):
    """A blocking check failed; nothing was written. `outcomes` holds the evidence of every check made."""

    def __init__(self, outcomes: Sequence[CheckOutcome]) -> None:
        self.outcomes = list(outcomes)
        lines = [
            f"{outcome.table}: {outcome.name}: {outcome.description} ({outcome.failing_rows} rows fail; first: "
            f"{outcome.evidence.row(0, named=True) if outcome.evidence.height else 'none'})"
            for outcome in blocking_failures(outcomes)
        ]
        super().__init__("nothing was written, the earlier rows stay: " + "; ".join(lines))


def blocking_failures(outcomes: Sequence[CheckOutcome]) -> list[CheckOutcome]:
    """The outcomes that undo a write."""
    return [outcome for outcome in outcomes if outcome.blocking and not outcome.passed]


@functools.cache
def rules() -> tuple[Rule, ...]:
    """Every rule: the keys of the declared tables, then the files of sql/checks."""
    found = [_key_rule(table.name, table.key) for table in declared_tables().values() if table.key]
    found += [
        _band_rule(table)
        for table in declared_tables().values()
        if table.key[:1] == ("month",) and table.name not in OF_ANY_NUMBER
    ]
    for layer in sorted((files("sql") / "checks").iterdir(), key=lambda entry: entry.name):
        if layer.is_dir():
            for entry in sorted(layer.iterdir(), key=lambda entry: entry.name):
                if entry.name.endswith(".sql"):
                    found.append(_read_rule(entry.name.removesuffix(".sql"), entry.read_text(encoding="utf-8")))
    return tuple(found)


def rules_of(tables: Sequence[str]) -> list[Rule]:
    """The rules that hold for tables."""
    return [rule for rule in rules() if rule.table in tables]


def run_checks(
    connection: duckdb.DuckDBPyConnection, tables: Sequence[str], parameters: Mapping[str, Any], profiles: Sequence[str]
) -> list[CheckOutcome]:
    """Check tables on an open connection; `$profile` in a rule is tried for each profile."""
    outcomes = []
    for rule in rules_of(tables):
        frames = [
            connection.sql(rule.query, params=bound(rule.query, {**parameters, "profile": profile})).pl()
            for profile in (profiles if "$profile" in rule.query else profiles[:1])
        ]
        failing = pl.concat(frames, how="vertical_relaxed")
        outcomes.append(
            CheckOutcome(
                rule.name,
                rule.table,
                rule.blocking,
                failing.height == 0,
                rule.description,
                failing.height,
                failing.head(EVIDENCE_ROWS),
            )
        )
    return outcomes


def _key_rule(table: str, key: tuple[str, ...]) -> Rule:
    """Keys are compared by a hash of theirs first, which is quicker to group by; only those alike are looked at."""
    columns = ", ".join(key)
    of_drops = "as_of in (select as_of from sources.drops where month = $month)" if "as_of" in key else "true"
    scope = "month = $month" if "month" in key else of_drops
    query = f"""
        select {columns}, 1 as expected, count(*) as actual from {table}
        where {scope} and hash({columns}) in (
            select hash({columns}) as alike from {table} where {scope} group by alike having count(*) > 1
        )
        group by {columns} having count(*) > 1
    """
    return Rule("key_is_unique", table, True, f"No two rows share a key ({columns}).", query)


def _band_rule(table: Table) -> Rule:
    profile = " and profile = $profile" if "profile" in table.key else ""
    query = f"""
        with counts as (
            select
                count(*) filter (where month = $month) as actual,
                count(*) filter (where month = $month - interval 1 month) as expected
            from {table.name} where month <= $month{profile}
        )
        select expected, actual from counts
        where expected > 0 and abs(actual - expected) > $max_row_count_change_share * expected
    """
    return Rule("row_count_band", table.name, False, "Rows are near the number of the month before.", query)


def _read_rule(name: str, text: str) -> Rule:
    header = [line[2:].strip() for line in text.splitlines() if line.startswith("--")]
    fields = dict(line.split(": ", 1) for line in header[:2])
    query = "\n".join(line for line in text.splitlines() if not line.startswith("--")).strip().rstrip(";")
    return Rule(name, fields["table"], fields["severity"] == "blocking", " ".join(header[2:]), query)
