"""Bands of the share of a cluster's firms at one place: what a reader may infer, and what the report counts."""

from __future__ import annotations

import polars as pl
from hypothesis import given as for_all
from hypothesis import strategies as st

from assets.method import PublicationMethod
from assets.methods.disclosure.address_bands import (
    address_bands,
    possible_counts,
    shares_at_one_place,
    with_address_band,
)

METHOD = PublicationMethod()


@st.composite
def spatial_groups(draw: st.DrawFn) -> dict[str, int]:
    """A group by the firms at each of its places, each of which has a site or more; a firm may be at several."""
    at_places = draw(st.lists(st.integers(1, 60), min_size=1, max_size=40))
    firms = draw(st.integers(max(at_places), sum(at_places)))
    return {
        "firms": max(firms, 10),
        "places": max(len(at_places), -(-max(firms, 10) // max(at_places))),
        "sites": sum(at_places) + draw(st.integers(10, 20)),
        "most": max(at_places),
    }


@for_all(spatial_groups(), st.sampled_from(["spatial", "both", "network"]))
def test_a_band_leaves_counts_open_to_one_who_knows_the_rest(group: dict[str, int], approach: str) -> None:
    firms, places, sites = group["firms"], group["places"], group["sites"]
    possible = possible_counts(firms, places, sites, approach)
    by_band = [
        [count for count in possible if round(band.lower * firms, 9) < count <= round(band.upper * firms, 9)]
        for band in address_bands(firms, places, sites, approach, METHOD)
    ]
    assert [count for counts in by_band for count in counts] == [*possible]
    assert min(map(len, by_band)) >= min(METHOD.band_min_counts, len(possible))


def test_what_is_published_says_what_is_possible() -> None:
    # 21 firms at 10 places: 3 at one of them at the least; of 25 sites 9 are at the others at the least.
    assert possible_counts(21, 10, 25, "spatial") == range(3, 17)
    assert possible_counts(12, 1, 12, "spatial") == range(12, 13)
    assert possible_counts(12, 12, 12, "spatial") == range(1, 2)
    assert possible_counts(10, 3, 2, "network") == range(1, 11)
    # 3 and 4 are too few below 20%; then 3 to 6, 7 to 10 and 11 to 16 of 21.
    assert [str(band) for band in address_bands(21, 10, 25, "spatial", METHOD)] == ["<=30%", "<=50%", "<=100%"]


def test_the_report_counts_what_the_bands_say_and_what_they_leave_open() -> None:
    clusters = pl.DataFrame(
        {
            "firms": [21, 21, 21, 12, 10, 10],
            "places": [10, 10, 10, 6, 4, None],
            "sites": [25, 25, 25, 13, 12, 10],
            "approach": ["spatial"] * 6,
            "address_share": [11 / 21, 7 / 21, 6 / 21, 7 / 12, 3 / 10, None],
        }
    )
    published = with_address_band(clusters, METHOD)
    # Of 12 firms at 6 places with 13 sites 2 to 8 are possible: 2 and 3 are too few below 30%, 7 and 8 above a half.
    assert published["address_band"].to_list() == ["<=100%", "<=50%", "<=30%", "<=100%", "<=50%", None]
    assert shares_at_one_place(published, (0.5, 0.3), METHOD).rows() == [(0.5, 5, 1, 1), (0.3, 5, 2, 2)]
