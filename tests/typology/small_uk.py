"""A month worked by hand: eight groups of firms in seven towns, filled into a warehouse as the layers before leave it.

| group     | found        | firms                         | what must come of it                                   |
|-----------|--------------|-------------------------------|--------------------------------------------------------|
| spatial-1 | sic Health   | F01-F12 in Leeds, 3 active    | Specialised                                            |
| spatial-2 | sic Health   | F13-F24 in Bristol, 2 active  | not published: 2 of 12                                 |
| spatial-3 | rdi          | F25-F34 and U1 in Cambridge   | Diverse: no sector stands out, no joint work           |
| spatial-4 | rtic Photo.  | F35-F46 in Glasgow            | R&D Collaborating, found both ways                     |
| network-1 |              | F35-F44, F99, U1              | the same cluster as spatial-4                          |
| network-2 |              | F48-F57, half London, Belfast | Dispersed                                              |
| network-3 |              | F58-F67 in Newcastle          | R&D Collaborating                                      |
| network-4 |              | F01-F11                       | not published: no more joint work than chance          |
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from itertools import combinations
from typing import Any, NamedTuple

import shapely

from assets.warehouse.database import Warehouse
from tests.support import MONTH, fill, opened_once, use_drop

PROFILE = "test"
HERE = {"month": MONTH.first_day, "profile": PROFILE}
SHIPPED = date(1970, 1, 1)
EDGE = 0.02
"""Degrees from the centre of a spatial group's outline to its edge, due east."""


class Town(NamedTuple):
    """A town, and the codes of what lies there."""

    latitude: float
    longitude: float
    easting: float
    northing: float
    grid: str
    population: int
    region: str


TOWNS = {
    "Leeds": Town(53.7975, -1.5436, 430_158, 433_641, "gb", 540_000, "E12000003"),
    "Bristol": Town(51.4545, -2.5879, 359_253, 173_083, "gb", 620_000, "E12000009"),
    "Cambridge": Town(52.2053, 0.1218, 545_064, 258_345, "gb", 150_000, "E12000006"),
    "Glasgow": Town(55.8609, -4.2514, 259_230, 665_327, "gb", 630_000, "S99999999"),
    "London": Town(51.5072, -0.1276, 530_034, 180_381, "gb", 9_000_000, "E12000007"),
    "Belfast": Town(54.5973, -5.9301, 333_866, 374_051, "ni", 340_000, "N99999999"),
    "Newcastle": Town(54.9738, -1.6131, 424_869, 564_462, "gb", 290_000, "E12000001"),
}
REGIONS = {
    "E12000003": "Yorkshire and The Humber",
    "E12000007": "London",
    "S99999999": "Scotland",
    "N99999999": "Northern Ireland",
}


def firms(first: int, last: int) -> list[str]:
    return [f"F{number:02d}" for number in range(first, last + 1)]


HOME = {
    **dict.fromkeys(firms(1, 12), "Leeds"),
    **dict.fromkeys(firms(13, 24), "Bristol"),
    **dict.fromkeys([*firms(25, 34), "U1"], "Cambridge"),
    **dict.fromkeys(firms(35, 46), "Glasgow"),
    **dict.fromkeys(firms(48, 52), "London"),
    **dict.fromkeys(firms(53, 57), "Belfast"),
    **dict.fromkeys(firms(58, 67), "Newcastle"),
}
UNLOCATED = ["F99"]
ACTIVE = {*firms(1, 3), *firms(13, 14), *firms(25, 46), *firms(48, 67), "F99", "U1"}
SECTORS = {
    **dict.fromkeys(firms(1, 24), ("sic", "Healthcare")),
    **dict.fromkeys(firms(25, 34), ("sic", "Business Support Services")),
    **dict.fromkeys([*firms(35, 46), *firms(48, 67)], ("rtic", "Photonics")),
}
SPATIAL = {
    "spatial-1": ("sic", "Healthcare", "Leeds", firms(1, 12)),
    "spatial-2": ("sic", "Healthcare", "Bristol", firms(13, 24)),
    "spatial-3": ("rdi", "All RD&I-active", "Cambridge", [*firms(25, 34), "U1"]),
    "spatial-4": ("rtic", "Photonics", "Glasgow", firms(35, 46)),
}
NETWORK = {
    "network-1": ("Glasgow", [*firms(35, 44), "F99", "U1"]),
    "network-2": (None, firms(48, 57)),
    "network-3": ("Newcastle", firms(58, 67)),
    "network-4": ("Leeds", firms(1, 11)),
}
COLLABORATIVE = {"network-1", "network-2", "network-3"}
ADDRESSES = {
    "spatial-1": {"places": 7, "address_share": 2 / 12},
    "spatial-4": {"places": 3, "address_share": 9 / 12},
}
"""What the spatial layer says of groups' addresses; the others were made before it said so."""
INSTITUTIONS = {
    "L1": ("Leeds", 0.0),
    "L2": ("Leeds", 0.5 * EDGE),
    "L3": ("Leeds", EDGE),
    "L4": ("Leeds", 1.5 * EDGE),
    "C1": ("Cambridge", 0.0),
}
"""Institutions of publications, and how far east of a town's centre they are, in degrees."""
PUBLICATIONS = {
    "P1": ["L1", "L2", "X1"],
    "P2": ["L1", "L2"],
    "P3": ["L1", "L4"],
    "P4": ["L3", "C1", "X1", "X2"],
    "P5": ["L1"],
}
"""The institutions of each publication; those that begin with X are overseas."""


@opened_once
def fill_small_uk(warehouse: Warehouse) -> None:
    """Fill everything that the typology reads."""
    _fill_reference(warehouse)
    _fill_organisations(warehouse)
    _fill_spatial(warehouse)
    _fill_network(warehouse)
    _fill_publications(warehouse)


def _fill_reference(warehouse: Warehouse) -> None:
    use_drop(warehouse, "places", "publications")
    fill(
        warehouse,
        "reference.places",
        [
            {
                "name": name,
                "latitude": town.latitude,
                "longitude": town.longitude,
                "population": town.population,
                "region": town.region,
                "is_primary_urban_area": True,
                "easting": town.easting,
                "northing": town.northing,
                "grid": town.grid,
            }
            for name, town in TOWNS.items()
        ],
    )
    named = [{"as_of": SHIPPED, "layer": "region", "code": code, "name": name} for code, name in REGIONS.items()]
    fill(warehouse, "reference.area_names", named)


def _site(site_id: str, organisation_id: str, place: str, postcode: str, north_m: float = 0) -> dict[str, Any]:
    town = TOWNS[place]
    return {
        "site_id": site_id,
        "organisation_id": organisation_id,
        "postcode": postcode,
        "easting": town.easting,
        "northing": town.northing + north_m,
        "latitude": town.latitude,
        "longitude": town.longitude,
        "geocode_quality": "postcode",
        "grid": town.grid,
        "region_code": town.region,
        "local_authority_code": f"LA-{place}",
    }


def sites() -> list[dict[str, Any]]:
    """One site an organisation; F01 has a second at its postcode, and, like F58, one in London."""
    of_all = [
        _site(f"S-{organisation}", organisation, place, f"AA1 {number}AA", 100.0 * (number % 7))
        for number, (organisation, place) in enumerate(HOME.items())
    ]
    return [
        *of_all,
        _site("S-F01-second", "F01", "Leeds", "AA1 0AA"),
        _site("S-F01-London", "F01", "London", "EC1 1AA"),
        _site("S-F58-London", "F58", "London", "EC1 1AA"),
    ]


def _fill_organisations(warehouse: Warehouse) -> None:
    everybody = [*HOME, *UNLOCATED]
    fill(
        warehouse,
        "organisations.organisations",
        [
            {
                "organisation_id": name,
                "name": f"{name} Ltd",
                "organisation_type": "university" if name == "U1" else "business",
                "is_firm": name != "U1",
            }
            for name in everybody
        ],
    )
    fill(
        warehouse,
        "organisations.rdi_activity",
        [
            {
                "organisation_id": name,
                **dict.fromkeys(("innovate_uk_applications", "ukri_projects", "publications"), int(name in ACTIVE)),
                **dict.fromkeys(("cordis_projects", "publications_fractional", "patents", "rd_tax_claims"), 0),
                "is_rdi_active": name in ACTIVE,
            }
            for name in everybody
        ],
    )
    placed = sites()
    figures = {"employees": Decimal(10), "turnover_gbp": Decimal("1000.50"), "iuk_funding_gbp": Decimal("0.10")}
    further = {"ukri_funding_gbp": Decimal(2), "publications": Decimal(1), "publications_fractional": Decimal("0.5")}
    codes = ("grid", "region_code", "local_authority_code")
    fill(
        warehouse,
        "organisations.apportioned_sites",
        [
            {
                **{name: site[name] for name in site if name not in codes},
                **figures,
                **further,
                "apportionment_basis": "even",
            }
            for site in placed
        ],
    )
    flags = {"in_register": True, "in_rtic": False, "is_registered_only": False, "is_excluded": False}
    fill(warehouse, "organisations.sites", [{**site, **flags} for site in placed])
    in_sectors = [site for site in placed if site["organisation_id"] in SECTORS]
    fill(
        warehouse,
        "organisations.site_sectors",
        [
            {
                "site_id": site["site_id"],
                "organisation_id": site["organisation_id"],
                "scheme": SECTORS[site["organisation_id"]][0],
                "sector": SECTORS[site["organisation_id"]][1],
            }
            for site in in_sectors
        ],
    )
    awards = [("F01", "10.00"), ("F02", "0.00"), ("F04", "5.00")]
    fill(
        warehouse,
        "organisations.funding",
        [
            {
                "funder": "innovate_uk",
                "project_id": f"P-{name}",
                "organisation_id": name,
                "amount_gbp": Decimal(amount),
                "funding_basis": "given",
            }
            for name, amount in awards
        ],
    )


def _fill_spatial(warehouse: Warehouse) -> None:
    fill(
        warehouse,
        "spatial.groups",
        [
            {
                **HERE,
                "group_id": name,
                "scheme": scheme,
                "sector": sector,
                "grid": "gb",
                "points": len(all_),
                "firms": len(set(all_) - {"U1"}),
                **ADDRESSES.get(name, {}),
            }
            for name, (scheme, sector, _, all_) in SPATIAL.items()
        ],
    )
    fill(
        warehouse,
        "spatial.group_members",
        [
            {**HERE, "group_id": name, "organisation_id": member, "site_id": f"S-{member}"}
            for name, (_, _, _, all_) in SPATIAL.items()
            for member in all_
        ],
    )
    fill(
        warehouse,
        "spatial.outlines",
        [
            {
                **HERE,
                "group_id": name,
                "outline_wkt": shapely.Point(TOWNS[place].longitude, TOWNS[place].latitude).buffer(EDGE).wkt,
                "area_km2": 4.0,
                "latitude": TOWNS[place].latitude,
                "longitude": TOWNS[place].longitude,
                "easting": TOWNS[place].easting,
                "northing": TOWNS[place].northing,
                "grid": "gb",
            }
            for name, (_, _, place, _) in SPATIAL.items()
        ],
    )
    counts = {"sector_firms": 1, "outline_firms": 1, "national_sector_firms": 1, "national_firms": 1, "p_value": 0.5}
    quotients = [
        ("spatial-1", "sic", "Healthcare", 2.7, 0.001),
        ("spatial-3", "sic", "Healthcare", 1.5, 0.4),
        ("spatial-3", "sic", "Business Support Services", 1.2, 0.06),
    ]
    fill(
        warehouse,
        "spatial.location_quotients",
        [
            {
                **HERE,
                **counts,
                "group_id": name,
                "scheme": scheme,
                "sector": sector,
                "location_quotient": quotient,
                "location_quotient_low": quotient - 0.5,
                "location_quotient_high": quotient + 0.5,
                "q_value": q_value,
            }
            for name, scheme, sector, quotient, q_value in quotients
        ],
    )


def _fill_network(warehouse: Warehouse) -> None:
    fill(
        warehouse,
        "network.groups",
        [
            {
                **HERE,
                "group_id": name,
                "organisations": len(all_),
                "firms": len(set(all_) - {"U1"}),
                "resolution": 1.0,
                "partnerships": 30,
                "expected_partnerships": 10.0,
                "stability": 0.9,
            }
            for name, (_, all_) in NETWORK.items()
        ],
    )
    fill(
        warehouse,
        "network.group_members",
        [
            {**HERE, "group_id": name, "organisation_id": member}
            for name, (_, all_) in NETWORK.items()
            for member in all_
        ],
    )
    fill(
        warehouse,
        "network.colocation",
        [
            {
                **HERE,
                "group_id": name,
                "located_firms": 10,
                "colocated_firms": 10 if place else 5,
                "colocated_share": 1.0 if place else 0.5,
                "centre_organisation_id": all_[0],
                "is_colocated": place is not None,
            }
            for name, (place, all_) in NETWORK.items()
        ],
    )
    fill(
        warehouse,
        "network.collaboration_tests",
        [
            {
                **HERE,
                "group_id": name,
                "joint_projects": 20 if name in COLLABORATIVE else 1,
                "joint_pairs": 30 if name in COLLABORATIVE else 1,
                "expected_joint_projects": 2.0,
                "collaboration_p_value": 0.005 if name in COLLABORATIVE else 0.6,
                "is_internally_collaborative": name in COLLABORATIVE,
            }
            for name in [*SPATIAL, *NETWORK]
        ],
    )
    fill(
        warehouse,
        "network.participations",
        list(_participations({"A1": ["F01", "F02", "U1"], "A2": ["F01", "U1"], "A3": ["F03", "F60"]})),
    )


def _fill_publications(warehouse: Warehouse) -> None:
    fill(
        warehouse,
        "sources.institutions",
        [{"institution_key": key, "name": f"Institution {key}"} for key in INSTITUTIONS],
    )
    fill(
        warehouse,
        "organisations.institution_points",
        [
            {
                "institution_key": key,
                **{name: getattr(TOWNS[place], name) for name in ("easting", "northing", "grid", "latitude")},
                "longitude": TOWNS[place].longitude + east,
            }
            for key, (place, east) in INSTITUTIONS.items()
        ],
    )
    matched = {key: "U1" if key == "L1" else f"ORG-{key}" for key in INSTITUTIONS}
    rule = {"dataset": "publications", "match_rule": "new", "match_score": 1.0}
    fill(
        warehouse,
        "organisations.matches",
        [{"record_key": key, "organisation_id": organisation, **rule} for key, organisation in matched.items()],
    )
    fill(
        warehouse,
        "sources.publication_institutions",
        [
            {
                "publication_id": publication,
                "publication_date": date(2020, 1, 1),
                "institution_key": key,
                "institution_count": len(there),
            }
            for publication, there in PUBLICATIONS.items()
            for key in there
            if key in INSTITUTIONS
        ],
    )
    pairs = Counter(pair for there in PUBLICATIONS.values() for pair in combinations(sorted(there), 2))
    fill(
        warehouse,
        "network.institution_ties",
        [
            {
                "institution_a": one,
                "institution_b": other,
                "publications": publications,
                "is_uk_a": one in INSTITUTIONS,
                "is_uk_b": other in INSTITUTIONS,
            }
            for (one, other), publications in pairs.items()
            if one in INSTITUTIONS or other in INSTITUTIONS
        ],
    )


def _participations(applications: dict[str, list[str]]) -> Iterable[dict[str, Any]]:
    for application, partners in applications.items():
        for partner in partners:
            yield {"application_id": application, "organisation_id": partner, "partners": len(partners)}
