"""Tables for the page, made up: as many clusters as wanted, in the shape of the declared tables, by a seed."""

from __future__ import annotations

import math
from datetime import date, datetime
from itertools import combinations

import numpy as np
import polars as pl
import shapely
from shapely import affinity

from assets.method import PublicationMethod
from assets.methods.disclosure.address_bands import address_bands
from assets.methods.disclosure.audits import audit_shares
from assets.methods.disclosure.share_bands import band
from assets.methods.typology.timeline import month_counts
from assets.publication.page import PageOptions, PageTables
from assets.publication.page_trust import TrustTables
from assets.reference import shipped_list

TYPES = ("Specialised", "R&D Collaborating", "Diverse", "Dispersed")
TYPE_SHARES = (0.84, 0.12, 0.01, 0.03)
CATEGORIES = (
    "Overall",
    "AI and Data",
    "Advanced Manufacturing",
    "Ageing Society",
    "Clean Growth",
    "Smart Cities and Mobility",
)
INDEX_SIZES = (30, 35, 33, 30, 40, 22)
MEASURES = (
    ("RD&I-active", "share of firms that are active", 0.2),
    ("RD&I-active", "active firms", 10.0),
    ("RD&I-active", "p-value of the share against that of the sector", 0.05),
    ("co-located", "share of located firms near one of them", 0.5),
    ("specialised", "location quotient", 1.0),
    ("specialised", "adjusted p-value of the location quotient", 0.05),
    ("internally collaborative", "joint projects", 3.0),
    ("internally collaborative", "pairs with joint projects", 2.0),
    ("internally collaborative", "p-value of joint work against networks of the same degrees", 0.05),
)
OPTIONS = PageOptions(
    profiles={
        "dsit-v1": "The publishers' way, first release: HDBSCAN within each sector, consensus communities",
        "evidence": "Ours: scans over the density hierarchy and over resolutions, each against a null model",
    },
    links=(("The month's report", "report.html"), ("Downloads", "downloads/index.html")),
)


def page_tables(
    clusters: int, profiles: tuple[str, ...] = ("dsit-v1", "evidence"), seed: int = 1, month: date = date(2025, 5, 1)
) -> PageTables:
    """Tables of `clusters` clusters for each profile, and the Index's six tables."""
    draw = np.random.default_rng(seed)
    towns = (
        shipped_list("places")
        .with_columns(pl.col("latitude", "longitude").cast(pl.Float64), pl.col("population").cast(pl.Int32))
        .sort("population", "name", descending=[True, False])
    )
    made = pl.concat([_clusters(draw, towns, clusters, profile, month) for profile in profiles], how="vertical_relaxed")
    index = _index_clusters(draw, towns, month)
    rankings = (
        index.sort("percentage", "cluster_id", descending=[True, False])
        .with_columns(rank=pl.int_range(1, pl.len() + 1).over("category").cast(pl.Int32))
        .drop("hull_wkt", "outline_wkt", "places", "profile_fingerprint")
    )
    return PageTables(
        clusters=made,
        criteria=_criteria(draw, made),
        sector_mix=_sector_mix(draw, made),
        totals=_totals(made),
        events=_events(draw, made),
        index_clusters=index,
        rankings=rankings,
        rank_changes=_rank_changes(draw, rankings),
        cluster_history=_history(rankings),
        place_clusters=_place_clusters(index, towns, month),
        place_specialisation=_place_specialisation(draw, towns, month),
        source_files=_source_files(month),
        places=towns,
        trust=_trust(np.random.default_rng(seed), made, towns),
    )


MONTHS = [date(2024, 10, 1), date(2024, 11, 1), date(2024, 12, 1), *[date(2025, month, 1) for month in range(1, 6)]]
"""The months that the time lines have, the last that of the example."""


def _trust(draw: np.random.Generator, clusters: pl.DataFrame, towns: pl.DataFrame) -> TrustTables:
    """Stability of what is spatial, margins and audits of all, a history of MONTHS with a merge and its cause."""
    of = clusters.select("month", "profile", "cluster_id", "firms", "cluster_type", "outline_wkt", "name")
    spatial = of.filter(pl.col("outline_wkt").is_not_null())
    mean = np.round(draw.uniform(0.2, 1.0, spatial.height), 3)
    stability = spatial.select(
        "month",
        "profile",
        "cluster_id",
        word=pl.Series(np.select([mean >= 0.75, mean > 0.5], ["robust", "fair"], "fragile")),
        draws=pl.lit(100),
        mean_jaccard=pl.Series(mean),
        low_jaccard=pl.Series(np.round(mean * 0.7, 3)),
        sweep_mean_jaccard=pl.Series(np.round(mean * 0.9, 3)),
        sweep_least_jaccard=pl.Series(np.round(mean * 0.5, 3)),
    )
    outlines = pl.concat(
        [spatial.select("month", "profile", "cluster_id", "outline_wkt", share=pl.lit(share)) for share in (0.5, 0.9)]
    )
    shrunk = [
        shapely.to_wkt(affinity.scale(shapely.from_wkt(outline), share, share), rounding_precision=4)
        for outline, share in outlines.select("outline_wkt", 1.3 - pl.col("share")).iter_rows()
    ]
    return TrustTables(
        stability=stability,
        stable_outlines=outlines.with_columns(outline_wkt=pl.Series(shrunk, dtype=pl.String)),
        criterion_margins=_margins(of),
        cluster_audit=_audits(of),
        localisation=_localisation(clusters),
        method_agreement=_method_agreement(clusters),
        agreement_map=_agreement_map(clusters),
        unplaced_money=pl.DataFrame(
            {
                "month": clusters["month"][0],
                "source": ["innovate_uk", "ukri"],
                "reason": ["withdrawn", "outside_uk"],
                "awards": [12, 3],
                "gbp": [3_000_000, 250_000],
                "placed_gbp": [90_000_000, 40_000_000],
            }
        ),
        history=_map_history(of),
        timeline=_timeline(clusters, towns),
        cluster_months=pl.concat(
            [
                of.select(
                    "profile",
                    "cluster_id",
                    "cluster_type",
                    month=pl.lit(month),
                    firms=pl.max_horizontal(pl.lit(10), pl.col("firms") - 2 * (len(MONTHS) - 1 - k)),
                )
                for k, month in enumerate(MONTHS)
            ]
        ),
    )


def _margins(clusters: pl.DataFrame) -> pl.DataFrame:
    """Of every cluster two criteria; of each fifth the second is near, of each third the first is not given."""
    rows = clusters.select("month", "profile", "cluster_id").with_row_index("number")
    few, near = pl.col("number") % 3 == 0, pl.col("number") % 5 == 0
    return pl.concat(
        [
            rows.with_columns(
                criterion=pl.lit("rdi_active"),
                measure=pl.lit("rdi_active_share"),
                threshold=pl.lit(0.2),
                margin=pl.when(~few).then(0.5),
                is_met=pl.lit(True),
                is_near=pl.when(~few).then(False),
                type_if_flipped=pl.lit(None, pl.String),
            ),
            rows.with_columns(
                criterion=pl.lit("internally_collaborative"),
                measure=pl.lit("joint_projects"),
                threshold=pl.lit(3.0),
                margin=pl.when(near).then(-0.05).otherwise(-0.6),
                is_met=pl.lit(False),
                is_near=near,
                type_if_flipped=pl.lit("R&D Collaborating"),
            ),
        ]
    ).drop("number")


def _audits(clusters: pl.DataFrame) -> pl.DataFrame:
    counts = clusters.with_columns(
        registered_office_only_firms=pl.col("firms") // 4,
        figured_firms="firms",
        estimated_firms=pl.col("firms") // 2,
        located_sites="firms",
        fallback_sites=pl.lit(0, pl.Int64),
    )
    return audit_shares(counts, PublicationMethod()).with_columns(month=clusters["month"][0])


def _localisation(clusters: pl.DataFrame) -> pl.DataFrame:
    sectors = clusters.select("month", "profile", "scheme", "sector").drop_nulls().unique().sort(pl.all())
    numbered = sectors.with_row_index("number")
    is_localised = pl.col("number") % 2 == 0
    return numbered.with_columns(
        sites=pl.lit(1234),
        verdict=pl.when(is_localised).then(pl.lit("localised")).otherwise(pl.lit("neither")),
        first_km=pl.when(is_localised).then(0.0),
        last_km=pl.when(is_localised).then(40.0),
        strongest_km=pl.when(is_localised).then(4.0),
        localisation_index=pl.when(is_localised).then(0.02).otherwise(0.0),
        dispersion_index=pl.lit(0.0),
        draws=pl.lit(500),
    ).drop("number")


METHODS = ("circles", "dbscan", "districts", "hdbscan", "scan")


def _method_agreement(clusters: pl.DataFrame) -> pl.DataFrame:
    """Of each sector ten pairs; circles find nothing, and all others agree by a half."""
    sectors = clusters.select("month", "profile", "scheme", "sector").drop_nulls().unique().sort(pl.all())
    pairs = pl.DataFrame(list(combinations(METHODS, 2)), schema=["method", "other_method"], orient="row")
    has_none = pl.col("method") == "circles"
    return sectors.join(pairs, how="cross").with_columns(
        sites=pl.lit(1234),
        groups=pl.when(has_none).then(0).otherwise(4),
        other_groups=pl.lit(4),
        adjusted_mutual_information=pl.when(~has_none).then(0.5),
        grouped_jaccard=pl.when(has_none).then(0.0).otherwise(0.25),
    )


def _agreement_map(clusters: pl.DataFrame) -> pl.DataFrame:
    """Three squares of sectors of SIC in each profile."""
    profiles = clusters.select("month", "profile").unique().sort(pl.all())
    means = pl.DataFrame({"easting_km": [430.0, 440.0, 530.0], "northing_km": 430.0, "methods_mean": [0.4, 1.5, 3.6]})
    shares = ("by_all_share", "by_one_share", "by_none_share", *(f"{method}_share" for method in METHODS))
    return profiles.join(means, how="cross").with_columns(
        scheme=pl.lit("sic"), **{name: pl.lit(0.3) for name in shares}
    )


def _map_history(clusters: pl.DataFrame) -> pl.DataFrame:
    """Every cluster is born in the first of MONTHS, took in another in the fourth, and has a name anew."""
    facts = clusters.select(
        "profile",
        "cluster_id",
        "name",
        "cluster_type",
        "firms",
        earlier_type="cluster_type",
        earlier_name=pl.lit("Slough"),
        firms_before="firms",
        earlier_cluster_id=pl.lit("d99999"),
        earlier_month=pl.lit(MONTHS[2]),
        firms_growth_1=pl.lit(0.01),
        firms_growth_12=pl.lit(None, pl.Float64),
    )
    return pl.concat(
        [
            facts.with_columns(month=pl.lit(month), event=pl.lit(event), cause=pl.lit(cause, pl.String))
            for month, event, cause in (
                (MONTHS[0], "birth", "firms"),
                (MONTHS[3], "merge", "taxonomy"),
                (MONTHS[-1], "continuation", None),
                (MONTHS[-1], "rename", "postcodes"),
            )
        ]
    )


def _timeline(clusters: pl.DataFrame, towns: pl.DataFrame) -> pl.DataFrame:
    """What `publication.timeline` has of each of MONTHS, as if all were as the last is."""
    now = clusters.with_columns(is_born=pl.col("cluster_id").str.ends_with("3"), is_ended=pl.lit(False))
    counts = month_counts(now, towns)
    return pl.concat(
        [
            counts.with_columns(
                month=pl.lit(month), clusters=pl.col("clusters") + k % 3, born=pl.when(pl.lit(k > 0)).then("born")
            )
            for k, month in enumerate(MONTHS)
        ]
    )


def _source_files(month: date) -> pl.DataFrame:
    """Two files of postcodes that were fetched, and a register that a person put there."""
    fetched = {
        "dataset": "postcodes",
        "title": "ONS postcode directory",
        "as_of": date(2025, 5, 1),
        "came": "fetched",
        "publisher": "Office for National Statistics, postcode directory",
        "release": "ONSPD 2025-05 V1",
        "released": date(2025, 5, 1),
        "licence": "Open Government Licence v3.0",
        "licence_address": "https://licence.test/ogl",
        "attribution": "Contains OS data © Crown copyright and database right 2025",
        "address": "https://ons.test/data",
        "fetched_at": datetime(2025, 6, 2, 3, 4, 5),
        "bytes": 100,
        "sha256": "a" * 64,
        "headers": '{"etag": "\\"1\\""}',
        "drop_bytes": 200,
        "drop_sha256": "b" * 64,
    }
    by_hand = {
        "dataset": "idbr_enterprises",
        "title": "Register of businesses",
        "as_of": date(2024, 3, 1),
        "came": "put there by hand",
        "publisher": "Office for National Statistics",
        "licence": "Confidential; figures after disclosure control",
        "file": "idbr_enterprises/2024-03.csv",
        "bytes": 300,
        "sha256": "c" * 64,
        "drop_bytes": 300,
        "drop_sha256": "c" * 64,
    }
    rows = [{**fetched, "file": "one.zip"}, {**fetched, "file": "two.zip"}, by_hand]
    return pl.DataFrame([{"month": month, "is_synthetic": False, **row} for row in rows], infer_schema_length=None)


def _sectors() -> list[tuple[str, str]]:
    sic = [("sic", name) for name in shipped_list("sic_sectors")["sector"].unique().sort()]
    return sic + [("rtic", name) for name in shipped_list("rtic_sectors")["sector"].unique().sort()]


def _outline(draw: np.random.Generator, latitude: float, longitude: float, radius_km: float) -> str:
    """A rough ring of 60 to 110 corners around a place, as a buffered concave hull is."""
    corners = int(draw.integers(60, 110))
    angles = np.linspace(0, 2 * math.pi, corners, endpoint=False)
    waves = sum(draw.uniform(0.05, 0.25) * np.sin(k * angles + draw.uniform(0, 6)) for k in range(2, 7))
    reach = radius_km * (1 + waves + draw.normal(0, 0.02, corners))
    north = latitude + reach * np.sin(angles) / 111.2
    east = longitude + reach * np.cos(angles) / (111.2 * math.cos(math.radians(latitude)))
    points = [f"{x:.4f} {y:.4f}" for x, y in zip(east, north, strict=True)]
    return f"POLYGON (({', '.join([*points, points[0]])}))"


def _clusters(draw: np.random.Generator, towns: pl.DataFrame, count: int, profile: str, month: date) -> pl.DataFrame:
    sectors = _sectors()
    weight = towns["population"].to_numpy() ** 0.8
    rows = []
    for number in range(count):
        town = towns.row(int(draw.choice(towns.height, p=weight / weight.sum())), named=True)
        kind = TYPES[int(draw.choice(len(TYPES), p=TYPE_SHARES))]
        is_network = kind == "Dispersed"
        scheme, sector = sectors[int(draw.integers(len(sectors)))]
        latitude, longitude = town["latitude"] + draw.normal(0, 0.04), town["longitude"] + draw.normal(0, 0.07)
        radius = float(min(30, 2 + draw.lognormal(1.3, 0.7)))
        firms = int(10 + draw.lognormal(3.4, 1.0))
        quotient = float(1 + draw.lognormal(0, 0.8))
        status = str(draw.choice(["", "", "", "", "c", "x"]))
        is_evidence = profile == "evidence"
        rows.append(
            {
                "month": month,
                "profile": profile,
                "cluster_id": f"{profile[0]}{number:05d}",
                "name": f"{'Dispersed: ' if is_network else ''}{town['name']}",
                "approach": "network" if is_network else "spatial",
                "scheme": None if is_network else scheme,
                "sector": None if is_network else sector,
                "cluster_type": kind,
                "firms": firms,
                "sites": (sites := int(firms * draw.uniform(1, 1.6))),
                **_addresses(number, firms, sites, "network" if is_network else "spatial"),
                "employees": None if status else int(firms * draw.lognormal(2.5, 0.8)) // 10 * 10,
                "employees_status": status,
                "turnover_gbp": None if status else int(firms * draw.lognormal(14, 1)) // 10_000 * 10_000,
                "turnover_gbp_status": status,
                "iuk_funding_gbp": int(draw.lognormal(14, 1.4)),
                "ukri_funding_gbp": int(draw.lognormal(13, 1.6)),
                "publications": int(draw.lognormal(3, 1.5)),
                "is_rdi_active": True,
                "is_colocated": not is_network,
                "is_specialised": kind == "Specialised",
                "is_internally_collaborative": kind in ("R&D Collaborating", "Dispersed"),
                **_share("rdi_active", float(draw.uniform(0.2, 0.7)), firms),
                **_share("funded_firms", float(draw.uniform(0.05, 0.5)), firms),
                "sector_sites_share": None if is_network else float(draw.beta(1, 30)),
                "location_quotient": quotient,
                "location_quotient_low": quotient * 0.8,
                "location_quotient_high": quotient * 1.25,
                "relative_density": float(draw.uniform(1.2, 9)) if is_evidence else None,
                "scan_p_value": float(draw.beta(0.3, 20)) if is_evidence else None,
                "joint_projects": int(draw.poisson(3)),
                "collaboration_p_value": float(draw.uniform(0, 1)),
                "firms_growth_share": float(draw.normal(0.03, 0.1)) if draw.random() < 0.8 else None,
                "employees_growth_share": float(draw.normal(0.03, 0.1)) if not status else None,
                "largest_partners": "University of Example; Example Catapult",
                "regions": town["region"],
                "main_region": town["region"],
                "local_authorities": town["name"],
                "latitude": latitude,
                "longitude": longitude,
                "area_km2": None if is_network else math.pi * radius**2,
                "outline_wkt": None if is_network else _outline(draw, latitude, longitude, radius),
                "profile_fingerprint": "0123456789abcdef",
            }
        )
    return pl.DataFrame(rows, infer_schema_length=None)


def _share(name: str, share: float, firms: int) -> dict[str, object]:
    """A share of the firms, or its band."""
    of_few = band(round(share * firms), firms, 0.0, PublicationMethod())
    return {f"{name}_share": None if of_few else share, f"{name}_band": of_few}


def _addresses(number: int, firms: int, sites: int, approach: str) -> dict[str, object]:
    """Places, and the band of the fullest: of each third cluster more than half of the firms; of the seventh none."""
    if number % 7 == 6:
        return {"places": None, "address_band": None}
    places = max(1, firms // 4)
    bands = address_bands(firms, places, sites, approach, PublicationMethod())
    return {"places": places, "address_band": str(bands[-1] if number % 3 == 0 else bands[0])}


def _criteria(draw: np.random.Generator, clusters: pl.DataFrame) -> pl.DataFrame:
    measures = pl.DataFrame(MEASURES, schema=["criterion", "measure", "threshold"], orient="row")
    rows = clusters.select("month", "profile", "cluster_id").join(measures, how="cross")
    figures = np.round(draw.lognormal(0, 1, rows.height), 4)
    is_small = rows["measure"].str.contains("p-value|share").to_numpy()
    return rows.with_columns(
        figure=pl.Series(np.where(is_small, np.minimum(figures / 10, 1), np.ceil(figures * 3))),
        is_met=pl.Series(draw.random(rows.height) < 0.7),
        band=pl.lit(None, pl.String),
    ).sort("profile", "cluster_id", "criterion", "measure")


def _sector_mix(draw: np.random.Generator, clusters: pl.DataFrame) -> pl.DataFrame:
    sectors = _sectors()
    rows = []
    for month, profile, cluster_id, firms in clusters.select("month", "profile", "cluster_id", "firms").iter_rows():
        for scheme in ("sic", "rtic"):
            names = [name for kind, name in sectors if kind == scheme]
            chosen = draw.choice(len(names), size=min(7, firms // 10), replace=False)
            left = firms
            for position in chosen:
                count = max(10, int(left * draw.uniform(0.2, 0.6)))
                if count > left:
                    break
                left -= count
                rows.append((month, profile, cluster_id, scheme, names[position], count, count / firms))
    columns = ["month", "profile", "cluster_id", "scheme", "sector", "firms", "share"]
    return pl.DataFrame(rows, schema=columns, orient="row")


def _totals(clusters: pl.DataFrame) -> pl.DataFrame:
    def of(dimension: str, member: pl.Expr) -> pl.DataFrame:
        return (
            clusters.group_by("month", "profile", member=member)
            .agg(
                clusters=pl.len().cast(pl.Int64),
                firms=pl.col("firms").sum(),
                sites=pl.col("sites").sum(),
                employees=pl.col("employees").sum(),
                turnover_gbp=pl.col("turnover_gbp").sum(),
            )
            .with_columns(dimension=pl.lit(dimension), employees_status=pl.lit(""), turnover_gbp_status=pl.lit(""))
            .sort("profile", "member")
        )

    return pl.concat(
        [
            of("all", pl.lit("all")),
            of("cluster_type", pl.col("cluster_type")),
            of("main_region", pl.col("main_region")),
        ]
    )


def _events(draw: np.random.Generator, clusters: pl.DataFrame) -> pl.DataFrame:
    kinds = draw.choice(["continuation", "birth", "merge", "type_change"], clusters.height, p=[0.85, 0.08, 0.04, 0.03])
    return clusters.select(
        "month",
        "profile",
        "cluster_id",
        event=pl.Series(kinds),
        earlier_month=pl.lit(date(2025, 4, 1)),
        earlier_cluster_id=pl.lit("d99999"),
        shared_firms=pl.col("firms"),
        earlier_type=pl.lit("Diverse"),
        cluster_type="cluster_type",
        profile_fingerprint="profile_fingerprint",
    )


def _index_clusters(draw: np.random.Generator, towns: pl.DataFrame, month: date) -> pl.DataFrame:
    rows = []
    for category, size in zip(CATEGORIES, INDEX_SIZES, strict=True):
        shares = np.sort(draw.dirichlet(np.full(size, 0.7)))[::-1] * 100
        for number, share in enumerate(shares):
            town = towns.row(number, named=True)
            items = max(3, int(share * 200))
            businesses, events = int(items * 0.7), int(items * 0.1)
            outline = _outline(draw, town["latitude"], town["longitude"], float(draw.uniform(15, 45)))
            rows.append(
                {
                    "month": month,
                    "category": category,
                    "cluster_id": f"{category[:2]}{number:03d}",
                    "name": town["name"],
                    "regions": town["region"],
                    "items": items,
                    "businesses": businesses,
                    "events": events,
                    "papers": items - businesses - events,
                    "percentage": float(share),
                    "latitude": town["latitude"],
                    "longitude": town["longitude"],
                    "places": items // 2 + 1,
                    "hull_wkt": outline,
                    "outline_wkt": outline,
                    "profile_fingerprint": "0123456789abcdef",
                }
            )
    return pl.DataFrame(rows)


def _rank_changes(draw: np.random.Generator, rankings: pl.DataFrame) -> pl.DataFrame:
    gained = draw.integers(-2, 3, rankings.height)
    return rankings.select("month", "category", "cluster_id", "rank", "percentage").with_columns(
        rank_change_month=pl.Series(gained.astype(np.int32)),
        percentage_change_month=pl.Series(gained * 0.13),
        rank_change_year=pl.Series(draw.integers(-5, 6, rankings.height).astype(np.int32)),
        percentage_change_year=pl.Series(gained * 0.4),
    )


def _history(rankings: pl.DataFrame) -> pl.DataFrame:
    return rankings.select(
        "month",
        "category",
        "cluster_id",
        event=pl.lit("kept"),
        first_month=pl.lit(date(2024, 1, 1)),
        months=pl.lit(17, pl.Int32),
        best_rank=pl.col("rank"),
        name="name",
        former_name=pl.lit(None, pl.String),
        moved_km=pl.lit(0.4),
    )


def _place_clusters(index: pl.DataFrame, towns: pl.DataFrame, month: date) -> pl.DataFrame:
    rows = []
    for category in CATEGORIES:
        of = index.filter(category=category)
        for town in towns.iter_rows(named=True):
            away = np.hypot(
                of["latitude"].to_numpy() - town["latitude"], (of["longitude"].to_numpy() - town["longitude"]) * 0.6
            )
            nearest = int(away.argmin())
            kilometres = float(away[nearest] * 111)
            rows.append(
                (month, town["name"], town["region"], category, of["cluster_id"][nearest], kilometres < 20, kilometres)
            )
    columns = ["month", "place", "region", "category", "cluster_id", "is_inside_outline", "centre_distance_km"]
    return pl.DataFrame(rows, schema=columns, orient="row")


def _place_specialisation(draw: np.random.Generator, towns: pl.DataFrame, month: date) -> pl.DataFrame:
    rows = towns.select("name", "region").join(pl.DataFrame({"category": CATEGORIES[1:]}), how="cross")
    quotient = draw.lognormal(0, 0.5, rows.height)
    return rows.rename({"name": "place"}).with_columns(
        month=pl.lit(month),
        items=pl.Series(draw.integers(0, 400, rows.height)),
        location_quotient=pl.Series(quotient),
        location_quotient_lower=pl.Series(quotient * 0.7),
        location_quotient_upper=pl.Series(quotient * 1.4),
        p_value=pl.Series(draw.random(rows.height)),
        is_specialised=pl.Series(quotient > 2),
    )
