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
    from assets.spatial.members_on_disk import MembersAside

SECTOR_POINTS = """
    select scheme, sector, grid, organisation_id, site_id, easting, northing, is_firm
    from spatial.points
    where month = $month and scheme = $scheme and sector in (select unnest($sectors))
"""

ALL_SITES = """
    select
        easting,
        northing,
        case when is_firm then dense_rank() over (order by organisation_id) - 1 else -1 end as firm
    from spatial.points
    where month = $month and scheme = 'all' and grid = $grid
"""

KEPT_NULL = """
    select distinct cases, draws, location, scale
    from spatial.scan_null
    where background_fingerprint = $fingerprint
"""

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
    reads=("spatial.points",),
    per_profile=True,
    lineage={
        "spatial.groups.group_id": ["spatial.points.scheme", "spatial.points.sector", "spatial.points.grid"],
        "spatial.groups.points": ["spatial.points.site_id"],
        "spatial.groups.firms": ["spatial.points.organisation_id", "spatial.points.is_firm"],
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
    from assets.spatial.members_on_disk import MembersAside

    method = ctx.method.spatial
    aside = MembersAside(ctx.scratch / "members")
    counts = ctx.read(
        "select scheme, sector, grid, count(*) as points from spatial.points "
        "where month = $month and scheme <> 'all' group by all order by scheme, sector, grid"
    )
    contrasts: dict[str, Contrast] = {}
    nulls = pl.DataFrame(schema=NULL_COLUMNS)
    if method.algorithm == "scan":
        for grid, in_grid in counts.group_by("grid", maintain_order=True):
            to_run = [points for points in in_grid["points"] if points >= points_needed(points, method)]
            if to_run:
                contrasts[str(grid[0])], made = _contrast(ctx, str(grid[0]), min(to_run), max(to_run))
                nulls = nulls.vstack(made)
    found = together(_each_sector(ctx, counts, contrasts, aside), method.scan_alpha)
    members = aside.together(found.groups)
    _tell(ctx, found, pl.scan_parquet(members))
    return {
        "spatial.runs": found.runs,
        "spatial.groups": found.groups,
        "spatial.group_members": members,
        "spatial.scan_null": nulls.sort("grid", "cases"),
    }


def _each_sector(
    ctx: StepContext, counts: pl.DataFrame, contrasts: dict[str, Contrast], aside: MembersAside
) -> list[Found]:
    """The groups of each sector in the order of `counts`: taken over from an earlier month, or run side by side."""
    from assets.methods.groups.sector_groups import Found, Sector, find_groups, in_site_order, points_fingerprint
    from assets.methods.groups.sectors import batches, over_threads
    from assets.spatial.earlier import EarlierRun, earlier_runs, taken_over

    earlier = earlier_runs(ctx)

    def run(sector: Sector, points: pl.DataFrame) -> Found | EarlierRun:
        contrast, ordered = contrasts.get(sector.grid), in_site_order(points)
        fingerprint = points_fingerprint(ordered, contrast, ctx.code)
        known = earlier.get((sector, fingerprint))
        return known or aside.put(find_groups(sector, ordered, ctx.method.spatial, contrast, fingerprint))

    read = (ctx.read(SECTOR_POINTS, scheme=batch.scheme, sectors=list(batch.sectors)) for batch in batches(counts))
    results = over_threads(run, read, ctx.threads)
    found = {sector: result for sector, result in results.items() if isinstance(result, Found)}
    again = taken_over(ctx, [result for result in results.values() if isinstance(result, EarlierRun)])
    taken = {sector: aside.put(result) for sector, result in again.items()}
    ctx.report.say(f"{len(results)} runs, {len(taken)} of them taken over from earlier months")
    return [{**found, **taken}[Sector(*key)] for key in counts.select("scheme", "sector", "grid").iter_rows()]


def _contrast(ctx: StepContext, grid: str, smallest: int, largest: int) -> tuple[Contrast, pl.DataFrame]:
    """All business sites of a grid and their null; a fit that any month or profile has made of them is used again."""
    from assets.methods.groups.sector_groups import Contrast, background_of, null_settings, window_rules
    from assets.methods.scan.null import Null, NullFit, background_fingerprint, null_sizes, simulate_null

    rules, settings = window_rules(ctx.method.spatial), null_settings(ctx.method.spatial)
    threads = ctx.threads
    background = background_of(ctx.read(ALL_SITES, grid=grid), ctx.method.spatial, threads)
    fingerprint = background_fingerprint(background, rules, settings, ctx.code)
    kept = [NullFit(**row) for row in ctx.read(KEPT_NULL, fingerprint=fingerprint).iter_rows(named=True)]
    known = {fit.cases: fit for fit in kept if fit.draws == settings.draws_of(fit.cases, background.sites)}
    sizes = null_sizes(smallest, largest, settings.sizes)
    fits = tuple(known.get(size) or simulate_null(background, size, rules, settings, threads) for size in sizes)
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
    places = ctx.read(
        "select site_id, any_value(easting) as easting, any_value(northing) as northing from spatial.points "
        "where month = $month and grid = 'gb' and scheme <> 'all' "
        # One text: a list of so many is slow to hand over.
        "and site_id in (select unnest(string_split($sites, chr(10)))) group by site_id",
        sites="\n".join(drawn["site_id"]),
    )
    located = drawn.join(places, on="site_id").sort("group_id", "site_id")
    ctx.report.picture("map", group_map_png(located, f"{ctx.method.name}: members of groups, Great Britain"))


@step(
    tables=("spatial.outlines",),
    reads=("spatial.group_members", "spatial.groups", "organisations.sites"),
    per_profile=True,
    lineage={"spatial.outlines.outline_wkt": ["organisations.sites.easting", "organisations.sites.northing"]},
)
def outlines(ctx: StepContext) -> Rows:
    """Outline and middle of each group: concave hull of the members and a buffer, in metres, then WGS84."""
    from assets.methods.geometry.outlines import outline_table

    group_ids = ctx.read(
        "select group_id from spatial.groups where month = $month and profile = $profile order by group_id"
    )["group_id"]
    made = outline_table(
        ctx.read(MEMBER_PLACES),
        ctx.method.spatial.hull_ratio,
        ctx.method.spatial.outline_buffer_m,
        ctx.threads,
    )
    table = made.with_columns(group_ids.gather(made["group_id"]).alias("group_id"))
    ctx.report.figure("median_area_km2", table["area_km2"].median())
    return {"spatial.outlines": table}


MEMBER_PLACES = """
    with groups as (
        select group_id, (row_number() over (order by group_id) - 1)::integer as number
        from spatial.groups
        where month = $month and profile = $profile
    )

    select groups.number as group_id, sites.grid, sites.easting, sites.northing
    from spatial.group_members as members
    inner join groups on groups.group_id = members.group_id
    inner join organisations.sites as sites on sites.month = $month and sites.site_id = members.site_id
    where members.month = $month and members.profile = $profile
"""
"""Members with their group's number in the order of the identifiers: millions of rows are sorted by it."""


@step(
    tables=("spatial.location_quotients",),
    reads=(
        "spatial.outlines",
        "spatial.groups",
        "spatial.group_members",
        "spatial.points",
        "organisations.organisations",
        "organisations.rdi_activity",
        "organisations.sites",
    ),
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

    shapes = ctx.read(
        "select groups.group_id, groups.scheme = 'rdi' as among_active, outlines.outline_wkt "
        "from spatial.outlines as outlines inner join spatial.groups as groups using (month, profile, group_id) "
        "where month = $month and profile = $profile order by group_id"
    )
    firms = ctx.read(FIRM_SITES)
    inside = pl.concat(
        [
            _firms_in_outlines(ctx, shapes.filter(~pl.col("among_active")), firms),
            _firms_in_outlines(ctx, shapes.filter("among_active"), firms.filter("is_rdi_active")),
        ]
    )
    counts = (
        ctx.read(GROUP_SECTORS)
        .join(inside, on="group_id")
        .join(ctx.read(NATIONAL_SECTORS), on=["scheme", "sector", "among_active"])
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


FIRM_SITES = """
    with firms as (
        select organisation_id, row_number() over () - 1 as firm
        from organisations.organisations
        where month = $month and is_firm
    )

    select
        firms.firm,
        sites.longitude,
        sites.latitude,
        coalesce(activity.is_rdi_active, false) as is_rdi_active
    from organisations.sites as sites
    inner join firms on firms.organisation_id = sites.organisation_id
    left join organisations.rdi_activity as activity
        on activity.month = $month and activity.organisation_id = sites.organisation_id and activity.is_rdi_active
    where sites.month = $month
        and not sites.is_excluded
        and sites.geocode_quality <> 'unlocated'
"""
"""Firms as numbers: millions of rows are read, and which number a firm has makes no difference."""

NATIONAL_SECTORS = """
    with firms as (
        select scheme, sector, organisation_id, bool_or(is_rdi_active) as is_rdi_active
        from spatial.points
        where month = $month and scheme in ('sic', 'rtic') and is_firm
        group by scheme, sector, organisation_id
    )

    select false as among_active, scheme, sector, count(*) as national_sector_firms
    from firms
    group by scheme, sector
    union all
    select true as among_active, scheme, sector, count(*) as national_sector_firms
    from firms
    where is_rdi_active
    group by scheme, sector
"""

GROUP_SECTORS = """
    with firms_of_groups as (
        select distinct members.group_id, members.organisation_id
        from spatial.groups as groups
        inner join spatial.group_members as members
            on members.month = $month and members.profile = $profile and members.group_id = groups.group_id
        where groups.month = $month and groups.profile = $profile and groups.scheme = 'rdi'
    ),

    sectors_of_firms as (
        select distinct scheme, sector, organisation_id
        from spatial.points
        where month = $month
            and scheme in ('sic', 'rtic')
            and is_firm
            and organisation_id in (select organisation_id from firms_of_groups)
    )

    select group_id, scheme, sector, firms as sector_firms
    from spatial.groups
    where month = $month and profile = $profile and scheme <> 'rdi' and firms > 0
    union all
    select firms_of_groups.group_id, sectors.scheme, sectors.sector, count(*) as sector_firms
    from firms_of_groups
    inner join sectors_of_firms as sectors on sectors.organisation_id = firms_of_groups.organisation_id
    group by firms_of_groups.group_id, sectors.scheme, sectors.sector
"""
"""A group found in a sector has firms of it alone; those of one of all RD&I-active are looked up."""

STEPS: tuple[Step, ...] = (sql_step("spatial.points"), groups, outlines, location_quotients)
