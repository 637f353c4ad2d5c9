"""`publications`: who publishes, from a snapshot of OpenAlex or from the Microsoft Academic Graph.

Only publications with a UK institution are kept; the number of institutions on each counts those overseas too.
"""

from __future__ import annotations

from collections.abc import Iterator
from types import ModuleType

import polars as pl

from assets.sources.datasets import Dataset
from assets.sources.readers import academic_graph, openalex
from assets.sources.reading import Delivery, Desk, Reading

PUBLICATIONS = "sources.publication_institutions"
INSTITUTIONS = "sources.institutions"
CITATIONS = "sources.publication_citations"


def read(delivery: Delivery, desk: Desk) -> Reading:
    """UK institutions of each publication, these institutions, and citations, whichever publisher the files are of."""
    made = _publisher(delivery).read(delivery, desk)
    tables = {PUBLICATIONS: made.publications, INSTITUTIONS: made.institutions, CITATIONS: made.citations}
    return Reading(tables, made.rejected)


def texts(delivery: Delivery, desk: Desk, batch_rows: int) -> Iterator[pl.DataFrame]:
    """Title and, where the publisher gives it, abstract of each publication with a UK institution."""
    return _publisher(delivery).texts(delivery, desk, batch_rows)


def _publisher(delivery: Delivery) -> ModuleType:
    return academic_graph if academic_graph.is_academic_graph(delivery) else openalex


PUBLICATIONS_DATASET = Dataset(
    "publications",
    (PUBLICATIONS, INSTITUTIONS, CITATIONS),
    read,
    lacking="publications, RD&I activity known from them, and papers in the Index",
    reader_version=2,
    texts=texts,
)
