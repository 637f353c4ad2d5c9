"""The Index's five categories and their sum: names, spellings, numbers of clusters.

What belongs here: what a category is called. What does not: what a text of one looks like (`seed_examples.csv`).
"""

from __future__ import annotations

import re

from assets.method import IndexMethod

CATEGORIES = (
    "AI and Data",
    "Advanced Manufacturing",
    "Ageing Society",
    "Clean Growth",
    "Smart Cities and Mobility",
)
"""The five categories, in the order of every table [stated by the publisher]."""
OVERALL = "Overall"
"""All five together, an item of several categories once."""

CATEGORY_CODES = {
    OVERALL: "ALL",
    "AI and Data": "AI",
    "Advanced Manufacturing": "AM",
    "Ageing Society": "AS",
    "Clean Growth": "CG",
    "Smart Cities and Mobility": "SC",
}
"""How an identifier names its category."""

_OTHER_SPELLINGS = {
    "artificialintelligenceanddata": "AI and Data",
    "futureofmobility": "Smart Cities and Mobility",
    "smartcities": "Smart Cities and Mobility",
    "allfive": OVERALL,
    "allfivetechnologies": OVERALL,
}
"""Spellings in the publisher's files, without case, spaces and marks."""


def category_of(text: str) -> str | None:
    """The category that a text names in any of the publisher's spellings, or None."""
    bare = re.sub(r"[^a-z]", "", text.lower().replace("&", "and"))
    known = {re.sub(r"[^a-z]", "", name.lower()): name for name in (*CATEGORIES, OVERALL)}
    return known.get(bare) or _OTHER_SPELLINGS.get(bare)


def clusters_wanted(category: str, method: IndexMethod) -> int:
    """K of K-means for a category or for OVERALL. Raises KeyError for a name that is neither."""
    return {
        OVERALL: method.k_overall,
        "AI and Data": method.k_ai_and_data,
        "Advanced Manufacturing": method.k_advanced_manufacturing,
        "Ageing Society": method.k_ageing_society,
        "Clean Growth": method.k_clean_growth,
        "Smart Cities and Mobility": method.k_smart_cities_and_mobility,
    }[category]
