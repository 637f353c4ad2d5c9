"""The Research Organization Registry: its records, and where its places stand in for those that publications lack."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from assets.innovation_index.steps import STEPS as INDEX_STEPS
from assets.organisations.steps import STEPS
from assets.sources.problems import DropError
from assets.sources.readers.ror import ROR, ROR_DATASET
from assets.warehouse.database import Warehouse
from assets.warehouse.running import run_step
from tests.sources.readers.test_publications import institution, work
from tests.sources.support import LENIENT, MAY, ingest, json_lines, put, put_register, read_drop, rows


def record(key: str, country: str = "GB", lat: Any = 53.8, lng: Any = -1.55, **more: Any) -> dict[str, Any]:
    place = {"country_code": country, "lat": lat, "lng": lng, "name": "Town"}
    return {
        "id": f"https://ror.org/{key}",
        "status": "active",
        "types": ["education", "funder"],
        "established": 1904,
        "names": [
            {"value": "UoL", "types": ["acronym"], "lang": "en"},
            {"value": "University of Leeds", "types": ["ror_display", "label"], "lang": "en"},
        ],
        "locations": [{"geonames_id": 1, "geonames_details": place}],
        "relationships": [],
        **more,
    }


RECORDS = [record("024mrxd33"), record("05f950310", "BE", 50.9, 4.7)]


def zipped(**members: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


@pytest.mark.parametrize("way", ["list", "lines", "zip", "zip of two schemas"])
def test_organisations_of_the_country_are_kept_with_their_names_and_places(way: str, tmp_path: Path) -> None:
    printed = json.dumps(RECORDS, indent=2)
    old = json.dumps([{"id": "https://ror.org/024mrxd33", "name": "Leeds", "addresses": []}])
    files: dict[str, dict[str, str | bytes]] = {
        "list": {"2025-05.json": printed},
        "lines": {"2025-05.jsonl": json_lines(*RECORDS)},
        "zip": {"2025-05.zip": zipped(**{"v2.1-ror-data.json": printed, "v2.1-ror-data.csv": "id\n"})},
        "zip of two schemas": {
            "2025-05.zip": zipped(**{"v1-ror-data.json": old, "v1-ror-data_schema_v2.json": printed})
        },
    }
    reading = read_drop(ROR_DATASET, files[way], tmp_path)
    assert [tuple(row.values()) for row in rows(reading, ROR)] == [
        ("https://ror.org/024mrxd33", "University of Leeds", "education", 53.8, -1.55)
    ]
    assert dict(reading.passed_over) == {"organisations abroad": 1}


def test_records_that_are_wrong_are_refused_one_by_one(tmp_path: Path) -> None:
    lines = json_lines(
        record("024mrxd33"),
        record("04cg41721", lat="north"),
        record("05x1b3z22", lat=-1.5, lng=53.8),
        record("024mrxd33"),
        record("nothing"),
        record("02k90wh31", names=[]),
    )
    reading = read_drop(ROR_DATASET, {"2025-05.jsonl": lines}, tmp_path / "lenient", share=0.9)
    assert [(row[1], row[2], row[3]) for row in reading.rejected.rows()] == [
        (2, "locations", "north, -1.55"),
        (3, "locations", "-1.5, 53.8"),
        (4, "id", "https://ror.org/024mrxd33"),
        (5, "id", "https://ror.org/nothing"),
        (6, "names", None),
    ]
    assert len(rows(reading, ROR)) == 1
    with pytest.raises(DropError, match="row 2, column locations: the value is 'north, -1.55'; expected a latitude"):
        read_drop(ROR_DATASET, {"2025-05.jsonl": lines}, tmp_path)
    with pytest.raises(DropError, match="there is no organisation of the United Kingdom"):
        read_drop(ROR_DATASET, {"2025-05.jsonl": json_lines(RECORDS[1])}, tmp_path / "abroad")


def test_the_published_example_is_read(shared_data: Path, tmp_path: Path) -> None:
    example = shared_data / "ror_schema_v2" / "example_record_v2_1.json"
    if not example.is_file():
        pytest.skip(f"there is no {example}")
    text = example.read_text().replace('"country_code": "US"', '"country_code": "GB"')
    text = text.replace("37.802168", "51.5").replace("-122.271281", "-0.1")
    reading = read_drop(ROR_DATASET, {"2025-05.json": text}, tmp_path)
    assert [tuple(row.values()) for row in rows(reading, ROR)] == [
        ("https://ror.org/00pjdza24", "University of California System", "education", 51.5, -0.1)
    ]


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
    steps = {step.name: step for step in (*STEPS, *INDEX_STEPS)}
    for name in ("source_records", "institution_points", "items"):
        run_step(steps[name], warehouse, MAY, [LENIENT])
    places = "institution_key, round(latitude, 2), round(longitude, 2)"
    expected = [("I1", 53.8, -1.55), ("I2", 51.75, -1.25)]
    assert warehouse.read(f"select {places} from organisations.institution_points order by all").rows() == expected
    items = f"select {places} from innovation_index.items where kind = 'paper' order by all"
    assert warehouse.read(items).rows() == expected
    names = "select record_key, name from organisations.source_records where dataset = 'publications' order by all"
    assert warehouse.read(names).rows() == [("I1", "University of Leeds"), ("I2", "University I2")]
