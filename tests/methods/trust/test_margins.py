"""Margins by hand, and that what is near is what the rules say of moved thresholds."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from assets.methods.trust.margins import NO_CLUSTER, criteria_margins

USUAL = {
    "group_id": "spatial-1",
    "cluster_id": None,
    "approach": "spatial",
    "scheme": "sic",
    "sector": "Healthcare",
    "firms": 20,
    "min_firms": 10,
    "rdi_active_firms": 8,
    "rdi_active_share": 0.4,
    "rdi_min_share": 0.2,
    "rdi_min_firms": 10,
    "national_rdi_share": 0.1,
    "rdi_p_value": 0.001,
    "rdi_alpha": 0.05,
    "colocated_share": 1.0,
    "colocated_min_share": 0.5,
    "colocated_firms": None,
    "colocated_min_firms": 10,
    "location_quotient": 2.0,
    "deciding_q_value": 0.01,
    "specialised_alpha": 0.05,
    "joint_projects": 0,
    "min_joint_projects": 3,
    "joint_pairs": 0,
    "min_joint_pairs": 2,
    "collaboration_p_value": 1.0,
    "collaboration_alpha": 0.05,
    "is_located": True,
    "merged_with": None,
}
KINDS = {"cluster_id": pl.String, "merged_with": pl.String, "colocated_firms": pl.Int64, "scheme": pl.String}
COMMUNITY = {
    "group_id": "network-1",
    "approach": "network",
    "scheme": None,
    "colocated_share": 0.9,
    "colocated_firms": 18,
    "joint_projects": 9,
    "joint_pairs": 6,
    "collaboration_p_value": 0.01,
}


def margins(*groups: dict[str, Any], algorithm: str = "hdbscan") -> pl.DataFrame:
    frame = pl.DataFrame([{**USUAL, **group} for group in groups], schema_overrides=KINDS)
    return criteria_margins(frame, algorithm, 0.1)


def figure(name: str, *groups: dict[str, Any], algorithm: str = "hdbscan", of: int = 0) -> dict[str, Any]:
    group_id = {**USUAL, **groups[of]}["group_id"]
    found = margins(*groups, algorithm=algorithm).filter(group_id=group_id, figure_name=name)
    return found.row(0, named=True)


@pytest.mark.parametrize(
    ("active", "margin", "is_met", "is_near", "flipped"),
    [
        (4, 0.0, True, True, NO_CLUSTER),
        (5, 0.25, True, False, NO_CLUSTER),
        (3, -0.25, False, False, "Specialised"),
        (8, 1.0, True, False, NO_CLUSTER),
    ],
)
def test_the_share_beside_its_threshold(active: int, margin: float, is_met: bool, is_near: bool, flipped: str) -> None:
    row = figure("rdi_active_share", {"rdi_active_firms": active, "rdi_active_share": active / 20})
    assert (row["margin"], row["is_met"], row["is_near"], row["type_if_flipped"]) == (
        pytest.approx(margin),
        is_met,
        is_near,
        flipped,
    )


def test_a_share_that_the_other_way_stands_in_for_decides_nothing() -> None:
    """Ten active firms beyond chance are enough however small their share is."""
    other_way = {"firms": 55, "rdi_active_firms": 11, "rdi_active_share": 0.2}
    assert figure("rdi_active_share", other_way)["type_if_flipped"] == "Specialised"
    assert figure("rdi_active_share", other_way)["is_near"] is False
    by_count_alone = {"firms": 100, "rdi_active_firms": 10, "rdi_active_share": 0.1}
    assert figure("rdi_active_firms", by_count_alone)["is_near"] is True
    assert figure("rdi_active_firms", by_count_alone)["type_if_flipped"] == NO_CLUSTER
    assert figure("rdi_p_value", by_count_alone)["margin"] == pytest.approx(0.98)


def test_what_holds_by_construction_has_no_threshold() -> None:
    by_density = margins({})
    assert by_density["figure_name"].to_list() == [
        "firms",
        "rdi_active_share",
        "rdi_active_firms",
        "rdi_p_value",
        "colocated_share",
        "location_quotient",
        "joint_projects",
        "joint_pairs",
        "collaboration_p_value",
    ]
    held = by_density.filter(pl.col("criterion").is_in(["colocated", "specialised"]))
    assert held.select("threshold", "margin", "type_if_flipped").null_count().row(0) == (2, 2, 2)
    assert held["is_met"].to_list() == held["is_criterion_met"].to_list() == [True, True]
    assert not held["is_near"].any()


def test_in_the_scan_the_level_is_inclusive_and_the_density_strict() -> None:
    at_level = figure("deciding_q_value", {"deciding_q_value": 0.05}, algorithm="scan")
    assert (at_level["is_met"], at_level["is_near"], at_level["type_if_flipped"]) == (True, True, "Diverse")
    beyond = figure("deciding_q_value", {"deciding_q_value": 0.06}, algorithm="scan")
    assert (beyond["is_met"], beyond["is_near"], beyond["type_if_flipped"]) == (False, False, "Specialised")
    as_dense = figure("location_quotient", {"location_quotient": 1.0}, algorithm="scan")
    assert (as_dense["is_met"], as_dense["is_near"], as_dense["type_if_flipped"]) == (False, True, "Specialised")


def test_over_all_sectors_the_level_is_strict() -> None:
    row = figure("deciding_q_value", {"scheme": "rdi", "deciding_q_value": 0.05})
    assert (row["is_met"], row["is_criterion_met"], row["is_near"]) == (False, False, True)
    assert row["type_if_flipped"] == "Specialised"


def test_a_community_by_its_place_and_its_joint_work() -> None:
    place = figure("colocated_share", {**COMMUNITY, "colocated_share": 0.52})
    assert (place["is_met"], place["is_near"], place["type_if_flipped"]) == (True, True, "Dispersed")
    far = figure("colocated_firms", {**COMMUNITY, "colocated_firms": 6})
    assert (far["is_met"], far["is_near"], far["type_if_flipped"]) == (False, False, "R&D Collaborating")
    work = figure("collaboration_p_value", {**COMMUNITY, "collaboration_p_value": 0.046})
    assert (work["margin"], work["is_near"], work["type_if_flipped"]) == (pytest.approx(0.08), True, NO_CLUSTER)


def test_two_groups_of_one_cluster_have_its_type() -> None:
    both = (
        {"cluster_id": "IC-1", "merged_with": "network-1", "rdi_active_share": 0.21},
        {**COMMUNITY, "cluster_id": "IC-1", "merged_with": "spatial-1", "collaboration_p_value": 0.046},
    )
    # Its own joint work decides nothing as long as the community is one, and the community alone decides the type.
    assert figure("joint_projects", *both)["type_if_flipped"] == "R&D Collaborating"
    assert figure("rdi_active_share", *both)["is_near"] is True
    assert figure("rdi_active_share", *both)["type_if_flipped"] == NO_CLUSTER
    community = figure("collaboration_p_value", *both, of=1)
    assert (community["is_near"], community["type_if_flipped"]) == (True, "Specialised")
    assert figure("colocated_share", *both, of=1)["type_if_flipped"] == "R&D Collaborating"


def test_too_few_firms_and_nowhere() -> None:
    small = figure("firms", {"firms": 10})
    assert (small["is_near"], small["type_if_flipped"]) == (True, NO_CLUSTER)
    nowhere = margins({**COMMUNITY, "is_located": False})
    assert set(nowhere["type_if_flipped"]) == {NO_CLUSTER} and not nowhere["is_near"].any()


def test_no_groups() -> None:
    frame = pl.DataFrame([USUAL], schema_overrides=KINDS)
    assert criteria_margins(frame.clear(), "hdbscan", 0.1).height == 0
