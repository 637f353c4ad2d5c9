"""`innovate_uk` and `innovate_uk_applications`: Innovate UK's list of participants, and the same of all applications.

The published list has 27 columns, of which those below are used; the confidential list of applications has one more,
the outcome. One row is one participant of one project.
"""

from __future__ import annotations

import functools
import re
from pathlib import Path
from typing import Literal

import polars as pl

from assets.sources.datasets import Dataset
from assets.sources.plausibility.measures import Measure
from assets.sources.problems import shown
from assets.sources.reading.contract import Delivery, Desk, Reading
from assets.sources.values.columns import (
    CODE,
    CRN,
    DATE,
    POSTCODE,
    POUNDS,
    TEXT,
    YES_NO,
    Column,
    Kind,
    choice,
    yes_or_no,
)
from assets.sources.values.tables import PLACE, Table

FEW = 5
"""Unknown words that are told."""
FINANCIAL_YEAR_BEGINS = (4, 1)
"""Month and day on which a Competition Year begins."""


def _competition_year(text: pl.Expr) -> pl.Expr:
    year = text.str.extract(r"^(20[0-9]{2}|19[0-9]{2})(?:\s*[/-]\s*(?:[0-9]{2})?[0-9]{2})?$", 1).cast(pl.Int32)
    return pl.date(year, *FINANCIAL_YEAR_BEGINS)


def _enterprise_size(text: pl.Expr) -> pl.Expr:
    written = text.str.to_lowercase()
    return (
        pl.when(written.str.contains("micro|small|start"))
        .then(pl.lit("Micro/Small"))
        .when(written.str.contains("medium"))
        .then(pl.lit("Medium"))
        .when(written.str.contains("large"))
        .then(pl.lit("Large"))
        .when(written.str.contains("academ|universit|higher|hei"))
        .then(pl.lit("Academic"))
        .when(written.is_not_null())
        .then(pl.lit("Other"))
    )


WITHDRAWN = ("Voluntary Withdrawal", "Involuntary Withdrawal", "Withdrawn")
"""What `Participant Withdrawn From Project` says of one who withdrew, beside Yes."""
NOT_WITHDRAWN = ("Active",)
"""And of one who did not, beside No and an empty cell."""
STATUSES = ("Live", "Completed", "Closed", "Withdrawn", "On Hold")
"""Words of `Project Status` that are known. Others are kept as they are given, and told; their money counts."""


def _project_status(text: pl.Expr) -> pl.Expr:
    words = text.str.replace_all(r"[\s_-]+", " ")
    keys = [status.lower() for status in STATUSES]
    return words.str.to_lowercase().replace_strict(keys, STATUSES, default=words, return_dtype=pl.String)


PROJECT_STATUS = Kind("a status", _project_status, is_lenient=True)
COMPETITION_YEAR = Kind("a financial year (2018/19)", _competition_year)
ENTERPRISE_SIZE = Kind("a size", _enterprise_size)
COLUMNS = (
    Column("application", ("Application Number",), CODE, "nullable"),
    Column("project_id", ("Project Number",), CODE, "nullable"),
    Column("competition", ("Competition Title",), TEXT, "nullable"),
    Column("title", ("Project Title",), TEXT, "nullable"),
    Column("competition_year", ("Competition Year",), COMPETITION_YEAR, "nullable"),
    Column("start_date", ("Project Start Date",), DATE, "nullable"),
    Column("participant_name", ("Participant Name",), TEXT),
    Column("crn", ("CRN", "Company Registration Number"), CRN.or_null(), "nullable"),
    Column("postcode", ("Postcode", "Post Code"), POSTCODE.or_null(), "nullable"),
    Column("is_lead", ("Is Lead Participant",), YES_NO, "nullable"),
    Column(
        "is_withdrawn",
        ("Participant Withdrawn From Project",),
        yes_or_no(f"one of {', '.join((*NOT_WITHDRAWN, *WITHDRAWN))}, Yes or No", WITHDRAWN, NOT_WITHDRAWN),
        "nullable",
    ),
    Column("project_status", ("Project Status",), PROJECT_STATUS, "optional"),
    Column(
        "award_gbp",
        ("Award Offered (£)", re.compile(r"(?:award|grant) offered(?: ?\(?(?:â?£|gbp)\)?)?")),
        POUNDS,
        "nullable",
        "max_award_gbp",
    ),
    Column("enterprise_size", ("Enterprise Size",), ENTERPRISE_SIZE, "nullable"),
)
OUTCOME = Column("outcome", ("Application Outcome",), choice("Funded", "Not funded"))


def read(name: str, columns: tuple[Column, ...], delivery: Delivery, desk: Desk) -> Reading:
    """Participants, each under the number of its row in the drop.

    A row that repeats another exactly is passed over with the reason "repeated row". A row with neither an application
    nor a project number is refused, and so is one whose project and participant an earlier row has: a participant is
    who has the registration number, else the name. Blank "Yes/No" cells are No. A word for a participant who withdrew
    that is not known refuses its row; one for the project's status is kept and told. The date is the project's start,
    else the first day of the competition's financial year.
    """
    table = Table(delivery, columns, desk, hash_rows=True)
    table.pass_over_repeats()
    application_id = pl.coalesce("application", "project_id")
    unnumbered = table.rows.filter(application_id.is_null()).select(*PLACE, value=pl.lit(None, pl.String))
    table.refuse(unnumbered, "application", "an application number, or a project number")
    named = pl.col("participant_name").str.to_lowercase().str.replace_all(r"\s+", " ")
    table.refuse_repeats(
        {"project_id": pl.coalesce("project_id", "application"), "participant_name": pl.coalesce("crn", named)}
    )
    rows = table.rows.select(
        pl.col("drop_row").alias("row_number"),
        application_id.alias("application_id"),
        "project_id",
        "competition",
        "title",
        pl.coalesce("start_date", "competition_year").alias("activity_date"),
        "participant_name",
        "crn",
        "postcode",
        pl.col("is_lead").fill_null(False),
        pl.col("is_withdrawn").fill_null(False),
        "project_status",
        (pl.col("outcome") == "Funded" if OUTCOME in columns else pl.lit(True)).alias("is_funded"),
        "award_gbp",
        "enterprise_size",
    )
    written = table.write(name, rows)
    codes = tuple(table.codes(column) for column in ("crn", "postcode"))
    return Reading({f"sources.{name}": written}, table.rejected, _notes(name, written), codes)


def _notes(name: str, written: Path) -> tuple[str, ...]:
    """Sentences on what is not known of the projects' status."""
    found = (
        pl.scan_parquet(written, glob=False)
        .group_by("project_status")
        .len()
        .filter(~pl.col("project_status").is_in(STATUSES) | pl.col("project_status").is_null())
        .sort("len", "project_status", descending=[True, False])
        .collect()
    )
    unknown = [f"{status!r} ({rows} rows)" for status, rows in found.iter_rows() if status is not None]
    without = sum(rows for status, rows in found.iter_rows() if status is None)
    return (
        *([f"{name}: {without} rows have no Project Status, and their money counts"] if without else []),
        *(
            [
                f"{name}: of Project Status {', '.join(map(shown, unknown[:FEW]))} are not known, and their money "
                f"counts; known are {', '.join(STATUSES)}"
            ]
            if unknown
            else []
        ),
    )


def _profiled(table: str, awards: Literal["needed", "expected"]) -> tuple[Measure, ...]:
    return (
        Measure(table, "award_gbp", "Award Offered (£)", "money", awards),
        Measure(table, "crn", "CRN", "code", "optional"),
        Measure(table, "postcode", "Postcode", "code", "optional"),
    )


INNOVATE_UK = Dataset(
    "innovate_uk",
    ("sources.innovate_uk",),
    functools.partial(read, "innovate_uk", COLUMNS),
    lacking="Innovate UK's funding and the activity known from it; the network too, unless there are applications",
    reader_version=4,
    profiled=_profiled("sources.innovate_uk", "needed"),
)
INNOVATE_UK_APPLICATIONS = Dataset(
    "innovate_uk_applications",
    ("sources.innovate_uk_applications",),
    functools.partial(read, "innovate_uk_applications", (*COLUMNS, OUTCOME)),
    lacking="Innovate UK applications that were not funded",
    reader_version=4,
    profiled=_profiled("sources.innovate_uk_applications", "expected"),
)
