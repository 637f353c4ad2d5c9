"""Rows of `trust.stability`, alike for groups of sites and communities.

What belongs here: what came of the draws as rows. What does not: the draws (`assets.methods.trust`), what is drawn of
(`stability`, `communities`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from assets.arrays import Floats
    from assets.method import TrustMethod
    from assets.methods.trust.stability import Counted

STABILITY = {
    "cluster_id": pl.String,
    "draws": pl.Int64,
    "drawn_share": pl.Float64,
    "mean_jaccard": pl.Float64,
    "low_jaccard": pl.Float64,
    "sweep_mean_jaccard": pl.Float64,
    "sweep_least_jaccard": pl.Float64,
    "word": pl.String,
}


def stability_rows(
    method: TrustMethod, names: pl.Series, counted: Counted, swept: Floats | None = None
) -> pl.DataFrame:
    """A row for each cluster of `names`, which are in the order of the groups that were looked for.

    `swept` are the Jaccard similarities by other settings, shape (settings, groups); without any, none is told.
    """
    from assets.methods.trust.stability import summed_up, word_of

    found = summed_up(counted.jaccard)
    is_swept = swept is not None and len(swept) > 0
    table = {
        "cluster_id": names,
        "draws": found.draws,
        "drawn_share": counted.drawn_share,
        "mean_jaccard": found.mean,
        "low_jaccard": found.low,
        "sweep_mean_jaccard": swept.mean(axis=0) if swept is not None and is_swept else None,
        "sweep_least_jaccard": swept.min(axis=0) if swept is not None and is_swept else None,
        "word": [word_of(mean, method.stability_robust, method.stability_fragile) for mean in found.mean],
    }
    return pl.DataFrame(table, schema=STABILITY)
