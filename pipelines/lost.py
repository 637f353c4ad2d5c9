"""A warehouse that is not where it was: months are published of it, so that it is lost, or the setting is another.

What belongs here: the sentence about it. What does not: a file that is there and cannot be used
(`assets.warehouse.faults`).
"""

from __future__ import annotations

from pathlib import Path

from assets.publication.folder import months_shown
from pipelines.settings import WAREHOUSE, Settings


def lost(settings: Settings) -> str | None:
    """Of a warehouse that is not there, why it should be, and what to do; None where no month was ever published."""
    shown = months_shown(Path(settings.publication))
    if not shown:
        return None
    months = f"{shown[-1]} to {shown[0]} are" if len(shown) > 1 else f"{shown[0]} is"
    return (
        f"{settings.warehouse} is not there, and {months} published in {settings.publication}: put a backup in its "
        f"place (`innovation-clusters restore --from {settings.backup or 'FOLDER'}`), or mend {WAREHOUSE}. A new "
        "warehouse would know nothing of what was published"
    )
