"""Steps on arrays beside libraries: density groups, outlines, firms inside them, communities."""

from __future__ import annotations

from typing import Any

import duckdb
import fast_hdbscan
import networkx
import numpy as np
import polars as pl
import shapely
from numpy.typing import NDArray
from sklearn.cluster import DBSCAN
from sklearn.metrics import adjusted_rand_score

from assets.methods.communities.graph import bipartite, project
from assets.methods.communities.partitions import modularity, partitions
from assets.methods.density.clustering import dbscan_labels, hdbscan_labels, hdbscan_sizes
from assets.methods.geometry.outlines import outline_geometries
from assets.methods.statistics.quotients import firms_inside
from benchmarks.comparators.parts_common import Inputs, Pair, Part, equal

LARGEST_SECTOR = """
    with largest as (
        select scheme, sector from spatial.points where month = $month and grid = 'gb' and scheme in ('sic', 'rtic')
        group by scheme, sector order by count(*) desc, scheme, sector limit 1
    )
    select easting, northing from spatial.points inner join largest using (scheme, sector)
    where month = $month and grid = 'gb' order by easting, northing, site_id
"""
MEMBERS = """
    select dense_rank() over (order by members.group_id) - 1 as number, points.easting, points.northing
    from spatial.group_members as members
    inner join spatial.groups as groups using (month, profile, group_id)
    inner join spatial.points as points
        on points.month = $month and points.scheme = groups.scheme and points.sector = groups.sector
        and points.site_id = members.site_id
    where month = $month and profile = $profile and groups.grid = 'gb'
    order by number, easting, northing
"""
OUTLINES = "select outline_wkt from spatial.outlines where month = $month and profile = $profile order by group_id"
FIRM_SITES = """
    with firms as (
        select organisation_id, row_number() over (order by organisation_id) - 1 as firm
        from organisations.organisations where month = $month and is_firm
    )
    select firms.firm, sites.longitude, sites.latitude
    from organisations.sites as sites inner join firms on firms.organisation_id = sites.organisation_id
    where sites.month = $month and not sites.is_excluded and sites.longitude is not null
    order by sites.site_id
"""
PARTICIPATIONS = "select application_id, organisation_id from network.participations where month = $month"


def _sector(inputs: Inputs) -> tuple[NDArray[np.float64], str]:
    rows = inputs.read(LARGEST_SECTOR).select("easting", "northing")
    coordinates = np.ascontiguousarray(rows.to_numpy(), dtype=np.float64)
    return coordinates, f"{len(coordinates):,} points of one sector"


def _rand(ours: NDArray[np.int64], theirs: NDArray[np.int64]) -> str:
    """Labels differ between libraries where distances are equal, which at shared postcodes they often are."""
    return f"adjusted Rand index {adjusted_rand_score(ours, theirs):.3f}"


def hdbscan(inputs: Inputs) -> Pair:
    """Labels of the largest sector."""
    points, work = _sector(inputs)
    sizes = hdbscan_sizes(points[:, 0], points[:, 1], inputs.method.spatial)

    def theirs() -> NDArray[np.int64]:
        model = fast_hdbscan.HDBSCAN(min_cluster_size=sizes.min_cluster_size, min_samples=sizes.min_samples)
        return np.asarray(model.fit_predict(points))

    return Pair(lambda: hdbscan_labels(points[:, 0], points[:, 1], sizes), theirs, work, _rand)


def dbscan_sklearn(inputs: Inputs) -> Pair:
    """Labels of the largest sector; scikit-learn's on distinct places, weighted by their points."""
    points, work = _sector(inputs)
    radius_m, least = inputs.method.spatial.dbscan_radius_m, inputs.method.spatial.dbscan_min_samples

    def theirs() -> NDArray[np.int64]:
        places, place_of_point, weights = np.unique(points, axis=0, return_inverse=True, return_counts=True)
        model = DBSCAN(eps=radius_m, min_samples=least, n_jobs=-1).fit(places, sample_weight=weights)
        return np.asarray(model.labels_[place_of_point])

    return Pair(lambda: dbscan_labels(points[:, 0], points[:, 1], radius_m, least), theirs, work, _rand)


def dbscan_package(inputs: Inputs) -> Pair:
    """Labels of the largest sector; the package takes no weights, so all points."""
    from dbscan import DBSCAN as parallel_dbscan  # noqa: N811

    points, work = _sector(inputs)
    radius_m, least = inputs.method.spatial.dbscan_radius_m, inputs.method.spatial.dbscan_min_samples
    return Pair(
        lambda: dbscan_labels(points[:, 0], points[:, 1], radius_m, least),
        lambda: np.asarray(parallel_dbscan(points, radius_m, least)[0]),
        work,
        _rand,
    )


def outlines(inputs: Inputs) -> Pair:
    """Outlines of all groups of Great Britain, in metres."""
    members = inputs.read(MEMBERS)
    number, east, north = (members[name].to_numpy() for name in ("number", "easting", "northing"))
    ratio, buffer_m = inputs.method.spatial.hull_ratio, inputs.method.spatial.outline_buffer_m
    groups = int(number.max()) + 1

    def theirs() -> NDArray[Any]:
        together = shapely.multipoints(shapely.points(east, north), indices=number)
        return np.asarray(shapely.buffer(shapely.concave_hull(together, ratio=ratio), buffer_m))

    def agreement(ours: NDArray[Any], bare: NDArray[Any]) -> str:
        return equal(np.round(shapely.area(ours)), np.round(shapely.area(bare)), "areas to a square metre")

    return Pair(
        lambda: outline_geometries(number.astype(np.int64), east, north, ratio, buffer_m),
        theirs,
        f"{groups:,} groups of {len(number):,} members",
        agreement,
    )


def _inside(inputs: Inputs) -> tuple[pl.Series, pl.DataFrame, str]:
    outlines_wkt, firms = inputs.read(OUTLINES)["outline_wkt"], inputs.read(FIRM_SITES)
    return outlines_wkt, firms, f"{firms.height:,} sites in {len(outlines_wkt):,} outlines"


def inside_shapely(inputs: Inputs) -> Pair:
    """Distinct firms inside each outline; one bulk query of the tree, outline by outline in memory."""
    outlines_wkt, firms, work = _inside(inputs)
    firm = firms["firm"].to_numpy()

    def theirs() -> NDArray[np.int64]:
        tree = shapely.STRtree(shapely.points(firms["longitude"].to_numpy(), firms["latitude"].to_numpy()))
        shapes = shapely.from_wkt(outlines_wkt.to_numpy())
        shapely.prepare(shapes)
        return np.array([len(np.unique(firm[tree.query(shape, predicate="intersects")])) for shape in shapes])

    return Pair(lambda: firms_inside(outlines_wkt, firms), theirs, work, _counts)


def inside_duckdb(inputs: Inputs) -> Pair:
    """Distinct firms inside each outline; DuckDB's spatial join."""
    import duckdb_extensions

    outlines_wkt, firms, work = _inside(inputs)
    numbered = outlines_wkt.to_frame().with_row_index("number")
    duckdb_extensions.import_extension("spatial")

    def theirs() -> NDArray[np.int64]:
        with duckdb.connect() as connection:
            connection.execute("load spatial")
            connection.register("numbered", numbered.to_arrow())
            connection.register("firms", firms.to_arrow())
            connection.execute(
                "create table outlines as select number, ST_GeomFromText(outline_wkt) as s from numbered"
            )
            connection.execute("create table sites as select firm, ST_Point(longitude, latitude) as p from firms")
            found = connection.sql(
                "select number, count(distinct firm) as firms from outlines join sites on ST_Intersects(s, p) "
                "group by number"
            ).pl()
        counts = numbered.select("number").join(found, on="number", how="left").sort("number")
        return counts["firms"].fill_null(0).to_numpy()

    return Pair(lambda: firms_inside(outlines_wkt, firms), theirs, work, _counts)


def _counts(ours: NDArray[np.int64], theirs: NDArray[np.int64]) -> str:
    return equal(ours, theirs, "counts")


def communities(inputs: Inputs) -> Pair:
    """Partitions of the collaboration graph, as many as the consensus takes; Louvain's one after another."""
    graph, _ = bipartite(inputs.read(PARTICIPATIONS))
    edges = project(graph)
    rules = inputs.method.network
    runs = [(rules.resolution, rules.network_seed + run) for run in range(rules.consensus_runs)]

    def ours() -> float:
        labels = partitions(edges, graph.organisations, runs, rules.leiden_iterations)[0]
        return modularity(edges, labels, rules.resolution)

    def theirs() -> float:
        network = networkx.Graph()
        network.add_weighted_edges_from(zip(edges.a.tolist(), edges.b.tolist(), edges.weight.tolist(), strict=True))
        found = [
            networkx.community.louvain_communities(network, resolution=resolution, seed=seed)
            for resolution, seed in runs
        ]
        return float(networkx.community.modularity(network, found[0], resolution=rules.resolution))

    return Pair(
        ours,
        theirs,
        f"{len(runs)} partitions of {graph.organisations:,} organisations and {len(edges.a):,} edges",
        lambda one, other: f"modularity {one:.4f} and {other:.4f}",
    )


PARTS = (
    Part("hdbscan", "density groups", "fast-hdbscan", hdbscan),
    Part("dbscan-sklearn", "density groups at a radius", "scikit-learn's DBSCAN, weighted places", dbscan_sklearn),
    Part("dbscan-package", "density groups at a radius", "dbscan", dbscan_package, ("dbscan",)),
    Part("outlines", "outlines", "shapely alone", outlines),
    Part("inside-shapely", "firms inside outlines", "shapely's STRtree", inside_shapely),
    Part("inside-duckdb", "firms inside outlines", "DuckDB's spatial join", inside_duckdb, ("duckdb_extensions",)),
    Part("communities", "partitions of the network", "networkx's Louvain", communities),
)
