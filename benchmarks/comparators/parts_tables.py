"""Steps on tables beside libraries: matching, apportioning, the postcode directory."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import duckdb
import polars as pl

from assets.methods.text.postcodes import normalise_postcode
from assets.sources.datasets import Dataset
from assets.sources.delivery.deliveries import bring
from assets.sources.delivery.drops import list_drops, select_drops
from assets.sources.delivery.storage import Storage
from assets.sources.reading.contract import Desk
from assets.sources.registry import DATASETS
from assets.warehouse.database import sql_text
from assets.warehouse.steps import step_parameters
from benchmarks.comparators.parts_common import Inputs, Pair, Part
from benchmarks.comparators.plain_drops import POSITION
from benchmarks.comparators.plain_register import apportion, match_by_rule

MATCHING = ("anchors", "name_matches")


def _query(inputs: Inputs, table: str, target: str) -> Path:
    """Run our query of a table of the organisations, from the warehouse to a Parquet file."""
    query = (files("sql") / "organisations" / f"{table}.sql").read_text(encoding="utf-8")
    parameters = step_parameters(inputs.month, inputs.method)
    return inputs.warehouse.export(query, inputs.scratch / target, **parameters)


def _exported(inputs: Inputs, name: str, sql: str) -> Path:
    return inputs.warehouse.export(sql, inputs.scratch / f"{name}.parquet", month=inputs.month.first_day)


def matching(inputs: Inputs) -> Pair:
    """Records by number, name and postcode, and name: from stored records to stored matches."""
    records = _exported(inputs, "records", "select * from organisations.source_records where month = $month")
    places = _exported(inputs, "places", "select * from organisations.source_places where month = $month")

    def ours() -> pl.DataFrame:
        with inputs.warehouse.connect(read_only=True):
            made = {table: _query(inputs, table, f"ours-{table}.parquet") for table in MATCHING}
        return pl.concat(
            pl.read_parquet(made[table]).select("dataset", "record_key", "organisation_id")
            for table in ("anchors", "name_matches")
        )

    def theirs() -> pl.DataFrame:
        anchors, _, named = match_by_rule(pl.read_parquet(records), pl.read_parquet(places))
        for name, frame in (("anchors", anchors), ("name_matches", named)):
            frame.write_parquet(inputs.scratch / f"theirs-{name}.parquet")
        return pl.concat([anchors, named.select(anchors.columns)])

    rows = pl.scan_parquet(records).select(pl.len()).collect().item()
    return Pair(ours, theirs, f"{rows:,} records", _same_rows)


def apportioning(inputs: Inputs) -> Pair:
    """Each site's share of employees, turnover, funding and publications: from stored sites to stored shares."""
    month = "month = $month"
    sites = _exported(
        inputs,
        "sites",
        "select site_id, organisation_id, employees from organisations.sites "
        f"where {month} and easting is not null and not is_excluded",
    )
    organisations = _exported(
        inputs,
        "organisations",
        "select organisation_id, employees, (turnover_gbp * 100)::bigint as turnover_pence "
        f"from organisations.organisations where {month}",
    )
    active = _exported(
        inputs,
        "active",
        "select organisation_id, publications::bigint as publications, "
        f"(publications_fractional * 10000)::bigint as fractional from organisations.rdi_activity where {month}",
    )
    money = _exported(
        inputs,
        "money",
        "select funder as source, site_id, sum((amount_gbp * 100)::bigint)::bigint as pence "
        f"from organisations.site_funding where {month} group by all",
    )

    def theirs() -> pl.DataFrame:
        made = apportion(*(pl.read_parquet(file) for file in (sites, organisations, active, money)))
        made.write_parquet(inputs.scratch / "theirs-apportioned.parquet")
        return made.select("site_id", "employees", "turnover", "iuk_funding", "ukri_funding")

    def ours() -> pl.DataFrame:
        made = pl.read_parquet(_query(inputs, "apportioned_sites", "ours-apportioned.parquet"))
        return made.select(
            "site_id",
            *[
                (pl.col(name) * 100).cast(pl.Int64).alias(alias)
                for name, alias in (
                    ("employees", "employees"),
                    ("turnover_gbp", "turnover"),
                    ("iuk_funding_gbp", "iuk_funding"),
                    ("ukri_funding_gbp", "ukri_funding"),
                )
            ],
        )

    rows = pl.scan_parquet(sites).select(pl.len()).collect().item()
    return Pair(ours, theirs, f"{rows:,} sites", _same_rows)


def _dataset(name: str) -> Dataset:
    return next(dataset for dataset in DATASETS if dataset.name == name)


def _ours_of_postcodes(inputs: Inputs) -> pl.DataFrame:
    dataset = _dataset("postcodes")
    storage = Storage(str(inputs.sources))
    listing = list_drops(storage, [dataset.name], {}, inputs.month.last_day)
    drop = select_drops(listing, inputs.month)[dataset.name]
    reading = dataset.read(bring(storage, drop, inputs.scratch), Desk(inputs.scratch, 0.01))
    made, areas = (reading.tables[f"reference.{name}"] for name in ("postcodes", "postcode_areas"))
    assert isinstance(made, Path) and isinstance(areas, pl.DataFrame)
    return _positions(pl.read_parquet(made), areas)


def _directory(inputs: Inputs) -> Path:
    """The directory's file; of an archive the CSV within, unpacked as part of the work."""
    file = max(path for path in (inputs.sources / "postcodes").iterdir() if path.name[:7] <= str(inputs.month))
    if file.suffix != ".zip":
        return file
    with zipfile.ZipFile(file) as archive:
        name = next(name for name in archive.namelist() if name.endswith(".csv"))
        return Path(archive.extract(name, inputs.scratch))


def postcodes_polars(inputs: Inputs) -> Pair:
    """The postcode directory and the middles of its areas, from the drop to Parquet files; ours checks every row."""

    def theirs() -> pl.DataFrame:
        file, target = _directory(inputs), inputs.scratch / "theirs-postcodes.parquet"
        lines = pl.scan_parquet(file) if file.suffix == ".parquet" else pl.scan_csv(file, infer_schema=False)
        has_place = pl.col("gridind").cast(pl.String) != "9"
        lines.select(
            normalise_postcode(pl.col("pcds")).alias("postcode"),
            *[pl.when(has_place).then(pl.col(name).cast(pl.Float64)).alias(ours) for name, ours in POSITION.items()],
            pl.col("doterm").is_not_null().alias("is_terminated"),
            "lad26cd",
            "rgn26cd",
            "ctry26cd",
            "ttwa15cd",
        ).sink_parquet(target)
        located = pl.scan_parquet(target).filter(pl.col("easting").is_not_null())
        areas = [
            located.group_by(area=pl.col("postcode").str.head(-inward)).agg(
                pl.col("easting", "northing").mean().round(), pl.col("latitude", "longitude").mean(), pl.len()
            )
            for inward in (2, 4)
        ]
        pl.concat(areas).sink_parquet(inputs.scratch / "theirs-areas.parquet")
        return _positions(pl.read_parquet(target), pl.read_parquet(inputs.scratch / "theirs-areas.parquet"))

    return _postcodes(inputs, theirs)


def postcodes_duckdb(inputs: Inputs) -> Pair:
    """The same, by DuckDB's reader."""

    def theirs() -> pl.DataFrame:
        file, target = _directory(inputs), inputs.scratch / "theirs-postcodes.parquet"
        reader = "read_parquet" if file.suffix == ".parquet" else "read_csv"
        options = "" if file.suffix == ".parquet" else ", all_varchar = true"
        query = f"""
            select
                upper(left(packed, length(packed) - 3)) || ' ' || upper(right(packed, 3)) as postcode,
                if(gridind <> '9', east1m::double, null) as easting,
                if(gridind <> '9', north1m::double, null) as northing,
                if(gridind <> '9', lat::double, null) as lat, if(gridind <> '9', long::double, null) as long,
                doterm is not null as is_terminated, lad26cd, rgn26cd, ctry26cd, ttwa15cd
            from (
                select *, regexp_replace(pcds, '[^A-Za-z0-9]', '', 'g') as packed
                from {reader}('{sql_text(str(file))}'{options})
            )
        """
        areas = inputs.scratch / "theirs-areas.parquet"
        of_areas = f"""
            select
                area, round_even(avg(easting), 0) as easting, round_even(avg(northing), 0) as northing,
                avg(lat) as lat, avg(long) as long, count(*) as postcodes
            from (
                select unnest([left(postcode, -2), left(postcode, -4)]) as area, easting, northing, lat, long
                from read_parquet('{sql_text(str(target))}')
                where easting is not null
            )
            group by area
        """
        with duckdb.connect() as connection:
            connection.execute(f"copy ({query}) to '{sql_text(str(target))}' (format parquet)")
            connection.execute(f"copy ({of_areas}) to '{sql_text(str(areas))}' (format parquet)")
        return _positions(pl.read_parquet(target), pl.read_parquet(areas))

    return _postcodes(inputs, theirs)


def _positions(postcodes: pl.DataFrame, areas: pl.DataFrame) -> pl.DataFrame:
    """Where each postcode and each area is, as rows that can be compared."""
    metres = pl.col("easting", "northing").cast(pl.Int64)
    return pl.concat([postcodes.select(pl.col("postcode").alias("area"), metres), areas.select("area", metres)])


def _postcodes(inputs: Inputs, theirs: Callable[[], pl.DataFrame]) -> Pair:
    rows = inputs.read(
        "select count(*) as postcodes from reference.postcodes "
        "where as_of = (select as_of from sources.drops where month = $month and dataset = 'postcodes')"
    ).item()
    return Pair(lambda: _ours_of_postcodes(inputs), theirs, f"{rows:,} postcodes", _same_rows)


def _same_rows(ours: pl.DataFrame, theirs: pl.DataFrame) -> str:
    """Whether two frames hold the same rows, in whatever order."""
    if ours.height != theirs.height:
        return f"{ours.height:,} and {theirs.height:,} rows"
    shared = ours.join(theirs, on=ours.columns, how="semi", nulls_equal=True).height
    return "the same rows" if shared == ours.height else f"{ours.height - shared:,} of {ours.height:,} rows differ"


PARTS = (
    Part("matching", "matching by number and name", "polars", matching),
    Part("apportioning", "apportioning", "polars", apportioning),
    Part("postcodes-polars", "postcode directory", "polars", postcodes_polars),
    Part("postcodes-duckdb", "postcode directory", "DuckDB's reader", postcodes_duckdb),
)
