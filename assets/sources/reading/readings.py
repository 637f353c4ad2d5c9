"""Having a drop read: apart where its kind of file needs it, and with what libraries raise put in words.

What belongs here: what protects a run from a drop while it is read. What does not: what a drop holds (`readers`), which
drop is read (`layer`, `texts`).
"""

from __future__ import annotations

import csv
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import duckdb
import polars as pl
import pyarrow as pa

from assets.disk import DiskFullError, full_disk_said, is_disk_full
from assets.sources.bounds import USUAL_BOUNDS
from assets.sources.datasets import Dataset
from assets.sources.files.batches import batches
from assets.sources.files.kinds import SEND_AGAIN, Part, check_begins_as_data
from assets.sources.problems import DropError, Problem
from assets.sources.reading.apart import ProcessEndedError, call_apart
from assets.sources.reading.contract import REJECTED_SCHEMA, Delivery, Desk, Reading
from assets.sources.registry import DATASETS

T = TypeVar("T")
APART_KINDS = frozenset({"xlsx", "parquet", "gpkg", "json", "geojson", "topojson", "zip"})
"""Kinds of file whose libraries can end the process, or that are held in memory whole; of a zip's members, a zip."""
LIBRARY_ERRORS = (
    pl.exceptions.PolarsError,
    pl.exceptions.PanicException,
    duckdb.Error,
    pa.ArrowException,
    OSError,
    UnicodeError,
    OverflowError,
    RecursionError,
    MemoryError,
    csv.Error,
    zipfile.BadZipFile,
)
"""What libraries raise over files that they cannot read."""
NETWORK_ERRORS = (ConnectionError, TimeoutError)
"""These are tried again."""


def read_drop(dataset: Dataset, delivery: Delivery, desk: Desk) -> Reading:
    """What a drop holds; of a dataset of texts, without the values that were refused.

    Raises DropError for a drop that cannot be read, whatever its reader or a library under it did, and DiskFullError.
    """
    if _needs_apart(delivery):
        return _apart(delivery, desk, _read, (dataset.name, delivery, desk))
    return _read(dataset.name, delivery, desk)


def read_texts(dataset: Dataset, delivery: Delivery, desk: Desk, batch_rows: int) -> Iterator[pl.DataFrame]:
    """The texts of a drop, as frames of `key` and `text`; raises as `read_drop`, ValueError for a dataset of none."""
    if dataset.texts is None:
        raise ValueError(f"{dataset.name} has no texts")
    if _needs_apart(delivery):
        written = _apart(delivery, desk, _write_texts, (dataset.name, delivery, desk, batch_rows))
        for path in written:
            yield from batches(path, batch_rows)
    else:
        yield from _texts(dataset, delivery, desk, batch_rows)


def _read(name: str, delivery: Delivery, desk: Desk) -> Reading:
    dataset = _dataset(name)
    reading = _in_words(delivery, desk, lambda: _read_if_data(dataset, delivery, desk))
    if not desk.holds_texts:
        return reading
    # In a row that is a column out a title stands where a number should: the reason is kept, the value is not.
    rejected = reading.rejected.with_columns(value=pl.lit(None, REJECTED_SCHEMA["value"]))
    codes = tuple(replace(found, example=None) for found in reading.codes)
    return replace(reading, rejected=rejected, codes=codes)


def _read_if_data(dataset: Dataset, delivery: Delivery, desk: Desk) -> Reading:
    for part in delivery.parts:
        # A folder may have empty files beside those with data.
        check_begins_as_data(part, may_be_empty=delivery.drop.is_folder)
    return dataset.read(delivery, desk)


def _texts(dataset: Dataset, delivery: Delivery, desk: Desk, batch_rows: int) -> Iterator[pl.DataFrame]:
    assert dataset.texts is not None
    frames = dataset.texts(delivery, desk, batch_rows)
    while (frame := _in_words(delivery, desk, lambda: next(frames, None))) is not None:
        yield frame


def _write_texts(name: str, delivery: Delivery, desk: Desk, batch_rows: int) -> list[Path]:
    """Write the texts to Parquet files on the desk, which is gone when the step ends."""
    written = []
    for number, frame in enumerate(_texts(_dataset(name), delivery, desk, batch_rows)):
        written.append(desk.scratch / f"given-{number}.parquet")
        frame.write_parquet(written[-1])
    return written


def _dataset(name: str) -> Dataset:
    return next(dataset for dataset in DATASETS if dataset.name == name)


def _in_words(delivery: Delivery, desk: Desk, work: Callable[[], T]) -> T:
    """What `work` returns; what a library raises in it becomes a DropError, or a DiskFullError."""
    try:
        return work()
    except (DropError, DiskFullError, *NETWORK_ERRORS):
        raise
    except LIBRARY_ERRORS as error:
        path = delivery.drop.path
        if is_disk_full(error):
            raise DiskFullError(desk.scratch, f"{path} was read") from None
        # A library's words may quote the file.
        words = str(error).strip().splitlines()
        reason = type(error).__name__ if desk.holds_texts or not words else words[0]
        found = f"the drop cannot be read ({reason})"
        raise DropError(Problem(path, found, "whole files of a known kind", SEND_AGAIN)) from error


def _apart(delivery: Delivery, desk: Desk, work: Callable[..., T], given: tuple[object, ...]) -> T:
    bounds = delivery.parts[0].bounds if delivery.parts else USUAL_BOUNDS
    try:
        with full_disk_said(desk.scratch, f"{delivery.drop.path} was read"):
            return call_apart(work, given, bounds.reader_bytes, desk.scratch)
    except ProcessEndedError as error:
        found = f"the process that read it did not come to an end of its own: {error}"
        remedy = (
            "The file is damaged, made to do harm, or too large for the memory that INNOVATION_CLUSTERS_MEMORY_LIMIT "
            "allows: open it where it was made and save it anew, or give it as CSV"
        )
        raise DropError(Problem(delivery.drop.path, found, "a file that can be read", remedy)) from error


def _needs_apart(delivery: Delivery) -> bool:
    return any(_kinds_in(part) & APART_KINDS for part in delivery.parts)


def _kinds_in(part: Part) -> set[str]:
    """The kind of a file; of a zip, the kinds of its members, where these can be listed."""
    if part.kind != "zip":
        return {part.kind}
    try:
        with zipfile.ZipFile(part.path) as archive:
            return {Part(part.path, name).kind for name in archive.namelist()}
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return set()
