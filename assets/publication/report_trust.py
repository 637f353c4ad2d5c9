"""What the report says of how sure the clusters are, and of what became of them.

What belongs here: choosing, counting and ordering. What does not: words and layout (`report/report.html`), reading.
"""

from __future__ import annotations

from typing import Any

import polars as pl

from assets.publication.report_inputs import ReportInputs

NAMED = 20
"""Clusters that are named at the most, of each profile."""
WORDS = ("robust", "fair", "fragile")
VERDICTS = ("localised", "dispersed", "neither")
REASONS = {
    "outside_uk": "the organisation is abroad",
    "organisation_unmatched": "no other source knows the organisation, and the award gives no postcode",
    "no_postcode": "no source gives a postcode",
    "postcode_unknown": "the postcode directory knows neither the postcode nor its sector or district",
    "formation_agent": "only a registration at a formation agent's",
    "unattributed": "no participant to give it to",
    "withdrawn": "withdrawn",
    "on_hold": "on hold",
    "in_other_list": "counted by another list",
    "no_amount": "no amount is given",
}
SOURCES = {
    "innovate_uk": "Innovate UK, funded projects",
    "innovate_uk_applications": "Innovate UK, applications",
    "ukri": "Gateway to Research",
}
CAUSES = {
    "firms": "the firms changed",
    "reader": "a source is read in another way",
    "taxonomy": "the sector lists changed",
    "postcodes": "the postcode directory changed",
    "register": "the register changed",
    "profile": "a parameter of the method changed",
}
METHODS = {
    "hdbscan": "HDBSCAN",
    "dbscan": "DBSCAN",
    "scan": "our scan",
    "circles": "circular scan",
    "districts": "districts’ quotients",
}
FOUND_BY = (("by fewer than one", 0, 1), ("by one or two", 1, 3), ("by three or more", 3, None))
"""Squares by how many methods find a site there on average: words, from, up to."""
HALF = 0.5
"""From so much of a cluster on it is counted among those that rest on what is audited."""
TOLD = ("birth", "death", "merge", "split", "type_change", "rename")
"""Events in the order in which they are told; that a cluster goes on is none."""


def trust_content(inputs: ReportInputs, profiles: list[str]) -> dict[str, Any]:
    """What the template's two sections are made from; lists are empty where the month has none of it."""
    return {
        "stability": [found for profile in profiles if (found := _stability(inputs, profile))],
        "localised": _localised(inputs),
        "method_words": METHODS,
        "agreement": [found for profile in profiles if (found := _agreement(inputs, profile))],
        "audits": [found for profile in profiles if (found := _audits(inputs, profile))],
        "unplaced": [
            row | {"source": SOURCES[row["source"]], "reason": REASONS[row["reason"]]}
            for row in inputs.trust.unplaced_money.sort("source", "gbp", descending=[False, True]).to_dicts()
        ],
        "became": [found for profile in profiles if (found := _became(inputs, profile))],
    }


def _stability(inputs: ReportInputs, profile: str) -> dict[str, Any] | None:
    """Clusters by word, those near a threshold, and the fragile ones by name, the largest first."""
    rows = inputs.trust.stability.filter(pl.col("profile") == profile)
    if not rows.height:
        return None
    counts = dict(rows.group_by("word").len().iter_rows())
    near = inputs.trust.margins.filter(pl.col("profile") == profile, pl.col("is_near"))
    named = inputs.now.select("profile", "cluster_id", "name", "sector", "cluster_type", "firms")
    fragile = (
        rows.filter(pl.col("word") == "fragile")
        .join(named, on=["profile", "cluster_id"])
        .sort("firms", "cluster_id", descending=[True, False])
    )
    return {
        "profile": profile,
        "words": {word: counts.get(word, 0) for word in WORDS},
        "median": rows["mean_jaccard"].median(),
        "near": near["cluster_id"].n_unique(),
        "fragile": fragile.head(NAMED).to_dicts(),
        "further": max(0, fragile.height - NAMED),
    }


def _localised(inputs: ReportInputs) -> dict[str, Any] | None:
    """Sectors by verdict, and those localised, the strongest first: of one profile, for they are the same by all."""
    of_all = inputs.trust.localisation
    rows = of_all.filter(pl.col("profile") == of_all["profile"].min())
    if not rows.height:
        return None
    alpha = inputs.profiles[0].localisation.k_alpha
    counts = dict(rows.group_by("verdict").len().iter_rows())
    first = rows.filter(pl.col("verdict") == "localised").sort(
        "localisation_index", "scheme", "sector", descending=[True, False, False], nulls_last=True
    )
    return {
        "alpha": alpha,
        "by_chance": alpha * rows.height,
        "verdicts": {verdict: counts.get(verdict, 0) for verdict in VERDICTS},
        "localised": first.head(NAMED).to_dicts(),
        "further": max(0, first.height - NAMED),
    }


def _agreement(inputs: ReportInputs, profile: str) -> dict[str, Any] | None:
    """Of each two methods the mean agreement over sectors, each sector counting once; squares by how many find them."""
    rows = inputs.trust.agreement.filter(pl.col("profile") == profile)
    if not rows.height:
        return None
    means = {
        (one, other): mean
        for one, other, mean in rows.group_by("method", "other_method")
        .agg(pl.col("adjusted_mutual_information").mean())
        .iter_rows()
    }
    mean = pl.col("methods_mean")
    squares = inputs.trust.squares.filter(pl.col("profile") == profile)
    return {
        "profile": profile,
        "sectors": rows.select(pl.struct("scheme", "sector").n_unique()).item(),
        "matrix": {
            one: [means.get((one, other), means.get((other, one))) if one != other else 1.0 for other in METHODS]
            for one in METHODS
        },
        "squares": {
            words: squares.filter(mean >= least, mean < most if most else pl.lit(True)).height
            for words, least, most in FOUND_BY
        },
    }


def _audits(inputs: ReportInputs, profile: str) -> dict[str, Any] | None:
    """Clusters of which half or more rests on what is audited; where a band leaves it open, they are not counted."""
    rows = inputs.trust.audits.filter(pl.col("profile") == profile)
    if not rows.height:
        return None
    return {
        "profile": profile,
        "clusters": rows.height,
        **{
            name: rows.filter(pl.col(f"{name}_share") >= HALF).height
            for name in ("registered_office_only", "estimated_figures", "fallback_coordinates")
        },
    }


def _became(inputs: ReportInputs, profile: str) -> dict[str, Any] | None:
    """Events by cause, and the clusters they happened to by name, the largest first."""
    rows = inputs.trust.history.filter(pl.col("profile") == profile, pl.col("event") != "continuation")
    if not rows.height:
        return None
    cause = pl.col("cause").replace_strict(CAUSES, default=pl.col("cause")).fill_null("not known")
    counts = (
        rows.group_by("event", because=cause)
        .agg(clusters=pl.col("cluster_id").n_unique())
        .with_columns(order=pl.col("event").replace_strict({event: k for k, event in enumerate(TOLD)}, default=99))
        .sort("order", "clusters", "because", descending=[False, True, False])
    )
    named = rows.with_columns(
        because=cause,
        title=pl.coalesce("name", "earlier_name", "cluster_id"),
        size=pl.max_horizontal("firms", "firms_before"),
    ).sort("size", "cluster_id", "event", descending=[True, False, False], nulls_last=True)
    return {
        "profile": profile,
        "causes": counts.to_dicts(),
        "named": named.head(NAMED).to_dicts(),
        "further": max(0, named.height - NAMED),
    }
