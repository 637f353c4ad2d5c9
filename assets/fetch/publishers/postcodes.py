"""ONS: the postcode directory (ONSPD, or NSPL by the setting), quarterly, found by a search of ArcGIS.

An item that is not a collection of CSV files is passed over, and of a release that came out twice ("V2") the later
version counts.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from assets.fetch.problems import FetchError
from assets.fetch.publishers.arcgis import arcgis_json
from assets.fetch.publishers.dates import first_of
from assets.fetch.releases import Publisher, Release, Visit
from assets.fetch.staging import Staging
from assets.origins import ORIGINS

KIND = "CSV Collection"
MONTH = re.compile(r"\(?\b([A-Z][a-z]{2,8}) (\d{4})\b\)?")
VERSION = re.compile(r"\bV(\d+)\b", re.IGNORECASE)
ITEMS_A_SEARCH = 100
"""The most that ArcGIS gives at once."""


def find(visit: Visit) -> Release:
    """The newest directory that is not after the month, by a search of the items with the product's tag."""
    directory = visit.client.limits.postcode_directory
    wanted = f'tags:PRD_{directory} AND type:"{KIND}"'
    params = {"f": "json", "q": wanted, "sortField": "modified", "sortOrder": "desc", "num": ITEMS_A_SEARCH}
    page = visit.client.page(f"{visit.address}/search", params)
    items = [item for item in arcgis_json(page).get("results") or [] if isinstance(item, dict)]
    usable = [(*_age(item), item) for item in items if item.get("type") == KIND]
    usable = [found for found in usable if found[0] <= visit.month.last_day]
    if not usable:
        titles = "; ".join(str(item.get("title")) for item in items[:5]) or "none"
        raise FetchError(
            f"looked for a {KIND} tagged PRD_{directory} with a month up to {visit.month} in its title on "
            f"{visit.address}/search: it gives {len(items)} items ({titles}), and none is such"
        )
    dated, version, item = max(usable, key=lambda found: found[:2])
    name = f"{directory} {dated:%Y-%m} V{version} {item['id']}"
    return Release(name, dated, parts={"id": str(item["id"]), "file": f"{directory}-{dated:%Y-%m}.zip"})


def bring(visit: Visit, release: Release, staging: Staging) -> None:
    """The item's data, a ZIP."""
    address = f"{visit.address}/content/items/{release.parts['id']}/data"
    staging.bring(visit.client, address, release.parts["file"])


def _age(item: dict[str, Any]) -> tuple[date, int]:
    """Month and version in an item's title; a day that nothing is before where it names none."""
    title = str(item.get("title", ""))
    version = VERSION.search(title)
    for form in MONTH.finditer(title):
        if dated := first_of(form[1], form[2]):
            return dated, int(version[1]) if version else 1
    return date.max, 0


POSTCODES = Publisher(
    dataset="postcodes",
    origin=ORIGINS["postcodes"],
    address="https://www.arcgis.com/sharing/rest",
    every_days=92,
    find=find,
    bring=bring,
)
