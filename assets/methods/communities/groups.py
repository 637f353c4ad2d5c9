"""Communities as rows: the method of a profile applied to participations.

What belongs here: the choice between consensus and scan, and the frames of network.runs, groups and group_members.
What does not: the methods, reading and writing tables.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from assets.arrays import Floats, Integers
from assets.method import NetworkMethod
from assets.methods.communities.consensus import consensus
from assets.methods.communities.graph import NO_APPLICATIONS, Bipartite, Edges, bipartite, project
from assets.methods.communities.labels import counts, group_count, keep, members
from assets.methods.communities.partnerships import measure
from assets.methods.communities.scan import scan
from assets.work import ALL_CORES, Engine

RUNS = {
    "method": pl.String,
    "organisations": pl.Int64,
    "applications": pl.Int64,
    "edges": pl.Int64,
    "modularity": pl.Float64,
    "candidates": pl.Int64,
    "groups": pl.Int64,
    "skipped_reason": pl.String,
}
GROUPS = {
    "group_id": pl.String,
    "organisations": pl.Int64,
    "firms": pl.Int64,
    "resolution": pl.Float64,
    "partnerships": pl.Int64,
    "expected_partnerships": pl.Float64,
    "score": pl.Float64,
    "score_excess": pl.Float64,
    "score_p_value": pl.Float64,
    "stability": pl.Float64,
}
GROUP_MEMBERS = {"group_id": pl.String, "organisation_id": pl.String}


@dataclass(frozen=True)
class Communities:
    """Rows of the three tables, without month and profile; groups are numbered by descending size."""

    runs: pl.DataFrame
    groups: pl.DataFrame
    group_members: pl.DataFrame


@dataclass(frozen=True)
class _Found:
    labels: Integers
    candidates: int
    modularity: float | None
    figures: dict[str, Floats | float | None]
    """Columns of the groups that the method alone gives."""


def find_communities(
    participations: pl.DataFrame,
    firms: pl.Series,
    method: NetworkMethod,
    engine: Engine = ALL_CORES,
) -> Communities:
    """Communities of at least `community_min_firms` firms among those who took part together.

    `participations` has columns application_id and organisation_id, every application two partners or more; `firms` the
    ids of the organisations that count as firms. Other organisations are members, but not counted. The order of rows
    makes no difference. `engine`: what looks at random networks.
    """
    if participations.is_empty():
        skipped = (method.community_method, 0, 0, 0, None, 0, 0, NO_APPLICATIONS)
        return Communities(
            pl.DataFrame([skipped], schema=RUNS, orient="row"),
            pl.DataFrame(schema=GROUPS),
            pl.DataFrame(schema=GROUP_MEMBERS),
        )
    graph, organisation_ids = bipartite(participations)
    edges = project(graph)
    ids = pl.Series(organisation_ids)
    is_firm = ids.is_in(firms.unique().implode()).to_numpy()
    if method.community_method == "consensus":
        found = _by_consensus(graph, edges, is_firm, method, engine.threads)
    else:
        found = _by_scan(graph, is_firm, method, engine)
    groups, group_members = _rows(graph, ids, is_firm, found)
    run = (
        method.community_method,
        graph.organisations,
        graph.applications,
        len(edges.a),
        found.modularity,
        found.candidates,
        groups.height,
        None,
    )
    return Communities(pl.DataFrame([run], schema=RUNS, orient="row"), groups, group_members)


def _by_consensus(
    graph: Bipartite, edges: Edges, is_firm: NDArray[np.bool_], method: NetworkMethod, threads: int | None
) -> _Found:
    settled = consensus(edges, graph.organisations, method, threads)
    enough = counts(settled.labels, is_firm) >= method.community_min_firms
    figures: dict[str, Floats | float | None] = {
        "resolution": method.resolution,
        "score": None,
        "score_excess": None,
        "score_p_value": None,
        "stability": settled.stability[enough],
    }
    return _Found(keep(settled.labels, enough), group_count(settled.labels), settled.modularity, figures)


def _by_scan(graph: Bipartite, is_firm: NDArray[np.bool_], method: NetworkMethod, engine: Engine) -> _Found:
    found = scan(graph, is_firm, method, engine)
    figures: dict[str, Floats | float | None] = {
        "resolution": found.resolution,
        "score": found.measures.score,
        "score_excess": found.excess,
        "score_p_value": found.p_value,
        "stability": None,
    }
    return _Found(found.labels, found.candidates, None, figures)


def _rows(
    graph: Bipartite, ids: pl.Series, is_firm: NDArray[np.bool_], found: _Found
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Frames of the groups and of their members."""
    listed = members(found.labels)
    sizes = [len(group) for group in listed]
    group_ids = pl.Series("group_id", [f"network-{number}" for number in range(1, len(listed) + 1)], dtype=pl.String)
    measures = measure(graph, found.labels)
    groups = pl.DataFrame(
        {
            "group_id": group_ids,
            "organisations": sizes,
            "firms": counts(found.labels, is_firm),
            "partnerships": measures.inside,
            "expected_partnerships": measures.expected,
        }
    ).with_columns(
        pl.Series(name, values) if isinstance(values, np.ndarray) else pl.lit(values).alias(name)
        for name, values in found.figures.items()
    )
    organisations = np.concatenate(listed) if listed else np.empty(0, dtype=np.int64)
    of_members = pl.DataFrame(
        {"group_id": group_ids.gather(np.repeat(np.arange(len(listed)), sizes)), "organisation_id": ids[organisations]}
    )
    return groups.select(list(GROUPS)).cast(pl.Schema(GROUPS)), of_members
