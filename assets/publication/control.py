"""Disclosure control of one measure: from what every business holds of every cell to what is given of each.

What belongs here: the order of the steps: rules on each figure, differences, the safeguard of both; and the log of
their reasons. What does not: each step's own method (rules, differences, safeguard), the attack.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from assets.method import PublicationMethod
from assets.publication.attack import bound
from assets.publication.differences import comparisons, differences, same_figures
from assets.publication.rules import HUNDREDTHS, concentration, failed_rules, round_to
from assets.publication.safeguard import GOAL, Case, Goals, safeguard

LOG_SCHEMA = {"cell": pl.Int64, "rule": pl.String, "reason": pl.String}


@dataclass(frozen=True)
class Controlled:
    """What came out for one measure."""

    cells: pl.DataFrame
    """`cell`, `status` ('' given, c suppressed, x no source has a figure), `given` (rounded; null unless given), of
    this month."""
    log: pl.DataFrame
    """`cell`, `rule`, `reason`."""
    bounds: pl.DataFrame
    """What the attack found: `cell` (that it is reported of), `title`, `lower`, `upper`, `required_lower`,
    `required_upper` in units."""
    messages: list[str]


def control(
    cells: pl.DataFrame,
    sums: pl.DataFrame,
    contributions: pl.DataFrame,
    base: int,
    method: PublicationMethod,
) -> Controlled:
    """Decide what is given of each cell of this month.

    `cells`: as `comparisons` takes them, without `figure`, and `given` (earlier months: as published, null where
    suppressed; this month: null), by `cell`. `sums`: `total`, `part`. `contributions`: `cell`, `organisation`, `value`
    in hundredths, known figures only. `base`: what to round to.
    """
    held = concentration(contributions, "cell")
    figured = (
        cells.join(held.select("cell", "value"), on="cell")
        .join(same_figures(contributions), on="cell")
        .with_columns(given=pl.when("is_now").then(round_to(base)).otherwise("given"))
        .sort("cell")
    )
    now = figured.filter("is_now")
    primary = failed_rules(held.join(now, on="cell", how="semi"), "cell", method)
    sensitive = set(now.join(primary, on="cell", how="semi")["figure"])
    figured, messages = _apart_from_the_past(figured, sensitive)

    compared = comparisons(figured, contributions, method)
    left = differences(compared, contributions, method)
    disclosive = _disclosive(compared, left, figured, base, method)
    # What was suppressed before stays so, unless this month has the same figure: then it is decided anew.
    earlier_secret = set(figured.filter(~pl.col("is_now") & pl.col("given").is_null())["figure"]) - set(now["figure"])
    known = set(figured.filter(~pl.col("is_now") & pl.col("given").is_not_null())["figure"])
    chosen, hopeless = _choose(compared, disclosive, figured, sensitive | earlier_secret, known)
    if hopeless:
        messages.append(
            f"{len(hopeless)} differences follow from figures that were published in earlier months; they stay"
        )
    disclosive = disclosive.filter(~pl.col("comparison").is_in(hopeless))

    log = [
        primary.select(LOG_SCHEMA.keys()),
        _logged(figured, {figure: ("difference", reason) for figure, reason in chosen.items()}),
    ]
    case = Case(
        figured,
        sums.join(figured.select(total="cell"), on="total", how="semi", maintain_order="left").join(
            figured.select(part="cell"), on="part", how="semi", maintain_order="left"
        ),
        _inside_now(compared, left, figured),
        contributions,
        frozenset(known),
        base,
        method,
    )
    forbidden = sensitive | _sensitive_before(figured, held, method)
    safe = safeguard(case, sensitive | set(chosen), _goals(figured, forbidden, compared, disclosive, method))
    log.append(_logged(figured, {figure: ("secondary", reason) for figure, reason in safe.further.items()}))
    suppressed = sensitive | set(chosen) | set(safe.further)

    is_secret = pl.col("is_now") & pl.col("figure").is_in(sorted(suppressed))
    final = figured.with_columns(given=pl.when(~is_secret).then("given"))
    status = (
        cells.filter("is_now")
        .select("cell")
        .join(final.select("cell", "given", has_figure=pl.lit(True)), on="cell", how="left")
        .select(
            "cell",
            "given",
            status=pl.when(pl.col("has_figure").is_null())
            .then(pl.lit("x"))
            .when(pl.col("given").is_null())
            .then(pl.lit("c"))
            .otherwise(pl.lit("")),
        )
        .sort("cell")
    )
    others = _not_sensitive(final.filter(is_secret & ~pl.col("figure").is_in(sorted(sensitive))))
    attacked = [
        safe.goals.required.join(safe.bounds, on="target"),
        others.required.join(bound(case.published(suppressed), others.wanted), on="target"),
    ]
    return Controlled(
        status,
        pl.concat(log).unique(["cell", "rule"], keep="first").sort("cell", "rule"),
        pl.concat(attacked).drop("target"),
        messages + safe.messages,
    )


def _sensitive_before(figured: pl.DataFrame, held: pl.DataFrame, method: PublicationMethod) -> set[int]:
    """Figures that the rules forbade in an earlier month, that were not given then and are none of this month's."""
    unseen = pl.col("given").is_null().all().over("figure") & ~pl.col("is_now").any().over("figure")
    return set(figured.filter(unseen).join(failed_rules(held, "cell", method), on="cell", how="semi")["figure"])


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
    then = pl.format("{} in {}", "label", pl.col("month").dt.strftime("%Y-%m"))
    is_wanted = pl.col("is_now") | ~pl.col("is_now").any().over("figure")
    one_a_cell = figured.filter(pl.col("figure").is_in(sorted(forbidden)) & is_wanted).select(
        "cell",
        "value",
        comparison=pl.lit(None, pl.Int64),
        title=pl.when("is_now").then("label").otherwise(then),
        required_lower=(1 - share) * value,
        required_upper=(1 + share) * value,
    )
    terms = (
        compared.join(disclosive, on="comparison")
        .with_columns(sign=pl.col("sign") * pl.col("direction"))
        .join(figured.select("cell", "month", "profile", "label", "is_now"), on="cell")
        .sort("comparison", "is_now", "cell", descending=[False, True, False])
    )
    named = pl.format("{} of {} {}", "label", "profile", pl.col("month").dt.strftime("%Y-%m"))
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
