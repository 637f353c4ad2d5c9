"""Projects of UK Research and Innovation: the objects that Gateway to Research gives.

What belongs here: the drop `ukri`. What does not: who takes part (`research`), how objects are filed (`published`).

A folder of four files, one page of the service a line: `projects-000.jsonl.gz`, `organisations-000.jsonl.gz`,
`funds-000.jsonl.gz`, and, as who fetches all that there is has them too, `persons-000.jsonl.gz`. A project links to its
lead (LEAD_ORG), its partners (COLLAB_ORG, PARTICIPANT_ORG) and its fund (FUND); three in ten say in
`participantValues` what each was offered, the offers summing to the fund's amount, and of the rest it is null. One in
ten has a second fund, of another category and of the same money again. Dates are epoch milliseconds and stand on the
fund; on the project they are null.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import polars as pl

from assets.arrays import Integers
from synthetic_uk.directory import region_names
from synthetic_uk.firms import Firms
from synthetic_uk.geography import Postcodes
from synthetic_uk.names import untidy
from synthetic_uk.published import Listed
from synthetic_uk.research import SUBJECTS, Research
from synthetic_uk.streams import OVERSEAS, spread_ids

_FUNDERS = ("EPSRC", "BBSRC", "MRC", "NERC", "AHRC", "ESRC", "STFC")
_GATEWAY = "https://gtr.ukri.org/gtr/api"
_CATEGORIES = ("Research Grant", "Fellowship", "Training Grant")
_SPENT_OF_TEN = 4
"""Of ten projects the one with a second fund, which says again what was spent."""
_PERSONS = 30
_POSTCODE_ABROAD = "80333"


def ukri_records(
    research: Research, firms: Firms, postcodes: Postcodes, texts: pl.Series, month: int, seed: int
) -> dict[str, Listed]:
    """Objects of a month by file: projects, organisations, funds, persons."""
    in_drop = research.project_month[research.project_of] <= month
    owner, organisation = research.project_of[in_drop], research.organisation[in_drop]
    numbers, position = np.unique(organisation, return_inverse=True)
    project_ids = [_uuid(text) for text in spread_ids(len(research.project_month))]
    own = (numbers * 2_654_435_761) % (1 << 61)
    organisation_ids = [_uuid(f"{number:016x}{int(mixed):016x}") for number, mixed in zip(numbers, own, strict=True)]
    names = untidy(firms.names(numbers), numbers * 5 + seed).str.strip_chars().to_list()
    bounds = np.searchsorted(owner, np.arange(len(research.project_month) + 1))
    projects = np.flatnonzero(research.project_month <= month)
    return {
        "projects": Listed(
            _projects(research, project_ids, organisation_ids, names, position, bounds, month), len(projects)
        ),
        "organisations": Listed(
            _organisations(firms, postcodes, texts, numbers, organisation_ids, names), len(numbers)
        ),
        "funds": Listed(
            _funds(research, project_ids, month), len(projects) + int(np.count_nonzero(projects % 10 == _SPENT_OF_TEN))
        ),
        "persons": Listed(_persons(), _PERSONS),
    }


def _projects(
    research: Research,
    project_ids: list[str],
    organisation_ids: list[str],
    names: list[str],
    position: Integers,
    bounds: Integers,
    month: int,
) -> Iterator[dict[str, Any]]:
    for project in np.flatnonzero(research.project_month <= month):
        members = position[bounds[project] : bounds[project + 1]]
        start = research.project_start[project]
        roles = ["LEAD_ORG", *("PARTICIPANT_ORG" if place % 3 else "COLLAB_ORG" for place in range(1, len(members)))]
        offers: list[dict[str, Any]] = []
        if project % 10 < 3:
            share, odd = divmod(int(research.project_amount[project]), len(members))
            offers = [
                {
                    "organisationId": organisation_ids[member],
                    "organisationName": names[member],
                    "role": roles[place],
                    "projectCost": share + (odd if place == 0 else 0) + 1_000,
                    "grantOffer": share + (odd if place == 0 else 0),
                }
                for place, member in enumerate(members)
            ]
        funder = _FUNDERS[project % len(_FUNDERS)]
        subject = SUBJECTS[project % len(SUBJECTS)]
        links: list[dict[str, Any]] = [
            {"href": f"{_GATEWAY}/organisations/{organisation_ids[member]}", "rel": role, "start": None, "end": None}
            for member, role in zip(members, roles, strict=True)
        ]
        links += [
            {
                "href": f"{_GATEWAY}/funds/{fund}",
                "rel": "FUND",
                "start": _milliseconds(start),
                "end": _milliseconds(_end(start, int(project))),
            }
            for fund, _ in _funds_of(project_ids[project], int(project))
        ]
        yield {
            "links": {"link": links},
            "id": project_ids[project],
            "href": f"{_GATEWAY}/projects/{project_ids[project]}",
            "created": _milliseconds(start),
            "identifiers": {"identifier": [{"value": f"{funder[:2]}/S{project:06d}/1", "type": "RCUK"}]},
            "title": f"The structure of {subject} ({project})",
            "status": "Active" if project % 3 else "Closed",
            "grantCategory": _CATEGORIES[project % len(_CATEGORIES)],
            "leadFunder": funder,
            "abstractText": f"We study {subject} with partners in universities and firms.",
            "start": None,
            "end": None,
            "participantValues": {"participant": offers} if offers else None,
        }


def _organisations(
    firms: Firms, postcodes: Postcodes, texts: pl.Series, numbers: Integers, ids: list[str], names: list[str]
) -> Iterator[dict[str, Any]]:
    abroad = numbers >= OVERSEAS
    home = firms.home[np.where(abroad, 0, numbers)]
    regions = region_names(postcodes, home).to_list()
    places = zip(ids, names, texts.gather(home).to_list(), regions, abroad.tolist(), strict=True)
    for one, name, postcode, region, is_abroad in places:
        address = {
            "line1": "1 High Street",
            "postCode": _POSTCODE_ABROAD if is_abroad else postcode,
            "region": "Outside UK" if is_abroad else region,
            "type": "MAIN_ADDRESS",
        }
        yield {
            "links": {"link": []},
            "id": one,
            "href": f"{_GATEWAY}/organisations/{one}",
            "name": name,
            "addresses": {"address": [address]},
        }


def _funds(research: Research, project_ids: list[str], month: int) -> Iterator[dict[str, Any]]:
    for project in np.flatnonzero(research.project_month <= month):
        start = research.project_start[project]
        for fund, category in _funds_of(project_ids[project], int(project)):
            yield {
                "links": {"link": [{"href": f"{_GATEWAY}/projects/{project_ids[project]}", "rel": "FUNDED"}]},
                "id": fund,
                "href": f"{_GATEWAY}/funds/{fund}",
                "start": _milliseconds(start),
                "end": _milliseconds(_end(start, int(project))),
                "category": category,
                "valuePounds": {"currencyCode": "GBP", "amount": int(research.project_amount[project])},
            }


def _persons() -> Iterator[dict[str, Any]]:
    for number in range(_PERSONS):
        one = _uuid(f"{number:032x}")
        yield {
            "links": {"link": []},
            "id": one,
            "href": f"{_GATEWAY}/persons/{one}",
            "firstName": "A",
            "surname": f"Researcher {number}",
        }


def _end(start: date, project: int) -> date:
    return start + timedelta(days=365 + 90 * (project % 12))


def _milliseconds(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) * 1000


def _uuid(text: str) -> str:
    return f"{text[:8].upper()}-{text[8:12].upper()}-{text[12:16].upper()}-{text[16:20].upper()}-{text[20:32].upper()}"


def _funds_of(project_id: str, project: int) -> list[tuple[str, str]]:
    """Id and category of the funds of a project."""
    funds = [(f"{project_id[:-4]}F{project_id[-3:]}", "INCOME_ACTUAL")]
    if project % 10 == _SPENT_OF_TEN:
        funds.append((f"{project_id[:-4]}E{project_id[-3:]}", "EXPENDITURE_ACTUAL"))
    return funds
