"""The steps of the publication, in an order in which they can run; each lives in the module of its part.

What belongs here: the list. What does not: any step or rule.
"""

from __future__ import annotations

from assets.publication.base_map import BaseMap
from assets.publication.steps.disclosure import disclosure
from assets.publication.steps.release import release_step
from assets.publication.steps.source_files import source_files
from assets.publication.steps.trust import TRUST_STEPS
from assets.warehouse.steps import Step, sql_step


def publication_steps(publication: str, base_map: BaseMap | None = None) -> list[Step]:
    """The publication's steps; `publication` is the folder that releases are put in."""
    criteria = sql_step("publication.criteria", may_lack="all")
    return [disclosure, criteria, *TRUST_STEPS, source_files, release_step(publication, base_map)]
