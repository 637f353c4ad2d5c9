"""The step on a warehouse filled by hand: two clusters far apart, a scatter of firms, two teams of collaborators, and
what its checks refuse."""

from __future__ import annotations

import itertools

import numpy as np
import polars as pl
import pytest
import shapely

from assets.method import MethodProfile
from assets.trust.steps import STEPS
from assets.warehouse.checks import ChecksFailedError
from assets.warehouse.database import Warehouse
from assets.warehouse.steps import Step
from tests.methods.towns import disc
from tests.support import MONTH, fill, fill_frame, make

PROFILE = "test"
HERE = {"month": MONTH.first_day, "profile": PROFILE}
METHOD = MethodProfile.model_validate(
    {"name": PROFILE, "spatial": {"algorithm": "dbscan"}, "trust": {"bootstrap_draws": 10}}
)
LEEDS, BRISTOL = np.array([430_158.0, 433_641.0]), np.array([359_253.0, 173_083.0])
CLUSTER_OF = {"spatial-leeds": "leeds", "spatial-bristol": "bristol", "network-1": "net"}
RUN = {"scheme": "sic", "sector": "Health", "grid": "gb"}
CANDIDATE = {
    "approach": "spatial",
    "min_firms": 10,
    "rdi_active_firms": 20,
    "rdi_active_share": 1.0,
    "rdi_min_share": 0.2,
    "national_rdi_share": 0.1,
    "rdi_p_value": 0.0,
    "rdi_alpha": 0.05,
    "is_rdi_active": True,
    "colocated_share": 1.0,
    "colocated_min_share": 0.5,
    "is_colocated": True,
    "specialised_alpha": 0.05,
    "is_specialised": True,
    "joint_projects": 0,
    "min_joint_projects": 3,
    "joint_pairs": 0,
    "min_joint_pairs": 2,
    "collaboration_p_value": 1.0,
    "collaboration_alpha": 0.05,
    "is_internally_collaborative": False,
}


def step_named(name: str) -> Step:
    (found,) = [step for step in STEPS if step.name == name]
    return found


@pytest.fixture
def filled(warehouse: Warehouse) -> Warehouse:
    """Forty firms in Leeds, of which the last has two sites, thirty in Bristol, and thirty in no group."""
    random = np.random.default_rng(1)
    scattered = random.uniform(200_000, 300_000, (30, 2)).round()
    at = np.vstack([disc(random, LEEDS, 600, 41), disc(random, BRISTOL, 600, 30), scattered])
    firms = [*(f"L{number:02}" for number in range(40)), "L39", *(f"B{number:02}" for number in range(60))]
    clusters = ["leeds"] * 41 + ["bristol"] * 30 + [None] * 30
    points = pl.DataFrame(
        {
            "month": MONTH.first_day,
            **{name: RUN[name] for name in ("scheme", "sector")},
            "organisation_id": firms,
            "site_id": [f"S{number:03}" for number in range(len(at))],
            "grid": "gb",
            "easting": at[:, 0],
            "northing": at[:, 1],
            "is_firm": True,
            "is_rdi_active": True,
        }
    )
    fill_frame(warehouse, "spatial.points", points)
    members = [
        {**HERE, "group_id": f"spatial-{cluster}", "organisation_id": firm, "site_id": f"S{number:03}"}
        for number, (cluster, firm) in enumerate(zip(clusters, firms, strict=True))
        if cluster
    ]
    fill(warehouse, "spatial.group_members", members)
    sizes = {"leeds": 40, "bristol": 30}
    group = {**HERE, **RUN}
    fill(
        warehouse,
        "spatial.groups",
        [{**group, "group_id": f"spatial-{name}", "points": size, "firms": size} for name, size in sizes.items()],
    )
    run = {"algorithm": "dbscan", "min_cluster_size": 10, "min_samples": 10, "epsilon_m": 1_500.0}
    counts = {"points": 101, "groups": 2, "groups_found": 2, "noise_points": 30, "points_fingerprint": "0"}
    fill(warehouse, "spatial.runs", [{**group, **run, **counts}])
    candidate = {**HERE, **CANDIDATE, "scheme": "sic", "sector": "Health"}
    published = [
        {**candidate, "group_id": f"spatial-{name}", "cluster_id": name, "firms": size} for name, size in sizes.items()
    ]
    # A group that was not published is not looked for.
    unpublished = {**candidate, "group_id": "spatial-none", "firms": 10, "unpublished_reason": "not RD&I-active"}
    network = {**candidate, "approach": "network", "group_id": "network-1", "cluster_id": "net", "firms": 24}
    fill(warehouse, "typology.candidates", [*published, unpublished, network])
    members += collaborators(warehouse)
    fill(
        warehouse,
        "typology.cluster_members",
        [
            {
                **HERE,
                "cluster_id": CLUSTER_OF[member["group_id"]],
                "organisation_id": member["organisation_id"],
                "site_id": member.get("site_id"),
                "is_firm": True,
            }
            for member in members
        ],
    )
    return warehouse


def collaborators(warehouse: Warehouse) -> list[dict[str, object]]:
    """Two teams of 24 firms of which every two have an application; the members of the one that is a cluster."""
    teams = [[f"{team}{number:02}" for number in range(24)] for team in "NM"]
    pairs = [pair for team in teams for pair in itertools.combinations(team, 2)]
    fill(
        warehouse,
        "network.participations",
        [
            {"application_id": f"{one}-{other}", "organisation_id": partner, "partners": 2}
            for one, other in pairs
            for partner in (one, other)
        ],
    )
    firm = {"organisation_type": "business", "is_firm": True}
    fill(
        warehouse,
        "organisations.organisations",
        [{**firm, "organisation_id": name, "name": name} for team in teams for name in team],
    )
    members: list[dict[str, object]] = [{**HERE, "group_id": "network-1", "organisation_id": name} for name in teams[0]]
    fill(warehouse, "network.group_members", members)
    return members


def test_clusters_far_apart_are_robust_and_all_is_told(filled: Warehouse) -> None:
    result = make(filled, step_named("stability"), METHOD)
    found = filled.read("from trust.stability order by cluster_id").to_dicts()
    assert [(row["cluster_id"], row["draws"], row["mean_jaccard"], row["low_jaccard"]) for row in found] == [
        ("bristol", 10, 1.0, 1.0),
        ("leeds", 10, 1.0, 1.0),
        ("net", 10, 1.0, 1.0),
    ]
    assert {row["word"] for row in found} == {"robust"}
    assert all(0.5 < row["drawn_share"] < 0.75 for row in found)
    members = filled.read(
        "select cluster_id, count(*) as n, min(share_inside) as least from trust.member_stability "
        "group by all order by all"
    ).rows()
    assert members == [("bristol", 30, 1.0), ("leeds", 40, 1.0), ("net", 24, 1.0)]
    outlines = filled.read("from trust.stable_outlines order by cluster_id, share")
    assert outlines.select("cluster_id", "share", "members").rows() == [
        ("bristol", 0.5, 30),
        ("bristol", 0.9, 30),
        ("leeds", 0.5, 40),
        ("leeds", 0.9, 40),
    ]
    assert shapely.from_wkt(outlines["outline_wkt"][3]).contains(shapely.Point(-1.5436, 53.7975))
    swept = filled.read(
        "select parameter, setting, min(jaccard) as least from trust.parameter_sweep group by all order by all"
    )
    assert swept.select("parameter", "setting").rows() == [
        ("dbscan_min_samples", "20"),
        ("dbscan_min_samples", "5"),
        ("dbscan_radius_m", "3000"),
        ("dbscan_radius_m", "750"),
    ]
    assert set(swept["least"]) == {1.0}
    report = result.reports[PROFILE]
    assert report.figures["clusters by word"] == {"robust": 3, "fair": 0, "fragile": 0}
    assert all(report.pictures[name].startswith(b"\x89PNG") for name in ("stability", "map"))


def test_limits_are_the_profiles_and_a_month_without_clusters_has_no_rows(filled: Warehouse) -> None:
    strict = METHOD.model_copy(
        update={"trust": METHOD.trust.model_copy(update={"stability_fragile": 1.0, "stability_robust": 1.0})}
    )
    make(filled, step_named("stability"), strict)
    assert set(filled.read("from trust.stability")["word"]) == {"robust"}
    fill(filled, "typology.candidates", [])
    make(filled, step_named("stability"), METHOD)
    for table in ("stability", "member_stability", "stable_outlines", "parameter_sweep"):
        assert filled.read(f"from trust.{table}").is_empty()


def test_members_that_the_cluster_has_not_are_refused(filled: Warehouse) -> None:
    fill(filled, "typology.cluster_members", [])
    with pytest.raises(ChecksFailedError, match="members_are_those_of_the_cluster"):
        make(filled, step_named("stability"), METHOD)
