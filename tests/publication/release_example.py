"""A warehouse that a month can be released from: made-up clusters, the Index's tables, and what rules ask of them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl

from assets.method import MethodProfile
from assets.months import Month
from assets.publication.page_trust import TABLES
from assets.publication.steps.release import release_step
from assets.publication.steps.source_files import source_files
from assets.warehouse.database import Warehouse
from assets.warehouse.declarations import declared_tables
from assets.warehouse.running import StepResult
from tests.publication.page_example import page_tables
from tests.support import MONTH, fill_frame, make, opened_once, use_drop

PROFILES = (
    MethodProfile(name="dsit-v1", description="The publishers' way"),
    MethodProfile(name="evidence", description="Ours"),
)
HOSTILE = {
    '=HYPERLINK("http://evil.test","x")': '=HYPERLINK("http://evil.test","x")',
    "+1": "+1",
    "@SUM(A1)": "@SUM(A1)",
    "-2+3": "-2+3",
    "<script>alert(1)</script>": "<script>alert(1)</script>",
    "a\u202eb\u200fc": "abc",
    "a | b": "a | b",
    "\t=1": " =1",
    "\r=2": " =2",
    "Leeds; =3": "Leeds; =3",
    "https://example.test/": "https://example.test/",
    'say "no", then\nnext': 'say "no", then next',
}
"""Names that a source could send, and how each is to be read."""


def fill_release(
    warehouse: Warehouse,
    clusters: int = 14,
    names: Mapping[int, str] | None = None,
    month: Month = MONTH,
    seed: int = 1,
) -> None:
    """Fill what the release reads, in place of all that is there. `names` are those of clusters by position."""
    _fill_tables(warehouse, clusters, names, month, seed)
    make(warehouse, source_files, month=month)


@opened_once
def _fill_tables(warehouse: Warehouse, clusters: int, names: Mapping[int, str] | None, month: Month, seed: int) -> None:
    tables = page_tables(clusters, seed=seed, month=month.first_day)
    made = tables.clusters.with_columns(profile_fingerprint=pl.lit("test"))
    for position, name in (names or {}).items():
        made[position, "name"] = name
    _fill(warehouse, "publication.clusters", made)
    tested = made.with_columns(pl.col("rdi_active_share").fill_null(0.5), pl.lit(0.0).alias("publications"))
    _fill(warehouse, "typology.innovation_clusters", tested)
    small = (pl.col("measure") == "active firms") & (pl.col("figure") < 10)
    _fill(
        warehouse,
        "publication.criteria",
        tables.criteria.with_columns(figure=pl.when(~small.fill_null(False)).then("figure")),
    )
    _fill(warehouse, "publication.sector_mix", tables.sector_mix)
    _fill(warehouse, "publication.totals", tables.totals)
    counts = made.group_by("month", "profile", "cluster_type").agg(clusters=pl.len())
    _fill(warehouse, "typology.cluster_counts", counts)
    _fill(warehouse, "typology.cluster_events", tables.events)
    for name, table in TABLES.items():
        if name != "cluster_months":
            _fill(warehouse, table, getattr(tables.trust, name))
    _fill(warehouse, "innovation_index.clusters", tables.index_clusters)
    _fill(warehouse, "innovation_index.rankings", tables.rankings)
    _fill(warehouse, "innovation_index.rank_changes", tables.rank_changes)
    suppressed = pl.concat(
        [
            made.filter(pl.col(f"{measure}_status") == "c").select(
                "month", "profile", cell="cluster_id", measure=pl.lit(measure)
            )
            for measure in ("employees", "turnover_gbp")
        ]
    )
    _fill(
        warehouse,
        "publication.attack_bounds",
        suppressed.with_columns(required_lower=0.0, required_upper=1.0, is_protected=True),
    )
    _fill(
        warehouse,
        "publication.suppressions",
        suppressed.with_columns(table_name=pl.lit("clusters"), rule=pl.lit("dominance"), reason=pl.lit("held by one")),
    )
    use_drop(warehouse, "places", "postcodes")


def _fill(warehouse: Warehouse, table: str, frame: pl.DataFrame) -> None:
    """Fill a table; declared columns that the frame lacks are null, those it has beside them are left out."""
    columns: list[Any] = [
        pl.col(column.name) if column.name in frame.columns else pl.lit(None).alias(column.name)
        for column in declared_tables()[table].columns
    ]
    fill_frame(warehouse, table, frame.select(columns))


def release(warehouse: Warehouse, publication: Path, *profiles: MethodProfile, month: Month = MONTH) -> StepResult:
    """Release a month into a folder, with where its figures come from."""
    make(warehouse, source_files, month=month)
    return make(warehouse, release_step(str(publication)), *(profiles or PROFILES), month=month)
