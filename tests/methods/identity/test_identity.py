"""Identity from month to month: scenarios by hand, invariants over random months."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import NamedTuple

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from assets.methods.identity.identity import follow, newborn_ids

BEFORE, NOW = date(2025, 4, 1), date(2025, 5, 1)


class Cluster(NamedTuple):
    """A cluster of a test: its firms by number."""

    firms: Iterable[int]
    kind: str = "Specialised"
    approach: str = "spatial"
    sector: str | None = "Healthcare"


def frames(clusters: Mapping[str, Cluster], key: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Clusters and their firms, in the order given."""
    rows = [(name, c.approach, c.sector and "sic", c.sector, c.kind) for name, c in clusters.items()]
    firms = [(name, f"F{number:03d}") for name, c in clusters.items() for number in c.firms]
    columns = (key, "approach", "scheme", "sector", "cluster_type")
    return (
        pl.DataFrame(rows, schema=dict.fromkeys(columns, pl.String), orient="row"),
        pl.DataFrame(firms, schema={key: pl.String, "organisation_id": pl.String}, orient="row"),
    )


def compare(
    earlier: Mapping[str, Cluster], now: Mapping[str, Cluster], min_share: float = 0.5
) -> tuple[dict[str, str], set[tuple[object, ...]]]:
    """Identifier of each cluster (a birth's as "new"); the events (cluster, event, earlier cluster, shared firms)."""
    clusters, firms = frames(now, "group_id")
    born = newborn_ids(clusters, firms.with_columns(site_id=pl.lit(None, dtype=pl.String)), "test", NOW)
    ids, events = follow(clusters.join(born, on="group_id"), firms, *frames(earlier, "cluster_id"), BEFORE, min_share)
    names = {identifier: f"new {group}" for group, identifier in born.iter_rows()}
    return (
        {group: names.get(identifier, identifier) for group, identifier in ids.iter_rows()},
        {
            (
                names.get(row["cluster_id"], row["cluster_id"]),
                row["event"],
                row["earlier_cluster_id"],
                row["shared_firms"],
            )
            for row in events.iter_rows(named=True)
        },
    )


def test_continuation_while_it_keeps_more_than_half_of_its_firms() -> None:
    ids, events = compare({"old": Cluster(range(20))}, {"g": Cluster(range(9, 60))})
    assert ids == {"g": "old"}
    assert events == {("old", "continuation", "old", 11)}


def test_exactly_half_is_no_larger_part() -> None:
    ids, events = compare({"old": Cluster(range(20))}, {"g": Cluster(range(10, 60))})
    assert ids == {"g": "new g"}
    assert events == {("new g", "birth", None, 0), ("old", "death", "old", 0)}


def test_the_first_month_is_all_births() -> None:
    clusters, firms = frames({"a": Cluster(range(10)), "b": Cluster(range(10, 20))}, "group_id")
    born = newborn_ids(clusters, firms.with_columns(site_id=pl.lit(None, dtype=pl.String)), "test", NOW)
    ids, events = follow(clusters.join(born, on="group_id"), firms, *frames({}, "cluster_id"), None, 0.5)
    assert ids["cluster_id"].to_list() == born["newborn_id"].to_list()
    assert events["event"].to_list() == ["birth", "birth"]
    assert events["earlier_month"].to_list() == [None, None]
    assert events["cluster_type"].to_list() == ["Specialised", "Specialised"]


def test_split_the_larger_part_keeps_the_identifier() -> None:
    ids, events = compare({"old": Cluster(range(30))}, {"large": Cluster(range(18)), "small": Cluster(range(18, 30))})
    assert ids == {"large": "old", "small": "new small"}
    assert events == {
        ("old", "continuation", "old", 18),
        ("new small", "birth", None, 0),
        ("new small", "split", "old", 12),
    }


def test_a_cluster_that_falls_in_equal_parts_ends() -> None:
    ids, events = compare({"old": Cluster(range(20))}, {"a": Cluster(range(10)), "b": Cluster(range(10, 20))})
    assert set(ids.values()) == {"new a", "new b"}
    assert ("old", "death", "old", 0) in events
    assert {("new a", "split", "old", 10), ("new b", "split", "old", 10)} < events


def test_merge_the_one_with_most_firms_in_it_goes_on() -> None:
    ids, events = compare({"one": Cluster(range(12)), "two": Cluster(range(12, 42))}, {"g": Cluster(range(40))})
    assert ids == {"g": "two"}
    assert events == {("two", "continuation", "two", 28), ("two", "merge", "one", 12)}


def test_birth_and_death() -> None:
    ids, events = compare({"old": Cluster(range(10))}, {"g": Cluster(range(50, 60))})
    assert ids == {"g": "new g"}
    assert events == {("new g", "birth", None, 0), ("old", "death", "old", 0)}


def test_change_of_type_beside_the_continuation() -> None:
    before, after = Cluster(range(10)), Cluster(range(10), kind="R&D Collaborating")
    clusters, firms = frames({"g": after}, "group_id")
    born = newborn_ids(clusters, firms.with_columns(site_id=pl.lit(None, dtype=pl.String)), "test", NOW)
    _, events = follow(clusters.join(born, on="group_id"), firms, *frames({"old": before}, "cluster_id"), BEFORE, 0.5)
    assert events.select("cluster_id", "event", "earlier_month", "earlier_type", "cluster_type").rows() == [
        ("old", "continuation", BEFORE, "Specialised", "R&D Collaborating"),
        ("old", "type_change", BEFORE, "Specialised", "R&D Collaborating"),
    ]


def test_a_death_says_what_it_was() -> None:
    clusters, firms = frames({}, "group_id")
    born = clusters.select("group_id", newborn_id="group_id")
    _, events = follow(
        clusters.join(born, on="group_id"), firms, *frames({"old": Cluster(range(10))}, "cluster_id"), BEFORE, 0.5
    )
    assert events.select("cluster_id", "event", "earlier_type", "cluster_type").rows() == [
        ("old", "death", "Specialised", None)
    ]


def test_sectors_are_not_compared_with_each_other() -> None:
    ids, events = compare({"old": Cluster(range(10))}, {"g": Cluster(range(10), sector="Software and IT")})
    assert ids == {"g": "new g"}
    assert {row[1] for row in events} == {"birth", "death"}


def test_spatial_and_network_clusters_are_not_compared() -> None:
    ids, _ = compare({"old": Cluster(range(10), approach="network", sector=None)}, {"g": Cluster(range(10))})
    assert ids == {"g": "new g"}


def test_network_clusters_are_compared_with_each_other() -> None:
    community = Cluster(range(10), approach="network", sector=None)
    assert compare({"old": community}, {"g": community})[0] == {"g": "old"}


def test_found_both_ways_it_is_the_heir_of_either() -> None:
    both = Cluster(range(20), approach="both", kind="R&D Collaborating")
    community = Cluster(range(4, 22), "Dispersed", approach="network", sector=None)
    assert compare({"old": Cluster(range(20))}, {"g": both})[0] == {"g": "old"}
    assert compare({"old": community}, {"g": both})[0] == {"g": "old"}
    ids, events = compare({"place": Cluster(range(20)), "people": community}, {"g": both})
    assert ids == {"g": "place"}
    assert ("place", "merge", "people", 16) in events
    ids, events = compare({"old": both}, {"place": Cluster(range(20)), "people": community})
    assert ids == {"place": "old", "people": "new people"}
    assert ("new people", "split", "old", 16) in events


def test_a_firm_in_two_clusters_settles_nothing_twice() -> None:
    ids, events = compare({"old": Cluster(range(10))}, {"a": Cluster(range(9)), "b": Cluster(range(1, 30))})
    assert ids == {"a": "old", "b": "new b"}, "nine shared each: the one more alike goes on"
    assert [row for row in events if row[1] == "continuation"] == [("old", "continuation", "old", 9)]


def test_another_share_may_be_asked_for() -> None:
    earlier, now = {"old": Cluster(range(20))}, {"g": Cluster(range(5, 60))}
    assert compare(earlier, now, min_share=0.74)[0] == {"g": "old"}
    assert compare(earlier, now, min_share=0.75)[0] == {"g": "new g"}


def members_of(name: str, *pairs: tuple[str, str | None]) -> pl.DataFrame:
    rows = [(name, organisation, site) for organisation, site in pairs]
    columns = {"group_id": pl.String, "organisation_id": pl.String, "site_id": pl.String}
    return pl.DataFrame(rows, schema=columns, orient="row")


def newborn(name: str, members: pl.DataFrame, profile: str = "p", month: date = NOW, sector: str | None = "S") -> str:
    clusters = frames({name: Cluster([], sector=sector)}, "group_id")[0]
    return newborn_ids(clusters, members, profile, month)["newborn_id"].item()


def test_an_identifier_tells_the_month_and_depends_on_the_contents_alone() -> None:
    usual = newborn("g", members_of("g", ("F1", "S1"), ("F2", None)))
    assert re.fullmatch(r"IC-202505-[0-9a-f]{10}", usual)
    assert newborn("renamed", members_of("renamed", ("F2", None), ("F1", "S1"), ("F1", "S1"))) == usual
    others = {
        newborn("g", members_of("g", ("F1", "S2"), ("F2", None))),
        newborn("g", members_of("g", ("F1", "S1"), ("F2", None)), profile="q"),
        newborn("g", members_of("g", ("F1", "S1"), ("F2", None)), month=BEFORE),
        newborn("g", members_of("g", ("F1", "S1"), ("F2", None)), sector="T"),
        newborn("g", members_of("g", ("F1", "S1"), ("F2", None)), sector=None),
    }
    assert len(others | {usual}) == 6


months = st.lists(
    st.tuples(
        st.sets(st.integers(0, 25), min_size=1, max_size=15),
        st.sampled_from(["spatial", "network", "both"]),
        st.sampled_from(["Healthcare", "Software and IT"]),
        st.sampled_from(["Specialised", "R&D Collaborating"]),
    ),
    max_size=7,
)


def as_clusters(month: list[tuple[set[int], str, str, str]], prefix: str) -> dict[str, Cluster]:
    return {
        f"{prefix}{number}": Cluster(sorted(firms), kind, approach, None if approach == "network" else sector)
        for number, (firms, approach, sector, kind) in enumerate(month)
    }


def distinct(clusters: dict[str, Cluster]) -> dict[str, Cluster]:
    """Leave out clusters of the same contents, which no month has: two groups never share all their sites."""
    seen: dict[tuple[object, ...], tuple[str, Cluster]] = {}
    for name, cluster in clusters.items():
        seen.setdefault((tuple(cluster.firms), cluster.approach, cluster.sector), (name, cluster))
    return dict(seen.values())


@settings(max_examples=150, deadline=None)
@given(months, months)
def test_every_cluster_begins_once_and_every_earlier_one_ends_or_goes_on(
    before: list[tuple[set[int], str, str, str]], after: list[tuple[set[int], str, str, str]]
) -> None:
    earlier, now = as_clusters(before, "old"), distinct(as_clusters(after, "g"))
    ids, events = compare(earlier, now)
    assert len(set(ids.values())) == len(now)
    begun = sorted(str(row[0]) for row in events if row[1] in ("birth", "continuation"))
    assert begun == sorted(ids.values())
    ended = sorted(str(row[2]) for row in events if row[1] in ("continuation", "merge", "death"))
    assert ended == sorted(earlier)
    for cluster, event, old, shared in events:
        if event in ("continuation", "merge"):
            (heir,) = [name for name, identifier in ids.items() if identifier == cluster]
            assert shared == len(set(earlier[str(old)].firms) & set(now[heir].firms))
            assert 2 * shared > len(set(earlier[str(old)].firms))
        if event == "split":
            assert (cluster, "birth", None, 0) in events


@settings(max_examples=60, deadline=None)
@given(months, months, st.randoms(use_true_random=False))
def test_the_order_of_rows_and_the_names_of_groups_do_not_matter(
    before: list[tuple[set[int], str, str, str]], after: list[tuple[set[int], str, str, str]], shuffler: object
) -> None:
    earlier, now = as_clusters(before, "old"), distinct(as_clusters(after, "g"))
    clusters, firms = frames(now, "group_id")
    names = list(now)
    renamed = names[:]
    shuffler.shuffle(renamed)  # type: ignore[attr-defined]
    other_name = dict(zip(names, renamed, strict=True))
    outcomes = []
    for new_names, reverse in ((dict(zip(names, names, strict=True)), False), (other_name, True)):
        these = clusters.with_columns(pl.col("group_id").replace_strict(new_names, return_dtype=pl.String))
        their_firms = firms.with_columns(pl.col("group_id").replace_strict(new_names, return_dtype=pl.String))
        then, then_firms = frames(earlier, "cluster_id")
        if reverse:
            these, their_firms, then, then_firms = (frame.reverse() for frame in (these, their_firms, then, then_firms))
        born = newborn_ids(these, their_firms.with_columns(site_id=pl.lit(None, dtype=pl.String)), "test", NOW)
        ids, events = follow(these.join(born, on="group_id"), their_firms, then, then_firms, BEFORE, 0.5)
        back = {new: old for old, new in new_names.items()}
        outcomes.append(({back[group]: identifier for group, identifier in ids.iter_rows()}, events.rows()))
    assert outcomes[0] == outcomes[1]


def test_a_cluster_is_followed_into_the_sector_that_its_own_became():
    """Under a classification that follows another its sector has another name; a third sector is no matter."""
    now, firms = frames(
        {"G": Cluster(range(10), sector="Health and Care"), "H": Cluster(range(10), sector="Chemicals")}, "group_id"
    )
    born = newborn_ids(now, firms.with_columns(site_id=pl.lit(None, dtype=pl.String)), "test", NOW)
    became = pl.DataFrame({"scheme": ["sic"], "earlier_sector": ["Healthcare"], "sector": ["Health and Care"]})
    earlier = frames({"C": Cluster(range(12))}, "cluster_id")
    ids, events = follow(now.join(born, on="group_id"), firms, *earlier, BEFORE, 0.5, became)
    kept = dict(ids.iter_rows())
    assert kept["G"] == "C" and kept["H"] != "C"
    assert sorted(events["event"]) == ["birth", "continuation"]
    _, without = follow(now.join(born, on="group_id"), firms, *earlier, BEFORE, 0.5)
    assert sorted(without["event"]) == ["birth", "birth", "death"]
