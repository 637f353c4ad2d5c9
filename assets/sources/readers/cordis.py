"""`cordis`: projects of the European Union's framework programmes (Horizon Europe, H2020) and who takes part in them.

The publisher's ZIP of a programme, or several: `project.csv` and `organization.csv`, semicolons between, quoted. What
is kept is of the United Kingdom: its participants, and the projects that have one, with the number of all partners.
"""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath

import polars as pl

from assets.sources.datasets import Dataset
from assets.sources.files.kinds import SEND_AGAIN, Part, check_utf8, plain_files
from assets.sources.plausibility.measures import Measure
from assets.sources.problems import DropError, Problem
from assets.sources.reading.contract import Delivery, Desk, Reading
from assets.sources.values.columns import CODE, DATE, MONEY, POSTCODE, TEXT, YES_NO, Column, Kind
from assets.sources.values.tables import Table

PROJECTS = "sources.cordis_projects"
PARTICIPANTS = "sources.cordis_participants"
PROJECT_FILE, ORGANISATION_FILE = "project.csv", "organization.csv"
UNITED_KINGDOM = ("UK", "GB")
LONGEST_VALUE = 1 << 24
"""Characters of a value at the most; objectives of projects are long."""


def _euros(text: pl.Expr) -> pl.Expr:
    """An amount whose decimals stand after a point or, in the same row, after a comma."""
    plain = text.str.replace_all(r"[€\s]", "")
    pointed = pl.when(plain.str.contains(r"^[0-9]+,[0-9]{1,2}$")).then(plain.str.replace(",", ".", literal=True))
    return pl.coalesce(pointed, plain.str.extract(r"^([0-9]*\.?[0-9]+|[0-9]+\.)$", 1)).cast(MONEY, strict=False)


EUROS = Kind("an amount in euros, 0 or more", _euros, unit="euros")
PROJECT_COLUMNS = (
    Column("project_id", ("id", "projectID"), CODE),
    Column("acronym", ("acronym",), TEXT, "optional"),
    Column("start_date", ("startDate",), DATE, "nullable"),
    Column("programme", ("frameworkProgramme",), TEXT, "optional"),
)
PARTICIPANT_COLUMNS = (
    Column("project_id", ("projectID",), CODE),
    Column("organisation_key", ("organisationID",), CODE),
    Column("name", ("name",), TEXT, "nullable"),
    Column("activity_type", ("activityType",), TEXT, "nullable"),
    Column("postcode", ("postCode",), POSTCODE.or_null(), "nullable"),
    Column("country", ("country",), TEXT, "nullable"),
    Column("role", ("role",), TEXT, "nullable"),
    Column("ec_contribution_eur", ("ecContribution",), EUROS, "nullable"),
    Column("net_contribution_eur", ("netEcContribution",), EUROS, "optional"),
    Column("total_cost_eur", ("totalCost",), EUROS, "optional"),
    Column("is_ended", ("endOfParticipation",), YES_NO, "optional"),
)


def read(delivery: Delivery, desk: Desk) -> Reading:
    """UK participants, and the projects that they are in.

    An organisation stands once on a project, in its strongest role. One whose participation has ended is left out, as
    a withdrawn one is; a postcode that is none is left out, and counted. Raises DropError where a project stands twice,
    or one of the two files is missing.
    """
    plain = plain_files(delivery.parts, desk.scratch, _chosen)
    projects = _table(delivery, desk, plain, PROJECT_FILE, PROJECT_COLUMNS)
    participants = _table(delivery, desk, plain, ORGANISATION_FILE, PARTICIPANT_COLUMNS)
    projects.require_unique("project_id")
    partners = participants.rows.group_by("project_id").agg(pl.col("organisation_key").n_unique().alias("partners"))
    is_here = pl.col("country").str.to_uppercase().is_in(UNITED_KINGDOM) & ~pl.col("is_ended").fill_null(False)
    ours = (
        participants.rows.filter(is_here)
        .with_columns(is_lead=(pl.col("role").str.to_lowercase() == "coordinator").fill_null(False))
        .group_by("project_id", "organisation_key")
        .agg(
            pl.col("name", "activity_type", "postcode").drop_nulls().first(),
            pl.col("is_lead").any(),
            pl.col("ec_contribution_eur").sum(),
        )
        .with_columns(name=pl.coalesce("name", "organisation_key"))
        .sort("project_id", "organisation_key")
        .collect()
    )
    kept = projects.rows.join(ours.lazy().select("project_id").unique(), on="project_id", how="semi")
    columns = [column.name for column in PROJECT_COLUMNS]
    found = kept.join(partners, on="project_id", how="left").select(*columns, "partners").sort("project_id").collect()
    unknown = ours.join(found, on="project_id", how="anti")["project_id"].n_unique()
    ours = ours.join(found.select("project_id"), on="project_id", how="semi")
    if ours.is_empty():
        expected = f"rows of {' or '.join(UNITED_KINGDOM)} in {ORGANISATION_FILE}, of projects in {PROJECT_FILE}"
        raise DropError(Problem(delivery.drop.path, "there is no participant of the country", expected, SEND_AGAIN))
    notes = [f"cordis: {ours.height} participations of the United Kingdom in {found.height} projects"]
    if unknown:
        notes.append(f"cordis: {unknown} projects of {ORGANISATION_FILE} are not in {PROJECT_FILE} and are left out")
    rejected = pl.concat([projects.rejected, participants.rejected])
    postcodes = participants.codes("postcode", where=is_here)
    return Reading({PROJECTS: found, PARTICIPANTS: ours}, rejected, tuple(notes), (postcodes,))


def _chosen(names: Sequence[str]) -> Collection[str]:
    wanted = (PROJECT_FILE, ORGANISATION_FILE)
    return [name for name in names if PurePosixPath(name).name in wanted or name.lower().endswith(".zip")]


def _table(delivery: Delivery, desk: Desk, plain: Sequence[Part], name: str, columns: Sequence[Column]) -> Table:
    parts = [part for part in plain if PurePosixPath(part.name).name == name]
    if not parts:
        there = ", ".join(part.name for part in plain) or "nothing that is read"
        expected = f"{PROJECT_FILE} and {ORGANISATION_FILE}, in the publisher's ZIP of a programme"
        raise DropError(Problem(delivery.drop.path, f"there is no {name} (there is: {there})", expected, SEND_AGAIN))
    scratch = desk.scratch / name.partition(".")[0]
    scratch.mkdir()
    tabled = tuple(_as_parquet(part, columns, number, scratch) for number, part in enumerate(parts))
    return Table(replace(delivery, parts=tabled), columns, replace(desk, scratch=scratch))


def _as_parquet(part: Part, columns: Sequence[Column], number: int, scratch: Path) -> Part:
    """The columns that are read, as text, in a Parquet file under the CSV's own name and rows."""
    check_utf8(part)
    records = _records(part)
    header = next(records, [])
    wanted = {spelling.lower() for column in columns for spelling in column.spellings if isinstance(spelling, str)}
    places = [place for place, label in enumerate(header) if label.strip().lower() in wanted]
    rows = [[record[place] for place in places] for record in records]
    labels = [header[place] for place in places] or ["nothing"]
    frame = pl.DataFrame(rows, dict.fromkeys(labels, pl.String), orient="row")
    target = scratch / f"{PurePosixPath(part.name).stem}-{number}.parquet"
    frame.write_parquet(target)
    return replace(part, path=target, held_as="parquet")


def _records(part: Part) -> Iterator[list[str]]:
    """The records of a file; raises DropError for one with more or fewer values than the header."""
    csv.field_size_limit(LONGEST_VALUE)
    with part.path.open(encoding="utf-8-sig", newline="") as stream:
        width: int | None = None
        for number, record in enumerate(csv.reader(stream, delimiter=";"), start=1):
            if width is None:
                width = len(record)
            if len(record) != width:
                found = f"the row has {len(record)} values and the header {width}"
                expected = "as many values as the header, with semicolons between"
                raise DropError(Problem(part.name, found, expected, SEND_AGAIN, row=number))
            yield record


CORDIS = Dataset(
    "cordis",
    (PARTICIPANTS, PROJECTS),
    read,
    lacking="the European Union's projects: collaborations, and RD&I activity known from them",
    reader_version=2,
    profiled=(
        Measure(PARTICIPANTS, "ec_contribution_eur", "ecContribution", "money", "expected"),
        Measure(PARTICIPANTS, "postcode", "postCode", "code", "optional"),
        Measure(PROJECTS, "partners", "organisationID", "count", "needed"),
    ),
)
