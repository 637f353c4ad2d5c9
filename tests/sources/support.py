"""What the tests of the readers share: drops written by hand, the step run on them, a warehouse's content."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from assets.method import MethodProfile, SourcesMethod
from assets.months import Month
from assets.sources.datasets import Dataset
from assets.sources.delivery.drops import Drop
from assets.sources.files.kinds import Part
from assets.sources.reading.contract import Delivery, Desk, Reading
from assets.sources.steps import ingest_step
from assets.warehouse.database import Warehouse
from assets.warehouse.declarations import declared_tables
from assets.warehouse.running import StepResult, run_step

TODAY = date(2025, 6, 10)
MAY = Month(2025, 5)
LENIENT = MethodProfile(name="lenient", sources=SourcesMethod(max_rejected_share=0.5))

POSTCODES_CSV = """pcds,doterm,oslaua,oseast1m,osnrth1m,osgrdind,ctry,rgn,ttwa,lat,long
OX11 0AA,,E07000179,452900,0190000,1,E92000001,E12000008,E30000258,51.606800,-1.237500
OX11 0AB,,E07000179,452950,0190100,1,E92000001,E12000008,E30000258,51.607700,-1.236700
BT1 1AA,,N09000003,333800,0374100,1,N92000002,N99999999,N12000002,54.597300,-5.930100
"""
ENTERPRISES_CSV = """entref,crn,name,sic2007,employees,turnover_thousands,legal_status
9001,1234567,Alpha Ltd,62012,12,345.6,Company
9002,,Beta and Sons,01110,,,Partnership
9003,SC12345,Gamma plc,20590,300,12000,Company
"""
LOCAL_UNITS_CSV = """luref,entref,sic2007,postcode,employees
L1,9001,62012,OX110AA,10
L2,9001,62020,OX11 0AB,2
L3,9002,01110,,
L4,9003,20590,bt1 1aa,300
"""


def put(sources: Path, path: str, content: str | bytes) -> Path:
    """Write a file into the sources."""
    target = sources / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content if isinstance(content, bytes) else content.encode())
    return target


def put_register(sources: Path, when: str = "2025-05") -> None:
    """Write the least that a month needs: postcodes and a register."""
    put(sources, f"postcodes/{when}.csv", POSTCODES_CSV)
    put(sources, f"idbr_enterprises/{when}.csv", ENTERPRISES_CSV)
    put(sources, f"idbr_local_units/{when}.csv", LOCAL_UNITS_CSV)


def zipped(**members: str) -> bytes:
    """A zip; `__` in a name is `/`, and each name gets `.csv`."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(f"{name.replace('__', '/')}.csv", content)
    return buffer.getvalue()


def json_lines(*objects: Any) -> str:
    """Objects, one a line."""
    return "".join(f"{json.dumps(item)}\n" for item in objects)


def ingest(
    warehouse: Warehouse,
    sources: Path | str,
    month: Month = MAY,
    today: date = TODAY,
    profile: MethodProfile | None = None,
    accepting: Mapping[str, str] | None = None,
) -> StepResult:
    """Take in the month's drops."""
    step = ingest_step(str(sources), lambda: today)
    return run_step(step, warehouse, month, [profile or MethodProfile(name="test")], accepting=accepting)


def read_drop(
    dataset: Dataset, files: Mapping[str, str | bytes], scratch: Path, share: float = 0.01, **related: Path
) -> Reading:
    """Read a drop of one dataset, whose files are given, without a warehouse."""
    parts = []
    for name, content in files.items():
        path = f"{dataset.name}/{name}"
        parts.append(Part(put(scratch / "drop", path, content), path))
    desk = scratch / "desk"
    desk.mkdir()
    drop = Drop(dataset.name, date(2025, 5, 1), f"{dataset.name}/{next(iter(files))}", len(files) > 1)
    return dataset.read(Delivery(drop, tuple(parts), "0", 1), Desk(desk, share, related))


def rows(reading: Reading, table: str) -> list[dict[str, Any]]:
    """The rows of a table that a reading made."""
    made = reading.tables[table]
    return (made if isinstance(made, pl.DataFrame) else pl.read_parquet(made)).to_dicts()


def content(warehouse: Warehouse, tables: Sequence[str] | None = None) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of tables (of all tables, where none is named), in a fixed order."""
    with warehouse.connect(read_only=True) as connection:
        return {
            table: connection.execute(f"select * from {table} order by all").fetchall()
            for table in tables or declared_tables()
        }
