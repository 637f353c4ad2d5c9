"""How a release stands, as every product of it says before any figure: synthetic or not, a draft or approved.

What belongs here: the sentences together. What does not: where they come from (`source_drops`, `approval`), layouts.
"""

from __future__ import annotations

from dataclasses import dataclass

from assets.synthetic import WORD


@dataclass(frozen=True)
class Standing:
    """Sentences about a month's release as a whole; each is empty where there is nothing to say."""

    synthetic: str = ""
    """That it is made of drops of the synthetic United Kingdom, and of which."""
    draft: str = ""
    """That it is not published."""
    approval: str = ""
    """Who approved it, when, and what they said of it."""

    @property
    def banners(self) -> tuple[str, ...]:
        """What stands above everything else."""
        return tuple(sentence for sentence in (self.synthetic, self.draft) if sentence)

    @property
    def mark(self) -> str:
        """How its titles begin."""
        return f"{WORD}: " if self.synthetic else ""
