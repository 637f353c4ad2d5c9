"""The online base map that a publication may offer beneath its own.

What belongs here: its address and attribution. What does not: the page (page).
"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class BaseMap:
    """An online map to draw beneath, off until the reader turns it on: then tiles are asked of another host."""

    tiles: str
    """Template of a tile's address: https, with {z}, {x}, {y} and perhaps {s}."""
    attribution: str
    """Who made it, as its licence wants it said."""

    def origin(self) -> str:
        """The host as a content security policy names it. Raises ValueError where the template is not https."""
        match = re.match(r"https://(\{s\}\.)?([a-z0-9.-]+(?::\d+)?)/", self.tiles)
        if match is None:
            raise ValueError(f"base map {self.tiles!r}: expected https://host/.../{{z}}/{{x}}/{{y}}.png")
        return f"https://{'*.' if match[1] else ''}{match[2]}"
