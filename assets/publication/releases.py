"""What has been released, and this month's figures beside it; and what this month's release adds.

What belongs here: the ledger of releases, read and written. What does not: any rule of disclosure control.

Every release counts, the first of a month as much as one that took its place: what is out cannot be taken back. A
release is out once disclosure control has committed it, since its folder may be shown by anyone from then on; the
ledger's rows are written in that very transaction, and never deleted.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import polars as pl

from assets.methods.disclosure.figures import PLACE, Figures
from assets.warehouse.database import Query, Replacement
from assets.warehouse.steps import StepContext, step_parameters

if TYPE_CHECKING:
    from assets.methods.disclosure.control import Controlled

MEASURES = ("employees", "turnover_gbp")
SUM = ["month", "release", "kind", "number"]


@dataclass(frozen=True)
class History:
    """All measures, and the place of this month's release in it."""

    cells: pl.DataFrame
    """This month's cells: `cell`, PLACE; every one, also those that no source gives a figure of."""
    figures: Mapping[str, Figures]
    release: int
    """What this month's release will be, counted from 1."""
    parameters: str
    is_released: bool
    """Whether the last release of this month was made with the same parameters."""
    last: pl.DataFrame
    """That release: `measure`, PLACE, `figure`, `given`."""
    digests: pl.DataFrame
    """`measure`, `vector`, `figure`."""


def is_made_again(history: History) -> bool:
    """Whether the last release of this month was of the very same figures, under the same parameters."""
    columns = ["measure", *PLACE[2:], "figure"]
    now = pl.concat(
        [
            known.cells.filter("is_now")
            .join(history.digests.filter(pl.col("measure") == measure), on="vector")
            .select(columns)
            for measure, known in history.figures.items()
        ]
    )
    return history.is_released and history.last.select(columns).sort(columns).equals(now.sort(columns))


def read_history(ctx: StepContext, but_for: int | None = None) -> History:
    """This month's figures and those of all releases; `but_for`: without that release of this month."""

    def out(name: str) -> pl.DataFrame:
        is_left_out = (pl.col("month") == ctx.month.first_day) & (pl.col("release") == (but_for or 0))
        return ctx.input(name).filter(~is_left_out)

    releases = out("releases")
    of_month = releases.filter(pl.col("month") == ctx.month.first_day)
    number = 1 + max(of_month["release"].to_list(), default=0)
    parameters = _parameters(ctx)
    method = ctx.method.publication
    bases = {"employees": method.employees_rounding, "turnover_gbp": method.turnover_rounding_gbp}
    place = {"month": pl.lit(ctx.month.first_day, pl.Date), "release": pl.lit(number, pl.Int64)}
    parts = ctx.input("parts").with_columns(**place)
    now = parts.select(PLACE).unique().sort(PLACE).with_row_index("cell").with_columns(pl.col("cell").cast(pl.Int64))
    released = out("released")
    found = pl.concat(
        [
            ctx.input("figures").with_columns(**place, given=pl.lit(None, pl.Int64), is_now=pl.lit(True)),
            released.with_columns(is_now=pl.lit(False)),
        ],
        how="diagonal_relaxed",
    )
    digests = found.select("measure", "figure").unique().sort("measure", "figure").with_row_index("vector")
    digests = digests.with_columns(pl.col("vector").cast(pl.Int64))
    contributions = ctx.input("contributions").join(digests, on=["measure", "figure"])
    all_parts = pl.concat(
        [
            parts.filter(pl.col("table_name") == "totals").select(*PLACE[:3], "cluster_id", total="label"),
            out("released_parts"),
        ],
        how="diagonal_relaxed",
    )
    sums = out("released_sums").join(digests, on=["measure", "figure"])
    held_back = pl.col("release").is_in(of_month.filter(pl.col("parameters") == parameters)["release"].implode())
    known = _Known(now, found.join(digests, on=["measure", "figure"]), contributions, parts, all_parts, sums)
    first_day = ctx.month.first_day
    figures = {measure: _figures(known, measure, bases[measure], first_day, held_back) for measure in MEASURES}
    last = released.filter((pl.col("month") == ctx.month.first_day) & (pl.col("release") == number - 1))
    same = of_month.filter(pl.col("release") == number - 1)["parameters"].to_list() == [parameters]
    return History(now, figures, number, parameters, same, last, digests)


@dataclass(frozen=True)
class _Known:
    """Frames of all measures, from which each takes its own."""

    now: pl.DataFrame
    found: pl.DataFrame
    contributions: pl.DataFrame
    parts: pl.DataFrame
    all_parts: pl.DataFrame
    sums: pl.DataFrame


def _figures(known: _Known, measure: str, base: int, first_day: date, held_back: pl.Expr) -> Figures:
    """One measure; `held_back` says of which releases of this month what was suppressed stays so."""
    of_measure = pl.col("measure") == measure
    cells = _numbered(known.found.filter(of_measure), known.now)
    cells = cells.join(_runs(known.parts), on=PLACE, how="left", maintain_order="left")
    held = known.contributions.filter(of_measure).select("vector", "organisation", "value")
    sums = known.sums.filter(of_measure)
    is_held_back = ~pl.col("is_now") & (pl.col("month") == first_day) & held_back
    return Figures(
        cells.with_columns(is_compared=~pl.col("is_now") & pl.col("vector").is_in(held["vector"].unique().implode()))
        .with_columns(base=pl.when("is_now").then(base).otherwise("base").cast(pl.Int64))
        .drop("figure", "measure"),
        base,
        _sums(known.all_parts, cells),
        held,
        _goals(sums.filter(pl.col("kind") == "goal"), cells),
        _numbered_sums(sums.filter(pl.col("kind") == "inside")).select("number", "vector", "sign"),
        frozenset(cells.filter(is_held_back & pl.col("given").is_null())["vector"]),
    )


def say_what_is_unknown(ctx: StepContext) -> None:
    """Say which published months are in no ledger."""
    unknown = ctx.input("unknown_releases")["month"]
    if unknown.len():
        ctx.report.say(
            f"{', '.join(f'{month:%Y-%m}' for month in unknown)}: published before releases were kept, and not "
            "protected against; make these months again in order, then this one"
        )


def _parameters(ctx: StepContext) -> str:
    stated = json.dumps(ctx.method.publication.model_dump(mode="json", exclude={"approval"}), sort_keys=True)
    return hashlib.sha256(stated.encode()).hexdigest()


def _numbered(found: pl.DataFrame, now: pl.DataFrame) -> pl.DataFrame:
    """The figures with their `cell`: this month's as they are numbered already, the others after them."""
    earlier = found.filter(~pl.col("is_now")).sort(PLACE).with_row_index("cell", now.height)
    return pl.concat(
        [found.filter("is_now").join(now, on=PLACE).sort("cell"), earlier.with_columns(pl.col("cell").cast(pl.Int64))],
        how="diagonal_relaxed",
    )


def _runs(parts: pl.DataFrame) -> pl.DataFrame:
    """This month's clusters with the `run` that found them."""
    return parts.filter((pl.col("table_name") == "totals") & pl.col("label").str.starts_with("sector: ")).select(
        *PLACE[:3], table_name=pl.lit("clusters"), label="cluster_id", run=pl.format("{} {}", "profile", "label")
    )


def _sums(parts: pl.DataFrame, cells: pl.DataFrame) -> pl.DataFrame:
    """`total`, `part` as cells. A part that no source gives a figure of counts as nothing."""
    keys = PLACE[:3]
    totals = cells.filter(pl.col("table_name") == "totals").select(*keys, total_cell="cell", total="label")
    clusters = cells.filter(pl.col("table_name") == "clusters").select(*keys, part="cell", cluster_id="label")
    return (
        parts.join(totals, on=[*keys, "total"])
        .join(clusters, on=[*keys, "cluster_id"])
        .select(total="total_cell", part="part")
        .sort("total", "part")
    )


def _numbered_sums(sums: pl.DataFrame) -> pl.DataFrame:
    """Sums numbered through all releases."""
    numbers = sums.select(SUM).unique().sort(SUM).with_row_index("all_number")
    return sums.join(numbers, on=SUM).with_columns(number=pl.col("all_number").cast(pl.Int64)).sort("number", "vector")


def _goals(sums: pl.DataFrame, cells: pl.DataFrame) -> pl.DataFrame:
    """What earlier releases promised, reported of a cell of the name that they reported it of."""
    named = PLACE[2:]
    return (
        _numbered_sums(sums)
        .join(cells.sort("cell").unique(named, keep="first").select("cell", *named), on=named)
        .select("number", "cell", "title", "required_lower", "required_upper", "vector", "sign")
        .sort("number", "vector")
    )


def release_rows(ctx: StepContext, history: History, controlled: Mapping[str, Controlled]) -> list[Replacement]:
    """What this month's release adds to the ledger; nothing where it is the very same as the one before it."""
    released = pl.concat(
        [
            history.figures[measure]
            .cells.filter("is_now")
            .join(outcome.cells.select("cell", shown="given"), on="cell")
            .join(history.digests.filter(pl.col("measure") == measure), on="vector")
            .select(*PLACE[2:], "measure", "figure", "value", "base", given="shown")
            for measure, outcome in controlled.items()
        ]
    ).sort("measure", *PLACE[2:])
    columns = released.columns
    if history.is_released and history.last.select(columns).sort("measure", *PLACE[2:]).equals(released):
        return []
    sums = pl.concat(
        [
            outcome.promised.join(history.figures[measure].cells.select("cell", *PLACE[2:]), on="cell")
            .join(history.digests.filter(pl.col("measure") == measure), on="vector")
            .drop("cell", "vector")
            for measure, outcome in controlled.items()
        ]
    )
    parameters = step_parameters(ctx.month, ctx.method)
    scope = {"month": ctx.month.first_day, "release": history.release}
    # The ledger's holdings are asked for before this release is in it.
    rows: dict[str, pl.DataFrame | Query] = {
        "releases": pl.DataFrame({"parameters": [history.parameters]}),
        "released": released,
        "released_sums": sums,
        "released_parts": Query(ctx.query_of("parts_of_totals"), parameters),
        "released_holdings": Query(ctx.query_of("holdings"), parameters),
    }
    return [Replacement(f"ledger.{table}", scope, of_table) for table, of_table in rows.items()]
