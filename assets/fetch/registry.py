"""The list of all publishers, in the order in which they are asked."""

from __future__ import annotations

from collections.abc import Mapping

from assets.fetch.publishers.companies_house import COMPANIES_HOUSE
from assets.fetch.releases import Publisher

PUBLISHERS: Mapping[str, Publisher] = {publisher.dataset: publisher for publisher in (COMPANIES_HOUSE,)}
"""By dataset."""
