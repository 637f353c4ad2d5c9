"""`ukri`: projects of Gateway to Research, as its API or its site's search gives them, or as its site exports them.

Objects in JSON are read by `gateway_objects`. The site's CSV has one row a project, with its lead and no partners.
"""

from __future__ import annotations

import polars as pl

from assets.sources.datasets import Dataset
from assets.sources.files.documents import is_json
from assets.sources.files.kinds import plain_files
from assets.sources.plausibility.measures import Measure
from assets.sources.readers.gateway_objects import read_objects
from assets.sources.reading.contract import Delivery, Desk, Reading
from assets.sources.values.columns import CODE, DATE, POUNDS, TEXT, Column
from assets.sources.values.tables import Table

PROJECTS = "sources.ukri_projects"
PARTICIPANTS = "sources.ukri_participants"
ORGANISATIONS = "sources.ukri_organisations"
COLUMNS = (
    Column("project_id", ("ProjectId",), CODE),
    Column("reference", ("ProjectReference",), TEXT, "nullable"),
    Column("title", ("Title",), TEXT, "nullable"),
    Column("lead_funder", ("FundingOrgName",), TEXT),
    Column("status", ("Status",), TEXT, "nullable"),
    Column("start_date", ("StartDate",), DATE, "nullable"),
    Column("end_date", ("EndDate",), DATE, "nullable"),
    Column("amount_gbp", ("AwardPounds",), POUNDS, "nullable", "max_award_gbp"),
    Column("lead_name", ("LeadROName",), TEXT, "nullable"),
    Column("lead_id", ("LeadROId",), CODE, "nullable"),
    Column("region", ("Region",), TEXT, "nullable"),
)


def read(delivery: Delivery, desk: Desk) -> Reading:
    """Projects, who takes part in them, and those organisations. A project's amount is that of its funds that count,
    else the sum of what its participants were offered."""
    parts = plain_files(delivery.parts, desk.scratch)
    if not all(is_json(part) for part in parts):
        return _read_site_csv(delivery, desk)
    found = read_objects(parts, delivery, desk)
    return Reading(
        {PROJECTS: found.projects, PARTICIPANTS: found.participants, ORGANISATIONS: found.organisations},
        found.rejected,
        found.notes,
        (found.postcodes,),
        passed_over=found.passed_over,
    )


def _read_site_csv(delivery: Delivery, desk: Desk) -> Reading:
    table = Table(delivery, COLUMNS, desk)
    table.require_unique("project_id")
    rows = table.rows.collect()
    led = rows.filter(pl.col("lead_name").is_not_null() | pl.col("lead_id").is_not_null()).with_columns(
        organisation_key=pl.coalesce("lead_id", pl.col("lead_name").str.to_lowercase().str.replace_all(r"\s+", " "))
    )
    participants = led.select(
        "project_id",
        "organisation_key",
        pl.lit("lead").alias("role"),
        pl.lit(None, pl.Decimal(18, 2)).alias("grant_offer_gbp"),
    )
    organisations = led.unique("organisation_key", keep="first", maintain_order=True).select(
        "organisation_key",
        pl.coalesce("lead_name", "organisation_key").alias("name"),
        pl.lit(None, pl.String).alias("postcode"),
        "region",
    )
    projects = rows.select(column.name for column in COLUMNS[:8])
    return Reading({PROJECTS: projects, PARTICIPANTS: participants, ORGANISATIONS: organisations}, table.rejected)


UKRI = Dataset(
    "ukri",
    (PROJECTS, PARTICIPANTS, ORGANISATIONS),
    read,
    lacking="UKRI's projects and funding, and RD&I activity known from them",
    reader_version=4,
    profiled=(
        Measure(PROJECTS, "amount_gbp", "valuePounds.amount", "money", "needed"),
        Measure(PARTICIPANTS, "grant_offer_gbp", "grantOffer", "money", "optional"),
        Measure(ORGANISATIONS, "postcode", "addresses.address.postCode", "code", "optional"),
    ),
)
