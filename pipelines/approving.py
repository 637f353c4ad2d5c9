"""Months that wait for a person's approval: which they are, what is said of them, what a person is shown who approves.

What belongs here: questions to the warehouse, and sentences. What does not: the rule of an approval
(`assets.publication.approval`), making a month (`runs`).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import duckdb
import polars as pl

from assets.method import find_profiles, shared_method
from assets.months import Month
from assets.publication.approval import APPROVED, NOTE, TABLE, WAITS, WHO, Approval, how_to_approve
from assets.publication.folder import is_shown, waiting_folder
from assets.publication.report_inputs import tables_of_months
from assets.publication.steps.release import FILES, MADE_HERE
from assets.warehouse.database import Warehouse
from assets.warehouse.reading import Reading
from assets.warehouse.steps import step_parameters
from pipelines.profiles import PROFILES_FOLDER
from pipelines.settings import Settings

SELECTED = "publication.approval"
"""What is made where a month is approved: its release, of rows that stay as they are."""
APPROVALS_GIVEN = f"select approved_by, approved_at, note from {TABLE} where month = $month and state = '{APPROVED}'"
OP = "publication__release"
"""The op that makes it."""


def waiting_months(warehouse: Warehouse) -> list[Month]:
    """The months that are made and wait, in order."""
    found = _read(warehouse, f"select month from {TABLE} where state = '{WAITS}' order by month")
    return [Month.of(day) for (day,) in found.iter_rows()]


def what_waits(settings: Settings) -> list[str]:
    """A sentence for each month that waits, with what to do."""
    folder = waiting_folder(Path(settings.publication))
    return [
        f"{month} is made and waits for approval, and is not published: look at {folder / str(month) / 'index.html'} "
        f"(innovation-clusters serve --publication {folder}), then {how_to_approve(month)}"
        for month in waiting_months(Warehouse(settings.warehouse))
    ]


def unapprovable(warehouse: Warehouse, month: Month) -> str | None:
    """Why a month cannot be approved as it stands, as a sentence; None where it waits."""
    waiting = waiting_months(warehouse)
    if month in waiting:
        return None
    approved = _read(warehouse, APPROVALS_GIVEN, month=month.first_day)
    if approved.height:
        return f"{month} needs no approval. {Approval(**approved.row(0, named=True)).sentence}"
    those = f"{', '.join(map(str, waiting))} {'do' if len(waiting) > 1 else 'does'}" if waiting else "no month does"
    return (
        f"{month} does not wait for approval: {those}. A month waits once it is made with a profile in which "
        f"publication.approval is true (innovation-clusters refresh --month {month} --profile ...)"
    )


def is_cut_short(settings: Settings, month: Month) -> bool:
    """Whether a month is approved and not shown as it was approved: a kill came between the two."""
    warehouse = Warehouse(settings.warehouse)
    if not _read(warehouse, APPROVALS_GIVEN, month=month.first_day).height:
        return False
    files = _read(warehouse, f"select path, sha256 from {FILES} where month = $month", month=month.first_day)
    return not is_shown(Path(settings.publication), month, dict(files.iter_rows()))


def standing_warnings(settings: Settings, month: Month) -> list[str]:
    """The checks of the month that warn, each in a sentence with the first rows for which it does not hold."""
    profiles = find_profiles(settings.profiles, PROFILES_FOLDER)
    tables = tables_of_months(MADE_HERE)
    reading = Reading(Warehouse(settings.warehouse), "approve", tables, ())
    parameters = step_parameters(month, shared_method(profiles))
    outcomes = reading.check(tables, parameters, [profile.name for profile in profiles], if_filled=True)
    return [
        f"{outcome.table}: {outcome.name}: {outcome.description} ({outcome.failing_rows} rows, first: "
        f"{', '.join(f'{column} {value}' for column, value in outcome.evidence.row(0, named=True).items())})"
        for outcome in outcomes
        if not outcome.passed and not outcome.blocking
    ]


def _read(warehouse: Warehouse, sql: str, **parameters: date) -> pl.DataFrame:
    """The rows of a query; none where the warehouse is from before there was such a table."""
    try:
        return warehouse.read(sql, **parameters)
    except duckdb.CatalogException:
        return pl.DataFrame()


def said(by: str, note: str) -> Mapping[str, str]:
    """What a person says to the release step, as its configuration."""
    return {WHO: by, NOTE: note}
