"""OpenAlex: works with an institution in the United Kingdom, and these institutions, by the API's cursor.

The cursor is kept after each page: where a day's calls are used up, the fetch goes on from it on another. Who has a key
gets ten times as many calls. A setting takes the snapshot instead (`openalex_snapshot`).
"""

from __future__ import annotations

from datetime import date
from typing import Any

from assets.fetch.limits import API
from assets.fetch.paging import Growing, lines
from assets.fetch.problems import FaultError, FetchError
from assets.fetch.publishers.openalex_snapshot import ADDRESS as SNAPSHOT_ADDRESS
from assets.fetch.publishers.openalex_snapshot import bring_snapshot, find_snapshot
from assets.fetch.releases import Publisher, Release, Visit
from assets.fetch.staging import Staging
from assets.fetch.transport import Page
from assets.origins import FETCHED

API_ADDRESS = "https://api.openalex.org"
OBJECTS_A_PAGE = 100
INSTITUTIONS = "id,display_name,ror,country_code,type,geo"
WORKS = "id,title,publication_date,publication_year,authorships,cited_by_count,abstract_inverted_index,updated_date"
"""What the reader takes of each: everything else is not asked for."""


def find(visit: Visit) -> Release:
    """What the service answers now, of works published in the years before the month's end; or the snapshot."""
    form = visit.client.limits.openalex
    if form != API:
        address = visit.address if visit.address != API_ADDRESS else SNAPSHOT_ADDRESS
        return find_snapshot(visit, form, address)
    since = date(visit.month.year - visit.client.limits.works_years, 1, 1)
    works = f"institutions.country_code:gb,from_publication_date:{since},to_publication_date:{visit.month.last_day}"
    return Release(f"OpenAlex works since {since} for {visit.month}", is_live=True, parts={"works": works})


def bring(visit: Visit, release: Release, staging: Staging) -> None:
    """All pages of both kinds, or the snapshot's files."""
    if not release.is_live:
        bring_snapshot(visit, release, staging)
        return
    asked = {"institutions": ("country_code:gb", INSTITUTIONS), "works": (release.parts["works"], WORKS)}
    for what, (condition, fields) in asked.items():
        file = Growing(staging, f"{what}.jsonl")
        if file.is_whole:
            continue
        address = f"{visit.address}/{what}"
        params = {"filter": condition, "select": fields, "per_page": OBJECTS_A_PAGE}
        key = {"api_key": visit.key} if visit.key else None
        while True:
            cursor, came = file.place.get("cursor", "*"), file.place.get("came", 0)
            page, found, following, count = visit.client.answer(
                address, {**params, "cursor": cursor}, key=key, read=_results
            )
            came += len(found)
            least = min(count, file.place.get("least", count))
            file.add(lines(found), {"cursor": following, "came": came, "least": least})
            visit.client.progress(f"{what}: {came:,} of {count:,}")
            if following is None:
                break
        if came < least:
            staging.start_anew()
            raise FetchError(f"{address} counts {least:,} {what} and gave {came:,}: fetch again, which begins anew")
        file.end(page, f"{address}?filter={condition}")


def _results(page: Page) -> tuple[Page, list[Any], str | None, int]:
    """A page, its objects, the cursor of the next page, and how many objects there are."""
    found = page.json()
    meta = found.get("meta") if isinstance(found, dict) else None
    if not isinstance(meta, dict) or not isinstance(found.get("results"), list):
        raise FaultError(f"{page.address} answered with no page of results")
    following = meta.get("next_cursor")
    if not found["results"] and following is not None:
        raise FaultError(f"{page.address} is empty, and says that more follows")
    return page, found["results"], following, int(meta.get("count") or 0)


PUBLICATIONS = Publisher(
    dataset="publications",
    origin=FETCHED["publications"],
    address=API_ADDRESS,
    every_days=31,
    find=find,
    bring=bring,
    key_setting="INNOVATION_CLUSTERS_OPENALEX_KEY",
)
