"""Disclosure control over the months: what an outsider reaches with every file of every release."""

from __future__ import annotations

from typing import Any

import pytest

from assets.method import MethodProfile
from assets.months import Month
from assets.warehouse.database import Warehouse
from tests.publication.countries import EVIDENCE, country, publish_all
from tests.publication.outsider import attack, released
from tests.publication.register import (
    METHOD,
    Cluster,
    bounds,
    businesses,
    fill_register,
    given,
    publish,
    rules_applied,
)
from tests.support import MONTH

NEXT, AFTER = MONTH.plus(1), MONTH.plus(2)
A, B, C, D = (businesses(12, letter) for letter in "ABCD")
GIANT = "B000"
AMOUNTS = {**dict.fromkeys([*A, *C], 500.0), **dict.fromkeys(B, 2.0), **dict.fromkeys(D, 400.0), GIANT: 3000.0}


def shown(number: int) -> dict[str, Any]:
    """An outline of its own, by which a cluster is known again."""
    return {"outline_wkt": f"POLYGON (({number} 52, {number + 1} 52, {number + 1} 53, {number} 52))"}


def with_one_giant(*months: Month, without: tuple[str, ...] = ()) -> list[Cluster]:
    """In each month three clusters of one sector, one of them nearly all one business's; a fourth elsewhere."""
    members = {"a": A, "b": B, "c": C, "d": D}
    return [
        Cluster(name, who, month=month, sector="Y" if name == "d" else "X", more=shown(number))
        for month in months
        for number, (name, who) in enumerate(members.items())
        if name not in without
    ]


def test_what_was_suppressed_as_cover_stays_so_while_it_covers_what_is_out(warehouse: Warehouse) -> None:
    # The giant's cluster is gone after the first month; two months on its cover would give it away all the same.
    fill_register(warehouse, [*with_one_giant(MONTH), *with_one_giant(NEXT, AFTER, without=("b",))], AMOUNTS)
    releases = []
    for month in (MONTH, NEXT, AFTER):
        publish(warehouse, month=month)
        releases.append(released(warehouse, month))
    covers = [name for name, figure in given(warehouse).items() if figure == "c" and name != "b"]
    assert covers
    for month in (NEXT, AFTER):
        assert [given(warehouse, month=month)[name] for name in covers] == ["c"] * len(covers)
        assert all("secondary" in rules_applied(warehouse, month=month)[name] for name in covers)
    found = attack(releases, "employees")
    assert found.attacked > 0
    assert found.reached == []


def test_the_outsider_reaches_what_a_cover_no_longer_hides(warehouse: Warehouse) -> None:
    """The attack of these tests has teeth: the same releases, had the cover been given in the last."""
    fill_register(warehouse, [*with_one_giant(MONTH), *with_one_giant(NEXT, AFTER, without=("b",))], AMOUNTS)
    releases = []
    for month in (MONTH, NEXT, AFTER):
        publish(warehouse, month=month)
        releases.append(released(warehouse, month))
    for row in releases[-1].clusters:
        row["employees"], row["employees_status"] = 6000 if row["cluster_id"] != "d" else 4800, ""
    reached = attack(releases, "employees").reached
    assert ("2025-05", ("dsit-v1", "b")) in {(one.release, one.cell) for one in reached}
    assert all(one.lower - 1e-6 <= one.truth <= one.upper + 1e-6 for one in reached)


def test_a_cover_that_covers_nothing_any_more_is_given(warehouse: Warehouse) -> None:
    # Every business has other amounts two months on: nothing of the first month follows from them.
    fill_register(warehouse, with_one_giant(MONTH), AMOUNTS)
    publish(warehouse)
    later = {name: amount * 1.7 + int(name[1:]) for name, amount in AMOUNTS.items() if name not in B}
    fill_register(warehouse, with_one_giant(NEXT, without=("b",)), later)
    publish(warehouse, month=NEXT)
    assert {"secondary"} in rules_applied(warehouse).values()
    assert "c" not in given(warehouse, month=NEXT).values()
    assert rules_applied(warehouse, month=NEXT) == {}


def test_a_month_made_again_counts_with_its_first_release(warehouse: Warehouse) -> None:
    fill_register(warehouse, with_one_giant(MONTH, NEXT), AMOUNTS)
    publish(warehouse)
    first = released(warehouse, MONTH, "first")
    publish(warehouse, month=NEXT)
    second = released(warehouse, NEXT)

    # A corrected register: the giant's cluster lost two businesses, and one of the covers is another's by now. Of the
    # other month only what was released is left.
    corrected = [Cluster("b", B[:10], sector="X", more=shown(1)), *with_one_giant(MONTH, without=("b",))]
    fill_register(warehouse, corrected, {**AMOUNTS, "A000": 900.0})
    result = publish(warehouse)
    again = released(warehouse, MONTH, "again")

    assert all(check.passed for check in result.checks)
    assert warehouse.read("select release from ledger.releases order by month, release")["release"].to_list() == [
        1,
        2,
        1,
    ]
    found = attack([first, second, again], "employees")
    assert found.attacked >= 2
    assert found.reached == []
    assert bounds(warehouse)["is_protected"].all()
    old_figure = "select count(*) from ledger.released where release = 1 and month = $month and label = 'b'"
    assert warehouse.read(old_figure, month=MONTH.first_day).item() == 1, "the first release is still known"


def test_a_month_made_again_from_the_same_is_no_new_release(warehouse: Warehouse) -> None:
    fill_register(warehouse, with_one_giant(MONTH, NEXT), AMOUNTS)
    for month in (MONTH, NEXT):
        publish(warehouse, month=month)
        before = ledger(warehouse)
        publish(warehouse, month=month)
        assert ledger(warehouse) == before
    assert warehouse.read("select count(*) from ledger.releases").item() == 2


def test_looser_parameters_free_what_they_forbid_no_longer(warehouse: Warehouse) -> None:
    fill_register(warehouse, with_one_giant(MONTH), AMOUNTS)
    publish(warehouse)
    assert given(warehouse)["b"] == "c"
    loose = {"dominance_one_share": 1.0, "dominance_two_share": 1.0, "p_percent": 0.0}
    publish(warehouse, MethodProfile.model_validate({**METHOD.model_dump(), "publication": loose}))
    assert "c" not in given(warehouse).values()
    assert warehouse.read("select count(*) from ledger.releases").item() == 2


def test_months_from_before_the_ledger_are_named(warehouse: Warehouse) -> None:
    fill_register(warehouse, with_one_giant(MONTH, NEXT), AMOUNTS)
    publish(warehouse)
    with warehouse.transaction() as connection:
        for table in ("releases", "released", "released_parts", "released_holdings", "released_sums"):
            connection.execute(f"delete from ledger.{table}")
    messages = publish(warehouse, month=NEXT).reports[""].messages
    assert any("2025-05: published before releases were kept" in message for message in messages)


@pytest.mark.parametrize("seed", [1, 4])
def test_random_countries_give_nothing_away_over_their_months(warehouse: Warehouse, seed: int) -> None:
    releases = publish_all(warehouse, seed, months=4, clusters=10)
    unlike = {len(release.clusters) for release in releases}
    assert len(unlike) > 1, "clusters come and go"
    for measure in ("employees", "turnover_gbp"):
        assert attack(releases, measure).reached == []


def test_the_profiles_of_a_country_share_figures() -> None:
    clusters, _, _ = country(1, months=2)
    profiles = {cluster.profile for cluster in clusters}
    assert profiles == {METHOD.name, EVIDENCE.name}


def ledger(warehouse: Warehouse) -> list[list[tuple[Any, ...]]]:
    return [
        warehouse.read(f"select * from ledger.{table} order by all").rows()
        for table in ("releases", "released", "released_parts", "released_holdings", "released_sums")
    ]
