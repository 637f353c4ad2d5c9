"""Why something became of a cluster: whether its firms changed, or what we know them by.

What belongs here: from the firms that an event is made of, and what changed of their sites and of the sources, the
cause with its figures. What does not: which firms these are (`history`), reading either (inputs).

The rule [ours] is a counterfactual one. Of each firm that a cluster gained or lost it is asked what alone would have
made the difference. If the firm was not known in the other month, the register's coming and going did; if the site was
there with another code, its code; if by the earlier month's list of sectors its present code gives the membership that
it had, the list; if it stands elsewhere under the same postcode, the directory. What a firm did itself counts for the
source instead where the source is another by then: under a new register nobody can tell a new firm from one newly
registered. A firm that both registers know by its number did neither come nor go, though: that it moved or took up
another activity is its own doing, unless the register has so many elsewhere that it must note places, or activities, in
another way. What no change of its own explains is the profile's where its parameters changed. The cause that explains
most firms is named; where it explains few, as of a group whose surroundings changed, the changes of its whole sector
are asked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from assets.method import HistoryMethod

EVENT_KEY = ["cluster_id", "event", "earlier_cluster_id"]
WORDS = {
    "new": "new in the register",
    "gone": "no longer in the register",
    "new site": "at a site that is new",
    "site gone": "at a site that is gone",
    "other firm": "at a site that is another organisation's by now",
    "list": "in another sector by the list of sectors",
    "code": "with another code of activity",
    "moved": "moved",
    "directory": "placed elsewhere by the postcode directory",
    "activity": "with R&D activity begun or ended",
    "as before": "as before",
}
"""What can be said of a firm's site, in words."""
COMING = ("new", "gone", "new site", "site gone", "other firm")
CHANGING = ("code", "moved")
OWN = (*COMING, *CHANGING)
"""What a firm does itself, as its register tells: it comes or goes, or is another by then."""
REGISTER_DATASETS = ("idbr_enterprises", "idbr_local_units", "companies_house")
RTIC_DATASETS = ("rtic_companies", "rtic_locations")


@dataclass(frozen=True)
class SourceChange:
    """What of the sources is another than in the earlier month, each in words; what is absent did not change."""

    register: str = ""
    lists: Mapping[str, str] = field(default_factory=dict)
    """By scheme: sic, rtic."""
    postcodes: str = ""
    readers: Mapping[str, str] = field(default_factory=dict)
    """By dataset."""
    profile: str = ""

    def words_of(self, cause: str) -> str:
        """A sentence on the source that a cause names; empty of `firms`."""
        said = {
            "register": self.register,
            "taxonomy": " ".join(self.lists.values()),
            "postcodes": self.postcodes,
            "reader": " ".join(self.readers.values()),
            "profile": self.profile,
        }
        return said.get(cause, "")


def source_change(earlier: Mapping[str, object], now: Mapping[str, object]) -> SourceChange:
    """What changed between two rows of `typology.month_sources`."""
    lists = {}
    for scheme, name in (("sic", "SIC"), ("rtic", "RTIC")):
        classification, digest, as_of = (f"{scheme}_{part}" for part in ("classification", "list_sha256", "list_as_of"))
        if earlier[classification] != now[classification]:
            lists[scheme] = (
                f"The list of {name} sectors is of {now[classification]}, before of {earlier[classification]}."
            )
        elif earlier[digest] != now[digest]:
            lists[scheme] = f"The list of {name} sectors is that of {now[as_of]}, before that of {earlier[as_of]}."
    versions, before = _versions(now["readers"]), _versions(earlier["readers"])
    return SourceChange(
        register=f"The register is {now['register']}, before {earlier['register']}."
        if earlier["register"] != now["register"]
        else "",
        lists=lists,
        postcodes=f"The postcode directory is that of {now['postcodes_as_of']}, before that of "
        f"{earlier['postcodes_as_of']}."
        if earlier["postcodes_sha256"] != now["postcodes_sha256"]
        else "",
        readers={
            dataset: f"The reader of {dataset} is version {version}, before {before[dataset]}."
            for dataset, version in versions.items()
            if before.get(dataset, version) != version
        },
        profile=f"The profile's parameters are others ({now['profile_fingerprint']}, before "
        f"{earlier['profile_fingerprint']})."
        if earlier["profile_fingerprint"] != now["profile_fingerprint"]
        else "",
    )


def kinds(differing: pl.DataFrame, changed: pl.DataFrame, moved_m: float) -> pl.DataFrame:
    """What can be said of the site by which each firm was gained or lost.

    `differing`: `organisation_id`, `site_id` (may be null), `side` (gained or lost), `scheme` (null of a network
    cluster), `earlier_sector`, `sector`. `changed`: the sites that are not as they were, in the columns of the input
    `changed_sites`; any other is as before. Returns `differing` with `kind`, one of WORDS, and `in_register`.
    """
    was, is_ = pl.col("earlier_organisation_id").is_not_null(), pl.col("now_organisation_id").is_not_null()
    of_rdi = pl.col("scheme") == "rdi"
    earlier_name, name = (pl.concat_str("scheme", column, separator="/") for column in ("earlier_sector", "sector"))
    was_in = pl.when(of_rdi).then("earlier_is_rdi_active").otherwise(_holds("earlier_sectors", earlier_name))
    is_in = pl.when(of_rdi).then("is_rdi_active").otherwise(_holds("sectors", name))
    would_be_in = _holds("sectors_by_earlier_lists", earlier_name)
    east, north = (
        pl.col(column).cast(pl.Float64) - pl.col(f"earlier_{column}").cast(pl.Float64)
        for column in ("easting", "northing")
    )
    was_placed, is_placed = pl.col("earlier_easting").is_not_null(), pl.col("easting").is_not_null()
    is_elsewhere = (was_placed != is_placed) | ((east**2 + north**2).sqrt() > moved_m)
    other_postcode = pl.col("postcode").ne_missing(pl.col("earlier_postcode"))
    of_sector = pl.col("scheme").is_not_null() & (was_in != is_in)
    by_list = (would_be_in == was_in) | pl.col("is_of_unknown_code")
    kind = (
        pl.when(~was & ~is_)
        .then(pl.lit("as before"))
        .when(~was)
        .then(pl.when("was_known").then(pl.lit("new site")).otherwise(pl.lit("new")))
        .when(~is_)
        .then(pl.when("is_known_still").then(pl.lit("site gone")).otherwise(pl.lit("gone")))
        .when(pl.col("earlier_organisation_id") != pl.col("now_organisation_id"))
        .then(pl.lit("other firm"))
        .when(of_sector & of_rdi)
        .then(pl.lit("activity"))
        .when(of_sector)
        .then(pl.when(by_list).then(pl.lit("list")).otherwise(pl.lit("code")))
        .when(is_elsewhere)
        .then(pl.when(other_postcode).then(pl.lit("moved")).otherwise(pl.lit("directory")))
        .when(pl.col("earlier_is_rdi_active") != pl.col("is_rdi_active"))
        .then(pl.lit("activity"))
        .otherwise(pl.lit("as before"))
    )
    sites = changed.rename({"organisation_id": "now_organisation_id", "in_register": "now_in_register"})
    return (
        differing.join(sites, on="site_id", how="left", maintain_order="left")
        .with_columns(kind=kind, in_register=pl.coalesce("now_in_register", "earlier_in_register").fill_null(False))
        .select(*differing.columns, "kind", "in_register")
    )


def of_register(changed: pl.DataFrame, change: SourceChange, habit_share: float) -> tuple[str, ...]:
    """The kinds of OWN that another register makes itself; none where it is the same.

    `changed`: as for `kinds`, with `is_told_again`, of a site that stands under an earlier reference too, and
    `register_sites`, the register's sites in all. Coming and going; of CHANGING what more than `habit_share` of its
    sites have done.
    """
    if not change.register:
        return ()
    in_both = pl.col("in_register") & pl.col("earlier_in_register") & ~pl.col("is_told_again")
    by_earlier_lists = pl.col("sectors_by_earlier_lists").fill_null("")
    has_changed = {
        "code": (by_earlier_lists != pl.col("earlier_sectors")) & ~pl.col("is_of_unknown_code"),
        "moved": pl.col("postcode").ne_missing(pl.col("earlier_postcode")),
    }
    shares = changed.select(
        ((in_both & has).sum() / pl.col("register_sites").max()).alias(kind) for kind, has in has_changed.items()
    )
    return (*COMING, *(kind for kind in CHANGING if (shares[kind].item() or 0) > habit_share))


def with_causes(told: pl.DataFrame, change: SourceChange, of_register: Sequence[str]) -> pl.DataFrame:
    """The rows of `kinds` with the `cause` of each firm's difference: a value of `cause_order`, or null.

    `of_register`: the kinds that another register makes itself.
    """
    by_own = (
        pl.when(pl.col("in_register") & pl.col("kind").is_in(of_register))
        .then(pl.lit("register"))
        .when(
            pl.when("in_register")
            .then(pl.lit(_any_reader(change, REGISTER_DATASETS)))
            .otherwise(pl.lit(_any_reader(change, RTIC_DATASETS)))
        )
        .then(pl.lit("reader"))
        .otherwise(pl.lit("firms"))
    )
    placing = "postcodes" if change.postcodes else "reader" if "postcodes" in change.readers else "firms"
    return told.with_columns(
        cause=pl.when(pl.col("kind").is_in(OWN))
        .then(by_own)
        .when(pl.col("kind") == "list")
        .then(pl.lit("taxonomy"))
        .when(pl.col("kind") == "directory")
        .then(pl.lit(placing))
        .when(pl.col("kind") == "activity")
        .then(pl.lit("firms"))
        .otherwise(pl.lit("profile" if change.profile else None, pl.String))
    )


def explained(rows: pl.DataFrame, by: Sequence[str], order: Sequence[str]) -> pl.DataFrame:
    """What the firms of each group of rows are counted to, and the cause that explains most.

    `rows`: as of `with_causes`, with the columns `by`. A firm with several sites counts once, with what is said of
    most of them. Returns `by`, `firms`, `cause` (null where none explains any), `explained_share` and `told`, the
    kinds with their numbers of firms in words, most first.
    """
    order_of = {cause: number for number, cause in enumerate(order)}
    per_firm = (
        rows.group_by(*by, "organisation_id", "kind", "cause")
        .len("sites")
        .sort(
            *by,
            "organisation_id",
            "sites",
            "kind",
            "cause",
            descending=[*[False] * (len(by) + 1), True, False, False],
            nulls_last=True,
        )
        .unique([*by, "organisation_id"], keep="first", maintain_order=True)
    )
    of_causes = (
        per_firm.group_by(*by, "cause")
        .len("explained")
        .drop_nulls("cause")
        .with_columns(rank=pl.col("cause").replace_strict(order_of, default=len(order_of), return_dtype=pl.Int64))
        .sort(*by, "explained", "rank", descending=[*[False] * len(by), True, False], nulls_last=True)
        .unique(by, keep="first", maintain_order=True)
    )
    words = (
        per_firm.group_by(*by, "kind")
        .len("count")
        .sort(*by, "count", "kind", descending=[*[False] * len(by), True, False], nulls_last=True)
        .group_by(by, maintain_order=True)
        .agg(
            firms=pl.col("count").sum().cast(pl.Int64),
            told=pl.format("{} {}", "count", pl.col("kind").replace_strict(WORDS)).str.join(", "),
        )
    )
    return (
        words.join(of_causes.select(*by, "cause", "explained"), on=by, how="left", nulls_equal=True)
        .with_columns(explained_share=pl.col("explained").fill_null(0) / pl.col("firms"))
        .select(*by, "firms", "cause", "explained_share", "told")
    )


def causes(differing: pl.DataFrame, changed: pl.DataFrame, change: SourceChange, method: HistoryMethod) -> pl.DataFrame:
    """The cause of every event that firms differ for: EVENT_KEY, `cause`, `cause_share`, `cause_detail`.

    `differing` and `changed`: as for `kinds`, the former with EVENT_KEY. `cause_share` is the share of the firms that
    the cause explains, null where the whole sector was asked.
    """
    by_register = of_register(changed, change, method.register_habit_share)
    told = explained(
        with_causes(kinds(differing, changed, method.moved_m), change, by_register),
        [*EVENT_KEY, "scheme", "sector", "earlier_sector"],
        method.cause_order,
    )
    is_weak = pl.col("explained_share") < method.min_explained_share
    weak = told.filter(is_weak)
    around = _of_sectors(weak, changed, change, method) if not weak.is_empty() else _NOTHING_AROUND
    joined = told.join(around, on=["scheme", "sector", "earlier_sector"], how="left", nulls_equal=True)
    asked = is_weak & pl.col("around_cause").is_not_null()
    cause = pl.when(asked).then("around_cause").otherwise(pl.col("cause").fill_null("firms"))
    said = {name: change.words_of(name) for name in method.cause_order}
    return joined.with_columns(
        cause=cause,
        cause_share=pl.when(is_weak).then(None).otherwise("explained_share"),
        around=pl.when(asked)
        .then(pl.format(" Of its sector changed, {}: {}.", "around_firms", "around_told"))
        .when(is_weak)
        .then(pl.lit(" No change of its firms or of the sources explains it: those around it did."))
        .otherwise(pl.lit("")),
    ).select(
        *EVENT_KEY,
        "cause",
        "cause_share",
        cause_detail=pl.concat_str(
            pl.format("Gained or lost, {}: {}.", "firms", "told"),
            "around",
            pl.lit(" ") + pl.col("cause").replace_strict(said, default="", return_dtype=pl.String),
        ).str.strip_chars(),
    )


_AROUND = {
    "scheme": pl.String,
    "sector": pl.String,
    "earlier_sector": pl.String,
    "around_cause": pl.String,
    "around_firms": pl.Int64,
    "around_told": pl.String,
}
_NOTHING_AROUND = pl.DataFrame(schema=_AROUND)


def _of_sectors(weak: pl.DataFrame, changed: pl.DataFrame, change: SourceChange, method: HistoryMethod) -> pl.DataFrame:
    """The changes of the whole of each sector that has events without a cause of their own."""
    sectors = ["scheme", "sector", "earlier_sector"]
    wanted = weak.select(sectors).unique().drop_nulls()
    found = []
    for scheme, sector, earlier_sector in wanted.sort(sectors).iter_rows():
        if scheme == "rdi":
            inside = pl.col("earlier_is_rdi_active").fill_null(False) | pl.col("is_rdi_active").fill_null(False)
        else:
            was_in = _holds("earlier_sectors", pl.lit(f"{scheme}/{earlier_sector}"))
            inside = was_in | _holds("sectors", pl.lit(f"{scheme}/{sector}"))
        found.append(
            changed.filter(inside).select(
                "site_id",
                organisation_id=pl.coalesce("organisation_id", "earlier_organisation_id"),
                scheme=pl.lit(scheme),
                sector=pl.lit(sector),
                earlier_sector=pl.lit(earlier_sector),
            )
        )
    if not found:
        return _NOTHING_AROUND
    by_register = of_register(changed, change, method.register_habit_share)
    rows = with_causes(kinds(pl.concat(found), changed, method.moved_m), change, by_register)
    rows = rows.filter(pl.col("kind") != "as before")
    if rows.is_empty():
        return _NOTHING_AROUND
    return explained(rows, sectors, method.cause_order).select(
        *sectors, around_cause="cause", around_firms="firms", around_told="told"
    )


def _holds(column: str, name: pl.Expr) -> pl.Expr:
    """Whether a site's sectors, a line each, hold one; false of a site that has none."""
    lines = pl.concat_str(pl.lit("\n"), pl.col(column).fill_null(""), pl.lit("\n"))
    return lines.str.contains(pl.concat_str(pl.lit("\n"), name, pl.lit("\n")), literal=True).fill_null(False)


def _versions(readers: object) -> dict[str, str]:
    """Dataset -> version of its reader, from the text that the table has."""
    parts = (part.rpartition(" ") for part in str(readers).split("; ") if part)
    return {dataset: version for dataset, _, version in parts}


def _any_reader(change: SourceChange, datasets: Sequence[str]) -> bool:
    return any(dataset in change.readers for dataset in datasets)
