"""What the commands `rankings` and `place` read from the warehouse, in the layout that the publisher printed.

What belongs here: finding the month, the category, the town; figures rounded as printed. What does not: how they were
made (assets/innovation_index), how rows are written (output).
"""

from __future__ import annotations

import difflib

import polars as pl

from assets.months import Month
from assets.reference import CATEGORIES, OVERALL, category_of
from assets.warehouse.database import Warehouse
from assets.warehouse.inputs import asked
from pipelines.made_months import made_month
from pipelines.output import Layout

ORDER = (OVERALL, *CATEGORIES)
"""The six tables in the order they are printed."""
SUGGESTIONS = 3

RANKING_LAYOUT = Layout(
    headed_by=("category", "month"),
    views={"": ("rank", "cluster", "regions", "percentage", "rank_change", "percentage_change")},
)
PLACE_LAYOUT = Layout(
    headed_by=("place", "region", "month"),
    views={
        "clusters": ("category", "cluster", "rank", "percentage", "inside", "km_to_centre"),
        "specialisation": (
            "category",
            "items",
            "location_quotient",
            "lower",
            "upper",
            "specialised",
            "events_per_100k",
        ),
    },
)


def top_clusters(warehouse: Warehouse, month: Month, categories: tuple[str, ...], top: int | None) -> pl.DataFrame:
    """The first `top` clusters of each category (all where None) in the published layout; no rows where none is made.

    Shares in percent and their change in percentage points with one decimal; changes are against the month before,
    null where it is not known, and positive where the cluster has gained.
    """
    ranked = warehouse.read(
        asked("innovation_index", "ranking"), month=month.first_day, categories=list(categories), top=top
    )
    return ranked.with_columns(_rounded(pl.col("percentage", "percentage_change"), 1))


def find_rankings(warehouse: Warehouse, month: Month | None, category: str | None, top: int | None) -> pl.DataFrame:
    """The same for a month, the latest where None, and a category by any of its spellings, all six where None.

    Raises ValueError that says what there is instead.
    """
    categories = ORDER if category is None else (_category(category),)
    found = _month_of(warehouse, "innovation_index.rankings", month)
    ranked = top_clusters(warehouse, found, categories, top)
    if ranked.is_empty():
        raise ValueError(f"{categories[0]} has no clusters in {found}: innovation_index.runs says why")
    return ranked


def find_place(warehouse: Warehouse, name: str, month: Month | None) -> pl.DataFrame:
    """A town in a month, the latest where None: its cluster in each category with rank and share, its specialisation.

    Case does not matter; towns of the same name in several regions all come. Raises ValueError that names similar
    towns where there is none of the name.
    """
    found = _month_of(warehouse, "innovation_index.place_clusters", month)
    towns = warehouse.read(
        "select distinct place from innovation_index.place_clusters where month = $month order by place",
        month=found.first_day,
    )["place"].to_list()
    by_spelling = {town.casefold(): town for town in towns}
    wanted = name.strip().casefold()
    if wanted not in by_spelling:
        similar = [by_spelling[close] for close in difflib.get_close_matches(wanted, by_spelling, SUGGESTIONS)]
        hint = f"did you mean {' or '.join(similar)}?" if similar else f"there are {len(towns)}, as in reference.places"
        raise ValueError(f"no town {name!r}: {hint}")
    place = warehouse.read(
        asked("innovation_index", "place"), month=found.first_day, place=by_spelling[wanted], categories=list(ORDER)
    )
    return place.with_columns(
        _rounded(pl.col("percentage", "km_to_centre"), 1),
        _rounded(pl.col("location_quotient", "lower", "upper", "events_per_100k"), 2),
    )


def _rounded(figures: pl.Expr, decimals: int) -> pl.Expr:
    """Rounded as a person would, halves away from zero, and no zero below zero."""
    rounded = figures.round(decimals, mode="half_away_from_zero")
    return pl.when(rounded == 0).then(0.0).otherwise(rounded).name.keep()


def _category(text: str) -> str:
    category = category_of(text)
    if category is None:
        raise ValueError(f"no category {text!r}: there are {', '.join(ORDER)}")
    return category


def _month_of(warehouse: Warehouse, table: str, wanted: Month | None) -> Month:
    remedy = "make a month of the Index with `innovation-clusters refresh --select innovation_index --month YYYY-MM`"
    return made_month(warehouse, table, wanted, "the Index", remedy)
