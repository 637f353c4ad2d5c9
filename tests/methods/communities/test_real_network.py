"""The real Welsh network of co-funded organisations; Louvain is on record with a modularity of 0.466 for it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from assets.method import NetworkMethod
from assets.methods.communities.consensus import consensus
from assets.methods.communities.graph import Edges
from assets.methods.communities.groups import find_communities
from assets.methods.communities.partitions import modularity, partitions

FILE = Path("arloesiadur_wales_gtr_meetup") / "research_3_network__19_5_2017_revised_edge_list.csv"


@pytest.fixture(scope="module")
def collaborations(shared_data: Path) -> pl.DataFrame:
    """Pairs of organisations, each once, and the number of their collaborations."""
    if not (shared_data / FILE).is_file():
        pytest.skip(f"no {FILE}")
    listed = pl.read_csv(shared_data / FILE).filter(pl.col("n1") != pl.col("n2"))
    return (
        listed.select(
            pl.min_horizontal("n1", "n2").alias("one"), pl.max_horizontal("n1", "n2").alias("other"), "weight"
        )
        .group_by("one", "other")
        .agg(pl.col("weight").sum())
        .sort("one", "other")
    )


def test_modularity_is_the_published_one(collaborations: pl.DataFrame) -> None:
    ids = pl.concat([collaborations["one"], collaborations["other"]]).unique().sort()
    a, b = (ids.search_sorted(collaborations[end]).to_numpy().astype(np.int64) for end in ("one", "other"))
    edges = Edges(a, b, collaborations["weight"].cast(pl.Float64).to_numpy(), np.ones(len(a), dtype=np.int64))
    best = max(modularity(edges, labels, 1.0) for labels in partitions(edges, len(ids), [(1.0, 1), (1.0, 2)], 3))
    settled = consensus(edges, len(ids), NetworkMethod(network_seed=1))
    assert best == pytest.approx(0.466, abs=0.02)
    assert settled.modularity == pytest.approx(0.466, abs=0.04)


@pytest.mark.parametrize("community_method", ["consensus", "scan"])
def test_communities_of_the_network_taken_as_applications_of_two(
    collaborations: pl.DataFrame, community_method: str
) -> None:
    pairs = collaborations.with_row_index("pair").select(
        pl.col("pair"), pl.concat_list("one", "other").alias("organisation_id"), pl.int_ranges("weight").alias("joint")
    )
    rows = pairs.explode("joint").explode("organisation_id")
    participations = rows.select(pl.format("{}-{}", "pair", "joint").alias("application_id"), "organisation_id")
    method = NetworkMethod.model_validate({"community_method": community_method})
    found = find_communities(participations, participations["organisation_id"], method)
    assert found.runs["organisations"].item() == 177
    assert (found.groups["firms"] >= method.community_min_firms).all()
    assert found.groups.height >= 1
    assert found.group_members["organisation_id"].is_unique().all()
