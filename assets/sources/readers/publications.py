"""`publications`: who publishes, from a snapshot of OpenAlex or from the Microsoft Academic Graph.

Only publications with a UK institution are kept; the number of institutions on each counts those overseas too.
"""

from __future__ import annotations

from assets.sources.datasets import Dataset
from assets.sources.readers import academic_graph, openalex
from assets.sources.reading import Delivery, Desk, Reading

PUBLICATIONS = "sources.publication_institutions"
INSTITUTIONS = "sources.institutions"


def read(delivery: Delivery, desk: Desk) -> Reading:
    """UK institutions of each publication, and these institutions, whichever of the two publishers the files are of."""
    reader = academic_graph.read if academic_graph.is_academic_graph(delivery) else openalex.read
    publications, institutions, rejected = reader(delivery, desk)
    return Reading({PUBLICATIONS: publications, INSTITUTIONS: institutions}, rejected)


PUBLICATIONS_DATASET = Dataset(
    "publications",
    (PUBLICATIONS, INSTITUTIONS),
    read,
    lacking="publications, and RD&I activity known from them",
)
