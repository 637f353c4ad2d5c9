"""The report of a month: what stands in it, and its files.

What belongs here: choosing and ordering what the report shows. What does not: reading (`report_inputs`), drawing
(`report_pictures`), words and layout (`report/report.html`). Same inputs, same bytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from assets.method import PublicationMethod
from assets.methods.disclosure.address_bands import shares_at_one_place
from assets.methods.typology.types import CLUSTER_TYPES
from assets.months import Month
from assets.publication.notes import DATA_LICENCE, LIMITATIONS, disclosure_notes
from assets.publication.parameters import parameter_rows
from assets.publication.report_inputs import ReportInputs
from assets.publication.report_trust import trust_content
from assets.publication.source_drops import attributions
from assets.publication.standing import Standing
from assets.reference import CATEGORIES, OVERALL

if TYPE_CHECKING:
    from jinja2 import Environment

TEMPLATES = Path(__file__).parent / "report"
STYLE = "report/report.css"
TOP = 10
HALF = 0.5
EVENTS = {
    "birth": "born",
    "death": "ended",
    "merge": "merged into another",
    "split": "born of a split",
    "type_change": "changed type",
    "rename": "renamed",
    "continuation": "kept",
}
POLICY = "default-src 'none'; style-src 'self'; img-src 'self'; connect-src 'none'; base-uri 'none'; form-action 'none'"
RULES = {
    "threshold": "too few firms",
    "dominance": "one or two businesses hold most of it",
    "p_percent": "a business could tell another's figure closely",
    "difference": "the difference to another cluster would tell of few businesses",
    "secondary": "it would follow from others that are published",
}


def report_files(inputs: ReportInputs, index_size: int, pictures: Mapping[str, bytes]) -> dict[str, bytes]:
    """`report.html` and its files by path. `index_size` is how many clusters each table of the Index shows; `pictures`
    are PNGs by name (`map-<profile>`, `counts`, `index`, `rankings`), each shown where it is there."""
    page = environment().get_template("report.html").render(_content(inputs, index_size, frozenset(pictures)))
    return {
        "report.html": page.encode("utf-8"),
        STYLE: (TEMPLATES / "report.css").read_bytes(),
        **{f"report/{name}.png": picture for name, picture in pictures.items()},
    }


def downloads_page(
    month: Month, files: list[dict[str, object]], method: PublicationMethod, standing: Standing
) -> bytes:
    """`downloads.html`: each file with what it is, its size and its digest."""
    page = environment().get_template("downloads.html")
    return page.render(
        month=month,
        month_in_words=in_words(month),
        standing=standing,
        files=files,
        policy=POLICY,
        style=STYLE,
        licence=DATA_LICENCE,
        disclosure=disclosure_notes(method),
    ).encode("utf-8")


def headlines(inputs: ReportInputs) -> dict[str, Any]:
    """The report's first figures, by what they are."""
    found: dict[str, Any] = {
        f"clusters, {profile}": rows.height for (profile,), rows in inputs.now.group_by("profile", maintain_order=True)
    }
    first = inputs.rankings.filter((pl.col("category") == OVERALL) & (pl.col("rank") == 1))
    if first.height:
        found["first of the Index"] = f"{first['name'][0]}, {first['percentage'][0]:.1f}%"
    return found


def in_words(month: Month) -> str:
    """May 2025."""
    return month.first_day.strftime("%B %Y")


def compare_clusters(now: pl.DataFrame, then: pl.DataFrame) -> pl.DataFrame:
    """By profile in both: clusters `then` and `now`, `kept` under their identifier, `new`, `ended`, `changed_type`."""
    both = now.select("profile", "cluster_id", type_now="cluster_type").join(
        then.select("profile", "cluster_id", type_then="cluster_type"),
        on=["profile", "cluster_id"],
        how="full",
        coalesce=True,
    )
    is_now, is_then = pl.col("type_now").is_not_null(), pl.col("type_then").is_not_null()
    return (
        both.group_by("profile")
        .agg(
            then=is_then.sum(),
            now=is_now.sum(),
            kept=(is_now & is_then).sum(),
            new=(is_now & ~is_then).sum(),
            ended=(is_then & ~is_now).sum(),
            changed_type=(is_now & is_then & (pl.col("type_now") != pl.col("type_then"))).sum(),
        )
        .filter(pl.col("profile").is_in(then["profile"].unique().implode()))
        .sort("profile")
    )


@cache
def environment() -> Environment:
    """Templates of the report; every text is escaped."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {"count": _count, "money": _money, "percent": _percent, "change": _change, "bytes": _size}
    return made


def _content(inputs: ReportInputs, index_size: int, pictures: frozenset[str]) -> dict[str, Any]:
    month, now = inputs.month, inputs.now
    profiles = sorted({*now["profile"], *inputs.counts.filter(pl.col("month") == month.first_day)["profile"]})
    ranked = inputs.rankings.filter(pl.col("rank") <= index_size)
    return {
        "month": month,
        "month_in_words": in_words(month),
        "standing": inputs.standing,
        "policy": POLICY,
        "style": STYLE,
        "licence": DATA_LICENCE,
        "pictures": pictures,
        "has_map": now.height > 0,
        "has_index": inputs.rankings.height > 0,
        "headlines": headlines(inputs),
        "types": CLUSTER_TYPES,
        "counts": [_counts(inputs, profile) for profile in profiles],
        "totals": {
            profile: inputs.totals.filter((pl.col("profile") == profile) & (pl.col("dimension") == "all")).to_dicts()
            for profile in profiles
        },
        "addresses": {profile: _addresses(inputs, profile) for profile in profiles},
        "event_words": EVENTS,
        "events": [_events(inputs, profile) for profile in profiles],
        **trust_content(inputs, profiles),
        "comparisons": [
            (words, in_words(then), _comparison(inputs, then))
            for words, then in (("the month before", month.plus(-1)), ("twelve months before", month.plus(-12)))
        ],
        "profiles": profiles,
        "by_firms": {profile: _largest(now, profile, pl.col("firms")) for profile in profiles},
        "by_funding": {
            profile: _largest(now, profile, pl.col("iuk_funding_gbp") + pl.col("ukri_funding_gbp"))
            for profile in profiles
        },
        "index_tables": {
            category: ranked.filter(pl.col("category") == category).to_dicts()
            for category in (OVERALL, *CATEGORIES)
            if category in ranked["category"]
        },
        "movers": _movers(inputs.rankings),
        "models": inputs.models.to_dicts(),
        "model_quality": inputs.model_quality.to_dicts(),
        "sources": inputs.sources,
        "attributions": attributions(inputs.sources),
        "notices": list(inputs.notices),
        "check_counts": _check_counts(inputs.checks),
        "check_problems": inputs.checks.filter(pl.col("outcome") != "passed").to_dicts(),
        "methods": [_method(inputs, profile) for profile in profiles],
        "parameters": parameter_rows(list(inputs.profiles)).to_dicts(),
        "profile_names": [profile.name for profile in inputs.profiles],
        "suppressions": [row | {"words": RULES[row["rule"]]} for row in inputs.suppressions.to_dicts()],
        "disclosure": disclosure_notes(inputs.profiles[0].publication),
        "limitations": LIMITATIONS,
    }


def _counts(inputs: ReportInputs, profile: str) -> dict[str, Any]:
    """Of each type the clusters now, and the difference to a month and a year before where those are there."""

    def of(month: Month) -> dict[str, int]:
        rows = inputs.counts.filter((pl.col("profile") == profile) & (pl.col("month") == month.first_day))
        found = dict(rows.select("cluster_type", "clusters").iter_rows())
        return found | {"all": sum(found.values())} if found else {}

    now, month_before, year_before = of(inputs.month), of(inputs.month.plus(-1)), of(inputs.month.plus(-12))
    return {
        "profile": profile,
        "rows": [
            {
                "type": kind,
                "now": now.get(kind, 0),
                "month": now.get(kind, 0) - month_before.get(kind, 0) if month_before else None,
                "year": now.get(kind, 0) - year_before.get(kind, 0) if year_before else None,
            }
            for kind in (*CLUSTER_TYPES, "all")
        ],
    }


def _addresses(inputs: ReportInputs, profile: str) -> list[dict[str, Any]]:
    """Of how many of a profile's clusters more than half of the firms, and a share told of, are at one postcode."""
    method = inputs.profiles[0].publication
    clusters = inputs.now.filter(pl.col("profile") == profile)
    found = shares_at_one_place(clusters, (HALF, method.address_notice_share), method).filter(pl.col("clusters") > 0)
    return found.with_columns(unknown=clusters.height - pl.col("clusters")).to_dicts()


def _events(inputs: ReportInputs, profile: str) -> dict[str, Any]:
    rows = inputs.events.filter(pl.col("profile") == profile)
    earlier = max(rows["earlier_month"].drop_nulls().to_list(), default=None)
    return {
        "profile": profile,
        "earlier_month": None if earlier is None else in_words(Month.of(earlier)),
        "clusters": dict(rows.select("event", "clusters").iter_rows()),
    }


def _comparison(inputs: ReportInputs, then: Month) -> list[dict[str, Any]]:
    earlier = inputs.clusters.filter(pl.col("month") == then.first_day)
    return compare_clusters(inputs.now, earlier).to_dicts()


def _largest(clusters: pl.DataFrame, profile: str, by: pl.Expr) -> list[dict[str, Any]]:
    return (
        clusters.filter(pl.col("profile") == profile)
        .with_columns(by=by)
        .filter(pl.col("by") > 0)
        .sort("by", "cluster_id", descending=[True, False])
        .head(TOP)
        .to_dicts()
    )


def _movers(rankings: pl.DataFrame) -> dict[str, list[dict[str, Any]]]:
    """Clusters of the Index whose share changed most, against the month and the year before."""
    return {
        words: rankings.drop_nulls(column)
        .filter(pl.col(column).abs().round(2) > 0)
        .with_columns(moved=column)
        .sort(pl.col("moved").abs(), "category", "rank", descending=[True, False, False])
        .head(TOP)
        .to_dicts()
        for words, column in (
            ("Since the month before", "percentage_change_month"),
            ("In twelve months", "percentage_change_year"),
        )
    }


def _check_counts(checks: pl.DataFrame) -> list[dict[str, Any]]:
    outcome = pl.col("outcome")
    return (
        checks.group_by("layer", maintain_order=True)
        .agg(
            tables=pl.col("table").n_unique(),
            passed=(outcome == "passed").sum(),
            warned=(outcome == "warned").sum(),
            failed=(outcome == "failed").sum(),
        )
        .to_dicts()
    )


def _method(inputs: ReportInputs, profile: str) -> dict[str, Any]:
    """What a profile is, as far as the run that makes the report knows: it may have been given others."""
    known = next((given for given in inputs.profiles if given.name == profile), None)
    stands = sorted(set(inputs.now.filter(pl.col("profile") == profile)["profile_fingerprint"]))
    return {
        "name": profile,
        "description": known.description if known else "not among the profiles that this report was made with",
        "fingerprints": stands,
        "is_as_given": known is not None and stands in ([], [known.fingerprint]),
    }


def _count(value: float | None) -> str:
    return "" if value is None else f"{value:,.0f}"


def _money(value: float | None) -> str:
    """GBP 1.2bn, 3.4m, 560k."""
    if value is None:
        return ""
    for size, letter in ((1e9, "bn"), (1e6, "m"), (1e3, "k")):
        if abs(value) >= size:
            return f"£{value / size:,.1f}{letter}"
    return f"£{value:,.0f}"


def _percent(value: float | None, decimals: int = 1) -> str:
    """Of a figure that is in percent."""
    return "" if value is None else f"{value:.{decimals}f}%"


def _change(value: float | None, decimals: int = 0) -> str:
    """With its sign; a dash where it is not known."""
    if value is None:
        return "–"
    text = f"{abs(value):,.{decimals}f}"
    return text if float(text.replace(",", "")) == 0 else f"{'+' if value > 0 else '−'}{text}"


def _size(value: int) -> str:
    return f"{value / 1e6:,.1f} MB" if value >= 1e6 else f"{value / 1e3:,.1f} kB"
