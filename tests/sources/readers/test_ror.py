"""The Research Organization Registry: its records, in every way in which they are filed."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from assets.sources.problems import DropError
from assets.sources.readers.ror import ROR, ROR_DATASET
from tests.sources.support import json_lines, read_drop, rows


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
