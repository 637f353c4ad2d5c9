"""The plain route: what a competent user would write in place of the project, from the drops to typed clusters.

    python -m benchmarks.comparators.plain_route --sources FOLDER --month 2025-04

Polars, eager, for tables; scikit-learn's HDBSCAN by sector, sized as `dsit-v1` sizes it; shapely for outlines and for
the firms inside them; networkx for the graph and its Louvain communities (`plain_network`). It is spared much that the
project does: consensus over seeds, clusters found twice, names, identities, figures of clusters, checks, a warehouse.
What both do is the same: apportioned totals a site, points a sector (`tests/benchmarks/test_bench.py`).
"""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter
from pathlib import Path

import numpy as np
import polars as pl
import shapely
from scipy.stats import binom
from sklearn.cluster import HDBSCAN

from assets.months import Month
from benchmarks.comparators.plain_drops import read_drops
from benchmarks.comparators.plain_network import METHOD, Group, communities, find_joint_work
from benchmarks.comparators.plain_register import Register, build_register


def main() -> None:
    """Make a month's clusters and print how many there are of each type, after the seconds of each layer's work."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sources", type=Path, required=True)
    parser.add_argument("--month", type=Month.parse, required=True)
    given = parser.parse_args()
    began = time.perf_counter()

    def tell(layer: str) -> None:
        nonlocal began
        now = time.perf_counter()
        print(json.dumps({"layer": layer, "seconds": now - began}), flush=True)
        began = now

    drops = read_drops(given.sources, given.month)
    tell("sources")
    register = build_register(drops, given.month)
    del drops
    tell("organisations")
    points = sector_points(register)
    groups = spatial_groups(points)
    find_quotients(groups, points, register)
    tell("spatial")
    groups += communities(register)
    find_joint_work(groups, register)
    tell("network")
    active = set(register.active["organisation_id"])
    types = Counter(kind for group in groups if (kind := cluster_type(group, active)) is not None)
    tell("typology")
    print(json.dumps({"groups": len(groups), "clusters": dict(sorted(types.items()))}))


def sector_points(register: Register) -> pl.DataFrame:
    """One point an organisation, place and sector: scheme, sector, organisation_id, site_id, easting, northing, ..."""
    sites = register.sites.join(register.organisations.select("organisation_id", "is_firm"), on="organisation_id")
    of_sectors = register.site_sectors.join(sites, on="site_id")
    active = sites.join(register.active.select("organisation_id"), on="organisation_id", how="semi").with_columns(
        scheme=pl.lit("rdi"), sector=pl.lit("All RD&I-active")
    )
    return (
        pl.concat([of_sectors, active.select(of_sectors.columns)])
        .sort("site_id")
        .unique(["scheme", "sector", "organisation_id", "place"], keep="first", maintain_order=True)
    )


def spatial_groups(points: pl.DataFrame) -> list[Group]:
    """HDBSCAN groups of each sector in each grid with enough firms, and their outlines."""
    rules = METHOD.spatial
    groups = []
    for (scheme, sector, grid), of_sector in points.group_by("scheme", "sector", "grid", maintain_order=True):
        least = max(rules.min_firms, round(rules.size_coefficient * of_sector.height**rules.size_exponent))
        if of_sector.height < rules.min_points_factor * least:
            continue
        samples = max(rules.min_samples_floor, least // rules.min_samples_divisor)
        model = HDBSCAN(min_cluster_size=least, min_samples=samples, n_jobs=-1, copy=False)
        labels = model.fit_predict(of_sector.select("easting", "northing").to_numpy())
        labelled = of_sector.with_columns(pl.Series("label", labels)).filter(pl.col("label") >= 0)
        for _, members in labelled.group_by("label", maintain_order=True):
            firms = members.filter("is_firm")["organisation_id"].unique().to_list()
            if len(firms) >= rules.min_firms:
                hull = shapely.concave_hull(
                    shapely.MultiPoint(members.select("easting", "northing").to_numpy()), ratio=rules.hull_ratio
                )
                groups.append(
                    Group(
                        "spatial",
                        str(scheme),
                        str(sector),
                        str(grid),
                        members["organisation_id"].unique().to_list(),
                        firms,
                        hull.buffer(rules.outline_buffer_m),
                    )
                )
    return groups


def find_quotients(groups: list[Group], points: pl.DataFrame, register: Register) -> None:
    """Location quotients of spatial groups, and the sectors in which they are above 1 beyond chance."""
    firms = register.organisations.filter("is_firm").select("organisation_id")
    sites = register.sites.join(firms, on="organisation_id")
    active = set(register.active["organisation_id"])
    sectors_of: dict[str, set[str]] = {}
    national: Counter[str] = Counter()
    national_active: Counter[str] = Counter()
    sectoral = points.filter((pl.col("scheme") != "rdi") & pl.col("is_firm"))
    for scheme, sector, firm in sectoral.select("scheme", "sector", "organisation_id").unique().iter_rows():
        name = f"{scheme}: {sector}"
        sectors_of.setdefault(firm, set()).add(name)
        national[name] += 1
        national_active[name] += firm in active
    located = set(sites["organisation_id"])
    for grid, in_grid in sites.group_by("grid"):
        tree = shapely.STRtree(shapely.points(in_grid.select("easting", "northing").to_numpy()))
        owner = in_grid["organisation_id"].to_numpy()
        for group in groups:
            if group.grid != grid[0]:
                continue
            inside = set(owner[tree.query(group.outline, predicate="intersects")])
            if group.scheme == "rdi":
                counts = Counter(sector for firm in group.firms for sector in sectors_of.get(firm, ()))
                _test_sectors(group, counts, len(inside & active), national_active, len(located & active))
            else:
                name = f"{group.scheme}: {group.sector}"
                _test_sectors(group, Counter({name: len(group.firms)}), len(inside), national, len(located))


def _test_sectors(group: Group, counts: Counter[str], inside: int, national: Counter[str], all_firms: int) -> None:
    names = sorted(counts)
    share = np.array([national[name] / all_firms for name in names])
    found = np.array([counts[name] for name in names])
    quotients = found / inside / share if names else found
    p_values = binom.sf(found - 1, inside, share)
    # Benjamini and Hochberg: all below the last that keeps to the line pass.
    order = np.argsort(p_values)
    keeps = p_values[order] <= METHOD.spatial.lq_alpha * np.arange(1, len(names) + 1) / max(len(names), 1)
    passing = set(order[: int(np.flatnonzero(keeps)[-1]) + 1] if keeps.any() else [])
    group.location_quotients = dict(zip(names, quotients, strict=True))
    group.specialised_in = [name for at, name in enumerate(names) if at in passing and quotients[at] > 1]


def cluster_type(group: Group, active: set[str]) -> str | None:
    """The type that the four criteria give; None for a group that is no cluster."""
    share = len(active.intersection(group.firms)) / len(group.firms)
    collaborative = (
        group.joint_projects >= METHOD.network.min_joint_projects
        and group.joint_pairs >= METHOD.network.min_joint_pairs
    )
    if share < METHOD.typology.rdi_min_share or (group.approach == "network" and not collaborative):
        return None
    if not group.is_colocated:
        return "Dispersed"
    if collaborative:
        return "R&D Collaborating"
    is_specialised = group.scheme in ("sic", "rtic") or bool(group.specialised_in)
    return "Specialised" if is_specialised else "Diverse"


if __name__ == "__main__":
    main()
