"""Worlds over real postcodes: business as uneven as it is, with groups of known shapes planted in it.

What belongs here: the ground of a world, its shapes, who is planted where. What does not: a method, or the comparing of
what it finds with the truth (`scan_recovery`).

The ground are the postcodes of Great Britain; a postcode draws business in proportion to the enterprises of its
district (ONS business demography) over the district's postcodes, with a heavy tail. The sector of a world is a part
of all business drawn at random, and in each shape a planted group of its firms beside: extra sites at the
postcodes of the shape, in proportion to their business. So a group is as uneven inside as business is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
import shapely
from scipy.spatial import cKDTree
from shapely import LineString, affinity
from shapely.geometry.base import BaseGeometry
from shapely.ops import substring

from assets.arrays import Bools, Floats, Integers
from assets.methods.density.places import NOISE
from assets.methods.geometry.grid import to_grid
from assets.publication.coast import land_around
from synthetic_uk.streams import choose, stream

SITES = 200_000
"""Business sites of a world, without those planted."""
BACKGROUND_CASES = 1_000
"""Of these, sites of the sector."""
GROUPS = 20
FIRMS = (25, 150)
"""Fewest and most planted firms of a group."""
LEAST_RELATIVE_DENSITY = 1.6
"""Sites of the sector in a shape over those of the ground alone: at less, a group could not be told from it."""
SPREAD_SIGMA = 1.0
"""Standard deviation of the log of a postcode's business, the same as in the synthetic country."""
CLEAR_M = 4_000.0
"""Shapes of a world keep this distance from each other, but for the two of a pair."""
PAIR_APART_M = 12_000.0
TRIES = 20_000
YEAR = "2022"
LEAST_POSTCODES = 30
MOST_AT_ONE_POSTCODE = 0.2
"""Share of a planted group at one postcode: more would be an address rather than a place."""
MIDDLE_OF_BRITAIN = (53.0, -1.5)
COAST_TOLERANCE_M = 1_000.0


@dataclass(frozen=True)
class Ground:
    """Postcodes with the share of business that each draws."""

    coordinates_m: Floats
    """Shape (postcodes, 2), British National Grid."""
    business: Floats
    """Shape (postcodes,); sum 1."""
    coast: LineString
    """The coast of Great Britain in metres, once around."""
    tree: cKDTree


@dataclass(frozen=True)
class World:
    """One sector among all business."""

    kind: str
    sites_m: Floats
    """Shape (sites, 2)."""
    cases: Integers
    """Indices of the sector's sites, ascending."""
    truth: Integers
    """Shape (cases,): the planted group of each, NOISE for those of the ground."""
    shape: Integers
    """Shape (cases,): the group in whose shape each lies, planted or not: what the best outline could tell."""


def read_ground(data: Path, seed: int) -> Ground:
    """The ground from a folder of `postcodes_nspl_2025_05` and `ons_business_demography_lad`.

    Raises FileNotFoundError where either is not there.
    """
    postcodes = pl.read_parquet(
        data / "postcodes_nspl_2025_05" / "postcodes_uk_enriched.parquet",
        columns=["pcds", "pc_area", "lad24cd", "easting_approx", "northing_approx"],
    ).filter(pl.col("pc_area") != "BT", pl.col("lad24cd").is_not_null())
    enterprises = pl.read_csv(
        data / "ons_business_demography_lad" / "active_firmdemography_to_2022.csv", infer_schema=False
    ).select(lad24cd="code", enterprises=pl.col(YEAR).cast(pl.Float64))
    known = (
        postcodes.sort("pcds")
        # Hundreds of postcodes of large users may stand at one building: it draws business as one.
        .unique(["easting_approx", "northing_approx"], keep="first", maintain_order=True)
        .join(enterprises, on="lad24cd", maintain_order="left")
        .with_columns(share=pl.col("enterprises") / pl.len().over("lad24cd"))
    )
    tail = stream(seed, "worlds", "business").lognormal(0, SPREAD_SIGMA, known.height)
    business = known["share"].to_numpy() * tail
    coordinates_m = known.select("easting_approx", "northing_approx").to_numpy().astype(np.float64)
    degrees = shapely.get_coordinates(land_around(*MIDDLE_OF_BRITAIN))
    coast = shapely.LineString(np.column_stack(to_grid(degrees[:, 1], degrees[:, 0], "gb")))
    return Ground(
        coordinates_m, business / business.sum(), shapely.simplify(coast, COAST_TOLERANCE_M), cKDTree(coordinates_m)
    )


Placed = tuple[BaseGeometry, ...]
"""Shapes planted together: one, or the two of a pair."""


def _disc(ground: Ground, at: Floats, rng: np.random.Generator) -> Placed:
    return (shapely.Point(at).buffer(_between(rng, 700.0, 8_000.0)),)


def _corridor(ground: Ground, at: Floats, rng: np.random.Generator) -> Placed:
    along = rng.uniform(0, np.pi)
    half = 11_000.0 * np.array([np.cos(along), np.sin(along)])
    return (shapely.LineString([at - half, at + half]).buffer(1_500.0, cap_style="flat"),)


def _ellipse(ground: Ground, at: Floats, rng: np.random.Generator) -> Placed:
    half_m = _between(rng, 3_000.0, 12_000.0)
    stretched = affinity.scale(shapely.Point(0.0, 0.0).buffer(1.0, 32), half_m, half_m / rng.uniform(2.0, 4.0))
    return (affinity.translate(affinity.rotate(stretched, rng.uniform(0, 180.0)), *at),)


def _coastal_arc(ground: Ground, at: Floats, rng: np.random.Generator) -> Placed:
    middle_m = ground.coast.project(shapely.Point(at))
    return (substring(ground.coast, middle_m - 12_500.0, middle_m + 12_500.0).buffer(2_500.0),)


def _pair(ground: Ground, at: Floats, rng: np.random.Generator) -> Placed:
    bearing = rng.uniform(0, 2 * np.pi)
    other = at + PAIR_APART_M * np.array([np.cos(bearing), np.sin(bearing)])
    return tuple(shapely.Point(middle).buffer(_between(rng, 1_000.0, 3_000.0)) for middle in (at, other))


SHAPES: Mapping[str, Callable[[Ground, Floats, np.random.Generator], Placed]] = {
    "discs": _disc,
    "corridors": _corridor,
    "ellipses": _ellipse,
    "arcs": _coastal_arc,
    "pairs": _pair,
}
"""Radii of 0.7 to 8 km; 22 by 3 km; half axes of 3 to 12 km and a half to a quarter of it; 5 km wide over 25 km of
coast; two discs of 1 to 3 km, 12 km from middle to middle."""


def draw_world(ground: Ground, kind: str, seed: int, groups: int = GROUPS) -> World:
    """One world with about so many groups of a kind of `SHAPES`, the same for the same arguments.

    Raises ValueError where they find no room.
    """
    rng = stream(seed, "worlds", kind)
    sites = choose(rng, ground.business, SITES)
    is_case = np.zeros(SITES, dtype=bool)
    is_case[rng.choice(SITES, BACKGROUND_CASES, replace=False)] = True
    planted: list[Integers] = []
    shapes: list[BaseGeometry] = []
    for _ in range(TRIES):
        if len(shapes) >= groups:
            break
        at = ground.coordinates_m[rng.integers(len(ground.coordinates_m))]
        placed = SHAPES[kind](ground, at, rng)
        if any(shapely.distance(one, other) < CLEAR_M for one in placed for other in shapes):
            continue
        found = [_members(ground, one, rng) for one in placed]
        if all(members is not None for members in found):
            planted += [members for members in found if members is not None]
            shapes += placed
    else:
        raise ValueError(f"only {len(shapes)} of {groups} {kind} found room: plant fewer")
    return _world(ground, kind, sites, is_case, planted, shapes)


def _members(ground: Ground, shape: BaseGeometry, rng: np.random.Generator) -> Integers | None:
    """Postcodes of the planted members; None where the shape has few, or too much business to stand out from."""
    inside = _inside(ground.coordinates_m, ground.tree, shape)
    size = round(_between(rng, *FIRMS))
    expected = BACKGROUND_CASES * ground.business[inside].sum()
    if len(inside) < LEAST_POSTCODES or size < (LEAST_RELATIVE_DENSITY - 1) * expected:
        return None
    chosen = inside[choose(rng, ground.business[inside], size)]
    return None if np.unique(chosen, return_counts=True)[1].max() > MOST_AT_ONE_POSTCODE * size else chosen


def _inside(coordinates_m: Floats, tree: cKDTree, shape: BaseGeometry) -> Integers:
    west, south, east, north = shape.bounds
    middle, reach_m = [(west + east) / 2, (south + north) / 2], np.hypot(east - west, north - south) / 2
    near = np.sort(np.array(tree.query_ball_point(middle, reach_m), dtype=np.int64))
    return near[shapely.contains_xy(shape, coordinates_m[near])]


def _world(
    ground: Ground, kind: str, sites: Integers, is_case: Bools, planted: list[Integers], shapes: list[BaseGeometry]
) -> World:
    everywhere = ground.coordinates_m[np.concatenate([sites, *planted])]
    truth = np.concatenate(
        [np.full(len(sites), NOISE), *(np.full(len(one), group) for group, one in enumerate(planted))]
    )
    cases = np.flatnonzero(np.concatenate([is_case, np.ones(len(everywhere) - len(sites), dtype=bool)]))
    at = everywhere[cases]
    shape = np.full(len(cases), NOISE)
    for group, one in enumerate(shapes):
        shape[shapely.contains_xy(one, at)] = group
    return World(kind, everywhere, cases, truth[cases], shape)


def _between(rng: np.random.Generator, low: float, high: float) -> float:
    """A number between two others, as likely between a and 2a as between 2a and 4a."""
    return float(np.exp(rng.uniform(np.log(low), np.log(high))))
