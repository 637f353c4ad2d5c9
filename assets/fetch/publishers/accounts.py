"""Companies House: accounts filed in a month, a ZIP of inline XBRL, found from the page of the last twelve months.

A drop holds as many months as the setting says, the newest first; those that an earlier drop has are taken from there.
"""

from __future__ import annotations

import re
from datetime import date

from assets.fetch.publishers.dates import first_of
from assets.fetch.publishers.links import links_of, missed
from assets.fetch.releases import Publisher, Release, Visit
from assets.fetch.staging import Staging
from assets.months import Month
from assets.origins import ORIGINS

FORM = re.compile(r"Accounts_Monthly_Data-([A-Za-z]+)(\d{4})\.zip")
WANTED = "a file named like Accounts_Monthly_Data-July2026.zip, of a month up to {}"


def find(visit: Visit) -> Release:
    """The newest months that are not after the month, in the page of links."""
    page = visit.client.page(visit.address)
    links = links_of(page)
    months: dict[date, tuple[str, str]] = {}
    for name, address in links.items():
        form = FORM.fullmatch(name)
        first = first_of(form[1], form[2]) if form else None
        if first and first <= visit.month.last_day:
            months[first] = name, address
    if not months:
        raise missed(page, WANTED.format(visit.month), len(links))
    chosen = sorted(months, reverse=True)[: visit.client.limits.accounts_months]
    if Month.of(chosen[0]) < visit.month:
        visit.client.tell(f"{page.address} has no accounts of {visit.month} yet: those of {chosen[0]:%Y-%m} are taken")
    files = dict(months[first] for first in chosen)
    return Release(" and ".join(files), Month.of(chosen[0]).last_day, parts={"files": files})


def bring(visit: Visit, release: Release, staging: Staging) -> None:
    """Every month's file."""
    for name, address in release.parts["files"].items():
        staging.bring_or_link(visit.client, address, name)


ACCOUNTS = Publisher(
    dataset="accounts",
    origin=ORIGINS["accounts"],
    address="https://download.companieshouse.gov.uk/en_monthlyaccountsdata.html",
    every_days=31,
    find=find,
    bring=bring,
)
