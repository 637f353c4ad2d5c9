"""Methods side by side: the step, and what it hands between tables and methods.

What belongs here: sectors with their points, rows of the tables, what is told. What does not: the methods and how far
they agree (`assets.methods.trust`), pictures (`agreement_pictures`).
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from assets.warehouse.steps import Rows, StepContext, step

if TYPE_CHECKING:
    from assets.methods.trust.chance import ChanceRules, Ground
    from assets.methods.trust.methods import Compared, SectorPoints, Side

ALL = "All sectors"
"""What the rows over all sectors of a list have for a sector."""
SQUARE = ("scheme", "sector", "easting_km", "northing_km")
WHERE = ("spatial.points.easting", "spatial.points.northing")
OF_DISTRICTS = ("organisations.sites.local_authority_code",)
OF_OWN = ("spatial.group_members.site_id",)


@step(
    tables=("trust.method_agreement", "trust.agreement_map"),
    inputs=("compared_runs", "grouped_points", "business_sites", "district_firms"),
    per_profile=True,
    lineage={
        "trust.method_agreement.sector_points": ["compared_runs.points"],
        "trust.method_agreement.points": ["spatial.points.site_id"],
        "trust.agreement_map.points": ["spatial.points.site_id"],
        "trust.agreement_map.firms": ["spatial.points.organisation_id", "spatial.points.is_firm"],
        "trust.method_agreement.adjusted_mutual_information": [*WHERE, *OF_DISTRICTS, *OF_OWN],
        "trust.method_agreement.grouped_jaccard": [*WHERE, *OF_DISTRICTS, *OF_OWN],
        "trust.agreement_map.easting_km": WHERE,
        "trust.agreement_map.methods_mean": [*WHERE, *OF_DISTRICTS, *OF_OWN],
    },
)
def methods(ctx: StepContext) -> Rows:
    """How far five methods agree on the same points of each sector, and in which places."""
    from assets.methods.trust.methods import MethodRules, chance_rules, compare_methods
    from assets.work import over

    runs, trust = ctx.input("compared_runs"), ctx.method.trust
    chance = chance_rules(ctx.method.spatial, trust)
    grounds = {grid: _ground(ctx, grid, points, chance) for grid, points in _sizes(ctx, runs).items()}
    rules = MethodRules(ctx.method.spatial, trust.methods_max_points, chance, grounds)
    named: list[tuple[str, str, int]] = []
    compared: list[Compared] = over(_sectors(ctx, runs, named), compare_methods, ctx.engine, rules)
    agreement = [
        one.pairs.with_columns(scheme=pl.lit(scheme), sector=pl.lit(sector), sector_points=pl.lit(points))
        for (scheme, sector, points), one in zip(named, compared, strict=True)
    ]
    tables = {
        "trust.method_agreement": _declared("trust.method_agreement", agreement),
        "trust.agreement_map": _declared("trust.agreement_map", _squares([one.points for one in compared])),
    }
    _tell(ctx, *tables.values())
    return tables


def _declared(table: str, rows: list[pl.DataFrame]) -> pl.DataFrame:
    from assets.warehouse.rows import as_declared

    return as_declared(table, pl.concat(rows) if rows else pl.DataFrame())


def _squares(points: list[pl.DataFrame]) -> list[pl.DataFrame]:
    """The squares of each sector in which a method finds anything, and all squares over all sectors of a list."""
    from assets.methods.trust.agreement import squares_of
    from assets.methods.trust.methods import METHODS

    if not points:
        return []
    of_all = pl.concat(points)
    found = squares_of(of_all, METHODS, SQUARE).filter(pl.col("methods_mean") > 0)
    return [found, squares_of(of_all.with_columns(sector=pl.lit(ALL)), METHODS, SQUARE)]


def _sizes(ctx: StepContext, runs: pl.DataFrame) -> dict[str, list[int]]:
    """By grid how many points are compared of each sector, about."""
    from assets.methods.trust.methods import share_compared

    compared = runs.filter("is_compared").with_columns(whole=pl.col("points").sum().over("scheme", "sector"))
    sizes: dict[str, list[int]] = {}
    for grid, points, whole in compared.select("grid", "points", "whole").iter_rows():
        share = share_compared(whole, ctx.method.trust.methods_max_points)
        sizes.setdefault(grid, []).append(math.ceil(points * share))
    return sizes


def _ground(ctx: StepContext, grid: str, points: list[int], rules: ChanceRules) -> Ground:
    """All business sites of a grid, each a firm of its own, and what chance gives on them."""
    from assets.methods.groups.sector_groups import background_of
    from assets.methods.trust.chance import ground_of

    sites = ctx.input("business_sites", grid=grid).with_row_index("firm")
    return ground_of(background_of(sites, ctx.method.spatial, ctx.threads), points, rules, ctx.engine)


def _sectors(ctx: StepContext, runs: pl.DataFrame, named: list[tuple[str, str, int]]) -> Iterator[SectorPoints]:
    """The sectors that were run, the largest first; scheme, sector and points of each are put to `named`."""
    from assets.methods.groups.sectors import batches
    from assets.methods.trust.methods import SectorPoints, home_districts

    compared = runs.filter("is_compared")
    if compared.is_empty():
        return
    spatial = ctx.method.spatial
    at_home = home_districts(ctx.input("district_firms"), spatial.lq_alpha, spatial.min_firms).with_row_index("home")
    whole = {(scheme, sector): points for scheme, sector, points in _named(compared, "sector_points")}
    for batch in batches(compared):
        rows = ctx.input("grouped_points", scheme=batch.scheme, sectors=list(batch.sectors))
        grids = compared.select("scheme", "sector", "grid")
        rows = rows.join(grids, on=grids.columns, how="semi").join(
            at_home, on=("scheme", "sector", "district_code"), how="left"
        )
        parts = rows.partition_by("scheme", "sector", as_dict=True)
        del rows
        for key in sorted(parts, key=lambda key: (-parts[key].height, key)):
            of_sector = parts.pop(key).sort("site_id")
            scheme, sector = str(key[0]), str(key[1])
            sides = [
                _side(ctx, of_grid) for of_grid in of_sector.sort("grid", maintain_order=True).partition_by("grid")
            ]
            named.append((scheme, sector, of_sector.height))
            seed = zlib.crc32("/".join((scheme, sector)).encode())
            yield SectorPoints((seed,), whole[scheme, sector], sides)


def _named(runs: pl.DataFrame, column: str) -> Iterator[tuple[str, str, int]]:
    return runs.select("scheme", "sector", column).unique().iter_rows()


def _side(ctx: StepContext, points: pl.DataFrame) -> Side:
    from assets.methods.density.places import NOISE
    from assets.methods.geometry.grid import on_national_grid
    from assets.methods.trust.draws import Located
    from assets.methods.trust.methods import Side

    grid = str(points["grid"][0])
    easting, northing = points["easting"].to_numpy(), points["northing"].to_numpy()
    organisation = points["organisation_id"].rank("dense").to_numpy().astype(np.int64) - 1
    located = Located(easting, northing, organisation, points["is_firm"].to_numpy())
    across, up = on_national_grid(easting, northing, np.full(len(easting), grid == "ni"))
    side_km = ctx.method.trust.agreement_square_km
    corners = {
        name: np.floor(metres / (1000 * side_km)) * side_km
        for name, metres in (("easting_km", across), ("northing_km", up))
    }
    group = points["group_id"].rank("dense").cast(pl.Int64) - 1
    return Side(
        grid,
        points.select("scheme", "sector", "organisation_id", "is_firm").with_columns(
            pl.Series(name, values) for name, values in corners.items()
        ),
        located,
        group.fill_null(NOISE).to_numpy(),
        points["home"].cast(pl.Int64).fill_null(NOISE).to_numpy(),
    )


def _tell(ctx: StepContext, agreement: pl.DataFrame, squares: pl.DataFrame) -> None:
    """Figures and pictures for a person."""
    from assets.methods.trust.methods import METHODS
    from assets.trust.agreement_pictures import agreement_map_png, agreement_png, mean_agreement, sectors_with_groups

    ctx.report.figure("sectors compared", agreement.select(pl.struct("scheme", "sector").n_unique()).item())
    if agreement.is_empty():
        return
    means, side_km = mean_agreement(agreement), ctx.method.trust.agreement_square_km
    ctx.report.figure("sectors in which a method finds a group", sectors_with_groups(agreement, METHODS))
    ctx.report.figure("mean agreement over sectors", means)
    over_all = squares.filter(pl.col("sector") == ALL)
    ctx.report.picture("agreement", agreement_png(means, METHODS))
    title = f"{ctx.method.name}: methods that find a site in a group, mean over sectors' sites"
    ctx.report.picture("where they agree", agreement_map_png(over_all, len(METHODS), side_km, title))
