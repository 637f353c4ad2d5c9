"""The steps of the spatial layer, in run order.

What belongs here: reading, calling a method module, handing its frames back. What does not: any method. Method modules
are imported when a step runs: the libraries under them take longer to load than all definitions together.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from assets.warehouse.steps import Rows, Step, StepContext, sql_step, step

if TYPE_CHECKING:
    from assets.methods.groups.sector_groups import Contrast, Found
    from assets.spatial.members_on_disk import MembersOnDisk


PICTURED_MEMBERS = 50_000
"""Members drawn on the map of groups at the most: it has fewer dots to draw them with."""

NULL_COLUMNS = {
    "grid": pl.String,
    "cases": pl.Int64,
    "background_fingerprint": pl.String,
    "draws": pl.Int64,
    "location": pl.Float64,
    "scale": pl.Float64,
}


@step(
    tables=("spatial.runs", "spatial.groups", "spatial.group_members", "spatial.scan_null"),
    inputs=(
        "sector_counts",
        "sector_points",
        "all_sites",
        "kept_null",
        "latest_runs",
        "their_groups",
        "their_members",
        "pictured_places",
    ),
    per_profile=True,
    lineage={
        "spatial.groups.group_id": ["spatial.points.scheme", "spatial.points.sector", "spatial.points.grid"],
        "spatial.groups.points": ["spatial.points.site_id"],
        "spatial.groups.firms": ["spatial.points.organisation_id", "spatial.points.is_firm"],
        "spatial.groups.places": ["spatial.points.easting", "spatial.points.northing"],
        "spatial.groups.address_share": [
            "spatial.points.organisation_id",
            "spatial.points.is_firm",
            "spatial.points.easting",
            "spatial.points.northing",
        ],
        "spatial.runs.points": ["spatial.points.site_id"],
        "spatial.runs.points_fingerprint": [
            "spatial.points.site_id",
            "spatial.points.organisation_id",
            "spatial.points.easting",
            "spatial.points.northing",
            "spatial.points.is_firm",
        ],
    },
)
def groups(ctx: StepContext) -> Rows:
    """Groups of sites that lie close together, by sector; Great Britain and Northern Ireland apart."""
    from assets.methods.groups.sector_groups import points_needed, together
    from assets.spatial.members_on_disk import MembersOnDisk

    method = ctx.method.spatial
    on_disk = MembersOnDisk(ctx.scratch / "members")
    counts = ctx.input("sector_counts")
    contrasts: dict[str, Contrast] = {}
    nulls = pl.DataFrame(schema=NULL_COLUMNS)
    if method.algorithm == "scan":
        for grid, in_grid in counts.group_by("grid", maintain_order=True):
            to_run = [points for points in in_grid["points"] if points >= points_needed(points, method)]
            if to_run:
                contrasts[str(grid[0])], made = _contrast(ctx, str(grid[0]), min(to_run), max(to_run))
                nulls = nulls.vstack(made)
    found = together(_each_sector(ctx, counts, contrasts, on_disk), method.scan_alpha)
    members = on_disk.together(found.groups)
    _tell(ctx, found, pl.scan_parquet(members))
    return {
        "spatial.runs": found.runs,
        "spatial.groups": found.groups,
        "spatial.group_members": members,
        "spatial.scan_null": nulls.sort("grid", "cases"),
    }


def _each_sector(
    ctx: StepContext, counts: pl.DataFrame, contrasts: dict[str, Contrast], on_disk: MembersOnDisk
) -> list[Found]:
    """The groups of each sector in the order of `counts`: taken over from an earlier month, or run side by side."""
    from assets.methods.groups.sector_groups import Found, Sector
    from assets.methods.groups.sectors import Known, Runs, batches, each_sector
    from assets.spatial.earlier import earlier_runs, taken_over

    earlier = earlier_runs(ctx)
    in_both = counts.group_by("scheme", "sector").agg(pl.col("points").sum())
    points = {(scheme, sector): points for scheme, sector, points in in_both.iter_rows()}
    runs = Runs(ctx.method.spatial, contrasts, ctx.code, frozenset(earlier), points)
    read = (ctx.input("sector_points", scheme=batch.scheme, sectors=list(batch.sectors)) for batch in batches(counts))
    results = each_sector(read, runs, ctx.engine, on_disk.put)
    found = {sector: result for sector, result in results.items() if isinstance(result, Found)}
    known = [result for result in results.values() if isinstance(result, Known)]
    again = taken_over(ctx, [earlier[one.sector, one.fingerprint] for one in known])
    taken = {sector: on_disk.put(result) for sector, result in again.items()}
    ctx.report.say(f"{len(results)} runs, {len(taken)} of them taken over from earlier months")
    return [{**found, **taken}[Sector(*key)] for key in counts.select("scheme", "sector", "grid").iter_rows()]


def _contrast(ctx: StepContext, grid: str, smallest: int, largest: int) -> tuple[Contrast, pl.DataFrame]:
    """All business sites of a grid and their null; a fit that any month or profile has made of them is used again."""
    from assets.methods.groups.sector_groups import Contrast, background_of, null_settings, window_rules
    from assets.methods.scan.null import Null, NullFit, background_fingerprint, null_sizes, simulate_null

    rules, settings = window_rules(ctx.method.spatial), null_settings(ctx.method.spatial)
    background = background_of(ctx.input("all_sites", grid=grid), ctx.method.spatial, ctx.threads)
    fingerprint = background_fingerprint(background, rules, settings, ctx.code)
    kept = [NullFit(**row) for row in ctx.input("kept_null", fingerprint=fingerprint).iter_rows(named=True)]
    known = {fit.cases: fit for fit in kept if fit.draws == settings.draws_of(fit.cases, background.sites)}
    sizes = null_sizes(smallest, largest, settings.sizes)
    made = simulate_null(background, [size for size in sizes if size not in known], rules, settings, ctx.engine)
    fits = tuple(sorted([*(known[size] for size in sizes if size in known), *made], key=lambda fit: fit.cases))
    table = pl.DataFrame(
        [
            {
                "grid": grid,
                "cases": fit.cases,
                "background_fingerprint": fingerprint,
                "draws": fit.draws,
                "location": fit.location,
                "scale": fit.scale,
            }
            for fit in fits
        ],
        schema=NULL_COLUMNS,
    )
    ctx.report.say(
        f"{grid}: null at {len(sizes)} numbers of cases, {sum(size in known for size in sizes)} of them kept"
    )
    return Contrast(background, Null(fits), fingerprint), table


def _tell(ctx: StepContext, found: Found, members: pl.LazyFrame) -> None:
    """Figures and pictures for a person."""
    from assets.spatial.reports import group_map_png, group_sizes_png

    skipped = found.runs.filter(pl.col("skipped_reason").is_not_null())
    ctx.report.figure("runs", found.runs.height)
    ctx.report.figure("groups", found.groups.height)
    ctx.report.figure("groups_by_scheme", found.groups.group_by("scheme").len("groups").sort("scheme"))
    for row in skipped.iter_rows(named=True):
        ctx.report.say(f"{row['scheme']} {row['sector']} ({row['grid']}) not run: {row['skipped_reason']}")
    ctx.report.picture("firms_per_group", group_sizes_png(found.groups["firms"].to_numpy()))
    every = max(1, int(found.groups["points"].sum()) // PICTURED_MEMBERS)
    # By a hash, so that the same are drawn whatever order they are in.
    drawn = members.filter(pl.col("site_id").hash() % every == 0).select("group_id", "site_id").collect()
    places = ctx.input("pictured_places", sites="\n".join(drawn["site_id"]))
    located = drawn.join(places, on="site_id").sort("group_id", "site_id")
    ctx.report.picture("map", group_map_png(located, f"{ctx.method.name}: members of groups, Great Britain"))


@step(
    tables=("spatial.outlines",),
    inputs=("group_ids", "member_places"),
    per_profile=True,
    lineage={"spatial.outlines.outline_wkt": ["organisations.sites.easting", "organisations.sites.northing"]},
)
def outlines(ctx: StepContext) -> Rows:
    """Outline and middle of each group: concave hull of the members and a buffer, in metres, then WGS84."""
    from assets.methods.geometry.outlines import outline_table

    group_ids = ctx.input("group_ids")["group_id"]
    made = outline_table(
        ctx.input("member_places"),
        ctx.method.spatial.hull_ratio,
        ctx.method.spatial.outline_buffer_m,
        ctx.threads,
    )
    table = made.with_columns(group_ids.gather(made["group_id"]).alias("group_id"))
    ctx.report.figure("median_area_km2", table["area_km2"].median())
    return {"spatial.outlines": table}


@step(
    tables=("spatial.location_quotients",),
    inputs=("shapes", "firm_sites", "group_sectors", "national_sectors"),
    per_profile=True,
    lineage={
        "spatial.location_quotients.sector_firms": [
            "spatial.group_members.organisation_id",
            "organisations.organisations.is_firm",
        ],
        "spatial.location_quotients.outline_firms": ["spatial.outlines.outline_wkt", "organisations.sites.latitude"],
    },
)
def location_quotients(ctx: StepContext) -> Rows:
    """Location quotient of each group: of its own sector, or of every sector present in a group of all RD&I-active.

    A firm counts where it has a located site that is not left out. A group of all RD&I-active is compared with the
    RD&I-active firms in its outline and in the country [ours]: among all firms it would be below 1 in every sector.
    """
    from assets.methods.statistics.quotients import location_quotients as quotients_of

    shapes = ctx.input("shapes")
    firms = ctx.input("firm_sites")
    inside = pl.concat(
        [
            _firms_in_outlines(ctx, shapes.filter(~pl.col("among_active")), firms),
            _firms_in_outlines(ctx, shapes.filter("among_active"), firms.filter("is_rdi_active")),
        ]
    )
    counts = (
        ctx.input("group_sectors")
        .join(inside, on="group_id")
        .join(ctx.input("national_sectors"), on=["scheme", "sector", "among_active"])
    )
    table = quotients_of(counts, ctx.method.spatial.lq_alpha)
    ctx.report.figure(
        "groups_with_a_sector_above_1",
        table.filter(pl.col("q_value") < ctx.method.spatial.lq_alpha)["group_id"].n_unique(),
    )
    return {"spatial.location_quotients": table}


def _firms_in_outlines(ctx: StepContext, shapes: pl.DataFrame, firms: pl.DataFrame) -> pl.DataFrame:
    from assets.methods.statistics.quotients import firms_inside

    inside = firms_inside(shapes["outline_wkt"], firms, ctx.threads)
    return shapes.select(
        "group_id",
        "among_active",
        pl.Series("outline_firms", inside, dtype=pl.Int64),
        pl.lit(firms["firm"].n_unique(), dtype=pl.Int64).alias("national_firms"),
    )


STEPS: tuple[Step, ...] = (
    sql_step("spatial.points"),
    sql_step("spatial.area_quotients"),
    groups,
    outlines,
    location_quotients,
)
