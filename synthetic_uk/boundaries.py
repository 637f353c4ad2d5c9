"""Outlines of the areas that the postcode directory has codes for, as the Open Geography Portal gives them.

What belongs here: the drop `boundaries`: a GeoJSON file for each kind of area, named like the portal's layer. What does
not: which areas there are (`directory`). Regions and nations are first level territories there, under codes and names
of their own.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from assets.months import Month
from synthetic_uk.directory import area_codes
from synthetic_uk.geography import REGIONS, Geography, to_degrees

TERRITORIES = {
    "North East": ("TLC", "North East (England)"),
    "North West": ("TLD", "North West (England)"),
    "Yorkshire and The Humber": ("TLE", "Yorkshire and The Humber"),
    "East Midlands": ("TLF", "East Midlands (England)"),
    "West Midlands": ("TLG", "West Midlands (England)"),
    "East of England": ("TLH", "East (England)"),
    "London": ("TLI", "London"),
    "South East": ("TLJ", "South East (England)"),
    "South West": ("TLK", "South West (England)"),
    "Wales": ("TLL", "Wales"),
    "Scotland": ("TLM", "Scotland"),
    "Northern Ireland": ("TLN", "Northern Ireland"),
}
"""Code and name of the first level territory that each region or nation is."""
DECIMALS = 6


@dataclass(frozen=True)
class _Kind:
    """A kind of area as the portal calls it: its layer, and how the names of its columns begin."""

    layer: str
    column: str
    names_more: str = ""
    """The column of names in Welsh, where there is one."""


REGION, DISTRICT, COMMUTING = (
    _Kind("ITL1_{}_UK_BUC", "ITL125"),
    _Kind("LAD_{}_UK_BUC", "LAD25", "LAD25NMW"),
    _Kind("TTWA_{}_UK_BUC", "TTWA15"),
)
_Area = tuple[str, str, shapely.Geometry]
"""Code, name, outline in degrees."""


def boundary_files(geography: Geography, month: Month) -> Iterator[tuple[str, bytes, int]]:
    """Name and content of the file of each kind of area, and its areas, cut off at the coast."""
    vintage = f"{month.first_day:%b_%Y}".upper()
    for kind, areas in zip((REGION, DISTRICT, COMMUTING), _areas(geography), strict=True):
        features = [_feature(kind, number, area) for number, area in enumerate(areas, start=1)]
        content = json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False).encode()
        yield f"{kind.layer.format(vintage)}.geojson", content, len(features)


def _feature(kind: _Kind, number: int, area: _Area) -> dict[str, Any]:
    code, name, outline = area
    middle = outline.representative_point()
    more = {kind.names_more: " "} if kind.names_more else {}
    return {
        "type": "Feature",
        "id": number,
        "geometry": json.loads(shapely.to_geojson(shapely.set_precision(outline, 10**-DECIMALS))),
        "properties": {
            "FID": number,
            f"{kind.column}CD": code,
            f"{kind.column}NM": name,
            **more,
            "LONG": round(middle.x, DECIMALS),
            "LAT": round(middle.y, DECIMALS),
            "GlobalID": f"00000000-0000-4000-8000-{number:012x}",
        },
    }


def _areas(geography: Geography) -> tuple[list[_Area], list[_Area], list[_Area]]:
    """Territories, districts and travel-to-work areas."""
    towns, codes, cells = geography.settlements, area_codes(geography), _cells(geography)

    def together(of: Iterable[int]) -> shapely.Geometry:
        return shapely.union_all([cells[town] for town in of])

    region_of_town = towns.region[: towns.towns]
    regions = [
        (*TERRITORIES[name], together(np.flatnonzero(region_of_town == region))) for region, name in enumerate(REGIONS)
    ]
    districts = list(zip(codes.district, towns.names, cells, strict=True))
    commuting = [
        (codes.commuting[centre], towns.names[centre], together(np.flatnonzero(codes.commuting_town == centre)))
        for centre in np.unique(codes.commuting_town).tolist()
    ]
    return regions, districts, commuting


def _cells(geography: Geography) -> list[shapely.Geometry]:
    """The land nearest to each town, in degrees."""
    towns = geography.settlements
    cells = [shapely.Polygon()] * towns.towns
    for is_ni, land in ((False, geography.land.britain), (True, geography.land.northern_ireland)):
        here = np.flatnonzero(towns.is_ni[: towns.towns] == is_ni)
        points = shapely.points(towns.x_m[here], towns.y_m[here])
        around = shapely.voronoi_polygons(shapely.multipoints(points), extend_to=shapely.envelope(land), ordered=True)
        cut = shapely.intersection(shapely.get_parts(around), land)
        for town, cell in zip(here, cut, strict=True):
            cells[town] = _in_degrees(cell, is_ni)
    return cells


def _in_degrees(shape: shapely.Geometry, is_ni: bool) -> shapely.Geometry:
    def degrees(metres: np.ndarray) -> np.ndarray:
        latitude, longitude = to_degrees(metres[:, 0], metres[:, 1], np.full(len(metres), is_ni))
        return np.column_stack([longitude, latitude])

    return shapely.transform(shape, degrees)
