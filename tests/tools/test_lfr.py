"""The LFR benchmark in short: one mixing, small graphs."""

from __future__ import annotations

import numpy as np

from tools.lfr import FINDERS, lfr_graph, likeness, page


def test_the_consensus_finds_the_communities_of_a_known_graph() -> None:
    found = likeness(0.3, (1, 2), nodes=300)
    assert min(found["consensus"]) > 0.95
    assert np.mean(found["consensus"]) > np.mean(found["Louvain, networkx"]) - 0.02
    row = page({0.3: found}, (1, 2), 1.0).splitlines()
    assert next(line for line in row if line.startswith("| 0.3 |")).count("|") == 2 + 2 * len(FINDERS)


def test_a_graph_of_more_mixing_has_more_edges_that_lead_out() -> None:
    leading_out = []
    for mixing in (0.1, 0.5):
        edges, truth = lfr_graph(mixing, 1, nodes=300)
        assert (edges.a < edges.b).all() and len(np.unique(truth)) > 3
        leading_out.append(np.mean(truth[edges.a] != truth[edges.b]))
    assert 0.1 <= leading_out[0] < leading_out[1]
