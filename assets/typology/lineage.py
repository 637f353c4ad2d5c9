"""Which source columns each column of the typology's tables is made from, where its own name does not say it.

What belongs here: names of columns. What does not: the queries (inputs).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

Sources = Mapping[str, Sequence[str]]

_FIRM = "organisations.organisations.is_firm"
_ACTIVE = "organisations.rdi_activity.is_rdi_active"
_MEMBERS = ("spatial.group_members.organisation_id", "network.group_members.organisation_id")
_SITES = ("spatial.group_members.site_id", "organisations.apportioned_sites.site_id")
_FIRMS = (*_MEMBERS, _FIRM)
_SECTORS = ("organisations.site_sectors.sector", _FIRM)
_SPECIALISED = (
    "spatial.groups.scheme",
    "spatial.groups.relative_density",
    "spatial.groups.scan_q_value",
    "spatial.location_quotients.location_quotient",
    "spatial.location_quotients.q_value",
    *_SECTORS,
)
_TYPE = (
    _ACTIVE,
    "network.colocation.is_colocated",
    "network.collaboration_tests.is_internally_collaborative",
    *_SPECIALISED,
)
_DENSITY = ("spatial.groups.relative_density", "network.groups.partnerships", "network.groups.expected_partnerships")
_SCAN_P = ("spatial.groups.scan_q_value", "network.groups.score_p_value")
_METRES = ("organisations.apportioned_sites.easting", "organisations.apportioned_sites.northing")

_GROUP: Sources = {
    "cluster_id": (*_MEMBERS, *_SITES),
    "scheme": ("spatial.groups.scheme",),
    "sector": ("spatial.groups.sector",),
    "firms": _FIRMS,
    "is_rdi_active": (*_FIRMS, _ACTIVE),
    "rdi_active_share": (*_FIRMS, _ACTIVE),
    "is_specialised": _SPECIALISED,
    "location_quotient": _SPECIALISED,
    "cluster_type": _TYPE,
}


def _of(table: str, *columns: Sources) -> dict[str, Sequence[str]]:
    return {f"typology.{table}.{name}": sources for group in columns for name, sources in group.items()}


LINEAGE: Sources = {
    **_of(
        "candidates",
        _GROUP,
        {
            "rdi_active_firms": (*_FIRMS, _ACTIVE),
            "group_id": ("spatial.groups.group_id", "network.groups.group_id"),
            "national_rdi_share": (_ACTIVE, *_SECTORS),
            "rdi_p_value": (*_FIRMS, _ACTIVE, *_SECTORS),
            "specialised_q_value": _SPECIALISED,
            "scan_q_value": _SCAN_P,
            "unpublished_reason": (*_FIRMS, *_TYPE),
        },
    ),
    **_of(
        "innovation_clusters",
        _GROUP,
        {
            "name": ("reference.places.name", "reference.places.population", "spatial.outlines.outline_wkt"),
            "sites": _SITES,
            "employees": ("organisations.apportioned_sites.employees",),
            "turnover_gbp": ("organisations.apportioned_sites.turnover_gbp",),
            "publications": ("organisations.apportioned_sites.publications",),
            "relative_density": _DENSITY,
            "scan_p_value": _SCAN_P,
            "regions": ("organisations.sites.region_code", "reference.area_names.name"),
            "local_authorities": ("organisations.sites.local_authority_code", "reference.area_names.name"),
            "latitude": ("spatial.outlines.latitude", "organisations.apportioned_sites.latitude"),
            "longitude": ("spatial.outlines.longitude", "organisations.apportioned_sites.longitude"),
            "outline_wkt": ("spatial.outlines.outline_wkt", *_METRES),
        },
    ),
    **_of("cluster_members", {"cluster_id": _GROUP["cluster_id"], "organisation_id": _MEMBERS, "site_id": _SITES}),
    **_of(
        "cluster_events",
        {
            "cluster_id": _GROUP["cluster_id"],
            "earlier_cluster_id": _FIRMS,
            "event": (*_FIRMS, *_TYPE),
            "shared_firms": _FIRMS,
            "cluster_type": _TYPE,
        },
    ),
    **_of(
        "cluster_indicators",
        {
            "cluster_id": _GROUP["cluster_id"],
            "rdi_active_firms": (*_FIRMS, _ACTIVE),
            "funded_firms_share": (*_FIRMS, "organisations.funding.amount_gbp"),
            "sector_sites_share": (*_SITES, "organisations.site_sectors.site_id"),
            "specialised_sectors": _SPECIALISED,
            "publications_fractional": ("organisations.apportioned_sites.publications_fractional",),
            "largest_partners": (
                "network.participations.application_id",
                "network.participations.organisation_id",
                "organisations.organisations.name",
            ),
            "area_km2": ("spatial.outlines.area_km2", *_METRES),
            "firms_growth_share": _FIRMS,
            "employees_growth_share": ("organisations.apportioned_sites.employees",),
        },
    ),
}
"""`typology.<table>.<column>` -> the columns it is made from."""
