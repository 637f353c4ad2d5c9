"""UKRI: Gateway to Research's projects, funds and organisations, page by page, one object a line.

The number of pages changes while they are asked for: a page is asked for as long as the last answer says that there is
one, and in the end as many different objects must be there as it says that there are.
"""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any

from assets.fetch.paging import Growing, lines
from assets.fetch.problems import FaultError, FetchError
from assets.fetch.releases import Publisher, Release, Visit
from assets.fetch.staging import Staging
from assets.fetch.transport import Page
from assets.origins import ORIGINS

KINDS = {"projects": "project", "funds": "fund", "organisations": "organisation"}
"""What is asked for, and under which name a page holds it."""
ACCEPT = {"Accept": "application/vnd.rcuk.gtr.json-v7"}
"""Without it the oldest version is given."""
OBJECTS_A_PAGE = 100
"""The most that is given at once."""


def find(visit: Visit) -> Release:
    """What the service answers now."""
    return Release(f"Gateway to Research for {visit.month}", is_live=True)


def bring(visit: Visit, release: Release, staging: Staging) -> None:
    """All pages of each kind."""
    for what, name in KINDS.items():
        file = Growing(staging, f"{what}.jsonl")
        if file.is_whole:
            continue
        address = f"{visit.address}/{what}"
        while True:
            number = file.place.get("page", 1)
            params = {"p": number, "s": OBJECTS_A_PAGE}
            page, found, pages, total = visit.client.answer(
                address, params, ACCEPT, read=partial(_objects, name=name, number=number)
            )
            file.add(lines(found), {"page": number + 1})
            visit.client.progress(f"{what}: page {number} of {pages}")
            if number >= pages:
                break
        if (different := _different(file.path)) < total:
            staging.start_anew()
            raise FetchError(
                f"{address} says that it has {total} {what}, and gave {different} different ones: they changed while "
                "they were asked for; fetch again, which begins anew"
            )
        file.end(page, f"{address}?p=1&s={OBJECTS_A_PAGE}")


def _objects(page: Page, name: str, number: int) -> tuple[Page, list[Any], int, int]:
    """A page, its objects, and how many pages and objects it says that there are."""
    found = page.json()
    if not isinstance(found, dict) or "totalPages" not in found:
        said = str(found.get("text", "")) if isinstance(found, dict) else ""
        raise FaultError(f"{page.address} answered with no page of objects{f' ({said})' if said else ''}")
    objects = found.get(name)
    held = objects if isinstance(objects, list) else [objects] if isinstance(objects, dict) else []
    pages, total = int(found["totalPages"] or 0), int(found.get("totalSize") or 0)
    if not held and number <= pages:
        raise FaultError(f"{page.address} is page {number} of {pages}, and empty")
    if not total:
        raise FaultError(f"{page.address} says that there is nothing at all")
    return page, held, pages, total


def _different(path: Path) -> int:
    with path.open(encoding="utf-8") as stream:
        return len({json.loads(line).get("id") for line in stream})


UKRI = Publisher(
    dataset="ukri",
    origin=ORIGINS["ukri"],
    address="https://gtr.ukri.org/gtr/api",
    every_days=31,
    find=find,
    bring=bring,
)
