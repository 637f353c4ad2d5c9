"""Where the registry's places and names stand in for those that publications lack."""

from __future__ import annotations

from pathlib import Path

from assets.innovation_index.steps.items import ITEMS
from assets.organisations.steps import STEPS
from assets.warehouse.database import Warehouse
from assets.warehouse.running import run_step
from tests.sources.readers.test_publications import institution, work
from tests.sources.readers.test_ror import record
from tests.sources.support import LENIENT, MAY, ingest, json_lines, put, put_register


def test_institutions_without_a_place_get_the_registrys(warehouse: Warehouse, tmp_path: Path) -> None:
    leeds = {**institution("I1"), "ror": "https://ror.org/024mrxd33", "display_name": None}
    oxford = {**institution("I2"), "ror": "https://ror.org/052gg0110"}
    own = {**oxford, "geo": {"latitude": 51.75, "longitude": -1.25}}
    put_register(tmp_path)
    put(
        tmp_path,
        "publications/2025-05.jsonl",
        json_lines(own, work("W1", [leeds], [oxford], publication_date="2025-01-02")),
    )
    put(tmp_path, "ror/2025-05.jsonl", json_lines(record("024mrxd33"), record("052gg0110", lat=55.0)))
    ingest(warehouse, tmp_path)
    steps = {step.name: step for step in STEPS}
    for step in (steps["source_records"], steps["institution_points"], ITEMS):
        run_step(step, warehouse, MAY, [LENIENT])
    places = "institution_key, round(latitude, 2), round(longitude, 2)"
    expected = [("I1", 53.8, -1.55), ("I2", 51.75, -1.25)]
    assert warehouse.read(f"select {places} from organisations.institution_points order by all").rows() == expected
    items = f"select {places} from innovation_index.items where kind = 'paper' order by all"
    assert warehouse.read(items).rows() == expected
    names = "select record_key, name from organisations.source_records where dataset = 'publications' order by all"
    assert warehouse.read(names).rows() == [("I1", "University of Leeds"), ("I2", "University I2")]
