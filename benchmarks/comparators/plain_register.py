"""The plain route, second part: who is who, where their sites are, and what falls to each site. Polars throughout.

What belongs here: matching, sites, funding and its apportioning. What does not: reading (`plain_drops`), clusters
(`plain_route`). Linkage of names that no exact rule matches is splink's, called as the project calls it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from assets.method import LinkageMethod, OrganisationsMethod
from assets.methods.linkage.institutions import institution_points
from assets.methods.linkage.linkage import link
from assets.months import Month
from assets.reference import shipped_list
from benchmarks.comparators.plain_drops import Drops

METHOD = OrganisationsMethod()
LEGAL_FORMS = (
    "PUBLIC LIMITED COMPANY|COMMUNITY INTEREST COMPANY|LIMITED LIABILITY PARTNERSHIP|LIMITED PARTNERSHIP"
    "|LIMITED|LTD|PLC|LLP|LP|CIC|CIO|SCIO|CYFYNGEDIG|CYF|CCC|PAC|INCORPORATED|INC"
)
KEY = ["dataset", "record_key"]
"""Of a record."""


@dataclass(frozen=True)
class Register:
    """The month's organisations and sites, and what follows from who is who."""

    organisations: pl.DataFrame
    """organisation_id, is_firm, employees, turnover_pence."""
    sites: pl.DataFrame
    """site_id, organisation_id, place, grid, easting, northing, latitude, longitude; located and not left out."""
    site_sectors: pl.DataFrame
    """site_id, scheme, sector."""
    participations: pl.DataFrame
    """source, project_id, organisation_id, is_in_window."""
    active: pl.DataFrame
    """organisation_id, publications, fractional (ten-thousandths); of all that are RD&I-active."""
    apportioned: pl.DataFrame
    """site_id, employees, turnover, iuk_funding, ukri_funding, publications (hundredths), fractional."""


def build_register(drops: Drops, month: Month) -> Register:
    """Match, place, count and apportion."""
    records, places = _records(drops), _places(drops)
    matches = _match(records, places)
    organisations = _organisations(records.join(matches, on=["dataset", "record_key"]), drops, matches)
    all_sites = _sites(places.join(matches, on=["dataset", "record_key"]), drops)
    sites = _with_institutions(all_sites, drops, matches)
    usable = sites.filter(pl.col("easting").is_not_null() & ~pl.col("is_excluded"))
    start = date(month.last_day.year - METHOD.rdi_window_years, month.last_day.month, month.last_day.day)
    projects = _projects(drops, start, month.last_day)
    partners = _partners(drops, projects, matches)
    participations = (
        partners.join(projects, on=["source", "project_id"])
        .select("source", "project_id", "organisation_id", "is_in_window")
        .unique()
    )
    active = _active(drops, matches, participations, start, month.last_day)
    money = _site_funding(_funding(partners, projects), usable)
    organisations = _with_site_employees(organisations, sites)
    return Register(
        organisations.select("organisation_id", "is_firm", "employees", "turnover_pence"),
        usable.select(
            "site_id",
            "organisation_id",
            pl.coalesce("postcode", "site_id").alias("place"),
            "grid",
            "easting",
            "northing",
            "latitude",
            "longitude",
        ),
        _site_sectors(drops, matches, usable),
        participations,
        active,
        apportion(usable, organisations, active, money),
    )


def _normalised(name: pl.Expr) -> pl.Expr:
    """A name in capitals, without accents, punctuation, article and legal form."""
    words = (
        name.str.normalize("NFKD")
        .str.replace_all(r"\p{M}", "")
        .str.to_uppercase()
        .str.replace_all("&", " AND ", literal=True)
        .str.replace_all(r"[.'’`]", "")
        .str.replace_all(r"[^A-Z0-9]+", " ")
        .str.strip_chars()
    )
    stem = words.str.replace("^THE ", "").str.replace(f"( ({LEGAL_FORMS}))+$", "")
    return pl.when(stem != "").then(stem).otherwise(name.str.strip_chars().str.to_uppercase())


def _records(drops: Drops) -> pl.DataFrame:
    """Every name in every source: dataset, record_key, name, normalised_name, crn, entref, postcode, hint."""
    none, no = pl.lit(None, pl.String), pl.lit(False)
    participants = (
        drops.participants.with_columns(_record_key())
        .group_by("dataset", "record_key")
        .agg(
            pl.col("name", "crn", "postcode").first(),
            pl.col("size").filter(pl.col("size").str.contains("academ")).first(),
        )
    )
    tables = [
        (drops.enterprises, "idbr_enterprises", "entref", "name", "crn", "entref", none, "legal_status", no),
        (drops.companies, "rtic_companies", "company_number", "name", "company_number", none, none, none, no),
        (participants, None, "record_key", "name", "crn", none, "postcode", "size", no),
        (drops.project_organisations, "ukri", "organisation_key", "name", none, none, "postcode", none, "is_overseas"),
        (drops.institutions, "publications", "institution_key", "name", none, none, none, "type", no),
    ]
    names = ("record_key", "name", "crn", "entref", "postcode", "hint", "is_overseas")
    parts = [
        table.select(
            (pl.lit(dataset) if dataset else pl.col("dataset")).alias("dataset"),
            **dict[str, Any](zip(names, columns, strict=True)),
        )
        for table, dataset, *columns in tables
    ]
    return pl.concat(parts).with_columns(_normalised(pl.col("name")).alias("normalised_name"))


def _record_key() -> pl.Expr:
    return pl.concat_str("name", pl.col("crn").fill_null(""), pl.col("postcode").fill_null(""), separator="|").alias(
        "record_key"
    )


def _places(drops: Drops) -> pl.DataFrame:
    """Where the sources say that each record is: dataset, record_key, kind, luref, postcode, employees."""
    given = pl.concat(
        [
            drops.participants.select("dataset", _record_key(), "postcode").unique(),
            drops.project_organisations.filter(~pl.col("is_overseas")).select(
                pl.lit("ukri").alias("dataset"), pl.col("organisation_key").alias("record_key"), "postcode"
            ),
        ]
    ).drop_nulls("postcode")
    return pl.concat(
        [
            drops.local_units.select(
                pl.lit("idbr_enterprises").alias("dataset"),
                pl.col("entref").alias("record_key"),
                pl.lit("local_unit").alias("kind"),
                "luref",
                "postcode",
                "employees",
            ),
            drops.locations.select(
                pl.lit("rtic_companies").alias("dataset"),
                pl.col("company_number").alias("record_key"),
                "kind",
                pl.lit(None, pl.String).alias("luref"),
                "postcode",
                "employees",
            ),
            given.select(
                "dataset",
                "record_key",
                pl.lit("given").alias("kind"),
                pl.lit(None, pl.String).alias("luref"),
                "postcode",
                pl.lit(None, pl.Int64).alias("employees"),
            ),
        ]
    )


def _match(records: pl.DataFrame, places: pl.DataFrame) -> pl.DataFrame:
    """The organisation of each record: dataset, record_key, organisation_id."""
    anchors, known, named = match_by_rule(records, places)
    unmatched = records.join(anchors, on=KEY, how="anti").join(named, on=KEY, how="anti")
    linked = _link(unmatched.filter(~pl.col("is_overseas")), known)
    rest = unmatched.join(linked, on=KEY, how="anti")
    return pl.concat([anchors, named, linked, _own(rest, linked.join(unmatched, on=KEY))])


def match_by_rule(records: pl.DataFrame, places: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Records with a number, all names and places of their organisations, and records that bear such a name.

    The first and the last have the columns dataset, record_key, organisation_id.
    """
    anchors = _anchors(records, places)
    known = (
        anchors.join(records.select(*KEY, "normalised_name"), on=KEY)
        .join(places.drop_nulls("postcode").select(*KEY, "postcode"), on=KEY, how="left")
        .select("organisation_id", "normalised_name", "postcode")
        .unique()
    )
    at_home = records.join(anchors, on=KEY, how="anti").filter(~pl.col("is_overseas"))
    of_place = _only(known.drop_nulls("postcode"), ["normalised_name", "postcode"], "by_place")
    of_name = _only(known, ["normalised_name"], "by_name")
    named = (
        at_home.join(of_place, on=["normalised_name", "postcode"], how="left")
        .join(of_name, on="normalised_name", how="left")
        .select(*KEY, pl.coalesce("by_place", "by_name").alias("organisation_id"))
        .drop_nulls("organisation_id")
    )
    return anchors, known, named


def _only(frame: pl.DataFrame, by: list[str], alias: str) -> pl.DataFrame:
    """The one organisation of each group; groups of several are left out."""
    found = frame.group_by(by).agg(pl.col("organisation_id").min().alias(alias), pl.col("organisation_id").n_unique())
    return found.filter(pl.col("organisation_id") == 1).drop("organisation_id")


def _anchors(records: pl.DataFrame, places: pl.DataFrame) -> pl.DataFrame:
    """Records with a number; an enterprise without one is the company of its name at one of its postcodes."""
    numbered = records.filter(pl.col("crn").is_not_null() | pl.col("entref").is_not_null())
    named_places = numbered.join(places.drop_nulls("postcode").select(*KEY, "postcode"), on=KEY, suffix="_of_place")
    named_places = named_places.select(*KEY, "normalised_name", "crn", "postcode_of_place").unique()
    without = named_places.filter((pl.col("dataset") == "idbr_enterprises") & pl.col("crn").is_null()).drop("crn")
    companies = named_places.filter(pl.col("dataset") == "rtic_companies").select(
        "normalised_name", "postcode_of_place", organisation_id="crn"
    )
    recognised = _only(without.join(companies, on=["normalised_name", "postcode_of_place"]), KEY, "recognised")
    return numbered.join(recognised, on=KEY, how="left").select(
        *KEY,
        pl.coalesce("CRN-" + pl.coalesce("crn", "recognised"), "ENT-" + pl.col("entref")).alias("organisation_id"),
    )


def _link(unmatched: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """Record linkage of what is left, with the rare words that names share."""
    words = known.select("normalised_name").unique().with_columns(word=pl.col("normalised_name").str.split(" "))
    words = words.explode("word").unique()
    wanted = unmatched.select("normalised_name", word=pl.col("normalised_name").str.split(" ")).explode("word").unique()
    rare = (
        words.join(wanted.select("word").unique(), on="word", how="semi")
        .group_by("word")
        .len()
        .filter(pl.col("len") <= METHOD.link_rare_token_names)
    )

    def with_rare_words(names: pl.DataFrame, words_of: pl.DataFrame) -> pl.DataFrame:
        listed = words_of.join(rare, on="word", how="semi").group_by("normalised_name").agg(rare_tokens=pl.col("word"))
        return names.join(listed, on="normalised_name", how="left").with_columns(
            pl.col("rare_tokens").list.sort().fill_null([])
        )

    columns = ["dataset", "record_key", "organisation_id", "normalised_name", "postcode", "rare_tokens"]
    candidates = pl.concat(
        [
            with_rare_words(unmatched.with_columns(pl.lit(None, pl.String).alias("organisation_id")), wanted).select(
                columns
            ),
            with_rare_words(
                known.with_columns(*[pl.lit(None, pl.String).alias(name) for name in ("dataset", "record_key")]), words
            ).select(columns),
        ]
    )
    return link(candidates, METHOD.link_threshold, LinkageMethod()).drop("match_probability")


def _own(rest: pl.DataFrame, linked: pl.DataFrame) -> pl.DataFrame:
    """An organisation of its own for each other name and place; a name without a place joins its only place."""
    of_name = _only(linked, ["normalised_name"], "of_linked_name")
    placed = rest.with_columns(
        place=pl.when("is_overseas").then(pl.lit("OVERSEAS")).otherwise(pl.col("postcode").fill_null(""))
    ).join(of_name, on="normalised_name", how="left")
    placed = placed.with_columns(pl.when(~pl.col("is_overseas")).then("of_linked_name").alias("of_linked_name"))
    only_place = _only(
        placed.filter(pl.col("of_linked_name").is_null() & ~pl.col("is_overseas") & (pl.col("place") != "")).select(
            "normalised_name", organisation_id="place"
        ),
        ["normalised_name"],
        "only_place",
    )
    located = placed.join(only_place, on="normalised_name", how="left").with_columns(
        place=pl.when(pl.col("place") == "").then(pl.col("only_place").fill_null("")).otherwise("place")
    )
    named = [
        hashlib.md5(f"{name}|{place}".encode()).hexdigest()[:12]
        for name, place in located.select("normalised_name", "place").iter_rows()
    ]
    return located.select(
        "dataset",
        "record_key",
        pl.coalesce("of_linked_name", "ORG-" + pl.Series(named, dtype=pl.String)).alias("organisation_id"),
    )


def _organisations(records: pl.DataFrame, drops: Drops, matches: pl.DataFrame) -> pl.DataFrame:
    """Type, employees and turnover of each organisation, before those that its sites alone tell."""
    types = _types(records)
    enterprises = (
        drops.enterprises.join(
            matches.filter(pl.col("dataset") == "idbr_enterprises"), left_on="entref", right_on="record_key"
        )
        .group_by("organisation_id")
        .agg(
            *[
                pl.when(pl.col(figure).count() > 0).then(pl.col(figure).sum()).alias(figure)
                for figure in ("employees", "turnover_pence")
            ]
        )
    )
    companies = drops.companies.select(
        ("CRN-" + pl.col("company_number")).alias("organisation_id"),
        rtic_employees="employees",
        rtic_pence="turnover_pence",
    )
    return (
        types.join(enterprises, on="organisation_id", how="left")
        .join(companies, on="organisation_id", how="left")
        .select(
            "organisation_id",
            pl.col("organisation_type").is_in(METHOD.firm_types).alias("is_firm"),
            pl.coalesce("employees", "rtic_employees").alias("employees"),
            pl.coalesce("turnover_pence", "rtic_pence").alias("turnover_pence"),
        )
    )


def _types(records: pl.DataFrame) -> pl.DataFrame:
    """`organisation_type` of each organisation: the first of the kinds that one of its records states."""
    dataset = pl.col("dataset")
    typed = records.with_columns(likely=_likely_type()).with_columns(stated=_stated_type())
    first_likely = pl.col("likely").sort_by(dataset != "idbr_enterprises").drop_nulls().first()
    order = ["university", "public_body", "research_organisation", "charity", "business"]
    kind: Any = pl.when(pl.col("is_overseas").all()).then(pl.lit("overseas"))
    for name_of_kind in order:
        kind = kind.when((pl.col("stated") == name_of_kind).any()).then(pl.lit(name_of_kind))
    return typed.group_by("organisation_id").agg(
        kind.otherwise(first_likely.fill_null("business")).alias("organisation_type")
    )


def _likely_type() -> pl.Expr:
    """What a name suggests where nothing states a type."""
    name = pl.col("normalised_name")
    return (
        pl.when(name.str.contains(r"(^| )COLLEGE($| OF | LONDON)"))
        .then(pl.lit("university"))
        .when(
            name.str.contains(
                r"(^| )(INSTITUTE|CATAPULT|OBSERVATORY)( |$)|(^| )RESEARCH (CENTRE|ORGANISATION|ASSOCIATION)( |$)"
                r"|^NATIONAL [A-Z ]*LABORATORY$"
            )
        )
        .then(pl.lit("research_organisation"))
        .when(name.str.contains(" COUNCIL$"))
        .then(pl.lit("public_body"))
        .when(name.str.contains(r"(^| )CHARITABLE | (CHARITY|FOUNDATION|TRUST)$"))
        .then(pl.lit("charity"))
    )


def _stated_type() -> pl.Expr:
    """What a record states, or its name makes sure of."""
    name, hint, dataset = pl.col("normalised_name"), pl.col("hint").str.to_lowercase(), pl.col("dataset")
    public_names = (
        r"(^| )NHS( |$)|(^| )(CITY|COUNTY|BOROUGH|DISTRICT|TOWN|PARISH|RESEARCH|FACILITIES) COUNCIL$"
        r"|^MINISTRY OF |^DEPARTMENT (FOR|OF) |^(HM|HIS MAJESTYS|HER MAJESTYS) | POLICE$"
    )
    of_register = (
        pl.when(hint.str.contains("^[456]$|public corporation|government|local authority"))
        .then(pl.lit("public_body"))
        .when(hint.str.contains("^7$|non.?profit"))
        .then(pl.coalesce("likely", pl.lit("charity")))
        .when(hint.is_not_null())
        .then(pl.lit("business"))
    )
    kinds = {
        "education": "university",
        "facility": "research_organisation",
        "government": "public_body",
        "healthcare": "public_body",
        "archive": "public_body",
        "company": "business",
    }
    of_institution = (
        pl.when(hint == "nonprofit")
        .then(pl.coalesce("likely", pl.lit("charity")))
        .otherwise(hint.replace_strict(kinds, default=None, return_dtype=pl.String))
    )
    of_participant = pl.when(hint.str.contains("academ")).then(
        pl.when(name.str.contains(r"(^| )(RESEARCH|CENTRE)( |$)"))
        .then(pl.lit("research_organisation"))
        .otherwise(pl.coalesce("likely", pl.lit("university")))
    )
    return (
        pl.when("is_overseas")
        .then(pl.lit("overseas"))
        .when(name.str.contains(public_names))
        .then(pl.lit("public_body"))
        .when(name.str.contains(r"(^| )UNIVERSITY($| OF | COLLEGE )"))
        .then(pl.lit("university"))
        .when(dataset == "idbr_enterprises")
        .then(of_register)
        .when(dataset == "rtic_companies")
        .then(pl.lit("business"))
        .when(dataset == "publications")
        .then(of_institution)
        .otherwise(of_participant)
    )


def _with_site_employees(organisations: pl.DataFrame, sites: pl.DataFrame) -> pl.DataFrame:
    of_sites = sites.group_by("organisation_id").agg(
        pl.when(pl.col("employees").count() > 0).then(pl.col("employees").sum()).alias("site_employees")
    )
    return organisations.join(of_sites, on="organisation_id", how="left").with_columns(
        pl.coalesce("employees", "site_employees").alias("employees")
    )


def _sites(places: pl.DataFrame, drops: Drops) -> pl.DataFrame:
    """One site a local unit; of other places one an organisation and postcode where it has no local unit there."""
    at = ["organisation_id", "postcode"]
    in_rtic = pl.col("dataset") == "rtic_companies"
    evidence = (
        places.drop_nulls("postcode")
        .group_by(at)
        .agg(
            in_rtic.any().alias("in_rtic"),
            (pl.col("kind") == "local_unit").any().alias("has_local_unit"),
            (pl.col("kind") == "registered").all().alias("is_registered_only"),
            pl.col("employees").max(),
        )
    )
    units = (
        places.filter(pl.col("kind") == "local_unit")
        .join(evidence.select(*at, "in_rtic"), on=at, how="left")
        .select(
            ("LU-" + pl.col("luref")).alias("site_id"),
            *at,
            "employees",
            pl.col("in_rtic").fill_null(False),
            pl.lit(False).alias("is_registered_only"),
        )
    )
    others = evidence.filter(~pl.col("has_local_unit")).select(
        pl.concat_str("organisation_id", "postcode", separator="@").alias("site_id"),
        *at,
        "employees",
        "in_rtic",
        "is_registered_only",
    )
    sites = pl.concat([units, others])
    agents = (
        sites.filter("is_registered_only").group_by("postcode").len().filter(pl.col("len") > METHOD.formation_agent_cap)
    )
    return _geocode(sites, drops.postcodes).with_columns(
        (pl.col("is_registered_only") & pl.col("postcode").is_in(agents["postcode"].implode()))
        .fill_null(False)
        .alias("is_excluded")
    )


def _geocode(sites: pl.DataFrame, postcodes: pl.DataFrame) -> pl.DataFrame:
    """Place each site by its postcode, else by the middle of the postcode's sector, else of its district."""
    located = postcodes.drop_nulls("easting").with_columns(
        grid=pl.when(pl.col("postcode").str.starts_with("BT")).then(pl.lit("ni")).otherwise(pl.lit("gb"))
    )
    position = ["easting", "northing", "grid", "latitude", "longitude"]
    placed = sites.join(located, on="postcode", how="left")
    for area in (pl.col("postcode").str.head(-2), pl.col("postcode").str.head(-4)):
        centres = located.group_by(area.alias("area")).agg(
            pl.col("easting", "northing").mean().round(), pl.col("grid").first(), pl.col("latitude", "longitude").mean()
        )
        placed = placed.join(
            centres.select("area", pl.col(position).name.suffix("_of_area")),
            left_on=area,
            right_on="area",
            how="left",
        ).select(*sites.columns, *[pl.coalesce(name, f"{name}_of_area").alias(name) for name in position])
    return placed


def _with_institutions(sites: pl.DataFrame, drops: Drops, matches: pl.DataFrame) -> pl.DataFrame:
    """Add the institutions of publications whose organisation nothing else places."""
    placed = sites.filter(pl.col("easting").is_not_null() & ~pl.col("is_excluded"))
    points = institution_points(
        drops.institutions.drop_nulls(["latitude", "longitude"]).select("institution_key", "latitude", "longitude")
    )
    alone = (
        points.join(
            matches.filter(pl.col("dataset") == "publications"), left_on="institution_key", right_on="record_key"
        )
        .join(placed, on="organisation_id", how="anti")
        .sort("institution_key")
    )
    names = [
        f"{organisation}@{latitude:.5f},{longitude:.5f}"
        for organisation, latitude, longitude in alone.select("organisation_id", "latitude", "longitude").iter_rows()
    ]
    added = alone.with_columns(pl.Series("site_id", names, dtype=pl.String)).unique("site_id", keep="first")
    return pl.concat(
        [sites, added.select(pl.col(name) for name in sites.columns if name in added.columns)], how="diagonal"
    ).with_columns(pl.col("in_rtic", "is_registered_only", "is_excluded").fill_null(False))


def _site_sectors(drops: Drops, matches: pl.DataFrame, sites: pl.DataFrame) -> pl.DataFrame:
    """The SIC sector of each local unit and the RTIC sectors of each firm's locations."""
    prefixes = shipped_list("sic_sectors")
    units = drops.local_units.select(("LU-" + pl.col("luref")).alias("site_id"), "sic2007").join(
        sites.select("site_id"), on="site_id"
    )
    for digits in (5, 4, 3, 2):
        units = units.join(
            prefixes.rename({"sector": f"sector_{digits}"}),
            left_on=pl.col("sic2007").str.head(digits),
            right_on="sic2007_prefix",
            how="left",
        ).select(*units.columns, f"sector_{digits}")
    sic = units.select(
        "site_id",
        pl.lit("sic").alias("scheme"),
        pl.coalesce(*[f"sector_{digits}" for digits in (5, 4, 3, 2)]).alias("sector"),
    ).drop_nulls("sector")
    firms = (
        drops.companies.select("company_number", rtic_code="rtic_codes")
        .explode("rtic_code")
        .join(shipped_list("rtic_sectors"), on="rtic_code")
        .join(matches.filter(pl.col("dataset") == "rtic_companies"), left_on="company_number", right_on="record_key")
        .select("organisation_id", "sector")
        .unique()
    )
    rtic = (
        sites.filter("in_rtic")
        .select("site_id", "organisation_id")
        .join(firms, on="organisation_id")
        .select("site_id", pl.lit("rtic").alias("scheme"), "sector")
    )
    return pl.concat([sic.unique(), rtic])


def _projects(drops: Drops, start: date, end: date) -> pl.DataFrame:
    """source, project_id, award_dataset, is_in_window, amount_pence; an application of both lists is one."""
    applications = (
        drops.participants.sort("dataset", "activity_date")
        .group_by("application_id", maintain_order=True)
        .agg(pl.col("dataset", "activity_date").first())
        .select(
            pl.lit("innovate_uk").alias("source"),
            pl.col("application_id").alias("project_id"),
            pl.col("dataset").alias("award_dataset"),
            "activity_date",
            pl.lit(None, pl.Int64).alias("amount_pence"),
        )
    )
    # Innovate UK's own list says more of its projects than Gateway to Research does.
    research = drops.projects.filter(pl.col("lead_funder").str.to_lowercase() != "innovate uk").select(
        pl.lit("ukri").alias("source"),
        "project_id",
        pl.lit("ukri").alias("award_dataset"),
        pl.col("start_date").alias("activity_date"),
        "amount_pence",
    )
    in_window = (pl.col("activity_date") > start) & (pl.col("activity_date") <= end)
    return pl.concat([applications, research]).with_columns(in_window.fill_null(False).alias("is_in_window"))


def _partners(drops: Drops, projects: pl.DataFrame, matches: pl.DataFrame) -> pl.DataFrame:
    """source, project_id, organisation_id, postcode, award_pence; a row a participant."""
    applicants = (
        drops.participants.with_columns(_record_key())
        .join(matches, on=["dataset", "record_key"])
        .with_columns(pl.lit("innovate_uk").alias("source"))
        .join(projects, left_on=["source", "application_id"], right_on=["source", "project_id"])
        .select(
            "source",
            pl.col("application_id").alias("project_id"),
            "organisation_id",
            "postcode",
            pl.when((pl.col("dataset") == pl.col("award_dataset")) & pl.col("is_funded"))
            .then("award_pence")
            .alias("award_pence"),
        )
    )
    researchers = (
        drops.project_partners.join(projects.filter(pl.col("source") == "ukri"), on="project_id")
        .join(matches.filter(pl.col("dataset") == "ukri"), left_on="organisation_key", right_on="record_key")
        .join(drops.project_organisations.select("organisation_key", "postcode"), on="organisation_key")
        .select("source", "project_id", "organisation_id", "postcode", pl.col("offer_pence").alias("award_pence"))
    )
    return pl.concat([applicants, researchers])


def _funding(partners: pl.DataFrame, projects: pl.DataFrame) -> pl.DataFrame:
    """Awards as given, and what a project's total leaves split over those without one; in pence."""
    project = ["source", "project_id"]
    given = (
        partners.drop_nulls("award_pence")
        .group_by(*project, "organisation_id", "postcode")
        .agg(pl.col("award_pence").sum().alias("pence"))
    )
    remainders = (
        projects.drop_nulls("amount_pence")
        .join(given.group_by(project).agg(pl.col("pence").sum()), on=project, how="left")
        .select(*project, (pl.col("amount_pence") - pl.col("pence").fill_null(0)).alias("left"))
        .filter(pl.col("left") > 0)
    )
    waiting = (
        partners.group_by(*project, "organisation_id")
        .agg(pl.col("postcode").min(), pl.col("award_pence").count().alias("awards"))
        .filter(pl.col("awards") == 0)
        .sort(*project, "organisation_id")
        .with_columns(
            position=pl.int_range(pl.len()).over(project),
            sharers=pl.len().over(project),
        )
        .join(remainders, on=project)
    )
    shared = waiting.select(
        *project, "organisation_id", "postcode", _split("left", "position", "sharers").alias("pence")
    )
    return pl.concat([given, shared])


def _split(whole: str, position: str, sharers: str) -> pl.Expr:
    """Equal shares of a whole; what is left over goes to the first, a unit each."""
    return pl.col(whole) // pl.col(sharers) + (pl.col(position) < pl.col(whole) % pl.col(sharers)).cast(pl.Int64)


def _site_funding(funding: pl.DataFrame, sites: pl.DataFrame) -> pl.DataFrame:
    """source, site_id, pence: to the site of the postcode given, else to all sites of the organisation."""
    award = ["source", "project_id", "organisation_id", "postcode"]
    shares = funding.join(
        sites.select("organisation_id", "site_id", site_postcode="postcode"), on="organisation_id"
    ).with_columns(is_there=(pl.col("postcode") == pl.col("site_postcode")).fill_null(False))
    placed = shares.filter(pl.col("is_there") | ~pl.col("is_there").any().over(award)).sort(*award, "site_id")
    split = placed.with_columns(position=pl.int_range(pl.len()).over(award), sharers=pl.len().over(award))
    return split.group_by("source", "site_id").agg(_split("pence", "position", "sharers").sum().alias("pence"))


def _active(drops: Drops, matches: pl.DataFrame, participations: pl.DataFrame, start: date, end: date) -> pl.DataFrame:
    """Who took part in a project or published within the window, with publications."""
    publications = (
        drops.authorships.filter((pl.col("publication_date") > start) & (pl.col("publication_date") <= end))
        .join(matches.filter(pl.col("dataset") == "publications"), left_on="institution_key", right_on="record_key")
        .with_columns(billionths=(1e9 / pl.col("institution_count")).round().cast(pl.Int64))
        .group_by("organisation_id")
        .agg(pl.col("publication_id").n_unique().alias("publications"), pl.col("billionths").sum())
        .select(
            "organisation_id",
            pl.col("publications").cast(pl.Int64),
            ((pl.col("billionths") + 50_000) // 100_000).alias("fractional"),
        )
    )
    took_part = participations.filter("is_in_window").select("organisation_id").unique()
    return took_part.join(publications, on="organisation_id", how="full", coalesce=True).with_columns(
        pl.col("publications", "fractional").fill_null(0)
    )


def apportion(
    sites: pl.DataFrame, organisations: pl.DataFrame, active: pl.DataFrame, money: pl.DataFrame
) -> pl.DataFrame:
    """Every site's share: by employees where all sites of the organisation have them, else even."""
    of = "organisation_id"
    by_employees = pl.col("site_employees").is_not_null().all().over(of) & (pl.col("site_employees").sum().over(of) > 0)
    weighted = (
        sites.select("site_id", of, site_employees="employees")
        .sort(of, "site_id")
        .join(organisations, on=of)
        .join(active, on=of, how="left")
        .with_columns(
            weight=pl.when(by_employees).then("site_employees").otherwise(1).cast(pl.Int128),
            position=pl.int_range(pl.len()).over(of),
            employees=pl.col("employees").cast(pl.Int128) * 100,
            turnover=pl.col("turnover_pence").cast(pl.Int128),
            publications=pl.col("publications").fill_null(0) * 100,
            fractional=pl.col("fractional").fill_null(0),
        )
        .with_columns(all_weight=pl.col("weight").sum().over(of), sharers=pl.len().over(of))
    )
    shares = weighted.with_columns(
        *[
            (pl.col(name) * pl.col("weight") // pl.col("all_weight")).alias(f"{name}_share")
            for name in ("employees", "turnover")
        ]
    ).with_columns(
        *[
            (
                pl.col(f"{name}_share")
                + (pl.col("position") < pl.col(name) - pl.col(f"{name}_share").sum().over(of)).cast(pl.Int128)
            )
            .cast(pl.Int64)
            .alias(name)
            for name in ("employees", "turnover")
        ],
        *[_split(name, "position", "sharers").alias(name) for name in ("publications", "fractional")],
    )
    funded = money.pivot("source", index="site_id", values="pence") if money.height else money
    for source in ("innovate_uk", "ukri"):
        if source not in funded.columns:
            funded = funded.with_columns(pl.lit(None, pl.Int64).alias(source))
    return shares.join(funded, on="site_id", how="left").select(
        "site_id",
        "employees",
        "turnover",
        pl.col("innovate_uk").fill_null(0).alias("iuk_funding"),
        pl.col("ukri").fill_null(0).alias("ukri_funding"),
        "publications",
        "fractional",
    )
