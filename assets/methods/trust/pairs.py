"""How many pairs of sites lie how far apart, on a grid of square cells.

What belongs here: sites put on cells, and their pairs counted by distance, one by one or by Fourier transform. What
does not: any density of them (`k_density`). Both ways count the same pairs and give the same whole numbers, so which
is taken is a matter of time alone.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numba import njit
from scipy import fft

from assets.arrays import Floats, Integers

PAIRS_AS_A_CELL = 12
"""Pairs that are counted one by one in the time that the transforms take for one cell."""

CELLS_AS_A_SORTED_SITE = 20
"""Cells of a grid that are gone through in the time that it takes to sort one site."""


@dataclass(frozen=True)
class Grid:
    """Square cells over a part of the plane, numbered row by row."""

    size_km: float
    rows: int
    columns: int
    west_m: float
    south_m: float

    def cell_of(self, easting: Floats, northing: Floats) -> Integers:
        """Number of the cell of each place, given in metres, shape (places,); of one beyond the edge the nearest."""
        size_m = self.size_km * 1000
        column = np.floor((easting - self.west_m) / size_m).astype(np.int64)
        row = np.floor((northing - self.south_m) / size_m).astype(np.int64)
        return row.clip(0, self.rows - 1) * self.columns + column.clip(0, self.columns - 1)

    def coarser(self, factor: int) -> Grid:
        """A grid over the same part whose cells are `factor` times as wide."""
        rows, columns = -(-self.rows // factor), -(-self.columns // factor)
        return Grid(self.size_km * factor, rows, columns, self.west_m, self.south_m)


def grid_over(easting: Floats, northing: Floats, size_km: float) -> Grid:
    """The grid that all places lie on, given in metres. Raises ValueError where there are none."""
    if not len(easting):
        raise ValueError("no places to lay a grid over: give at least one")
    size_m = size_km * 1000
    west, south = np.floor(easting.min() / size_m), np.floor(northing.min() / size_m)
    columns = int(np.floor(easting.max() / size_m) - west) + 1
    rows = int(np.floor(northing.max() / size_m) - south) + 1
    return Grid(size_km, rows, columns, float(west * size_m), float(south * size_m))


@dataclass(frozen=True)
class Sites:
    """Sites on a grid: the cells that have any in ascending order, and how many each has."""

    grid: Grid
    cell: Integers
    count: Integers

    @property
    def sites(self) -> int:
        """All of them."""
        return int(self.count.sum())

    @property
    def pairs(self) -> int:
        """Unordered pairs of different sites, however far apart."""
        return self.sites * (self.sites - 1) // 2

    def coarser(self, factor: int) -> Sites:
        """The same sites on a grid whose cells are `factor` times as wide."""
        if factor == 1:
            return self
        grid = self.grid.coarser(factor)
        row, column = np.divmod(self.cell, self.grid.columns)
        return sites_on(grid, row // factor * grid.columns + column // factor, self.count)


def sites_on(grid: Grid, cell: Integers, count: Integers | None = None) -> Sites:
    """The sites whose cells are given, shape (places,), each once or as often as `count` says."""
    if len(cell) * CELLS_AS_A_SORTED_SITE > grid.rows * grid.columns:
        of_cell = np.bincount(cell, weights=count)
        cells = np.flatnonzero(of_cell)
        return Sites(grid, cells, of_cell[cells].astype(np.int64))
    cells, place = np.unique(cell, return_inverse=True)
    return Sites(grid, cells, np.bincount(place, weights=count).astype(np.int64))


@dataclass(frozen=True)
class PairCounts:
    """Pairs by distance."""

    distance_km: Floats
    """The distances between middles of cells at which there are pairs, ascending."""
    pairs: Floats
    """Unordered pairs at each: whole numbers."""


def pair_counts(sites: Sites, within_km: float = np.inf) -> PairCounts:
    """The pairs of different sites at most so far apart, by the distance between the middles of their cells.

    Sites of one cell are at distance 0. The counts are exact below 2 ** 50 pairs at a distance.
    """
    whole = sites.grid.rows**2 + sites.grid.columns**2
    furthest = int(min(np.floor((within_km / sites.grid.size_km) ** 2), whole))
    cells, sides = len(sites.cell), _padded(sites.grid, math.isqrt(furthest))
    counted = _transformed if cells * (cells - 1) / 2 > PAIRS_AS_A_CELL * sides[0] * sides[1] else _one_by_one
    by_square = counted(sites, furthest)
    by_square[0] += (sites.count * (sites.count - 1) // 2).sum()
    squares = np.flatnonzero(by_square)
    return PairCounts(np.sqrt(squares) * sites.grid.size_km, by_square[squares])


def _one_by_one(sites: Sites, furthest: int) -> Floats:
    """Pairs of different cells' sites by the square of their distance in cells, shape (furthest + 1,)."""
    row, column = np.divmod(sites.cell, sites.grid.columns)
    return np.asarray(_count_pairs(row, column, sites.count.astype(np.float64), furthest))


@njit(cache=True, nogil=True)
def _count_pairs(row: Integers, column: Integers, count: Floats, furthest: int) -> Floats:
    """The same of cells in ascending order of row."""
    by_square = np.zeros(furthest + 1)
    for one in range(len(row)):
        for other in range(one + 1, len(row)):
            up, across = row[other] - row[one], column[other] - column[one]
            if up * up > furthest:
                break
            square = up * up + across * across
            if square <= furthest:
                by_square[square] += count[one] * count[other]
    return by_square


def _padded(grid: Grid, reach: int) -> tuple[int, int]:
    """Rows and columns of a grid on which no two cells within reach meet around its edge."""
    return (
        fft.next_fast_len(grid.rows + min(reach, grid.rows - 1)),
        fft.next_fast_len(grid.columns + min(reach, grid.columns - 1), real=True),
    )


def _transformed(sites: Sites, furthest: int) -> Floats:
    """What `_one_by_one` gives: pairs by displacement are the grid's correlation with itself (Wiener-Khinchin).

    The products are whole numbers and the transforms miss them by far less than a half, so rounding gives them.
    """
    grid, reach = sites.grid, math.isqrt(furthest)
    rows, columns = _padded(grid, reach)
    counts = np.bincount(sites.cell, weights=sites.count, minlength=grid.rows * grid.columns)
    wave = fft.fft(fft.rfft(counts.reshape(grid.rows, grid.columns), n=columns, axis=1), n=rows, axis=0)
    power = (wave.real**2 + wave.imag**2).astype(np.complex128)
    up, across = min(reach, grid.rows - 1), min(reach, grid.columns - 1)
    upwards = np.concatenate((np.arange(up + 1), np.arange(-up, 0)))
    # Only displacements within reach are wanted: the second transform leaves out all other rows.
    half = fft.ifft(power, axis=0, overwrite_x=True)[upwards]
    ordered = np.rint(fft.irfft(half, n=columns, axis=1)[:, : across + 1])
    # A pair is met once in each direction; of two opposite displacements one is counted.
    ordered[up + 1 :, 0] = 0
    ordered[0, 0] = 0
    square = upwards[:, None] ** 2 + np.arange(across + 1)[None, :] ** 2
    near = square <= furthest
    weighted = np.bincount(square[near], weights=ordered[near], minlength=furthest + 1)
    return weighted.astype(np.float64)
