"""CORDIS: projects of Horizon Europe and Horizon 2020 with their organisations, monthly under fixed names.

Whether a file has changed is asked of the server: its ETag, or the day it was changed, is what tells one issue from the
next.
"""

from __future__ import annotations

import zipfile
from datetime import date
from email.utils import parsedate_to_datetime

from assets.fetch.problems import FetchError
from assets.fetch.releases import Publisher, Release, Visit
from assets.fetch.staging import Staging
from assets.origins import ORIGINS

FILES = ("cordis-HORIZONprojects-csv.zip", "cordis-h2020projects-csv.zip")
MEMBERS = ("project.csv", "organization.csv")


def find(visit: Visit) -> Release:
    """The issue that stands there now, by what the server says of the files."""
    marks, days = [], []
    for name in FILES:
        headers = visit.client.head(_address(visit, name))
        marks.append(headers.get("etag") or headers.get("last-modified") or f"of {visit.today}")
        days.append(_day(headers.get("last-modified"), visit.today))
    dated = max(days)
    return Release(f"CORDIS {' '.join(marks)}", dated, parts={"marks": marks})


def bring(visit: Visit, release: Release, staging: Staging) -> None:
    """Both programmes' files. Raises FetchError for one without the tables that are read."""
    for name in FILES:
        staging.bring(visit.client, _address(visit, name), name)
        with zipfile.ZipFile(staging.drop / name) as archive:
            members = {member.rsplit("/", 1)[-1] for member in archive.namelist()}
        if lacking := [member for member in MEMBERS if member not in members]:
            staging.start_anew()
            raise FetchError(
                f"{_address(visit, name)} lacks {' and '.join(lacking)}: it holds {', '.join(sorted(members)[:10])}"
            )


def _address(visit: Visit, name: str) -> str:
    return f"{visit.address.rstrip('/')}/{name}"


def _day(changed: str | None, today: date) -> date:
    try:
        return parsedate_to_datetime(changed).date() if changed else today
    except ValueError:
        return today


CORDIS = Publisher(
    dataset="cordis",
    origin=ORIGINS["cordis"],
    address="https://cordis.europa.eu/data",
    every_days=31,
    find=find,
    bring=bring,
)
