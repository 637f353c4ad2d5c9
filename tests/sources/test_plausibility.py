"""A drop is held against the dataset's drop before: what is warned about, what is refused, what a person lets pass."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from assets.method import MethodProfile, SourcesMethod
from assets.months import Month
from assets.sources.plausibility.accepting import parse_accepted
from assets.sources.problems import DropsRefusedError
from assets.sources.registry import DATASETS
from assets.warehouse.database import Warehouse
from assets.warehouse.declarations import declared_tables
from assets.warehouse.running import StepResult
from tests.sources.conftest import Place
from tests.sources.support import ENTERPRISES_CSV, MAY, ingest, put, put_register

TURNOVER = "idbr_enterprises:turnover_gbp"
WHY = "the register was re-based"
NUMBERS = ("bigint", "integer", "double", "decimal(18,2)")
NO_MEASURE = {"row_number", "event_year", "postcodes", "index_order", "share"}
"""Columns of numbers that are neither money, a count of the source's nor a coordinate."""


def register(turnover: str = "345.6,12000", employees: str = "12,,300") -> str:
    """April's register with other figures: of the first and the third of its enterprises, of all three."""
    (first, third), people = turnover.split(","), employees.split(",")
    return (
        "entref,crn,name,sic2007,employees,turnover_thousands,legal_status\n"
        f"9001,1234567,Alpha Ltd,62012,{people[0]},{first},Company\n"
        f"9002,,Beta and Sons,01110,{people[1]},,Partnership\n"
        f"9003,SC12345,Gamma plc,20590,{people[2]},{third},Company\n"
    )


def alarms(warehouse: Warehouse) -> list[tuple[Any, ...]]:
    columns = "dataset, column_name, figure, before, now, verdict, accepted_because"
    return warehouse.read(f"select {columns} from sources.alarms order by all").rows()


def failing(result: StepResult) -> list[dict[str, Any]]:
    return next(check for check in result.checks if check.name == "drops_are_plausible").evidence.to_dicts()


def test_a_drop_like_the_one_before_gives_no_alarm_and_has_a_profile(april: Place) -> None:
    put(april.sources, "idbr_enterprises/2025-05.csv", register("346,11500", "13,,290"))
    result = ingest(april.warehouse, april.sources)
    assert alarms(april.warehouse) == [] == failing(result)
    profile = april.warehouse.read(
        "from sources.drop_profiles where dataset = 'idbr_enterprises' and as_of = '2025-05-01' order by column_name"
    ).to_dicts()
    assert [(row["column_name"], row["kind"], row["row_count"], row["total"]) for row in profile] == [
        ("employees", "count", 3, 303),
        ("rows", "rows", 3, None),
        ("turnover_gbp", "money", 3, 11_846_000),
    ]
    assert (profile[2]["label"], profile[2]["largest"], profile[2]["negatives"]) == (
        "turnover_thousands",
        11_500_000,
        0,
    )
    assert (profile[2]["missing_share"], profile[2]["zero_share"]) == (pytest.approx(1 / 3), 0)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (register("345.6,16000"), ("turnover_gbp", "total", 12_345_600, 16_345_600)),
        (register("345.6,8000"), ("turnover_gbp", "total", 12_345_600, 8_345_600)),
        (register(employees="12,100,290"), ("employees", "total", 312, 402)),
        (register(employees="0,,300"), ("employees", "zeros", 0, 0.5)),
    ],
)
def test_a_change_of_more_than_a_quarter_is_warned_about(april: Place, text: str, expected: tuple[Any, ...]) -> None:
    put(april.sources, "idbr_enterprises/2025-05.csv", text)
    result = ingest(april.warehouse, april.sources)
    assert ("idbr_enterprises", *expected, "warned", None) in alarms(april.warehouse)
    told = {(row["column_name"], row["figure"], row["expected"], row["actual"]) for row in failing(result)}
    assert expected in told


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            register("345600,12000000"),
            r"idbr_enterprises/2025-05.csv, column turnover_thousands \(turnover_gbp\): the drop has a total of "
            r"12,345,600,000; that of 2025-04-01 had a total of 12,345,600; expected less than 3 times as much "
            r"\(drop_change_block_factor\), .* --accept idbr_enterprises:turnover_gbp",
        ),
        (register("0,1"), "column turnover_thousands .*a total of 1,000; that of 2025-04-01 had a total of 12,345,600"),
        (register("0,0"), "column turnover_thousands .*has 0 values above 0; that of 2025-04-01 had 2 values above 0"),
        (register(","), "column turnover_thousands .*has 0 values above 0; that of 2025-04-01 had 2 values above 0"),
        (
            ENTERPRISES_CSV.splitlines()[0] + "\n9001,,Alpha,62012,290,11000,\n",
            "the drop has 1 rows; that of 2025-04-01 had 3 rows",
        ),
    ],
)
def test_a_change_by_a_factor_of_three_or_to_nothing_is_refused(april: Place, text: str, message: str) -> None:
    put(april.sources, "idbr_enterprises/2025-05.csv", text)
    with pytest.raises(DropsRefusedError, match=message):
        ingest(april.warehouse, april.sources)
    assert alarms(april.warehouse) == []


def test_the_bands_are_of_the_method_profile(april: Place) -> None:
    put(april.sources, "idbr_enterprises/2025-05.csv", register("345.6,16000"))
    strict = SourcesMethod(drop_change_warn_share=0.1, drop_change_block_factor=1.3)
    with pytest.raises(DropsRefusedError, match="expected less than 1.3 times"):
        ingest(april.warehouse, april.sources, profile=MethodProfile(name="strict", sources=strict))
    wide = SourcesMethod(drop_change_warn_share=0.5, drop_change_block_factor=9.0)
    ingest(april.warehouse, april.sources, profile=MethodProfile(name="wide", sources=wide))
    assert alarms(april.warehouse) == []


def test_a_first_drop_has_values_where_they_are_needed(warehouse: Warehouse, tmp_path: Path) -> None:
    sources = tmp_path / "sources"
    put_register(sources)
    put(sources, "idbr_enterprises/2025-05.csv", register(employees=",,"))
    with pytest.raises(
        DropsRefusedError, match="column employees: the drop has 0 values above 0; expected values abov"
    ):
        ingest(warehouse, sources)
    put(sources, "idbr_enterprises/2025-05.csv", register(turnover=","))
    ingest(warehouse, sources)
    assert alarms(warehouse) == [
        ("idbr_enterprises", "turnover_gbp", "values above 0", None, 0, "warned", None),
    ]


def test_what_a_person_lets_pass_stands_with_the_reason_and_holds_for_that_drop(april: Place) -> None:
    put(april.sources, "idbr_enterprises/2025-05.csv", register("345600,12000000"))
    result = ingest(april.warehouse, april.sources, accepting={"idbr_enterprises:turnover_thousands": WHY})
    assert failing(result) == []
    let_pass = ("idbr_enterprises", "turnover_gbp", "total", 12_345_600, 12_345_600_000, "blocked", WHY)
    assert let_pass in alarms(april.warehouse)
    ledger = april.warehouse.read("from ledger.accepted where figure = 'total'").to_dicts()
    assert [(row["dataset"], row["column_name"], row["now"], row["reason"]) for row in ledger] == [
        ("idbr_enterprises", "turnover_gbp", 12_345_600_000, WHY)
    ]
    assert ledger[0]["accepted_by"]
    with april.warehouse.transaction() as connection:
        connection.execute("update sources.drops set reader_version = 0 where dataset = 'idbr_enterprises'")
    ingest(april.warehouse, april.sources)
    assert let_pass in alarms(april.warehouse)
    put(april.sources, "idbr_enterprises/2025-05.csv", register("345601,12000000"))
    with pytest.raises(DropsRefusedError, match="turnover_thousands"):
        ingest(april.warehouse, april.sources)


def test_a_warning_of_a_drop_that_is_loaded_can_be_accepted_later(april: Place) -> None:
    put(april.sources, "idbr_enterprises/2025-05.csv", register("345.6,16000"))
    assert failing(ingest(april.warehouse, april.sources)) != []
    assert failing(ingest(april.warehouse, april.sources, accepting={TURNOVER: WHY})) == []
    assert failing(ingest(april.warehouse, april.sources)) == []
    assert april.warehouse.read("select reason from ledger.accepted").rows() == [(WHY,)]


def test_the_drop_before_is_the_newest_that_is_older_whatever_was_taken_in_last(april: Place) -> None:
    put(april.sources, "idbr_enterprises/2025-05.csv", register("345.6,16000"))
    ingest(april.warehouse, april.sources, accepting={TURNOVER: WHY})
    put_register(april.sources, "2025-03")
    put(april.sources, "idbr_enterprises/2025-03.csv", register("345.6,90000"))
    ingest(april.warehouse, april.sources, Month(2025, 3))
    assert [row[3] for row in alarms(april.warehouse) if row[2] == "total"] == [12_345_600]
    put(april.sources, "idbr_enterprises/2025-04.csv", register("345.6,12001"))
    with pytest.raises(DropsRefusedError, match="that of 2025-03-01 had a total of 90,345,600"):
        ingest(april.warehouse, april.sources, MAY.plus(-1))


def test_a_drop_taken_in_before_profiles_were_kept_is_profiled_from_its_rows(april: Place) -> None:
    with april.warehouse.transaction() as connection:
        connection.execute("delete from sources.drop_profiles")
    put(april.sources, "idbr_enterprises/2025-05.csv", register("345600,12000000"))
    with pytest.raises(DropsRefusedError, match="that of 2025-04-01 had a total of 12,345,600"):
        ingest(april.warehouse, april.sources)


def test_shipped_lists_are_not_held_against_anything(april: Place) -> None:
    places = (
        "name,latitude,longitude,population,region,is_primary_urban_area\nOxford,51.75,-1.26,160000,South East,No\n"
    )
    put(april.sources, "places/2025-05.csv", places)
    ingest(april.warehouse, april.sources)
    assert alarms(april.warehouse) == []
    assert april.warehouse.read("select min(as_of) from sources.drop_profiles").item() > date(2000, 1, 1)


@pytest.mark.parametrize(
    ("name", "why", "message"),
    [
        ("idbr_enterprise:employees", WHY, "idbr_enterprises is expected, then :column"),
        ("idbr_enterprises:turnovr_gbp", WHY, "of idbr_enterprises, turnover_gbp is expected"),
        ("idbr_enterprises", WHY, "one of employees, turnover_thousands, crn, turnover_gbp, rows is expected"),
        ("idbr_enterprises:employees", "  ", "cannot be accepted without a reason"),
    ],
)
def test_what_cannot_be_accepted_is_told(name: str, why: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        parse_accepted([(name, why)])


def test_a_column_goes_by_the_publishers_name_too() -> None:
    assert parse_accepted([("innovate_uk:award offered (£)", " a  b "), ("ukri:rows", "c")]) == {
        ("innovate_uk", "award_gbp"): "a b",
        ("ukri", "rows"): "c",
    }


def test_every_number_of_a_source_is_profiled() -> None:
    profiled = {
        (measure.table, measure.column)
        for dataset in DATASETS
        for measure in dataset.profiled
        if measure.kind != "code"
    }
    derived = {"reference.postcode_areas", "reference.boundaries", "reference.area_names"}
    of_places = {("reference.places", "easting"), ("reference.places", "northing")}
    numbers = {
        (table, column.name)
        for dataset in DATASETS
        for table in dataset.tables
        if table not in derived
        for column in declared_tables()[table].columns
        if column.type in NUMBERS and column.name not in NO_MEASURE
    }
    assert profiled == numbers - of_places
