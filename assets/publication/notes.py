"""What has to be said beside the figures: licence, what is not given, what to beware of.

What belongs here: the texts that workbook, data package, report and downloads page share, each once. What does not:
layouts; figures of a month; whose the sources are (`origins`), and which of them the month used (`source_drops`).
"""

from __future__ import annotations

from assets.method import PublicationMethod
from assets.origins import CC_BY

DATA_LICENCE = CC_BY
"""Of the data that is made here. Who publishes makes sure that the agreements of their sources allow it."""

LIMITATIONS = (
    "A point is a site or a registered office. Postcodes with very many registered offices are taken for formation "
    "agents' and left out where nothing else shows work there; what is left may still be a paper address.",
    "A cluster is a statistical group of places or of joint projects, not an institution; its outline is a buffer "
    "around its members, not a border.",
    "In the dsit profiles groups are dense where all firms are dense, mostly in cities; the profile evidence publishes "
    "only what is denser, or works together more, than chance explains.",
    "RD&I activity is known from Innovate UK, UKRI, publications and the further signals that the month had: firms "
    "whose research nobody funded or recorded count as inactive.",
    "Where the notes name UK Business Counts, a firm is a local unit of them: which firm is not known, its place is an "
    "estimate within its area, its employees are the middle of a size band, and counts are rounded to 5.",
    "Firms count once in every cluster they belong to: sums over clusters count some of them twice.",
    "The Index counts items, not their size, and follows its classifier: see the quality of each category. Its "
    "clusters are made in unprojected degrees, as published: a degree of longitude counts as one of latitude.",
    "Northern Ireland is on its own grid and its spatial groups are found apart from those of Great Britain.",
    "Growth and change compare what stood under the same identifier; they mix change in the world with change in the "
    "sources.",
)
"""What is known, whatever the month."""


def disclosure_notes(method: PublicationMethod) -> tuple[str, ...]:
    """What is not given, and how what is given was changed."""
    return (
        f"Clusters, and counts by sector, of fewer than {method.disclosure_min_firms} firms are not published.",
        f"Employees are rounded to {method.employees_rounding}, turnover to GBP {method.turnover_rounding_gbp:,}.",
        "A figure with status c is suppressed: one business, or two together, make up most of it, or it could be "
        "worked out from others that are published. One with status x is in no source. Both are empty here, never 0.",
        f"A share of firms that tells of fewer than {method.disclosure_min_firms} firms, or of all but so few, is "
        "given as a band, at most so much, in a column of its own.",
        "Totals are rounded by themselves: they need not be the sum of the rounded figures of their clusters.",
    )
