"""Gateway to Research: the API's objects, in lines and pages, and the site's CSV."""

from __future__ import annotations

import gzip
import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from assets.sources.files.lines import reader_database
from assets.sources.problems import DropError
from assets.sources.readers import gateway_objects
from assets.sources.readers.ukri import UKRI
from assets.sources.reading.contract import Codes, Desk
from tests.sources.support import json_lines, read_drop, rows

PROJECTS, PARTICIPANTS, ORGANISATIONS = (
    "sources.ukri_projects",
    "sources.ukri_participants",
    "sources.ukri_organisations",
)
APRIL_2015_IN_LONDON = 1_427_842_800_000
JANUARY_2018_IN_LONDON = 1_514_764_800_000


def link(rel: str, target: str, **more: Any) -> dict[str, Any]:
    return {"rel": rel, "href": f"https://gtr.example/api/{rel.lower()}s/{target}", **more}


PROJECT = {
    "id": "P1",
    "title": "A project",
    "status": "Closed",
    "grantCategory": "Research Grant",
    "leadFunder": "EPSRC",
    "abstractText": "About it",
    "identifiers": {"identifier": [{"value": "EP/A/1", "type": "RCUK"}]},
    "start": None,
    "end": None,
    "participantValues": {
        "participant": [
            {"organisationName": "Alpha Ltd", "organisationId": "O2", "role": "PARTICIPANT", "grantOffer": 500.25},
            {"organisationName": "Nowhere  Ltd", "organisationId": "", "role": "PARTICIPANT", "grantOffer": 0},
        ]
    },
    "links": {
        "link": [
            link("LEAD_ORG", "O1"),
            link("PARTICIPANT_ORG", "O2"),
            link("COLLAB_ORG", "O3"),
            link("COLLAB_ORG", "O1"),
            link("FUND", "F1", start=APRIL_2015_IN_LONDON),
            link("PI_PER", "X1"),
        ]
    },
}
LEAD = {
    "id": "O1",
    "name": "University of Alpha",
    "addresses": {
        "address": [
            {"type": "OTHER", "postCode": "BT1 1AA", "region": "Northern Ireland"},
            {"type": "MAIN_ADDRESS", "postCode": "OX110AA", "region": "South East"},
        ]
    },
}
PARTNER = {"id": "O2", "name": "Alpha Ltd", "addresses": {"address": []}}
FUND = {
    "id": "F1",
    "start": APRIL_2015_IN_LONDON,
    "end": JANUARY_2018_IN_LONDON,
    "valuePounds": {"currencyCode": "GBP", "amount": 1234567.89},
}


@pytest.mark.parametrize("at_a_time", [1, gateway_objects.BATCH_CHARACTERS])
@pytest.mark.parametrize("way", ["one file", "parts", "gzip", "pages", "printed page", "lists"])
def test_objects_are_told_by_their_keys_however_they_are_filed(
    tmp_path: Path, way: str, at_a_time: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gateway_objects, "BATCH_CHARACTERS", at_a_time)
    pages = [
        {"totalSize": 1, "page": 1, kind: items}
        for kind, items in (("project", [PROJECT]), ("organisation", [LEAD, PARTNER]), ("fund", [FUND]))
    ]
    files: dict[str, dict[str, str | bytes]] = {
        "one file": {"2025-05.jsonl": json_lines(FUND, PROJECT, LEAD, PARTNER)},
        "parts": {
            "projects.jsonl": json_lines(PROJECT),
            "organisations.jsonl": json_lines(LEAD, PARTNER),
            "funds.jsonl": json_lines(FUND),
        },
        "gzip": {"2025-05.jsonl.gz": gzip.compress(json_lines(PROJECT, LEAD, PARTNER, FUND).encode())},
        "pages": {"2025-05.jsonl": json_lines(*pages)},
        "lists": {
            "projects.jsonl": json.dumps([PROJECT], indent=2),
            "organisations.jsonl.gz": gzip.compress(json.dumps([LEAD, PARTNER]).encode()),
            "funds.jsonl": json_lines({"fund": []}, [FUND]),
        },
        "printed page": {f"{number}.json": json.dumps(page, indent=2) for number, page in enumerate(pages)},
    }
    reading = read_drop(UKRI, files[way], tmp_path)
    assert rows(reading, PROJECTS) == [
        {
            "project_id": "P1",
            "reference": "EP/A/1",
            "title": "A project",
            "lead_funder": "EPSRC",
            "status": "Closed",
            "start_date": date(2015, 4, 1),
            "end_date": date(2018, 1, 1),
            "amount_gbp": Decimal("1234567.89"),
        }
    ]
    assert [tuple(row.values()) for row in rows(reading, PARTICIPANTS)] == [
        ("P1", "O1", "lead", None),
        ("P1", "O2", "participant", Decimal("500.25")),
        ("P1", "O3", "collaborator", None),
        ("P1", "nowhere ltd", "participant", Decimal("0.00")),
    ]
    assert [tuple(row.values()) for row in rows(reading, ORGANISATIONS)] == [
        ("O1", "University of Alpha", "OX11 0AA", "South East"),
        ("O2", "Alpha Ltd", None, None),
        ("O3", "O3", None, None),
        ("nowhere ltd", "Nowhere  Ltd", None, None),
    ]
    assert reading.rejected.is_empty()


def test_without_a_fund_the_offers_are_the_amount_and_without_offers_there_is_none(tmp_path: Path) -> None:
    bare = {"id": "P2", "leadFunder": "AHRC", "title": "Bare", "links": {"link": []}}
    reading = read_drop(UKRI, {"2025-05.jsonl": json_lines(PROJECT, bare)}, tmp_path)
    assert [(row["project_id"], row["amount_gbp"]) for row in rows(reading, PROJECTS)] == [
        ("P1", Decimal("500.25")),
        ("P2", None),
    ]
    assert rows(reading, PROJECTS)[1]["start_date"] is None


def test_a_projects_own_dates_come_before_its_funds(tmp_path: Path) -> None:
    dated = {**PROJECT, "start": JANUARY_2018_IN_LONDON, "end": "2019-03-31"}
    (row,) = rows(read_drop(UKRI, {"2025-05.jsonl": json_lines(dated, FUND)}, tmp_path), PROJECTS)
    assert (row["start_date"], row["end_date"]) == (date(2018, 1, 1), date(2019, 3, 31))


def test_an_object_twice_counts_once(tmp_path: Path) -> None:
    reading = read_drop(UKRI, {"2025-05.jsonl": json_lines(PROJECT, FUND, PROJECT, FUND)}, tmp_path)
    assert [row["amount_gbp"] for row in rows(reading, PROJECTS)] == [Decimal("1234567.89")]


def test_other_objects_are_passed_over_and_counted(tmp_path: Path) -> None:
    person = {"id": "X1", "firstName": "A", "surname": "B"}
    reading = read_drop(UKRI, {"2025-05.jsonl": json_lines(PROJECT, person)}, tmp_path)
    assert (dict(reading.passed_over), reading.notes) == ({"objects of other kinds": 1}, ())


def test_a_broken_line_is_refused_with_its_number(tmp_path: Path) -> None:
    lines = json_lines(PROJECT) + "\n" + '{"id": "P2", broken\n' + json_lines({**PROJECT, "id": None})
    reading = read_drop(UKRI, {"2025-05.jsonl": lines}, tmp_path / "lenient", share=0.7)
    assert reading.rejected.rows() == [
        ("ukri/2025-05.jsonl", 3, None, "a line of 19 characters", "expected a JSON object"),
        ("ukri/2025-05.jsonl", 4, "id", None, "expected the id of the object"),
    ]
    with pytest.raises(DropError, match="row 3: the value is 'a line of 19 characters'; expected a JSON object"):
        read_drop(UKRI, {"2025-05.jsonl": lines}, tmp_path)


@pytest.mark.parametrize(
    "time", [32472144000000, -62135596800000, 9223372036854775807, "2999-01-01", "0001-01-01", "soon"]
)
def test_a_project_or_a_fund_of_a_day_that_cannot_be_is_refused(time: int | str, tmp_path: Path) -> None:
    project, fund = {**PROJECT, "id": "P2", "start": time}, {**FUND, "id": "F2", "end": time}
    lines = json_lines(PROJECT, FUND, project, fund)
    reading = read_drop(UKRI, {"2025-05.jsonl": lines}, tmp_path / "lenient", share=0.7)
    expected = "expected a time in milliseconds since 1970, or a date, from 1800 to 2100"
    assert reading.rejected.rows() == [
        ("ukri/2025-05.jsonl", 3, "start", str(time), expected),
        ("ukri/2025-05.jsonl", 4, "end", str(time), expected),
    ]
    assert [row["project_id"] for row in rows(reading, PROJECTS)] == [PROJECT["id"]]
    with pytest.raises(DropError, match=f"row 3, column start: the value is '{time}'"):
        read_drop(UKRI, {"2025-05.jsonl": lines}, tmp_path)


@pytest.mark.parametrize("amount", [-1, "n/a", 2_000_000_001])
def test_an_amount_that_is_none_is_refused(tmp_path: Path, amount: Any) -> None:
    expected = "expected an amount in pounds, 0 or more and at most 2,000,000,000, which is max_award_gbp"
    fund = {**FUND, "valuePounds": {"amount": amount}}
    offer = {"participantValues": {"participant": [{"organisationName": "A", "grantOffer": amount}]}}
    for column, objects in (
        ("valuePounds.amount", (PROJECT, fund)),
        ("participantValues.participant.grantOffer", ({**PROJECT, "id": "P2"}, {**PROJECT, **offer})),
    ):
        lines = json_lines(*objects)
        with pytest.raises(DropError) as error:
            read_drop(UKRI, {"2025-05.jsonl": lines}, tmp_path / column)
        assert f"row 2, column {column}: the value is '{amount}'; {expected}" in str(error.value)
    reading = read_drop(UKRI, {"2025-05.jsonl": lines}, tmp_path / "lenient", share=0.5)
    assert [row["project_id"] for row in rows(reading, PROJECTS)] == ["P2"]


def test_postcodes_of_organisations_that_are_none_are_counted_and_left_out(tmp_path: Path) -> None:
    """Four organisations: one with a postcode, one abroad, one with a blank, one that only a project names."""
    abroad = {
        "id": "O2",
        "name": "Alpha GmbH",
        "addresses": {"address": [{"postCode": "80333", "region": "Outside UK"}]},
    }
    blank = {"id": "O3", "name": "Gamma", "addresses": {"address": {"postCode": " "}}}
    reading = read_drop(UKRI, {"2025-05.jsonl": json_lines(PROJECT, LEAD, abroad, blank, FUND)}, tmp_path)
    postcodes = {row["organisation_key"]: row["postcode"] for row in rows(reading, ORGANISATIONS)}
    assert postcodes == {"O1": "OX11 0AA", "O2": None, "O3": None, "nowhere ltd": None}
    assert reading.codes == (Codes("postcode", 4, 1, 1, "organisation 'O2': '80333'"),)


def test_a_drop_without_a_project_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DropError, match="there is no project in the drop"):
        read_drop(UKRI, {"2025-05.jsonl": json_lines(LEAD)}, tmp_path)


def test_a_broken_page_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DropError, match="page.json: the file cannot be read"):
        read_drop(UKRI, {"page.json": '{"project": [{"id": "P1",'}, tmp_path)


SITE_CSV = (
    "FundingOrgName,ProjectReference,LeadROName,Department,ProjectCategory,Title,StartDate,EndDate,AwardPounds,"
    "ExpenditurePounds,Region,Status,GTRProjectUrl,ProjectId,FundingOrgId,LeadROId\n"
    'AHRC,AH/1,University of Alpha,Art,Grant,"A ""fine"" title",2018-01-09,31/12/2020,1000.5,,London,Active,u,P1,F,O1\n'
    "AHRC,AH/2,University  of Beta,History,Grant,Another,2018-01-09,2018-01-09,,,Unknown,Active,u,P2,F,\n"
    "AHRC,AH/3,,History,Studentship,Third,,,0,,,Closed,u,P3,F,\n"
)


def test_the_sites_csv_has_projects_with_their_leads(tmp_path: Path) -> None:
    reading = read_drop(UKRI, {"2025-05.csv": SITE_CSV}, tmp_path)
    first, second, third = rows(reading, PROJECTS)
    assert (first["title"], first["end_date"], first["amount_gbp"]) == (
        'A "fine" title',
        date(2020, 12, 31),
        Decimal("1000.50"),
    )
    assert (second["amount_gbp"], third["amount_gbp"]) == (None, Decimal("0.00"))
    assert [tuple(row.values()) for row in rows(reading, PARTICIPANTS)] == [
        ("P1", "O1", "lead", None),
        ("P2", "university of beta", "lead", None),
    ]
    assert [tuple(row.values()) for row in rows(reading, ORGANISATIONS)] == [
        ("O1", "University of Alpha", None, "London"),
        ("university of beta", "University  of Beta", None, "Unknown"),
    ]


def test_the_real_export_is_read_whole(shared_data: Path, tmp_path: Path) -> None:
    real = shared_data / "gtr_projectsearch_ahrc_2021_01" / "gtr_projectsearch_ahrc_no_names.csv.gz"
    reading = read_drop(UKRI, {"2025-05.csv.gz": real.read_bytes()}, tmp_path)
    projects, organisations = pl.DataFrame(rows(reading, PROJECTS)), pl.DataFrame(rows(reading, ORGANISATIONS))
    assert (projects.height, len(rows(reading, PARTICIPANTS)), organisations.height) == (8297, 8297, 178)
    assert reading.rejected.is_empty()
    total = pl.read_csv(real, infer_schema=False)["AwardPounds"].cast(pl.Decimal(18, 2)).sum()
    assert projects["amount_gbp"].sum() == total


def test_the_readers_tables_are_in_a_file(tmp_path: Path):
    """In memory the objects of the whole service, several times over, would not fit."""
    with reader_database(Desk(tmp_path, max_rejected_share=0)) as database:
        (path,) = database.sql("select path from duckdb_databases() where not internal").fetchall()[0]
    assert path is not None
    assert tmp_path in Path(path).parents
