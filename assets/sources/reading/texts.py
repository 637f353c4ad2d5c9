"""The texts of items, read again from the very drop that a month used, for whoever classifies them.

What belongs here: finding that drop, seeing that it is unchanged, handing out its texts. What does not: how a
publisher writes a text (the readers); what a text is about (the Index's classifier).

A text must not be stored, neither in the warehouse nor beside it. The sites that events come from let others keep only
that an event took place at a place in a year, and descriptions of firms are licensed. So a text is read when it is
needed, classified, and forgotten: what is kept of it is its categories. The drop itself is the user's to keep.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import polars as pl

from assets.sources.bounds import USUAL_BOUNDS, Bounds
from assets.sources.delivery.deliveries import bring, change_of
from assets.sources.delivery.drops import Drop
from assets.sources.delivery.storage import Storage
from assets.sources.problems import DropError, Problem
from assets.sources.reading.contract import Desk
from assets.sources.reading.readings import read_texts
from assets.sources.registry import DATASETS

ANY_SHARE = 1.0
"""The drop was let in when the month read it: rows refused then are left out again, however many they are."""


def text_batches(
    sources: str, drop: Mapping[str, Any], scratch: Path, batch_rows: int, bounds: Bounds = USUAL_BOUNDS
) -> Iterator[pl.DataFrame]:
    """The texts of a drop, at most `batch_rows` at a time, as frames of `key` and `text`, both strings, never null.

    `sources` is the folder or object-store address, `drop` the month's row of `sources.drops` (`dataset`, `as_of`,
    `path`, `sha256`), `scratch` a folder that is gone when the step ends. The keys are those of the sources' tables,
    each once:

    | dataset | key | text |
    |---|---|---|
    | events | `event_key` | title, description |
    | businesses, rtic_companies | `company_number` | name, description |
    | publications | `publication_id` | title, abstract (OpenAlex; of the Microsoft Academic Graph the title alone) |
    | training_labels | `row_number`, as text | the text |

    Publications are those with a UK institution. Raises DropError where the drop is gone, its bytes are not those that
    the month read, or it changes meanwhile, which is known once the last batch is out; ValueError for a dataset
    that has no texts. Do not store what this returns (see above).
    """
    dataset = next((dataset for dataset in DATASETS if dataset.name == drop["dataset"]), None)
    if dataset is None or dataset.texts is None:
        raise ValueError(f"{drop['dataset']} has no texts")
    storage = Storage(sources, bounds.linked)
    path = str(drop["path"])
    remedy = "Read the sources again: make the month with the layer sources"
    is_folder = storage.is_folder(path)
    if not is_folder and not storage.is_file(path):
        raise DropError(Problem(path, "the drop that the month read is gone", "the same file or folder", remedy))
    delivery = bring(storage, Drop(dataset.name, drop["as_of"], path, is_folder), scratch / "brought", bounds)
    if delivery.sha256 != drop["sha256"]:
        found = "its bytes are not those that the month read"
        raise DropError(Problem(path, found, f"the drop whose SHA-256 is {drop['sha256']}", remedy))
    desk = scratch / f"texts-{dataset.name}"
    desk.mkdir()
    try:
        yield from read_texts(dataset, delivery, Desk(desk, ANY_SHARE, holds_texts=True), batch_rows)
    except DropError as error:
        raise change_of(storage, delivery) or error from error
    change = change_of(storage, delivery)
    if change:
        raise change
