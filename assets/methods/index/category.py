"""One category of the Index from its items to its clusters, in one call.

What belongs here: the order in which the parts of the method are called. What does not: any of the parts, reading and
writing (clusters).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from assets.method import IndexMethod
from assets.methods.identity.index_clusters import carried_share, identify
from assets.methods.index.clustering import NONE, Found, choose_start, find_by_hdbscan, find_by_kmeans
from assets.methods.index.description import describe
from assets.methods.index.links import draw_together, linked_pairs


@dataclass(frozen=True)
class Before:
    """What a category starts from."""

    given: pl.DataFrame
    """`label`, `latitude`, `longitude`: centres of the month's drop."""
    clusters: pl.DataFrame
    """`cluster_id`, `items`, `latitude`, `longitude` of the latest earlier month."""
    points: pl.DataFrame
    """`item_id`, `cluster_id`, `latitude`, `longitude` of that month."""
    is_same_drop: bool
    """Whether that month used the drop of centres that this month uses."""


@dataclass(frozen=True)
class Clustered:
    """What became of a category."""

    run: Mapping[str, Any]
    """The row of innovation_index.runs."""
    clusters: pl.DataFrame | None
    """The rows of innovation_index.clusters; None without any, like the points."""
    points: pl.DataFrame | None
    """The rows of innovation_index.activity_points."""


@dataclass(frozen=True)
class Asked:
    """Which category, and what a profile asks of it."""

    category: str
    code: str
    """How identifiers name it."""
    wanted: int
    """K of the profile; where centres are given their number is K."""
    seed: int


def cluster_category(
    asked: Asked,
    items: pl.DataFrame,
    before: Before,
    works: pl.DataFrame,
    most_partners: int,
    towns: pl.DataFrame,
    method: IndexMethod,
    month: date,
) -> Clustered:
    """Cluster the items of a category and say what the clusters are.

    `items`: `item_id`, `kind`, `latitude`, `longitude`, by item. `works` and `most_partners` as for `linked_pairs`,
    read where `link_weight` is above 0. `towns` as for `name_clusters`.
    """
    run: dict[str, Any] = {
        "category": asked.category,
        "algorithm": method.index_algorithm,
        "start": NONE,
        "items": items.height,
        "clusters": 0,
        "iterations": 0,
        "inertia": None,
        "best_random_inertia": None,
        "stability": None,
        "carried_share": None,
        "note": "no item",
    }
    if items.is_empty():
        return Clustered(run, None, None)
    positions: NDArray[np.float64] = items.select("latitude", "longitude").to_numpy()
    if method.link_weight > 0:
        pairs = linked_pairs(items["item_id"], works, most_partners)
        positions = draw_together(positions, *pairs, method.link_weight)
    found = _find(positions, before, before.given.height or asked.wanted, method, asked.seed)
    share = method.index_identity_min_share
    of_label = identify(found.labels, found.cluster_ids, items["item_id"], asked.code, month, before.points, share)
    labelled = items.with_columns(
        pl.lit(asked.category).alias("category"),
        cluster_id=pl.Series(found.labels).replace_strict(of_label, default=None, return_dtype=pl.String),
    )
    members = labelled.drop_nulls("cluster_id")
    run |= {
        "start": found.start,
        "clusters": len(of_label),
        "iterations": found.iterations,
        "inertia": found.inertia,
        "best_random_inertia": found.best_random_inertia,
        "stability": found.stability,
        "carried_share": carried_share(labelled, before.points),
        "note": found.note,
    }
    if members.is_empty():
        return Clustered(run, None, None)
    return Clustered(run, describe(members, items.height, towns, method.index_buffer_m), members)


def _find(positions: NDArray[np.float64], before: Before, wanted: int, method: IndexMethod, seed: int) -> Found:
    if method.index_algorithm == "hdbscan":
        return find_by_hdbscan(positions, method)
    start = choose_start(before.given, before.clusters, before.is_same_drop, wanted)
    return find_by_kmeans(positions, start, wanted, method, seed)
