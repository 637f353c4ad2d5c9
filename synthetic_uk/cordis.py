"""Projects of the European Union and who takes part in them, as CORDIS writes the two tables of a programme.

What belongs here: the drop `cordis`, made from who works with whom. What does not: a draw of its own that another drop
would feel: what is chosen here follows from numbers alone.

Habits kept: amounts with the decimals after a point in one column and after a comma in the next, of the same row;
semicolons, quotes and line breaks in texts; postcodes that are none; contributions that are not told.
"""

from __future__ import annotations

import zlib

import numpy as np
import polars as pl

from synthetic_uk.boundaries import TERRITORIES
from synthetic_uk.geography import Postcodes, to_degrees
from synthetic_uk.streams import scattered

EUROPEAN_SHARE = 0.15
"""Of funded applications with several partners, those that are a project of the European Union too."""
PROJECT_HEADER = (
    "id", "acronym", "status", "title", "startDate", "endDate", "totalCost", "ecMaxContribution", "legalBasis",
    "topics", "ecSignatureDate", "frameworkProgramme", "masterCall", "subCall", "fundingScheme", "nature", "objective",
    "contentUpdateDate", "rcn", "grantDoi",
)  # fmt: skip
ORGANISATION_HEADER = (
    "projectID", "projectAcronym", "organisationID", "vatNumber", "name", "shortName", "SME", "activityType", "street",
    "postCode", "city", "country", "nutsCode", "geolocation", "organizationURL", "contactForm", "contentUpdateDate",
    "rcn", "order", "role", "ecContribution", "netEcContribution", "totalCost", "endOfParticipation", "active",
)  # fmt: skip
PROGRAMMES = {"HORIZON": "cordis-HORIZONprojects-csv.zip", "H2020": "cordis-h2020projects-csv.zip"}
"""Framework programme -> the file that it is published in."""
HORIZON_FROM = 2021
"""The year in which Horizon Europe began; projects of earlier years are of Horizon 2020."""
SCHEMES = {"HORIZON": ("HORIZON.2.4", "HORIZON-RIA"), "H2020": ("H2020-EU.2.1.", "RIA")}
"""Legal basis and funding scheme of a programme's projects."""
TYPES = {"academic": "HES", "academic/research": "HES", "university (hei)": "HES", "rto": "REC", "public sector": "PUB"}
"""CORDIS's word for an organisation that Innovate UK gives this size; PRC for the others."""
SMALL = ("micro/small", "small", "micro", "micro / small", "sme: micro/small", "medium", "medium sized")
"""Sizes of a small or medium-sized enterprise."""
NO_POSTCODES = ("", "", "-", "N/A", "London", "UK")
"""What stands where an organisation of the country gives no postcode."""
UPDATED = "2024-12-07 16:55:20"
CONTACT = "https://ec.europa.eu/info/funding-tenders/opportunities/portal/screen/contact-form/project"


def european_files(
    participants: pl.DataFrame, postcodes: Postcodes, texts: pl.Series, seed: int
) -> tuple[dict[str, dict[str, bytes]], int]:
    """The members of each programme's ZIP by its name, and how many participations there are in all.

    `participants` are rows of Innovate UK's list: some of the funded applications of several partners are a project of
    the European Union, once more. `texts` are the country's postcodes.
    """
    rows = _chosen(participants, seed)
    files: dict[str, dict[str, bytes]] = {}
    for programme, name in PROGRAMMES.items():
        of_programme = rows.filter(pl.col("frameworkProgramme") == programme)
        people = _people(of_programme, postcodes, texts, seed)
        files[name] = {
            "project.csv": separated(_projects(of_programme, people)),
            "organization.csv": separated(people.select(ORGANISATION_HEADER)),
            "topics.csv": separated(of_programme.select(projectID="id", topic="topics").unique(maintain_order=True)),
        }
    return files, rows.select(pl.struct("id", "Participant Name").n_unique()).item()


def separated(frame: pl.DataFrame) -> bytes:
    """A frame as CORDIS writes it: semicolons between, every value quoted, a quote in one doubled."""
    return frame.write_csv(separator=";", quote_style="always").encode()


def _chosen(participants: pl.DataFrame, seed: int) -> pl.DataFrame:
    """The rows of the applications that are European projects, with the project's own columns."""
    number = pl.col("Application Number")
    several = participants.filter(number.is_not_null()).filter(pl.col("Participant Name").n_unique().over(number) > 1)
    applications = several.select(number.unique(maintain_order=True)).to_series()
    chance = scattered(seed, "european", applications.cast(pl.Int64).to_numpy())
    chosen = applications.filter(pl.Series(chance < EUROPEAN_SHARE))
    ids = {application: str(101_000_000 + place) for place, application in enumerate(chosen)}
    start = pl.col("Project Start Date")
    words = pl.col("Project Title").str.to_uppercase().str.split(" ")
    basis, scheme = ({name: told[place] for name, told in SCHEMES.items()} for place in (0, 1))
    return (
        several.filter(number.is_in(chosen.implode()))
        .with_columns(
            id=number.replace_strict(ids, default=None, return_dtype=pl.String),
            frameworkProgramme=pl.when(start.dt.year() >= HORIZON_FROM)
            .then(pl.lit("HORIZON"))
            .otherwise(pl.lit("H2020")),
            acronym=words.list.get(1, null_on_oob=True).fill_null("PROJECT") + number.str.tail(3),
        )
        .with_columns(
            legalBasis=pl.col("frameworkProgramme").replace_strict(basis),
            fundingScheme=pl.col("frameworkProgramme").replace_strict(scheme),
            topics=pl.format("{}-{}-01", "frameworkProgramme", start.dt.year()),
        )
    )


def _projects(rows: pl.DataFrame, people: pl.DataFrame) -> pl.DataFrame:
    """A row a project: its total with a comma, what the Union gives of it with a point."""
    money = people.group_by("projectID").agg(pl.col("cost", "given").sum()).rename({"projectID": "id"})
    names = ["acronym", "frameworkProgramme", "legalBasis", "fundingScheme", "topics"]
    first = rows.group_by("id", maintain_order=True).agg(
        pl.col("Project Title", "Project Start Date", "Project End Date", *names).first()
    )
    start, title = pl.col("Project Start Date"), pl.col("Project Title")
    told = {
        "status": pl.lit("SIGNED"),
        "title": title + "; a study",
        "startDate": start.cast(pl.String),
        "endDate": pl.col("Project End Date").cast(pl.String),
        "totalCost": _with_comma("cost"),
        "ecMaxContribution": _with_point("given"),
        "ecSignatureDate": start.dt.offset_by("-1mo").cast(pl.String),
        "masterCall": pl.col("topics"),
        "subCall": pl.col("topics"),
        "objective": pl.format('"{}" is studied; partners of several countries take part.\nResults are open.', title),
        "contentUpdateDate": pl.lit(UPDATED),
        "rcn": (pl.col("id").cast(pl.Int64) - 100_760_000).cast(pl.String),
        "grantDoi": pl.format("10.3030/{}", "id"),
    }
    known = {name: pl.col(name) for name in ("id", *names)}
    return first.join(money, on="id", how="left", maintain_order="left").select(
        {**known, **told}.get(name, pl.lit("")).fill_null("").alias(name) for name in PROJECT_HEADER
    )


def _people(rows: pl.DataFrame, postcodes: Postcodes, texts: pl.Series, seed: int) -> pl.DataFrame:
    """A row a participant of a project, and in cents what it costs (`cost`) and what the Union gives (`given`)."""
    name, size = pl.col("name"), pl.col("Enterprise Size").str.to_lowercase()
    once = rows.unique(["id", "Participant Name"], keep="first", maintain_order=True)
    once = once.with_columns(name=pl.col("Participant Name"), projectID=pl.col("id"))
    numbers = {each: zlib.crc32(each.upper().encode()) for each in once["name"].unique()}
    once = once.with_columns(number=name.replace_strict(numbers, default=0, return_dtype=pl.Int64))
    own = scattered(seed, "european partner", (once["number"] + once["id"].cast(pl.Int64) * 7).to_numpy())
    is_here = pl.col("Address Region") != "Outside UK"
    code = (900_000_000 + pl.col("number") % 99_999_999).cast(pl.String)
    territories = {region: f"UK{code[-1]}" for region, (code, _) in TERRITORIES.items()}
    nowhere = pl.Series(NO_POSTCODES).gather(np.floor(own * len(NO_POSTCODES)).astype(np.int64))
    given = (pl.col("Award Offered (£)") * 100).round().cast(pl.Int64)
    told: dict[str, pl.Expr] = {
        "projectAcronym": pl.col("acronym"),
        "organisationID": code,
        "vatNumber": pl.when(is_here).then(pl.format("GB{}", code)),
        "shortName": name.str.split(" ").list.first().str.to_uppercase(),
        "SME": size.is_in(SMALL).cast(pl.String),
        "activityType": size.replace_strict(TYPES, default="PRC", return_dtype=pl.String).fill_null("PRC"),
        "street": pl.format('{} HIGH STREET, "THE WORKS"', pl.col("number") % 200 + 1),
        "postCode": pl.coalesce("Postcode", pl.when(is_here).then(nowhere)),
        "city": pl.col("Address Local Authority"),
        "country": pl.when(is_here).then(pl.lit("UK")).otherwise(pl.lit("DE")),
        "nutsCode": pl.when(is_here).then(pl.col("Address Region").replace_strict(territories, default=None)),
        "geolocation": pl.lit(_geolocation(once["Postcode"], postcodes, texts)),
        "contactForm": pl.format(f"{CONTACT}/{{}}/{{}}", code, "id"),
        "contentUpdateDate": pl.lit(UPDATED),
        "rcn": (1_900_000 + pl.col("number") % 500_000).cast(pl.String),
        "order": pl.int_range(1, pl.len() + 1).over("id").cast(pl.String),
        "role": pl.when(pl.col("Is Lead Participant") == "Yes")
        .then(pl.lit("coordinator"))
        .otherwise(pl.lit("participant")),
        "ecContribution": _with_point("given"),
        "netEcContribution": _with_point("given"),
        "totalCost": _with_comma("cost"),
        "endOfParticipation": pl.lit("false"),
    }
    once = once.with_columns(given=given, cost=(pl.col("Total Costs (£)") * 100).round().cast(pl.Int64))
    columns: dict[str, pl.Expr] = {"projectID": pl.col("projectID"), "name": name, **told}
    return once.select(
        *(columns.get(label, pl.lit("")).fill_null("").alias(label) for label in ORGANISATION_HEADER),
        # A participant's cost and a project's have the same name.
        "cost", "given",
    )  # fmt: skip


def _geolocation(written: pl.Series, postcodes: Postcodes, texts: pl.Series) -> pl.Series:
    """Latitude and longitude of postcodes, with a comma between; null of those that are none."""
    plain = written.str.to_uppercase().str.replace_all(" ", "").str.replace(r"(.{3})$", " $1")
    known = texts.to_frame("text").with_row_index("place").filter(pl.col("text").is_in(plain.drop_nulls().implode()))
    place = known["place"].to_numpy()
    latitude, longitude = to_degrees(postcodes.x_m[place], postcodes.y_m[place], postcodes.is_ni[place])
    there = [f"{north:.7f},{east:.7f}" for north, east in zip(latitude, longitude, strict=True)]
    return plain.replace_strict(known["text"], there, default=None, return_dtype=pl.String)


def _with_point(name: str) -> pl.Expr:
    """An amount of cents in euros, without decimals that are 0."""
    cents = pl.col(name)
    decimals = pl.when(cents % 100 > 0).then(pl.format(".{}", (cents % 100).cast(pl.String).str.zfill(2)))
    return (cents // 100).cast(pl.String) + decimals.fill_null("")


def _with_comma(name: str) -> pl.Expr:
    return _with_point(name).str.replace(".", ",", literal=True)
