"""ONS: outlines and names of regions (ITL1) and local authorities, from feature services of ArcGIS, a page at a time.

The folder of services is searched for the newest vintage of each layer: their names hold month and year, and have been
written in two ways. Outlines are the ultra-generalised ones: the map needs no more.
"""

from __future__ import annotations

import json
import re
from datetime import date
from typing import Any

from assets.fetch.paging import Growing
from assets.fetch.problems import FaultError, FetchError
from assets.fetch.publishers.arcgis import arcgis_json
from assets.fetch.publishers.dates import first_of
from assets.fetch.releases import Publisher, Release, Visit
from assets.fetch.staging import Staging
from assets.fetch.transport import Page
from assets.origins import ORIGINS

LAYERS = {
    "ITL1": "ITL1|International_Territorial_Level_1",
    "LAD": "LAD|Local_Authority_Districts",
}
FORM = r"(?:{names})_([A-Za-z]+)_(\d{{4}})(?:_Boundaries)?_UK_BUC(?:_V(\d+))?"
FEATURES_A_PAGE = 200
"""Less than any of the services gives at once."""


def find(visit: Visit) -> Release:
    """The newest vintage of each layer that is not after the month, in the folder of services."""
    page = visit.client.page(visit.address, {"f": "json"})
    services = [str(item.get("name", "")).split("/")[-1] for item in arcgis_json(page).get("services") or []]
    newest = {layer: _newest(visit, layer, names, services) for layer, names in LAYERS.items()}
    vintages = {layer: name for layer, (_, _, name) in newest.items()}
    return Release(", ".join(vintages.values()), max(dated for dated, _, _ in newest.values()), parts=vintages)


def bring(visit: Visit, release: Release, staging: Staging) -> None:
    """Every layer, all its features in one file."""
    for service in release.parts.values():
        file = Growing(staging, f"{service}.geojson")
        if file.is_whole:
            continue
        address = f"{visit.address}/{service}/FeatureServer/0/query"
        count = visit.client.answer(address, _query(returnCountOnly="true", f="json"), read=_count)
        features: list[Any] = []
        while True:
            params = _query(f="geojson", outSR=4326, resultOffset=len(features), resultRecordCount=FEATURES_A_PAGE)
            page, found, is_more = visit.client.answer(address, params, read=_features)
            features += found
            if not is_more:
                break
        if len(features) != count:
            raise FetchError(f"{address} counts {count} features and gave {len(features)}: fetch again")
        body = json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False).encode()
        file.add(body, {})
        file.end(page, address)


def _newest(visit: Visit, layer: str, names: str, services: list[str]) -> tuple[date, int, str]:
    found = []
    for service in services:
        form = re.fullmatch(FORM.format(names=names), service, re.IGNORECASE)
        dated = first_of(form[1], form[2]) if form else None
        if form and dated and dated <= visit.month.last_day:
            found.append((dated, int(form[3] or 1), service))
    if not found:
        raise FetchError(
            f"looked for a service like {layer}_MAY_2025_UK_BUC, of a month up to {visit.month}, on {visit.address}: "
            f"it names {len(services)} services, and none is such"
        )
    return max(found)


def _query(**params: Any) -> dict[str, Any]:
    return {"where": "1=1", "outFields": "*", **params}


def _count(page: Page) -> int:
    return int(arcgis_json(page).get("count", 0))


def _features(page: Page) -> tuple[Page, list[Any], bool]:
    """A page, its features, and whether there are more."""
    found = arcgis_json(page)
    features = found.get("features") or []
    properties = found.get("properties") or {}
    is_more = bool(found.get("exceededTransferLimit") or properties.get("exceededTransferLimit"))
    if is_more and not features:
        raise FaultError(f"{page.address} says that there are more features, and gives none")
    return page, features, is_more


BOUNDARIES = Publisher(
    dataset="boundaries",
    origin=ORIGINS["boundaries"],
    address="https://services1.arcgis.com/ESMARspQHYMw9BZ9/arcgis/rest/services",
    every_days=365,
    find=find,
    bring=bring,
)
