"""RD&I-active and specialised at their thresholds, against scipy and by hand."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import comb
from typing import Any

import polars as pl
import pytest

from assets.methods.typology.criteria import decide_rdi_active, decide_specialised, national_rdi_shares


def active(firms: int, rdi_active_firms: int, national: float = 0.5) -> dict[str, object]:
    frame = pl.DataFrame({"firms": [firms], "rdi_active_firms": [rdi_active_firms], "national_rdi_share": [national]})
    return decide_rdi_active(frame, min_share=0.20, min_firms=10, alpha=0.05).row(0, named=True)


@pytest.mark.parametrize(
    ("firms", "rdi_active_firms", "is_active"),
    [
        (10, 2, True),  # exactly 20%
        (101, 20, False),  # 19.8%: the largest inactive share of the 2025 release
        (1000, 200, True),
        (1000, 199, False),
        (15, 3, True),
        (10, 0, False),
        (0, 0, False),
    ],
)
def test_a_fifth_of_the_firms_is_enough(firms: int, rdi_active_firms: int, is_active: bool) -> None:
    assert active(firms, rdi_active_firms)["is_rdi_active"] is is_active


def test_ten_active_firms_beyond_the_national_share_are_enough() -> None:
    assert active(200, 10, national=0.02)["is_rdi_active"] is True
    assert active(200, 9, national=0.02)["is_rdi_active"] is False, "nine are too few however rare they are"
    assert active(200, 10, national=0.05)["is_rdi_active"] is False, "ten are what five per cent of 200 explain"


@pytest.mark.parametrize(
    ("firms", "rdi_active_firms", "percent"), [(200, 10, 2), (57, 3, 5), (12, 12, 30), (40, 0, 10)]
)
def test_the_p_value_is_the_upper_tail_of_the_binomial(firms: int, rdi_active_firms: int, percent: int) -> None:
    share = Fraction(percent, 100)
    tail = sum(comb(firms, k) * share**k * (1 - share) ** (firms - k) for k in range(rdi_active_firms, firms + 1))
    assert active(firms, rdi_active_firms, percent / 100)["rdi_p_value"] == pytest.approx(float(tail), rel=1e-9)


def test_the_level_of_the_binomial_test_is_strict() -> None:
    frame = pl.DataFrame({"firms": [200], "rdi_active_firms": [10], "national_rdi_share": [0.02]})
    level = decide_rdi_active(frame, 0.2, 10, 1.0)["rdi_p_value"].item()
    assert decide_rdi_active(frame, 0.2, 10, level)["is_rdi_active"].item() is False


def test_the_national_share_is_the_sectors_and_of_all_firms_where_there_is_none() -> None:
    groups = pl.DataFrame(
        {
            "group_id": ["s", "r", "n"],
            "scheme": ["sic", "rdi", None],
            "sector": ["Software and IT", "All RD&I-active", None],
        }
    )
    sector_firms = pl.DataFrame(
        {"scheme": ["sic", "rtic"], "sector": ["Software and IT"] * 2, "firms": [50, 10], "rdi_active_firms": [5, 9]}
    )
    shares = national_rdi_shares(groups, sector_firms, all_firms=1000, active_firms=20)
    assert shares["group_id"].to_list() == ["s", "r", "n"]
    assert shares["national_rdi_share"].to_list() == [0.1, 0.02, 0.02]


QUOTIENT_ROWS: Sequence[tuple[object, ...]] = [
    # group, scheme, sector, LQ, low, high, q
    ("g", "sic", "Software and IT", 0.8, 0.5, 1.2, 0.9),
    ("g", "sic", "Healthcare", 3.0, 2.0, 4.0, 0.01),
    ("g", "rtic", "Photonics", 9.0, 0.1, 20.0, 0.2),
    ("g", "rtic", "MedTech", 2.0, 1.5, 2.5, 0.001),
]


def specialised(
    algorithm: str = "hdbscan", rows: Sequence[tuple[object, ...]] = QUOTIENT_ROWS, **group: Any
) -> dict[str, object]:
    usual = {
        "group_id": "g",
        "approach": "spatial",
        "scheme": "sic",
        "sector": "Software and IT",
        "relative_density": None,
        "scan_q_value": None,
    }
    types = {"relative_density": pl.Float64, "scan_q_value": pl.Float64, "scheme": pl.String, "sector": pl.String}
    groups = pl.DataFrame({name: [value] for name, value in {**usual, **group}.items()}, schema_overrides=types)
    quotients = pl.DataFrame(
        rows,
        schema={
            "group_id": pl.String,
            "scheme": pl.String,
            "sector": pl.String,
            "location_quotient": pl.Float64,
            "location_quotient_low": pl.Float64,
            "location_quotient_high": pl.Float64,
            "q_value": pl.Float64,
        },
        orient="row",
    )
    return decide_specialised(groups, quotients, algorithm, lq_alpha=0.05, scan_alpha=0.05).row(0, named=True)


def test_a_group_within_one_sector_is_specialised_by_construction() -> None:
    seen = specialised()
    assert seen["is_specialised"] is True
    assert (seen["tested_quotient"], seen["location_quotient"], seen["specialised_q_value"]) == (0.8, 0.8, 0.9)
    assert (seen["location_quotient_low"], seen["location_quotient_high"]) == (0.5, 1.2)
    assert seen["specialised_sectors"] is None


@pytest.mark.parametrize(
    ("density", "q_value", "is_specialised"), [(2.5, 0.05, True), (2.5, 0.0501, False), (1.0, 0.001, False)]
)
def test_in_the_scan_it_is_a_test_passed(density: float, q_value: float, is_specialised: bool) -> None:
    seen = specialised("scan", relative_density=density, scan_q_value=q_value)
    assert seen["is_specialised"] is is_specialised
    assert (seen["tested_quotient"], seen["specialised_q_value"], seen["location_quotient"]) == (density, q_value, 0.8)


@pytest.mark.parametrize("algorithm", ["hdbscan", "dbscan", "scan"])
@pytest.mark.parametrize(
    "group", [{"scheme": "rdi", "sector": "All RD&I-active"}, {"approach": "network", "scheme": None, "sector": None}]
)
def test_found_over_all_sectors_some_sector_must_pass(algorithm: str, group: dict[str, Any]) -> None:
    seen = specialised(algorithm, relative_density=4.0, scan_q_value=0.001, **group)
    assert seen["is_specialised"] is True
    assert seen["tested_quotient"] == seen["location_quotient"] == 3.0, "9.0 is larger but did not pass"
    assert seen["specialised_q_value"] == 0.01
    assert seen["specialised_sectors"] == "Healthcare; MedTech"


def test_no_sector_passes() -> None:
    failing = [("g", "sic", "Healthcare", 1.0, 0.9, 1.1, 0.001), ("g", "sic", "Mining", 2.0, 0.1, 9.0, 0.05)]
    seen = specialised(rows=failing, scheme="rdi", sector="All RD&I-active")
    assert seen["is_specialised"] is False, "LQ must be above 1, and q below the level"
    assert seen["tested_quotient"] == 2.0
    assert seen["specialised_sectors"] is None


def test_without_any_quotient_a_community_is_not_specialised() -> None:
    seen = specialised(rows=[], approach="network", scheme=None, sector=None)
    assert seen["is_specialised"] is False
    assert seen["tested_quotient"] is None
