"""What ours can be measured against."""

from __future__ import annotations

from enum import StrEnum


class Against(StrEnum):
    """Comparators of a benchmark."""

    plain = "plain"
    """The whole refresh beside the route of ordinary libraries."""
    parts = "parts"
    """Each step beside the fastest library known for it."""
    none = "none"
