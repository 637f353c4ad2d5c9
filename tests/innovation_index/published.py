"""The published Index of January 2018 for tests: files read, hulls freed of their buffer, items drawn again.

The publisher drew its outlines with turf.js 5, which set up its transverse Mercator projection with latitude and
longitude exchanged; in that projection every arc has a radius of 5,000 units exactly. So each hull can be had back.
"""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from assets.arrays import Floats

FOLDER = "uktii2_open_ccby"
WHERE = (
    f"no {FOLDER} among the real files: put `Cluster outlines/*.geojson` and `Cluster scores/*.csv` of the repository "
    "thomasforth/uk-tech-innovation-index-2 on GitHub (CC BY 4.0, The Data City) there, and run "
    "`python -m pytest tests/innovation_index/test_published.py`"
)
FILES = {
    "AI and Data": ("Artificial_intelligence_and_data", "AIAndData"),
    "Advanced Manufacturing": ("Advanced_manufacturing", "AdvancedManufacturing"),
    "Ageing Society": ("Ageing_society", "AgeingSociety"),
    "Clean Growth": ("Clean_growth", "CleanGrowth"),
    "Smart Cities and Mobility": ("Smart_cities_and_mobility", "FutureOfMobility"),
}
OVERALL_FILE = "All_five_technologies"
RADIUS_M = 6_371_008.8
BUFFER = 5_000.0
STEPS = 8
"""Steps of a quarter circle of the publisher's buffer."""
MOST_ITEMS = 10_000


@dataclass(frozen=True)
class Outline:
    """One published outline."""

    name: str
    outline: BaseGeometry
    hull: BaseGeometry
    """Without its buffer, in degrees."""
    again: BaseGeometry
    """The hull with the publisher's own buffer, in degrees."""


@dataclass(frozen=True)
class Centre:
    """One published centre, and how many items of its category it stands for."""

    label: int
    latitude: float
    longitude: float
    proportion: float
    items: int


def outlines(data: Path, file: str) -> list[Outline]:
    """The outlines of a file."""
    features = json.loads((data / FOLDER / f"{file}-clusterBoundaries.geojson").read_text())["features"]
    return [
        _outline(feature["properties"]["name"], shapely.geometry.shape(feature["geometry"])) for feature in features
    ]


def centres(data: Path, file: str) -> list[Centre]:
    """The centres of a file; items are those of the smallest category whose shares these can be."""
    path = data / FOLDER / f"{file}_centroidLabelsAndProportions.csv"
    with path.open() as lines:
        rows = [{name: float(value) for name, value in row.items()} for row in csv.DictReader(lines)]
    shares = np.array([row["Proportion"] for row in rows])
    total = next(n for n in range(1, MOST_ITEMS) if np.abs(shares * n - np.rint(shares * n)).max() < 1e-9)
    return [
        Centre(
            int(row["Label"]), row["Latitude"], row["Longitude"], row["Proportion"], round(row["Proportion"] * total)
        )
        for row in rows
    ]


def items(found: list[Centre], hulls: list[BaseGeometry]) -> list[tuple[float, float]]:
    """Places of as many items as each centre stands for, with the centre as their mean; latitude and longitude.

    The corners of a published hull are members' places, so items stand there, and the rest where the mean comes out;
    where too few are left for that, or there is no hull, all are in pairs on opposite sides of the centre, half way to
    the next centre at the most.
    """
    at = np.array([(centre.latitude, centre.longitude) for centre in found])
    places: list[tuple[float, float]] = []
    for centre, here in zip(found, at, strict=True):
        own = [hull for hull in hulls if hull.covers(shapely.Point(here[1], here[0]))]
        corners = shapely.get_coordinates(own[0])[:-1, ::-1] if own else np.empty((0, 2))
        rest = centre.items - len(corners)
        if rest > 0 and len(corners):
            balance = (centre.items * here - corners.sum(axis=0)) / rest
            if own[0].covers(shapely.Point(balance[1], balance[0])):
                places += [*map(tuple, corners.tolist()), *[tuple(balance.tolist())] * rest]
                continue
        places += _pairs(here, np.sort(np.hypot(*(at - here).T))[1], centre.items)
    return places


def area(shape: BaseGeometry) -> float:
    """Area on the sphere, in units of its radius squared."""
    return float(
        shapely.transform(shape, lambda c: np.column_stack([np.radians(c[:, 0]), np.sin(np.radians(c[:, 1]))])).area
    )


def _pairs(here: Floats, to_next: float, count: int) -> list[tuple[float, float]]:
    placed = [tuple(here.tolist())] if count % 2 else []
    for number in range(count // 2):
        turn = 2.4 * number
        step = 0.4 * to_next * (number + 1) / (count // 2) * np.array([np.sin(turn), np.cos(turn)])
        placed += [tuple((here + step).tolist()), tuple((here - step).tolist())]
    return placed


def _outline(name: str, outline: BaseGeometry) -> Outline:
    west, south, east, north = outline.bounds
    middle = ((west + east) / 2, (south + north) / 2)
    flat = shapely.orient_polygons(shapely.transform(outline, lambda c: _project(c, *middle)))
    # Every corner of the hull is the centre of an arc of chords; a short edge of the hull taken for a chord puts a
    # point 54 m outside at the most.
    corners = shapely.get_coordinates(flat)
    chord = np.diff(corners, axis=0)
    length = np.hypot(*chord.T)
    is_chord = (length > 1) & (length < 2 * BUFFER * np.sin(1.5 * np.pi / 2 / STEPS / 2))
    start, chord, length = corners[:-1][is_chord], chord[is_chord], length[is_chord]
    inwards = np.column_stack([-chord[:, 1], chord[:, 0]]) / length[:, None]
    arc_centres = start + chord / 2 + inwards * np.sqrt(BUFFER**2 - (length / 2) ** 2)[:, None]
    hull = shapely.MultiPoint(arc_centres).convex_hull
    again = hull.buffer(BUFFER, quad_segs=STEPS)
    hull, again = (shapely.transform(shape, lambda c: _unproject(c, *middle)) for shape in (hull, again))
    return Outline(name, outline, hull.convex_hull, again)


def _project(degrees: Floats, longitude: float, latitude: float) -> Floats:
    """turf.js 5: d3's transverse Mercator rotated by (latitude, longitude) where it takes (longitude, latitude)."""
    turn, tilt = np.radians(latitude), np.radians(longitude)
    east, north = np.radians(degrees.T)
    x, y, z = np.cos(east - turn) * np.cos(north), np.sin(east - turn) * np.cos(north), np.sin(north)
    up, out = z * np.cos(tilt) - x * np.sin(tilt), x * np.cos(tilt) + z * np.sin(tilt)
    return RADIUS_M * np.column_stack([np.arctanh(y), np.arctan2(up, out)])


def _unproject(plane: Floats, longitude: float, latitude: float) -> Floats:
    turn, tilt = np.radians(latitude), np.radians(longitude)
    y, angle = np.tanh(plane[:, 0] / RADIUS_M), plane[:, 1] / RADIUS_M
    up, out = np.sqrt(1 - y**2) * np.sin(angle), np.sqrt(1 - y**2) * np.cos(angle)
    x, z = out * np.cos(tilt) - up * np.sin(tilt), up * np.cos(tilt) + out * np.sin(tilt)
    return np.degrees(np.column_stack([np.arctan2(y, x) + turn, np.arcsin(z)]))
