"""What the command `graph` writes: the month's graph of collaboration, for Gephi, networkx and their like.

What belongs here: which organisations and ties are given to whom, and the files. What does not: how the graph or its
communities are made (`assets/network`).

The open graph is made of nothing but what funders publish of funded projects: organisations that are surely no person,
their joint projects, the place that the funder gives; its communities are found in it alone, and its clusters are the
published outlines that hold the place. Who is a member of what by the register is in the confidential graph only.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import networkx
import polars as pl
import shapely

from assets.method import MethodProfile
from assets.methods.communities.consensus import consensus
from assets.methods.communities.graph import bipartite, project
from assets.text_safety import on_one_line
from assets.warehouse.inputs import asked, inputs_of
from pipelines.made_months import made_month
from pipelines.output import GraphFormat

if TYPE_CHECKING:
    from assets.months import Month
    from assets.warehouse.database import Warehouse


def collaboration_graph(
    warehouse: Warehouse, month: Month | None, method: MethodProfile, *, is_confidential: bool
) -> networkx.Graph:
    """The month's organisations, with names, places, communities and clusters, and the pairs that work together.

    `month`: the latest where None. Edges have `weight` (Newman's) and `joint_projects`. What is not known of an
    organisation is no attribute of its node. Raises ValueError where the month has no graph.
    """
    remedy = "make a month with `innovation-clusters refresh --month YYYY-MM`"
    found = made_month(warehouse, "network.edges", month, "the graph", remedy)
    parameters = {"month": found.first_day, "profile": method.name, **method.parameters()}

    def read(sql: str) -> pl.DataFrame:
        return warehouse.read(sql, **parameters)

    return _whole(read) if is_confidential else _open(read, method)


def write_graph(graph: networkx.Graph, graph_format: GraphFormat, out: Path) -> None:
    """Write the graph to a file; JSON is networkx's node-link form. Raises OSError."""
    if graph_format is GraphFormat.graphml:
        networkx.write_graphml(graph, out)
    elif graph_format is GraphFormat.gexf:
        networkx.write_gexf(graph, out)
    else:
        data = networkx.node_link_data(graph, edges="edges")
        out.write_text(json.dumps(data, ensure_ascii=False, indent=1), encoding="utf-8")


def _whole(read: Callable[[str], pl.DataFrame]) -> networkx.Graph:
    edges = read(asked("network", "ties"))
    tied = pl.concat([edges["organisation_a"], edges["organisation_b"]]).unique()
    nodes = read(asked("network", "organisations")).filter(pl.col("organisation_id").is_in(tied.implode()))
    return _graph(nodes, edges)


def _open(read: Callable[[str], pl.DataFrame], method: MethodProfile) -> networkx.Graph:
    nameable = read(inputs_of("publication", ["nameable"])["nameable"])
    taking_part = read(asked("network", "open_participations")).join(nameable, on="organisation_id", how="semi")
    together = taking_part.filter(pl.len().over("application_id") > 1)
    if together.is_empty():
        return networkx.Graph()
    graph, organisation_ids = bipartite(together)
    edges = project(graph)
    settled = consensus(edges, graph.organisations, method.network)
    nodes = (
        pl.DataFrame({"organisation_id": organisation_ids, "community": settled.labels})
        .join(nameable, on="organisation_id", how="left")
        .join(
            _with_clusters(read(asked("network", "open_places")), read(asked("network", "open_outlines"))),
            on="organisation_id",
            how="left",
        )
        # The register's own numbers are not for all to see.
        .with_columns(number=pl.format("o{}", pl.int_range(pl.len()).over(order_by=["name", "organisation_id"])))
    )
    numbers = nodes["number"]
    pairs = pl.DataFrame(
        {
            "organisation_a": numbers.gather(edges.a),
            "organisation_b": numbers.gather(edges.b),
            "weight": edges.weight,
            "joint_projects": edges.joint,
        }
    )
    return _graph(nodes.with_columns(organisation_id="number").drop("number"), pairs)


def _with_clusters(places: pl.DataFrame, outlines: pl.DataFrame) -> pl.DataFrame:
    """The places with `clusters`, the names of the outlines that hold each."""
    tree = shapely.STRtree(shapely.from_wkt(outlines["outline_wkt"].to_list()))
    points = shapely.points(places["longitude"].to_numpy(), places["latitude"].to_numpy())
    place, outline = tree.query(points, predicate="intersects")
    held = (
        pl.DataFrame(
            {"organisation_id": places["organisation_id"].gather(place), "name": outlines["name"].gather(outline)}
        )
        .unique()
        .sort("organisation_id", "name")
        .group_by("organisation_id", maintain_order=True)
        .agg(clusters=pl.col("name").str.join("; "))
    )
    return places.join(held, on="organisation_id", how="left")


def _graph(nodes: pl.DataFrame, edges: pl.DataFrame) -> networkx.Graph:
    graph = networkx.Graph()
    for row in on_one_line(nodes).rename({"name": "label"}).iter_rows(named=True):
        node = row.pop("organisation_id")
        graph.add_node(node, **{key: value for key, value in row.items() if value is not None})
    for row in edges.iter_rows(named=True):
        graph.add_edge(row.pop("organisation_a"), row.pop("organisation_b"), **row)
    return graph
