"""Nomis: UK Business Counts, local units by middle-layer area, five-digit industry and size band, yearly.

The newest year, the newest vintage of areas and the ids of industries are read from the dataset's own definition. Rows
come a page at a time with their place in the whole (`RECORD_OFFSET` of `RECORD_COUNT`); cells of 0, which most are, are
left out of the drop.
"""

from __future__ import annotations

import csv
import io
import re
from datetime import date
from functools import partial
from typing import Any

from assets.fetch.paging import Growing
from assets.fetch.problems import FaultError, FetchError
from assets.fetch.releases import Publisher, Release, Visit
from assets.fetch.staging import Staging
from assets.fetch.transport import Page
from assets.origins import ORIGINS
from assets.text_safety import looks_like_html

AREAS = re.compile(r"(\d{4}) super output areas - middle layer", re.IGNORECASE)
INDUSTRY = re.compile(r"\d{5} : .*")
SIZE_BANDS = "1,2,3,4,5,6,7,8,9"
ALL_LEGAL_STATUSES = 0
COUNT = 20100
"""Nomis's code of the measure that is a number."""
SNAPSHOT_MONTH = 3
"""The counts are of a day in March."""
INDUSTRIES_A_CALL = 100
"""An address with all of them would be too long for some servers."""
COLUMNS = (
    "DATE,GEOGRAPHY_CODE,GEOGRAPHY_NAME,GEOGRAPHY_TYPE,INDUSTRY_CODE,INDUSTRY_NAME,EMPLOYMENT_SIZEBAND_CODE,"
    "EMPLOYMENT_SIZEBAND_NAME,LEGAL_STATUS_CODE,LEGAL_STATUS_NAME,MEASURES,OBS_VALUE,OBS_STATUS,OBS_STATUS_NAME,"
    "RECORD_OFFSET,RECORD_COUNT"
)
FILE = "business_counts.csv"


def find(visit: Visit) -> Release:
    """The newest year whose counts are there and not after the month, by the dataset's definition."""
    years = [int(code) for code, _ in _codes(visit, "time") if re.fullmatch(r"\d{4}", code)]
    usable = [year for year in years if date(year, SNAPSHOT_MONTH, 1) <= visit.month.last_day]
    if not usable:
        raise FetchError(
            f"looked for a year up to {visit.month} in {visit.address}/time.def.sdmx.json: it has "
            f"{', '.join(map(str, sorted(years)[-5:])) or 'none'}"
        )
    vintages = {form[1]: code for code, name in _codes(visit, "geography/TYPE") if (form := AREAS.fullmatch(name))}
    if not vintages:
        raise FetchError(
            f"looked for areas called '2021 super output areas - middle layer' or of another year in {visit.address}"
            "/geography/TYPE.def.sdmx.json: there are none"
        )
    industries = [code for code, name in _codes(visit, "industry") if INDUSTRY.fullmatch(name)]
    if not industries:
        raise FetchError(
            f"looked for industries called '01110 : Growing of cereals' and the like in {visit.address}"
            "/industry.def.sdmx.json: there are none"
        )
    year, vintage = max(usable), max(vintages)
    parts = {"year": year, "areas": vintages[vintage], "industries": industries}
    return Release(f"UK Business Counts {year} by areas of {vintage}", date(year, SNAPSHOT_MONTH, 1), parts=parts)


def bring(visit: Visit, release: Release, staging: Staging) -> None:
    """All rows in one file, with the publisher's columns."""
    file = Growing(staging, FILE)
    if file.is_whole:
        return
    address = f"{visit.address}.data.csv"
    industries = release.parts["industries"]
    batches = [industries[at : at + INDUSTRIES_A_CALL] for at in range(0, len(industries), INDUSTRIES_A_CALL)]
    params = {
        "geography": release.parts["areas"],
        "employment_sizeband": SIZE_BANDS,
        "legal_status": ALL_LEGAL_STATUSES,
        "measures": COUNT,
        "date": release.parts["year"],
        "select": COLUMNS,
    }
    key = {"uid": visit.key} if visit.key else None
    while (batch := file.place.get("batch", 0)) < len(batches):
        offset, count = file.place.get("offset", 0), file.place.get("count")
        asked = {**params, "industry": ",".join(batches[batch]), "recordOffset": offset}
        page, rows, total = visit.client.answer(address, asked, key=key, read=partial(_rows, offset=offset))
        if count is not None and total != count:
            staging.start_anew()
            raise FetchError(
                f"{address} had {count} records and has {total} by now: they changed while they were asked for; "
                "fetch again, which begins anew"
            )
        reached = offset + len(rows)
        is_done = reached >= total
        place = {"batch": batch + 1} if is_done else {"batch": batch, "offset": reached, "count": total}
        file.add(_kept(rows, with_header=not file.size), place)
        visit.client.progress(f"industries {batch + 1} of {len(batches)}: {reached:,} of {total:,} records")
    file.end(page, address)


def _codes(visit: Visit, dimension: str) -> list[tuple[str, str]]:
    """Code and name of all that a dimension of the dataset can be."""
    page = visit.client.page(f"{visit.address}/{dimension}.def.sdmx.json")
    try:
        lists: Any = page.json()["structure"]["codelists"]["codelist"]
        return [(str(code["value"]), str(code["description"]["value"])) for item in lists for code in item["code"]]
    except (KeyError, TypeError, FaultError):
        raise FetchError(f"looked for codes in {page.address}: there is no list of them") from None


def _rows(page: Page, offset: int) -> tuple[Page, list[dict[str, str]], int]:
    """A page, its rows, and how many there are in all. Raises FaultError where the page is not whole."""
    if looks_like_html(page.body) or (
        not page.body.lstrip(b"\xef\xbb\xbf").startswith(b'"DATE"')
        and not (page.body.lstrip(b"\xef\xbb\xbf").startswith(b"DATE"))
    ):
        raise FaultError(f"{page.address} answered with no CSV: {page.text[:100]!r}")
    if not page.body.endswith(b"\n"):
        raise FaultError(f"{page.address} stops in the middle of a row")
    reader = csv.DictReader(io.StringIO(page.text, newline=""), restval="")
    rows = list(reader)
    if not rows:
        if offset:
            raise FaultError(f"{page.address} gives no rows from record {offset} on")
        raise FetchError(f"{page.address} gives no rows at all: its codes are not those of the dataset any more")
    try:
        first, total = int(rows[0]["RECORD_OFFSET"]), int(rows[0]["RECORD_COUNT"])
        last = int(rows[-1]["RECORD_OFFSET"])
    except (KeyError, ValueError):
        raise FaultError(f"{page.address} does not say which records it gives") from None
    if first != offset or last != offset + len(rows) - 1:
        raise FaultError(f"{page.address} gives records {first} to {last} in {len(rows)} rows, asked from {offset} on")
    return page, rows, total


def _kept(rows: list[dict[str, str]], with_header: bool) -> bytes:
    written = io.StringIO(newline="")
    writer = csv.DictWriter(written, [*rows[0]], quoting=csv.QUOTE_MINIMAL, lineterminator="\n", extrasaction="ignore")
    if with_header:
        writer.writeheader()
    writer.writerows(row for row in rows if row["OBS_VALUE"] != "0")
    return written.getvalue().encode()


BUSINESS_COUNTS = Publisher(
    dataset="business_counts",
    origin=ORIGINS["business_counts"],
    address="https://www.nomisweb.co.uk/api/v01/dataset/NM_141_1",
    every_days=365,
    find=find,
    bring=bring,
    key_setting="INNOVATION_CLUSTERS_NOMIS_UID",
)
