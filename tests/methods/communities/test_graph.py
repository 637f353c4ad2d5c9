from __future__ import annotations

import networkx as nx
import numpy as np
import polars as pl
import pytest

from assets.methods.communities.graph import bipartite, project
from tests.methods.communities.networks import participations, random_network


def as_networkx(rows: pl.DataFrame) -> tuple[nx.Graph, list[str]]:
    graph = nx.Graph()
    graph.add_edges_from(rows.iter_rows())
    return graph, rows["organisation_id"].unique().sort().to_list()


@pytest.mark.parametrize("seed", range(5))
def test_projection_has_newmans_weights_and_joint_counts(seed: int) -> None:
    rows = participations(random_network(40, 60, seed))
    graph, ids = bipartite(rows)
    edges = project(graph)
    both, organisations = as_networkx(rows)
    assert ids == organisations
    weights = nx.bipartite.collaboration_weighted_projected_graph(both, organisations)
    joint = nx.bipartite.weighted_projected_graph(both, organisations)
    pairs = list(zip([ids[a] for a in edges.a], [ids[b] for b in edges.b], strict=True))
    assert pairs == sorted({(min(a, b), max(a, b)) for a, b in weights.edges})
    np.testing.assert_allclose(edges.weight, [weights.edges[pair]["weight"] for pair in pairs])
    assert edges.joint.tolist() == [joint.edges[pair]["weight"] for pair in pairs]


def test_row_order_and_repeated_rows_make_no_difference() -> None:
    rows = participations(random_network(30, 40, 7))
    graph, ids = bipartite(rows)
    mixed, mixed_ids = bipartite(pl.concat([rows.sample(fraction=1, shuffle=True, seed=1), rows.head(10)]))
    assert ids == mixed_ids
    assert graph.starts.tolist() == mixed.starts.tolist()
    assert graph.partners.tolist() == mixed.partners.tolist()


def test_application_with_one_partner_is_refused() -> None:
    rows = pl.DataFrame({"application_id": ["A1", "A1", "A2"], "organisation_id": ["x", "y", "x"]})
    with pytest.raises(ValueError, match="'A2' has one partner"):
        bipartite(rows)
