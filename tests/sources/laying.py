"""Laying drops over a small synthetic month, May 2025, and asking what each reader made of them, by the public way in.

What belongs here: the month, the laying, the answer. What does not: what is right (the tests of the cases).
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from assets.method import MethodProfile
from assets.organisations.steps import STEPS
from assets.sources.problems import DropsRefusedError
from assets.warehouse.database import Warehouse
from synthetic_uk import synthesise
from tests.conftest import SHARED_DATA
from tests.sources.support import MAY, ingest, put
from tests.support import make_all

CASES = SHARED_DATA.parent / "cases"
"""A folder for each case, with the drops to lay over the month."""
DATASETS = ("postcodes", "boundaries", "idbr_enterprises", "idbr_local_units", "innovate_uk", "ukri", "publications")
"""Of the synthetic United Kingdom, what the month has."""


@dataclass(frozen=True)
class Month:
    """A synthetic month that has been taken in: its sources and its warehouse, to be copied."""

    sources: Path
    warehouse: Path


@dataclass(frozen=True)
class Laid:
    """The month with drops laid over it, once it was taken in again."""

    warehouse: Warehouse
    said: tuple[str, ...]
    """The step's sentences; none where the month was refused."""
    refused: str | None
    """The whole message where it was, as a person reads it."""

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """The rows of a query on the warehouse."""
        return self.warehouse.read(query).rows()

    def read(self, dataset: str) -> tuple[int, int]:
        """Rows read and rows refused or passed over of a dataset's drop. Raises AssertionError where it was refused."""
        assert self.refused is None, self.refused
        (found,) = self.rows(f"select rows_read, rows_rejected from sources.drops where dataset = '{dataset}'")
        return found

    def rejected(self, dataset: str) -> list[tuple[Any, ...]]:
        """File, row, column, value and reason of each row refused or passed over of a dataset's drop."""
        return self.rows(
            "select file, row_number, column_name, value, reason from sources.rejected "
            f"where dataset = '{dataset}' order by all"
        )

    def make_organisations(self, **parameters: Any) -> None:
        """Make the layer `organisations`, with parameters of its section of the profile."""
        make_all(self.warehouse, STEPS, MethodProfile.model_validate({"name": "test", "organisations": parameters}))


def synthetic_month(folder: Path, empty_file: Path) -> Month:
    """Write the month's drops and take them in."""
    sources = folder / "sources"
    synthesise(sources, [MAY], 0.001, 7)
    for drops in sources.iterdir():
        if drops.name not in DATASETS:
            shutil.rmtree(drops)
    file = Path(shutil.copy(empty_file, folder / "warehouse.duckdb"))
    ingest(Warehouse(file, threads=1), sources)
    return Month(sources, file)


def case(name: str) -> Path:
    """The folder of a case; skips the test where the cases are absent."""
    if not CASES.is_dir():
        pytest.skip(f"no cases at {CASES}")
    return CASES / name


def lay(month: Month, folder: Path, drops: Path | Mapping[str, str | bytes]) -> Laid:
    """Lay drops over the month in place of those of the same datasets, and take the month in again, under `folder`.

    `drops` are a folder with one of each dataset in it, as the sources have them, or files by their paths in the
    sources.
    """
    sources, over = folder / "sources", folder / "over"
    if isinstance(drops, Path):
        shutil.copytree(drops, over)
    else:
        for path, content in drops.items():
            put(over, path, content)
    shutil.copytree(month.sources, sources)
    for dataset in over.iterdir() if over.is_dir() else ():
        shutil.rmtree(sources / dataset.name, ignore_errors=True)
        shutil.copytree(dataset, sources / dataset.name)
    warehouse = Warehouse(Path(shutil.copy(month.warehouse, folder / "warehouse.duckdb")), threads=1)
    try:
        result = ingest(warehouse, sources)
    except DropsRefusedError as error:
        return Laid(warehouse, (), str(error))
    said = tuple(sentence for report in result.reports.values() for sentence in report.messages)
    return Laid(warehouse, said, None)
