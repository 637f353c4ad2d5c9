"""What every item of the Index is truly about, as it stands in a month: written beside the drops, for measuring.

What belongs here: `index_items`, a row for each business, event and paper of the drops. What does not: where items are,
which the drops say, or what was planted for the Map (`truth`).
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import polars as pl

from assets.arrays import Integers
from synthetic_uk.drops import chunks
from synthetic_uk.events import Events, months_between
from synthetic_uk.firms import Firms
from synthetic_uk.geography import Postcodes
from synthetic_uk.leanings import Leanings, businesses, paper_masks
from synthetic_uk.publication_drops import work_ids, works_of_month
from synthetic_uk.research import Research
from synthetic_uk.settings import Extent
from synthetic_uk.wording import BUSINESS, EVENT, PAPER, mask_names


def item_rows(
    leanings: Leanings,
    firms: Firms,
    postcodes: Postcodes,
    events: Events,
    research: Research,
    extent: Extent,
    number: int,
) -> Iterator[pl.DataFrame]:
    """`kind, key, categories` of a month in chunks; categories comma separated, empty where there are none.

    The key is a company number, an event's source and id with a colon between, or a work's id.
    """
    rtic, months, seed, settings = firms.rtic, extent.months, extent.seed, extent.settings
    alive = np.flatnonzero((rtic.since <= number) & (rtic.until > number))
    for part in chunks(len(alive)):
        rows = alive[part]
        said = businesses(leanings, firms, postcodes, rows, number, seed, settings)
        yield _rows(BUSINESS, firms.company_numbers(rtic.firm[rows]), said.mask)
    standing = events.standing(months_between(months[0], months[number]), settings)
    keys = events.keys(standing).select(pl.concat_str("source", "event_id", separator=":")).to_series()
    yield _rows(EVENT, keys, events.mask[standing])
    works = works_of_month(research, number)
    yield _rows(PAPER, work_ids(works), paper_masks(leanings, firms, postcodes, research, works, seed, settings))


def _rows(kind: str, keys: pl.Series, mask: Integers) -> pl.DataFrame:
    return pl.DataFrame({"key": keys, "categories": mask_names().gather(mask)}).select(
        pl.lit(kind).alias("kind"), "key", "categories"
    )
