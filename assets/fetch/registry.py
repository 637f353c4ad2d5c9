"""The list of all publishers, in the order in which they are asked."""

from __future__ import annotations

from collections.abc import Mapping

from assets.fetch.publishers.accounts import ACCOUNTS
from assets.fetch.publishers.boundaries import BOUNDARIES
from assets.fetch.publishers.business_counts import BUSINESS_COUNTS
from assets.fetch.publishers.companies_house import COMPANIES_HOUSE
from assets.fetch.publishers.cordis import CORDIS
from assets.fetch.publishers.innovate_uk import INNOVATE_UK
from assets.fetch.publishers.postcodes import POSTCODES
from assets.fetch.publishers.publications import PUBLICATIONS
from assets.fetch.publishers.ror import ROR
from assets.fetch.publishers.ukri import UKRI
from assets.fetch.releases import Publisher

PUBLISHERS: Mapping[str, Publisher] = {
    publisher.dataset: publisher
    for publisher in (
        POSTCODES,
        BOUNDARIES,
        COMPANIES_HOUSE,
        BUSINESS_COUNTS,
        INNOVATE_UK,
        ROR,
        CORDIS,
        UKRI,
        ACCOUNTS,
        PUBLICATIONS,
    )
}
"""By dataset; those that take longest are last."""
