"""`publications`: who publishes and with whom, from OpenAlex, the Microsoft Academic Graph, or tables in Parquet.

Only publications with a UK institution are kept; the number of institutions on each counts those overseas too.
"""

from __future__ import annotations

from collections.abc import Iterator
from types import ModuleType

import polars as pl

from assets.sources.datasets import Dataset
from assets.sources.plausibility.measures import Measure
from assets.sources.readers import academic_graph, openalex, openalex_parquet, publication_tables
from assets.sources.reading.contract import Delivery, Desk, Reading

PUBLICATIONS = "sources.publication_institutions"
INSTITUTIONS = "sources.institutions"
CITATIONS = "sources.publication_citations"
PAIRS = "sources.institution_pairs"


def read(delivery: Delivery, desk: Desk) -> Reading:
    """UK institutions of each publication, these institutions, citations, and joint publications of institutions."""
    made = _publisher(delivery).read(delivery, desk)
    tables = {
        PUBLICATIONS: made.publications,
        INSTITUTIONS: made.institutions,
        CITATIONS: made.citations,
        PAIRS: made.pairs,
    }
    return Reading(tables, made.rejected, made.notes, passed_over=made.passed_over)


def texts(delivery: Delivery, desk: Desk, batch_rows: int) -> Iterator[pl.DataFrame]:
    """Title and, where the publisher gives it, abstract of each publication with a UK institution."""
    return _publisher(delivery).texts(delivery, desk, batch_rows)


def _publisher(delivery: Delivery) -> ModuleType:
    if academic_graph.is_academic_graph(delivery):
        return academic_graph
    if openalex_parquet.is_snapshot(delivery.parts):
        return openalex
    return publication_tables if publication_tables.is_publication_tables(delivery) else openalex


PUBLICATIONS_DATASET = Dataset(
    "publications",
    (PUBLICATIONS, INSTITUTIONS, CITATIONS, PAIRS),
    read,
    lacking="publications, RD&I activity known from them, and papers in the Index",
    reader_version=5,
    texts=texts,
    profiled=(
        Measure(PUBLICATIONS, "institution_count", "institutions of a publication", "count", "needed"),
        Measure(CITATIONS, "citations", "cited_by_count", "count", "expected"),
        Measure(PAIRS, "publications", "joint publications", "count", "optional"),
        Measure(INSTITUTIONS, "latitude", "latitude", "coordinate", "optional"),
        Measure(INSTITUTIONS, "longitude", "longitude", "coordinate", "optional"),
    ),
)
