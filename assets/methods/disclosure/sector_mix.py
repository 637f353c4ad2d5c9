"""Sectors of a cluster's firms, so that no small count is given nor follows by subtraction.

What belongs here: pooling. What does not: which sector a site is in, or how a cluster's own sector is told.
"""

from __future__ import annotations

import polars as pl

OTHER = "Other"


def pool_sectors(firm_sectors: pl.DataFrame, min_firms: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Firms by sector of each cluster, small sectors together.

    `firm_sectors`: `profile`, `cluster_id`, `organisation_id`, `scheme`, `sector` (both null for a firm without any at
    its sites there); a firm may be in several sectors. Sectors below `min_firms`, and firms without a sector of the
    scheme, are counted together as `Other`. Where even they are too few, they are left out; and where what the given
    counts leave of the cluster's firms is too few but not none, the smallest sector given joins them, and so on.

    Returns rows `profile`, `cluster_id`, `scheme`, `sector`, `firms`, `share` (of the cluster's firms), and what was
    not given: `profile`, `cluster_id`, `scheme`, `sector`, `rule`, `reason`.
    """
    given: list[tuple[str, str, str, str, int, float]] = []
    held_back: list[tuple[str, str, str, str, str, str]] = []
    for (profile, cluster_id), firms in firm_sectors.group_by("profile", "cluster_id", maintain_order=True):
        everyone = set(firms["organisation_id"])
        for scheme in ("sic", "rtic"):
            sectors = {
                sector: set(members)
                for sector, members in firms.filter(pl.col("scheme") == scheme)
                .group_by("sector")
                .agg("organisation_id")
                .sort("sector")
                .iter_rows()
            }
            kept, log = _kept_sectors(sectors, everyone, min_firms)
            where = (str(profile), str(cluster_id), scheme)
            given += [(*where, sector, count, count / len(everyone)) for sector, count in kept.items()]
            held_back += [(*where, *entry) for entry in log]
    key = ["profile", "cluster_id", "scheme", "sector"]
    text = dict.fromkeys(key, pl.String)
    rows = pl.DataFrame(given, schema={**text, "firms": pl.Int64, "share": pl.Float64}, orient="row")
    log_rows = pl.DataFrame(held_back, schema={**text, "rule": pl.String, "reason": pl.String}, orient="row")
    return rows.sort(key), log_rows.sort(key)


def _kept_sectors(
    sectors: dict[str, set[str]], everyone: set[str], min_firms: int
) -> tuple[dict[str, int], list[tuple[str, str, str]]]:
    """Counts that may be given, and the log (`sector`, `rule`, `reason`) of those that may not."""
    pooled = [sector for sector, firms in sectors.items() if len(firms) < min_firms]
    log = [(sector, "threshold", f"fewer than {min_firms} firms") for sector in pooled]
    kept = {sector: len(firms) for sector, firms in sectors.items() if sector not in pooled}
    none = everyone.difference(*sectors.values())
    while kept:
        other = len(none.union(*(sectors[sector] for sector in pooled)))
        if other >= min_firms:
            return {**kept, OTHER: other}, log
        if not 0 < len(everyone) - sum(kept.values()) < min_firms:
            return kept, log
        smallest = min(kept, key=lambda sector: (kept[sector], sector))
        del kept[smallest]
        pooled.append(smallest)
        log.append((smallest, "secondary", f"with it fewer than {min_firms} other firms would follow by subtraction"))
    return {}, log
