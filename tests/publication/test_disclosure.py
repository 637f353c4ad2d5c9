"""Disclosure control through its step: registers worked by hand, and random ones that the attack must fail on."""

from __future__ import annotations

import random
from typing import Any

import polars as pl
import pytest

from assets.method import MethodProfile
from assets.methods.disclosure import safeguard as safeguard_module
from assets.methods.disclosure.secondary import Choice
from assets.warehouse.checks import ChecksFailedError, run_checks
from assets.warehouse.database import Warehouse
from assets.warehouse.steps import sql_step, step_parameters
from tests.publication.register import (
    METHOD,
    PROFILE,
    Cluster,
    bounds,
    businesses,
    fill_register,
    given,
    publish,
    rules_applied,
)
from tests.support import MONTH, fill, make

NEXT, AFTER = MONTH.plus(1), MONTH.plus(2)
EVIDENCE = MethodProfile(name="evidence")
A, B, C, D = (businesses(12, letter) for letter in "ABCD")
SMALL = {**dict.fromkeys(A, 20.0), **dict.fromkeys(B, 30.0), **dict.fromkeys([*C, *D], 40.0)}
GIANT = "B000"


def totals(warehouse: Warehouse, measure: str = "employees") -> dict[str, Any]:
    rows = warehouse.read(
        f"select dimension || ': ' || member, coalesce({measure}::varchar, {measure}_status) from publication.totals"
    )
    return dict(rows.iter_rows())


def test_harmless_figures_are_given_rounded(warehouse: Warehouse) -> None:
    fill_register(warehouse, [Cluster("a", A), Cluster("b", B)], {**SMALL, "A000": 25.0}, {"A000": 123_456.0})
    publish(warehouse)
    assert given(warehouse) == {"a": "250", "b": "360"}  # 245 goes up
    assert totals(warehouse)["all: all"] == "610"  # the sum of 605, not of the rounded
    assert given(warehouse, "turnover_gbp") == {"a": "c", "b": "x"}
    assert rules_applied(warehouse) == {}


def test_what_one_business_holds_is_suppressed_and_its_totals_do_not_give_it_away(warehouse: Warehouse) -> None:
    clusters = [
        Cluster("a", A, sector="X", region="Wales"),
        Cluster("b", B, sector="X", region="Wales"),
        Cluster("c", C, sector="X", region="Wales"),
    ]
    fill_register(warehouse, clusters, {**SMALL, GIANT: 3000.0})
    result = publish(warehouse)
    assert given(warehouse)["b"] == "c"
    assert rules_applied(warehouse)["b"] == {"dominance"}
    assert all(check.passed for check in result.checks)
    assert bounds(warehouse)["is_protected"].all()


def test_without_secondary_suppression_the_attack_succeeds_and_nothing_is_written(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Twelve giants of two clusters, so that the totals pass the rules while one cluster is one business's.
    clusters = [Cluster("a", A), Cluster("b", B), Cluster("c", C)]
    employees = {**dict.fromkeys(A, 500.0), **dict.fromkeys(C, 500.0), **dict.fromkeys(B, 2.0), GIANT: 3000.0}
    fill_register(warehouse, clusters, employees)
    with monkeypatch.context() as patch, pytest.raises(ChecksFailedError) as error:
        choose_nothing(patch)
        publish(warehouse)
    failed = {check.name for check in error.value.outcomes if not check.passed}
    assert failed == {"the_attack_fails"}
    assert "'cell': 'b'" in str(error.value)
    assert given(warehouse) == {}
    assert warehouse.read("select * from ledger.releases").is_empty(), "what was refused is not out"

    publish(warehouse)
    assert "secondary" in set.union(*rules_applied(warehouse).values())


def choose_nothing(patch: pytest.MonkeyPatch) -> None:
    """Switch secondary suppression off, and its repair."""
    patch.setattr(safeguard_module, "protect", lambda table, targets: Choice())
    patch.setattr(safeguard_module, "repair", lambda case, suppressed, missed, attempt: {})


def test_where_the_choice_is_wrong_the_repair_suppresses_on(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    clusters = [Cluster("a", A), Cluster("b", B), Cluster("c", C)]
    employees = {**dict.fromkeys(A, 500.0), **dict.fromkeys(C, 500.0), **dict.fromkeys(B, 2.0), GIANT: 3000.0}
    fill_register(warehouse, clusters, employees)
    monkeypatch.setattr(safeguard_module, "protect", lambda table, targets: Choice())
    result = publish(warehouse)
    assert set(given(warehouse).values()) == set(totals(warehouse).values()) == {"c"}
    assert bounds(warehouse)["is_protected"].all()
    assert any("round 1" in message for message in result.reports[""].messages)


def test_a_total_of_one_suppressed_cluster_is_suppressed_with_it(warehouse: Warehouse) -> None:
    clusters = [Cluster("a", A, region="Wales"), Cluster("b", B, region="London"), Cluster("c", C, region="Scotland")]
    fill_register(warehouse, clusters, {**SMALL, GIANT: 3000.0})
    publish(warehouse)
    assert totals(warehouse)["main_region: London"] == "c"
    assert "dominance" in rules_applied(warehouse)["main_region: London"]


def test_two_profiles_clusters_that_differ_by_one_business_are_not_both_given(warehouse: Warehouse) -> None:
    employees = {**dict.fromkeys(businesses(40), 50.0), "A000": 900.0}
    everyone = businesses(40)
    clusters = [
        Cluster("wide", everyone),
        Cluster("narrow", everyone[1:], profile="evidence"),
        Cluster("far", C),
        Cluster("far too", C, profile="evidence"),
    ]
    fill_register(warehouse, clusters, {**employees, **SMALL, **employees})
    publish(warehouse, METHOD, EVIDENCE)
    shown = given(warehouse)
    assert [shown["wide"], shown["narrow"]].count("c") >= 1
    assert rules_applied(warehouse)["narrow"] & {"difference", "secondary"}
    assert bounds(warehouse).filter(pl.col("cell").str.contains(" less ")).height > 0
    assert bounds(warehouse)["is_protected"].all()


def test_the_same_businesses_in_two_profiles_are_given_or_suppressed_alike(warehouse: Warehouse) -> None:
    clusters = [
        *(Cluster(f"{name} v1", members) for name, members in zip("abc", (A, B, C), strict=True)),
        *(Cluster(f"{name} ev", members, profile="evidence") for name, members in zip("ab", (A, B), strict=True)),
    ]
    employees = {**dict.fromkeys(A, 500.0), **dict.fromkeys(C, 500.0), **dict.fromkeys(B, 2.0), GIANT: 3000.0}
    fill_register(warehouse, clusters, employees)
    publish(warehouse, METHOD, EVIDENCE)
    shown = given(warehouse)
    assert shown["b v1"] == shown["b ev"] == "c"
    assert shown["a v1"] == shown["a ev"]
    assert bounds(warehouse)["is_protected"].all()


def months(members: dict[Any, list[str]]) -> list[Cluster]:
    """One cluster over months, beside one that stays."""
    moving = [Cluster("moving", names, month=month) for month, names in members.items()]
    return [*moving, *(Cluster("staying", C, month=month, region="London") for month in members)]


EVERYONE = businesses(40)
FORTY = {**dict.fromkeys(EVERYONE, 50.0), **SMALL, **dict.fromkeys(EVERYONE, 50.0)}


def test_one_large_newcomer_suppresses_the_month_and_the_next(warehouse: Warehouse) -> None:
    fill_register(warehouse, months({MONTH: EVERYONE[1:], NEXT: EVERYONE, AFTER: EVERYONE}), {**FORTY, "A000": 600.0})
    for month in (MONTH, NEXT, AFTER):
        publish(warehouse, month=month)
    assert given(warehouse)["moving"] == "1950"
    # The month after is the same as the suppressed one, and still one business more than the last that was given.
    for month in (NEXT, AFTER):
        assert given(warehouse, month=month) == {"moving": "c", "staying": "480"}
        assert "difference" in rules_applied(warehouse, month=month)["moving"]
        assert bounds(warehouse, month)["is_protected"].all()


def test_a_newcomer_that_rounding_hides_suppresses_nothing(warehouse: Warehouse) -> None:
    fill_register(warehouse, months({MONTH: EVERYONE[1:], NEXT: EVERYONE}), FORTY)
    for month in (MONTH, NEXT):
        publish(warehouse, month=month)
    assert given(warehouse, month=NEXT) == {"moving": "2000", "staying": "480"}


def test_newcomers_enough_suppress_nothing(warehouse: Warehouse) -> None:
    fill_register(
        warehouse,
        months({MONTH: EVERYONE[10:], NEXT: EVERYONE}),
        {**FORTY, **dict.fromkeys(EVERYONE[:10], 600.0)},
    )
    for month in (MONTH, NEXT):
        publish(warehouse, month=month)
    assert given(warehouse, month=NEXT)["moving"] == "7500"


# One business holds 85% of a, 77% of a and b together and 64% of all three: b hides a, and nothing hides the two.
TWO_OF_THREE = {
    **{**dict.fromkeys(A, 50.0), "A000": 3000.0},
    **dict.fromkeys(B, 30.0),
    **dict.fromkeys(D, 64.0),
    **dict.fromkeys(C, 300.0),
    **dict.fromkeys(businesses(30, "E"), 200.0),
}


def two_of_three_stay() -> list[Cluster]:
    """A type of three clusters, one of which is of another type in the next month; and others beside them."""
    types = {"a": ("Dispersed", "Dispersed"), "b": ("Dispersed", "Dispersed"), "d": ("Dispersed", "Diverse")}
    names = {"a": A, "b": B, "d": D, "c": C, "e": businesses(30, "E")}
    places = {"a": "Wales", "b": "Wales", "c": "Wales", "d": "London", "e": "London"}
    return [
        Cluster(
            name,
            members,
            month=month,
            sector=name if name in "ce" else "Photonics",
            region=places[name],
            cluster_type=types.get(name, ("Diverse", "Diverse"))[number],
        )
        for number, month in enumerate((MONTH, NEXT))
        for name, members in names.items()
    ]


def test_what_a_total_leaves_of_two_suppressed_clusters_is_protected_as_one_figure(warehouse: Warehouse) -> None:
    fill_register(warehouse, two_of_three_stay(), TWO_OF_THREE)
    for month in (MONTH, NEXT):
        result = publish(warehouse, month=month)
        assert bounds(warehouse, month)["is_protected"].all()
        assert result.reports[""].messages == []
        assert left_too_close(warehouse, two_of_three_stay(), TWO_OF_THREE, month) == []
    assert totals(warehouse)["cluster_type: Dispersed"] == "c"


def test_what_an_earlier_month_gave_away_is_said_and_not_added_to(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The month before was published without a look at what its totals leave."""
    fill_register(warehouse, two_of_three_stay(), TWO_OF_THREE)
    with monkeypatch.context() as patch:
        patch.setattr(
            safeguard_module,
            "forbidden",
            lambda found, cells, contributions, method: found.clear().with_columns(value=pl.lit(0, pl.Int64)),
        )
        publish(warehouse)
    result = publish(warehouse, month=NEXT)
    assert any("cluster_type: Dispersed: what earlier months" in text for text in result.reports[""].messages)
    row = bounds(warehouse, NEXT).filter(pl.col("cell") == "cluster_type: Dispersed").row(0, named=True)
    total = sum(TWO_OF_THREE[name] for name in [*A, *B])
    assert row["is_protected"]
    assert 0.9 * total < row["required_lower"] <= total <= row["required_upper"] < 1.1 * total


def test_growth_is_that_of_the_published_figures_and_null_where_one_is_suppressed(warehouse: Warehouse) -> None:
    # Three clusters of a giant each hide one another in the totals.
    later = MONTH.plus(12)
    giants = {"one giant's": ["G1", *B], "another's": ["G2", *A], "a third's": ["G3", *D]}
    clusters = [
        *months({MONTH: EVERYONE[20:], later: EVERYONE[10:]}),
        *(
            Cluster(name, members, month=month, region="Scotland")
            for name, members in giants.items()
            for month in (MONTH, later)
        ),
    ]
    newcomers = dict.fromkeys(EVERYONE[12:20], 603.1)
    fill_register(warehouse, clusters, {**FORTY, **newcomers, **dict.fromkeys(["G1", "G2", "G3"], 3000.0)})
    for month in (MONTH, later):
        publish(warehouse, month=month)
    rows = warehouse.read(
        "select cluster_id, employees_growth_share from publication.clusters where month = $month",
        month=later.first_day,
    )
    growth = dict(rows.iter_rows())
    assert growth["one giant's"] is None
    assert growth["moving"] == pytest.approx(int(given(warehouse, month=later)["moving"]) / 1000 - 1, abs=1e-4)


def test_no_natural_person_is_named(warehouse: Warehouse) -> None:
    partners: dict[str, dict[str, Any]] = {
        "P1": {"crn": "01234567"},
        "P2": {"organisation_type": "university", "is_firm": False},
        "P3": {"entref": "9"},
        "P4": {},
        "P5": {"organisation_type": "overseas", "is_firm": False},
    }
    fill_register(
        warehouse, [Cluster("a", A)], SMALL, organisations=partners, joint=[("A000", partner) for partner in partners]
    )
    publish(warehouse)
    listed = warehouse.read("select largest_partners from publication.clusters").item()
    assert listed == "Name of P1 (1); Name of P2 (1)"


def test_places_are_coarse_and_counts_of_sectors_large(warehouse: Warehouse) -> None:
    sectors = {name: [("sic", "Construction")] for name in EVERYONE[:25]}
    sectors |= {name: [("sic", "Fishing")] for name in EVERYONE[25:29]}
    fill_register(warehouse, [Cluster("a", EVERYONE)], FORTY, sectors=sectors)
    publish(warehouse)
    row = warehouse.read("select latitude, longitude, outline_wkt from publication.clusters").row(0)
    assert row[:2] == (52.1235, -3.9877)
    assert "000012" not in row[2]
    mix = warehouse.read("select scheme, sector, firms, share from publication.sector_mix order by all").rows()
    # 11 have no sector of the scheme and 4 a small one.
    assert mix == [("sic", "Construction", 25, 0.625), ("sic", "Other", 15, 0.375)]


def test_an_empty_month_is_published_empty(warehouse: Warehouse) -> None:
    publish(warehouse)
    assert warehouse.read("select * from publication.totals").height == 0


def test_checks_see_a_figure_that_should_not_be_there(warehouse: Warehouse) -> None:
    fill_register(warehouse, [Cluster("a", A), Cluster("b", B)], {**SMALL, GIANT: 3000.0})
    publish(warehouse)
    tampered = {
        "update publication.clusters set employees = 3330 where cluster_id = 'b'": "clusters_give_nothing_suppressed",
        "update publication.totals set employees = 7 where employees_status = ''": "totals_give_nothing_suppressed",
        "delete from publication.attack_bounds": "every_suppressed_figure_is_attacked",
        "delete from publication.suppressions": "every_suppressed_figure_is_attacked",
        "update publication.attack_bounds set is_protected = false": "the_attack_fails",
        "delete from publication.clusters where cluster_id = 'a'": "every_cluster_is_there",
        f"insert into publication.sector_mix values ('{MONTH.first_day}', '{PROFILE}', 'a', 'sic', 'S', 9, 0.1)": (
            "sector_mix_has_no_small_count"
        ),
    }
    parameters = step_parameters(MONTH, METHOD)
    tables = ["clusters", "totals", "sector_mix", "suppressions", "attack_bounds"]
    for statement, name in tampered.items():
        with warehouse.connect() as connection:
            connection.execute("begin transaction")
            if "totals" in statement:
                connection.execute("update publication.totals set employees = 10, employees_status = ''")
            connection.execute(statement)
            outcomes = run_checks(connection, [f"publication.{table}" for table in tables], parameters, [PROFILE])
            connection.execute("rollback")
        assert name in {outcome.name for outcome in outcomes if not outcome.passed}, statement


def test_criteria_stand_with_figure_and_threshold_and_no_small_count(warehouse: Warehouse) -> None:
    fill_register(warehouse, [Cluster("a", A)], SMALL)
    tested = {
        "group_id": "spatial-1",
        "approach": "spatial",
        "firms": 12,
        "min_firms": 10,
        "rdi_active_firms": 4,
        "rdi_active_share": 1 / 3,
        "rdi_min_share": 0.2,
        "national_rdi_share": 0.1,
        "rdi_p_value": 0.02,
        "rdi_alpha": 0.05,
        "is_rdi_active": True,
        "colocated_share": 1,
        "colocated_min_share": 0.5,
        "is_colocated": True,
        "specialised_alpha": 0.05,
        "is_specialised": True,
        "joint_projects": 1,
        "min_joint_projects": 3,
        "joint_pairs": 1,
        "min_joint_pairs": 2,
        "collaboration_p_value": 0.5,
        "collaboration_alpha": 0.05,
        "is_internally_collaborative": False,
        "profile": PROFILE,
    }
    absorbed = {**tested, "group_id": "network-1", "approach": "network", "unpublished_reason": "merged"}
    fill(warehouse, "typology.candidates", [{**tested, "cluster_id": "a"}, {**absorbed, "cluster_id": "a"}])
    publish(warehouse)
    make(warehouse, sql_step("publication.criteria"), METHOD)
    rows = warehouse.read("select criterion, measure, figure, threshold, is_met from publication.criteria order by all")
    assert rows.height == 9
    assert set(rows.filter(pl.col("criterion") == "RD&I-active").rows()) == {
        ("RD&I-active", "active firms", None, 10.0, True),
        ("RD&I-active", "share of firms that are active", None, 0.2, True),
        ("RD&I-active", "p-value of the share against that of the sector", None, 0.05, True),
    }


def test_a_share_that_tells_of_few_firms_is_given_as_a_band(warehouse: Warehouse) -> None:
    clusters = [
        Cluster("few", A, more={"rdi_active_share": 4 / 12}),
        Cluster("many", EVERYONE, more={"rdi_active_share": 20 / 40}),
        Cluster("all but few", EVERYONE, more={"rdi_active_share": 36 / 40}),
    ]
    fill_register(warehouse, clusters, FORTY)
    publish(warehouse)
    rows = warehouse.read("select rdi_active_share, rdi_active_band from publication.clusters order by cluster_id")
    assert rows.rows() == [(None, "<=100%"), (None, "<=50%"), (0.5, None)]
    funded = warehouse.read(
        "select funded_firms_share, funded_firms_band from publication.clusters order by cluster_id"
    )
    # 30% of 40 are 12, and 28 are left; 30% of 12 are 4.
    assert funded.rows() == [(0.3, None), (None, "<=50%"), (0.3, None)]
    parameters = step_parameters(MONTH, METHOD)
    with warehouse.connect() as connection:
        connection.execute("update publication.clusters set rdi_active_share = 0.3333 where cluster_id = 'few'")
        outcomes = run_checks(connection, ["publication.clusters"], parameters, [PROFILE])
    assert "shares_tell_no_small_count" in {outcome.name for outcome in outcomes if not outcome.passed}


def test_of_the_largest_address_a_band_alone_is_given(warehouse: Warehouse) -> None:
    ten, forty = {"places": 4, "sites": 12}, {"places": 10, "sites": 60}
    clusters = [
        Cluster("a half", EVERYONE, more={**forty, "address_share": 20 / 40}),
        Cluster("few", EVERYONE[:10], more={**ten, "address_share": 3 / 10}),
        Cluster("many", EVERYONE, more={**forty, "address_share": 21 / 40}),
        Cluster("one", A, more={"places": 1, "sites": 12, "address_share": 1.0}),
        Cluster("unknown", EVERYONE),
    ]
    fill_register(warehouse, clusters, FORTY)
    publish(warehouse)
    rows = warehouse.read("select cluster_id, places, address_band from publication.clusters order by cluster_id")
    # Of ten firms at 4 places three at the least are at one: 3 alone is too few for a band of 30%, 3 to 5 are one.
    assert rows.rows() == [
        ("a half", 10, "<=50%"),
        ("few", 4, "<=50%"),
        ("many", 10, "<=100%"),
        ("one", 1, "<=100%"),
        ("unknown", None, None),
    ]


def is_sensitive(amounts: list[float]) -> bool:
    """The rules once more, as METHOD.md and the parameters' docstrings say them."""
    largest = sorted((amount for amount in amounts if amount > 0), reverse=True)
    whole, one, two = sum(largest), sum(largest[:1]), sum(largest[:2])
    return len(largest) < 10 or one > 0.75 * whole or two > 0.85 * whole or whole - two < 0.1 * one


def left_too_close(
    warehouse: Warehouse, clusters: list[Cluster], employees: dict[str, float], month: Any
) -> list[tuple[str, str]]:
    """Totals that leave, less their given clusters, a sum that the rules forbid, to less than 10%: by subtraction."""
    shown: dict[tuple[str, str], int | None] = {
        (profile, name): figure
        for profile, name, figure in warehouse.read(
            "select profile, cluster_id, employees from publication.clusters where month = $month",
            month=month.first_day,
        ).iter_rows()
    }
    found = []
    query = "select profile, dimension, member, employees from publication.totals where month = $month"
    for profile, dimension, member, total in warehouse.read(query, month=month.first_day).drop_nulls().iter_rows():
        parts = [
            cluster
            for cluster in clusters
            if (cluster.profile, cluster.month) == (profile, month)
            and member in ("all", cluster.cluster_type, f"rtic: {cluster.sector}", cluster.region)
        ]
        hidden = [cluster for cluster in parts if shown[profile, cluster.name] is None]
        held: dict[str, float] = {}
        for name in (name for cluster in hidden for name in cluster.members):
            held[name] = held.get(name, 0.0) + employees[name]
        slack = 5 * (1 + len(parts) - len(hidden))
        rest = total - sum(shown[profile, cluster.name] or 0 for cluster in parts)
        needed = 0.0999 * sum(held.values())
        if hidden and is_sensitive(list(held.values())):
            low, high = max(rest - slack, 0.0), rest + slack
            if low > sum(held.values()) - needed or high < sum(held.values()) + needed:
                found.append((profile, f"{dimension}: {member}"))
    return found


def random_world(seed: int) -> tuple[list[Cluster], dict[str, float], dict[str, float]]:
    """Three months of two profiles: skewed businesses, clusters that overlap, lie in one another, gain and lose one or
    more, change their type or their region, come and go; types and regions of one or two clusters among them."""
    choose = random.Random(seed)
    everyone = businesses(300)
    employees = {name: round(choose.lognormvariate(3, 2.2), 2) for name in everyone}
    turnover = {name: round(choose.lognormvariate(13, 2.2), 2) for name in everyone if choose.random() < 0.8}
    kinds = ["Diverse", "Diverse", "Specialised", "Specialised", "R&D Collaborating", "Dispersed"]
    regions = ["Wales", "Wales", "London", "London", "Scotland"]
    clusters: list[Cluster] = []
    members: list[str] = []
    for number in range(12):
        if number % 4 == 3:  # inside the one before it
            members = members[: max(len(members) - choose.randint(1, 4), 10)]
        else:
            members = choose.sample(everyone, choose.randint(10, 40))
        place = {"sector": choose.choice("XXYZ"), "region": choose.choice(regions)}
        place["cluster_type"] = choose.choice(kinds)
        born = choose.choice([MONTH, MONTH, MONTH, NEXT])
        for month in (MONTH, NEXT, AFTER):
            if month == NEXT and choose.random() < 0.5:
                members = [*members, choose.choice([name for name in everyone if name not in members])]
            if month == AFTER and choose.random() < 0.3:
                members = members[choose.randint(0, min(3, len(members) - 10)) :]
            if month != MONTH and choose.random() < 0.3:
                place = {**place, "cluster_type": choose.choice(kinds)}
            if month.first_day < born.first_day or choose.random() < 0.05:
                continue
            clusters.append(Cluster(f"c{number}", members, month=month, **place))
            if number % 2:
                other = members[choose.randint(0, 2) :]
                clusters.append(Cluster(f"c{number}", other, month=month, profile="evidence", **place))
    return clusters, employees, turnover


@pytest.mark.parametrize("seed", range(4))
def test_random_months_are_protected_and_come_out_alike_twice(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    """The attack must fail in every month, and so must plain subtraction; and without what secondary suppression added
    the attack must succeed.
    """
    clusters, employees, turnover = random_world(seed)
    fill_register(warehouse, clusters, employees, turnover)
    for month in (MONTH, NEXT, AFTER):
        if month == AFTER:
            with monkeypatch.context() as patch, pytest.raises(ChecksFailedError, match="the_attack_fails"):
                choose_nothing(patch)
                publish(warehouse, METHOD, EVIDENCE, month=month)
        result = publish(warehouse, METHOD, EVIDENCE, month=month)
        attacked = bounds(warehouse, month)
        assert attacked.height > 0
        assert attacked["is_protected"].all()
        if not any("earlier months" in message for message in result.reports[""].messages):
            assert left_too_close(warehouse, clusters, employees, month) == []
    first = warehouse.read("select * from publication.clusters order by all")
    publish(warehouse, METHOD, EVIDENCE, month=AFTER)
    assert warehouse.read("select * from publication.clusters order by all").equals(first)
    assert any("secondary" in rules for rules in rules_applied(warehouse, month=AFTER).values())
    assert warehouse.read("select * from ledger.releases where release > 1").is_empty()
    truth = {
        (cluster.profile, cluster.name): sum(employees[name] for name in cluster.members)
        for cluster in clusters
        if cluster.month == AFTER
    }
    shown = warehouse.read(
        "select profile, cluster_id, employees from publication.clusters where month = $month", month=AFTER.first_day
    )
    for profile, name, figure in shown.drop_nulls().iter_rows():
        assert abs(figure - truth[profile, name]) <= 5.001
    # The truth must always lie within what the attack finds.
    inside = bounds(warehouse, AFTER).filter((pl.col("measure") == "employees") & pl.col("cell").str.starts_with("c"))
    for row in inside.filter(~pl.col("cell").str.contains("[:<]| less | in ")).iter_rows(named=True):
        value = truth[row["profile"], row["cell"]]
        assert row["lower"] <= value + 1e-3
        assert row["upper"] is None or row["upper"] >= value - 1e-3
