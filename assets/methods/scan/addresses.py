"""Addresses: what counts of the firms that share one.

What belongs here: the rules, and what they leave of a sector's points and of business at each place. What does not:
windows and their scores (`scan`, `ellipses`).

On real registers accountants, agents and virtual offices hold ten to hundreds of companies at one postcode, and honest
business centres too. A place here is a distinct pair of coordinates: those of a postcode.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from assets.arrays import Floats, Integers


@dataclass(frozen=True)
class AddressRules:
    """What windows owe to many addresses rather than one [METHOD, Addresses]."""

    min_places: int
    """Distinct places that a window has at least."""
    max_share: float
    """Largest share of a window's firms at one place."""
    cap: int
    """Points of the sector that count at one place at the most; 0 for all."""

    def counted(self, points: Integers, sites: Integers) -> tuple[Integers, Floats]:
        """Cases and controls that count at places with so many points of the sector among so many business sites.

        Of the other sites at a place the same proportion counts as of its points. Shapes (places,), as those given.
        """
        cases = np.minimum(points, self.cap) if self.cap else points
        return cases, sites * (cases / points)


ANY_ADDRESS = AddressRules(min_places=1, max_share=1.0, cap=0)
"""All points count, wherever they are."""
