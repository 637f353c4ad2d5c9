"""What each site carries: hand-worked rows, and random worlds against fractions worked out apart."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assets.warehouse.database import Warehouse
from tests.organisations.world import Row, frame, rows, run, world

SIZES = ("site_id", "employees", "turnover_gbp", "apportionment_basis")


def register(*units: Row, employees: int | None = None, turnover: str | None = None) -> dict[str, list[Row]]:
    """One enterprise with these local units."""
    enterprise = {"entref": "1", "name": "Acme", "crn": "00000001", "employees": employees, "turnover_gbp": turnover}
    return {
        "sources.idbr_enterprises": [enterprise],
        "sources.idbr_local_units": [{"entref": "1", "postcode": "OX1 1AA", **unit} for unit in units],
    }


def test_size_is_weighted_by_employees_where_every_site_has_a_count(warehouse: Warehouse) -> None:
    units = [{"luref": "1", "employees": 1}, {"luref": "2", "employees": 0}, {"luref": "3", "employees": 2}]
    world(warehouse, register(*units, employees=100, turnover="1000.00"))
    run(warehouse)
    assert rows(warehouse, "organisations.apportioned_sites", *SIZES) == [
        ("LU-1", Decimal("33.34"), Decimal("333.34"), "employee_weighted"),
        ("LU-2", Decimal("0.00"), Decimal("0.00"), "employee_weighted"),
        ("LU-3", Decimal("66.66"), Decimal("666.66"), "employee_weighted"),
    ]


@pytest.mark.parametrize("counts", [(1, None, 2), (0, 0, 0)])
def test_size_is_even_where_a_count_is_missing_or_all_are_zero(
    warehouse: Warehouse, counts: tuple[int | None, ...]
) -> None:
    units = [{"luref": str(number), "employees": count} for number, count in enumerate(counts)]
    world(warehouse, register(*units, employees=10, turnover="100.01"))
    run(warehouse)
    assert rows(warehouse, "organisations.apportioned_sites", *SIZES) == [
        ("LU-0", Decimal("3.34"), Decimal("33.34"), "even"),
        ("LU-1", Decimal("3.33"), Decimal("33.34"), "even"),
        ("LU-2", Decimal("3.33"), Decimal("33.33"), "even"),
    ]


def test_the_located_sites_share_the_whole(warehouse: Warehouse) -> None:
    units: list[Row] = [
        {"luref": "1", "employees": 3},
        {"luref": "2", "employees": 1},
        {"luref": "3", "postcode": "ZZ9 9ZZ"},
    ]
    world(warehouse, register(*units, employees=8, turnover="80"))
    run(warehouse)
    assert rows(warehouse, "organisations.apportioned_sites", *SIZES) == [
        ("LU-1", Decimal("6.00"), Decimal("60.00"), "employee_weighted"),
        ("LU-2", Decimal("2.00"), Decimal("20.00"), "employee_weighted"),
    ]


def test_what_is_unknown_of_the_organisation_is_unknown_of_its_sites(warehouse: Warehouse) -> None:
    world(warehouse, register({"luref": "1"}))
    run(warehouse)
    assert rows(warehouse, "organisations.apportioned_sites", *SIZES) == [("LU-1", None, None, "even")]


def test_money_goes_to_the_sites_at_its_postcode_else_to_all(warehouse: Warehouse) -> None:
    units = [
        {"luref": "1"},
        {"luref": "2"},
        {"luref": "3", "postcode": "M1 1AA"},
        {"luref": "4", "postcode": "ZZ9 9ZZ"},
    ]
    awards = [("there", "OX1 1AA", "10.01"), ("unlocated", "ZZ9 9ZZ", "10.01"), ("anywhere", None, "-10.01")]
    world(
        warehouse,
        {
            **register(*units),
            "sources.innovate_uk": [
                {"application_id": key, "participant_name": "Acme", "crn": "00000001", "postcode": postcode}
                | {"award_gbp": award}
                for key, postcode, award in awards
            ],
        },
    )
    run(warehouse)
    assert rows(warehouse, "organisations.site_funding", "project_id", "site_id", "amount_gbp") == [
        ("anywhere", "LU-1", Decimal("-3.34")),
        ("anywhere", "LU-2", Decimal("-3.34")),
        ("anywhere", "LU-3", Decimal("-3.33")),
        ("there", "LU-1", Decimal("5.01")),
        ("there", "LU-2", Decimal("5.00")),
        ("unlocated", "LU-1", Decimal("3.34")),
        ("unlocated", "LU-2", Decimal("3.34")),
        ("unlocated", "LU-3", Decimal("3.33")),
    ]
    assert rows(warehouse, "organisations.apportioned_sites", "site_id", "iuk_funding_gbp") == [
        ("LU-1", Decimal("5.01")),
        ("LU-2", Decimal("5.00")),
        ("LU-3", Decimal("0.00")),
    ]


def test_publications_are_shared_evenly_whatever_the_employees(warehouse: Warehouse) -> None:
    world(
        warehouse,
        {
            **register({"luref": "1", "employees": 5}, {"luref": "2", "employees": 1}, {"luref": "3", "employees": 0}),
            "sources.institutions": [{"institution_key": "i", "name": "Acme"}],
            "sources.publication_institutions": [
                {
                    "publication_id": "p",
                    "publication_date": "2024-01-01",
                    "institution_key": "i",
                    "institution_count": 2,
                }
            ],
        },
    )
    run(warehouse)
    columns = ("site_id", "publications", "publications_fractional")
    assert rows(warehouse, "organisations.apportioned_sites", *columns) == [
        ("LU-1", Decimal("0.34"), Decimal("0.1667")),
        ("LU-2", Decimal("0.33"), Decimal("0.1667")),
        ("LU-3", Decimal("0.33"), Decimal("0.1666")),
    ]


def test_money_without_a_place_is_kept_with_the_reason(warehouse: Warehouse) -> None:
    organisations = [
        {"organisation_key": "away", "name": "Zephyr", "region": "Outside UK"},
        {"organisation_key": "nowhere", "name": "Quartz"},
        {"organisation_key": "bad", "name": "Marble", "postcode": "ZZ9 9ZZ"},
        {"organisation_key": "shell", "name": "Shell One"},
        {"organisation_key": "here", "name": "Acme"},
    ]
    world(
        warehouse,
        {
            **register({"luref": "1"}),
            "sources.companies_house": [
                {"company_number": f"0000009{number}", "name": name, "postcode": "EC1A 1BB"}
                for number, name in enumerate(("Shell One", "Shell Two"))
            ],
            "sources.ukri_organisations": organisations,
            "sources.ukri_projects": [
                {"project_id": "P", "amount_gbp": "50.00"},
                {"project_id": "nobody", "amount_gbp": "3"},
            ],
            "sources.ukri_participants": [
                {"project_id": "P", "organisation_key": row["organisation_key"]} for row in organisations
            ],
        },
    )
    run(warehouse, formation_agent_cap=1)
    ten = Decimal("10.00")
    assert rows(warehouse, "organisations.unlocated_funding", "reason", "project_id", "amount_gbp") == [
        ("formation_agent", "P", ten),
        ("no_site", "P", ten),
        ("no_usable_postcode", "P", ten),
        ("overseas", "P", ten),
        ("unattributed", "nobody", Decimal("3.00")),
    ]
    assert rows(warehouse, "organisations.apportioned_sites", "site_id", "ukri_funding_gbp") == [("LU-1", ten)]


NAMES = ("Quartz", "Marble", "Basalt", "Zephyr", "Oblivion", "Kestrel", "Umbra", "Fjord")
POSTCODES = (None, "OX1 1AA", "OX1 2BB", "M1 1AA", "EC1A 1BB", "ZZ9 9ZZ")
money = st.decimals(min_value=-50, max_value=10_000, places=2)
counts = st.none() | st.integers(0, 9)
organisation = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(("enterprise", "enterprise", "company", "stranger", "overseas")),
        "employees": counts,
        "turnover_gbp": st.none() | st.decimals(min_value=0, max_value=10**12, places=2),
        "units": st.lists(st.tuples(st.sampled_from(POSTCODES), counts), max_size=4),
    }
)
partner = st.tuples(st.integers(0, len(NAMES) - 1), st.sampled_from(POSTCODES), st.none() | money)
project = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(("ukri", "funded", "application", "both", "refused")),
        "total": st.none() | money,
        "partners": st.lists(partner, max_size=6),
    }
)


def sources_of(organisations: list[dict[str, Any]], projects: list[dict[str, Any]]) -> dict[str, list[Row]]:
    """Source rows of a random world; every table of a source is in it, so that nothing of another world stays."""
    tables: dict[str, list[Row]] = defaultdict(list)
    for table in ("idbr_enterprises", "idbr_local_units", "companies_house", "innovate_uk", "innovate_uk_applications"):
        tables[f"sources.{table}"] = []
    for table in ("ukri_projects", "ukri_participants", "ukri_organisations"):
        tables[f"sources.{table}"] = []
    for number, (name, drawn) in enumerate(zip(NAMES, organisations, strict=True)):
        region = "Outside UK" if drawn["kind"] == "overseas" else None
        tables["sources.ukri_organisations"].append({"organisation_key": name, "name": name, "region": region})
        if drawn["kind"] == "company":
            company = {"company_number": f"1000000{number}", "name": name, "postcode": "EC1A 1BB"}
            tables["sources.companies_house"].append(company)
        if drawn["kind"] == "enterprise":
            sizes = {key: drawn[key] for key in ("employees", "turnover_gbp")}
            tables["sources.idbr_enterprises"].append({"entref": str(number), "name": name, **sizes})
            tables["sources.idbr_local_units"] += [
                {"luref": f"{number}{unit}", "entref": str(number), "postcode": postcode, "employees": employees}
                for unit, (postcode, employees) in enumerate(drawn["units"])
            ]
    for number, drawn in enumerate(projects):
        key = f"P{number}"
        if drawn["kind"] == "ukri":
            tables["sources.ukri_projects"].append({"project_id": key, "amount_gbp": drawn["total"]})
            offers = {NAMES[index]: award for index, _, award in drawn["partners"]}
            tables["sources.ukri_participants"] += [
                {"project_id": key, "organisation_key": name, "grant_offer_gbp": offer}
                for name, offer in offers.items()
            ]
            continue
        lists = {"funded": ["innovate_uk"], "both": ["innovate_uk", "innovate_uk_applications"]}
        for dataset in lists.get(drawn["kind"], ["innovate_uk_applications"]):
            tables[f"sources.{dataset}"] += [
                {"application_id": key, "participant_name": NAMES[index], "postcode": postcode, "award_gbp": award}
                | {"is_funded": drawn["kind"] != "refused"}
                for index, postcode, award in drawn["partners"]
            ]
    return tables


def dealt(amount: Fraction, weights: list[int], unit: Fraction) -> list[Fraction]:
    """An amount over the weights in whole units, the odd ones to the first in turn."""
    sign = -1 if amount < 0 else 1
    units = abs(amount) / unit
    assert units.denominator == 1
    shares = [units * weight // sum(weights) for weight in weights]
    odd = int(units) - sum(shares)
    return [sign * unit * (share + (position < odd)) for position, share in enumerate(shares)]


PENNY = Fraction(1, 100)


def expected_shares(
    tables: Mapping[str, list[Row]], who: Mapping[tuple[str, str], str]
) -> dict[Any, dict[Any, Fraction]]:
    """(funder, project) -> (organisation or None, postcode) -> share, from the source rows alone."""
    shares: dict[Any, dict[Any, Fraction]] = defaultdict(lambda: defaultdict(Fraction))
    funded = {row["application_id"] for row in tables["sources.innovate_uk"]}
    for dataset in ("innovate_uk", "innovate_uk_applications"):
        for row in tables[f"sources.{dataset}"]:
            is_repeated = dataset == "innovate_uk_applications" and row["application_id"] in funded
            if row["is_funded"] and row["award_gbp"] is not None and not is_repeated:
                one = who[dataset, f"{row['participant_name']}||{row['postcode'] or ''}"]
                key = ("innovate_uk", row["application_id"])
                shares[key][one, row["postcode"]] += Fraction(row["award_gbp"])
    for listed in tables["sources.ukri_projects"]:
        key = ("ukri", listed["project_id"])
        partners = [row for row in tables["sources.ukri_participants"] if row["project_id"] == listed["project_id"]]
        for row in partners:
            if row["grant_offer_gbp"] is not None:
                shares[key][who["ukri", row["organisation_key"]], None] += Fraction(row["grant_offer_gbp"])
        if listed["amount_gbp"] is None:
            continue
        rest = Fraction(listed["amount_gbp"]) - sum(shares[key].values())
        waiting = sorted(who["ukri", row["organisation_key"]] for row in partners if row["grant_offer_gbp"] is None)
        if rest > 0 and waiting:
            for one, share in zip(waiting, dealt(rest, [1] * len(waiting), PENNY), strict=True):
                shares[key][one, None] += share
        elif rest:
            shares[key][None, None] += rest
    return shares


Amounts = dict[Any, Fraction]
SHARE = ("funder", "project_id", "organisation_id")


def expected_places(
    shares: Mapping[Any, Mapping[Any, Fraction]], sites: Mapping[str, list[Row]]
) -> tuple[Amounts, Amounts]:
    """Shares at sites (funder, project, organisation, site) and those without a place, from located sites by id."""
    placed: Amounts = defaultdict(Fraction)
    unplaced: Amounts = defaultdict(Fraction)
    for project_key, parts in shares.items():
        for (one, postcode), share in parts.items():
            of_one = sites.get(one, [])
            there = [site for site in of_one if postcode and site["postcode"] == postcode] or of_one
            if not there:
                unplaced[(*project_key, one)] += share
                continue
            for site, part in zip(there, dealt(share, [1] * len(there), PENNY), strict=True):
                placed[(*project_key, one, site["site_id"])] += part
    return placed, unplaced


def expected_sizes(organisation: Row, listed: list[Row]) -> list[tuple[Fraction | None, Fraction | None, str]]:
    """Employees, turnover and basis of each of an organisation's located sites."""
    counted = [site["employees"] for site in listed]
    is_weighted = None not in counted and sum(counted) > 0
    weights = counted if is_weighted else [1] * len(listed)
    employees, turnover = (
        [None] * len(listed)
        if organisation[measure] is None
        else dealt(Fraction(organisation[measure]), weights, PENNY)
        for measure in ("employees", "turnover_gbp")
    )
    return [(*sizes, "employee_weighted" if is_weighted else "even") for sizes in zip(employees, turnover, strict=True)]


def exact(amount: Any) -> Fraction | None:
    """A decimal as a fraction."""
    return None if amount is None else Fraction(amount)


@settings(
    max_examples=3,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(
    organisations=st.lists(organisation, min_size=len(NAMES), max_size=len(NAMES)),
    projects=st.lists(project, min_size=24, max_size=40),
)
def test_no_penny_is_lost_or_made_in_random_worlds(
    warehouse: Warehouse, organisations: list[dict[str, Any]], projects: list[dict[str, Any]]
) -> None:
    tables = sources_of(organisations, projects)
    world(warehouse, tables)
    run(warehouse, formation_agent_cap=1)
    matches = rows(warehouse, "organisations.matches", "dataset", "record_key", "organisation_id")
    shares = expected_shares(tables, {(dataset, key): one for dataset, key, one in matches})
    sites: dict[str, list[Row]] = defaultdict(list)
    for site in frame(warehouse, "organisations.sites").sort("site_id").iter_rows(named=True):
        if site["easting"] is not None and not site["is_excluded"]:
            sites[site["organisation_id"]].append(site)
    placed, unplaced = expected_places(shares, sites)

    at_sites = rows(warehouse, "organisations.site_funding", *SHARE, "site_id", "amount_gbp")
    without = rows(warehouse, "organisations.unlocated_funding", *SHARE, "amount_gbp")
    assert {tuple(key): Fraction(amount) for *key, amount in at_sites} == placed
    assert {tuple(key): Fraction(amount) for *key, amount in without} == unplaced

    totals: Amounts = defaultdict(Fraction)
    for funder, project_id, *_, amount in [*at_sites, *without]:
        totals[funder, project_id] += Fraction(amount)
    assert totals == {key: sum(parts.values()) for key, parts in shares.items() if parts}

    found = {
        row["site_id"]: (exact(row["employees"]), exact(row["turnover_gbp"]), row["apportionment_basis"])
        for row in frame(warehouse, "organisations.apportioned_sites").iter_rows(named=True)
    }
    sizes = {row["organisation_id"]: row for row in frame(warehouse, "organisations.organisations").to_dicts()}
    assert found == {
        site["site_id"]: expected
        for one, listed in sites.items()
        for site, expected in zip(listed, expected_sizes(sizes[one], listed), strict=True)
    }
    for funder, column in (("innovate_uk", "iuk_funding_gbp"), ("ukri", "ukri_funding_gbp")):
        for site_id, amount in rows(warehouse, "organisations.apportioned_sites", "site_id", column):
            assert Fraction(amount) == sum(
                part for key, part in placed.items() if key[0] == funder and key[3] == site_id
            )
