"""Which items there are, and where, from hand-worked rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import pytest

from assets.innovation_index.steps.items import ITEMS
from assets.method import IndexMethod, MethodProfile, OrganisationsMethod
from assets.months import Month
from assets.warehouse.checks import rules_of
from assets.warehouse.database import Warehouse, bound
from assets.warehouse.running import StepResult
from assets.warehouse.steps import step_parameters
from tests.support import MONTH, fill, make, use_drop

Rows = Sequence[Mapping[str, Any]]
UNIT, TERMINATED, OTHER = (
    {"postcode": "OX1 1AA", "latitude": 51.75, "longitude": -1.25, "is_terminated": False},
    {"postcode": "OX1 1AB", "latitude": 51.76, "longitude": -1.26, "is_terminated": True},
    {"postcode": "LS1 1AA", "latitude": 53.80, "longitude": -1.55, "is_terminated": False},
)
SECTOR = {"area": "OX1 1", "area_kind": "sector", "latitude": 51.7, "longitude": -1.2}
DISTRICT = {"area": "OX1", "area_kind": "district", "latitude": 51.6, "longitude": -1.1}
GRID = {"easting": 1, "northing": 1, "grid": "gb", "postcodes": 1}


@pytest.fixture
def places(warehouse: Warehouse) -> Warehouse:
    """A warehouse whose month has a directory of three postcodes, a sector and a district."""
    fill(warehouse, "reference.postcodes", [UNIT, TERMINATED, OTHER, {"postcode": "OX9 9ZZ", "is_terminated": False}])
    fill(warehouse, "reference.postcode_areas", [{**SECTOR, **GRID}, {**DISTRICT, **GRID}])
    return warehouse


def items(
    warehouse: Warehouse,
    drops: Mapping[str, tuple[str, Rows]],
    profile: MethodProfile | None = None,
    also: Sequence[str] = ("postcodes",),
) -> tuple[list[tuple[Any, ...]], StepResult]:
    """Fill the tables of datasets (`dataset -> (table, rows)`), run the step; returns its rows and what it did."""
    for table, rows in drops.values():
        fill(warehouse, table, rows)
    use_drop(warehouse, *(name.split("/")[0] for name in drops), *also)
    result = make(warehouse, ITEMS, *([profile] if profile else []))
    found = warehouse.read(
        "select item_id, postcode, latitude, longitude, geocode_quality from innovation_index.items order by item_id"
    )
    return found.rows(), result


def business(number: str, postcode: str | None, **more: Any) -> dict[str, Any]:
    return {"company_number": number, "name": f"Firm {number}", "postcode": postcode, **more}


def location(number: str, postcode: str, kind: str = "operating", employees: int | None = None) -> dict[str, Any]:
    return {"company_number": number, "postcode": postcode, "kind": kind, "employees": employees}


def event(key: str, year: int, **more: Any) -> dict[str, Any]:
    return {"event_key": key, "event_year": year, "postcode": "OX1 1AA", **more}


def test_coordinates_go_before_the_postcode_and_the_postcode_before_its_sector_and_district(places: Warehouse) -> None:
    rows = [
        business("1", "LS1 1AA", latitude=50.5, longitude=-4.5),
        business("2", "OX1 1AA"),
        business("3", "OX1 1AB"),
        business("4", "OX1 1ZZ"),
        business("5", "OX1 9ZZ"),
        business("6", "ZZ1 1ZZ"),
    ]
    found, result = items(places, {"businesses": ("sources.businesses", rows)})
    assert found == [
        ("business:1", None, 50.5, -4.5, "given"),
        ("business:2", "OX1 1AA", 51.75, -1.25, "postcode"),
        ("business:3", "OX1 1AB", 51.76, -1.26, "postcode"),
        ("business:4", "OX1 1ZZ", 51.7, -1.2, "sector"),
        ("business:5", "OX1 9ZZ", 51.6, -1.1, "district"),
    ]
    assert any(line.startswith("business: 6 known, 1 left out") for line in result.reports[""].messages)


def test_a_firm_is_one_item_where_most_of_its_people_work(places: Warehouse) -> None:
    rows = [
        location("1", "OX1 1AA", "registered", 500),
        location("1", "OX1 1AB", employees=3),
        location("1", "LS1 1AA", employees=7),
        location("2", "OX1 1AB"),
        location("2", "LS1 1AA"),
        location("3", "OX1 1AA", "registered"),
        location("4", "OX1 1AB"),
        location("4", "LS1 1AA", employees=0),
    ]
    found, _ = items(places, {"rtic_locations": ("sources.rtic_locations", rows)})
    assert [(item, postcode) for item, postcode, *_ in found] == [
        ("business:1", "LS1 1AA"),
        ("business:2", "LS1 1AA"),
        ("business:3", "OX1 1AA"),
        ("business:4", "LS1 1AA"),
    ]


def test_a_drop_of_businesses_takes_the_firms_place(places: Warehouse) -> None:
    drops: dict[str, tuple[str, Rows]] = {
        "rtic_locations": ("sources.rtic_locations", [location("1", "OX1 1AA")]),
        "businesses": ("sources.businesses", [business("9", "LS1 1AA")]),
    }
    found, _ = items(places, drops)
    assert [item for item, *_ in found] == ["business:9"]


@pytest.mark.parametrize(
    ("cap", "expected"), [(2, ["business:4", "business:5"]), (3, [f"business:{n}" for n in "12345"])]
)
def test_a_formation_agents_address_is_no_place_of_a_firm(places: Warehouse, cap: int, expected: list[str]) -> None:
    rows = [
        *(location(number, "OX1 1AA", "registered") for number in "123"),
        location("4", "OX1 1AA", "registered"),
        location("4", "OX1 1AA"),
        location("5", "OX1 1AB", "registered"),
    ]
    profile = MethodProfile(name="test", organisations=OrganisationsMethod(formation_agent_cap=cap))
    found, result = items(places, {"rtic_locations": ("sources.rtic_locations", rows)}, profile)
    assert [item for item, *_ in found] == expected
    assert any("formation agent" in line for line in result.reports[""].messages) == (cap == 2)


@pytest.mark.parametrize(("month", "years"), [(Month(2025, 5), [2023, 2024, 2025]), (Month(2025, 12), [2024, 2025])])
def test_an_event_counts_in_every_month_whose_window_its_year_reaches_into(
    places: Warehouse, month: Month, years: list[int]
) -> None:
    fill(places, "sources.events", [event(str(year), year) for year in range(2020, 2028)])
    use_drop(places, "events", "postcodes")
    with places.transaction() as connection:
        connection.execute("update sources.drops set month = ?", [month.first_day])
    make(places, ITEMS, month=month)
    found = places.read("select source_key from innovation_index.items where kind = 'event' order by all")
    assert [int(key) for key in found["source_key"]] == years


def test_a_paper_is_an_item_at_each_of_its_uk_institutions_with_coordinates(places: Warehouse) -> None:
    def paper(key: str, institution: str, day: date) -> dict[str, Any]:
        return {
            "publication_id": key,
            "publication_date": day,
            "institution_key": institution,
            "institution_count": 2,
        }

    last = MONTH.last_day
    fill(
        places,
        "sources.institutions",
        [
            {"institution_key": "I1", "name": "Oxford", "latitude": 51.75, "longitude": -1.25},
            {"institution_key": "I2", "name": "Leeds", "latitude": 53.8, "longitude": -1.55},
            {"institution_key": "I3", "name": "Nowhere"},
            {"institution_key": "I4", "name": "A campus overseas", "latitude": 3.1, "longitude": 101.7},
        ],
    )
    rows = [
        *(paper("W1", f"I{number}", last) for number in (1, 2, 3, 4)),
        paper("W2", "I1", last.replace(year=last.year - 5)),
        paper("W3", "I1", last.replace(year=last.year - 5, month=6, day=1)),
        paper("W4", "I1", date(2025, 6, 1)),
    ]
    found, result = items(places, {"publications": ("sources.publication_institutions", rows)})
    assert [(item, quality) for item, *_, quality in found] == [
        ("paper:W1@I1", "institution"),
        ("paper:W1@I2", "institution"),
        ("paper:W3@I1", "institution"),
    ]
    assert any(line.startswith("paper: 5 known, 2 left out") for line in result.reports[""].messages)
    keys = places.read("select source_key, institution_key from innovation_index.items order by all").rows()
    assert keys == [("W1", "I1"), ("W1", "I2"), ("W3", "I1")]


def test_given_points_take_the_place_of_all(places: Warehouse) -> None:
    point = {"item_id": "x", "kind": "event", "latitude": 51.5, "longitude": -0.1}
    drops: dict[str, tuple[str, Rows]] = {
        "businesses": ("sources.businesses", [business("9", "LS1 1AA")]),
        "activity_points": (
            "sources.activity_points",
            [{**point, "category": "AI and Data"}, {**point, "category": "Clean Growth"}],
        ),
    }
    found, result = items(places, drops)
    assert found == [("x", None, 51.5, -0.1, "given")]
    assert all(outcome.passed for outcome in result.checks)


def test_without_postcodes_only_coordinates_place_and_a_person_is_told(warehouse: Warehouse) -> None:
    rows = [event("a", 2025), event("b", 2025, latitude=51.5, longitude=-0.1)]
    found, result = items(warehouse, {"events": ("sources.events", rows)}, also=())
    assert [item for item, *_ in found] == ["event:b"]
    assert result.reports[""].messages == [
        "event: 2 known, 1 left out (no postcode that the directory places)",
        "there is no drop of postcodes: what has a postcode and no coordinates is left out",
    ]


def test_a_kind_of_which_nothing_can_be_placed_is_a_warning(warehouse: Warehouse) -> None:
    _, result = items(warehouse, {"events": ("sources.events", [event("a", 2025)])}, also=())
    warned = [outcome for outcome in result.checks if not outcome.passed]
    assert [(outcome.name, outcome.blocking) for outcome in warned] == [("items_of_every_source", False)]
    assert warned[0].evidence["kind"].to_list() == ["event"]


def test_a_month_without_any_source_of_items_is_empty_and_says_so(places: Warehouse) -> None:
    found, result = items(places, {})
    assert found == []
    assert result.reports[""].messages == ["the Index is empty: the month has no drop that items come from"]


def test_no_query_compares_all_rows_with_all(warehouse: Warehouse) -> None:
    parameters = step_parameters(MONTH, MethodProfile(name="test", index=IndexMethod()))
    assert ITEMS.query is not None
    with warehouse.connect() as connection:
        for query in [ITEMS.query, *(rule.query for rule in rules_of(ITEMS.tables))]:
            ((_, plan),) = connection.execute(f"explain {query}", bound(query, parameters)).fetchall()
            assert "NL_JOIN" not in plan
            assert "NESTED_LOOP" not in plan
