"""What is planted is there: in the drops, of all four types, and changing from month to month."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import polars as pl

from assets.methods.geometry.grid import to_grid
from synthetic_uk import SynthesisReport
from tests.synthetic_uk.test_drops import FIRST, MONTHS, directory_of, objects, plain, table

TYPES = {"Specialised", "R&D Collaborating", "Diverse", "Dispersed"}


def truth(drops: Path, name: str, month: str = FIRST) -> pl.DataFrame:
    text = {"company_number": pl.String, "entref": pl.String, "other_truth_id": pl.String}
    return pl.read_csv(drops / "truth" / month / f"{name}.csv", schema_overrides=text)


def applications_by_firm(drops: Path) -> pl.DataFrame:
    """`company_number, application` of the participants whose number the list has."""
    rows = table(drops, "innovate_uk_applications").filter(pl.col("CRN").is_not_null() & (pl.col("CRN") != "N/A"))
    return rows.select(company_number=pl.col("CRN").str.zfill(8), application=pl.col("Application Number")).unique()


def joint_applications(drops: Path, members: pl.DataFrame) -> int:
    """Applications with two or more of the members."""
    shared = applications_by_firm(drops).join(members, on="company_number", how="semi")
    return shared.group_by("application").len().filter(pl.col("len") > 1).height


def test_the_truth_has_its_columns_and_its_counts(drops: Path) -> None:
    clusters, members = truth(drops, "clusters"), truth(drops, "members")
    assert clusters.columns == [
        "truth_id",
        "cluster_type",
        "scheme",
        "sector",
        "centre_latitude",
        "centre_longitude",
        "radius_m",
        "organisations",
    ]
    assert members.columns == ["truth_id", "company_number", "entref", "postcode"]
    counted = members.group_by("truth_id").len("organisations")
    assert counted.join(clusters, on=["truth_id", "organisations"], how="semi").height == clusters.height
    assert members.select("truth_id", "company_number").is_unique().all()


def test_all_four_types_are_planted_at_the_smallest_scale(synthetic: SynthesisReport) -> None:
    for month, clusters in synthetic.clusters.items():
        assert set(clusters) == TYPES, month
        assert min(clusters.values()) >= 2, month


def test_members_of_spatial_groups_are_in_the_drops_in_their_sector_and_place(drops: Path) -> None:
    sic = pl.read_csv("assets/reference/data/sic_sectors.csv", infer_schema=False)
    rtic = pl.read_csv("assets/reference/data/rtic_sectors.csv", infer_schema=False)
    units = table(drops, "idbr_local_units")
    companies = table(drops, "rtic_companies")
    locations = table(drops, "rtic_locations")
    groups = truth(drops, "members").join(truth(drops, "clusters"), on="truth_id")

    in_register = groups.filter(pl.col("scheme") == "sic").join(units, on=["entref", "postcode"])
    assert in_register.height == groups.filter(pl.col("scheme") == "sic").height
    prefixes = dict(sic.iter_rows())
    for code, sector in in_register.select("sic2007", "sector").iter_rows():
        assert next(prefixes[code[:n]] for n in (5, 4, 3, 2) if code[:n] in prefixes) == sector

    in_rtic = groups.filter(pl.col("scheme") == "rtic").join(companies, on="company_number")
    assert in_rtic.height == groups.filter(pl.col("scheme") == "rtic").height
    names = dict(rtic.iter_rows())
    for codes, sector in in_rtic.select("rtic_codes", "sector").iter_rows():
        assert names[codes[:8]] == sector
    assert in_rtic.join(locations, on=["company_number", "postcode"], how="anti").is_empty()

    diverse = groups.filter(pl.col("scheme") == "rdi")
    known = pl.concat([units.select("postcode"), locations.select("postcode")])
    assert diverse.join(known, on="postcode", how="anti").is_empty()
    assert diverse["entref"].null_count() not in (0, diverse.height)


def test_members_lie_within_the_radius(drops: Path) -> None:
    clusters = truth(drops, "clusters").filter(pl.col("scheme") != "network")
    members = truth(drops, "members").join(clusters, on="truth_id")
    places = postcode_places(drops)
    placed = members.join(places, on="postcode")
    assert placed.height == members.height
    for grid, is_irish in (("gb", False), ("ni", True)):
        rows = placed.filter(pl.col("postcode").str.starts_with("BT") == is_irish)
        centre_x, centre_y = to_grid(rows["centre_latitude"].to_numpy(), rows["centre_longitude"].to_numpy(), grid)  # type: ignore[arg-type]
        apart_m = np.hypot(rows["east"].to_numpy() - centre_x, rows["north"].to_numpy() - centre_y)
        assert (apart_m <= rows["radius_m"].to_numpy() + 5).all()


def postcode_places(drops: Path) -> pl.DataFrame:
    """`postcode, east, north` of the directory, in metres of each postcode's grid."""
    return (
        directory_of(drops)
        .select(postcode="pcds", east=pl.col("east1m").cast(pl.Float64), north=pl.col("north1m").cast(pl.Float64))
        .drop_nulls()
    )


def test_a_planted_group_is_more_than_the_background_has_of_its_sector_there(drops: Path) -> None:
    clusters = truth(drops, "clusters").filter(pl.col("scheme") == "rtic")
    members = truth(drops, "members")
    companies = table(drops, "rtic_companies").select("company_number", code=pl.col("rtic_codes").str.head(8))
    names = dict(pl.read_csv("assets/reference/data/rtic_sectors.csv", infer_schema=False).iter_rows())
    points = (
        table(drops, "rtic_locations")
        .select("company_number", "postcode")
        .unique()
        .join(companies, on="company_number")
        .join(postcode_places(drops), on="postcode")
        .with_columns(sector=pl.col("code").replace_strict(names))
    )
    for row in clusters.iter_rows(named=True):
        planted = members.filter(pl.col("truth_id") == row["truth_id"])
        here = planted.join(postcode_places(drops), on="postcode")
        east, north = here["east"].mean(), here["north"].mean()
        near = points.filter(((pl.col("east") - east) ** 2 + (pl.col("north") - north) ** 2).sqrt() <= row["radius_m"])
        share_here = (near["sector"] == row["sector"]).mean()
        share = (points["sector"] == row["sector"]).mean()
        assert share_here > 1.5 * share, row  # type: ignore[operator]


def test_collaborating_groups_and_communities_apply_together_and_the_others_do_not(drops: Path) -> None:
    members = truth(drops, "members")
    for row in truth(drops, "clusters").iter_rows(named=True):
        joint = joint_applications(drops, members.filter(pl.col("truth_id") == row["truth_id"]))
        if row["cluster_type"] in ("R&D Collaborating", "Dispersed"):
            assert joint >= row["organisations"] / 3, row
        else:
            assert joint <= 1 + row["organisations"] / 6, row


def test_planted_groups_are_active_and_the_background_mostly_is_not(drops: Path) -> None:
    names = [one["name"] for one in objects(drops, "ukri", "organisations")]
    names += [one["display_name"] for one in objects(drops, "publications", "institutions")]
    names += table(drops, "innovate_uk_applications")["Participant Name"].to_list()
    active = set(pl.Series("n", names).to_frame().select(plain("n")).to_series())
    named = (
        pl.concat(
            [
                table(drops, "rtic_companies").select("company_number", name=plain("company_name")),
                table(drops, "idbr_enterprises").select(company_number="crn", name=plain("name")),
            ]
        )
        .drop_nulls()
        .unique("company_number", maintain_order=True)
    )
    marked = named.with_columns(is_active=pl.col("name").is_in(list(active)))
    members = truth(drops, "members").join(truth(drops, "clusters"), on="truth_id").join(marked, on="company_number")
    share = members.group_by("truth_id", "cluster_type").agg(pl.col("is_active").mean())
    assert (share["is_active"] >= 0.30).all(), share
    assert (share.filter(pl.col("cluster_type") == "Diverse")["is_active"] > 0.9).all()
    background = marked.join(members, on="company_number", how="anti")
    assert 0.02 < background["is_active"].mean() < 0.07  # type: ignore[operator]


def test_spread_communities_are_spread_and_the_others_are_not(drops: Path) -> None:
    groups = (
        truth(drops, "members")
        .join(truth(drops, "clusters"), on="truth_id")
        .join(postcode_places(drops), on="postcode")
    )
    for (_, kind), rows in groups.filter(pl.col("scheme") == "network").group_by("truth_id", "cluster_type"):
        apart_m = np.hypot(
            rows["east"].to_numpy()[:, None] - rows["east"].to_numpy(),
            rows["north"].to_numpy()[:, None] - rows["north"].to_numpy(),
        )
        within = (apart_m < 25_000).mean(axis=1).max()
        assert (within < 0.5) == (kind == "Dispersed"), (kind, within)


def test_events_say_what_happens_to_members(drops: Path) -> None:
    seen = set()
    for before, after in itertools.pairwise(MONTHS):
        events = truth(drops, "events", after)
        assert events.columns == ["truth_id", "event", "other_truth_id"]
        old = _members(drops, before)
        new = _members(drops, after)
        for truth_id, event, other in events.iter_rows():
            seen.add(event)
            match event:
                case "grown":
                    assert old[truth_id] < new[truth_id]
                case "born":
                    assert truth_id not in old
                    assert len(new[truth_id]) >= 10
                case "died":
                    assert truth_id not in new
                    listed = set(table(drops, "rtic_companies", after)["company_number"])
                    assert not old[truth_id] & listed
                case "split":
                    assert new[truth_id] | new[other] == old[other]
                    assert len(new[truth_id]) < len(new[other])
                case "merged":
                    assert truth_id not in new
                    assert new[other] == old[other] | old[truth_id]
        changed = {one for one in old if old[one] != new.get(one)} | (set(new) - set(old))
        assert changed == set(events["truth_id"]) | set(events["other_truth_id"].drop_nulls())
    assert seen == {"grown", "born", "died", "split", "merged"}
    assert truth(drops, "events", FIRST).is_empty()


def _members(drops: Path, month: str) -> dict[str, set[str]]:
    rows = truth(drops, "members", month)
    return {str(one[0]): set(group["company_number"]) for one, group in rows.group_by("truth_id")}
