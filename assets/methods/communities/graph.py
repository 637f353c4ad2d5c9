"""The graph of collaboration: organisations in applications, and its projection on organisations.

What belongs here: the graph as arrays, and the edges that follow from it. What does not: reading tables, communities,
randomised networks.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import sparse

from assets.arrays import Floats, Integers

Numbers = NDArray[np.signedinteger[Any]]
"""Whole numbers of 32 or 64 bits: what many networks at once are made of takes half the memory in 32."""

NO_APPLICATIONS = "no Innovate UK applications of two or more partners in the window"


@dataclass(frozen=True)
class Bipartite:
    """Which organisations stand in which application; both are numbers from 0.

    The partners of application p are `partners[starts[p]:starts[p + 1]]`, all different, two or more.
    """

    starts: Integers
    """Shape (applications + 1,)."""
    partners: Numbers
    """Shape (participations,): the organisation of each participation."""
    organisations: int
    """Number of organisations."""

    @property
    def applications(self) -> int:
        """Number of applications."""
        return len(self.starts) - 1

    @property
    def sizes(self) -> Integers:
        """Number of partners of each application, shape (applications,)."""
        return np.diff(self.starts)

    @property
    def application_of(self) -> Integers:
        """Application of each participation, shape (participations,)."""
        return np.repeat(np.arange(self.applications), self.sizes)

    @property
    def degrees(self) -> Integers:
        """Number of applications of each organisation, shape (organisations,)."""
        return np.bincount(self.partners, minlength=self.organisations)

    def incidence(self) -> sparse.csr_array:
        """1 where the organisation stands in the application, shape (applications, organisations)."""
        ones = np.ones(len(self.partners), dtype=np.int64)
        return sparse.csr_array((ones, self.partners, self.starts), shape=(self.applications, self.organisations))


@dataclass(frozen=True)
class Edges:
    """The projected graph: pairs of organisations with a joint application, each once, in order; a < b."""

    a: Integers
    b: Integers
    weight: Floats
    """Sum over joint applications of 1 / (partners - 1) [stated: Newman's weights]."""
    joint: Integers
    """Number of joint applications."""


def bipartite(participations: pl.DataFrame) -> tuple[Bipartite, list[str]]:
    """The graph of a frame with columns application_id and organisation_id, and the organisations' ids by number.

    Rows may come in any order and more than once. Organisations and applications are numbered in the order of their
    ids, so that all that follows is independent of row order. Raises ValueError naming an application with one partner.
    """
    rows = participations.select("application_id", "organisation_id").unique().sort("application_id", "organisation_id")
    organisation_ids = rows["organisation_id"].unique().sort()
    sizes = rows.group_by("application_id", maintain_order=True).len()
    alone = sizes.filter(pl.col("len") < 2)
    if alone.height:
        raise ValueError(
            f"application {alone['application_id'][0]!r} has one partner: an application of the graph has two or more; "
            "leave out the others first"
        )
    starts = np.concatenate([[0], np.cumsum(sizes["len"].to_numpy())]).astype(np.int64)
    partners = organisation_ids.search_sorted(rows["organisation_id"]).to_numpy().astype(np.int64)
    return Bipartite(starts, partners, len(organisation_ids)), organisation_ids.to_list()


def project(graph: Bipartite) -> Edges:
    """The projection on organisations with Newman's weights, so that one large consortium does not swamp the rest.

    Newman 2001, Scientific collaboration networks II. [stated]
    """
    incidence = graph.incidence()
    joint = sparse.triu(incidence.T @ incidence, k=1).tocsr()
    shares = sparse.diags_array(1.0 / (graph.sizes - 1)) @ incidence
    weight = sparse.triu(incidence.T @ shares, k=1).tocsr()
    joint.sort_indices()
    weight.sort_indices()
    a, b = joint.nonzero()
    return Edges(a.astype(np.int64), b.astype(np.int64), weight.data, joint.data.astype(np.int64))
