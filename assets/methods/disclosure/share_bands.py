"""Shares of a cluster's firms that say how few they are: given as a band, not as a number.

What belongs here: which shares those are, and which band each gets. What does not: where they stand.

The number of firms is published, so that share times firms is a count. Where it, or what it leaves of all firms, is
below the threshold, the share is given as a band. A band must leave open which of several counts it is, also to one who
knows the rule; so it is the next edge above, but for edges with too few counts below them: those are skipped.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from assets.method import PublicationMethod

SHARES = ("rdi_active_share", "funded_firms_share", "colocated_share")


def is_small(count: int, firms: int, min_firms: int) -> bool:
    """Whether a count, or what it leaves of all firms, is one that does not appear."""
    return 0 < count < min_firms or 0 < firms - count < min_firms


def band(count: int, firms: int, least: float, method: PublicationMethod) -> str | None:
    """The band of `count` of `firms`, or None where the share may be given; `least`: what it is known to reach."""
    if not is_small(count, firms, method.disclosure_min_firms):
        return None
    possible = [
        other
        for other in range(1, firms)
        if is_small(other, firms, method.disclosure_min_firms) and other >= min(least * firms, count)
    ]
    few = [other for other in possible if other < method.disclosure_min_firms]
    most = possible[len(few) :]
    # Counts of few firms, and of all but few, have bands of their own where each are enough.
    if min(len(few), len(most)) >= method.band_min_counts:
        possible = few if count < method.disclosure_min_firms else most
    edges = edges_of_bands(firms, possible, method.share_bands, method.band_min_counts)
    return f"<={next(edge for edge in edges if count <= edge * firms):.0%}"


def edges_of_bands(firms: int, possible: Sequence[int], wanted: Sequence[float], min_counts: int) -> list[float]:
    """Upper edges of the bands that hold at least `min_counts` of the possible counts, lowest first.

    `possible`: counts of `firms`, rising, at least one; `wanted`: edges as shares, rising, the last 1.
    """
    edges: list[float] = []
    below = 0
    for edge in wanted:
        reached = sum(other <= edge * firms for other in possible)
        if reached - below >= min_counts:
            edges.append(edge)
            below = reached
    # What is left above the last such edge is too little for a band of its own.
    if below < len(possible):
        edges[-1:] = [next(edge for edge in wanted if possible[-1] <= edge * firms)]
    return edges


def share_bands(shares: pl.DataFrame, method: PublicationMethod) -> pl.DataFrame:
    """Rows of `publication.share_bands`: `profile`, `cluster_id`, `measure`, `band`.

    `shares`: `profile`, `cluster_id`, `firms`, SHARES (null where there is none), and of each `<name>_least`: what the
    cluster is known to reach, because it meets a criterion.
    """
    found = []
    for row in shares.iter_rows(named=True):
        for name in SHARES:
            if row[name] is None:
                continue
            least = row.get(f"{name}_least") or 0.0
            text = band(round(row[name] * row["firms"]), row["firms"], least, method)
            if text:
                found.append((row["profile"], row["cluster_id"], name, text))
    columns = ["profile", "cluster_id", "measure", "band"]
    return pl.DataFrame(found, schema=dict.fromkeys(columns, pl.String), orient="row").sort(columns)
