"""Places, boundaries, sector lists and signals."""

from __future__ import annotations

import json
import sqlite3
from datetime import date
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
import shapely

from assets.reference import shipped_file
from assets.sources.datasets import Dataset
from assets.sources.problems import DropError
from assets.sources.readers.activity_signals import PATENTS
from assets.sources.readers.boundaries import BOUNDARIES
from assets.sources.readers.places import PLACES
from assets.sources.readers.rtic_sectors import RTIC_SECTORS
from assets.sources.readers.sic_sectors import SIC_SECTORS
from tests.sources.support import read_drop, rows


def test_places_are_projected_in_the_grid_of_their_region(tmp_path: Path) -> None:
    lines = """name,latitude,longitude,population,region,is_primary_urban_area
Oxford,51.752,-1.258,165000,South East,true
Belfast,54.5965,-5.9301,345000,Northern Ireland,Yes
"""
    oxford, belfast = rows(read_drop(PLACES, {"2025-05.csv": lines}, tmp_path), "reference.places")
    assert (oxford["grid"], belfast["grid"]) == ("gb", "ni")
    assert oxford["easting"] == pytest.approx(451_300, abs=200) and oxford["northing"] == pytest.approx(
        206_200, abs=300
    )
    assert belfast["easting"] == pytest.approx(333_800, abs=150) and belfast["northing"] == pytest.approx(
        374_000, abs=150
    )
    assert (oxford["population"], belfast["is_primary_urban_area"]) == (165_000, True)
    assert (oxford["index_order"], belfast["index_order"]) == (None, None)


def test_the_shipped_places_read_like_any_drop(tmp_path: Path) -> None:
    found = pl.DataFrame(
        rows(read_drop(PLACES, {"2025-05.csv": shipped_file("places").read_bytes()}, tmp_path), "reference.places")
    )
    assert found.height >= 120
    assert found["is_primary_urban_area"].sum() == 63
    assert found["index_order"].drop_nulls().len() == 63


AREAS = [
    ("E07000179", "South Oxfordshire"),
    ("E12000008", "South East England"),
    ("E30000258", "Oxford"),
    ("TLJ", "an ITL"),
]


def geojson(code: str, name: str) -> bytes:
    shapes = [
        {"type": "Feature", "properties": {"OBJECTID": 1, code: key, name: text}, "geometry": None}
        for key, text in AREAS
    ]
    return json.dumps({"type": "FeatureCollection", "features": shapes}).encode()


def topojson() -> bytes:
    shapes = [{"type": "Polygon", "properties": {"AREACD": key, "AREANM": text}, "arcs": []} for key, text in AREAS]
    return json.dumps(
        {"type": "Topology", "objects": {"a": {"geometries": shapes[:2]}, "b": {"geometries": shapes[2:]}}}
    ).encode()


def geopackage(folder: Path) -> bytes:
    target = folder / "made.gpkg"
    with sqlite3.connect(target) as database:
        database.execute("create table gpkg_contents (table_name text)")
        database.execute("insert into gpkg_contents values ('areas')")
        database.execute("create table areas (fid integer, geom blob, LAD24CD text, LAD24NM text)")
        database.executemany("insert into areas values (1, null, ?, ?)", AREAS)
    database.close()
    return target.read_bytes()


@pytest.mark.parametrize("kind", ["geojson", "LAD24CD", "topojson", "gpkg", "parquet"])
def test_names_come_from_any_kind_of_boundary_file(tmp_path: Path, kind: str) -> None:
    pl.DataFrame(AREAS, schema=["code", "name"], orient="row").with_columns(
        layer=pl.lit("any"), wkb=pl.lit(b"")
    ).write_parquet(tmp_path / "a.parquet")
    files = {
        "geojson": {"2025-05.geojson": geojson("code", "name")},
        "LAD24CD": {"2025-05.geojson": geojson("LAD24CD", "LAD24NM")},
        "topojson": {"2025-05.topojson": topojson()},
        "gpkg": {"2025-05.gpkg": geopackage(tmp_path)},
        "parquet": {"2025-05.parquet": (tmp_path / "a.parquet").read_bytes()},
    }[kind]
    found = {
        row["code"]: (row["layer"], row["name"])
        for row in rows(read_drop(BOUNDARIES, files, tmp_path), "reference.area_names")
    }
    assert found["E07000179"] == ("local_authority", "South Oxfordshire")
    assert found["E30000258"] == ("travel_to_work_area", "Oxford")
    assert found["E12000008"] == ("region", "South East England"), "the drop's name comes before the shipped one"
    assert found["W99999999"] == ("region", "Wales"), "the shipped regions fill in"
    assert "TLJ" not in found


def test_a_boundary_file_without_names_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DropError, match="no shape has a code and a name"):
        read_drop(BOUNDARIES, {"2025-05.geojson": b'{"features": [{"properties": {"colour": "red"}}]}'}, tmp_path)


def test_real_boundaries_name_every_district(shared_data: Path, tmp_path: Path) -> None:
    real = (shared_data / "geography_uk" / "jhellings_LAD_UK_2024_05.json").read_bytes()
    found = pl.DataFrame(rows(read_drop(BOUNDARIES, {"2025-05.topojson": real}, tmp_path), "reference.area_names"))
    assert found.filter(layer="local_authority").height == 361


def test_real_first_level_territories_are_the_twelve_regions(shared_data: Path, tmp_path: Path) -> None:
    real = (shared_data / "geography_uk" / "jhellings_ITL1_UK_2025.json").read_bytes()
    found = pl.DataFrame(rows(read_drop(BOUNDARIES, {"2025-05.topojson": real}, tmp_path), "reference.boundaries"))
    assert found["layer"].to_list() == ["region"] * 12
    codes = dict(found.select("name", "code").iter_rows())
    assert (codes["London"], codes["Scotland"], codes["Wales"]) == ("E12000007", "S92000003", "W92000004")
    assert (codes["North East (England)"], codes["South West (England)"]) == ("E12000001", "E12000009")


def square(west: float, south: float, step: float) -> dict[str, object]:
    ring = [[west, south], [west + step, south], [west + step, south + step], [west, south + step], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def outlined(geometry: dict[str, object], reference: str | None = None) -> bytes:
    properties = {"code": "E12000008", "name": "South East"}
    held: dict[str, object] = {
        "type": "FeatureCollection",
        "features": [{"type": "Feature", "properties": properties, "geometry": geometry}],
    }
    if reference:
        held["crs"] = {"type": "name", "properties": {"name": reference}}
    return json.dumps(held).encode()


@pytest.mark.parametrize(
    "file",
    [outlined(square(-1.5, 51.5, 0.5)), outlined(square(434815.0, 178000.0, 30000.0), "urn:ogc:def:crs:EPSG::27700")],
    ids=["degrees", "national grid"],
)
def test_outlines_are_kept_in_degrees(tmp_path: Path, file: bytes) -> None:
    (row,) = rows(read_drop(BOUNDARIES, {"2025-05.geojson": file}, tmp_path), "reference.boundaries")
    assert (row["layer"], row["code"], row["name"]) == ("region", "E12000008", "South East")
    outline = shapely.from_wkt(row["outline_wkt"])
    assert outline.contains(shapely.Point(-1.25, 51.65))
    assert shapely.box(-1.6, 51.4, -0.9, 52.1).contains(outline)


def test_outlines_in_an_unknown_system_are_left_out_and_said_so(tmp_path: Path) -> None:
    reading = read_drop(BOUNDARIES, {"2025-05.geojson": outlined(square(434815.0, 178000.0, 30000.0))}, tmp_path)
    assert rows(reading, "reference.boundaries") == []
    assert "no outlines in degrees" in " ".join(reading.notes)


def test_real_outlines_hold_their_towns(shared_data: Path, tmp_path: Path) -> None:
    real = (shared_data / "geography_uk" / "jhellings_LAD_UK_2024_05.json").read_bytes()
    found = rows(read_drop(BOUNDARIES, {"2025-05.topojson": real}, tmp_path), "reference.boundaries")
    outlines = {row["name"]: shapely.from_wkt(row["outline_wkt"]) for row in found}
    assert len(outlines) == 361
    assert outlines["Leeds"].contains(shapely.Point(-1.55, 53.80))
    assert outlines["Belfast"].contains(shapely.Point(-5.93, 54.60))


def test_a_sector_list_takes_the_shipped_ones_place_whole(tmp_path: Path) -> None:
    sic = read_drop(
        SIC_SECTORS, {"2025-05.csv": "sic2007_prefix,sector\n62,Software\n6201,Programming\n"}, tmp_path / "sic"
    )
    assert [tuple(row.values()) for row in rows(sic, "reference.sic_sectors")] == [
        ("62", "Software"),
        ("6201", "Programming"),
    ]
    rtic = read_drop(RTIC_SECTORS, {"2025-05.csv": "rtic_code,sector\nRTIC0052,FinTech\n"}, tmp_path / "rtic")
    assert [tuple(row.values()) for row in rows(rtic, "reference.rtic_sectors")] == [("RTIC0052", "FinTech")]


@pytest.mark.parametrize(
    ("dataset", "lines", "message"),
    [
        (SIC_SECTORS, "sic2007_prefix,sector\n62,Software\n62,IT\n", "'62' stands in row 2 already"),
        (SIC_SECTORS, "sic2007_prefix,sector\nJ,Software\n", "expected the first 2 to 5 digits"),
        (SIC_SECTORS, "sic2007_prefix,sector\n1110,Farming\n", "with the zero that some begin with"),
        (RTIC_SECTORS, "rtic_code,sector\nRTIC005201,FinTech\n", "expected RTIC and 4 digits"),
    ],
)
def test_a_bad_sector_list_is_refused(tmp_path: Path, dataset: Dataset, lines: str, message: str) -> None:
    with pytest.raises(DropError, match=message):
        read_drop(dataset, {"2025-05.csv": lines}, tmp_path)


def test_a_signal_has_its_date_and_amount(tmp_path: Path) -> None:
    lines = "organisation_name,crn,date,amount\nAlpha Ltd,1234567,2024-03-01,\nBeta,none,01/02/2023,12.5\n"
    reading = read_drop(PATENTS, {"2025-05.csv": lines}, tmp_path)
    assert [tuple(row.values()) for row in rows(reading, "sources.activity_signals")] == [
        ("patents", 2, "Alpha Ltd", "01234567", date(2024, 3, 1), None),
        ("patents", 3, "Beta", None, date(2023, 2, 1), Decimal("12.50")),
    ]
