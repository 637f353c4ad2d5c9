"""The plain route, last part: the network of collaborators, its communities, and joint work against chance.

What belongs here: what is done on applications and their partners. What does not: places, sectors (`plain_route`).
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import networkx as nx
import numpy as np
import polars as pl
import shapely
from numpy.typing import NDArray
from scipy import sparse
from scipy.spatial import cKDTree

from assets.method import MethodProfile
from benchmarks.comparators.plain_register import Register

METHOD = MethodProfile(name="plain")


@dataclass
class Group:
    """A spatial group or a community, and what it is tested on."""

    approach: str
    scheme: str
    sector: str
    grid: str
    organisations: list[str]
    """Distinct members."""
    firms: list[str]
    """Those that are firms."""
    outline: shapely.Geometry | None = None
    """Metres of the grid."""
    location_quotients: dict[str, float] | None = None
    specialised_in: list[str] | None = None
    joint_projects: int = 0
    joint_pairs: int = 0
    p_value: float = 1.0
    """Of so many joint projects in networks of the same degrees."""
    is_colocated: bool = True


def _applications(register: Register) -> Iterator[list[str]]:
    """The partners of each Innovate UK application of the window that is neither alone nor too large."""
    window = register.participations.filter(pl.col("is_in_window") & (pl.col("source") == "innovate_uk"))
    for _, partners in window.sort("project_id", "organisation_id").group_by("project_id", maintain_order=True):
        if 2 <= partners.height <= METHOD.graph.max_consortium:
            yield partners["organisation_id"].to_list()


def collaboration_graph(register: Register) -> nx.Graph:
    """Organisations joined by common applications, each application with Newman's weight 1 / (partners - 1)."""
    graph = nx.Graph()
    for partners in _applications(register):
        for one, other in combinations(partners, 2):
            weight = graph.get_edge_data(one, other, {"weight": 0.0})["weight"]
            graph.add_edge(one, other, weight=weight + 1 / (len(partners) - 1))
    return graph


def communities(register: Register) -> list[Group]:
    """Louvain communities with enough firms, and whether they lie together."""
    graph = collaboration_graph(register)
    firms = set(register.organisations.filter("is_firm")["organisation_id"])
    sites: dict[str, list[tuple[float, float]]] = {}
    of_network = register.sites.filter(pl.col("organisation_id").is_in(list(graph)))
    for organisation, grid, easting, northing in of_network.select(
        "organisation_id", "grid", "easting", "northing"
    ).iter_rows():
        # The grids are apart: a place of one is near no place of the other.
        sites.setdefault(organisation, []).append((easting + (1e7 if grid == "ni" else 0), northing))
    found = nx.community.louvain_communities(
        graph, resolution=METHOD.network.resolution, seed=METHOD.network.network_seed
    )
    groups = []
    for members in found:
        own = sorted(members & firms)
        if len(own) >= METHOD.network.community_min_firms:
            group = Group("network", "", "", "", sorted(members), own)
            group.is_colocated = _is_colocated(group, sites)
            groups.append(group)
    return groups


def _is_colocated(group: Group, sites: dict[str, list[tuple[float, float]]]) -> bool:
    located = [firm for firm in group.firms if firm in sites]
    places = [(place, firm) for firm in located for place in sites[firm]]
    if not places:
        return False
    tree = cKDTree([place for place, _ in places])
    centres = [place for member in group.organisations for place in sites.get(member, [])]
    around = tree.query_ball_point(centres, METHOD.network.colocation_km * 1000)
    most = max(len({places[at][1] for at in near}) for near in around)
    return most >= METHOD.network.colocated_min_firms and most >= METHOD.network.colocated_min_share * len(located)


def find_joint_work(groups: list[Group], register: Register) -> None:
    """Joint projects and pairs inside each group, and how likely so many projects are by chance."""
    applications = list(_applications(register))
    number = {name: at for at, name in enumerate(sorted({name for partners in applications for name in partners}))}
    partners_of = [[number[name] for name in partners] for partners in applications]
    members = [(number[name], at) for at, group in enumerate(groups) for name in group.organisations if name in number]
    if not members:
        return
    rows, columns = zip(*members, strict=True)
    in_group = sparse.csr_array((np.ones(len(members), dtype=int), (rows, columns)), shape=(len(number), len(groups)))
    observed = _joint_projects(partners_of, in_group)
    groups_of: dict[str, list[int]] = {}
    for at, group in enumerate(groups):
        for name in group.organisations:
            groups_of.setdefault(name, []).append(at)
    pairs: list[set[tuple[str, str]]] = [set() for _ in groups]
    for partners in applications:
        for one, other in combinations(partners, 2):
            for at in set(groups_of.get(one, ())).intersection(groups_of.get(other, ())):
                pairs[at].add((one, other))
    at_least = np.zeros(len(groups), dtype=int)
    hub = _same_degrees(partners_of, METHOD.network.network_seed)
    for draw in range(METHOD.network.collaboration_draws):
        at_least += _joint_projects(_same_degrees(hub, draw), in_group) >= observed
    for at, group in enumerate(groups):
        group.joint_projects, group.joint_pairs = int(observed[at]), len(pairs[at])
        group.p_value = (1 + at_least[at]) / (1 + METHOD.network.collaboration_draws)


def _joint_projects(partners_of: list[list[int]], in_group: sparse.csr_array) -> NDArray[np.int64]:
    """Applications with two members or more of each group."""
    rows = np.repeat(np.arange(len(partners_of)), [len(partners) for partners in partners_of])
    partners = np.concatenate(partners_of)
    incidence = sparse.csr_array(
        (np.ones(len(rows), dtype=int), (rows, partners)), shape=(len(partners_of), in_group.shape[0])
    )
    return np.asarray(((incidence @ in_group) >= 2).sum(axis=0))


def _same_degrees(partners_of: list[list[int]], seed: int) -> list[list[int]]:
    """Partners dealt anew by trades: two applications pool those that only one of them has, and draw as many again."""
    chance = random.Random(seed)
    dealt = [set(partners) for partners in partners_of]
    if len(dealt) < 2:
        return partners_of
    for _ in range(METHOD.network.null_trades_per_application * len(dealt)):
        one, other = chance.sample(range(len(dealt)), 2)
        common = dealt[one] & dealt[other]
        pool = list(dealt[one] ^ dealt[other])
        chance.shuffle(pool)
        size = len(dealt[one]) - len(common)
        dealt[one], dealt[other] = common.union(pool[:size]), common.union(pool[size:])
    return [sorted(partners) for partners in dealt]
