"""What else to suppress, until the attack fails: secondary suppression, audit, repair.

What belongs here: the loop, and what it asks for. What does not: how figures are chosen (secondary), which sums are
left over (residues), how anything is bounded (attack), what is sensitive by itself (control).

The relations between figures are stated once, in `Case`: the choice and the attack each make their own programmes of
them. The loop ends: every round suppresses more, and where all of this month is suppressed, what earlier months
published is all there is; a goal that those alone deny is lowered to what they allow.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count

import numpy as np
import polars as pl

from assets.method import PublicationMethod
from assets.methods.disclosure.attack import Published, attack, bound, is_protected
from assets.methods.disclosure.matrices import signed_sums, total_rows
from assets.methods.disclosure.programme import Relations
from assets.methods.disclosure.residues import GRAND_TOTAL, forbidden, residues
from assets.methods.disclosure.rules import HUNDREDTHS
from assets.methods.disclosure.secondary import Table, Targets, protect

SLACK = 5e-7
"""Of a bound that earlier months set, relative: what the programme that has to reach it is spared."""
GOAL = ("target", "cell", "title", "required_lower", "required_upper")


def release_name() -> pl.Expr:
    """What the release of `month` and `release` is called in titles."""
    month = pl.col("month").dt.strftime("%Y-%m")
    return pl.when(pl.col("release") > 1).then(pl.format("{} release {}", month, "release")).otherwise(month)


@dataclass(frozen=True)
class Case:
    """One measure: its figures, all relations between them, and what may be done."""

    figured: pl.DataFrame
    """As `Figures.cells`, with `figure` (cells with the same have one unknown), and `given` of this month too."""
    sums: pl.DataFrame
    """`total`, `part`."""
    inside: pl.DataFrame
    """`comparison`, `cell`, `sign`, as `Published.inside`."""
    contributions: pl.DataFrame
    """`vector`, `organisation`, `value` in hundredths."""
    known: frozenset[int]
    """Figures that earlier months gave: to suppress them hides nothing."""
    base: int
    method: PublicationMethod

    def published(self, suppressed: set[int] | None) -> Published:
        """What a reader has where these figures of this month are suppressed; None: all of them."""
        secret = pl.lit(True) if suppressed is None else pl.col("figure").is_in(sorted(suppressed))
        given = pl.when(~(pl.col("is_now") & secret)).then("given")
        return Published(self.figured.select("cell", "figure", "base", given=given), self.sums, self.inside, self.base)


@dataclass(frozen=True)
class Goals:
    """What must not be bounded closely, in units, by `target`."""

    wanted: pl.DataFrame
    """`target`, `cell`, `sign`: the signed sum."""
    required: pl.DataFrame
    """As GOAL: `cell` is the one it is reported of, `title` what it is called."""

    def only(self, targets: pl.Series) -> Goals:
        """Those of these numbers."""
        chosen = pl.col("target").is_in(targets.implode())
        return Goals(self.wanted.filter(chosen), self.required.filter(chosen))

    def with_others(self, others: Goals) -> Goals:
        """These and others; one of the others takes the place of one of the same cell and title."""
        kept = self.only(self.required.join(others.required, on=["cell", "title"], how="anti")["target"])
        return Goals(
            pl.concat([kept.wanted, others.wanted]).sort("target", "cell"),
            pl.concat([kept.required, others.required]).sort("target"),
        )


@dataclass(frozen=True)
class Safe:
    """What came out."""

    further: dict[int, str]
    """Figures to suppress besides, with the reason."""
    goals: Goals
    bounds: pl.DataFrame
    """What the attack found of each goal: `target`, `lower`, `upper`."""
    messages: list[str]


def safeguard(case: Case, suppressed: set[int], goals: Goals) -> Safe:
    """Suppress until no goal, and no forbidden sum that totals leave, can be bounded more closely than it may.

    `suppressed`: figures that are so in any case. Deterministic. Goals that are missed when nothing is left to suppress
    show in the bounds.
    """
    further: dict[int, str] = {}
    messages: list[str] = []
    seen = _promised_before(case, goals)
    pending = goals
    for attempt in count(1):
        pending = pending.with_others(_left_over(case, suppressed | set(further), seen, goals))
        while pending.required.height:
            more, reachable, said = _protected(case, suppressed | set(further), pending)
            further |= more
            messages += said
            goals = goals.with_others(reachable)
            pending = _left_over(case, suppressed | set(further), seen, goals)
        bounds = attack(case.published(suppressed | set(further)), goals.wanted, goals.required)
        missed = goals.only(bounds.join(goals.required, on="target").filter(~is_protected())["target"])
        more = repair(case, suppressed | set(further), missed, attempt) if missed.required.height else {}
        if not more:
            break
        further |= more
        messages.append(f"round {attempt}: the attack reached {missed.required.height}; {len(more)} more suppressed")
        pending = missed.only(pl.Series([], dtype=pl.Int64))
    return Safe(further, goals, bounds, messages)


def repair(case: Case, suppressed: set[int], missed: Goals, attempt: int) -> dict[int, str]:
    """Figures to suppress where the attack succeeded all the same: each attempt asks for a wider margin than the last.

    Where that suppresses nothing more, everything of this month; nothing, where that is so already.
    """
    margin = attempt * (pl.col("required_upper") - pl.col("required_lower"))
    wider = missed.required.with_columns(
        required_lower=pl.col("required_lower") - margin, required_upper=pl.col("required_upper") + margin
    )
    more, _, _ = _protected(case, suppressed, Goals(missed.wanted, wider))
    if more:
        return more
    rest = set(case.figured.filter("is_now")["figure"]) - suppressed - case.known
    return dict.fromkeys(sorted(rest), f"with it {missed.required['title'][0]} would be bounded too closely")


def _protected(case: Case, suppressed: set[int], goals: Goals) -> tuple[dict[int, str], Goals, list[str]]:
    """Figures to suppress, with the reason; the goals, lowered where earlier months deny them; and which those are."""
    more, denied = _chosen(case, suppressed, goals)
    if denied.required.is_empty():
        return more, goals, []
    allowed = denied.required.join(bound(case.published(None), denied.wanted), on="target")
    spared = {end: SLACK * (1 + pl.col(end).abs()) for end in ("lower", "upper")}
    lowered = Goals(
        denied.wanted,
        allowed.with_columns(
            required_lower=pl.max_horizontal("required_lower", pl.col("lower") + spared["lower"]),
            required_upper=pl.min_horizontal("required_upper", pl.col("upper") - spared["upper"]),
        ).select(GOAL),
    )
    again, _ = _chosen(case, suppressed | set(more), lowered)
    # What is missed by no more than the programmes' tolerance is denied by nobody.
    said = [
        f"{title}: what earlier months published bounds it more closely than {case.method.protection_share:.0%}; "
        "nothing is added to that"
        for title in allowed.filter(~is_protected())["title"]
    ]
    return more | again, goals.with_others(lowered), said


def _chosen(case: Case, suppressed: set[int], goals: Goals) -> tuple[dict[int, str], Goals]:
    """Secondary suppression: figures, with the reason, and the goals that no suppression of this month reaches."""
    method, base = case.method, case.base
    is_secret = pl.col("is_now") & pl.col("figure").is_in(sorted(suppressed))
    given, half = pl.when(~is_secret).then("given") / base, pl.col("base") / (2 * base)
    was_suppressed = ~pl.col("is_now") & pl.col("given").is_null()
    table = (
        case.figured.group_by("figure")
        .agg(
            low=(given - half).max(),
            high=(given + half).min(),
            weight=pl.when(pl.col("label") == GRAND_TOTAL)
            .then(method.grand_total_weight)
            .when(pl.col("table_name") == "totals")
            .then(method.totals_weight)
            .otherwise(1.0)
            .max()
            * pl.when(was_suppressed.any()).then(method.cover_weight).otherwise(1.0),
            is_now=pl.col("is_now").any(),
        )
        .sort("figure")
        .with_row_index("column")
    )
    columns = case.figured.join(table, on="figure").select("cell", "column")
    is_fixed = ~table["is_now"].to_numpy() | table["figure"].is_in(sorted(case.known)).to_numpy()
    choice = protect(
        Table(
            Relations(
                np.maximum(table["low"].fill_null(0.0).to_numpy(), 0.0),
                table["high"].fill_null(np.inf).to_numpy(),
                signed_sums(total_rows(case.sums), columns, table.height),
                signed_sums(case.inside.rename({"comparison": "row"}), columns, table.height),
            ),
            np.where(is_fixed, np.inf, table["weight"].to_numpy()),
        ),
        Targets(
            signed_sums(goals.wanted.rename({"target": "row"}), columns, table.height),
            goals.required["required_lower"].to_numpy() / base,
            goals.required["required_upper"].to_numpy() / base,
        ),
    )
    numbers, titles = table["figure"].to_list(), goals.required["title"].to_list()
    reason = "with it the totals would bound {} more closely than {:.0%}"
    more = {
        numbers[column]: reason.format(titles[goal], method.protection_share)
        for column, goal in choice.suppressed.items()
    }
    return more, goals.only(goals.required["target"].gather(choice.unprotected))


def _promised_before(case: Case, goals: Goals) -> set[tuple[int, ...]]:
    """Sums that are goals already, by their figures: those that earlier releases left over."""
    terms = goals.wanted.join(case.figured.select("cell", "figure"), on="cell").group_by("target").agg("figure", "sign")
    return {
        tuple(sorted(figures)) for figures, signs in terms.select("figure", "sign").iter_rows() if set(signs) == {1}
    }


def _left_over(case: Case, suppressed: set[int], seen: set[tuple[int, ...]], goals: Goals) -> Goals:
    """Goals for the forbidden sums that totals leave and that were not seen yet, numbered after the others."""
    left = residues(case.published(suppressed), case.figured)
    # Who holds what of a figure is known of a part of the releases, this month's and those near it.
    known = set(case.contributions["vector"])
    vectors = dict(case.figured.select("cell", "vector").iter_rows())
    new = left.filter(
        pl.Series(
            [
                tuple(figures) not in seen and known.issuperset(vectors[part] for part in parts)
                for figures, parts in left.select("residue", "parts").iter_rows()
            ],
            dtype=pl.Boolean,
        )
    )
    seen.update(tuple(figures) for figures in new["residue"])
    share, value = case.method.protection_share, pl.col("value") / HUNDREDTHS
    first = 1 + max(goals.required["target"].to_list(), default=-1)
    found = forbidden(new, case.figured, case.contributions, case.method).with_columns(
        target=pl.int_range(first, first + pl.len(), dtype=pl.Int64)
    )
    given_by = pl.when(pl.col("dimension").is_null()).then(pl.lit("")).otherwise(pl.format(" by {}", "dimension"))
    # An earlier total leaves another sum once this month gives a part that was suppressed then.
    since = case.figured.filter("is_now").select(release_name()).to_series().to_list()[:1]
    then = (
        pl.when("is_now")
        .then(pl.lit(""))
        .otherwise(pl.format(" in {} with what {} gives", release_name(), pl.lit(*since or [""])))
    )
    required = found.join(case.figured, left_on="total", right_on="cell").select(
        "target",
        cell="total",
        title=pl.format("{} less what is given of it{}{}", "label", given_by, then),
        required_lower=(1 - share) * value,
        required_upper=(1 + share) * value,
    )
    wanted = found.select("target", cell="parts").explode("cell").with_columns(sign=pl.lit(1, pl.Int64))
    return Goals(wanted.sort("target", "cell"), required.sort("target"))
