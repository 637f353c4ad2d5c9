"""The plain route, first part: the publishers' drops read into polars frames.

What belongs here: reading and tidying columns. What does not: who is who (`plain_register`), clusters (`plain_route`).
The spelling rules of postcodes and registration numbers are the project's own expressions: they are one line each.
"""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from assets.methods.text.company_numbers import normalise_crn
from assets.methods.text.postcodes import normalise_postcode
from assets.months import Month

POSITION = {"east1m": "easting", "north1m": "northing", "lat": "latitude", "long": "longitude"}
"""Columns of the postcode directory."""
INSTITUTION = pl.Struct({"id": pl.String, "display_name": pl.String, "country_code": pl.String, "type": pl.String})
WORKS = {
    "id": pl.String,
    "publication_date": pl.String,
    "authorships": pl.List(pl.Struct({"institutions": pl.List(INSTITUTION)})),
}
INSTITUTIONS = {
    "id": pl.String,
    "display_name": pl.String,
    "country_code": pl.String,
    "type": pl.String,
    "geo": pl.Struct({"latitude": pl.Float64, "longitude": pl.Float64}),
}
PROJECTS = {
    "id": pl.String,
    "leadFunder": pl.String,
    "start": pl.Int64,
    "links": pl.Struct(
        {"link": pl.List(pl.Struct({"href": pl.String, "rel": pl.String, "start": pl.Int64}))},
    ),
    "participantValues": pl.Struct(
        {
            "participant": pl.List(
                pl.Struct({"organisationId": pl.String, "role": pl.String, "grantOffer": pl.Float64}),
            )
        }
    ),
}
ORGANISATIONS = {
    "id": pl.String,
    "name": pl.String,
    "addresses": pl.Struct({"address": pl.List(pl.Struct({"postCode": pl.String, "region": pl.String}))}),
}
FUNDS = {
    "id": pl.String,
    "start": pl.Int64,
    "category": pl.String,
    "valuePounds": pl.Struct({"amount": pl.Float64}),
}
ONE_HOUR_MS = 3_600_000
"""Days are midnight in London, which in summer is 23:00 of the day before in UTC."""


@dataclass(frozen=True)
class Drops:
    """The month's sources. Money is in pence, whole."""

    postcodes: pl.DataFrame
    """postcode, easting, northing, latitude, longitude."""
    enterprises: pl.DataFrame
    """entref, crn, name, legal_status, employees, turnover_pence."""
    local_units: pl.DataFrame
    """luref, entref, sic2007, postcode, employees."""
    companies: pl.DataFrame
    """company_number, name, rtic_codes (list), employees, turnover_pence."""
    locations: pl.DataFrame
    """company_number, postcode, kind, employees."""
    participants: pl.DataFrame
    """Innovate UK: dataset, application_id, activity_date, name, crn, postcode, is_funded, award_pence, size."""
    projects: pl.DataFrame
    """UKRI: project_id, lead_funder, start_date, amount_pence."""
    project_partners: pl.DataFrame
    """UKRI: project_id, organisation_key, offer_pence."""
    project_organisations: pl.DataFrame
    """UKRI: organisation_key, name, postcode, is_overseas."""
    institutions: pl.DataFrame
    """institution_key, name, type, latitude, longitude; of the United Kingdom."""
    authorships: pl.DataFrame
    """publication_id, publication_date, institution_key, institution_count; of the United Kingdom."""


def read_drops(sources: Path, month: Month) -> Drops:
    """Read the newest drop of each dataset that is not after the month."""

    def drop(dataset: str) -> Path:
        return max(path for path in (sources / dataset).iterdir() if path.name[:7] <= str(month))

    projects, project_partners, project_organisations = _gateway(drop("ukri"))
    institutions, authorships = _publications(drop("publications"))
    return Drops(
        _postcodes(drop("postcodes")),
        _enterprises(_table(drop("idbr_enterprises"))),
        _table(drop("idbr_local_units")).select(
            "luref",
            "entref",
            "sic2007",
            normalise_postcode(pl.col("postcode")).alias("postcode"),
            pl.col("employees").cast(pl.Int64),
        ),
        _companies(_table(drop("rtic_companies"))),
        _locations(_table(drop("rtic_locations"))),
        pl.concat(
            [
                _participants(_table(drop("innovate_uk")), "innovate_uk"),
                _participants(_table(drop("innovate_uk_applications")), "innovate_uk_applications"),
            ]
        ),
        projects,
        project_partners,
        project_organisations,
        institutions,
        authorships,
    )


def _table(path: Path) -> pl.DataFrame:
    """A table as text, whatever kind of file it is in."""
    if path.suffix == ".parquet":
        return pl.read_parquet(path).cast(pl.String)
    if path.suffix == ".xlsx":
        return pl.read_excel(path, sheet_name="Funded Projects", infer_schema_length=0)
    return pl.read_csv(path, infer_schema=False)


def _pence(column: str, factor: int = 100) -> pl.Expr:
    return (pl.col(column).cast(pl.Float64) * factor).round().cast(pl.Int64)


def _postcodes(path: Path) -> pl.DataFrame:
    if path.suffix == ".zip":
        with zipfile.ZipFile(path) as archive:
            directory = pl.read_csv(archive.read(archive.namelist()[0]), infer_schema=False)
    else:
        directory = _table(path)
    has_place = pl.col("gridind") != "9"
    return directory.select(
        normalise_postcode(pl.col("pcds")).alias("postcode"),
        *[pl.when(has_place).then(pl.col(name).cast(pl.Float64)).alias(ours) for name, ours in POSITION.items()],
    )


def _enterprises(table: pl.DataFrame) -> pl.DataFrame:
    return table.select(
        "entref",
        normalise_crn(pl.col("crn")).alias("crn"),
        "name",
        "legal_status",
        pl.col("employees").cast(pl.Int64),
        _pence("turnover_thousands", 100_000).alias("turnover_pence"),
    )


def _companies(table: pl.DataFrame) -> pl.DataFrame:
    return table.select(
        normalise_crn(pl.col("company_number")).alias("company_number"),
        pl.col("company_name").alias("name"),
        pl.col("rtic_codes").str.extract_all(r"RTIC[0-9]{4}").list.unique(),
        pl.col("employees").cast(pl.Int64),
        _pence("turnover").alias("turnover_pence"),
    )


def _locations(table: pl.DataFrame) -> pl.DataFrame:
    """One row a firm, postcode and kind; employees of several rows are added up."""
    return (
        table.unique()
        .with_columns(
            normalise_crn(pl.col("company_number")).alias("company_number"),
            normalise_postcode(pl.col("postcode")).alias("postcode"),
            pl.col("employees").cast(pl.Int64),
        )
        .group_by("company_number", "postcode", "kind")
        .agg(pl.when(pl.col("employees").count() > 0).then(pl.col("employees").sum()))
    )


def _participants(table: pl.DataFrame, dataset: str) -> pl.DataFrame:
    outcome = pl.col("Application Outcome") == "Funded" if "Application Outcome" in table.columns else pl.lit(True)
    year = pl.date(pl.col("Competition Year").str.extract(r"^([0-9]{4})").cast(pl.Int32), 4, 1)
    return table.unique(maintain_order=True).select(
        pl.lit(dataset).alias("dataset"),
        pl.coalesce("Application Number", "Project Number").alias("application_id"),
        pl.coalesce(pl.col("Project Start Date").str.head(10).str.to_date("%Y-%m-%d", strict=False), year).alias(
            "activity_date"
        ),
        pl.col("Participant Name").alias("name"),
        normalise_crn(pl.col("CRN")).alias("crn"),
        normalise_postcode(pl.col("Postcode")).alias("postcode"),
        outcome.alias("is_funded"),
        pl.when(~_is_withdrawn()).then(_pence("Award Offered (£)")).alias("award_pence"),
        pl.col("Enterprise Size").str.to_lowercase().alias("size"),
    )


def _is_withdrawn() -> pl.Expr:
    of_participant = pl.col("Participant Withdrawn From Project").is_in(["Voluntary Withdrawal", "Yes"])
    return (of_participant | (pl.col("Project Status") == "Withdrawn")).fill_null(False)


def _lines(folder: Path, kind: str, schema: dict[str, Any]) -> pl.DataFrame:
    """Objects of pages, or of the newest partition of a snapshot, which has all that stand in it now."""
    partitions = sorted(folder.glob(f"jsonl/{kind}/updated_date=*/part_*.gz"))
    if partitions:
        return pl.read_ndjson(partitions[-1], schema=schema).unique("id", keep="first")
    member = kind.removesuffix("s")
    listed = [
        pl.read_ndjson(file, schema={member: pl.List(pl.Struct(schema))}).explode(member).unnest(member)
        for file in sorted(folder.glob(f"{kind}-*.jsonl.gz"))
    ]
    return pl.concat(listed).unique("id", keep="first")


def _gateway(folder: Path) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Projects, who takes part in them, and those organisations."""
    listed = _lines(folder, "projects", PROJECTS)
    links = (
        listed.select(project_id="id", link=pl.col("links").struct.field("link"))
        .explode("link")
        .drop_nulls("link")
        .unnest("link")
        .with_columns(pl.col("href").str.extract(r"([^/]+)/*$").alias("target"))
    )
    of_funds = _of_funds(folder, links)
    partners = _partners(listed, links)
    offers = partners.group_by("project_id").agg(pl.col("offer_pence").sum())
    projects = (
        listed.select(project_id="id", lead_funder="leadFunder", start="start")
        .join(of_funds, on="project_id", how="left")
        .join(offers, on="project_id", how="left")
        .select(
            "project_id",
            "lead_funder",
            pl.from_epoch(pl.coalesce("start", "fund_start") + ONE_HOUR_MS, "ms").dt.date().alias("start_date"),
            pl.coalesce("fund_pence", "offer_pence").alias("amount_pence"),
        )
    )
    address = pl.col("addresses").struct.field("address").list.first()
    organisations = _lines(folder, "organisations", ORGANISATIONS).select(
        organisation_key="id",
        name="name",
        postcode=normalise_postcode(address.struct.field("postCode")),
        is_overseas=(address.struct.field("region").str.to_lowercase() == "outside uk").fill_null(False),
    )
    return projects, partners, organisations


def _of_funds(folder: Path, links: pl.DataFrame) -> pl.DataFrame:
    """What each project's funds come to, and when the first began."""
    funds = (
        _lines(folder, "funds", FUNDS)
        .filter(pl.col("category") == "INCOME_ACTUAL")
        .select(
            target="id",
            fund_start="start",
            pence=(pl.col("valuePounds").struct.field("amount") * 100).round().cast(pl.Int64),
        )
    )
    return (
        links.filter(pl.col("rel") == "FUND")
        .unique(["project_id", "target"], keep="first", maintain_order=True)
        .join(funds, on="target", how="left")
        .group_by("project_id")
        .agg(
            pl.when(pl.col("pence").count() > 0).then(pl.col("pence").sum()).alias("fund_pence"),
            pl.coalesce("fund_start", "start").min().alias("fund_start"),
        )
    )


def _partners(listed: pl.DataFrame, links: pl.DataFrame) -> pl.DataFrame:
    """Who takes part in each project, and what was offered."""
    values = (
        listed.select(project_id="id", value=pl.col("participantValues").struct.field("participant"))
        .explode("value")
        .drop_nulls("value")
        .unnest("value")
        .select(
            "project_id",
            organisation_key="organisationId",
            offer_pence=(pl.col("grantOffer") * 100).round().cast(pl.Int64),
        )
    )
    linked = links.filter(pl.col("rel").is_in(["LEAD_ORG", "PARTICIPANT_ORG", "COLLAB_ORG", "PP_ORG"])).select(
        "project_id", organisation_key="target", offer_pence=pl.lit(None, pl.Int64)
    )
    return (
        pl.concat([values, linked])
        .group_by("project_id", "organisation_key")
        .agg(pl.when(pl.col("offer_pence").count() > 0).then(pl.col("offer_pence").sum()))
    )


def _publications(folder: Path) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Institutions of the United Kingdom, and the publications of each."""
    named = (
        _lines(folder, "works", WORKS)
        .select(
            publication_id=pl.col("id").str.extract(r"([^/]+)$"),
            publication_date=pl.col("publication_date").str.to_date("%Y-%m-%d"),
            authorship="authorships",
        )
        .explode("authorship")
        .unnest("authorship")
        .explode("institutions")
        .drop_nulls("institutions")
        .unnest("institutions")
        .with_columns(pl.col("id").str.extract(r"([^/]+)$").alias("institution_key"))
        .with_columns(pl.col("institution_key").n_unique().over("publication_id").alias("institution_count"))
        .filter(pl.col("country_code") == "GB")
    )
    authorships = named.select("publication_id", "publication_date", "institution_key", "institution_count").unique()
    listed = (
        _lines(folder, "institutions", INSTITUTIONS)
        .filter(pl.col("country_code") == "GB")
        .select(
            institution_key=pl.col("id").str.extract(r"([^/]+)$"),
            name="display_name",
            type="type",
            latitude=pl.col("geo").struct.field("latitude"),
            longitude=pl.col("geo").struct.field("longitude"),
        )
    )
    others = (
        named.join(listed, on="institution_key", how="anti")
        .group_by("institution_key")
        .agg(pl.col("display_name").min().alias("name"), pl.col("type").min())
        .with_columns(latitude=pl.lit(None, pl.Float64), longitude=pl.lit(None, pl.Float64))
    )
    return pl.concat([listed, others]), authorships
