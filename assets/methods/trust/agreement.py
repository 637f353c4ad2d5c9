"""How far methods agree on the same points: which are in a group at all, and which are in one together.

What belongs here: figures of two labellings, and what several say of each point. What does not: where the labellings
come from (`methods`).
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations

import numpy as np
import polars as pl

from assets.arrays import Integers
from assets.methods.density.places import NOISE

PAIRS = {
    "method": pl.String,
    "other_method": pl.String,
    "points": pl.Int64,
    "groups": pl.Int64,
    "other_groups": pl.Int64,
    "adjusted_mutual_information": pl.Float64,
    "grouped_jaccard": pl.Float64,
}


def pairs_of(labels: Mapping[str, Integers]) -> pl.DataFrame:
    """The agreement of each two methods on the same points; the columns PAIRS, in the order of the methods given.

    `labels`: of each method a label for each point, shape (points,), NOISE in no group.
    """
    rows = [
        {
            "method": method,
            "other_method": other,
            "points": len(labels[method]),
            "groups": _groups(labels[method]),
            "other_groups": _groups(labels[other]),
            "adjusted_mutual_information": adjusted_mutual_information(labels[method], labels[other]),
            "grouped_jaccard": grouped_jaccard(labels[method], labels[other]),
        }
        for method, other in combinations(labels, 2)
    ]
    return pl.DataFrame(rows, schema=PAIRS)


def adjusted_mutual_information(one: Integers, other: Integers) -> float | None:
    """Mutual information of two labellings beyond that of chance, over its most (Vinh, Epps and Bailey 2010).

    1 for the same groups whatever their numbers, about 0 for groups that have no more in common than chance gives;
    below 0 where they have less. The points in no group have one label together: that both leave a point out is
    agreement too. None where either finds no group.
    """
    from sklearn.metrics import adjusted_mutual_info_score

    if not (_groups(one) and _groups(other)):
        return None
    return float(adjusted_mutual_info_score(one, other))


def grouped_jaccard(one: Integers, other: Integers) -> float | None:
    """Of the points in a group of either method the share in a group of both, whichever group it is.

    None where neither finds a group.
    """
    either = int(((one != NOISE) | (other != NOISE)).sum())
    return float(((one != NOISE) & (other != NOISE)).sum() / either) if either else None


def _groups(labels: Integers) -> int:
    return len(np.unique(labels[labels != NOISE]))


def squares_of(points: pl.DataFrame, methods: tuple[str, ...], by: tuple[str, ...]) -> pl.DataFrame:
    """What the methods say of the points of each square, or of whatever else `by` tells them apart by.

    `points`: `by`, organisation_id, is_firm, and of each method whether the point is in a group of it. Returns `by`,
    points, firms (distinct), methods_mean (by how many of the methods a point is in a group), by_all_share,
    by_one_share and by_none_share of the points, and of each method `<method>_share`.
    """
    found = pl.sum_horizontal(pl.col(name).cast(pl.Int64) for name in methods)
    return (
        points.with_columns(found_by=found)
        .group_by(by)
        .agg(
            pl.len().cast(pl.Int64).alias("points"),
            pl.col("organisation_id").filter(pl.col("is_firm")).n_unique().cast(pl.Int64).alias("firms"),
            pl.col("found_by").mean().alias("methods_mean"),
            (pl.col("found_by") == len(methods)).mean().alias("by_all_share"),
            (pl.col("found_by") == 1).mean().alias("by_one_share"),
            (pl.col("found_by") == 0).mean().alias("by_none_share"),
            *(pl.col(name).mean().alias(f"{name}_share") for name in methods),
        )
        .sort(by)
    )
