"""Distances on the sphere: between places in degrees, wherever in the United Kingdom they lie.

What belongs here: the great circle and the nearest place. What does not: grids (grid), names. Great Britain and
Northern Ireland have grids of their own; on the sphere they need no two searches.
"""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.spatial import cKDTree

EARTH_RADIUS_KM = 6371.0088


def distances_and_bearings(
    latitude: NDArray[np.float64],
    longitude: NDArray[np.float64],
    to_latitude: NDArray[np.float64],
    to_longitude: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Great-circle kilometres and initial bearings, clockwise from north, on a sphere; all angles in degrees, WGS84."""
    here, there = np.radians(latitude), np.radians(to_latitude)
    east = np.radians(to_longitude - longitude)
    chord = np.sin((there - here) / 2) ** 2 + np.cos(here) * np.cos(there) * np.sin(east / 2) ** 2
    towards_east = np.sin(east) * np.cos(there)
    towards_north = np.cos(here) * np.sin(there) - np.sin(here) * np.cos(there) * np.cos(east)
    return 2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(chord)), np.degrees(np.arctan2(towards_east, towards_north)) % 360


def nearest(places: pl.DataFrame, towns: pl.DataFrame) -> NDArray[np.int64]:
    """Position of the nearest town of each place, shape (places,): the shortest chord is the shortest great circle.

    Both have `latitude` and `longitude` in degrees. Raises ValueError where there are places and no towns.
    """
    if places.is_empty():
        return np.empty(0, dtype=np.int64)
    if towns.is_empty():
        raise ValueError("no town to be near: reference.places has none for the month, give a drop of places")
    _, position = cKDTree(_on_sphere(towns)).query(_on_sphere(places))
    return position.astype(np.int64)


def _on_sphere(places: pl.DataFrame) -> NDArray[np.float64]:
    """Unit vectors, shape (places, 3)."""
    latitude, longitude = np.radians(places["latitude"].to_numpy()), np.radians(places["longitude"].to_numpy())
    return np.column_stack(
        (np.cos(latitude) * np.cos(longitude), np.cos(latitude) * np.sin(longitude), np.sin(latitude))
    )
