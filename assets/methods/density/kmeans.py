"""K-means on places with weights: Lloyd's algorithm to an exact fixed point, and k-means++ starts.

What belongs here: points, weights, centres, labels. What does not: categories, items, months, identifiers.
scikit-learn draws the k-means++ starts; its Lloyd moves a centre that has lost its points to a far place, which would
give one cluster's identity to another, and adds up in an order that differs from run to run. So Lloyd is our own: a
place with weight w counts as w points, ties go to the lower label, a centre without points is gone (NaN).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit

from assets.arrays import Floats, Integers


@dataclass(frozen=True)
class Fixed:
    """Where Lloyd's algorithm ended."""

    labels: Integers
    """Shape (places,): the nearest centre of each place."""
    centres: Floats
    """Shape (k, 2): the weighted mean of each label's places, NaN where it has none."""
    inertia: float
    """Weighted sum of squared distances to the centres."""
    iterations: int
    is_settled: bool
    """Whether the labels are the nearest of the means of the labels: an exact fixed point."""


@dataclass(frozen=True)
class Started:
    """The best of several k-means++ starts."""

    start: Floats
    """Shape (k, 2): the centres it was started from."""
    end: Fixed


def lloyd(places: Floats, weights: Integers, start: Floats, max_iterations: int) -> Fixed:
    """Move `start`, shape (k, 2), to a fixed point: each place to its nearest centre, each centre to its places' mean.

    `places`, shape (places, 2), in the units that distance is measured in [recovered: unprojected degrees]; `weights`
    points at each place. Ends where no label changes, or after `max_iterations`.
    """
    labels = nearest_centre(places, start)
    for iteration in range(1, max_iterations + 1):
        centres = means(places, weights, labels, len(start))
        moved = nearest_centre(places, centres)
        if np.array_equal(moved, labels):
            return Fixed(labels, centres, inertia(places, weights, centres, labels), iteration, True)
        labels = moved
    centres = means(places, weights, labels, len(start))
    return Fixed(labels, centres, inertia(places, weights, centres, labels), max_iterations, False)


def best_of_starts(
    places: Floats, weights: Integers, clusters: int, starts: int, seed: int, max_iterations: int
) -> Started:
    """The k-means++ start of `starts` that ends at the least inertia; the first of equals.

    `clusters` is at most the number of places; where it is that number the places themselves are the start.
    """
    if clusters >= len(places):
        return Started(places, lloyd(places, weights, places, max_iterations))
    from sklearn.cluster import kmeans_plusplus

    ended = []
    for state in np.random.SeedSequence(seed).generate_state(starts):
        start, _ = kmeans_plusplus(places, clusters, sample_weight=weights.astype(np.float64), random_state=int(state))
        ended.append(Started(start, lloyd(places, weights, start, max_iterations)))
    return min(ended, key=lambda started: started.end.inertia)


def add_centres(places: Floats, weights: Integers, centres: Floats, wanted: int) -> Floats:
    """`centres` and new ones up to `wanted`: each at the place of greatest weight times squared distance to a centre.

    Fewer are added where every place has a centre already. `centres` holds at least one.
    """
    grown = centres
    while len(grown) < wanted:
        distance = np.square(places - grown[nearest_centre(places, grown)]).sum(axis=1)
        farthest = int(np.argmax(weights * distance))
        if distance[farthest] == 0:
            break
        grown = np.vstack([grown, places[farthest]])
    return grown


def stability(
    places: Floats, weights: Integers, labels: Integers, start: Floats, draws: int, seed: int, max_iterations: int
) -> float:
    """Mean adjusted Rand index between `labels` and those that bootstrap samples of the points give [ours].

    A sample of as many points, drawn with replacement, is a multinomial draw of weights over the places; it is
    clustered from the same start, and every point is then labelled by the nearest of its centres.
    """
    from sklearn.metrics import adjusted_rand_score

    points = int(weights.sum())
    of_points = np.repeat(labels, weights)
    agreement = []
    for child in np.random.SeedSequence(seed).spawn(draws):
        drawn = np.random.default_rng(child).multinomial(points, weights / points)
        is_drawn = drawn > 0
        sample = lloyd(places[is_drawn], drawn[is_drawn], start, max_iterations)
        again = np.repeat(nearest_centre(places, sample.centres), weights)
        agreement.append(adjusted_rand_score(of_points, again))
    return float(np.mean(agreement))


def means(places: Floats, weights: Integers, labels: Integers, clusters: int) -> Floats:
    """Weighted mean of the places of each label, shape (clusters, 2); NaN where there are none."""
    total = np.bincount(labels, weights=weights, minlength=clusters)
    sums = [np.bincount(labels, weights=weights * axis, minlength=clusters) for axis in places.T]
    with np.errstate(invalid="ignore"):
        return np.column_stack(sums) / total[:, None]


def inertia(places: Floats, weights: Integers, centres: Floats, labels: Integers) -> float:
    """Weighted sum of squared distances of the places to the centres of their labels."""
    return float(np.sum(weights * np.square(places - centres[labels]).sum(axis=1)))


def nearest_centre(places: Floats, centres: Floats) -> Integers:
    """Label of the nearest centre of each place, shape (places,); ties to the lower label, NaN centres never."""
    return np.asarray(_nearest(np.ascontiguousarray(places), np.ascontiguousarray(centres)))


@njit(cache=True, nogil=True)
def _nearest(places: Floats, centres: Floats) -> Integers:
    labels = np.empty(len(places), dtype=np.int64)
    for place in range(len(places)):
        best, label = np.inf, 0
        for centre in range(len(centres)):
            down = places[place, 0] - centres[centre, 0]
            across = places[place, 1] - centres[centre, 1]
            distance = down * down + across * across
            if distance < best:
                best, label = distance, centre
        labels[place] = label
    return labels
