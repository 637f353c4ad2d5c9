"""The text of postcodes: real area letters by place, then invented districts, sectors and units that nest in space.

What belongs here: writing postcodes for points. What does not: where the points are (`geography`). A district lies
inside an area and a sector inside a district, so that the centroids of both are near their postcodes, as they are in
the real directory. Within a sector only every other unit is given out: the rest look right and are in no directory.
"""

from __future__ import annotations

import numpy as np
import polars as pl
from scipy.spatial import cKDTree

from assets.arrays import Bools, Floats, Integers
from assets.methods.geometry.grid import to_grid

UNIT_LETTERS = "ABDEFGHJLNPQRSTUWXYZ"
"""Letters of the last two places of a postcode: all but C, I, K, M, O and V."""
_UNITS_PER_SECTOR = len(UNIT_LETTERS) ** 2
_POSTCODES_PER_DISTRICT = 1_500

# Postcode areas of Great Britain: latitude and longitude of their main town, to about a mile.
# fmt: off
_AREAS: dict[str, tuple[float, float]] = {
    "AB": (57.15, -2.10), "AL": (51.75, -0.33), "B": (52.48, -1.90), "BA": (51.38, -2.36), "BB": (53.75, -2.48),
    "BD": (53.79, -1.75), "BH": (50.72, -1.88), "BL": (53.58, -2.43), "BN": (50.83, -0.14), "BR": (51.40, 0.02),
    "BS": (51.45, -2.59), "CA": (54.89, -2.93), "CB": (52.20, 0.12), "CF": (51.48, -3.18), "CH": (53.19, -2.89),
    "CM": (51.73, 0.47), "CO": (51.89, 0.90), "CR": (51.37, -0.10), "CT": (51.28, 1.08), "CV": (52.41, -1.51),
    "CW": (53.10, -2.44), "DA": (51.45, 0.20), "DD": (56.46, -2.97), "DE": (52.92, -1.48), "DG": (55.07, -3.60),
    "DH": (54.78, -1.57), "DL": (54.53, -1.55), "DN": (53.52, -1.13), "DT": (50.71, -2.44), "DY": (52.51, -2.09),
    "E": (51.53, -0.03), "EC": (51.52, -0.09), "EH": (55.95, -3.19), "EN": (51.65, -0.08), "EX": (50.72, -3.53),
    "FK": (56.00, -3.78), "FY": (53.82, -3.05), "G": (55.86, -4.25), "GL": (51.86, -2.24), "GU": (51.24, -0.57),
    "HA": (51.58, -0.34), "HD": (53.65, -1.78), "HG": (53.99, -1.54), "HP": (51.75, -0.47), "HR": (52.06, -2.72),
    "HS": (58.20, -6.38), "HU": (53.74, -0.33), "HX": (53.72, -1.86), "IG": (51.56, 0.07), "IP": (52.06, 1.16),
    "IV": (57.48, -4.22), "KA": (55.61, -4.50), "KT": (51.41, -0.30), "KW": (58.44, -3.09), "KY": (56.11, -3.16),
    "L": (53.41, -2.98), "LA": (54.05, -2.80), "LD": (52.24, -3.38), "LE": (52.64, -1.13), "LL": (53.28, -3.80),
    "LN": (53.23, -0.54), "LS": (53.80, -1.55), "LU": (51.88, -0.42), "M": (53.48, -2.24), "ME": (51.39, 0.54),
    "MK": (52.04, -0.76), "ML": (55.79, -3.99), "N": (51.57, -0.11), "NE": (54.97, -1.61), "NG": (52.95, -1.15),
    "NN": (52.24, -0.90), "NP": (51.59, -3.00), "NR": (52.63, 1.30), "NW": (51.55, -0.18), "OL": (53.54, -2.12),
    "OX": (51.75, -1.26), "PA": (55.85, -4.42), "PE": (52.57, -0.24), "PH": (56.40, -3.43), "PL": (50.37, -4.14),
    "PO": (50.80, -1.09), "PR": (53.76, -2.70), "RG": (51.45, -0.97), "RH": (51.15, -0.18), "RM": (51.58, 0.18),
    "S": (53.38, -1.47), "SA": (51.62, -3.94), "SE": (51.47, -0.06), "SG": (51.90, -0.20), "SK": (53.41, -2.15),
    "SL": (51.51, -0.60), "SM": (51.36, -0.19), "SN": (51.56, -1.78), "SO": (50.90, -1.40), "SP": (51.07, -1.80),
    "SR": (54.90, -1.38), "SS": (51.54, 0.71), "ST": (53.00, -2.18), "SW": (51.47, -0.17), "SY": (52.71, -2.75),
    "TA": (51.02, -3.10), "TD": (55.60, -2.78), "TF": (52.68, -2.45), "TN": (51.13, 0.26), "TQ": (50.46, -3.53),
    "TR": (50.26, -5.05), "TS": (54.57, -1.23), "TW": (51.45, -0.34), "UB": (51.53, -0.45), "W": (51.51, -0.20),
    "WA": (53.39, -2.60), "WC": (51.517, -0.12), "WD": (51.66, -0.40), "WF": (53.68, -1.50), "WN": (53.54, -2.63),
    "WR": (52.19, -2.22), "WS": (52.59, -1.98), "WV": (52.59, -2.13), "YO": (53.96, -1.08), "ZE": (60.15, -1.15),
}
# fmt: on
_AREA_CODES = (*_AREAS, "BT")
_BT = len(_AREAS)


def postcode_texts(x_m: Floats, y_m: Floats, is_ni: Bools) -> pl.Series:
    """Distinct normalised postcodes (`OX11 0AA`) for points in metres of their own grid, in the order of the points."""
    area = np.full(len(x_m), _BT, dtype=np.int64)
    latitude, longitude = np.array(list(_AREAS.values())).T
    centre_x, centre_y = to_grid(latitude, longitude, "gb")
    area[~is_ni] = cKDTree(np.column_stack([centre_x, centre_y])).query(np.column_stack([x_m[~is_ni], y_m[~is_ni]]))[1]

    district = np.zeros(len(x_m), dtype=np.int64)
    sector = np.zeros(len(x_m), dtype=np.int64)
    unit = np.zeros(len(x_m), dtype=np.int64)
    order = np.argsort(area, kind="stable")
    bounds = np.searchsorted(area[order], np.arange(len(_AREA_CODES) + 1))
    for one in range(len(_AREA_CODES)):
        here = order[bounds[one] : bounds[one + 1]]
        if len(here):
            district[here], sector[here], unit[here] = _nested(x_m[here], y_m[here])
    letters = np.array(list(UNIT_LETTERS))
    frame = pl.DataFrame(
        {
            "area": pl.Series(_AREA_CODES).gather(area),
            "district": district + 1,
            "sector": sector,
            "first": pl.Series(letters).gather(unit // len(UNIT_LETTERS)),
            "last": pl.Series(letters).gather(unit % len(UNIT_LETTERS)),
        }
    )
    return frame.select(pl.format("{}{} {}{}{}", "area", "district", "sector", "first", "last")).to_series()


def unknown_postcodes(known: pl.Series) -> pl.Series:
    """For each postcode another of its sector that is in no directory: the unit letter after the last one."""
    following = {letter: UNIT_LETTERS[place + 1] for place, letter in enumerate(UNIT_LETTERS[:-1]) if place % 2 == 0}
    return known.str.head(-1) + known.str.tail(1).replace_strict(following, default="C")


def _nested(x_m: Floats, y_m: Floats) -> tuple[Integers, Integers, Integers]:
    """District, sector and unit numbers in one area: rings around its middle, wedges in them, strips in those."""
    count = len(x_m)
    from_x, from_y = x_m - np.median(x_m), y_m - np.median(y_m)
    districts = min(99, max(min(3, count), -(-count // _POSTCODES_PER_DISTRICT)))
    district = _equal_parts(np.hypot(from_x, from_y), np.zeros(count, dtype=np.int64), districts)
    sectors = min(10, max(1, count // districts // 12))
    sector = _equal_parts(np.arctan2(from_y, from_x), district, sectors)
    strip = _rank_within(x_m + 1e-6 * y_m, district * 10 + sector)
    if strip.max() * 2 >= _UNITS_PER_SECTOR:
        raise ValueError(f"{count} postcodes do not fit one postcode area: at most {99 * _POSTCODES_PER_DISTRICT}")
    return district, sector, strip * 2


def _rank_within(key: Floats, group: Integers) -> Integers:
    """Rank of each key among those of its group, from 0."""
    order = np.lexsort((np.arange(len(key)), key, group))
    sorted_group = group[order]
    first = np.searchsorted(sorted_group, sorted_group, side="left")
    rank = np.empty(len(key), dtype=np.int64)
    rank[order] = np.arange(len(key)) - first
    return rank


def _equal_parts(key: Floats, group: Integers, parts: int) -> Integers:
    """Number of the part each key falls in when each group is cut into equal parts by rank."""
    size = np.bincount(group)[group]
    return _rank_within(key, group) * parts // size
