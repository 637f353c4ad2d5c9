"""Shares of a cluster's audit: given as numbers, as bands, or not at all.

What belongs here: which is which. What does not: how bands are made (`share_bands`), what is counted.
"""

from __future__ import annotations

import polars as pl

from assets.method import PublicationMethod
from assets.methods.disclosure.share_bands import band

AUDITS = {
    "registered_office_only": ("registered_office_only_firms", "firms"),
    "estimated_figures": ("estimated_firms", "figured_firms"),
    "fallback_coordinates": ("fallback_sites", "located_sites"),
}
"""What is told of a cluster -> the counts that its share is of."""
SHARE_DECIMALS = 4


def audit_shares(audits: pl.DataFrame, method: PublicationMethod) -> pl.DataFrame:
    """Rows of `publication.cluster_audit`: `profile`, `cluster_id`; of each of AUDITS `<name>_share` and `<name>_band`.

    `audits` has `profile`, `cluster_id` and the counts. A share is given where no count of few firms, or of all but
    few, follows from it; else its band; neither where it is a share of fewer than may appear. Source: ours, after the
    publishers' bands.
    """
    rows = [
        {"profile": row["profile"], "cluster_id": row["cluster_id"]} | _told(row, method)
        for row in audits.iter_rows(named=True)
    ]
    types = {f"{name}_{kind}": of for name in AUDITS for kind, of in (("share", pl.Float64), ("band", pl.String))}
    return pl.DataFrame(rows, schema={"profile": pl.String, "cluster_id": pl.String, **types})


def _told(row: dict[str, int], method: PublicationMethod) -> dict[str, float | str | None]:
    found: dict[str, float | str | None] = {}
    for name, (counted, of) in AUDITS.items():
        count, whole = row[counted], row[of]
        is_enough = whole >= method.disclosure_min_firms
        text = band(count, whole, 0.0, method) if is_enough else None
        found[f"{name}_band"] = text
        found[f"{name}_share"] = round(count / whole, SHARE_DECIMALS) if is_enough and text is None else None
    return found
