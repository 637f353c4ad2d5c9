"""The clusters of one category: where K-means starts, how it is run, how sure it is; HDBSCAN in its place.

What belongs here: from positions and starting centres to labels and the figures of the run. What does not: K-means
itself (kmeans), identifiers (identity), names and outlines, reading and writing (clusters).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from assets.arrays import Floats, Integers
from assets.method import IndexMethod
from assets.methods.density.kmeans import add_centres, best_of_starts, lloyd, stability
from assets.methods.density.places import distinct_places

NOISE = -1
GIVEN, LAST_MONTH, RANDOM, NONE = "given", "last month", "k-means++", "none"


@dataclass(frozen=True)
class Start:
    """Centres that K-means starts from."""

    kind: str
    centres: Floats
    """Shape (k, 2): latitude and longitude in degrees."""
    cluster_ids: tuple[str | None, ...]
    """The cluster that each centre continues; None for a new one."""
    note: str | None = None


@dataclass(frozen=True)
class Found:
    """The clusters of a category."""

    labels: Integers
    """Shape (items,), NOISE in none. Labels follow the start's centres and may have gaps where one drew no item."""
    cluster_ids: tuple[str | None, ...]
    """By label, the cluster that it continues because it started from its centre; None for a new one."""
    algorithm: str
    start: str
    iterations: int
    inertia: float | None
    best_random_inertia: float | None
    stability: float | None
    note: str | None


def choose_start(given: pl.DataFrame, last: pl.DataFrame, is_same_drop: bool, wanted: int) -> Start | None:
    """Where K-means starts: given centres, last month's, or None for k-means++ [order stated].

    `given`: `label`, `latitude`, `longitude` of the month's drop. `last`: `cluster_id`, `items`, `latitude`,
    `longitude` of the latest earlier month. Given centres come first, except that last month's go on where that month
    had the same drop (`is_same_drop`): the drop has been used, and clusters are to last [ours]. Where last month has
    more than `wanted` clusters the smallest end.
    """
    if given.height and not (is_same_drop and last.height):
        # Labels are text, mostly of numbers: 2 before 10.
        ordered = given.sort(pl.col("label").str.len_chars(), "label")
        return Start(GIVEN, ordered.select("latitude", "longitude").to_numpy(), (None,) * given.height)
    if not last.height:
        return None
    kept = last.sort("items", "cluster_id", descending=[True, False]).head(wanted).sort("cluster_id")
    note = f"the {last.height - wanted} smallest of last month's clusters end" if last.height > wanted else None
    return Start(LAST_MONTH, kept.select("latitude", "longitude").to_numpy(), tuple(kept["cluster_id"]), note)


def find_by_kmeans(positions: Floats, start: Start | None, wanted: int, method: IndexMethod, seed: int) -> Found:
    """K-means of a category's items, every item weight 1 [recovered], on distinct places with the items at each.

    `positions`, shape (items, 2): latitude and longitude in degrees, at least one item. Last month's centres are made
    up to `wanted` where there are fewer. Beside it `kmeans_starts` k-means++ starts say how good the inertia is, and
    bootstrap samples how stable the labels are. The order of the items does not matter.
    """
    # Places are pairs of any unit: latitude stands where a grid has its easting.
    places = distinct_places(positions[:, 0], positions[:, 1])
    at, weights = places.coordinates_m, places.points
    random = best_of_starts(at, weights, min(wanted, len(at)), method.kmeans_starts, seed, method.kmeans_max_iterations)
    notes: list[str] = []
    ids: tuple[str | None, ...]
    if start is None:
        chosen, end, ids = random.start, random.end, (None,) * len(random.start)
        if len(at) < wanted:
            notes.append(f"{len(at)} distinct places: K lowered from {wanted}")
    else:
        grown = add_centres(at, weights, start.centres, wanted) if start.kind == LAST_MONTH else start.centres
        chosen, end = grown, lloyd(at, weights, grown, method.kmeans_max_iterations)
        added = len(grown) - len(start.centres)
        ids = start.cluster_ids + (None,) * added
        notes += [start.note] if start.note else []
        notes += [f"{added} centres are new, where items were farthest from any"] if added else []
    without = int(np.isnan(end.centres[:, 0]).sum())
    notes += [f"{without} centres drew no item"] if without else []
    notes += [] if end.is_settled else [f"not settled after {end.iterations} iterations"]
    return Found(
        end.labels[places.place_of_point],
        ids,
        "kmeans",
        start.kind if start else RANDOM,
        end.iterations,
        end.inertia,
        random.end.inertia,
        stability(at, weights, end.labels, chosen, method.stability_draws, seed, method.kmeans_max_iterations),
        "; ".join(notes) or None,
    )


def find_by_hdbscan(positions: Floats, method: IndexMethod) -> Found:
    """HDBSCAN of a category's items, in metres of the British National Grid for the whole United Kingdom [ours].

    The publisher announced it as the next step and gave no parameters. Noise is in no cluster. Labels are numbered
    from 0 without gaps. The order of the items does not matter.
    """
    from assets.methods.density.clustering import HdbscanSizes, hdbscan_labels
    from assets.methods.geometry.grid import to_grid

    easting, northing = to_grid(positions[:, 0], positions[:, 1], "gb")
    size = max(method.index_min_cluster_items, round(method.index_min_cluster_share * len(positions)))
    if len(positions) < 2 * size:
        labels = np.full(len(positions), NOISE, dtype=np.int64)
        note = f"not run: {len(positions)} items, fewer than twice min_cluster_size {size}"
    else:
        labels = hdbscan_labels(easting, northing, HdbscanSizes(size, method.index_min_samples, 0.0))
        note = f"{int((labels == NOISE).sum())} items are in no cluster"
    return Found(labels, (None,) * int(labels.max() + 1), "hdbscan", NONE, 0, None, None, None, note)
