"""How well the communities of the consensus are those of a graph that is known: the LFR benchmark.

    python -m tools.lfr --graphs 5 --out docs/communities.md

Draws graphs of Lancichinetti, Fortunato and Radicchi (2008, Benchmark graphs for testing community detection
algorithms) by networkx, at mixings of 0.1 to 0.6: so much of each node's degree is to lead out of its community. Beside
the consensus of a profile stand one run of the Leiden that it is made of and networkx's Louvain, each with the seeds of
the graphs. Likeness is normalised mutual information (scikit-learn's). Writes Markdown.
"""

from __future__ import annotations

import argparse
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import networkx
import numpy as np
from sklearn.metrics import normalized_mutual_info_score

from assets.arrays import Integers
from assets.manners import begin, whole_given
from assets.method import NetworkMethod
from assets.methods.communities.consensus import consensus
from assets.methods.communities.graph import Edges
from assets.methods.communities.partitions import partitions

MIXINGS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6)
NODES = 1_000
DEGREE_EXPONENT, SIZE_EXPONENT = 2.5, 1.5
AVERAGE_DEGREE, GREATEST_DEGREE = 20, 50
LEAST_COMMUNITY, GREATEST_COMMUNITY = 20, 100
FIRST_SEED = 1
TRIES = 20
"""Seeds tried for one graph: networkx gives up some in which sizes and degrees do not come together."""

Finder = Callable[[Edges, int, int], Integers]
"""From edges, nodes and a seed to a community of each node."""


def lfr_graph(mixing: float, seed: int, nodes: int = NODES) -> tuple[Edges, Integers]:
    """A benchmark graph without loops, and the community of each node. Raises ValueError where none comes together."""
    for attempt in range(TRIES):
        try:
            graph = networkx.LFR_benchmark_graph(
                nodes,
                DEGREE_EXPONENT,
                SIZE_EXPONENT,
                mixing,
                average_degree=AVERAGE_DEGREE,
                max_degree=GREATEST_DEGREE,
                min_community=LEAST_COMMUNITY,
                max_community=GREATEST_COMMUNITY,
                max_iters=1_000,
                seed=seed + 1_000 * attempt,
            )
        except networkx.ExceededMaxIterations:
            continue
        graph.remove_edges_from(list(networkx.selfloop_edges(graph)))
        pairs = np.array(sorted((min(pair), max(pair)) for pair in graph.edges), dtype=np.int64)
        truth = np.empty(nodes, dtype=np.int64)
        for node, community in graph.nodes(data="community"):
            truth[node] = min(community)
        ones = np.ones(len(pairs))
        return Edges(pairs[:, 0], pairs[:, 1], ones, ones.astype(np.int64)), truth
    raise ValueError(f"no benchmark graph of mixing {mixing} came together in {TRIES} tries from seed {seed}")


def by_consensus(edges: Edges, nodes: int, seed: int) -> Integers:
    """The communities of the default profile."""
    return consensus(edges, nodes, NetworkMethod(network_seed=seed)).labels


def by_leiden(edges: Edges, nodes: int, seed: int) -> Integers:
    """One of the partitions that the consensus is taken over."""
    method = NetworkMethod()
    return partitions(edges, nodes, [(method.resolution, seed)], method.leiden_iterations)[0]


def by_louvain(edges: Edges, nodes: int, seed: int) -> Integers:
    """networkx's Louvain."""
    graph = networkx.Graph()
    graph.add_nodes_from(range(nodes))
    graph.add_edges_from(zip(edges.a.tolist(), edges.b.tolist(), strict=True))
    labels = np.empty(nodes, dtype=np.int64)
    for number, community in enumerate(networkx.community.louvain_communities(graph, seed=seed)):
        labels[list(community)] = number
    return labels


FINDERS: dict[str, Finder] = {
    "consensus": by_consensus,
    "Leiden, one run": by_leiden,
    "Louvain, networkx": by_louvain,
}


def likeness(mixing: float, seeds: Iterable[int], nodes: int = NODES) -> dict[str, list[float]]:
    """Normalised mutual information of each finder's communities with those of the graph, a figure a graph."""
    found = defaultdict[str, list[float]](list)
    for seed in seeds:
        edges, truth = lfr_graph(mixing, seed, nodes)
        for name, finder in FINDERS.items():
            found[name].append(float(normalized_mutual_info_score(truth, finder(edges, nodes, seed))))
    return found


def page(figures: dict[float, dict[str, list[float]]], seeds: Sequence[int], seconds: float) -> str:
    """The page as Markdown."""
    head = " | ".join(f"{name} | least" for name in FINDERS)
    lines = [
        "# Communities on graphs that are known",
        "",
        "<!-- written by `python -m tools.lfr` -->",
        "The communities of the consensus (profile `dsit-v1`) on graphs of Lancichinetti, Fortunato and Radicchi",
        f"(2008): {NODES:,} nodes of {AVERAGE_DEGREE} neighbours in the mean and {GREATEST_DEGREE} at the most,",
        f"communities of {LEAST_COMMUNITY} to {GREATEST_COMMUNITY}, exponents {DEGREE_EXPONENT} and {SIZE_EXPONENT}.",
        "Mixing is what networkx is asked for: in its graphs more of the edges than that lead out. Beside it one run of"
        " the Leiden",
        "that the consensus is taken over (graspologic's), and networkx's Louvain; the Leiden of networkx is a name",
        "for other libraries to fill, of which none is installed.",
        "",
        f"Normalised mutual information with the graph's own communities, mean and least of graphs of {len(seeds)}",
        f"seed{'s' if len(seeds) > 1 else ''} from {seeds[0]} on ({seconds:.0f} s):",
        "",
        f"| mixing | {head} |",
        "|---|" + "---|---|" * len(FINDERS),
    ]
    for mixing, by_finder in figures.items():
        cells = [f"{np.mean(values):.3f} | {min(values):.3f}" for values in by_finder.values()]
        lines.append(f"| {mixing} | {' | '.join(cells)} |")
    lines += [
        "",
        "How far the partitions of a month agree stands on each community: `network.groups.stability` is the mean over",
        "its pairs of the share of seeds in which the two are together (null where a profile finds communities by the",
        "scan). `innovation-clusters why` tells it.",
        "",
    ]
    return "\n".join(lines)


def main() -> None:
    """Measure, and write the page."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--graphs", type=whole_given, default=5, help="graphs at each mixing")
    parser.add_argument("--out", type=Path, default=Path("docs/communities.md"))
    given = parser.parse_args()
    started = time.monotonic()
    seeds = range(FIRST_SEED, FIRST_SEED + max(1, given.graphs))
    figures = {mixing: likeness(mixing, seeds) for mixing in MIXINGS}
    given.out.write_text(page(figures, seeds, time.monotonic() - started), encoding="utf-8")


if __name__ == "__main__":
    begin(main)
