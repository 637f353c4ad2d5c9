"""What a person sees of the criteria: how many clusters of each type are near which threshold.

What belongs here: counts and their picture. What does not: what is near (`assets.methods.trust.margins`).
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from assets.methods.trust.margins import HELD, NAMES
from assets.methods.typology.types import CLUSTER_TYPES
from assets.trust.matrix import matrix_png
from assets.trust.words import CRITERIA, FIGURES

COLLABORATING = "R&D Collaborating"
"""The type of a cluster that is a spatial group and a community."""


def near_by_type(criteria: pl.DataFrame, candidates: pl.DataFrame) -> tuple[pl.DataFrame, Mapping[str, int]]:
    """Clusters near each threshold by type, and clusters of each type.

    `criteria`: the columns of `trust.criteria`; `candidates`: those of `typology.candidates`. The first has criterion,
    figure_name and a column a type, a row for each threshold in the order in which they are told.
    """
    types = candidates.filter(pl.col("cluster_id").is_not_null(), pl.col("unpublished_reason").is_null()).select(
        "cluster_id",
        kind=pl.when(pl.col("merged_with").is_null()).then("cluster_type").otherwise(pl.lit(COLLABORATING)),
    )
    near = criteria.filter("is_near").join(types, on="cluster_id").unique(["cluster_id", "criterion", "figure_name"])
    counts = {
        (row[0], row[1], row[2]): row[3] for row in near.group_by("criterion", "figure_name", "kind").len().rows()
    }
    rows = [
        {
            "criterion": held.criterion,
            "figure_name": (name := NAMES.get(held.figure, held.figure)),
            **{kind: counts.get((held.criterion, name, kind), 0) for kind in CLUSTER_TYPES},
        }
        for held in HELD
    ]
    of_type = dict(types.group_by("kind").len().iter_rows())
    return pl.DataFrame(rows), {kind: of_type.get(kind, 0) for kind in CLUSTER_TYPES}


def near_png(near: pl.DataFrame, clusters: Mapping[str, int]) -> bytes:
    """The matrix of `near_by_type`, coloured by the share of the type's clusters."""
    import numpy as np

    counts = near.select(CLUSTER_TYPES).to_numpy().astype(np.float64)
    shares = counts / np.maximum([clusters[kind] for kind in CLUSTER_TYPES], 1)
    words = [[f"{int(count)}" if count else "" for count in row] for row in counts]
    rows = [f"{CRITERIA[criterion]}: {FIGURES[figure]}" for criterion, figure in near.select(near.columns[:2]).rows()]
    columns = [f"{kind}\n({clusters[kind]})" for kind in CLUSTER_TYPES]
    return matrix_png(shares, words, rows, columns, "clusters near each threshold, by type")
