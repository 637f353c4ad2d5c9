"""Rules on one figure, rounding, and the sectors of a cluster: hand-worked rows and invariants."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st

from assets.method import PublicationMethod
from assets.methods.disclosure.rules import concentration, failed_rules, round_to
from assets.methods.disclosure.sector_mix import OTHER, pool_sectors
from assets.methods.disclosure.share_bands import band

METHOD = PublicationMethod()


def failed(*amounts: int) -> set[str]:
    """Rules that a figure of these amounts fails."""
    held = pl.DataFrame({"cell": [0] * len(amounts), "value": [100 * amount for amount in amounts]})
    return set(failed_rules(concentration(held, "cell"), "cell", METHOD)["rule"])


@pytest.mark.parametrize(
    ("amounts", "rules"),
    [
        ([10] * 10, set()),
        ([10] * 9, {"threshold"}),
        ([10] * 9 + [0] * 5, {"threshold"}),  # a business with nothing hides no other
        ([750] + [25] * 10, set()),  # exactly 75% is allowed
        ([751] + [25] * 9 + [24], {"dominance"}),
        ([425, 425] + [15] * 10, set()),  # exactly 85% of two
        ([426, 425] + [15] * 9 + [14], {"dominance"}),
        ([1000, 800] + [10] * 10, {"dominance"}),  # the rest is 100: exactly 10% of the largest
        ([1000, 800] + [10] * 9 + [9], {"dominance", "p_percent"}),
        ([0] * 12, {"threshold"}),
    ],
)
def test_rules_by_hand(amounts: list[int], rules: set[str]) -> None:
    assert failed(*amounts) == rules


def test_the_reason_bears_the_figures() -> None:
    held = pl.DataFrame({"cell": [0] * 11, "value": [90_000, *[1_000] * 10]})
    reasons = dict(failed_rules(concentration(held, "cell"), "cell", METHOD).select("rule", "reason").iter_rows())
    assert "one business holds 90.0% of it and two hold 91.0%" in reasons["dominance"]


@pytest.mark.parametrize(
    ("hundredths", "rounded"), [(0, 0), (499, 0), (500, 10), (1499, 10), (1500, 20), (12_345, 120)]
)
def test_rounding_takes_halves_up(hundredths: int, rounded: int) -> None:
    assert pl.DataFrame({"value": [hundredths]}).select(round_to(10)).item() == rounded


@for_all(st.integers(0, 10**14), st.sampled_from([1, 10, 10_000]))
def test_rounding_is_to_the_nearest_multiple(hundredths: int, base: int) -> None:
    rounded = pl.DataFrame({"value": [hundredths]}).select(round_to(base)).item()
    assert rounded % base == 0
    assert abs(rounded * 100 - hundredths) * 2 <= base * 100


@pytest.mark.parametrize(
    ("count", "firms", "least", "shown"),
    [
        (10, 40, 0, None),
        (0, 40, 0, None),
        (40, 40, 0, None),
        (1, 40, 0, "<=10%"),  # no count is 2% of 40, four are 10%
        (4, 40, 0, "<=10%"),
        (5, 50, 0, "<=10%"),
        (6, 50, 0, "<=20%"),
        (8, 40, 0, "<=50%"),  # between 20% and 50% nine would be the only one of fewer than ten
        (9, 40, 0, "<=50%"),
        (9, 45, 0.2, "<=100%"),  # who meets the criterion has 20% or more: at most 20% would be 9 exactly
        (2, 12, 0, "<=50%"),
        (7, 12, 0, "<=100%"),
        (9, 400, 0, "<=10%"),
        (8, 400, 0, "<=10%"),
        (8, 450, 0, "<=2%"),
        (395, 400, 0, "<=100%"),
    ],
)
def test_bands_of_shares(count: int, firms: int, least: float, shown: str | None) -> None:
    assert band(count, firms, least, METHOD) == shown


@pytest.mark.parametrize("least", [0.0, 0.2])
def test_no_band_tells_the_count_to_one_who_knows_the_rule(least: float) -> None:
    for firms in range(10, 200):
        counts: dict[str, list[int]] = {}
        for count in range(1, firms):
            if count >= least * firms and (shown := band(count, firms, least, METHOD)):
                counts.setdefault(shown, []).append(count)
        assert all(len(possible) >= METHOD.band_min_counts for possible in counts.values()), (firms, counts)
        assert all(count <= float(shown[2:-1]) / 100 * firms for shown, found in counts.items() for count in found)


def mix(sectors: dict[str, list[str]], firms: int, min_firms: int = 10) -> dict[str, int]:
    """Given counts of one cluster of firms 0, 1, ...; `sectors` names the firms of each."""
    rows = [("p", "c", name, "sic", sector) for sector, names in sectors.items() for name in names]
    rows += [("p", "c", str(number), None, None) for number in range(firms)]
    frame = pl.DataFrame(
        rows,
        schema=dict.fromkeys(["profile", "cluster_id", "organisation_id", "scheme", "sector"], pl.String),
        orient="row",
    )
    kept, _ = pool_sectors(frame, min_firms)
    return dict(kept.select("sector", "firms").iter_rows())


def firms(first: int, last: int) -> list[str]:
    return [str(number) for number in range(first, last)]


def test_small_sectors_are_counted_together() -> None:
    assert mix({"A": firms(0, 20), "B": firms(20, 26), "C": firms(26, 32)}, 32) == {"A": 20, OTHER: 12}


def test_what_a_subtraction_would_leave_takes_the_next_smallest_with_it() -> None:
    # 36 firms less 20 less 12 would be the 4 of C.
    assert mix({"A": firms(0, 20), "B": firms(20, 32), "C": firms(32, 36)}, 36) == {"A": 20, OTHER: 16}


def test_nothing_is_given_where_only_the_whole_could_be() -> None:
    assert mix({"A": firms(0, 20), "B": firms(20, 23)}, 23) == {}


def test_overlapping_sectors_leave_nothing_to_subtract() -> None:
    # All 20 firms are in A, three of them in B as well: 20 less 20 says nothing of B.
    assert mix({"A": firms(0, 20), "B": firms(0, 3)}, 20) == {"A": 20}


@settings(deadline=None, max_examples=60)
@for_all(st.lists(st.lists(st.sampled_from("ABCDE"), max_size=2, unique=True), min_size=10, max_size=40))
def test_no_small_count_is_given_or_left_by_subtraction(of_firms: list[list[str]]) -> None:
    sectors: dict[str, list[str]] = {}
    for number, names in enumerate(of_firms):
        for name in names:
            sectors.setdefault(name, []).append(str(number))
    found = mix(sectors, len(of_firms), min_firms=5)
    left = len(of_firms) - sum(found.values())
    assert all(count >= 5 for count in found.values())
    assert not found or not 0 < left < 5
