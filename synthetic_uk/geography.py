"""Where things are: towns, invented settlements, and the unit postcodes that firms share.

What belongs here: positions in metres and how much business each postcode draws. What does not: the text of postcodes
(`postcode_text`), who is at them, or the drops.

Great Britain is drawn in British National Grid and Northern Ireland in Irish Grid, each on its own, as the directory
gives them. A postcode belongs to a settlement and to one of four kinds of place in it: the centre, a local centre, the
suburbs, or the country around. Business is concentrated on few of them: a postcode's draw depends on the kind of place
and has a heavy tail.

Unevenness, compared with real business. Share of points in the densest 1% and 10% of the occupied 1 km cells, and in
the densest 100 cells of the country, 12,430 points each: unit postcodes of May 2025 (where people live) 0.058, 0.269
and 0.058; head offices of 12,430 large employers 0.217, 0.471 and 0.272; business here 0.12, 0.36 and 0.14. It must lie
between the two, for small firms are less central than head offices and more so than homes. In 5 km cells the
enterprises of each district, spread over its postcodes, have 0.166, 0.484 and 0.296; business here 0.20, 0.53 and 0.36.
Towns that are too distinct show in the Map's own groups: business here gives 39, 47, 69 and 91 of them at 2, 10, 47 and
134 thousand sites, the districts' enterprises 24, 34, 43 and 47, companies by the density of postcodes 33, 39, 44, 62.
Regions have the shares of the register's 2.98 million local units of 2018.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
import shapely
from scipy.spatial import cKDTree

from assets.arrays import Bools, Floats, Integers
from assets.methods.geometry.grid import Grid, to_grid, to_wgs84
from assets.reference import shipped_list
from synthetic_uk.outline import GREAT_BRITAIN, ISLANDS, NORTHERN_IRELAND
from synthetic_uk.settings import Settings
from synthetic_uk.streams import choose, stream

# Percentage of the register's local units in each region, 2018, rounded.
REGION_SHARES: dict[str, float] = {
    "North East": 2.8,
    "North West": 10.2,
    "Yorkshire and The Humber": 7.0,
    "East Midlands": 6.6,
    "West Midlands": 7.9,
    "East of England": 10.2,
    "London": 18.6,
    "South East": 15.3,
    "South West": 8.4,
    "Wales": 3.8,
    "Scotland": 6.9,
    "Northern Ireland": 2.3,
}
REGIONS: tuple[str, ...] = tuple(REGION_SHARES)

# Share of a settlement's postcodes in each kind of place, and how much business one of them draws beside the others.
_CENTRE, _LOCAL_CENTRE, _SUBURB, _COUNTRY = range(4)
_KIND_SHARES = np.array([0.07, 0.19, 0.59, 0.15])
_KIND_DRAWS = np.array([2.8, 1.7, 0.65, 0.65])
_TAIL_SIGMA = 1.0


@dataclass(frozen=True)
class Settlements:
    """Real towns first, as in the list of places, then invented ones. Metres of the grid that `is_ni` names."""

    names: list[str]
    x_m: Floats
    y_m: Floats
    is_ni: Bools
    region: Integers
    population: Floats
    is_primary_urban_area: Bools
    """For real towns only."""

    @property
    def towns(self) -> int:
        """Number of real towns."""
        return len(self.names)

    @property
    def spread_m(self) -> Floats:
        """Standard deviation of the suburbs around the centre: 1.3 km for 50,000 people, 8 km for London."""
        return 1_300 * (self.population / 50_000) ** 0.34


@dataclass(frozen=True)
class Postcodes:
    """Unit postcodes in one order for everything: the base, then those of planted groups."""

    x_m: Floats
    y_m: Floats
    is_ni: Bools
    town: Integers
    """Nearest real town: decides district, region and travel-to-work area."""
    region: Integers
    draw: Floats
    """How much business a postcode draws; 0 where none by chance."""
    is_terminated: Bools

    def __len__(self) -> int:
        return len(self.x_m)


class Land:
    """The coarse outline in metres of each grid, with a margin around every real town so that all are on land."""

    def __init__(self, towns_x_m: Floats, towns_y_m: Floats, towns_is_ni: Bools) -> None:
        margins = shapely.buffer(shapely.points(towns_x_m, towns_y_m), 2_500)
        britain = [_projected(ring, "gb") for ring in (GREAT_BRITAIN, *ISLANDS)]
        self.britain = shapely.union_all([*britain, *margins[~towns_is_ni]])
        self.northern_ireland = shapely.union_all([_projected(NORTHERN_IRELAND, "ni"), *margins[towns_is_ni]])
        shapely.prepare(self.britain)
        shapely.prepare(self.northern_ireland)

    def holds(self, x_m: Floats, y_m: Floats, is_ni: Bools) -> Bools:
        """True where a point is on land."""
        on_land = np.zeros(len(x_m), dtype=bool)
        for outline, chosen in ((self.britain, ~is_ni), (self.northern_ireland, is_ni)):
            on_land[chosen] = shapely.contains_xy(outline, x_m[chosen], y_m[chosen])
        return on_land


@dataclass(frozen=True)
class Geography:
    """All that is drawn once about places."""

    settlements: Settlements
    land: Land
    postcodes: Postcodes

    def nearest_town(self, x_m: Floats, y_m: Floats, is_ni: Bools) -> Integers:
        """Index of the nearest real town in the same grid."""
        return _nearest_town(self.settlements, x_m, y_m, is_ni)


def draw_geography(scale: float, seed: int, settings: Settings) -> Geography:
    """Settlements, land and the base postcodes at a scale."""
    towns = shipped_list("places").with_columns(
        pl.col("latitude", "longitude", "population").cast(pl.Float64), pl.col("is_primary_urban_area") == "true"
    )
    is_ni = (towns["region"] == "Northern Ireland").to_numpy()
    x_m, y_m = _to_metres(towns["latitude"].to_numpy(), towns["longitude"].to_numpy(), is_ni)
    land = Land(x_m, y_m, is_ni)
    settlements = _draw_settlements(towns, x_m, y_m, is_ni, land, seed, settings)
    count = max(2_000, round(settings.unit_postcodes * scale))
    return Geography(settlements, land, _draw_postcodes(settlements, land, count, seed, settings))


def to_degrees(x_m: Floats, y_m: Floats, is_ni: Bools) -> tuple[Floats, Floats]:
    """Latitude and longitude (WGS84) of metres in each point's own grid."""
    latitude, longitude = np.empty(len(x_m)), np.empty(len(x_m))
    grids: tuple[tuple[Grid, Bools], ...] = (("gb", ~is_ni), ("ni", is_ni))
    for grid, chosen in grids:
        latitude[chosen], longitude[chosen] = to_wgs84(x_m[chosen], y_m[chosen], grid)
    return latitude, longitude


def _to_metres(latitude: Floats, longitude: Floats, is_ni: Bools) -> tuple[Floats, Floats]:
    x_m, y_m = np.empty(len(latitude)), np.empty(len(latitude))
    grids: tuple[tuple[Grid, Bools], ...] = (("gb", ~is_ni), ("ni", is_ni))
    for grid, chosen in grids:
        x_m[chosen], y_m[chosen] = to_grid(latitude[chosen], longitude[chosen], grid)
    return x_m, y_m


def _projected(ring: tuple[tuple[float, float], ...], grid: Grid) -> shapely.Polygon:
    longitude, latitude = np.array(ring).T
    return shapely.Polygon(np.column_stack(to_grid(latitude, longitude, grid)))


def _nearest_town(settlements: Settlements, x_m: Floats, y_m: Floats, is_ni: Bools) -> Integers:
    nearest = np.zeros(len(x_m), dtype=np.int64)
    towns = np.arange(settlements.towns)
    for chosen_grid in (False, True):
        here = towns[settlements.is_ni[: settlements.towns] == chosen_grid]
        points = is_ni == chosen_grid
        tree = cKDTree(np.column_stack([settlements.x_m[here], settlements.y_m[here]]))
        nearest[points] = here[tree.query(np.column_stack([x_m[points], y_m[points]]))[1]]
    return nearest


def _draw_settlements(
    towns: pl.DataFrame, x_m: Floats, y_m: Floats, is_ni: Bools, land: Land, seed: int, settings: Settings
) -> Settlements:
    """Invented settlements: three quarters some way from a town, the rest anywhere on land; Zipf-like in size."""
    rng = stream(seed, "settlements")
    wanted = settings.settlements
    near = 3 * wanted  # enough to choose from once those in the sea are dropped
    parent = choose(rng, np.sqrt(towns["population"].to_numpy()), near)
    distance_m = rng.lognormal(np.log(14_000), 0.6, near)
    bearing = rng.uniform(0, 2 * np.pi, near)
    near_x, near_y = x_m[parent] + distance_m * np.cos(bearing), y_m[parent] + distance_m * np.sin(bearing)
    on_land = land.holds(near_x, near_y, is_ni[parent])
    kept = np.flatnonzero(on_land)[: wanted * 3 // 4]
    far_x, far_y = rng.uniform(80_000, 656_000, near * 2), rng.uniform(5_000, 1_215_000, near * 2)
    far_kept = np.flatnonzero(land.holds(far_x, far_y, np.zeros(near * 2, dtype=bool)))[: wanted - len(kept)]
    invented_x = np.concatenate([near_x[kept], far_x[far_kept]])
    invented_y = np.concatenate([near_y[kept], far_y[far_kept]])
    invented_ni = np.concatenate([is_ni[parent[kept]], np.zeros(len(far_kept), dtype=bool)])
    population = 55_000 * rng.permutation(np.arange(1, len(invented_x) + 1)) ** -0.3
    town_region = np.array([REGIONS.index(name) for name in towns["region"]])
    real = Settlements(
        names=towns["name"].to_list(),
        x_m=x_m,
        y_m=y_m,
        is_ni=is_ni,
        region=town_region,
        population=towns["population"].to_numpy(),
        is_primary_urban_area=towns["is_primary_urban_area"].to_numpy(),
    )
    nearest = _nearest_town(real, invented_x, invented_y, invented_ni)
    return Settlements(
        names=real.names,
        x_m=np.concatenate([x_m, invented_x]),
        y_m=np.concatenate([y_m, invented_y]),
        is_ni=np.concatenate([is_ni, invented_ni]),
        region=np.concatenate([town_region, town_region[nearest]]),
        population=np.concatenate([real.population, population]),
        is_primary_urban_area=real.is_primary_urban_area,
    )


def _draw_postcodes(settlements: Settlements, land: Land, count: int, seed: int, settings: Settings) -> Postcodes:
    rng = stream(seed, "postcodes")
    weight = settlements.population.copy()
    for region, share in enumerate(REGION_SHARES.values()):
        inside = settlements.region == region
        weight[inside] *= share / weight[inside].sum()
    home = choose(rng, weight, count)
    kind = choose(rng, _KIND_SHARES, count)
    is_ni = settlements.is_ni[home]
    spread_m = settlements.spread_m[home]
    offset = rng.standard_normal((2, count)) * spread_m
    centre_x, centre_y = settlements.x_m[home], settlements.y_m[home]
    x_m, y_m = centre_x + offset[0], centre_y + offset[1]
    draw = _KIND_DRAWS[kind] * rng.lognormal(0, _TAIL_SIGMA, count)

    in_centre = kind == _CENTRE
    core_m = 220 * (settlements.population[home] / 100_000) ** 0.38
    x_m[in_centre] = (centre_x + core_m / spread_m * offset[0])[in_centre]
    y_m[in_centre] = (centre_y + core_m / spread_m * offset[1])[in_centre]
    draw[in_centre] *= np.clip(settlements.population[home] / 100_000, 0.3, 20)[in_centre] ** 0.2

    _into_local_centres(rng, settlements, home, kind, x_m, y_m, draw)

    in_country = np.flatnonzero(kind == _COUNTRY)
    distance_m = spread_m[in_country] * rng.lognormal(np.log(3.0), 0.7, len(in_country)) + 800
    bearing = rng.uniform(0, 2 * np.pi, len(in_country))
    x_m[in_country] = centre_x[in_country] + distance_m * np.cos(bearing)
    y_m[in_country] = centre_y[in_country] + distance_m * np.sin(bearing)

    # What fell in the sea is drawn in towards the centre, and to the very centre if that is not enough.
    for reach in (0.35, 0.0):
        wet = np.flatnonzero(~land.holds(x_m, y_m, is_ni))
        x_m[wet] = centre_x[wet] + reach * (x_m[wet] - centre_x[wet])
        y_m[wet] = centre_y[wet] + reach * (y_m[wet] - centre_y[wet])

    x_m, y_m = np.round(x_m), np.round(y_m)
    is_terminated = rng.random(count) < settings.terminated_share
    draw[is_terminated] *= 0.04
    town = _nearest_town(settlements, x_m, y_m, is_ni)
    return Postcodes(x_m, y_m, is_ni, town, settlements.region[town], draw, is_terminated)


def _into_local_centres(
    rng: np.random.Generator,
    settlements: Settlements,
    home: Integers,
    kind: Integers,
    x_m: Floats,
    y_m: Floats,
    draw: Floats,
) -> None:
    """Move the postcodes of local centres into them, in place: high streets, business parks, railway stations."""
    centres = np.maximum(1, np.round(0.6 * (settlements.population / 10_000) ** 0.75)).astype(np.int64)
    owner = np.repeat(np.arange(len(centres)), centres)
    first = np.cumsum(centres) - centres
    offset = rng.standard_normal((2, len(owner))) * settlements.spread_m[owner] * 1.1
    radius_m = rng.lognormal(np.log(260), 0.5, len(owner))
    size = rng.pareto(1.6, len(owner)) + 0.3
    total = np.cumsum(size)
    inside = np.flatnonzero(kind == _LOCAL_CENTRE)
    where = home[inside]
    low = total[first[where]] - size[first[where]]
    high = total[first[where] + centres[where] - 1]
    chosen = np.minimum(
        np.searchsorted(total, low + rng.random(len(inside)) * (high - low), side="right"),
        first[where] + centres[where] - 1,
    )
    scatter = rng.standard_normal((2, len(inside))) * radius_m[chosen]
    x_m[inside] = settlements.x_m[where] + offset[0, chosen] + scatter[0]
    y_m[inside] = settlements.y_m[where] + offset[1, chosen] + scatter[1]
    draw[inside] *= rng.lognormal(0, 0.35, len(owner))[chosen]
