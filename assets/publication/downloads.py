"""What can be downloaded: which tables, which columns, what each row's shape is.

What belongs here: the list, and rows made ready for any format. What does not: formats (`exports`, `workbook`), files.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import polars as pl

from assets.text_safety import on_one_line
from assets.warehouse.declarations import Column, declared_tables

OUTLINE = "outline_wkt"
MOMENT = "%Y-%m-%dT%H:%M:%SZ"
"""How a moment is written, in UTC, where a format has none of its own."""


@dataclass(frozen=True)
class Download:
    """A table that can be downloaded, under one name in every format."""

    name: str
    table: str
    title: str
    shape: Literal["outline", "centre", "none"]
    """What a row is on a map: its outline (none where `outline_wkt` is null), the point at its coordinates, nothing."""
    left_out: tuple[str, ...] = ()

    @property
    def is_on_map(self) -> bool:
        """Whether its rows have a shape."""
        return self.shape != "none"

    @property
    def description(self) -> str:
        """What the table says of itself."""
        return declared_tables()[self.table].description

    @property
    def columns(self) -> tuple[Column, ...]:
        """Its columns, as declared."""
        return tuple(column for column in declared_tables()[self.table].columns if column.name not in self.left_out)

    @property
    def key(self) -> tuple[str, ...]:
        """The columns that tell its rows apart."""
        return declared_tables()[self.table].key


DOWNLOADS = (
    Download("clusters", "publication.clusters", "Innovation Clusters Map: clusters", "outline"),
    # The corners of a hull are places of single items: the outline around it is what is published.
    Download(
        "index_clusters", "innovation_index.clusters", "Tech Innovation Index: clusters", "outline", ("hull_wkt",)
    ),
    Download("rankings", "innovation_index.rankings", "Tech Innovation Index: rankings", "centre"),
    Download("stability", "publication.stability", "How sure each cluster is", "none"),
    Download("stable_outlines", "publication.stable_outlines", "Outlines of each cluster's sure members", "outline"),
    Download("criterion_margins", "publication.criterion_margins", "Margins to the criteria's thresholds", "none"),
    Download("cluster_audit", "publication.cluster_audit", "What each cluster rests on", "none"),
    Download("localisation", "publication.localisation", "Whether each sector is localised", "none"),
    Download("method_agreement", "publication.method_agreement", "How far methods agree on each sector", "none"),
    Download("agreement_map", "publication.agreement_map", "In which places methods agree", "none"),
    Download("history", "publication.history", "What became of the clusters, by month", "none"),
    Download("timeline", "publication.timeline", "Clusters of sectors, regions and towns by month", "none"),
    Download("unplaced_money", "trust.unplaced_money", "Money that stands at no place, by reason", "none"),
    Download("source_files", "publication.source_files", "Where the figures come from: every file used", "none"),
)


def download_rows(download: Download, table: pl.DataFrame) -> pl.DataFrame:
    """The rows of a declared table as every format takes them: its columns, ordered by key, texts without what is
    not seen."""
    return on_one_line(table.select([column.name for column in download.columns]).sort(download.key))
