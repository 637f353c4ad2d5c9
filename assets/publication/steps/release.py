"""The step of the release: a month's folder for any static host, made whole and shown all at once.

What belongs here: reading what may leave the warehouse, which files there are, handing them to the folder. What does
not: what stands in a file (page, exports, workbook, datapackage, report), how it is put there (folder).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import polars as pl

from assets.disk import refuse_full_disk
from assets.method import MethodProfile
from assets.months import Month
from assets.publication.approval import (
    ASKS,
    LEDGER,
    SCHEMA,
    TABLE,
    WAITS,
    Decision,
    decide,
    how_to_approve,
    rows_digest,
)
from assets.publication.base_map import BaseMap
from assets.publication.downloads import DOWNLOADS, Download, download_rows
from assets.publication.notes import DATA_LICENCE, LIMITATIONS, disclosure_notes
from assets.publication.page_trust import OF_MONTHS, TABLES, TrustTables
from assets.publication.parameters import parameter_rows
from assets.publication.source_drops import attributions, synthetic_notice
from assets.publication.standing import Standing
from assets.reference import CATEGORIES, OVERALL
from assets.synthetic import WORD
from assets.warehouse.checks import blocking_failures
from assets.warehouse.database import Replacement
from assets.warehouse.declarations import declared_tables
from assets.warehouse.steps import Outside, Rows, Step, StepContext, step

if TYPE_CHECKING:
    from assets.publication.page import PageTables
    from assets.publication.report_inputs import ReportInputs

FILES = "publication.files"
MADE_HERE = (TABLE, FILES)
MEDIA_TYPES = {
    "html": "text/html",
    "css": "text/css",
    "js": "text/javascript",
    "svg": "image/svg+xml",
    "png": "image/png",
    "csv": "text/csv",
    "json": "application/json",
    "txt": "text/plain",
    "geojson": "application/geo+json",
    "parquet": "application/vnd.apache.parquet",
    "gpkg": "application/geopackage+sqlite3",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
"""By the end of a file's name."""
DRAFT = "NOT PUBLISHED: this release waits for a person's approval."
FORMATS = {
    "csv": "CSV",
    "geojson": "GeoJSON",
    "parquet": "GeoParquet",
    "gpkg": "GeoPackage, a layer for each table",
    "xlsx": "Excel workbook: a sheet for each table, dictionary, method, notes",
    "json": "Frictionless data package: columns, units, licence, sources",
}
INPUTS = (
    "places",
    "boundaries",
    "clusters_of_report",
    "counts",
    "events",
    "rankings",
    "suppressions",
    "alarms",
    "refused",
    *OF_MONTHS.values(),
)
TRUST_TABLES = {name: table for name, table in TABLES.items() if name not in OF_MONTHS}
"""What the page has of how sure the month's clusters are."""
PAGE_TABLES = {
    "clusters": "publication.clusters",
    "criteria": "publication.criteria",
    "sector_mix": "publication.sector_mix",
    "totals": "publication.totals",
    "events": "typology.cluster_events",
    "index_clusters": "innovation_index.clusters",
    "rankings": "innovation_index.rankings",
    "rank_changes": "innovation_index.rank_changes",
    "cluster_history": "innovation_index.cluster_history",
    "place_clusters": "innovation_index.place_clusters",
    "place_specialisation": "innovation_index.place_specialisation",
    "source_files": "publication.source_files",
}
"""The page's tables of the month."""
CHECKED_TOO = (
    "sources.rejected",
    "sources.publisher_changes",
    "organisations.formation_agents",
    "organisations.uncounted_funding",
    "organisations.unlocated_funding",
    "spatial.runs",
    "spatial.scan_null",
    "spatial.area_quotients",
    "network.edges",
    "network.runs",
    "network.institution_ties",
    "typology.cluster_institutions",
    "typology.month_changes",
    "trust.parameter_sweep",
    "trust.k_density",
    "innovation_index.institution_influence",
    "publication.attack_bounds",
)
"""Tables that nothing else needs: the report says what their checks say, so they are made before it."""
APPROVALS = f"select * from {LEDGER} where month = $month order by all"
DECIDED_ON = (
    *PAGE_TABLES.values(),
    *TRUST_TABLES.values(),
    "publication.history",
    "publication.timeline",
    "publication.suppressions",
    "typology.cluster_counts",
    "innovation_index.models",
    "innovation_index.model_quality",
)
"""What a release is made of: the rows that a person approves."""
NOTICES = "select * from used.alarms where month = $month order by all"
"""The one table of drops whose rows follow from more than these: from what came before, and what a person let pass."""
LINEAGE = (
    {
        f"{FILES}.{column}": [
            f"{table}.{column.name}"
            for table in ("publication.clusters", "innovation_index.rankings")
            for column in declared_tables()[table].columns
        ]
        for column in ("bytes", "sha256")
    }
    | {f"{FILES}.path": [], f"{FILES}.media_type": []}
    | {
        f"{TABLE}.{column}": ["publication.clusters.cluster_id", "innovation_index.clusters.cluster_id"]
        for column in ("state", "rows_sha256", "approved_by", "approved_at", "note")
    }
)
"""Of what is told of files and approval: the rows that the release is made of."""


def release_step(publication: str, base_map: BaseMap | None = None) -> Step:
    """The step that publishes into the folder `publication`, with an online base map to turn on where one is given."""

    def decides(connection: duckdb.DuckDBPyConnection, month: Month, profiles: Sequence[MethodProfile]) -> object:
        # Every parameter and description stands on the page and in the workbook.
        return {
            "profiles": [profile.model_dump(mode="json") for profile in profiles],
            "base map": base_map and asdict(base_map),
            "notices": connection.execute(NOTICES, {"month": month.first_day}).fetchall(),
            "approvals": connection.execute(APPROVALS, {"month": month.first_day}).fetchall(),
        }

    def stands(connection: duckdb.DuckDBPyConnection, month: Month) -> bool:
        from assets.publication.folder import is_shown

        # What waits is in a folder that no table tells of.
        waits = f"select 1 from {TABLE} where month = $month and state = '{WAITS}'"
        if connection.execute(waits, {"month": month.first_day}).fetchall():
            return False
        query = f"select path, sha256 from {FILES} where month = $month"
        return is_shown(
            Path(publication), month, dict(connection.execute(query, {"month": month.first_day}).fetchall())
        )

    @step(
        tables=MADE_HERE,
        reads=[
            "sources.drops",
            "reference.places",
            "reference.boundaries",
            *PAGE_TABLES.values(),
            *TRUST_TABLES.values(),
            "publication.suppressions",
            "sources.alarms",
            "sources.drop_profiles",
            "sources.drop_codes",
            "typology.cluster_counts",
            "innovation_index.models",
            "innovation_index.model_quality",
            *CHECKED_TOO,
        ],
        inputs=INPUTS,
        lineage=LINEAGE,
        reaches_outside=Outside(decides, stands),
        keeps=[LEDGER],
        may_lack="any",
    )
    def release(ctx: StepContext) -> Rows:
        """Put the month's map, downloads, report and metadata in its folder; a reader sees the release before it, or
        this one, never part of one.

        The files are written beside the earlier release and shown once their rows are committed. Of a month that has
        the Map alone, or the Index alone, that is published; of one that has neither, nothing. Where the profile wants
        a person's approval, the month waits for it in a folder beside the publication, and what was published stays.
        """
        return _publish(ctx, Path(publication), base_map)

    return replace(release, asks=ASKS)


def _publish(ctx: StepContext, publication: Path, base_map: BaseMap | None) -> list[Replacement]:
    from assets.publication.report_inputs import read_report

    _refuse_what_breaks_a_rule(ctx)
    month = {"month": ctx.month.first_day}
    clusters, index = (ctx.read(_of_month(PAGE_TABLES[name])).height for name in ("clusters", "index_clusters"))
    if not clusters and not index:
        ctx.report.say(
            "nothing is published: the month has neither a cluster of the Map nor one of the Index; "
            "what was published of it before stays"
        )
        return [Replacement(TABLE, month, pl.DataFrame(schema=SCHEMA)), Replacement(FILES, month, _rows({}))]
    if not clusters:
        ctx.report.say("the month has no cluster of the Map: the Index alone is published")
    if not index:
        ctx.report.say("the month has no Index: the Map alone is published")
    inputs = read_report(ctx, MADE_HERE)
    warnings = inputs.checks.filter(pl.col("outcome") == "warned")
    digest = rows_digest({table: ctx.read(_of_month(table)) for table in DECIDED_ON}, ctx.profiles)
    decision = decide(ctx, digest, warnings.height)
    standing = Standing(
        synthetic=synthetic_notice(inputs.sources),
        draft=DRAFT if decision.waits else "",
        approval=decision.approval.sentence if decision.approval else "",
    )
    files = _files(ctx, replace(inputs, standing=standing), base_map)
    _put(ctx, publication, files, decision)
    _tell(ctx, files, standing, warnings)
    # Until it is approved, the month's files are those of the release before it.
    rows = ctx.read(f"select * exclude (month) from {FILES} where month = $month") if decision.waits else _rows(files)
    return [*decision.replacements(ctx.month), Replacement(FILES, month, rows)]


def _put(ctx: StepContext, publication: Path, files: dict[str, bytes], decision: Decision) -> None:
    """Put the files where they are to be shown once their rows are committed: of what waits, beside the publication."""
    from assets.publication.folder import put, waiting_folder, withdraw

    waiting = waiting_folder(publication)
    folder = waiting if decision.waits else publication
    try:
        ctx.once_written(put(folder, ctx.month, files).show)
        if not decision.waits:
            ctx.once_written(partial(withdraw, waiting, ctx.month))
    except OSError as error:
        refuse_full_disk(error, folder)
        raise ValueError(f"{folder} cannot be written: {error}: give another folder with --publication") from error
    page = str(folder / str(ctx.month) / "index.html")
    ctx.report.figure("page", page)
    ctx.report.figure("approval", decision.approval.sentence if decision.approval else decision.state)
    if decision.waits:
        ctx.report.say(
            f"{ctx.month} is made and not published: it waits for approval. Look at {page}, then "
            f"{how_to_approve(ctx.month)}. What was published of it before stays"
        )


def _tell(ctx: StepContext, files: dict[str, bytes], standing: Standing, warnings: pl.DataFrame) -> None:
    if standing.synthetic:
        ctx.report.figure(WORD, standing.synthetic)
    ctx.report.figure("total size (MB)", round(sum(len(content) for content in files.values()) / 1e6, 2))
    ctx.report.figure("files", _rows(files))
    if warnings.height:
        ctx.report.figure("checks that warn", warnings.select("table", "rule", "description"))


def _refuse_what_breaks_a_rule(ctx: StepContext) -> None:
    """Nothing leaves where disclosure control's tables break a rule, however this step was started."""
    tables = [name for name in declared_tables() if name.startswith("publication.") and name not in MADE_HERE]
    outcomes = ctx.check(tables)
    broken = [f"{outcome.table}: {outcome.name}" for outcome in blocking_failures(outcomes)]
    if broken:
        raise ValueError(
            f"nothing is published, what was published before stays: {'; '.join(broken)}: make the layer publication "
            f"of {ctx.month} again (innovation-clusters publish --month {ctx.month})"
        )


def _files(ctx: StepContext, inputs: ReportInputs, base_map: BaseMap | None) -> dict[str, bytes]:
    """Every file of the month's folder by path."""
    from assets.publication.folder import checksums
    from assets.publication.page import PageOptions, PageTables, page_files
    from assets.publication.report import downloads_page, headlines, report_files

    tables = PageTables(
        **{name: ctx.read(_of_month(table)) for name, table in PAGE_TABLES.items()},
        places=ctx.input("places"),
        boundaries=ctx.input("boundaries"),
        trust=TrustTables(
            **{name: ctx.read(_of_month(table)) for name, table in TRUST_TABLES.items()},
            **{name: ctx.input(query) for name, query in OF_MONTHS.items()},
        ),
    )
    pictures = _pictures(inputs, tables, ctx.method.index.ranking_size)
    downloads = _downloads(ctx, inputs, tables)
    options = PageOptions(
        profiles={profile.name: profile.description for profile in ctx.profiles},
        links=[("Report of the month", "report.html"), ("Downloads", "downloads.html")],
        notices=[notice.sentence for notice in inputs.notices],
        standing=inputs.standing,
        base_map=base_map,
        method=ctx.method.publication,
    )
    files = {
        **page_files(ctx.month, tables, options),
        **report_files(inputs, ctx.method.index.ranking_size, pictures),
        **downloads,
        "downloads.html": downloads_page(ctx.month, _listed(downloads), ctx.method.publication, inputs.standing),
    }
    for name in ("map", "index"):
        for picture in sorted(pictures):
            if picture.startswith(name):
                ctx.report.picture(picture, pictures[picture])
    for name, value in headlines(inputs).items():
        ctx.report.figure(name, value)
    return {**files, "checksums.txt": checksums(files)}


def _downloads(ctx: StepContext, inputs: ReportInputs, tables: PageTables) -> dict[str, bytes]:
    """The month's tables in every format, and the data package that describes them."""
    from assets.publication.datapackage import data_package
    from assets.publication.exports import to_csv, to_geojson, to_geopackage, to_geoparquet
    from assets.publication.workbook import to_workbook

    made: list[tuple[Download, pl.DataFrame]] = [
        (download, download_rows(download, tables.of(download.name))) for download in DOWNLOADS
    ]
    said = inputs.standing.synthetic
    files: dict[str, bytes] = {}
    for download, rows in made:
        files[f"downloads/{download.name}.csv"] = to_csv(rows)
        if download.is_on_map:
            files[f"downloads/{download.name}.geojson"] = to_geojson(rows, download, said)
        files[f"downloads/{download.name}.parquet"] = to_geoparquet(rows, download, said)
    whole = f"downloads/innovation-clusters-{ctx.month}"
    files[f"{whole}.gpkg"] = to_geopackage(made, ctx.month, ctx.scratch, said)
    method = parameter_rows(list(ctx.profiles))
    files[f"{whole}.xlsx"] = to_workbook(made, method, _notes(ctx, inputs), ctx.month, inputs.standing)
    csv = {f"downloads/{download.name}.csv": (download, rows) for download, rows in made}
    types = {path: _media_type(path) for path in files}
    return {**files, "datapackage.json": data_package(ctx.month, csv, files, types, inputs.sources, inputs.standing)}


def _notes(ctx: StepContext, inputs: ReportInputs) -> pl.DataFrame:
    """The workbook's notes: `about`, `note`."""
    rows = [("what this is", sentence) for sentence in inputs.standing.banners]
    rows += [("approval", sentence) for sentence in (inputs.standing.approval,) if sentence]
    rows += [("licence", f"{DATA_LICENCE.title}, {DATA_LICENCE.path}")]
    rows += [("what is not given", note) for note in disclosure_notes(ctx.method.publication)]
    rows += [("known limitations", note) for note in LIMITATIONS]
    rows += [
        ("where the figures come from", f"{drop.title}, {drop.dated}; {drop.how}; {drop.licence}")
        for drop in inputs.sources
    ]
    rows += [("attribution", said.text) for said in attributions(inputs.sources)]
    return pl.DataFrame(rows, schema={"about": pl.String, "note": pl.String}, orient="row")


def _pictures(inputs: ReportInputs, tables: PageTables, index_size: int) -> dict[str, bytes]:
    """The report's pictures by name: of the Map, of the Index, as far as they were made."""
    from assets.innovation_index import rankings_png
    from assets.publication.report_pictures import chart_of_counts, map_of_agreement, map_of_clusters, map_of_index

    mark = WORD if inputs.standing.synthetic else ""
    drawn = {
        f"map-{profile}": map_of_clusters(clusters, mark)
        for (profile,), clusters in sorted(tables.clusters.partition_by("profile", as_dict=True).items())
    }
    if drawn:
        drawn["counts"] = chart_of_counts(inputs.counts, mark)
    drawn |= {
        f"agreement-{profile}": map_of_agreement(squares, mark)
        for (profile,), squares in sorted(tables.trust.agreement_map.partition_by("profile", as_dict=True).items())
    }
    overall = tables.index_clusters.filter(pl.col("category") == OVERALL)
    if overall.height:
        drawn["index"] = map_of_index(overall, mark)
    if set(inputs.rankings["category"]) >= {OVERALL, *CATEGORIES}:
        drawn["rankings"] = rankings_png(inputs.rankings.filter(pl.col("rank") <= index_size), mark)
    return drawn


def _listed(downloads: dict[str, bytes]) -> list[dict[str, object]]:
    """What the downloads page says of each file."""
    known = {download.name: download for download in DOWNLOADS}
    return [
        {
            "path": path,
            "what": _what(path, known.get(Path(path).stem)),
            "size": len(content),
            "sha256": hashlib.sha256(content).hexdigest(),
        }
        for path, content in sorted(downloads.items())
    ]


def _what(path: str, download: Download | None) -> str:
    if download is None:
        return FORMATS[_kind(path)]
    form = FORMATS[_kind(path)] if download.is_on_map else FORMATS[_kind(path)].removeprefix("Geo")
    return f"{download.title}; {form}"


def _rows(files: dict[str, bytes]) -> pl.DataFrame:
    """Rows of `publication.files`."""
    return pl.DataFrame(
        [
            {
                "path": path,
                "media_type": _media_type(path),
                "bytes": len(content),
                "sha256": hashlib.sha256(content).hexdigest(),
            }
            for path, content in sorted(files.items())
        ],
        schema={"path": pl.String, "media_type": pl.String, "bytes": pl.Int64, "sha256": pl.String},
    )


def _kind(path: str) -> str:
    return path.rpartition(".")[2]


def _media_type(path: str) -> str:
    return MEDIA_TYPES[_kind(path)]


def _of_month(table: str) -> str:
    return f"select * from {table} where month = $month order by all"
