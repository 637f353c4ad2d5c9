"""What the command `what-if` answers: a month's clusters typed with other thresholds, the groups staying as they are.

What belongs here: which parameters that can answer, and what differs. What does not: typing itself, which is the
typology's own step, run without writing.
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl
from pydantic import ValidationError

from assets.method import MethodProfile, Section
from assets.typology.steps import clusters
from assets.warehouse.inputs import asked
from assets.warehouse.pruning import pruned_months
from assets.warehouse.running import would_make
from pipelines.made_months import made_month, not_made_with

if TYPE_CHECKING:
    from assets.months import Month
    from assets.warehouse.database import Warehouse

SUGGESTIONS = 3
TYPED = "typology"
FIRMS_OF_GROUPS = {("spatial", "min_firms"): "groups", ("network", "community_min_firms"): "communities"}
"""The parameters of other sections that typing may answer, upwards alone -> what was looked for with them."""
OF_FIGURES = {
    "spatial": ("lq_alpha",),
    "network": (
        "min_joint_projects",
        "min_joint_pairs",
        "collaboration_alpha",
        "colocated_min_share",
        "colocated_min_firms",
    ),
}
"""Parameters of other sections that typing may answer: thresholds of figures that stand, whatever the threshold."""
MADE_AGAIN = {
    "sources": "all of the month",
    "organisations": "organisations, spatial, network, typology",
    "linkage": "organisations, spatial, network, typology",
    "graph": "network, typology",
    "spatial": "spatial, network, typology",
    "network": "network, typology",
    "trust": "trust",
    "index": "innovation_index",
    "publication": "publication",
}
"""What follows from the parameters of a section, as `--select` names it."""
COLUMNS = {
    "change": pl.String,
    "group_id": pl.String,
    "name": pl.String,
    "sector": pl.String,
    "firms": pl.Int64,
    "type_before": pl.String,
    "type_after": pl.String,
    "why": pl.String,
}
ORDER = ("became a cluster", "ceased to be one", "changed type", "changed name")


@dataclass(frozen=True)
class WhatIf:
    """Clusters before and after."""

    month: Month
    counts: pl.DataFrame
    """cluster_type, before, after, difference."""
    changes: pl.DataFrame
    """COLUMNS: by kind of change, the largest first; `why` a group that ceased is no cluster."""
    notes: Sequence[str] = ()
    """What to know beside it."""


def what_if(warehouse: Warehouse, month: Month | None, method: MethodProfile, settings: Sequence[str]) -> WhatIf:
    """Type the groups of a month, the latest where None, as `settings` ("section.parameter=value") would.

    `method`: the profile that the settings change. The warehouse is only read. Raises ValueError that says what has to
    be made again where typing cannot answer, what there is where a name is not known, what the month lacks.
    """
    if not settings:
        raise ValueError("nothing is to be changed: give --set section.parameter=value, as typology.rdi_min_share=0.25")
    changed = method
    for setting in settings:
        changed = _with(changed, setting)
    remedy = "make a month with `innovation-clusters refresh --month YYYY-MM`"
    found = made_month(warehouse, "typology.candidates", month, "the typology", remedy)
    _refuse_lacking(warehouse, found, method.name)
    now = warehouse.read(
        "select distinct profile_fingerprint as made_with from typology.candidates "
        "where month = $month and profile = $profile",
        month=found.first_day,
        profile=method.name,
    )["made_with"].to_list()
    notes = []
    if changed.spatial.min_firms != method.spatial.min_firms:
        notes.append(
            f"the groups are those found with spatial.min_firms {method.spatial.min_firms}: a month made with "
            f"{changed.spatial.min_firms} looks for groups of that many, and may draw some otherwise"
        )
    if now != [method.fingerprint]:
        notes.append(
            f"{found} was made with other parameters than profile {method.name} has: before is what it gives now, with "
            "the groups that are there"
        )
        before = _typed(warehouse, found, method)
    else:
        before = warehouse.read(asked("typology", "published"), month=found.first_day, profile=method.name)
    after = _typed(warehouse, found, changed)
    return WhatIf(found, _counts(before, after), _changes(before, after), notes)


def _with(method: MethodProfile, setting: str) -> MethodProfile:
    """The profile with one parameter changed. Raises ValueError where typing cannot answer it."""
    name, equals, text = setting.partition("=")
    section_name, dot, parameter = name.strip().partition(".")
    if not (equals and dot):
        raise ValueError(f"--set {setting}: give section.parameter=value, as typology.rdi_min_share=0.25")
    section = getattr(method, section_name, None)
    if not isinstance(section, Section) or parameter not in type(section).model_fields:
        raise ValueError(f"--set {setting}: {_unknown(f'{section_name}.{parameter}')}")
    value = _value(text.strip())
    if section_name != TYPED:
        _refuse_beyond_typing(method, section_name, parameter, value)
    try:
        replaced = type(section).model_validate({**section.model_dump(), parameter: value})
    except ValidationError as error:
        problem = error.errors()[0]
        raise ValueError(
            f"--set {setting}: {problem['msg'].removeprefix('Value error, ')} (value {problem['input']!r})"
        ) from error
    return method.model_copy(update={section_name: replaced})


def _value(text: str) -> Any:
    """A value as a profile would have it; what is none of TOML is a text."""
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text


def _unknown(name: str) -> str:
    known = [
        f"{section}.{parameter}"
        for section, field in MethodProfile.model_fields.items()
        if isinstance(field.annotation, type) and issubclass(field.annotation, Section)
        for parameter in field.annotation.model_fields
    ]
    near = difflib.get_close_matches(name, known, SUGGESTIONS)
    hint = f"did you mean {' or '.join(near)}?" if near else "docs/parameters.md lists them"
    return f"no parameter {name}: {hint}"


def _refuse_beyond_typing(method: MethodProfile, section: str, parameter: str, value: Any) -> None:
    """Raise ValueError for a parameter that decides more than types, and say what would have to be made again.

    Of the groups that are there more firms may be asked; those of fewer than were asked for were not kept. The scan of
    communities holds their scores against those of as many firms by chance, so that theirs decides more.
    """
    name = f"{section}.{parameter}"
    if parameter in OF_FIGURES.get(section, ()):
        return
    if section not in MADE_AGAIN:
        raise ValueError(f"{name} decides no row of any result: there is nothing that it would change")
    again = f"make {MADE_AGAIN[section]} again, with a profile of your own that has it (refresh --profile FILE.toml)"
    found = FIRMS_OF_GROUPS.get((section, parameter))
    if found and (section == "spatial" or method.network.community_method == "consensus"):
        least = getattr(getattr(method, section), parameter)
        if not isinstance(value, int) or value >= least:
            return
        raise ValueError(f"{name}: {found} of fewer than {least} firms were not kept: {again}")
    decides = "which groups there are or what is known of them" if section in ("spatial", "network") else "more"
    raise ValueError(f"{name} decides {decides}, which typing does not make anew: {again}")


def _refuse_lacking(warehouse: Warehouse, month: Month, profile: str) -> None:
    """Raise ValueError where the month lacks the profile, or what typing reads was deleted for its age."""
    there = warehouse.read(
        "select distinct profile from typology.candidates where month = $month order by profile", month=month.first_day
    )["profile"].to_list()
    if profile not in there:
        raise ValueError(not_made_with(month, [profile], there))
    with warehouse.connect(read_only=True) as connection:
        gone = [table for table, months in pruned_months(connection, clusters.reads).items() if month in months]
    if gone:
        raise ValueError(
            f"{', '.join(sorted(gone))} of {month} were deleted, for working tables are kept for the newest months "
            f"alone: make the month again with `innovation-clusters refresh --month {month}`"
        )


def _typed(warehouse: Warehouse, month: Month, method: MethodProfile) -> pl.DataFrame:
    """The columns of `sql/typology/asked/published.sql`, as the typology's step would make them."""
    made = would_make(clusters, warehouse, month, method)
    candidates = made["typology.candidates"].select("group_id", "unpublished_reason", "cluster_id")
    named = made["typology.innovation_clusters"].select("cluster_id", "name", "sector", "firms", "cluster_type")
    published = candidates.filter(pl.col("unpublished_reason").is_null()).join(named, on="cluster_id")
    return pl.concat([published, candidates.filter(pl.col("unpublished_reason").is_not_null())], how="diagonal")


def _published(typed: pl.DataFrame) -> pl.DataFrame:
    return typed.filter(pl.col("unpublished_reason").is_null())


def _counts(before: pl.DataFrame, after: pl.DataFrame) -> pl.DataFrame:
    from assets.methods.typology.types import CLUSTER_TYPES

    kinds = [_published(typed)["cluster_type"] for typed in (before, after)]
    counted = pl.DataFrame(
        {
            "cluster_type": [*CLUSTER_TYPES, "all"],
            "before": [*((kinds[0] == kind).sum() for kind in CLUSTER_TYPES), len(kinds[0])],
            "after": [*((kinds[1] == kind).sum() for kind in CLUSTER_TYPES), len(kinds[1])],
        }
    )
    return counted.with_columns(difference=pl.col("after") - pl.col("before"))


def _changes(before: pl.DataFrame, after: pl.DataFrame) -> pl.DataFrame:
    was, would = (_published(typed).drop("cluster_id", "unpublished_reason") for typed in (before, after))
    both = was.join(would, on="group_id", how="full", coalesce=True, suffix="_after")
    is_new, is_gone = pl.col("cluster_type").is_null(), pl.col("cluster_type_after").is_null()
    became, ceased, typed, named = (pl.lit(change) for change in ORDER)
    return (
        both.join(after.select("group_id", "unpublished_reason"), on="group_id", how="left")
        .with_columns(
            change=pl.when(is_new)
            .then(became)
            .when(is_gone)
            .then(ceased)
            .when(pl.col("cluster_type") != pl.col("cluster_type_after"))
            .then(typed)
            .when(pl.col("name") != pl.col("name_after"))
            .then(named)
        )
        .drop_nulls("change")
        .select(
            "change",
            "group_id",
            name=pl.coalesce("name_after", "name"),
            sector=pl.coalesce("sector_after", "sector"),
            firms=pl.coalesce("firms_after", "firms"),
            type_before="cluster_type",
            type_after="cluster_type_after",
            why="unpublished_reason",
        )
        .with_columns(order=pl.col("change").replace_strict(list(ORDER), range(len(ORDER)), return_dtype=pl.Int64))
        .sort("order", "firms", "group_id", descending=[False, True, False])
        .select(pl.col(name).cast(kind) for name, kind in COLUMNS.items())
    )
