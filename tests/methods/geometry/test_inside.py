"""Points inside outlines: the side of a line by fractions, the counts by shapely one point at a time."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
import shapely
from numpy.typing import NDArray

from assets.arrays import Floats
from assets.methods.geometry.inside import BAND, bands_of, members_inside
from assets.methods.geometry.orientation import side


def exact_side(*numbers: float) -> int:
    ax, ay, bx, by, px, py = (Fraction(number) for number in numbers)
    turn = (bx - ax) * (py - ay) - (by - ay) * (px - ax)
    return (turn > 0) - (turn < 0)


def test_side_is_exact_where_rounding_hides_it() -> None:
    random = np.random.default_rng(5)
    signs = set()
    for _ in range(3_000):
        ax, ay, bx, by = random.uniform([-8, 50, -8, 50], [2, 60, 2, 60]).round(6)
        part = random.random()
        px, py = ax + part * (bx - ax), ay + part * (by - ay)
        px, py = px + random.integers(-2, 3) * np.spacing(px), py + random.integers(-2, 3) * np.spacing(py)
        expected = exact_side(ax, ay, bx, by, px, py)
        assert np.sign(side(ax, ay, bx, by, px, py)) == expected
        signs.add(expected)
    assert side(0.0, 0.0, 3.0, 3.0, 1.5, 1.5) == 0
    assert signs >= {-1, 1}


def one_by_one(outlines: list[shapely.Geometry], x: Floats, y: Floats, member: NDArray[np.int64]) -> list[int]:
    points = shapely.points(x, y)
    return [len(np.unique(member[shapely.intersects(outline, points)])) for outline in outlines]


def ragged(random: np.random.Generator, corners: int) -> shapely.Polygon:
    """A star of uneven spikes around a random place, some with a hole."""
    angle = np.sort(random.uniform(0, 2 * np.pi, corners))
    middle, radius = random.uniform([-3, 51], [-2.8, 51.2]), random.uniform(0.002, 0.08, corners)
    shell = middle + np.column_stack([np.cos(angle), np.sin(angle)]) * radius[:, None]
    hole = middle + (shell - middle) * 0.4
    return shapely.Polygon(shell.round(6), [hole.round(6)] if corners % 2 else [])


@pytest.mark.parametrize("seed", range(4))
def test_counts_are_those_shapely_finds(seed: int) -> None:
    random = np.random.default_rng(seed)
    shapes = [shape for shape in (ragged(random, corners) for corners in range(3, 60)) if shape.is_valid]
    far = [shapely.box(-9, 40, 9, 70), shapely.box(5, 60, 6, 61), shapely.box(-2.95, 51.001, -2.9, 51.0011)]
    outlines = [*shapes, *far, shapely.union(shapes[0], shapely.box(-2.81, 51.19, -2.8, 51.2)), shapely.Polygon()]
    # Members at random, on corners, in the middle of edges and beside them.
    corners = shapely.get_coordinates(shapes)
    beside = corners + random.integers(-1, 2, corners.shape) * np.spacing(corners)
    places = np.vstack([random.uniform([-3.1, 50.9], [-2.7, 51.3], (4_000, 2)).round(3), corners, beside])
    places = np.vstack([places, (corners[1:] + corners[:-1]) / 2])
    x, y = places[random.integers(0, len(places), 9_000)].T
    member = random.integers(0, 5_000, len(x)) * 3
    expected = one_by_one(outlines, x, y, member)
    points = bands_of(x, y, member)
    assert members_inside(np.array(outlines), points, 1).tolist() == expected
    assert members_inside(np.array(outlines), points, 2).tolist() == expected
    assert max(expected[: len(shapes)]) > 100


def test_level_edges_and_edges_of_bands() -> None:
    # Points on, and outlines along, the very lines that the bands are cut at.
    x, y = (axis.ravel() for axis in np.meshgrid(np.arange(-10, 11) * 0.01, 51 + np.arange(-10, 11) * BAND))
    steps = shapely.Polygon(
        [(-0.05, 51 - 4 * BAND), (0, 51 - 4 * BAND), (0, 51), (0.05, 51), (0.05, 51 + 4 * BAND), (-0.05, 51 + 4 * BAND)]
    )
    outlines = [steps, shapely.box(-0.02, 51 - BAND, 0.02, 51 + BAND), shapely.box(0.01, 51, 0.03, 51 + BAND / 2)]
    member = np.arange(len(x))
    assert members_inside(np.array(outlines), bands_of(x, y, member)).tolist() == one_by_one(outlines, x, y, member)


def test_nothing_in_nothing() -> None:
    none = np.empty(0)
    points = bands_of(none, none, none.astype(np.int64))
    assert members_inside(np.array([shapely.box(0, 0, 1, 1)]), points).tolist() == [0]
    assert members_inside(np.empty(0, dtype=object), points).tolist() == []


def test_a_point_without_a_place_is_refused() -> None:
    with pytest.raises(ValueError, match="leave out unlocated points"):
        bands_of(np.array([1.0, np.nan]), np.array([1.0, 2.0]), np.array([0, 1]))
