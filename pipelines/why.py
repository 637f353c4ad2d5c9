"""What the command `why` answers: why a group is the cluster that it is or is none, how near it is to another type.

What belongs here: finding what is meant by a name, and the words. What does not: figures and margins
(`assets.methods.trust.margins`), how sure a cluster is (`assets.methods.trust.stability`).
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl
import shapely

from assets.trust.words import CRITERIA, FIGURES
from assets.warehouse.inputs import asked
from pipelines.made_months import made_month, not_made_with

if TYPE_CHECKING:
    from assets.months import Month
    from assets.warehouse.database import Warehouse

SUGGESTIONS = 3
SIGNIFICANT_DIGITS = 4
NO_CLUSTER = "no cluster"
WHOLE_FROM = 10
"""Percentages from here on are told without decimals."""
REMEDY = "make a month with `innovation-clusters refresh --month YYYY-MM`"
AT_MOST = ("rdi_p_value", "deciding_q_value", "collaboration_p_value")
"""Figures that have to be below their threshold."""
ALGORITHMS = {"hdbscan": "HDBSCAN", "dbscan": "DBSCAN", "scan": "the scan"}


@dataclass(frozen=True)
class Wanted:
    """What a text names in a month: an identifier of a cluster or group; or several of them; or a town."""

    profile: str
    identifier: str | None = None
    several: Sequence[str] = ()
    town: str | None = None


@dataclass(frozen=True)
class Answer:
    """What is told of a name."""

    tables: Mapping[str, pl.DataFrame]
    """By heading; the criteria last where it is told of one cluster or group."""
    to_ask: Sequence[str] = ()
    """Identifiers of the clusters, or of the groups where none is a cluster, that the name leaves open."""


def why(warehouse: Warehouse, month: Month | None, profiles: Sequence[str], text: str) -> Answer:
    """Tables that answer why `text` is a cluster or none, in a month, the latest where None.

    `text`: a cluster's id or name, a group's id, or a town. `profiles`: where it is looked for, the first that has it.
    One cluster or group is told of with every figure, be it named or the only one that has a town in its outline;
    several have a row each. Raises ValueError that names what is near where nothing is of the name.
    """
    if not text.strip():
        raise ValueError("the name is empty: give a cluster's id or name, a group's id, or a town")
    found = made_month(warehouse, "trust.criteria", month, "the layer trust", REMEDY)
    wanted = _find(warehouse, found, profiles, text.strip())
    parameters = {"month": found.first_day, "profile": wanted.profile}
    if wanted.identifier is not None:
        return Answer(_told(warehouse, found, wanted.profile, wanted.identifier))
    listed = _listed(warehouse, parameters, wanted)
    if listed.is_empty():
        raise ValueError(
            f"no cluster or group of {found}, profile {wanted.profile}, has {wanted.town} in its outline: give a town "
            "nearby, or another --profile"
        )
    tables = {f"{text.strip()}, {found}, profile {wanted.profile}": listed}
    of_clusters = listed.filter(pl.col("cluster_type") != NO_CLUSTER)["cluster_id"]
    left_open = (of_clusters if len(of_clusters) else listed["group_id"]).unique(maintain_order=True).to_list()
    if len(left_open) > 1:
        return Answer(tables, left_open)
    told = _told(warehouse, found, wanted.profile, left_open[0])
    return Answer(told if listed.height == 1 else {**tables, **told})


def _told(warehouse: Warehouse, month: Month, profile: str, identifier: str) -> dict[str, pl.DataFrame]:
    """What one cluster or group is, and its criteria."""
    parameters = {"month": month.first_day, "profile": profile, "wanted": identifier}
    groups = warehouse.read(asked("trust", "groups"), **parameters)
    figures = warehouse.read(asked("trust", "criteria"), **parameters)
    if figures.is_empty():
        raise ValueError(
            f"trust.criteria of {month} has nothing of profile {profile}: make it with `innovation-clusters "
            f"refresh --month {month} --profile {profile} --select trust`"
        )
    what = {"month": str(month), "profile": profile, **_about(groups, figures)}
    return {
        str(groups["name"][0] or identifier): pl.DataFrame(
            [(name, value) for name, value in what.items() if value], schema=["what", "is"], orient="row"
        ),
        "criteria": _criteria(figures),
    }


def _find(warehouse: Warehouse, month: Month, profiles: Sequence[str], text: str) -> Wanted:
    named = warehouse.read(asked("trust", "named"), month=month.first_day)
    made = named["profile"].unique().sort().to_list()
    looked_in = [profile for profile in profiles if profile in made]
    if not looked_in:
        raise ValueError(not_made_with(month, profiles, made))
    wanted = text.casefold()
    for profile in looked_in:
        of_profile = named.filter(profile=profile)
        for column in ("cluster_id", "group_id"):
            exact = of_profile.filter(pl.col(column).str.to_lowercase() == wanted)[column]
            if len(exact):
                return Wanted(profile, exact[0])
    for profile in looked_in:
        of_name = named.filter(pl.col("profile") == profile, pl.col("name").str.to_lowercase() == wanted)
        clusters = of_name["cluster_id"].unique().sort().to_list()
        if len(clusters) == 1:
            return Wanted(profile, clusters[0])
        if clusters:
            return Wanted(profile, several=clusters)
    towns = warehouse.read(
        "select distinct name from used.places where month = $month order by name", month=month.first_day
    )
    by_spelling = {town.casefold(): town for town in towns["name"]}
    if wanted in by_spelling:
        return Wanted(looked_in[0], town=by_spelling[wanted])
    here = named.filter(pl.col("profile").is_in(looked_in))
    known = {
        str(value).casefold(): str(value)
        for column in ("cluster_id", "group_id", "name")
        for value in here[column].drop_nulls()
    }
    # A town and a cluster may have one name.
    spelt = {**known, **by_spelling}
    near = [spelt[close] for close in difflib.get_close_matches(wanted, spelt, SUGGESTIONS)]
    hint = f"did you mean {' or '.join(near)}?" if near else "typology.candidates has all groups, used.places the towns"
    raise ValueError(f"no cluster, group or town {text!r} in {month}: {hint}")


def _listed(warehouse: Warehouse, parameters: Mapping[str, Any], wanted: Wanted) -> pl.DataFrame:
    """The clusters of one name, or everything that has a town in its outline."""
    listed = warehouse.read(asked("trust", "outlined"), **parameters)
    if wanted.town is None:
        chosen = listed.filter(pl.col("cluster_id").is_in(list(wanted.several)))
    else:
        towns = warehouse.read(
            "select longitude, latitude from used.places where month = $month and name = $name",
            month=parameters["month"],
            name=wanted.town,
        )
        outlined = listed.drop_nulls("outline_wkt")
        points = shapely.points(towns["longitude"].to_numpy(), towns["latitude"].to_numpy())
        outlines = shapely.from_wkt(outlined["outline_wkt"].to_numpy())
        chosen = outlined.filter(
            pl.Series([bool(shapely.intersects(one, points).any()) for one in outlines], dtype=pl.Boolean)
        )
    return chosen.select(
        "group_id",
        "cluster_id",
        "name",
        "sector",
        "firms",
        cluster_type=pl.col("cluster_type").fill_null(NO_CLUSTER),
        why_not="unpublished_reason",
    )


def _about(groups: pl.DataFrame, figures: pl.DataFrame) -> dict[str, str | None]:
    """What it is, in words; the first of the groups is the one that the cluster is."""
    first = groups.row(0, named=True)
    is_cluster = first["cluster_type"] is not None
    near = figures.filter("is_near")
    return {
        "cluster": first["cluster_id"],
        "type": first["cluster_type"] or NO_CLUSTER,
        "not a cluster because": None if is_cluster else first["unpublished_reason"],
        "found": "; ".join(_found(group) for group in groups.iter_rows(named=True)),
        "firms": str(first["firms"]),
        "where": "; ".join(text for text in (first["local_authorities"], first["regions"]) if text) or None,
        "how sure": _sureness(first),
        "near a threshold": "; ".join(
            f"{FIGURES[row['figure_name']]} (on the other side: {row['type_if_flipped']})"
            for row in near.iter_rows(named=True)
        )
        or "no",
    }


def _found(group: Mapping[str, Any]) -> str:
    if group["approach"] == "network":
        stable = group["community_stability"]
        agreed = "" if stable is None else f", its pairs together in {stable:.0%} of the seeds"
        return f"as a community of collaborators ({group['group_id']}{agreed})"
    by = ALGORITHMS.get(group["algorithm"], "density")
    among = "all RD&I-active organisations" if group["scheme"] == "rdi" else f"{group['sector']} ({group['scheme']})"
    return f"by {by} among the sites of {among} ({group['group_id']})"


def _sureness(group: Mapping[str, Any]) -> str | None:
    if group["word"] is None:
        return None
    return (
        f"{group['word']}: over {group['draws']} draws its likeness is {group['mean_jaccard']:.2f} in the mean, "
        f"{group['low_jaccard']:.2f} at the 5% quantile (Jaccard)"
    )


def _criteria(figures: pl.DataFrame) -> pl.DataFrame:
    rows = [
        {
            "group_id": row["group_id"],
            "criterion": CRITERIA[row["criterion"]],
            "criterion_met": "yes" if row["is_criterion_met"] else "no",
            "figure": FIGURES[row["figure_name"]],
            "value": _rounded(row["figure"]),
            "threshold": _rounded(row["threshold"]),
            "margin": _rounded(row["margin"]),
            "in_words": margin_in_words(row["figure_name"], row["threshold"], row["margin"], is_met=row["is_met"]),
            "near": "near" if row["is_near"] else None,
            "on_the_other_side": row["type_if_flipped"],
        }
        for row in figures.iter_rows(named=True)
    ]
    schema = {"value": pl.Float64, "threshold": pl.Float64, "margin": pl.Float64, "near": pl.String}
    table = pl.DataFrame(rows, schema_overrides=schema)
    return table.drop("group_id") if table["group_id"].n_unique() == 1 else table


def _rounded(figure: float | None) -> float | None:
    return None if figure is None else float(f"{figure:.{SIGNIFICANT_DIGITS}g}")


def margin_in_words(figure: str, threshold: float | None, margin: float | None, *, is_met: bool) -> str:
    """How far a figure is from its threshold, as a person would say it; `margin` as in `trust.criteria`."""
    if threshold is None:
        return "by construction"
    if margin is None:
        return "met" if is_met else "not met"
    if margin == 0:
        return f"at the threshold, {'met' if is_met else 'not met'}"
    is_above = (margin > 0) != (figure in AT_MOST)
    if is_above and abs(margin) >= 1:
        far = f"{1 + abs(margin):.3g} times the threshold"
    else:
        percent = abs(margin) * 100
        far = f"{percent:.0f}%" if percent >= WHOLE_FROM else f"{percent:.2g}%"
        far += " above" if is_above else " below"
    return f"{'met' if is_met else 'not met'}, {far}"
