"""The least of a synthetic country that a month needs, with enough in it for a run to be met in the middle."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from assets.months import Month
from synthetic_uk import synthesise

DATASETS = ("postcodes", "idbr_enterprises", "idbr_local_units", "innovate_uk")


def few_drops(sources: Path, months: Sequence[Month]) -> None:
    """Write the drops of the months, of these datasets alone."""
    synthesise(sources, months, 0.001, 7)
    for folder in sources.iterdir():
        if folder.name not in DATASETS:
            shutil.rmtree(folder)
