"""Eleven drops that are wrong and look right: each a mistake that happens, made of a synthetic country's good drops.

What belongs here: how each is made, and what a message about it has to name. What does not: running anything.
"""

from __future__ import annotations

import gzip
import io
import json
import shutil
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import polars as pl
import xlsxwriter

from synthetic_uk.innovate_uk import SHEET
from synthetic_uk.published import objects_of

GOOD, WRONG = "2025-04", "2025-05"
"""The month of the good drops, and that of the wrong one."""
AWARD = "Award Offered (£)"


@dataclass(frozen=True)
class WrongDrop:
    """A drop that is wrong."""

    what: str
    dataset: str
    column: str
    """As the message has to name it."""
    figures: tuple[str, ...]
    """Patterns of what the message has to say of the figures."""
    end: Literal["refused", "without it", "read"]
    """The drop is refused; let in without the wrong row, which is told; or read as what it says."""
    make: Callable[[Path, Path], None]
    """Writes it, of a folder with good sources, into the folder of the sources that it is to lie in."""


def _frame(path: Path) -> pl.DataFrame:
    return pl.read_csv(path, infer_schema=False)


def _write(frame: pl.DataFrame, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(frame.write_csv().encode(), mtime=0))


def _csv(dataset: str, change: Callable[[pl.DataFrame], pl.DataFrame]) -> Callable[[Path, Path], None]:
    def make(good: Path, sources: Path) -> None:
        _write(change(_frame(good / dataset / f"{GOOD}.csv.gz")), sources / dataset / f"{WRONG}.csv.gz")

    return make


def _workbook(change: Callable[[int, str, str | None], Any]) -> Callable[[Path, Path], None]:
    """Of Innovate UK's list, each cell as the change gives it: of its row's number, its column and its text."""

    def make(good: Path, sources: Path) -> None:
        rows = pl.read_excel(good / "innovate_uk" / f"{GOOD}.xlsx", sheet_name=SHEET, infer_schema_length=0)
        target = sources / "innovate_uk" / f"{WRONG}.xlsx"
        target.parent.mkdir(parents=True, exist_ok=True)
        with xlsxwriter.Workbook(target) as book:
            sheet = book.add_worksheet()
            sheet.write_row(0, 0, rows.columns)
            for number, row in enumerate(rows.iter_rows(), start=1):
                for column, (name, text) in enumerate(zip(rows.columns, row, strict=True)):
                    value = change(number, name, text)
                    if isinstance(value, tuple):
                        sheet.write_formula(number, column, value[0], None, value[1])
                    elif value is not None:
                        sheet.write(number, column, value)

    return make


def _twice(frame: pl.DataFrame, column: str) -> pl.DataFrame:
    """Every row twice, the second time with another text in a column that nothing reads."""
    other = frame.with_columns(pl.lit("another").alias(column))
    return pl.concat([frame.with_columns(pl.lit("one").alias(column)), other])


def _innovate_uk_twice(good: Path, sources: Path) -> None:
    rows = pl.read_excel(good / "innovate_uk" / f"{GOOD}.xlsx", sheet_name=SHEET, infer_schema_length=0)
    target = sources / "innovate_uk" / f"{WRONG}.xlsx"
    target.parent.mkdir(parents=True, exist_ok=True)
    _twice(rows.unique(maintain_order=True), "Sector").write_excel(target)


def _one_giant(frame: pl.DataFrame) -> pl.DataFrame:
    is_giant = pl.int_range(pl.len()) == frame.height // 2
    return frame.with_columns(employees=pl.when(is_giant).then(pl.lit("999999999")).otherwise("employees"))


def _folder(dataset: str, file: str, write: Callable[[Iterator[dict[str, Any]]], str]) -> Callable[[Path, Path], None]:
    """Of a drop of objects, those of one kind written anew, one a line, the others as they are."""

    def make(good: Path, sources: Path) -> None:
        target = sources / dataset / WRONG
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(good / dataset / GOOD, target)
        text = write(objects_of(good / dataset / GOOD, file))
        shutil.rmtree(target / "jsonl" / file, ignore_errors=True)
        (target / "jsonl" / "manifest.json").unlink(missing_ok=True)
        (target / f"{file}-000.jsonl.gz").write_bytes(gzip.compress(text.encode(), mtime=0))

    return make


def _as_lines(objects: Iterator[dict[str, Any]]) -> str:
    return "".join(f"{json.dumps(item)}\n" for item in objects)


def _negative(funds: Iterator[dict[str, Any]]) -> str:
    return _as_lines(
        {**fund, "valuePounds": {**fund["valuePounds"], "amount": -fund["valuePounds"]["amount"]}} for fund in funds
    )


def _in_words(works: Iterator[dict[str, Any]]) -> str:
    return _as_lines(
        {**work, "cited_by_count": "n/a" if number % 3 == 0 else f"{work.get('cited_by_count', 0)} citations"}
        for number, work in enumerate(works)
    )


def _exchanged(good: Path, sources: Path) -> None:
    with zipfile.ZipFile(good / "postcodes" / f"{GOOD}.zip") as archive:
        name = next(name for name in archive.namelist() if name.lower().startswith("data/") and "multi" not in name)
        rows = pl.read_csv(io.BytesIO(archive.read(name)), infer_schema=False)
    _write(rows.rename({"east1m": "north1m", "north1m": "east1m"}), sources / "postcodes" / f"{WRONG}.csv.gz")


TWO_FIGURES = (r"the drop has a total of [\d,]+; that of 2025-04-01 had a total of [\d,]+",)
BOUND = ("999999999", "2,000,000")
IN_POUNDS = pl.col("turnover_thousands").cast(pl.Float64) * 1000

WRONG_DROPS = (
    WrongDrop(
        "register turnover in pounds for thousands",
        "idbr_enterprises",
        "turnover_thousands",
        TWO_FIGURES,
        "refused",
        _csv("idbr_enterprises", lambda rows: rows.with_columns(turnover_thousands=IN_POUNDS.cast(pl.String))),
    ),
    WrongDrop(
        "every row of Innovate UK twice, an unused column different",
        "innovate_uk",
        "Participant Name",
        (r"stands in row \d+", r"\d+ of \d+ rows are refused"),
        "refused",
        _innovate_uk_twice,
    ),
    WrongDrop(
        "every RTIC location twice, an unused column different",
        "rtic_locations",
        "postcode",
        (r"stands in row \d+", r"\d+ of \d+ rows are refused"),
        "refused",
        _csv("rtic_locations", lambda rows: _twice(rows, "checked")),
    ),
    WrongDrop(
        "999,999,999 employees in an enterprise",
        "idbr_enterprises",
        "employees",
        BOUND,
        "without it",
        _csv("idbr_enterprises", _one_giant),
    ),
    WrongDrop(
        "999,999,999 employees in a site",
        "idbr_local_units",
        "employees",
        BOUND,
        "without it",
        _csv("idbr_local_units", _one_giant),
    ),
    WrongDrop(
        "#N/A in every second award",
        "innovate_uk",
        AWARD,
        ("#N/A", r"\d+ of \d+ rows are refused"),
        "refused",
        _workbook(lambda row, name, text: ("=NA()", "#N/A") if name == AWARD and row % 2 else text),
    ),
    WrongDrop(
        "award formulas without a stored value",
        "innovate_uk",
        AWARD,
        (r"the drop has 0 values above 0; that of 2025-04-01 had [\d,]+ values above 0",),
        "refused",
        _workbook(lambda row, name, text: ("=1+1", "") if name == AWARD and text else text),
    ),
    WrongDrop(
        "all funds of UKRI negative",
        "ukri",
        "valuePounds.amount",
        (r"-\d+", r"\d+ of \d+ rows are refused"),
        "refused",
        _folder("ukri", "funds", _negative),
    ),
    WrongDrop(
        "funds of UKRI as one JSON array",
        "ukri",
        "valuePounds.amount",
        (),
        "read",
        _folder("ukri", "funds", lambda funds: json.dumps(list(funds))),
    ),
    WrongDrop(
        "citations as text",
        "publications",
        "cited_by_count",
        (r"a text of \d+ characters", r"\d+ of \d+ rows are refused"),
        "refused",
        _folder("publications", "works", _in_words),
    ),
    WrongDrop(
        "eastings and northings exchanged",
        "postcodes",
        "east1m",
        (r"\d+ and \d+", "exchanged"),
        "refused",
        _exchanged,
    ),
)
