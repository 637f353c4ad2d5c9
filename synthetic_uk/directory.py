"""The postcode directory, in the columns of the National Statistics Postcode Lookup, and the codes of its areas.

What belongs here: the drop `postcodes`. What does not: positions (`geography`), the text of postcodes
(`postcode_text`) or outlines (`boundaries`). Header names are those of the lookup's release of August 2026. Regions
have their real codes; a district is invented around each real town (all points nearest to it), a travel-to-work area
around each Primary Urban Area, a small area of each postcode sector in a district, with codes of the right shape that
no real area has.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl

from assets.arrays import Bools, Integers
from assets.months import Month
from assets.reference import shipped_list
from synthetic_uk.drops import chunks
from synthetic_uk.geography import REGIONS, Geography, Postcodes, to_degrees
from synthetic_uk.postcode_text import UNIT_LETTERS
from synthetic_uk.settings import Settings
from synthetic_uk.streams import stream

# fmt: off
HEADER: tuple[str, ...] = (
    "pcd7", "pcd8", "pcds", "dointr", "doterm", "usrtypind", "east1m", "north1m", "gridind", "oa21cd", "cty26cd",
    "ced25cd", "lad26cd", "wd26cd", "nhser24cd", "ctry26cd", "rgn26cd", "pcon24cd", "ttwa15cd", "itl25cd", "npark16cd",
    "lsoa21cd", "msoa21cd", "wz11cd", "sicbl26cd", "bua24cd", "ruc21ind", "oac21ind", "lat", "long", "lep21cd1",
    "lep21cd2", "pfa23cd", "imd25ind", "icb26cd",
)
# fmt: on
_COUNTRIES = {"Wales": "W92000004", "Scotland": "S92000003", "Northern Ireland": "N92000002"}
_DISTRICT_PREFIXES = {"London": "E09", "Wales": "W06", "Scotland": "S12", "Northern Ireland": "N09"}
_COMMUTING_PREFIXES = {"Wales": "W22", "Scotland": "S22", "Northern Ireland": "N12"}
_SMALL_AREA_PREFIXES = {"Wales": "W02", "Scotland": "S02", "Northern Ireland": "N20"}
_CROWN_DEPENDENCIES = (("JE2", "L93000001"), ("GY1", "L93000001"), ("IM1", "M83000003"))
NO_PLACE = "JE2 0AA"
"""A postcode that the directory has, without coordinates."""


@dataclass(frozen=True)
class AreaCodes:
    """Codes of each real town's district, region and travel-to-work area."""

    district: list[str]
    commuting: list[str]
    commuting_town: Integers
    """The Primary Urban Area each town commutes to."""


def region_codes() -> list[str]:
    """The directory's codes of the regions, in order: of nations without regions the pseudo codes."""
    shipped = shipped_list("regions")
    is_pseudo = pl.col("code").str.ends_with("99999999")
    real = dict(shipped.filter(~is_pseudo).select("name", "code").iter_rows())
    pseudo = dict(shipped.filter(is_pseudo).select("name", "code").iter_rows())
    return [str(pseudo.get(name, real[name])) for name in REGIONS]


def area_codes(geography: Geography) -> AreaCodes:
    """Invented district and commuting codes, in the order of the towns."""
    towns = geography.settlements
    real = towns.towns
    region_names = [REGIONS[region] for region in towns.region[:real]]
    urban = np.flatnonzero(towns.is_primary_urban_area)
    to_town = np.zeros(real, dtype=np.int64)
    for town in range(real):
        same_grid = urban[towns.is_ni[urban] == towns.is_ni[town]]
        apart_m = np.hypot(towns.x_m[same_grid] - towns.x_m[town], towns.y_m[same_grid] - towns.y_m[town])
        to_town[town] = same_grid[int(np.argmin(apart_m))]
    return AreaCodes(
        district=[
            f"{_DISTRICT_PREFIXES.get(name, 'E07')}{900_000 + town:06d}" for town, name in enumerate(region_names)
        ],
        commuting=[f"{_COMMUTING_PREFIXES.get(region_names[town], 'E30')}{900_000 + town:06d}" for town in to_town],
        commuting_town=to_town,
    )


def small_areas(postcodes: Postcodes, texts: pl.Series) -> pl.Series:
    """The code of each postcode's small area: the part of its sector that lies in one district."""
    prefixes = pl.Series([_SMALL_AREA_PREFIXES.get(name, "E02") for name in REGIONS]).gather(postcodes.region)
    parts = texts.str.head(-2) + pl.Series(postcodes.town).cast(pl.String)
    number = parts.rank("dense").cast(pl.Int64) + 900_000
    return prefixes + number.cast(pl.String)


def district_names(geography: Geography, postcodes: Postcodes, numbers: Integers) -> pl.Series:
    """Name of the district of each postcode number."""
    return pl.Series(geography.settlements.names).gather(postcodes.town[numbers])


def region_names(postcodes: Postcodes, numbers: Integers) -> pl.Series:
    """Name of the region of each postcode number."""
    return pl.Series(REGIONS).gather(postcodes.region[numbers])


def directory_rows(
    geography: Geography, postcodes: Postcodes, texts: pl.Series, first: Month, seed: int, settings: Settings
) -> Iterator[pl.DataFrame]:
    """The directory in chunks: all postcodes, then some that it has no place for."""
    codes = area_codes(geography)
    rng = stream(seed, "directory")
    introduced = 198_001 + rng.integers(0, 12, len(postcodes)) + 100 * rng.integers(0, 40, len(postcodes))
    latest_year = first.year - 1
    terminated = 100 * rng.integers(1996, latest_year + 1, len(postcodes)) + rng.integers(1, 13, len(postcodes))
    introduced = np.where(postcodes.is_terminated, np.minimum(introduced, terminated - 100), introduced)
    large_user = rng.random(len(postcodes)) < 0.1
    small = small_areas(postcodes, texts)
    for part in chunks(len(postcodes)):
        latitude, longitude = to_degrees(postcodes.x_m[part], postcodes.y_m[part], postcodes.is_ni[part])
        town, region = postcodes.town[part], postcodes.region[part]
        yield _rows(
            texts[part],
            introduced[part],
            np.where(postcodes.is_terminated[part], terminated[part], 0),
            large_user[part],
            pl.DataFrame(
                {
                    "east1m": postcodes.x_m[part].astype(np.int64),
                    "north1m": postcodes.y_m[part].astype(np.int64),
                    "gridind": np.ones(len(town), dtype=np.int64),
                    "lat": [f"{value:.6f}" for value in latitude],
                    "long": [f"{value:.6f}" for value in longitude],
                    "lad26cd": pl.Series(codes.district).gather(town),
                    "ttwa15cd": pl.Series(codes.commuting).gather(town),
                    "msoa21cd": small[part],
                    "rgn26cd": pl.Series(region_codes()).gather(region),
                    "ctry26cd": pl.Series([_COUNTRIES.get(name, "E92000001") for name in REGIONS]).gather(region),
                }
            ),
        )
    yield _without_place(len(postcodes), settings)


def _without_place(known: int, settings: Settings) -> pl.DataFrame:
    """Crown dependencies, without coordinates: latitude 99.999999, longitude 0, quality 9, pseudo codes."""
    ends = [f"{digit}{one}{two}" for digit in range(10) for one in UNIT_LETTERS for two in UNIT_LETTERS]
    wanted = max(30, round(known * settings.no_coordinates_share))
    pairs = [(f"{outward} {end}", country) for end in ends for outward, country in _CROWN_DEPENDENCIES][:wanted]
    count = len(pairs)
    countries = pl.Series([country for _, country in pairs])
    pseudo = countries.str.head(1) + "99999999"
    return _rows(
        pl.Series([text for text, _ in pairs]),
        np.full(count, 198_001),
        np.zeros(count, dtype=np.int64),
        np.zeros(count, dtype=bool),
        pl.DataFrame(
            {
                "east1m": pl.Series([None] * count, dtype=pl.Int64),
                "north1m": pl.Series([None] * count, dtype=pl.Int64),
                "gridind": np.full(count, 9),
                "lat": ["99.999999"] * count,
                "long": ["0.000000"] * count,
                "lad26cd": pseudo,
                "ttwa15cd": pseudo,
                "msoa21cd": pseudo,
                "rgn26cd": pseudo,
                "ctry26cd": countries,
            }
        ),
    )


def _rows(
    texts: pl.Series, introduced: Integers, terminated: Integers, large_user: Bools, known: pl.DataFrame
) -> pl.DataFrame:
    """Rows in the header's columns; what is not known of a postcode has its nation's pseudo code."""
    text = pl.col("pcds")
    outward, inward = text.str.head(-4), text.str.tail(3)
    pseudo = pl.col("ctry26cd").str.head(1) + "99999999"
    frame = known.with_columns(
        pcds=texts,
        dointr=pl.Series(introduced),
        doterm=pl.Series(terminated),
        usrtypind=pl.Series(large_user).cast(pl.Int64),
    ).with_columns(
        pl.when(pl.col("doterm") > 0).then("doterm"),
        pcd7=outward.str.pad_end(4) + inward,
        pcd8=outward.str.pad_end(5) + inward,
        ruc21ind=pl.lit("UN1"),
        oac21ind=pl.lit("9Z9"),
        imd25ind=pl.lit(0),
    )
    return frame.with_columns(pseudo.alias(name) for name in HEADER if name not in frame.columns).select(HEADER)
