"""The picture of the criteria: clusters of each type near each threshold, counted by hand."""

from __future__ import annotations

from assets.trust.criteria import criteria
from assets.trust.criteria_pictures import near_by_type
from assets.warehouse.database import Warehouse
from tests.support import fill, make
from tests.trust.test_stability import CANDIDATE, HERE, METHOD

GROUP = {
    **HERE,
    **CANDIDATE,
    "scheme": "sic",
    "sector": "Health",
    "firms": 40,
    "is_located": True,
    "rdi_active_firms": 8,
    "rdi_active_share": 0.21,
    "rdi_min_firms": 10,
    "colocated_min_firms": 10,
    "cluster_type": "Specialised",
}
JOINT = {"joint_projects": 9, "joint_pairs": 6, "collaboration_p_value": 0.01, "is_internally_collaborative": True}


def test_clusters_near_a_threshold_are_counted_by_type(warehouse: Warehouse) -> None:
    """Two clusters whose share is near, one of them a community too; one that is far from all; a group that is none."""
    community = {**GROUP, "approach": "network", "scheme": None, "sector": None, "group_id": "network-1", **JOINT}
    fill(
        warehouse,
        "typology.candidates",
        [
            {**GROUP, "group_id": "spatial-1", "cluster_id": "one"},
            {**GROUP, "group_id": "spatial-2", "cluster_id": "both", "merged_with": "network-1"},
            {
                **community,
                "cluster_id": "both",
                "rdi_active_share": 0.9,
                "colocated_firms": 20,
                "merged_with": "spatial-2",
                "unpublished_reason": "merged with spatial-2",
                "cluster_type": "R&D Collaborating",
            },
            {**GROUP, "group_id": "spatial-3", "cluster_id": "far", "rdi_active_share": 0.9},
            {**GROUP, "group_id": "spatial-4", "rdi_active_share": 0.19, "unpublished_reason": "not RD&I-active"},
        ],
    )
    result = make(warehouse, criteria, METHOD)
    assert result.reports[METHOD.name].pictures["near a threshold"].startswith(b"\x89PNG")
    near, clusters = near_by_type(
        *(warehouse.read(f"from {table}") for table in ("trust.criteria", "typology.candidates"))
    )
    assert clusters == {"Diverse": 0, "Specialised": 2, "R&D Collaborating": 1, "Dispersed": 0}
    share = near.filter(figure_name="rdi_active_share").row(0, named=True)
    assert (share["Specialised"], share["R&D Collaborating"], share["Diverse"]) == (1, 1, 0)
    assert near.drop("criterion", "figure_name").sum().row(0) == (0, 1, 1, 0)
