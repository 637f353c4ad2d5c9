"""Whether there is anything to find: the steps that hold each sector's K-density against chance.

What belongs here: places on a grid, rows of the tables. What does not: K-densities, draws, verdicts
(`assets.methods.trust`), pictures (`curves`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

import polars as pl

from assets.warehouse.steps import Rows, StepContext, step

if TYPE_CHECKING:
    from assets.arrays import Floats, Integers
    from assets.methods.trust.counterfactuals import Bands
    from assets.methods.trust.localisation import Curve, Verdict
    from assets.methods.trust.pairs import Grid, Sites

PICTURED = 6
"""Sectors whose curves are drawn, those of the greatest index of localisation."""
OF_A_BAND = ("mean", "low", "high", "local_low", "local_high")
BANDS = {
    "sites": pl.Int64,
    "draws": pl.Int64,
    "all_sites": pl.Int64,
    "distance_km": pl.Float64,
    **dict.fromkeys(OF_A_BAND, pl.Float64),
}
CURVES = {
    "scheme": pl.String,
    "sector": pl.String,
    "distance_km": pl.Float64,
    **dict.fromkeys(("k", "expected", *OF_A_BAND[1:]), pl.Float64),
}
VERDICTS = {
    "scheme": pl.String,
    "sector": pl.String,
    "sites": pl.Int64,
    "pairs": pl.Int64,
    "bandwidth_km": pl.Float64,
    "verdict": pl.String,
    **dict.fromkeys(("first_km", "last_km", "strongest_km"), pl.Float64),
    **dict.fromkeys(("localisation_index", "dispersion_index"), pl.Float64),
    "draws": pl.Int64,
}


@step(
    tables=("trust.k_bands",),
    inputs=("sector_sites", "business_places"),
    lineage={
        "trust.k_bands.sites": ["spatial.points.site_id"],
        "trust.k_bands.all_sites": ["spatial.points.site_id"],
        **{f"trust.k_bands.{name}": ["spatial.points.easting", "spatial.points.northing"] for name in OF_A_BAND},
    },
)
def k_bands(ctx: StepContext) -> Rows:
    """K-densities of sites drawn from all business sites, at a few numbers of sites: what chance would give."""
    from assets.methods.trust.counterfactuals import draw_settings, pool_of, simulate_bands, sizes_to_draw

    settings, places = draw_settings(ctx.method.localisation), ctx.input("business_places")
    sizes = sizes_to_draw(_judged(ctx)["sites"], int(places["sites"].sum()), settings.sizes)
    bands: tuple[Bands, ...] = ()
    if sizes:
        grid, cell = _gridded(ctx, places)
        bands = simulate_bands(pool_of(grid, cell, places["sites"].to_numpy()), sizes, settings, ctx.engine)
    ctx.report.figure("numbers of sites drawn", ", ".join(f"{size:,}" for size in sizes))
    rows = [
        pl.DataFrame(
            {
                "sites": one.sites,
                "draws": settings.draws,
                "all_sites": int(places["sites"].sum()),
                "distance_km": settings.at_km,
                **{name: getattr(one, name) for name in OF_A_BAND},
            },
            schema=BANDS,
        )
        for one in bands
    ]
    return {"trust.k_bands": pl.concat([pl.DataFrame(schema=BANDS), *rows])}


@step(
    tables=("trust.k_density", "trust.localisation"),
    inputs=("sector_sites", "business_places", "sector_places", "known_bands"),
    per_profile=True,
    lineage={
        "trust.k_density.k": ["spatial.points.easting", "spatial.points.northing"],
        "trust.k_density.expected": ["trust.k_bands.mean"],
        "trust.localisation.sites": ["spatial.points.site_id"],
        "trust.localisation.verdict": [
            "spatial.points.easting",
            "spatial.points.northing",
            "trust.k_bands.low",
            "trust.k_bands.high",
        ],
    },
)
def localisation(ctx: StepContext) -> Rows:
    """Whether each sector is localised or dispersed among all business, and at which distances."""
    from assets.methods.trust.counterfactuals import draw_settings
    from assets.methods.trust.localisation import curve_of, verdict_on
    from assets.work import over

    at_km = draw_settings(ctx.method.localisation).at_km
    bands, all_sites, draws = _known(ctx)
    curves: list[Curve] = over(_sectors(ctx), curve_of, ctx.engine, at_km)
    judged = [(curve, _bands_at(bands, curve, all_sites)) for curve in curves]
    verdicts = [verdict_on(curve.found.density, against, at_km) for curve, against in judged]
    table = pl.DataFrame([_row(*one, draws) for one in zip(curves, verdicts, strict=True)], schema=VERDICTS)
    drawn = pl.concat([pl.DataFrame(schema=CURVES), *(_curve(*one, at_km) for one in judged)])
    _tell(ctx, table, drawn)
    return {"trust.k_density": drawn, "trust.localisation": table}


def _judged(ctx: StepContext) -> pl.DataFrame:
    """scheme, sector, sites of the sectors that get a verdict; says which do not."""
    counted = ctx.input("sector_sites")
    everything = counted.filter(pl.col("scheme") == "all")["sites"].sum()
    sectors = counted.filter(pl.col("scheme") != "all")
    gets_one = (pl.col("sites") >= ctx.method.localisation.k_min_sites) & (pl.col("sites") < everything)
    for scheme, sector, sites in sectors.filter(~gets_one).iter_rows():
        ctx.report.say(f"{scheme} {sector} gets no verdict: it has {sites:,} of {everything:,} sites")
    return sectors.filter(gets_one)


def _gridded(ctx: StepContext, places: pl.DataFrame, grid: Grid | None = None) -> tuple[Grid, Integers]:
    """The cell of each place, on a grid over all of them where none is given."""
    from assets.methods.geometry.grid import on_national_grid
    from assets.methods.trust.pairs import grid_over

    is_ni = (places["grid"] == "ni").to_numpy()
    easting, northing = on_national_grid(places["easting"].to_numpy(), places["northing"].to_numpy(), is_ni)
    grid = grid or grid_over(easting, northing, ctx.method.localisation.k_cell_km)
    return grid, grid.cell_of(easting, northing)


def _sectors(ctx: StepContext) -> Iterator[tuple[str, str, Sites]]:
    """Scheme, name and sites of each sector that gets a verdict, on one grid."""
    from assets.methods.trust.pairs import sites_on

    judged = _judged(ctx)
    if judged.is_empty():
        return
    grid, _ = _gridded(ctx, ctx.input("business_places"))
    for scheme, sector, _ in judged.iter_rows():
        places = ctx.input("sector_places", scheme=scheme, sector=sector)
        _, cell = _gridded(ctx, places, grid)
        yield scheme, sector, sites_on(grid, cell, places["sites"].to_numpy())


def _known(ctx: StepContext) -> tuple[list[Bands], int, int]:
    """The bands of the month in order of their numbers of sites, all business sites, and the draws of each."""
    from assets.methods.trust.counterfactuals import Bands

    rows = ctx.input("known_bands")
    bands = [
        Bands(int(sites), *(one[name].to_numpy() for name in OF_A_BAND))
        for (sites,), one in rows.group_by("sites", maintain_order=True)
    ]
    all_sites, draws = rows.select(pl.col("all_sites", "draws").max().fill_null(0)).row(0)
    return bands, all_sites, draws


def _bands_at(known: Sequence[Bands], curve: Curve, all_sites: int) -> Bands:
    from assets.methods.trust.counterfactuals import bands_between

    return bands_between(known, curve.sites, all_sites)


def _row(curve: Curve, verdict: Verdict, draws: int) -> dict[str, object]:
    return {
        "scheme": curve.scheme,
        "sector": curve.sector,
        "sites": curve.sites,
        "pairs": curve.pairs,
        "bandwidth_km": curve.found.bandwidth_km,
        "verdict": verdict.word,
        "draws": draws,
        **{name: value for name, value in asdict(verdict).items() if name != "word"},
    }


def _curve(curve: Curve, against: Bands, at_km: Floats) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "scheme": curve.scheme,
            "sector": curve.sector,
            "distance_km": at_km,
            "k": curve.found.density,
            "expected": against.mean,
            **{name: getattr(against, name) for name in OF_A_BAND[1:]},
        },
        schema=CURVES,
    )


def _tell(ctx: StepContext, verdicts: pl.DataFrame, curves: pl.DataFrame) -> None:
    """How many sectors are what, the most localised and their curves."""
    from assets.trust.curves import curves_png

    ctx.report.figure("sectors by verdict", dict(verdicts.group_by("verdict").len().sort("verdict").iter_rows()))
    ordered = verdicts.sort("localisation_index", "scheme", "sector", descending=[True, False, False])
    told = ("scheme", "sector", "sites", "verdict", "first_km", "last_km", "localisation_index", "dispersion_index")
    ctx.report.figure("most localised sectors", ordered.head(PICTURED).select(told))
    pictured = ordered.head(PICTURED).select("scheme", "sector", "verdict")
    if pictured.height:
        ctx.report.picture("K-densities", curves_png(pictured, curves))
