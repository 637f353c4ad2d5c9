"""Which categories of the Index an item is of: by the town it is in and, for a firm, by its sector.

What belongs here: how categories lean, and the draw for given items. What does not: their words (`wording`), or where
items are. A category has towns of its own, so that its ranking differs from that of business at large; around them
the lean fades with distance. Over the whole country a category has the share that the settings give it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from assets.arrays import Bools, Floats, Integers
from assets.reference import CATEGORIES
from synthetic_uk.firms import Firms
from synthetic_uk.geography import Geography, Postcodes
from synthetic_uk.research import Research
from synthetic_uk.sectors import Sectors
from synthetic_uk.settings import Settings
from synthetic_uk.streams import scattered
from synthetic_uk.wording import BUSINESS, PAPER

# How many times its usual share a category adds in and around a town.
_TOWNS: dict[str, dict[str, float]] = {
    "AI and Data": {"Cambridge": 2.5, "London": 1.0, "Edinburgh": 2.0, "Oxford": 1.5, "Bristol": 1.0, "Reading": 1.0},
    "Advanced Manufacturing": {
        "Coventry": 3.0,
        "Birmingham": 2.0,
        "Sheffield": 2.5,
        "Derby": 3.0,
        "Telford": 2.0,
        "Burnley": 2.0,
        "Stoke": 1.0,
    },
    "Ageing Society": {"Newcastle": 2.0, "Worthing": 2.5, "Bournemouth": 2.0, "Southend": 1.5, "Blackpool": 2.0},
    "Clean Growth": {"Aberdeen": 3.5, "Hull": 3.0, "Middlesbrough": 2.5, "Swansea": 2.0, "Norwich": 1.5, "Exeter": 1.5},
    "Smart Cities and Mobility": {
        "Milton Keynes": 3.0,
        "Glasgow": 1.5,
        "Manchester": 1.5,
        "Coventry": 1.0,
        "Bristol": 1.0,
    },
}
_FADES_M = 20_000.0
_URBAN, _ELSEWHERE = 1.2, 0.7
"""Of all categories, in Primary Urban Areas and other towns."""

# How many times more often than others a firm of an emerging sector is of a category.
_SECTORS: dict[str, dict[str, float]] = {
    "AI and Data": {
        "Artificial Intelligence": 9.0,
        "Data Infrastructure": 6.0,
        "Data Intermediaries": 6.0,
        "Software as a Service (SaaS)": 3.0,
        "Software Development": 2.5,
        "Cloud Computing": 2.5,
        "AdTech": 2.0,
    },
    "Advanced Manufacturing": {
        "Electronics Manufacturing": 9.0,
        "Design and Modelling Technologies": 5.0,
        "Semiconductors": 7.0,
        "Photonics": 5.0,
        "Advanced Screens": 4.0,
        "Sensors": 3.0,
    },
    "Ageing Society": {"Rehabilitation": 8.0, "MedTech": 6.0, "Pharma": 2.5},
    "Clean Growth": {
        "CleanTech": 9.0,
        "Energy Generation": 8.0,
        "Energy Management": 8.0,
        "Energy Storage": 8.0,
        "Net Zero": 9.0,
        "Battery Supply Chain": 5.0,
        "ESG": 4.0,
        "Land Remediation": 3.0,
    },
    "Smart Cities and Mobility": {
        "Internet of Things": 7.0,
        "Geospatial Economy": 5.0,
        "Supply Chain Logistics": 4.0,
        "Sensors": 3.0,
        "Future Telecoms Supply Chain": 2.0,
    },
}
_MOST_LIKELY = 0.85
"""Probability of a category that no town and sector together go beyond."""
_MOST_DESCRIPTIONS = 1_000
"""More than a firm ever has."""


@dataclass(frozen=True)
class Leanings:
    """Factors on each category's share, with a mean of 1 over business."""

    of_town: Floats
    """Real towns x categories."""
    of_sector: Floats
    """RTIC sectors x categories; last, firms in no sector, which UNKNOWN points at."""
    share: Floats
    """Share of businesses in each category."""

    def probabilities(self, town: Integers, factor: float, sector: Integers | None = None) -> Floats:
        """Probability of each category for items in towns and, where given, sectors: items x categories."""
        wanted = self.share * factor * self.of_town[town]
        if sector is not None:
            wanted *= self.of_sector[sector]
        return np.minimum(wanted, _MOST_LIKELY)


def draw_leanings(geography: Geography, postcodes: Postcodes, sectors: Sectors, settings: Settings) -> Leanings:
    """Leanings of this country's towns and sectors."""
    towns = geography.settlements
    real = slice(0, towns.towns)
    of_town = np.repeat(np.where(towns.is_primary_urban_area, _URBAN, _ELSEWHERE)[:, None], len(CATEGORIES), axis=1)
    of_sector = np.ones((len(sectors.rtic_names) + 1, len(CATEGORIES)))
    for column, category in enumerate(CATEGORIES):
        added = np.ones(towns.towns)
        for name, strength in _TOWNS[category].items():
            lead = towns.names.index(name)
            apart_m = np.hypot(towns.x_m[real] - towns.x_m[lead], towns.y_m[real] - towns.y_m[lead])
            same_grid = towns.is_ni[real] == towns.is_ni[lead]
            added += np.where(same_grid, strength * np.exp(-apart_m / _FADES_M), 0.0)
        of_town[:, column] *= added
        for name, strength in _SECTORS[category].items():
            of_sector[sectors.rtic_names.index(name), column] = strength
    firms = np.append(sectors.rtic_share * sectors.rtic_weight, 1 - sectors.rtic_share)
    business = np.bincount(postcodes.town, postcodes.draw, minlength=towns.towns)
    return Leanings(
        of_town / (business @ of_town / business.sum()),
        of_sector / (firms @ of_sector),
        np.array([settings.index_shares[category] for category in CATEGORIES]),
    )


def drawn_masks(probabilities: Floats, key: Integers, seed: int, purpose: str) -> Integers:
    """Categories of items as bit masks; each category on its own, so that some items are of several."""
    mask = np.zeros(len(key), dtype=np.int64)
    for column, category in enumerate(CATEGORIES):
        mask |= (scattered(seed, f"{purpose} {category}", key) < probabilities[:, column]).astype(np.int64) << column
    return mask


@dataclass(frozen=True)
class Businesses:
    """What firms are about in a month, row by row."""

    mask: Integers
    key: Integers
    """Which description: another number for every new one."""
    is_described: Bools
    """False where nothing is known but the name; then the mask is 0."""


def businesses(
    leanings: Leanings, firms: Firms, postcodes: Postcodes, rows: Integers, month: int, seed: int, settings: Settings
) -> Businesses:
    """What the firms of some rows of RTIC are about in a month, by the town of their main place and their first sector.

    Every month a few describe themselves anew, and what they do may be another thing then.
    """
    firm = firms.rtic.firm[rows]
    times = np.zeros(len(rows), dtype=np.int64)
    for earlier in range(1, month + 1):
        times += scattered(seed, f"described anew {earlier}", firm) < settings.monthly_redescribed_share
    key = firm * _MOST_DESCRIPTIONS + times
    is_described = scattered(seed, "described", firm) >= settings.undescribed_share
    town = postcodes.town[firms.home[firm]]
    mask = drawn_masks(leanings.probabilities(town, 1.0, firms.rtic.sectors[rows, 0]), key, seed, BUSINESS)
    return Businesses(np.where(is_described, mask, 0), key, is_described)


def paper_masks(
    leanings: Leanings,
    firms: Firms,
    postcodes: Postcodes,
    research: Research,
    works: Integers,
    seed: int,
    settings: Settings,
) -> Integers:
    """Categories of works as bit masks, by the town of the institution that each was drawn for."""
    town = postcodes.town[firms.home[research.publishers[research.work_publisher[works]]]]
    return drawn_masks(leanings.probabilities(town, settings.paper_factor), works, seed, PAPER)
