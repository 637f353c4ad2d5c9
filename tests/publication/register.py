"""A register of businesses and clusters of them, as the layers before the publication leave it; and a month of it made.

Every business has one site, so that what it holds of a cluster is what it holds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from assets.method import MethodProfile
from assets.months import Month
from assets.publication.steps.disclosure import disclosure
from assets.warehouse.database import Warehouse
from assets.warehouse.declarations import declared_tables
from assets.warehouse.running import StepResult
from tests.support import MONTH, fill_frame, make, opened_once

PROFILE = "dsit-v1"
METHOD = MethodProfile(name=PROFILE)


@dataclass(frozen=True)
class Cluster:
    """A cluster: who is in it, and which totals it is counted in."""

    name: str
    members: Sequence[str]
    sector: str = "Photonics"
    region: str = "Wales"
    cluster_type: str = "Specialised"
    profile: str = PROFILE
    month: Month = MONTH
    more: Mapping[str, Any] = field(default_factory=dict)


def businesses(count: int, letter: str = "A") -> list[str]:
    return [f"{letter}{number:03d}" for number in range(count)]


@opened_once
def fill_register(
    warehouse: Warehouse,
    clusters: Sequence[Cluster],
    employees: Mapping[str, float | None],
    turnover_gbp: Mapping[str, float | None] | None = None,
    organisations: Mapping[str, Mapping[str, Any]] | None = None,
    sectors: Mapping[str, Sequence[tuple[str, str]]] | None = None,
    joint: Sequence[tuple[str, str]] = (),
) -> None:
    """Fill what disclosure control reads. `organisations` gives what is not usual of one; `joint` are partnerships."""
    turnover_gbp, organisations, sectors = turnover_gbp or {}, organisations or {}, sectors or {}
    months = sorted({cluster.month.first_day for cluster in clusters})
    everyone = sorted({*employees, *(name for pair in joint for name in pair)})
    fill(warehouse, "typology.innovation_clusters", [_cluster(cluster) for cluster in clusters])
    fill(
        warehouse,
        "typology.cluster_indicators",
        [
            {
                **_key(cluster),
                "rdi_active_firms": 3,
                "funded_firms_share": 0.3,
                "publications_fractional": 0,
                "largest_partners": "never read",
            }
            for cluster in clusters
        ],
    )
    fill(
        warehouse,
        "typology.cluster_members",
        [
            {**_key(cluster), "organisation_id": name, "site_id": name}
            for cluster in clusters
            for name in cluster.members
        ],
    )
    usual = {"organisation_type": "business", "is_firm": True}
    fill(
        warehouse,
        "organisations.organisations",
        [
            {"month": month, "organisation_id": name, "name": f"Name of {name}", **usual, **organisations.get(name, {})}
            for month in months
            for name in everyone
        ],
    )
    place = {"easting": 0.0, "northing": 0.0, "latitude": 52.0, "longitude": -3.0, "geocode_quality": "postcode"}
    nothing = {"iuk_funding_gbp": 0, "ukri_funding_gbp": 0, "publications": 0, "publications_fractional": 0}
    fill(
        warehouse,
        "organisations.apportioned_sites",
        [
            {
                "month": month,
                "site_id": name,
                "organisation_id": name,
                "employees": employees.get(name),
                "turnover_gbp": turnover_gbp.get(name),
                "apportionment_basis": "even",
                **place,
                **nothing,
            }
            for month in months
            for name in everyone
        ],
    )
    fill(
        warehouse,
        "organisations.site_sectors",
        [
            {"month": month, "site_id": name, "organisation_id": name, "scheme": scheme, "sector": sector}
            for month in months
            for name, all_of_it in sectors.items()
            for scheme, sector in all_of_it
        ],
    )
    fill(
        warehouse,
        "network.participations",
        [
            {"month": month, "application_id": f"P{number}", "organisation_id": name, "partners": 2}
            for month in months
            for number, pair in enumerate(joint)
            for name in pair
        ],
    )


def publish(warehouse: Warehouse, *profiles: MethodProfile, month: Month = MONTH) -> StepResult:
    """Disclosure control of a month."""
    return make(warehouse, disclosure, *(profiles or [METHOD]), month=month)


def given(warehouse: Warehouse, measure: str = "employees", month: Month = MONTH) -> dict[str, Any]:
    """What is published of each cluster: the figure, or its status."""
    rows = warehouse.read(
        f"select cluster_id, coalesce({measure}::varchar, {measure}_status) as shown from publication.clusters "
        "where month = $month order by cluster_id",
        month=month.first_day,
    )
    return dict(rows.iter_rows())


def rules_applied(warehouse: Warehouse, measure: str = "employees", month: Month = MONTH) -> dict[str, set[str]]:
    """Rules in the log, by cell."""
    found: dict[str, set[str]] = {}
    rows = warehouse.read(
        "select cell, rule from publication.suppressions where month = $month and measure = $measure",
        month=month.first_day,
        measure=measure,
    )
    for cell, rule in rows.iter_rows():
        found.setdefault(cell, set()).add(rule)
    return found


def bounds(warehouse: Warehouse, month: Month = MONTH) -> pl.DataFrame:
    return warehouse.read("select * from publication.attack_bounds where month = $month", month=month.first_day)


def fill(warehouse: Warehouse, table: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """As `tests.support.fill`, all rows at once: there are thousands."""
    usual = {"month": MONTH.first_day, "profile_fingerprint": "test"}
    names = [column.name for column in declared_tables()[table].columns]
    columns = {name: [row.get(name, usual.get(name)) for row in rows] for name in names}
    if rows:
        fill_frame(warehouse, table, pl.DataFrame(columns, infer_schema_length=None))


def _key(cluster: Cluster) -> dict[str, Any]:
    return {"month": cluster.month.first_day, "profile": cluster.profile, "cluster_id": cluster.name}


def _cluster(cluster: Cluster) -> dict[str, Any]:
    return {
        **_key(cluster),
        "name": cluster.name,
        "approach": "spatial",
        "scheme": "rtic",
        "sector": cluster.sector,
        "cluster_type": cluster.cluster_type,
        "firms": max(len(cluster.members), 10),
        "sites": len(cluster.members),
        "iuk_funding_gbp": 10.5,
        "ukri_funding_gbp": 0,
        "publications": 2.4,
        "is_rdi_active": True,
        "is_colocated": True,
        "is_specialised": True,
        "is_internally_collaborative": False,
        "rdi_active_share": 0.3,
        "joint_projects": 0,
        "collaboration_p_value": 1.0,
        "regions": cluster.region,
        "local_authorities": "Ceredigion",
        "latitude": 52.123456,
        "longitude": -3.98765432,
        "outline_wkt": "POLYGON ((-4.000012 52, -3.000012 52, -3.000012 53, -4.000012 52))",
        **cluster.more,
    }
