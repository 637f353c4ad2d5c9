"""The mark of a synthetic country: on every file that is written, known when it is taken in, and kept when fetched."""

from __future__ import annotations

import gzip
from pathlib import Path

import polars as pl
import pytest

from assets.fetch.fetching import fetch
from assets.fetch.registry import PUBLISHERS
from assets.synthetic import FILE, MARK, is_marked, mark_folder
from assets.warehouse.database import Warehouse
from pipelines.settings import Settings
from synthetic_uk.drops import write_csv_gzip, write_csv_zip, write_parquet, write_workbook
from synthetic_uk.publishers.country import is_synthetic, settings_for, sites_of
from synthetic_uk.publishers.server import serving
from tests.publishers.support import TODAY
from tests.sources.readers.test_ukri import FUND, LEAD, PROJECT
from tests.sources.support import MAY, POSTCODES_CSV, ingest, json_lines, put, put_register

FRAME = pl.DataFrame({"a": ["1"]})


def known(warehouse: Warehouse) -> list[str]:
    return warehouse.read("select dataset from used.synthetic_drops order by all")["dataset"].to_list()


def test_every_kind_of_file_bears_it_and_none_that_a_person_writes(tmp_path: Path):
    write_csv_gzip(tmp_path / "a.csv.gz", [FRAME])
    write_csv_zip(tmp_path / "a.zip", "a.csv", [FRAME])
    write_parquet(tmp_path / "a.parquet", [FRAME])
    write_workbook(tmp_path / "a.xlsx", FRAME, frozenset())
    for path in tmp_path.iterdir():
        assert is_marked(path), path
    FRAME.write_parquet(tmp_path / "b.parquet")
    put(tmp_path, "b.csv.gz", gzip.compress(b"a\n1\n"))
    for path in tmp_path.glob("b.*"):
        assert not is_marked(path), path


def test_drops_say_so_themselves_wherever_they_lie(warehouse: Warehouse, tmp_path: Path):
    sources = tmp_path / "sources"
    put_register(sources)
    ingest(warehouse, sources)
    assert known(warehouse) == []
    (sources / "postcodes/2025-05.csv").unlink()
    lines = [line.split(",") for line in POSTCODES_CSV.splitlines()]
    directory = pl.DataFrame(lines[1:], schema=lines[0], orient="row")
    write_csv_gzip(sources / "postcodes/2025-05.csv.gz", [directory])
    result = ingest(warehouse, sources)
    assert known(warehouse) == ["postcodes"]
    assert any(said.startswith("postcodes: SYNTHETIC") for said in result.reports[""].messages)


def test_a_folder_that_is_marked_later_is_known_though_its_files_are_taken_over(warehouse: Warehouse, tmp_path: Path):
    sources = tmp_path / "sources"
    put_register(sources)
    put(sources, "postcodes/2025-05/a.csv", (sources / "postcodes/2025-05.csv").read_bytes())
    (sources / "postcodes/2025-05.csv").unlink()
    ingest(warehouse, sources)
    assert known(warehouse) == []
    mark_folder(sources / "postcodes/2025-05")
    ingest(warehouse, sources)
    assert known(warehouse) == ["postcodes"]
    (sources / "postcodes/2025-05" / FILE).unlink()
    ingest(warehouse, sources)
    assert known(warehouse) == []


@pytest.mark.parametrize("is_marked_there", [True, False])
def test_what_is_fetched_of_a_synthetic_country_is_marked_though_no_file_of_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_marked_there: bool
):
    drop = tmp_path / "published" / "ukri" / "2025-05"
    for name, objects in {"projects": [PROJECT], "funds": [FUND], "organisations": [LEAD]}.items():
        put(drop, f"{name}-000.jsonl.gz", gzip.compress(json_lines(*objects).encode()))
    if is_marked_there:
        mark_folder(drop)
    assert is_synthetic(drop) == is_marked_there
    (tmp_path / "scratch").mkdir()
    with serving(sites_of(tmp_path / "published", MAY, tmp_path / "scratch")) as publishers:
        for name, value in settings_for(publishers).items():
            monkeypatch.setenv(name, value)
        limits = Settings.from_environment().limits
        outcome = fetch(PUBLISHERS["ukri"], tmp_path / "sources", MAY, limits, lambda: TODAY)
    assert (outcome.path / FILE).is_file() == is_marked_there
    assert not [path for path in outcome.path.glob("*.gz") if is_marked(path)]
    assert outcome.provenance is not None
    said = [file.headers.get("x-synthetic") for file in outcome.provenance.files]
    assert said == [MARK if is_marked_there else None] * len(said)
