"""What is published of trust and history: shares as bands, no margin that tells of few firms, counts by month."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pytest

from assets.method import MethodProfile, PublicationMethod
from assets.methods.disclosure.audits import audit_shares
from assets.methods.typology.timeline import month_counts
from assets.publication.steps.trust import TRUST_STEPS
from assets.warehouse.checks import run_checks
from assets.warehouse.database import Warehouse
from assets.warehouse.steps import Step, step_parameters
from tests.support import MONTH, fill, make
from tests.trust.test_audits import a_cluster

METHOD = PublicationMethod()
PROFILE = MethodProfile(name="test")


def broken(warehouse: Warehouse, table: str, spoil: str) -> None:
    """The table's own rule keeps its rows from leaving once they are spoiled."""
    with warehouse.connect() as connection:
        connection.execute(spoil)
        outcomes = run_checks(connection, [f"publication.{table}"], step_parameters(MONTH, PROFILE), ["test"])
    assert [outcome.blocking for outcome in outcomes if not outcome.passed] == [True]


def publish(warehouse: Warehouse, table: str) -> list[dict[str, Any]]:
    """The rows of a table of the publication, made by its step."""
    (found,) = (step for step in TRUST_STEPS if step.tables == (f"publication.{table}",))
    made: Step = found
    make(warehouse, made, PROFILE)
    return warehouse.read(f"select * exclude (month) from publication.{table} order by all").to_dicts()


@pytest.mark.parametrize(
    ("count", "whole", "share", "band"),
    [
        (0, 40, 0.0, None),
        (40, 40, 1.0, None),
        (12, 40, 0.3, None),
        (3, 40, None, "<=10%"),
        (38, 40, None, "<=100%"),
        (2, 9, None, None),
        (0, 0, None, None),
    ],
)
def test_a_share_that_tells_of_few_is_a_band_and_one_of_few_is_nothing(
    count: int, whole: int, share: float | None, band: str | None
) -> None:
    counts = {"registered_office_only_firms": count, "firms": whole, "estimated_firms": 0, "figured_firms": 50}
    rows = pl.DataFrame(
        {"profile": ["p"], "cluster_id": ["c"], "fallback_sites": [20], "located_sites": [40], **counts}
    )
    (told,) = audit_shares(rows, METHOD).to_dicts()
    assert told["registered_office_only_share"] == share
    assert told["registered_office_only_band"] == band
    assert (told["estimated_figures_share"], told["fallback_coordinates_share"]) == (0.0, 0.5)


def test_an_audit_that_tells_of_few_is_kept_back_by_its_rule(warehouse: Warehouse) -> None:
    few = {"firms": 20, "registered_office_only_firms": 3, "figured_firms": 20, "estimated_firms": 10}
    of = {"profile": "test", "cluster_id": "one", **few, "located_sites": 9, "fallback_sites": 9}
    fill(warehouse, "trust.cluster_audit", [of])
    (row,) = publish(warehouse, "cluster_audit")
    assert (row["registered_office_only_share"], row["registered_office_only_band"]) == (None, "<=20%")
    assert row["estimated_figures_share"] == 0.5
    assert (row["fallback_coordinates_share"], row["fallback_coordinates_band"]) == (None, None)
    broken(warehouse, "cluster_audit", "update publication.cluster_audit set registered_office_only_share = 0.15")


CLUSTER = {"scheme": "sic", "sector": "Steel", "main_region": "North", "outline_wkt": None}
AROUND_TOWN = "POLYGON ((-2 52, 0 52, 0 54, -2 54, -2 52))"
TOWNS = pl.DataFrame({"name": ["Inside", "Beside"], "region": "North", "longitude": [-1.0, 3.0], "latitude": 53.0})


def counted(*clusters: dict[str, Any]) -> dict[str, tuple[int | None, ...]]:
    rows = [{"profile": "p", "is_born": False, "is_ended": False, **CLUSTER, **cluster} for cluster in clusters]
    schema = {"is_born": pl.Boolean, "is_ended": pl.Boolean, "outline_wkt": pl.String, "sector": pl.String}
    found = month_counts(pl.DataFrame(rows, schema_overrides=schema | {"scheme": pl.String}), TOWNS)
    columns = ("clusters", "firms", "born", "ended")
    return {row["member"]: tuple(row[column] for column in columns) for row in found.to_dicts()}


def test_a_month_is_counted_over_sectors_regions_and_the_towns_inside() -> None:
    assert counted(
        {"firms": 20, "outline_wkt": AROUND_TOWN, "is_born": True},
        {"firms": 10, "scheme": None, "sector": None},
        {"firms": 15, "is_ended": True, "outline_wkt": AROUND_TOWN, "main_region": "South"},
    ) == {
        "all": (2, 30, 1, 1),
        "sic: Steel": (1, 20, 1, 1),
        "communities": (1, 10, 0, 0),
        "North": (2, 30, 1, 0),
        "South": (0, 0, 0, 1),
        "Inside, North": (1, 20, 1, 1),
    }


def test_the_first_month_has_neither_births_nor_deaths() -> None:
    first = counted({"firms": 20, "is_born": None, "is_ended": None})
    assert first == dict.fromkeys(("all", "sic: Steel", "North"), (1, 20, None, None))


def test_a_margin_whose_share_has_a_band_is_not_told(warehouse: Warehouse) -> None:
    fill(
        warehouse,
        "trust.criteria",
        [
            {
                "profile": "test",
                "group_id": f"group-{cluster}",
                "cluster_id": cluster,
                "criterion": criterion,
                "figure_name": name,
                "threshold": 0.2,
                "margin": 0.04,
                "is_met": False,
                "is_criterion_met": True,
                "is_near": True,
                "type_if_flipped": "Diverse",
            }
            for cluster in ("few", "many")
            for criterion, name in (
                ("rdi_active", "rdi_active_share"),
                ("rdi_active", "rdi_p_value"),
                ("colocated", "colocated_share"),
            )
        ],
    )
    fill(warehouse, "typology.candidates", [a_candidate("few"), a_candidate("many")])
    share = {"profile": "test", "cluster_id": "few", "measure": "rdi_active_share", "band": "<=20%"}
    fill(warehouse, "publication.share_bands", [share])
    rows = publish(warehouse, "criterion_margins")
    assert {row["is_met"] for row in rows} == {True}, "that a figure of few firms falls short is not told"
    told = {
        (row["cluster_id"], row["measure"]): (row["margin"], row["is_near"], row["type_if_flipped"]) for row in rows
    }
    hidden, given = (None, None, None), (0.04, True, "Diverse")
    broken(warehouse, "criterion_margins", "update publication.criterion_margins set is_near = true")
    assert told == {
        ("few", "rdi_active_share"): hidden,
        ("few", "rdi_p_value"): hidden,
        ("few", "colocated_share"): given,
        **dict.fromkeys((("many", name) for name in ("rdi_active_share", "rdi_p_value", "colocated_share")), given),
    }


def a_candidate(cluster: str) -> dict[str, Any]:
    """A row of `typology.candidates` that bears a cluster."""
    counts = ("firms", "min_firms", "rdi_active_firms", "joint_projects", "min_joint_projects", "joint_pairs")
    shares = ("rdi_active_share", "rdi_min_share", "national_rdi_share", "rdi_p_value", "rdi_alpha", "colocated_share")
    further = ("colocated_min_share", "specialised_alpha", "collaboration_p_value", "collaboration_alpha")
    met = ("is_rdi_active", "is_colocated", "is_specialised", "is_internally_collaborative")
    return {
        "profile": "test",
        "group_id": f"group-{cluster}",
        "cluster_id": cluster,
        "approach": "spatial",
        **dict.fromkeys((*counts, "min_joint_pairs"), 10),
        **dict.fromkeys((*shares, *further), 0.5),
        **dict.fromkeys(met, True),
    }


def test_where_methods_agree_is_told_of_enough_firms_and_to_tenths(warehouse: Warehouse) -> None:
    of = {"profile": "test", "scheme": "sic", "sector": "All sectors", "northing_km": 100.0, "points": 40}
    names = ("by_all", "by_one", "by_none", "hdbscan", "dbscan", "scan", "circles", "districts")
    of |= {"methods_mean": 1.26, **{f"{name}_share": 0.26 for name in names}}
    squares = [
        {**of, "easting_km": 100.0, "firms": 9},
        {**of, "easting_km": 110.0, "firms": 10},
        {**of, "easting_km": 120.0, "firms": 30, "sector": "Steel"},
    ]
    fill(warehouse, "trust.agreement_map", squares)
    (row,) = publish(warehouse, "agreement_map")
    assert (row.pop("easting_km"), row.pop("northing_km"), row.pop("methods_mean")) == (110.0, 100.0, 1.3)
    assert row == {"profile": "test", "scheme": "sic", **{f"{name}_share": 0.3 for name in names}}


def test_an_outline_of_few_sure_firms_is_not_published(warehouse: Warehouse) -> None:
    of = {"profile": "test", "cluster_id": "one"}
    outline = "POLYGON ((-1.23456789 52, 0 52, 0 53, -1.23456789 52))"
    fill(
        warehouse,
        "trust.stable_outlines",
        [{**of, "share": share, "members": 10, "outline_wkt": outline} for share in (0.5, 0.9)],
    )
    surest = [0.95] * 9 + [0.6] * 2 + [0.2]
    members = [{**of, "organisation_id": f"o{k}", "share_inside": share} for k, share in enumerate(surest)]
    university = {**of, "organisation_id": "university", "share_inside": 1.0}
    fill(warehouse, "trust.member_stability", [*members, university])
    fill(
        warehouse,
        "typology.cluster_members",
        [{**of, "organisation_id": row["organisation_id"], "is_firm": True} for row in members]
        + [{**of, "organisation_id": "university", "is_firm": False}],
    )
    (row,) = publish(warehouse, "stable_outlines")
    assert row["share"] == 0.5, "nine firms are surer than 0.9, eleven than 0.5"
    assert "-1.2346" in row["outline_wkt"] and "-1.23456789" not in row["outline_wkt"]


def test_what_ended_since_the_month_before_counts_where_it_was(warehouse: Warehouse) -> None:
    april = date(2025, 4, 1)
    dull = {
        "main_region": "North",
        "largest_partners": "",
        "employees_status": "x",
        "turnover_gbp_status": "x",
        "outline_wkt": AROUND_TOWN,
    }
    columns = ("latitude", "longitude", "regions", "local_authorities", "name", "approach", "cluster_type", "sites")

    def cluster(cluster_id: str, month: date) -> dict[str, Any]:
        row = a_cluster(cluster_id, 12)
        row.pop("rdi_active_share")
        assert set(columns) <= row.keys()
        return {**row, **dull, "month": month}

    fill(
        warehouse,
        "publication.clusters",
        [
            cluster("stays", april),
            cluster("ends", april),
            cluster("stays", MONTH.first_day),
            cluster("new", MONTH.first_day),
        ],
    )
    event = {"profile": "test", "shared_firms": 0, "earlier_month": april}
    fill(warehouse, "typology.cluster_events", [{**event, "cluster_id": "ends", "event": "death"}])
    rows = publish(warehouse, "timeline")
    assert {row["member"]: (row["clusters"], row["firms"], row["born"], row["ended"]) for row in rows} == {
        "all": (2, 24, 1, 1),
        "communities": (2, 24, 1, 1),
        "North": (2, 24, 1, 1),
    }
