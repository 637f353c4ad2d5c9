"""Fetching several datasets for a month, one after the other, whatever becomes of each."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

from assets.fetch.fetching import Outcome, fetch
from assets.fetch.problems import FetchError
from assets.fetch.registry import PUBLISHERS
from assets.months import Month
from pipelines.settings import Settings


def publishers_named(names: Sequence[str]) -> list[str]:
    """The datasets of these names; all that have a publisher where none is given. Raises ValueError for any other."""
    unknown = [name for name in names if name not in PUBLISHERS]
    if unknown:
        raise ValueError(f"there is no publisher of {', '.join(unknown)}: give some of {', '.join(PUBLISHERS)}")
    return [name for name in PUBLISHERS if name in names] if names else [*PUBLISHERS]


def fetch_all(
    settings: Settings, datasets: Sequence[str], month: Month, tell: Callable[[str, str], None]
) -> Iterator[Outcome | tuple[str, FetchError | OSError | ValueError]]:
    """What became of each dataset, or its name and why it was not fetched; `tell` is called with name and sentence."""
    for name in datasets:
        try:
            yield fetch(PUBLISHERS[name], Path(settings.sources), month, settings.limits, tell=partial(tell, name))
        except (FetchError, OSError, ValueError) as error:
            yield name, error
