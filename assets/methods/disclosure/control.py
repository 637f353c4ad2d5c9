"""Disclosure control of one measure: from what every business holds of every cell to what is given of each.

What belongs here: the order of the steps: rules on each figure, differences, the safeguard of both; and the log of
their reasons. What does not: each step's own method (rules, differences, safeguard), the attack.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from assets.method import PublicationMethod
from assets.methods.disclosure.attack import attack
from assets.methods.disclosure.differences import comparisons, differences
from assets.methods.disclosure.figures import Figures
from assets.methods.disclosure.rules import HUNDREDTHS, concentration, failed_rules, round_to
from assets.methods.disclosure.safeguard import GOAL, Case, Goals, release_name, safeguard

LOG_SCHEMA = {"cell": pl.Int64, "rule": pl.String, "reason": pl.String}


@dataclass(frozen=True)
class Controlled:
    """What came out for one measure."""

    cells: pl.DataFrame
    """`cell`, `given` (rounded; null where suppressed), of this month: of figures that some source gives."""
    log: pl.DataFrame
    """`cell`, `rule`, `reason`."""
    bounds: pl.DataFrame
    """What the attack found: `cell` (that it is reported of), `title`, `lower`, `upper`, `required_lower`,
    `required_upper` in units."""
    promised: pl.DataFrame
    """What later releases must keep to, and may be known by then: `kind` (goal or inside), `number`, `cell`, `title`,
    `required_lower`, `required_upper`, and its terms `vector`, `sign`; one row a term."""
    messages: list[str]


def control(known: Figures, method: PublicationMethod) -> Controlled:
    """Decide what is given of each figure of this month, beside every release before it."""
    base = known.base
    held = concentration(known.contributions, "vector")
    figured = known.cells.with_columns(
        given=pl.when("is_now").then(round_to(base)).otherwise("given"), figure="vector"
    ).sort("cell")
    now = figured.filter("is_now")
    primary = failed_rules(now.select("cell", "vector").join(held, on="vector"), "cell", method)
    sensitive = set(now.join(primary, on="cell", how="semi")["figure"])
    figured, messages = _apart_from_the_past(figured, sensitive)

    compared = comparisons(figured, known.contributions, method)
    left = differences(compared, figured, known.contributions, method)
    disclosive = _disclosive(compared, left, figured, base, method)
    given_before = set(figured.filter(~pl.col("is_now") & pl.col("given").is_not_null())["figure"])
    # What was suppressed before stays so, unless this month has the same figure: then it is decided anew.
    earlier_secret = set(figured.filter(~pl.col("is_now"))["figure"]) - given_before - set(now["figure"])
    chosen, hopeless = _choose(compared, disclosive, figured, sensitive | earlier_secret, given_before)
    if hopeless:
        messages.append(
            f"{len(hopeless)} differences follow from figures that were published in earlier months; they stay"
        )
    disclosive = disclosive.filter(~pl.col("comparison").is_in(hopeless))
    held_back = (set(known.held_back) & set(now["figure"])) - sensitive - set(chosen) - given_before

    inside = pl.concat([_inside_now(compared, left, figured), _inside_before(known.inside, figured, compared)])
    case = Case(figured, known.sums, inside, known.contributions, frozenset(given_before), base, method)
    goals = _goals(figured, sensitive, compared, disclosive, method)
    goals, old = _with_earlier(goals, known.goals, figured, set(now["figure"]) | given_before)
    safe = safeguard(case, sensitive | set(chosen) | held_back, goals)
    further = {figure: ("secondary", reason) for figure, reason in safe.further.items()}
    further |= dict.fromkeys(sorted(held_back), ("secondary", "an earlier release of this month suppressed it"))
    log = [
        primary.select(LOG_SCHEMA.keys()),
        _logged(figured, {figure: ("difference", reason) for figure, reason in chosen.items()}),
        _logged(figured, further),
    ]
    suppressed = sensitive | set(chosen) | set(further)

    is_secret = pl.col("is_now") & pl.col("figure").is_in(sorted(suppressed))
    final = figured.with_columns(given=pl.when(~is_secret).then("given"))
    status = final.filter("is_now").select("cell", "given")
    others = _not_sensitive(final.filter(is_secret & ~pl.col("figure").is_in(sorted(sensitive))))
    attacked = [
        safe.goals.required.join(safe.bounds, on="target"),
        others.required.join(attack(case.published(suppressed), others.wanted, others.required), on="target"),
    ]
    return Controlled(
        status,
        pl.concat(log).unique(["cell", "rule"], keep="first").sort("cell", "rule"),
        pl.concat(attacked).drop("target"),
        _promised(
            safe.goals.only(safe.goals.required.filter(~pl.col("target").is_in(old))["target"]),
            _inside_now(compared, left, figured),
            figured,
        ),
        messages + safe.messages,
    )


def _apart_from_the_past(figured: pl.DataFrame, sensitive: set[int]) -> tuple[pl.DataFrame, list[str]]:
    """Earlier cells that gave a figure which is sensitive now become figures of their own: it cannot be taken back."""
    given_away = ~pl.col("is_now") & pl.col("given").is_not_null() & pl.col("figure").is_in(sorted(sensitive))
    count = figured.select(given_away.sum()).item()
    if not count:
        return figured, []
    first_free = int(figured["figure"].max()) + 1  # type: ignore[arg-type]
    moved = figured.with_columns(
        figure=pl.when(given_away).then(first_free + given_away.cum_sum()).otherwise("figure").cast(pl.Int64)
    )
    return moved, [f"{count} figures that the rules forbid now were published unchanged before, under other parameters"]


def _disclosive(
    compared: pl.DataFrame, left: pl.DataFrame, figured: pl.DataFrame, base: int, method: PublicationMethod
) -> pl.DataFrame:
    """Differences that the rules forbid and that neither their cover nor rounding hides, with what they need."""
    share = method.protection_share
    rounded = (
        compared.join(figured.with_columns(rounded=round_to(base)), on="cell")
        .group_by("comparison")
        .agg(net=(pl.col("sign") * pl.col("rounded")).sum(), terms=pl.len())
    )
    value, cover = pl.col("value") / HUNDREDTHS, pl.col("cover") / HUNDREDTHS
    middle = pl.col("net") * pl.col("direction")
    slack = pl.col("terms") * base / 2
    return (
        left.filter(pl.col("reason").is_not_null() & (share * pl.col("value") > pl.col("cover")))
        .join(rounded, on="comparison")
        .with_columns(required_lower=(1 - share) * value, required_upper=(1 + share) * value - 2 * cover)
        .filter(
            (pl.max_horizontal(middle - slack, 0) > pl.col("required_lower"))
            | (middle + slack < pl.col("required_upper"))
        )
        .sort("comparison")
    )


def _choose(
    compared: pl.DataFrame, disclosive: pl.DataFrame, figured: pl.DataFrame, secret: set[int], known: set[int]
) -> tuple[dict[int, str], list[int]]:
    """Figures to suppress so that no disclosive difference has all its figures published, and why.

    The figure that is part of most differences goes first, then a cluster's before a total's, then the smaller. The
    second result is the comparisons of which every figure was published before.
    """
    terms = compared.join(disclosive.select("comparison", "reason"), on="comparison").join(figured, on="cell")
    open_differences: dict[int, set[int]] = {}
    reasons: dict[int, str] = dict(disclosive.select("comparison", "reason").iter_rows())
    rank: dict[int, tuple[bool, int, int]] = {}
    for row in terms.iter_rows(named=True):
        open_differences.setdefault(row["comparison"], set()).add(row["figure"])
        is_total = row["table_name"] == "totals" or rank.get(row["figure"], (False,))[0]
        rank[row["figure"]] = (is_total, row["value"], row["figure"])
    current = set(terms.filter("is_now")["figure"])
    open_differences = {number: figures for number, figures in open_differences.items() if not figures & secret}
    chosen: dict[int, str] = {}
    hopeless = [number for number, figures in open_differences.items() if not (figures & current) - known]
    for number in hopeless:
        del open_differences[number]
    while open_differences:
        counts: dict[int, int] = {}
        for figures in open_differences.values():
            for figure in (figures & current) - known:
                counts[figure] = counts.get(figure, 0) + 1
        best = min(counts, key=lambda figure: (-counts[figure], rank[figure]))
        solved = [number for number, figures in open_differences.items() if best in figures]
        chosen[best] = f"less another published figure it leaves one of few businesses: {reasons[min(solved)]}"
        for number in solved:
            del open_differences[number]
    return chosen, sorted(hopeless)


def _goals(
    figured: pl.DataFrame,
    forbidden: set[int],
    compared: pl.DataFrame,
    disclosive: pl.DataFrame,
    method: PublicationMethod,
) -> Goals:
    """What must stay free to move, largest first: the figures that the rules forbid, and the differences."""
    share = method.protection_share
    value = pl.col("value") / HUNDREDTHS
    one_a_cell = figured.filter(pl.col("is_now") & pl.col("figure").is_in(sorted(forbidden))).select(
        "cell",
        "value",
        comparison=pl.lit(None, pl.Int64),
        title="label",
        required_lower=(1 - share) * value,
        required_upper=(1 + share) * value,
    )
    terms = (
        compared.join(disclosive, on="comparison")
        .with_columns(sign=pl.col("sign") * pl.col("direction"))
        .join(figured.select("cell", "month", "release", "profile", "label", "is_now"), on="cell")
        .sort("comparison", "is_now", "cell", descending=[False, True, False])
    )
    named = pl.format("{} of {} {}", "label", "profile", release_name())
    of_differences = terms.group_by("comparison", maintain_order=True).agg(
        pl.col("cell").first(),
        title=pl.format("{} less {}", pl.col("label").first(), named.slice(1).str.join(", ")),
        **{name: pl.col(name).first() for name in ("value", "required_lower", "required_upper")},
    )
    found = (
        pl.concat([one_a_cell, of_differences.select(one_a_cell.columns)])
        .sort("value", "cell", "comparison", descending=[True, False, False], nulls_last=True)
        .with_row_index("target")
        .with_columns(pl.col("target").cast(pl.Int64))
    )
    wanted = pl.concat(
        [
            found.filter(pl.col("comparison").is_null()).select("target", "cell", sign=pl.lit(1, pl.Int64)),
            found.select("target", "comparison").join(terms, on="comparison").select("target", "cell", "sign"),
        ]
    ).sort("target", "cell")
    return Goals(wanted, found.select(GOAL))


def _inside_now(compared: pl.DataFrame, left: pl.DataFrame, figured: pl.DataFrame) -> pl.DataFrame:
    """Which of this month's cells lie wholly inside which, as `Published.inside`."""
    past = compared.join(figured.filter(~pl.col("is_now")), on="cell", how="semi")
    return (
        compared.join(left.filter("is_nested"), on="comparison")
        .join(past, on="comparison", how="anti")
        .select("comparison", "cell", sign=pl.col("sign") * pl.col("direction"))
        .sort("comparison", "cell")
    )


def _inside_before(inside: pl.DataFrame, figured: pl.DataFrame, compared: pl.DataFrame) -> pl.DataFrame:
    """What earlier releases knew to lie inside what, as `Published.inside`, numbered after this month's comparisons."""
    first = 1 + max(compared["comparison"].to_list(), default=-1)
    return (
        inside.join(_one_a_vector(figured), on="vector")
        .select(comparison=first + pl.col("number"), cell="cell", sign="sign")
        .sort("comparison", "cell")
    )


def _one_a_vector(figured: pl.DataFrame) -> pl.DataFrame:
    """`vector`, `cell`: of the cells with the figure one that was not given apart from the others."""
    return (
        figured.with_columns(is_apart=pl.col("figure") != pl.col("vector"))
        .sort("is_apart", "cell")
        .unique("vector", keep="first", maintain_order=True)
        .select("vector", "cell")
    )


def _with_earlier(
    goals: Goals, earlier: pl.DataFrame, figured: pl.DataFrame, decided: set[int]
) -> tuple[Goals, list[int]]:
    """The goals of this month with those of earlier releases that are still open; and the targets of these.

    A single figure that this month has again, or that was given since, is `decided`: by this month's rules. Of sums
    that are the same, one is enough.
    """
    terms = earlier.group_by("number").agg(pl.struct("vector", "sign").sort()).rename({"vector": "terms"})
    own_terms = (
        goals.wanted.join(figured.select("cell", "vector"), on="cell")
        .group_by("target", "vector")
        .agg(pl.col("sign").sum())
        .group_by("target")
        .agg(pl.struct("vector", "sign").sort().alias("terms"))
    )
    is_decided = (pl.col("terms").list.len() == 1) & pl.col("terms").list.first().struct.field("vector").is_in(
        sorted(decided)
    )
    first = 1 + max(goals.required["target"].to_list(), default=-1)
    still_open = (
        terms.filter(~is_decided)
        .sort("number")
        .unique("terms", keep="first", maintain_order=True)
        .join(own_terms, on="terms", how="anti", maintain_order="left")
        .with_columns(target=pl.int_range(first, first + pl.len(), dtype=pl.Int64))
        .select("number", "target")
    )
    taken = earlier.join(still_open, on="number").sort("target", "vector")
    terms_taken = taken.drop("cell").join(_one_a_vector(figured), on="vector").select("target", "cell", "sign")
    taken = taken.unique("target", keep="first", maintain_order=True).select(GOAL)
    both = Goals(
        pl.concat([goals.wanted, terms_taken]).sort("target", "cell"),
        pl.concat([goals.required, taken]).sort("target"),
    )
    return both, taken["target"].to_list()


def _promised(goals: Goals, inside: pl.DataFrame, figured: pl.DataFrame) -> pl.DataFrame:
    """As `Controlled.promised`: the goals that this release adds, and what lies inside what.

    The titles of this month's get their month, by which later months tell them apart.
    """
    of_sums = inside.select(
        number="comparison",
        cell=pl.col("cell").first().over("comparison"),
        term="cell",
        sign="sign",
        kind=pl.lit("inside"),
        title=pl.lit(""),
        required_lower=pl.lit(None, pl.Float64),
        required_upper=pl.lit(None, pl.Float64),
    )
    of_goals = (
        goals.required.join(figured.select("cell", "month", "release", "is_now"), on="cell")
        .with_columns(title=pl.when("is_now").then(pl.format("{} in {}", "title", release_name())).otherwise("title"))
        .join(goals.wanted.rename({"cell": "term"}), on="target")
        .rename({"target": "number"})
        .with_columns(kind=pl.lit("goal"))
    )
    columns = ["kind", "number", "cell", "title", "required_lower", "required_upper"]
    return (
        pl.concat([of_goals.select(*columns, "term", "sign"), of_sums.select(*columns, "term", "sign")])
        .join(figured.select("vector", term="cell"), on="term")
        .group_by(*columns, "vector")
        .agg(pl.col("sign").sum())
        .sort("kind", "number", "vector")
    )


def _logged(figured: pl.DataFrame, reasons: dict[int, tuple[str, str]]) -> pl.DataFrame:
    """Rows of the log for every cell of this month that has one of the figures."""
    frame = pl.DataFrame(
        {
            "figure": list(reasons),
            "rule": [rule for rule, _ in reasons.values()],
            "reason": [reason for _, reason in reasons.values()],
        },
        schema={"figure": pl.Int64, "rule": pl.String, "reason": pl.String},
    )
    return figured.filter("is_now").join(frame, on="figure").select(LOG_SCHEMA.keys())


def _not_sensitive(secret: pl.DataFrame) -> Goals:
    """Figures suppressed for the sake of others: the attack is tried on them too, and asks nothing of the outcome."""
    value = pl.col("value") / HUNDREDTHS
    numbered = secret.with_row_index("target").with_columns(pl.col("target").cast(pl.Int64), title="label")
    return Goals(
        numbered.select("target", "cell", sign=pl.lit(1, pl.Int64)),
        numbered.with_columns(required_lower=value, required_upper=value).select(GOAL),
    )
