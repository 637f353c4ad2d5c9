"""The steps of the Index, in an order in which they can run; each lives in the module of its part.

What belongs here: the list. What does not: any step or rule.
"""

from __future__ import annotations

from assets.innovation_index.steps.changes import rank_changes
from assets.innovation_index.steps.classification import classify_step
from assets.innovation_index.steps.clusters import cluster_history, clusters, rankings
from assets.innovation_index.steps.influence import influence
from assets.innovation_index.steps.items import ITEMS
from assets.innovation_index.steps.places import places
from assets.sources import USUAL_BOUNDS, Bounds
from assets.warehouse.steps import Step


def index_steps(sources: str, bounds: Bounds = USUAL_BOUNDS) -> list[Step]:
    """The Index's steps; `sources` is the folder or object-store address that texts are read from, within bounds."""
    return [ITEMS, classify_step(sources, bounds), clusters, rankings, cluster_history, rank_changes, places, influence]
