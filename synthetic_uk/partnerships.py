"""England's Local Enterprise Partnerships, as Innovate UK names them in its list of projects.

What belongs here: which partnership a town is in. What does not: any other area (`directory`). Where the real ones
ended is not told here: a town is in that of the nearest of its region's seats, which is a town too.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from synthetic_uk.geography import REGIONS, Geography

SEATS = {
    "North East": {"North East": "Durham", "Tees Valley": "Middlesbrough"},
    "North West": {
        "Cheshire and Warrington": "Warrington",
        "Cumbria": "Carlisle",
        "Greater Manchester": "Manchester",
        "Lancashire": "Preston",
        "Liverpool City Region": "Liverpool",
    },
    "Yorkshire and The Humber": {
        "Humber": "Hull",
        "Leeds City Region": "Leeds",
        "Sheffield City Region": "Sheffield",
        "York, North Yorkshire and East Riding": "York",
    },
    "East Midlands": {
        "Derby, Derbyshire, Nottingham and Nottinghamshire": "Nottingham",
        "Greater Lincolnshire": "Lincoln",
        "Leicester and Leicestershire": "Leicester",
        "South East Midlands": "Northampton",
    },
    "West Midlands": {
        "Black Country": "Wolverhampton",
        "Coventry and Warwickshire": "Coventry",
        "Greater Birmingham and Solihull": "Birmingham",
        "The Marches": "Telford",
        "Worcestershire": "Worcester",
    },
    "East of England": {
        "Greater Cambridge and Greater Peterborough": "Cambridge",
        "Hertfordshire": "Stevenage",
        "New Anglia": "Norwich",
        "South East": "Chelmsford",
        "South East Midlands": "Bedford",
    },
    "London": {"London": "London"},
    "South East": {
        "Buckinghamshire Thames Valley": "Aylesbury",
        "Coast to Capital": "Brighton",
        "Enterprise M3": "Guildford",
        "Oxfordshire": "Oxford",
        "Solent": "Southampton",
        "South East": "Maidstone",
        "Thames Valley Berkshire": "Reading",
    },
    "South West": {
        "Cornwall and Isles of Scilly": "Truro",
        "Dorset": "Bournemouth",
        "Gloucestershire": "Gloucester",
        "Heart of the South West": "Exeter",
        "Swindon and Wiltshire": "Swindon",
        "West of England": "Bristol",
    },
}
"""Region -> partnership -> town that it is of. The other nations have none."""


def partnerships(geography: Geography) -> pl.Series:
    """The partnership of each real town, in the order of the towns; null outside England."""
    towns = geography.settlements
    number = {name: place for place, name in enumerate(towns.names)}
    found: list[str | None] = []
    for town, region in enumerate(towns.region[: towns.towns]):
        seats = SEATS.get(REGIONS[region], {})
        there = [number[seat] for seat in seats.values()]
        apart_m = np.hypot(towns.x_m[there] - towns.x_m[town], towns.y_m[there] - towns.y_m[town])
        found.append([*seats][int(np.argmin(apart_m))] if seats else None)
    return pl.Series(found, dtype=pl.String)
