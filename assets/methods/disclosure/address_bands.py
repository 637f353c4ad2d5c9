"""The share of a cluster's firms at the postcode that has most of them: always a band, never the number.

What belongs here: which band that is, and what a band leaves open. What does not: bands of other shares
(`share_bands`), what is said of them.

The share of one postcode would often be a count of few firms, and to give it where it is not would tell that it is not.
Firms, places and sites of a cluster are published, so that a reader knows some counts to be impossible: a band leaves
open `band_min_counts` of those that are left, where there are as many.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import polars as pl

from assets.method import PublicationMethod
from assets.methods.disclosure.share_bands import edges_of_bands


class AddressBand(NamedTuple):
    """The band of a share: more than `lower`, at most `upper`."""

    lower: float
    upper: float

    def __str__(self) -> str:
        """As it is published."""
        return f"<={self.upper:.0%}"


def possible_counts(firms: int, places: int, sites: int, approach: str) -> range:
    """How many firms the fullest place may have, to one who knows all that is published of a cluster.

    The firms of a spatial group have a site in it each, so that one place has the mean of them at least, and every
    other place one of its sites. Of a community not every firm is located, and not every place is near.
    """
    if approach == "network":
        return range(1, firms + 1)
    least = math.ceil(firms / places)
    return range(least, max(least, min(firms, sites - places + 1)) + 1)


def address_bands(firms: int, places: int, sites: int, approach: str, method: PublicationMethod) -> list[AddressBand]:
    """The bands that a cluster's share may be given as, lowest first."""
    wanted = sorted({*method.share_bands, method.address_notice_share})
    uppers = edges_of_bands(firms, possible_counts(firms, places, sites, approach), wanted, method.band_min_counts)
    return [AddressBand(lower, upper) for lower, upper in zip([0.0, *uppers], uppers, strict=False)]


def with_address_band(clusters: pl.DataFrame, method: PublicationMethod) -> pl.DataFrame:
    """The clusters with `address_band` (text; null where the share is).

    `clusters`: `firms`, `places`, `sites`, `approach`, `address_share`.
    """
    found = [
        None if share is None else _text(round(share * firms), firms, places, sites, approach, method)
        for firms, places, sites, approach, share in clusters.select(
            "firms", "places", "sites", "approach", "address_share"
        ).iter_rows()
    ]
    return clusters.with_columns(address_band=pl.Series(found, dtype=pl.String))


def _text(count: int, firms: int, places: int, sites: int, approach: str, method: PublicationMethod) -> str:
    bands = address_bands(firms, places, sites, approach, method)
    return str(next((band for band in bands if count <= band.upper * firms), AddressBand(0.0, 1.0)))


def shares_at_one_place(clusters: pl.DataFrame, shares: tuple[float, ...], method: PublicationMethod) -> pl.DataFrame:
    """Of how many clusters each share of the firms is exceeded at one place, as far as the published bands say it.

    `clusters`: `firms`, `places`, `sites`, `approach`, `address_band` as published (null: not known). Returns `share`,
    `clusters` (with a band), `more` (surely more than the share), `open` (the band holds the share).
    """
    bands = [
        next((band for band in address_bands(firms, places, sites, approach, method) if str(band) == text), None)
        or AddressBand(0.0, float(text.removeprefix("<=").removesuffix("%")) / 100)
        for firms, places, sites, approach, text in clusters.drop_nulls("address_band")
        .select("firms", "places", "sites", "approach", "address_band")
        .iter_rows()
    ]
    return pl.DataFrame(
        [
            (
                share,
                len(bands),
                sum(band.lower >= share for band in bands),
                sum(band.lower < share < band.upper for band in bands),
            )
            for share in shares
        ],
        schema={"share": pl.Float64, "clusters": pl.Int64, "more": pl.Int64, "open": pl.Int64},
        orient="row",
    )
