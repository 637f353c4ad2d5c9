"""Which columns of its inputs each column that the typology's method makes comes from, where the name does not say it.

What belongs here: names of columns. What does not: where an input has its columns from, which its query says.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

Sources = Mapping[str, Sequence[str]]

_MEMBERS = ("spatial_members.organisation_id", "network_members.organisation_id")
_SITES = ("spatial_members.site_id", "sites.site_id")
_FIRMS = (*_MEMBERS, "organisations.is_firm")
_ACTIVE = "groups.rdi_active_firms"
_SPECIALISED = (
    "groups.scheme",
    "groups.relative_density",
    "groups.scan_q_value",
    "quotients.location_quotient",
    "quotients.q_value",
    "community_sectors.sector",
)
_COLOCATED = ("groups.colocated_share", "groups.colocated_firms")
_COLLABORATIVE = ("groups.joint_projects", "groups.joint_pairs", "groups.collaboration_p_value")
_TYPE = (_ACTIVE, *_COLOCATED, *_COLLABORATIVE, *_SPECIALISED)
_NATIONAL = ("sector_firms.sector", "sector_firms.rdi_active_firms", "all_firms.rdi_active_firms")
_METRES = ("sites.easting", "sites.northing")

_GROUP: Sources = {
    "cluster_id": (*_MEMBERS, *_SITES),
    "scheme": ("groups.scheme",),
    "sector": ("groups.sector",),
    "firms": _FIRMS,
    "is_rdi_active": (*_FIRMS, _ACTIVE),
    "rdi_active_share": (*_FIRMS, _ACTIVE),
    "is_colocated": _COLOCATED,
    "is_internally_collaborative": _COLLABORATIVE,
    "is_specialised": _SPECIALISED,
    "location_quotient": _SPECIALISED,
    "cluster_type": _TYPE,
    "approach": (),
    "relative_density": ("groups.relative_density",),
    "rdi_active_firms": (*_FIRMS, _ACTIVE),
}


def _of(table: str, *columns: Sources) -> dict[str, Sequence[str]]:
    return {f"typology.{table}.{name}": sources for group in columns for name, sources in group.items()}


LINEAGE: Sources = {
    **_of(
        "candidates",
        {name: sources for name, sources in _GROUP.items() if name != "relative_density"},
        {
            "group_id": ("groups.group_id",),
            "national_rdi_share": _NATIONAL,
            "rdi_p_value": (*_FIRMS, _ACTIVE, *_NATIONAL),
            "specialised_q_value": _SPECIALISED,
            "deciding_q_value": _SPECIALISED,
            "scan_q_value": ("groups.scan_q_value",),
            "is_located": ("sites.easting",),
            "merged_with": (*_FIRMS, *_TYPE),
            "unpublished_reason": (*_FIRMS, *_TYPE),
        },
    ),
    **_of(
        "innovation_clusters",
        {name: sources for name, sources in _GROUP.items() if name != "rdi_active_firms"},
        {
            "name": ("towns.name", "towns.population", "outlines.outline_wkt"),
            "sites": _SITES,
            "employees": ("sites.employees",),
            "scan_p_value": ("groups.scan_q_value",),
            "regions": ("sites.region_code", "area_names.name"),
            "local_authorities": ("sites.local_authority_code", "area_names.name"),
            "latitude": ("outlines.latitude", "sites.latitude"),
            "longitude": ("outlines.longitude", "sites.longitude"),
            "outline_wkt": ("outlines.outline_wkt", *_METRES),
        },
    ),
    **_of(
        "cluster_members",
        {
            "cluster_id": _GROUP["cluster_id"],
            "organisation_id": _MEMBERS,
            "site_id": _SITES,
            "is_firm": ("organisations.is_firm",),
        },
    ),
    **_of(
        "cluster_events",
        {
            "cluster_id": (*_GROUP["cluster_id"], "earlier_clusters.cluster_id"),
            "earlier_cluster_id": (*_FIRMS, "earlier_firms.organisation_id", "corresponding_sectors.sector"),
            "event": (*_FIRMS, *_TYPE, "earlier_firms.organisation_id"),
            "shared_firms": (*_FIRMS, "earlier_firms.organisation_id"),
            "cluster_type": _TYPE,
        },
    ),
    **_of(
        "cluster_indicators",
        {
            "cluster_id": _GROUP["cluster_id"],
            "rdi_active_firms": _GROUP["rdi_active_firms"],
            "funded_firms_share": (*_FIRMS, "groups.funded_firms"),
            "sector_sites_share": (*_SITES, "sector_sites.sector"),
            "specialised_sectors": _SPECIALISED,
            "publications_fractional": ("sites.publications_fractional",),
            "largest_partners": (
                "participations.application_id",
                "participations.organisation_id",
                "organisation_names.name",
            ),
            "area_km2": ("outlines.area_km2", *_METRES),
            "firms_growth_share": (*_FIRMS, "earlier_clusters.firms"),
            "employees_growth_share": ("sites.employees", "earlier_clusters.employees"),
        },
    ),
}
"""`typology.<table>.<column>` -> columns of inputs."""
