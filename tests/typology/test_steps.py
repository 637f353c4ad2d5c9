"""The layer end to end on a month worked by hand, its checks, and what happens in the months after."""

from __future__ import annotations

import shutil
from decimal import Decimal
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
import shapely

from assets.method import MethodProfile
from assets.months import Month
from assets.typology.steps import STEPS
from assets.warehouse.checks import ChecksFailedError, run_checks
from assets.warehouse.database import Warehouse
from assets.warehouse.declarations import declared_tables
from assets.warehouse.running import StepResult
from assets.warehouse.steps import step_parameters
from tests.support import MONTH, make, make_all
from tests.typology.small_uk import ACTIVE, NETWORK, PROFILE, SPATIAL, fill_small_uk, firms

METHOD = MethodProfile(name=PROFILE)
NEXT, YEAR_AFTER = MONTH.plus(1), MONTH.plus(12)


def make_typology(warehouse: Warehouse, month: Month = MONTH, method: MethodProfile = METHOD) -> list[StepResult]:
    return make_all(warehouse, STEPS, method, month=month)


def made_clusters(warehouse: Warehouse, month: Month) -> StepResult:
    """Of a month's typology the step of the clusters."""
    (made,) = [
        result for result in make_typology(warehouse, month) if "typology.innovation_clusters" in result.step.tables
    ]
    return made


def carry_over(warehouse: Warehouse, month: Month) -> None:
    """Give another month the same inputs as MONTH."""
    with warehouse.transaction() as connection:
        for table in declared_tables().values():
            if table.layer != "typology" and any(column.name == "month" for column in table.columns):
                connection.execute(
                    f"insert into {table.name} select * replace ($to as month) from {table.name} where month = $at",
                    {"to": month.first_day, "at": MONTH.first_day},
                )


def change(warehouse: Warehouse, sql: str) -> None:
    with warehouse.transaction() as connection:
        connection.execute(sql)


def leave(warehouse: Warehouse, month: Month, which: str) -> None:
    """Take members out of spatial groups, whose own count of firms follows."""
    change(warehouse, f"delete from spatial.group_members where month = date '{month.first_day}' and {which}")
    change(
        warehouse,
        """
        update spatial.groups as g set firms = (
            select count(distinct m.organisation_id)
            from spatial.group_members as m
            inner join organisations.organisations as o
                on o.month = m.month and o.organisation_id = m.organisation_id and o.is_firm
            where m.month = g.month and m.profile = g.profile and m.group_id = g.group_id
        )
        """,
    )


@pytest.fixture(scope="module")
def inputs(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """The month's inputs, filled once; tests work on copies."""
    warehouse = Warehouse(tmp_path_factory.mktemp("typology") / "inputs.duckdb", threads=1)
    warehouse.create()
    fill_small_uk(warehouse)
    return warehouse


@pytest.fixture(scope="module")
def made(inputs: Warehouse) -> Warehouse:
    """The month made once; tests that use it only read."""
    warehouse = copy(inputs, inputs.path.with_name("made.duckdb"))
    make_typology(warehouse)
    return warehouse


@pytest.fixture
def filled(inputs: Warehouse, tmp_path: Path) -> Warehouse:
    """A warehouse of its own with the month's inputs."""
    return copy(inputs, tmp_path / "filled.duckdb")


@pytest.fixture
def remade(made: Warehouse, tmp_path: Path) -> Warehouse:
    """A warehouse of its own with the month made."""
    return copy(made, tmp_path / "remade.duckdb")


def copy(warehouse: Warehouse, path: Path) -> Warehouse:
    shutil.copyfile(warehouse.path, path)
    return Warehouse(path, threads=1)


def cluster(warehouse: Warehouse, group_id: str, month: Month = MONTH) -> dict[str, Any]:
    """The cluster a group was published as, with its indicators."""
    return warehouse.read(
        """
        select c.*, i.* exclude (month, profile, cluster_id, profile_fingerprint)
        from typology.innovation_clusters as c
        inner join typology.cluster_indicators as i using (month, profile, cluster_id)
        inner join typology.candidates as g using (month, profile, cluster_id)
        where g.group_id = $group_id and month = $month
        """,
        group_id=group_id,
        month=month.first_day,
    ).row(0, named=True)


def members(warehouse: Warehouse, group_id: str) -> list[tuple[str, str | None]]:
    return warehouse.read(
        "select organisation_id, site_id from typology.cluster_members where cluster_id = $cluster_id "
        "order by organisation_id, site_id",
        cluster_id=cluster(warehouse, group_id)["cluster_id"],
    ).rows()


def candidate(warehouse: Warehouse, group_id: str) -> dict[str, Any]:
    return warehouse.read("select * from typology.candidates where group_id = $group_id", group_id=group_id).row(
        0, named=True
    )


def test_each_group_comes_out_as_its_type(made: Warehouse) -> None:
    rows = made.read(
        "select group_id, cluster_type, unpublished_reason from typology.candidates order by group_id"
    ).rows()
    kinds = {group: kind for group, kind, reason in rows if reason is None}
    assert kinds == {
        "network-2": "Dispersed",
        "network-3": "R&D Collaborating",
        "spatial-1": "Specialised",
        "spatial-3": "Diverse",
        "spatial-4": "Specialised",  # by its own criteria; the cluster it makes with network-1 collaborates
    }
    reasons = {group: reason for group, _, reason in rows if reason is not None}
    assert reasons == {
        "network-1": "merged with spatial-4",
        "network-4": "not internally collaborative: 1 joint projects (threshold 3) of 1 pairs (threshold 2), "
        "p = 0.6 (threshold 0.05)",
        "spatial-2": "not RD&I-active: 2 of 12 firms (16.7%), threshold 20%, "
        "p = 0.748 against 20.8% of all firms of the sector",
    }


def test_firms_are_counted_once_a_group_and_others_not_at_all(filled: Warehouse) -> None:
    # F01 stands in its group at two places; U1 is no firm, F02's award is 0 and F03 has none.
    change(
        filled,
        "insert into spatial.group_members "
        "select month, profile, group_id, organisation_id, 'S-F01-second' from spatial.group_members "
        "where site_id = 'S-F01'",
    )
    make_typology(filled)
    rows = filled.read("select group_id, firms, rdi_active_firms from typology.candidates order by group_id").rows()
    assert rows == [
        (group, len(set(all_) - {"U1"}), len(set(all_) & ACTIVE - {"U1"}))
        for group, all_ in sorted({group: members for group, (*_, members) in {**SPATIAL, **NETWORK}.items()}.items())
    ]
    assert cluster(filled, "spatial-1")["funded_firms_share"] == 2 / 12


def test_places_and_the_largest_address_stand_on_every_group(made: Warehouse) -> None:
    """Sites of a town stand at seven places in turn; F58 has one in London too, as F01, of which two are one place."""
    rows = made.read("select group_id, places, address_share from typology.candidates order by group_id").rows()
    assert rows == [
        ("network-1", 7, pytest.approx(2 / 11)),  # F99 is not located and counts as a firm, U1 is none
        ("network-2", 10, pytest.approx(1 / 10)),
        ("network-3", 8, pytest.approx(2 / 10)),
        ("network-4", 8, pytest.approx(2 / 11)),
        ("spatial-1", 7, pytest.approx(2 / 12)),
        ("spatial-2", None, None),
        ("spatial-3", None, None),
        ("spatial-4", 3, pytest.approx(9 / 12)),
    ]
    of_clusters = {name: cluster(made, name) for name in ("network-3", "spatial-4")}
    assert {name: (row["places"], row["address_share"]) for name, row in of_clusters.items()} == {
        "network-3": (8, pytest.approx(2 / 10)),
        "spatial-4": (3, pytest.approx(9 / 12)),  # found both ways: the spatial group's
    }


def test_a_community_that_is_nowhere_has_no_places(filled: Warehouse) -> None:
    change(filled, "delete from organisations.apportioned_sites where organisation_id between 'F48' and 'F57'")
    make_typology(filled)
    row = candidate(filled, "network-2")
    assert (row["places"], row["address_share"]) == (None, None)


def test_counts_have_all_four_types(made: Warehouse) -> None:
    rows = made.read("select cluster_type, clusters from typology.cluster_counts order by cluster_type").rows()
    assert rows == [("Dispersed", 1), ("Diverse", 1), ("R&D Collaborating", 2), ("Specialised", 1)]


def test_a_specialised_cluster_row_by_row(made: Warehouse) -> None:
    row = cluster(made, "spatial-1")
    place = {name: row[name] for name in ("name", "regions", "local_authorities", "latitude", "longitude", "area_km2")}
    assert place == {
        "name": "Leeds",
        "regions": "Yorkshire and The Humber",
        "local_authorities": "LA-Leeds",
        "latitude": 53.7975,
        "longitude": -1.5436,
        "area_km2": 4.0,
    }
    # Twelve firms and F01's second site at its postcode; its site in London is none of the cluster's.
    figures = {name: row[name] for name in ("firms", "sites", "employees", "turnover_gbp", "iuk_funding_gbp")}
    assert figures == {
        "firms": 12,
        "sites": 13,
        "employees": Decimal("130.00"),
        "turnover_gbp": Decimal("13006.50"),
        "iuk_funding_gbp": Decimal("1.30"),
    }
    assert (row["publications"], row["publications_fractional"]) == (Decimal("13.00"), Decimal("6.5000"))
    assert (row["rdi_active_firms"], row["rdi_active_share"]) == (3, 0.25)
    assert row["funded_firms_share"] == pytest.approx(2 / 12), "an award of 0 is no funding"
    assert row["sector_sites_share"] == pytest.approx(13 / 26), "12 + 2 of F01 here and in London, 12 in Bristol"
    assert (row["location_quotient"], row["location_quotient_low"], row["location_quotient_high"]) == (2.7, 2.2, 3.2)
    assert row["largest_partners"] == "U1 Ltd (2); F60 Ltd (1)"
    assert (row["approach"], row["scheme"], row["sector"]) == ("spatial", "sic", "Healthcare")
    assert (row["firms_growth_share"], row["specialised_sectors"], row["relative_density"]) == (None, None, None)


def test_members_are_all_sites_a_point_stands_for(made: Warehouse) -> None:
    expected = [(firm, f"S-{firm}") for firm in firms(1, 12)]
    assert members(made, "spatial-1") == [expected[0], ("F01", "S-F01-second"), *expected[1:]]


def test_a_diverse_cluster_has_no_sector_that_stands_out(made: Warehouse) -> None:
    row = cluster(made, "spatial-3")
    assert (row["is_specialised"], row["location_quotient"], row["specialised_sectors"]) == (False, 1.5, None)
    assert row["firms"] == 10, "a university is a member but no firm"
    assert ("U1", "S-U1") in members(made, "spatial-3")
    assert row["name"] == "Cambridge"
    assert row["regions"] == "E12000006", "a code where there is no name"
    active_sites = 3 + 2 + 2 + 11 + 12 + 10 + 11  # F01 has three sites, F58 two; F99 none
    assert row["sector_sites_share"] == pytest.approx(11 / active_sites)


def test_found_both_ways_it_has_the_spatial_place_and_both_pieces_of_evidence(made: Warehouse) -> None:
    row = cluster(made, "spatial-4")
    assert (row["approach"], row["cluster_type"], row["scheme"]) == ("both", "R&D Collaborating", "rtic")
    assert (row["joint_projects"], row["collaboration_p_value"]) == (20, 0.005), "the community's"
    assert row["is_specialised"], "the spatial group's"
    assert row["name"] == "Glasgow"
    assert [organisation for organisation, _ in members(made, "spatial-4")] == firms(35, 46)
    assert candidate(made, "network-1")["cluster_id"] == row["cluster_id"] == candidate(made, "spatial-4")["cluster_id"]


def test_a_dispersed_cluster_has_no_outline(made: Warehouse) -> None:
    row = cluster(made, "network-2")
    assert row["outline_wkt"] is None
    assert row["area_km2"] is None
    assert row["name"] == "Dispersed: London, Belfast"
    assert row["regions"] == "London; Northern Ireland"
    assert (row["latitude"], row["longitude"]) == (pytest.approx(53.05225), pytest.approx(-3.02885))
    assert (row["is_colocated"], row["is_internally_collaborative"], row["sites"]) == (False, True, 10)
    assert (row["scheme"], row["sector"], row["sector_sites_share"]) == (None, None, None)


def test_a_colocated_community_has_an_outline_of_its_own(made: Warehouse) -> None:
    row = cluster(made, "network-3")
    assert (row["approach"], row["cluster_type"], row["name"]) == ("network", "R&D Collaborating", "Newcastle")
    outline = shapely.from_wkt(row["outline_wkt"])
    assert outline.covers(shapely.Point(row["longitude"], row["latitude"]))
    assert row["latitude"] == pytest.approx(54.974, abs=0.01)
    assert row["area_km2"] > 3
    assert row["sites"] == 10, "F58's site in London is none of the cluster's"
    assert row["specialised_sectors"] == "Photonics"
    assert row["location_quotient"] == pytest.approx((10 / 10) / (32 / 67))


def test_criteria_and_thresholds_stand_on_every_candidate(made: Warehouse) -> None:
    row = candidate(made, "spatial-1")
    thresholds = {name: row[name] for name in row if name.startswith("min_") or name.endswith(("_alpha", "_min_share"))}
    assert thresholds == {
        "min_firms": 10,
        "rdi_min_share": 0.2,
        "rdi_alpha": 0.05,
        "colocated_min_share": 0.5,
        "specialised_alpha": 0.05,
        "min_joint_projects": 3,
        "min_joint_pairs": 2,
        "collaboration_alpha": 0.05,
    }
    assert row["national_rdi_share"] == pytest.approx(5 / 24)
    assert (row["location_quotient"], row["specialised_q_value"], row["colocated_share"]) == (2.7, 0.001, 1.0)


def test_the_first_month_is_all_births(made: Warehouse) -> None:
    events = made.read("select event, earlier_month, count(*) from typology.cluster_events group by all").rows()
    assert events == [("birth", None, 5)]


def test_the_report_has_counts_and_a_map(filled: Warehouse) -> None:
    report = made_clusters(filled, MONTH).reports[PROFILE]
    assert report.figures["clusters by type"] == {
        "Diverse": 1,
        "Specialised": 1,
        "R&D Collaborating": 2,
        "Dispersed": 1,
    }
    assert report.figures["largest clusters"]["firms"].to_list() == [12, 12, 10, 10, 10]
    assert report.pictures["clusters"].startswith(b"\x89PNG")


def tables(warehouse: Warehouse) -> dict[str, list[tuple[Any, ...]]]:
    names = [name for name in declared_tables() if name.startswith("typology.")]
    return {name: warehouse.read(f"select * from {name} order by all").rows() for name in names}


def test_made_again_it_is_the_same(remade: Warehouse) -> None:
    first = tables(remade)
    make_typology(remade)
    assert tables(remade) == first


def test_a_month_later_identifiers_go_on(remade: Warehouse) -> None:
    carry_over(remade, NEXT)
    later = f"month = date '{NEXT.first_day}'"
    # The Leeds group loses a firm, the Cambridge group all but four; the Glasgow community comes apart.
    leave(remade, NEXT, "organisation_id = 'F12'")
    leave(remade, NEXT, "group_id = 'spatial-3' and organisation_id > 'F28'")
    apart = f"{later} and group_id = 'network-1'"
    change(remade, f"update network.collaboration_tests set joint_projects = 0 where {apart}")
    make_typology(remade, NEXT)
    kept = ("spatial-1", "spatial-4", "network-2", "network-3")
    assert {group: cluster(remade, group, NEXT)["cluster_id"] for group in kept} == {
        group: cluster(remade, group)["cluster_id"] for group in kept
    }
    events = remade.read(
        "select event, earlier_month, earlier_cluster_id, shared_firms, earlier_type, cluster_type "
        "from typology.cluster_events where month = $month and event <> 'continuation' order by event",
        month=NEXT.first_day,
    ).rows()
    assert events == [
        ("death", MONTH.first_day, cluster(remade, "spatial-3")["cluster_id"], 0, "Diverse", None),
        (
            "type_change",
            MONTH.first_day,
            cluster(remade, "spatial-4")["cluster_id"],
            12,
            "R&D Collaborating",
            "Specialised",
        ),
    ]
    shared = remade.read("select max(shared_firms) from typology.cluster_events where event = 'continuation'").item()
    assert shared == 12


def test_a_year_later_growth_stands_on_the_cluster(remade: Warehouse) -> None:
    carry_over(remade, YEAR_AFTER)
    leave(remade, YEAR_AFTER, "group_id = 'spatial-1' and organisation_id >= 'F11'")
    make_typology(remade, YEAR_AFTER)
    row = cluster(remade, "spatial-1", YEAR_AFTER)
    assert row["firms_growth_share"] == pytest.approx(10 / 12 - 1)
    assert row["employees_growth_share"] == pytest.approx(110 / 130 - 1)


def test_a_month_that_ended_without_clusters_is_a_month(remade: Warehouse) -> None:
    carry_over(remade, NEXT.plus(1))
    make_typology(remade, NEXT)
    assert (
        remade.read("select sum(clusters) from typology.cluster_counts where month = $m", m=NEXT.first_day).item() == 0
    )
    make_typology(remade, NEXT.plus(1))
    events = remade.read(
        "select event, earlier_month from typology.cluster_events where month = $m", m=NEXT.plus(1).first_day
    ).rows()
    assert set(events) == {("birth", NEXT.first_day)}


def test_profiles_stand_side_by_side(filled: Warehouse) -> None:
    other = MethodProfile(name="other")
    with filled.transaction() as connection:
        for name, table in declared_tables().items():
            if table.layer in ("spatial", "network") and "profile" in {column.name for column in table.columns}:
                connection.execute(f"insert into {name} select * replace ('other' as profile) from {name}")
    for step in STEPS:
        make(filled, step, METHOD, other)
    per_profile = filled.read(
        "select profile, count(*) from typology.innovation_clusters group by all order by all"
    ).rows()
    assert per_profile == [("other", 5), ("test", 5)]
    assert filled.read("select count(distinct cluster_id) from typology.innovation_clusters").item() == 10


def test_in_the_scan_profile_the_evidence_stands_on_the_cluster(filled: Warehouse) -> None:
    change(
        filled,
        "update spatial.groups set relative_density = 3.5, scan_score = 9, scan_p_value = 0.001, scan_q_value = 0.002",
    )
    change(filled, "update spatial.groups set scan_q_value = 0.06 where group_id = 'spatial-1'")
    change(filled, "update network.groups set score = 8, score_excess = 3, score_p_value = 0.0001")
    method = MethodProfile.model_validate({"name": PROFILE, "spatial": {"algorithm": "scan"}})
    make_typology(filled, method=method)
    assert cluster(filled, "spatial-1")["cluster_type"] == "Diverse", "the window is no denser than chance"
    row = candidate(filled, "spatial-1")
    assert (row["location_quotient"], row["specialised_q_value"], row["scan_q_value"]) == (3.5, 0.06, 0.06)
    assert (cluster(filled, "spatial-4")["relative_density"], cluster(filled, "spatial-4")["scan_p_value"]) == (
        3.5,
        0.002,
    )
    community = cluster(filled, "network-2")
    assert (community["relative_density"], community["scan_p_value"]) == (3.0, 0.0001)


def test_a_community_without_a_place_is_not_published(filled: Warehouse) -> None:
    change(filled, "delete from organisations.apportioned_sites where organisation_id between 'F48' and 'F57'")
    make_typology(filled)
    assert candidate(filled, "network-2")["unpublished_reason"] == "no member has a located site"


def test_a_month_without_a_network_has_its_spatial_clusters(filled: Warehouse) -> None:
    for name, table in declared_tables().items():
        if table.layer == "network":
            change(filled, f"delete from {name}")
    make_typology(filled)
    rows = filled.read(
        "select cluster_type, clusters from typology.cluster_counts where clusters > 0 order by all"
    ).rows()
    assert rows == [("Diverse", 1), ("Specialised", 2)]
    assert candidate(filled, "spatial-1")["collaboration_p_value"] == 1.0


FIGURES = """
    select c.name, i.* exclude (month, profile, cluster_id)
    from typology.cluster_institutions as i
    inner join typology.innovation_clusters as c using (month, profile, cluster_id)
    order by c.name, i.institution_key
"""


def test_institutions_in_an_outline_have_their_publications_and_joint_work(made: Warehouse) -> None:
    """L3 is on the edge, L4 outside it; the partners of L3 are all elsewhere (`small_uk.PUBLICATIONS`)."""
    of_leeds = [
        ("Leeds", "L1", "Institution L1", "U1", 4, Decimal("2.3333"), 3, 1, 4, 2),
        ("Leeds", "L2", "Institution L2", "ORG-L2", 2, Decimal("0.8333"), 2, 1, 3, 2),
        ("Leeds", "L3", "Institution L3", "ORG-L3", 1, Decimal("0.2500"), 3, 0, 3, 0),
    ]
    of_cambridge = ("Cambridge", "C1", "Institution C1", "ORG-C1", 1, Decimal("0.2500"), 3, 0, 3, 0)
    assert made.read(FIGURES).rows() == [of_cambridge, *of_leeds]


def test_without_a_drop_of_publications_no_cluster_has_an_institution(filled: Warehouse) -> None:
    change(filled, "delete from sources.drops where dataset = 'publications'")
    for table in ("organisations.institution_points", "network.institution_ties"):
        change(filled, f"delete from {table}")
    results = make_typology(filled)
    assert all(outcome.passed for result in results for outcome in result.checks)
    assert filled.read("select count(*) as n from typology.innovation_clusters").item() == 5
    assert filled.read("from typology.cluster_institutions").is_empty()


CHECKED = [
    (
        "type_follows_from_criteria",
        "update typology.innovation_clusters set cluster_type = 'Diverse' where name = 'Leeds'",
    ),
    ("published_are_rdi_active", "update typology.innovation_clusters set is_rdi_active = false where name = 'Leeds'"),
    ("enough_firms", "update typology.candidates set min_firms = 11"),
    ("outlines_are_there", "update typology.innovation_clusters set outline_wkt = null where name = 'Leeds'"),
    (
        "outlines_are_there",
        "update typology.innovation_clusters set outline_wkt = 'POINT (0 0)' where outline_wkt is null",
    ),
    ("members_make_the_firms", "delete from typology.cluster_members where organisation_id = 'F01'"),
    ("members_make_the_firms", "delete from typology.cluster_members where site_id = 'S-F01-second'"),
    ("members_make_the_firms", "delete from typology.cluster_members where organisation_id between 'F58' and 'F67'"),
    ("published_candidates_are_clusters", "delete from typology.innovation_clusters where name = 'Leeds'"),
    (
        "published_candidates_are_clusters",
        "update typology.candidates set cluster_id = null where group_id = 'spatial-1'",
    ),
    (
        "published_candidates_are_clusters",
        "update typology.candidates set unpublished_reason = null where group_id = 'network-1'",
    ),
    ("counts_are_complete", "delete from typology.cluster_counts where cluster_type = 'Diverse'"),
    (
        "counts_are_complete",
        "update typology.cluster_counts set clusters = clusters + 1 where cluster_type = 'Diverse'",
    ),
    ("one_beginning", "delete from typology.cluster_events where shared_firms = 0"),
    ("indicators_are_there", "delete from typology.cluster_indicators where largest_partners = ''"),
    ("institutions_are_those_inside", "delete from typology.cluster_institutions where institution_key = 'L3'"),
    ("institutions_are_those_inside", "delete from typology.institutions_inside where institution_key = 'L3'"),
    (
        "institutions_have_no_more_inside",
        "update typology.cluster_institutions set partners_inside = 3 where institution_key = 'L1'",
    ),
    (
        "institutions_have_no_more_inside",
        "update typology.cluster_institutions set joint_publications_inside = 4 where institution_key = 'L2'",
    ),
    (
        "ties_inside_have_two_ends",
        "update typology.cluster_institutions set joint_publications_inside = 1 where institution_key = 'L1'",
    ),
]


def failing_rows(warehouse: Warehouse) -> dict[str, int]:
    """Failing rows of the typology's own rules: the files of sql/checks/typology."""
    own = {entry.name.removesuffix(".sql") for entry in (files("sql") / "checks" / "typology").iterdir()}
    with warehouse.connect() as connection:
        names = [name for name in declared_tables() if name.startswith("typology.")]
        outcomes = run_checks(connection, names, step_parameters(MONTH, METHOD), [PROFILE])
    return {outcome.name: outcome.failing_rows for outcome in outcomes if outcome.name in own}


def test_a_good_month_fails_no_check(made: Warehouse) -> None:
    seen = failing_rows(made)
    assert set(seen.values()) == {0}
    assert {rule for rule, _ in CHECKED} == set(seen)


@pytest.mark.parametrize(("rule", "spoil"), CHECKED)
def test_a_check_sees_what_is_wrong(remade: Warehouse, rule: str, spoil: str) -> None:
    change(remade, spoil)
    assert failing_rows(remade)[rule] > 0


def test_a_jump_in_the_number_of_clusters_is_a_warning(remade: Warehouse) -> None:
    carry_over(remade, NEXT)
    change(remade, f"delete from network.groups where month = date '{NEXT.first_day}'")
    (warning,) = [
        check
        for check in made_clusters(remade, NEXT).checks
        if (check.table, check.name) == ("typology.innovation_clusters", "row_count_band")
    ]
    assert (warning.blocking, warning.passed) == (False, False)


def test_a_blocking_check_leaves_the_tables_as_they_were(remade: Warehouse) -> None:
    before = tables(remade)
    change(remade, "delete from spatial.outlines where group_id = 'spatial-1'")
    with pytest.raises(ChecksFailedError, match="outlines_are_there"):
        make_typology(remade)
    assert tables(remade) == before
