"""Innovate UK: the two workbooks of funded projects since 2004, found from their page.

Names change with each issue, every two to four weeks, and old links are gone within a month. A book's kind is its name
without the day of issue.
"""

from __future__ import annotations

import re
from datetime import date

from assets.fetch.problems import FetchError
from assets.fetch.publishers.links import links_of, missed
from assets.fetch.releases import Publisher, Release, Visit
from assets.fetch.staging import Staging
from assets.origins import ORIGINS

BOOK = re.compile(r"(?=.*innovate[-_ ]?uk)(?=.*funded[-_ ]projects).*\.xlsx", re.IGNORECASE)
DAY = re.compile(r"(20\d{2})(\d{2})(\d{2})")
TO_PRESENT = re.compile(r"to[-_ ](present|date)", re.IGNORECASE)
WANTED = "workbooks named like IUK-YYYYMMDD-Innovate-UK-funded-projects-...xlsx"


def find(visit: Visit) -> Release:
    """The newest issue of both workbooks, in the page of links."""
    page = visit.client.page(visit.address)
    links = links_of(page)
    issues: dict[str, tuple[date, str, str]] = {}
    for name, address in links.items():
        if BOOK.fullmatch(name) and (issued := _day(name)):
            kind = DAY.sub("", name, count=1).lower()
            issues[kind] = max(issues.get(kind, (date.min, "", "")), (issued, name, address))
    if not issues:
        raise missed(page, WANTED, len(links))
    books = sorted(issues.values(), key=lambda issue: issue[1])
    present = [issued for issued, name, _ in books if TO_PRESENT.search(name)]
    if len(books) < 2 or not present:
        names = ", ".join(name for _, name, _ in books)
        raise FetchError(
            f"looked for two workbooks on {page.address}, the older years and those to the present: it links to "
            f"{names} alone; look at the page in a browser, and fetch again once both are there"
        )
    name = " and ".join(name for _, name, _ in books)
    return Release(name, max(present), parts={"files": {name: address for _, name, address in books}})


def bring(visit: Visit, release: Release, staging: Staging) -> None:
    """Both workbooks."""
    for name, address in release.parts["files"].items():
        staging.bring(visit.client, address, name)


def _day(name: str) -> date | None:
    for form in DAY.finditer(name):
        try:
            return date(int(form[1]), int(form[2]), int(form[3]))
        except ValueError:
            continue
    return None


INNOVATE_UK = Publisher(
    dataset="innovate_uk",
    origin=ORIGINS["innovate_uk"],
    address="https://www.ukri.org/publications/innovate-uk-funded-projects-since-2004/",
    every_days=28,
    find=find,
    bring=bring,
)
