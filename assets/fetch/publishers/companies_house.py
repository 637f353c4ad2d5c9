"""Companies House: the register of live companies (BasicCompanyData), monthly, in parts.

The page lists the files of one month, or of two while the next is being put there. A file's day is the one on which it
was made, some days into a month; what it says is of the end of the month before.
"""

from __future__ import annotations

import re
from datetime import date

from assets.fetch.problems import FetchError
from assets.fetch.publishers.links import links_of, missed
from assets.fetch.releases import Publisher, Release, Visit
from assets.fetch.staging import Staging
from assets.origins import ORIGINS

FORM = re.compile(r"BasicCompanyData-(\d{4}-\d{2}-\d{2})-part(\d+)_(\d+)\.zip")
WANTED = "files named BasicCompanyData-YYYY-MM-DD-partN_N.zip"


def find(visit: Visit) -> Release:
    """The newest list of parts that is complete and not too late for the month, in the page of links."""
    page = visit.client.page(visit.address)
    links = links_of(page)
    listed: dict[date, dict[int, str]] = {}
    counts: dict[date, int] = {}
    for name, address in links.items():
        if form := FORM.fullmatch(name):
            day = date.fromisoformat(form[1])
            listed.setdefault(day, {})[int(form[2])] = address
            counts[day] = int(form[3])
    if not listed:
        raise missed(page, WANTED, len(links))
    latest = visit.month.plus(1).last_day
    days = sorted((day for day in listed if day <= latest), reverse=True) or sorted(listed)
    lacking = {day: sorted({*range(1, counts[day] + 1)} - {*listed[day]}) for day in days}
    whole = [day for day in days if not lacking[day]]
    if not whole:
        parts = ", ".join(map(str, lacking[days[0]]))
        raise FetchError(
            f"{page.address} lists the register of {days[0]} in {counts[days[0]]} parts, and lacks part {parts}: "
            "it is being put there, or has been left incomplete; fetch again in a few hours"
        )
    if whole[0] != days[0]:
        visit.client.tell(f"{page.address} lists the register of {days[0]} incompletely: that of {whole[0]} is taken")
    files = {address.rsplit("/", 1)[-1]: address for _, address in sorted(listed[whole[0]].items())}
    return Release(f"BasicCompanyData-{whole[0]}", whole[0], parts={"files": files})


def bring(visit: Visit, release: Release, staging: Staging) -> None:
    """Every part."""
    for name, address in release.parts["files"].items():
        staging.bring(visit.client, address, name)


COMPANIES_HOUSE = Publisher(
    dataset="companies_house",
    origin=ORIGINS["companies_house"],
    address="https://download.companieshouse.gov.uk/en_output.html",
    every_days=31,
    find=find,
    bring=bring,
)
