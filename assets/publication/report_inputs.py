"""What the report is made from: rows that have passed disclosure control, counts, and what checks say of the month.

What belongs here: queries and their frames. What does not: what the report says of them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import polars as pl

from assets.method import MethodProfile
from assets.months import Month
from assets.publication.source_drops import SourceDrop, source_drops
from assets.publication.source_notices import Notice, source_notices
from assets.publication.standing import Standing
from assets.text_safety import on_one_line
from assets.warehouse.declarations import declared_tables
from assets.warehouse.steps import StepContext

if TYPE_CHECKING:
    from collections.abc import Sequence

MONTHS_BACK = 12

OF_MONTH = "select * from {table} where month = $month order by all"


TRUST_OF_MONTH = {
    "stability": "publication.stability",
    "margins": "publication.criterion_margins",
    "audits": "publication.cluster_audit",
    "localisation": "publication.localisation",
    "agreement": "publication.method_agreement",
    "squares": "publication.agreement_map",
    "history": "publication.history",
    "unplaced_money": "trust.unplaced_money",
}
"""The tables that the frames of TrustOfMonth are of, by name."""


@dataclass(frozen=True)
class TrustOfMonth:
    """How sure the month's clusters are, what they rest on, and what became of those of the month before."""

    stability: pl.DataFrame
    margins: pl.DataFrame
    audits: pl.DataFrame
    localisation: pl.DataFrame
    agreement: pl.DataFrame
    squares: pl.DataFrame
    history: pl.DataFrame
    unplaced_money: pl.DataFrame


@dataclass(frozen=True)
class ReportInputs:
    """Frames of one report; texts without what is not seen."""

    month: Month
    clusters: pl.DataFrame
    """publication.clusters without outlines: of the month, the month before and a year before."""
    counts: pl.DataFrame
    """typology.cluster_counts of the month and the twelve before it."""
    events: pl.DataFrame
    """`profile`, `earlier_month`, `event`, `clusters`."""
    totals: pl.DataFrame
    """publication.totals."""
    rankings: pl.DataFrame
    """innovation_index.rankings with the changes of rank_changes."""
    models: pl.DataFrame
    model_quality: pl.DataFrame
    suppressions: pl.DataFrame
    """`measure`, `rule`, `cells`."""
    sources: Sequence[SourceDrop]
    """The drops that the month used."""
    notices: Sequence[Notice]
    """What to look at in the month's sources."""
    checks: pl.DataFrame
    """`layer`, `table`, `rule`, `description`, `outcome` (passed, warned, failed)."""
    profiles: Sequence[MethodProfile]
    trust: TrustOfMonth
    """How sure the month's clusters are, and what became of them."""
    standing: Standing = field(default_factory=Standing)
    """Whether the release is synthetic, a draft, approved."""

    @property
    def now(self) -> pl.DataFrame:
        """The month's clusters."""
        return self.clusters.filter(pl.col("month") == self.month.first_day)


def read_report(ctx: StepContext, made_here: Sequence[str]) -> ReportInputs:
    """Read everything; `made_here` are the tables of the step that makes the report, whose checks come later."""
    return ReportInputs(
        month=ctx.month,
        clusters=on_one_line(ctx.input("clusters_of_report")),
        counts=ctx.input("counts"),
        events=ctx.input("events"),
        totals=on_one_line(ctx.read(_of_month("publication.totals"))),
        rankings=on_one_line(ctx.input("rankings")),
        models=ctx.read(_of_month("innovation_index.models")),
        model_quality=ctx.read(_of_month("innovation_index.model_quality")),
        suppressions=ctx.input("suppressions"),
        sources=source_drops(ctx.read(_of_month("publication.source_files"))),
        notices=source_notices(ctx),
        checks=_checks(ctx, made_here),
        profiles=ctx.profiles,
        trust=TrustOfMonth(**{name: on_one_line(ctx.read(_of_month(table))) for name, table in TRUST_OF_MONTH.items()}),
    )


def tables_of_months(made_here: Sequence[str]) -> list[str]:
    """The tables that have rows of a month or of its drops; not those made here."""
    columns = {table.name: {column.name for column in table.columns} for table in declared_tables().values()}
    return [name for name, its_own in columns.items() if its_own & {"month", "as_of"} and name not in made_here]


def _of_month(table: str) -> str:
    return OF_MONTH.format(table=table)


def _checks(ctx: StepContext, made_here: Sequence[str]) -> pl.DataFrame:
    """Every rule tried on the month again, of the tables that have rows of it or of its drops. Evidence stays in the
    warehouse."""
    outcomes = ctx.check(tables_of_months(made_here), if_filled=True)
    return pl.DataFrame(
        [
            {
                "layer": outcome.table.partition(".")[0],
                "table": outcome.table,
                "rule": outcome.name,
                "description": outcome.description,
                "outcome": "passed" if outcome.passed else "failed" if outcome.blocking else "warned",
            }
            for outcome in outcomes
        ],
        schema=dict.fromkeys(("layer", "table", "rule", "description", "outcome"), pl.String),
    )
