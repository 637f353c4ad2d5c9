"""Identifiers of the Index's clusters, and how many items they carry over from the month before.

What belongs here: which cluster of this month is which of the earlier one. What does not: the matching by members,
which is the Map's (typology layer); what became of each cluster (sql/innovation_index/cluster_history.sql).
"""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
from numpy.typing import NDArray

from assets.methods.identity.identity import follow


def identify(
    labels: NDArray[np.int64],
    continued: tuple[str | None, ...],
    item_ids: pl.Series,
    code: str,
    month: date,
    earlier: pl.DataFrame,
    min_share: float,
) -> dict[int, str]:
    """The identifier of each label that has items [ours].

    `labels`, shape (items,), NOISE (-1) in none; `continued`: by label, the cluster whose centre it started from; then
    it keeps that one's identifier. Where none was, clusters are followed by their items: one that holds more than
    `min_share` of the items of an earlier cluster keeps its identifier. `item_ids`, shape (items,); `earlier`:
    `cluster_id`, `item_id` of the category in the latest earlier month.

    A new cluster is `II-`, `code` (its category's), the month of its birth and a number by label:
    `II-AI-2025-03-001`.
    """
    newborn = {label: f"II-{code}-{month:%Y-%m}-{label + 1:03d}" for label in np.unique(labels[labels >= 0]).tolist()}
    if any(continued) or earlier.is_empty() or not newborn:
        return {label: continued[label] or born for label, born in newborn.items()}
    alike = {"approach": "spatial", "scheme": "index", "sector": code, "cluster_type": ""}
    constants = [pl.lit(value).alias(name) for name, value in alike.items()]
    groups = pl.DataFrame({"group_id": newborn.values(), "newborn_id": newborn.values()})
    members = pl.DataFrame({"label": labels, "organisation_id": item_ids}).filter(pl.col("label") >= 0)
    identities, _ = follow(
        groups.with_columns(constants),
        members.with_columns(group_id=pl.col("label").replace_strict(newborn, return_dtype=pl.String)),
        earlier.select(pl.col("cluster_id").unique(maintain_order=True)).with_columns(constants),
        earlier.select("cluster_id", organisation_id="item_id"),
        month,
        min_share,
    )
    kept = dict(identities.select("group_id", "cluster_id").iter_rows())
    return {label: kept[born] for label, born in newborn.items()}


def carried_share(items: pl.DataFrame, earlier: pl.DataFrame) -> float | None:
    """Share of the earlier month's items, still here and not moved, whose cluster is the same; None where none is.

    Both: `item_id`, `cluster_id` (null in none), `latitude`, `longitude`.
    """
    unmoved = earlier.join(items, on=["item_id", "latitude", "longitude"], suffix="_now")
    if unmoved.is_empty():
        return None
    return float((unmoved["cluster_id"] == unmoved["cluster_id_now"]).fill_null(False).mean())  # type: ignore[arg-type]
