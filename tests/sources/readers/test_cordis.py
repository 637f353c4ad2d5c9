"""CORDIS: the publisher's files by made-up rows, and the real rows where they are."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from assets.sources.datasets import Dataset
from assets.sources.problems import DropError
from assets.sources.readers.cordis import CORDIS, PARTICIPANTS, PROJECTS
from tests.sources.support import read_drop, rows, zipped

PROJECT = '"id";"acronym";"status";"title";"startDate";"endDate";"totalCost";"frameworkProgramme"\n'
ORGANISATION = (
    '"projectID";"projectAcronym";"organisationID";"vatNumber";"name";"shortName";"SME";"activityType";"street";'
    '"postCode";"city";"country";"nutsCode";"geolocation";"organizationURL";"contactForm";"contentUpdateDate";"rcn";'
    '"order";"role";"ecContribution";"netEcContribution";"totalCost";"endOfParticipation";"active"\n'
)


def project(number: str, start: str = "2023-09-01") -> str:
    return f'"{number}";"NAME";"SIGNED";"A title; with a semicolon";"{start}";"2026-08-31";"1";"HORIZON"\n'


def partner(
    project_id: str,
    organisation: str,
    country: str = "UK",
    money: str = "528340.97",
    cost: str = "960619,95",
    role: str = "participant",
    ended: str = "false",
    postcode: str = "NN1 2BE",
) -> str:
    values = [project_id, "NAME", organisation, "", f"ORG {organisation}", "", "true", "PRC", "A STREET", postcode]
    values += ["London", country, "UKI31", "51.5,-0.1", "", "", "2026-06-03 12:20:56", "1", "1", role, money]
    return ";".join(f'"{value}"' for value in [*values, money, cost, ended, ""]) + "\n"


def read(tmp_path: Path, projects: str, partners: str, dataset: Dataset = CORDIS, share: float = 0.01):
    content = zipped(csv__project=PROJECT + projects, csv__organization=ORGANISATION + partners, csv__topics="x")
    return read_drop(dataset, {"cordis-HORIZONprojects-csv.zip": content}, tmp_path, share)


def test_participants_of_the_country_are_read_with_the_size_of_their_project(tmp_path: Path):
    partners = partner("1", "10", role="coordinator") + partner("1", "11", "GB") + partner("1", "12", "DE")
    reading = read(tmp_path, project("1") + project("2"), partners + partner("2", "12", "FR"))
    assert rows(reading, PROJECTS) == [
        {"project_id": "1", "acronym": "NAME", "start_date": date(2023, 9, 1), "programme": "HORIZON", "partners": 3}
    ]
    first = {"project_id": "1", "organisation_key": "10", "name": "ORG 10", "activity_type": "PRC"}
    first |= {"postcode": "NN1 2BE", "is_lead": True, "ec_contribution_eur": Decimal("528340.97")}
    second = {**first, "organisation_key": "11", "name": "ORG 11", "is_lead": False}
    assert rows(reading, PARTICIPANTS) == [first, second]


@pytest.mark.parametrize(
    ("written", "euros"),
    [("960619,95", "960619.95"), ("528340.97", "528340.97"), ("0", "0.00"), ("81000", "81000.00"), (".5", "0.50")],
)
def test_decimals_stand_after_a_point_or_a_comma(tmp_path: Path, written: str, euros: str):
    reading = read(tmp_path, project("1"), partner("1", "10", money=written))
    assert rows(reading, PARTICIPANTS)[0]["ec_contribution_eur"] == Decimal(euros)


def test_who_left_is_left_out(tmp_path: Path):
    reading = read(tmp_path, project("1"), partner("1", "10") + partner("1", "11", ended="true"))
    assert [row["organisation_key"] for row in rows(reading, PARTICIPANTS)] == ["10"]


def test_postcodes_of_the_country_that_are_none_are_left_out_and_counted(tmp_path: Path):
    partners = [
        partner("1", "10"),
        partner("1", "11", postcode="London"),
        partner("1", "12", postcode=""),
        partner("1", "13", postcode="n/a"),
        partner("1", "14", "DE", postcode="80333"),
        partner("1", "15", ended="true", postcode="80333"),
    ]
    reading = read(tmp_path, project("1"), "".join(partners))
    assert [row["postcode"] for row in rows(reading, PARTICIPANTS)] == ["NN1 2BE", None, None, None]
    (codes,) = reading.codes
    assert (codes.column, codes.rows, codes.given, codes.unread) == ("postcode", 4, 1, 1)
    assert codes.example is not None and codes.example.startswith("row 3 of ") and codes.example.endswith("'London'")


def test_an_amount_that_is_none_is_refused_by_row_and_value(tmp_path: Path):
    with pytest.raises(DropError) as refused:
        read(tmp_path, project("1"), partner("1", "10") + partner("1", "11", money="1,234.5,6"))
    assert refused.value.problem.row == 3
    assert "'1,234.5,6'" in str(refused.value)


def test_a_row_that_is_too_short_is_refused(tmp_path: Path):
    with pytest.raises(DropError, match="row 3: the row has 2 values and the header 25"):
        read(tmp_path, project("1"), partner("1", "10") + '"1";"2"\n')


def test_a_zip_without_its_projects_is_refused_by_what_is_missing(tmp_path: Path):
    content = zipped(organization=ORGANISATION + partner("1", "10"))
    with pytest.raises(DropError, match=r"there is no project.csv \(there is: .*organization.csv\)"):
        read_drop(CORDIS, {"2026-10.zip": content}, tmp_path)


def test_the_real_rows_are_read(shared_data: Path, tmp_path: Path):
    real = (shared_data / "cordis_rows_2026_10" / "organization.csv").read_text(encoding="utf-8")
    numbers = sorted({line.split(";")[0].strip('"') for line in real.splitlines()[1:]})
    content = zipped(project=PROJECT + "".join(map(project, numbers)), organization=real)
    reading = read_drop(CORDIS, {"2026-10.zip": content}, tmp_path)
    found = [(row["name"], row["postcode"], row["ec_contribution_eur"]) for row in rows(reading, PARTICIPANTS)]
    assert found == [
        ("THE WELLCOME TRUST LIMITED", "NW1 2BE", Decimal("230000.00")),
        ("MOTOR NEURONE DISEASE ASSOCIATION", "NN1 2BG", Decimal("0.00")),
    ]
