"""Drops that are made to hurt the process, each taken in by the command line as a user would.

What belongs here: the whole program against one bad drop at a time. What does not: each protection by itself
(`tests/sources/test_hostile_files.py`, `tests/sources/test_any_bytes.py`).
"""

from __future__ import annotations

import contextlib
import gzip
import io
import os
import random
import resource
import shutil
import socket
import subprocess
import sys
import threading
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pyarrow.parquet as pq
import xlsxwriter

from tests.campaign.attempt import Attack, Attempt

SCALE, MONTHS, MONTH = "0.001", "2025-04:2025-05", "2025-05"
PATIENCE_SECONDS = 240
MOST_MEMORY_BYTES = 24_000_000_000
"""Of addresses, for the command and what it starts: far from what one stray cell asks for."""
SECRET = "zyxwvut"
KEPT = ("postcodes", "idbr_enterprises", "idbr_local_units")
"""The datasets that a month cannot go without: the fewer there are, the sooner a bad one is told."""
REPLACED_FROM = 3
"""Of the attempts to take in a file that is replaced all the while, how many are made."""


@dataclass(frozen=True)
class Case:
    """A bad drop."""

    what: str
    spoil: Callable[[Path], Any]
    """Called with the sources."""
    path: str
    """What the message is to name."""


def attempts(folder: Path) -> Iterator[Attempt]:
    """A good month first, then each bad drop put in the next month's place."""
    good = folder / "good"
    _command(folder, "synthesise", "--scale", SCALE, "--months", MONTHS, "--out", str(good))
    for dataset in good.iterdir():
        if dataset.name not in KEPT:
            shutil.rmtree(dataset) if dataset.is_dir() else dataset.unlink()
    warehouse = folder / "warehouse.duckdb"
    made = _refresh(folder, good, warehouse, "2025-04")
    yield Attempt("the month before is taken in", made.returncode == 0, _seen(made))
    before = _rows(warehouse)
    for number, case in enumerate(CASES):
        sources, copy = folder / f"sources-{number}", folder / f"warehouse-{number}.duckdb"
        shutil.copytree(good, sources, symlinks=True)
        shutil.copy(warehouse, copy)
        case.spoil(sources)
        yield _attempt(folder, case, sources, copy, before)
        shutil.rmtree(sources)
        copy.unlink()
    for number in range(REPLACED_FROM):
        yield _while_replaced(folder, good, warehouse, number)


def _attempt(folder: Path, case: Case, sources: Path, warehouse: Path, before: dict[str, int]) -> Attempt:
    try:
        run = _refresh(folder, sources, warehouse, MONTH)
    except subprocess.TimeoutExpired:
        return Attempt(case.what, False, f"it did not end within {PATIENCE_SECONDS} s")
    told = [line for line in run.stderr.splitlines() if case.path in line]
    is_clean = "Traceback" not in run.stderr and "panicked" not in run.stderr and SECRET not in run.stderr + run.stdout
    left = [path.name for path in warehouse.parent.glob("step-*")]
    held = run.returncode == 1 and len(told) == 1 and is_clean and _rows(warehouse) == before and not left
    return Attempt(case.what, held, told[0].strip()[:160] if told else _seen(run))


def _while_replaced(folder: Path, good: Path, warehouse: Path, number: int) -> Attempt:
    """A file that is replaced by another all the while: what is kept has the digest of what its rows were read from."""
    sources, copy = folder / f"replaced-{number}", folder / f"replaced-{number}.duckdb"
    shutil.copytree(good, sources, symlinks=True)
    shutil.copy(warehouse, copy)
    target, ended = _place(sources, CSV), threading.Event()
    header = "organisation_name,crn,date,amount\n"
    versions = {rows: header + "Alpha,,2024-01-01,5\n" * rows for rows in (200_000, 300_000)}
    target.write_text(versions[200_000])

    def replace_on_and_on() -> None:
        for turn in range(10**9):
            if ended.wait(0.02):
                return
            (folder / "next").write_text(versions[(200_000, 300_000)[turn % 2]])
            (folder / "next").replace(target)

    thread = threading.Thread(target=replace_on_and_on)
    thread.start()
    try:
        run = _refresh(folder, sources, copy, MONTH)
    finally:
        ended.set()
        thread.join()
    with duckdb.connect(str(copy), read_only=True) as database:
        row = database.execute(
            "select bytes, rows_read from sources.drops where dataset = 'patents' and month > '2025-04-30'"
        )
        kept = row.fetchall()
    lengths = {len(text): rows for rows, text in versions.items()}
    is_right = all(lengths.get(size) == rows for size, rows in kept)
    held = (run.returncode == 0 and is_right) or (run.returncode == 1 and "changed while it was read" in run.stderr)
    shutil.rmtree(sources)
    copy.unlink()
    return Attempt(f"a file that is replaced while it is read, {number + 1}", held, _seen(run))


def _refresh(folder: Path, sources: Path, warehouse: Path, month: str) -> subprocess.CompletedProcess[str]:
    given = ("--sources", str(sources), "--warehouse", str(warehouse), "--publication", str(folder / "publication"))
    return _command(folder, "refresh", "--month", month, "--select", "sources", *given)


def _command(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    program = str(Path(sys.executable).with_name("innovation-clusters"))
    return subprocess.run(
        [program, *arguments],
        cwd=folder,
        env={**os.environ, "DAGSTER_HOME": str(folder / "home")},
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY_BYTES, MOST_MEMORY_BYTES)),
    )


def _seen(run: subprocess.CompletedProcess[str]) -> str:
    last = (run.stderr.strip() or run.stdout.strip() or "nothing").splitlines()[-1]
    return f"status {run.returncode}, {last.strip()[:120]}"


def _rows(warehouse: Path) -> dict[str, int]:
    """The number of rows of every table."""
    with duckdb.connect(str(warehouse), read_only=True) as database:
        tables = database.execute("select schema_name || '.' || table_name from duckdb_tables()").fetchall()
        return {table: database.execute(f"select count(*) from {table}").fetchall()[0][0] for (table,) in tables}


def _place(sources: Path, path: str, content: bytes | None = None) -> Path:
    """A path that no other drop of its dataset and month stands beside, with the content where some is given."""
    target = sources / path
    for other in (sources / path.split("/", maxsplit=1)[0]).glob(f"{MONTH}*"):
        shutil.rmtree(other) if other.is_dir() else other.unlink()
    target.parent.mkdir(parents=True, exist_ok=True)
    if content is not None:
        target.write_bytes(content)
    return target


def _writes(path: str, content: Callable[[], bytes]) -> Callable[[Path], Any]:
    return lambda sources: _place(sources, path, content())


def _links(path: str, target: str) -> Callable[[Path], Any]:
    return lambda sources: _place(sources, path).symlink_to(target)


def _make_socket(sources: Path) -> None:
    path = _place(sources, f"patents/{MONTH}.csv")
    with contextlib.chdir(path.parent), socket.socket(socket.AF_UNIX) as made:
        made.bind(path.name)


def _passwords(sources: Path) -> None:
    secret = sources.parent / "passwords"
    secret.write_text(f"{SECRET}:x:0\n")
    _place(sources, f"patents/{MONTH}.csv").symlink_to(secret)


def _bomb() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("a.csv", "w") as member:
        for _ in range(600):
            member.write(bytes(1 << 20))
    return buffer.getvalue()


def _stray_cell() -> bytes:
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["organisation_name", "crn", "date", "amount"])
    sheet.write("XFD1048576", SECRET)
    book.close()
    return buffer.getvalue()


def _parquet(spoil: Callable[[bytes], bytes], **how: Any) -> bytes:
    buffer = io.BytesIO()
    count = 20_000
    frame = pl.DataFrame(
        {
            "organisation_name": [f"Name {number}" for number in range(count)],
            "crn": pl.repeat(None, count, dtype=pl.String, eager=True),
            "date": pl.repeat("2024-01-01", count, eager=True),
            "amount": [str(number) for number in range(count)],
        }
    )
    pq.write_table(frame.to_arrow(), buffer, use_dictionary=False, **how)
    return spoil(buffer.getvalue())


def _middle_gone(content: bytes) -> bytes:
    middle = len(content) // 3
    return content[:middle] + random.Random(1).randbytes(64) + content[middle + 64 :]


CSV, ZIP, XLSX, PARQUET = (f"patents/{MONTH}.{kind}" for kind in ("csv", "zip", "xlsx", "parquet"))
CASES = (
    Case("a named pipe", lambda sources: os.mkfifo(_place(sources, CSV)), CSV),
    Case("a socket", _make_socket, CSV),
    Case("a link to an endless device", _links(CSV, "/dev/zero"), CSV),
    Case("a link to nothing", _links(CSV, "nothing"), CSV),
    Case("a link to a file of passwords", _passwords, CSV),
    Case("a folder that links to another", _links(f"patents/{MONTH}", "/etc"), f"patents/{MONTH}"),
    Case("a zip that unpacks to 600 MB of nothing", _writes(ZIP, _bomb), ZIP),
    Case("a gzip that does", _writes(f"{CSV}.gz", lambda: gzip.compress(bytes(600 << 20), 6)), f"{CSV}.gz"),
    Case("a stray cell in the last corner of a sheet", _writes(XLSX, _stray_cell), XLSX),
    Case(
        "a damaged page with a checksum",
        _writes(PARQUET, lambda: _parquet(_middle_gone, write_page_checksum=True)),
        PARQUET,
    ),
    Case("a damaged page without one", _writes(PARQUET, lambda: _parquet(_middle_gone)), PARQUET),
    Case("half of a Parquet file", _writes(PARQUET, lambda: _parquet(lambda whole: whole[: len(whole) // 2])), PARQUET),
    Case("a file of zeros, 300 MB", lambda sources: os.truncate(_place(sources, CSV, b"a"), 300_000_000), CSV),
    Case("a file of zeros, 9 TB", lambda sources: os.truncate(_place(sources, CSV, b"a"), 9 * 10**12), CSV),
    Case("line ends of old", _writes(CSV, lambda: b"organisation_name,crn,date,amount\rAlpha,,2024-01-01,5\r"), CSV),
    Case("UTF-16", _writes(CSV, lambda: "organisation_name,crn,date,amount\n".encode("utf-16")), CSV),
    Case("a page of the Web", _writes(CSV, lambda: b"<!DOCTYPE html><html></html>\n"), CSV),
    Case(
        "a tower of brackets in place of outlines",
        _writes(f"boundaries/{MONTH}.geojson", lambda: b"[" * 10**6 + b"]" * 10**6),
        f"boundaries/{MONTH}.geojson",
    ),
    Case(
        "a geography of random bytes",
        _writes(f"boundaries/{MONTH}.gpkg", lambda: b"SQLite format 3\0" + random.Random(2).randbytes(100_000)),
        f"boundaries/{MONTH}.gpkg",
    ),
    Case(
        "a time of 300 million years ago",
        _writes(
            f"ukri/{MONTH}.jsonl",
            lambda: b'{"id": "P", "leadFunder": "EPSRC", "grantCategory": "x", "start": -9999999999999999}\n',
        ),
        f"ukri/{MONTH}.jsonl",
    ),
)
"""Every case but the last ones is of patents, which any month may go without."""

ATTACK = Attack(
    "hostile-files",
    "drops that are pipes, devices, links, bombs, damaged or replaced while they are read: the command ends with one "
    "message that names the file, without a traceback and without text of the file, and the warehouse has the rows "
    "that it had; of a file that is replaced, what is kept has the digest of its rows",
    attempts,
)
