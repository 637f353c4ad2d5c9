"""What is downloaded: rows read back as they stand in the warehouse, by the programs that people open them with."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import duckdb
import fastexcel
import frictionless
import polars as pl
import pyarrow.parquet as pq
import pyogrio
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from assets.publication.downloads import DOWNLOADS, OUTLINE, Download
from assets.text_safety import is_formula, visible, without_formulas
from assets.warehouse.database import Warehouse
from tests.publication.release_example import HOSTILE, fill_release, release
from tests.support import MONTH

BOOK = f"innovation-clusters-{MONTH}.xlsx"
PACKAGE = f"innovation-clusters-{MONTH}.gpkg"


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> tuple[Warehouse, Path]:
    """A warehouse with hostile names, and its release of the month."""
    folder = tmp_path_factory.mktemp("released")
    warehouse = Warehouse(folder / "warehouse.duckdb", threads=1)
    warehouse.create()
    fill_release(warehouse, names=dict(enumerate(HOSTILE)))
    release(warehouse, folder / "publication")
    return warehouse, folder / "publication" / str(MONTH)


def expected(warehouse: Warehouse, download: Download) -> pl.DataFrame:
    """The rows in the warehouse, hostile names as they are to be read."""
    columns = ", ".join(column.name for column in download.columns)
    rows = warehouse.read(f"select {columns} from {download.table} order by {', '.join(download.key)}")
    return rows.with_columns(pl.col("^name$").replace(HOSTILE))


def assert_same_rows(found: pl.DataFrame, wanted: pl.DataFrame) -> None:
    """Equal but for the width of whole numbers; of texts, nothing and null are one in some formats."""
    whole = pl.col(pl.Int8, pl.Int32, pl.Int64).cast(pl.Int64)
    blank = pl.col(pl.String).fill_null("")
    assert_frame_equal(
        found.select(wanted.columns).with_columns(whole, blank),
        wanted.with_columns(whole, blank),
        check_exact=True,
    )


ON_MAP = [download for download in DOWNLOADS if download.is_on_map]


@pytest.fixture(params=ON_MAP, ids=lambda download: download.name)
def download(request: pytest.FixtureRequest) -> Download:
    return request.param


def without_outline(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.drop(OUTLINE, strict=False)


def assert_same_shapes(found: list[Any], wanted: pl.DataFrame, download: Download, tolerance: float = 0.0) -> None:
    for shape, row in zip(found, wanted.iter_rows(named=True), strict=True):
        if download.shape == "centre":
            assert (shape.x, shape.y) == pytest.approx((row["longitude"], row["latitude"]), abs=tolerance)
        elif row[OUTLINE] is None:
            assert shape is None
        else:
            original = shapely.from_wkt(row[OUTLINE])
            assert shape.symmetric_difference(original).area <= tolerance
            assert all(ring.is_ccw for ring in shapely.get_exterior_ring(shapely.get_parts(shape)))


def test_csv_reads_back_with_hostile_texts_marked(released: tuple[Warehouse, Path], download: Download):
    warehouse, folder = released
    wanted = expected(warehouse, download)
    content = (folder / "downloads" / f"{download.name}.csv").read_bytes()
    found = pl.read_csv(content, schema_overrides=wanted.schema)
    marked = wanted.with_columns(
        pl.col("^name$").map_elements(lambda name: re.sub(r"(^\s*|;\s*)(?=[=+\-@])", r"\1'", name), pl.String)
    )
    assert_same_rows(found, marked)
    if download.name == "clusters":
        assert "'=HYPERLINK(" in content.decode()
        assert not re.search(r'(^|,)"?\s*[=+@]', content.decode(), re.MULTILINE)


def test_geoparquet_reads_back_and_says_what_it_is(released: tuple[Warehouse, Path], download: Download):
    warehouse, folder = released
    path = folder / "downloads" / f"{download.name}.parquet"
    wanted = expected(warehouse, download)
    found = pl.from_arrow(pq.read_table(path))
    assert isinstance(found, pl.DataFrame)
    assert_same_rows(found, without_outline(wanted))
    assert_same_shapes(list(shapely.from_wkb(found["geometry"].to_numpy())), wanted, download)
    geo = json.loads(pq.read_schema(path).metadata[b"geo"])
    column = geo["columns"]["geometry"]
    assert (geo["version"], geo["primary_column"], column["encoding"]) == ("1.1.0", "geometry", "WKB")
    assert set(column["geometry_types"]) <= {"Point", "Polygon", "MultiPolygon"}
    west, south, east, north = column["bbox"]
    assert -9 < west < east < 3
    assert 49 < south < north < 61
    with duckdb.connect() as connection:
        rows = connection.execute(f"select count(*) from '{path}' where cluster_id is not null").fetchall()
    assert rows == [(wanted.height,)]


def test_geopackage_reads_back_layer_by_layer(released: tuple[Warehouse, Path], download: Download):
    warehouse, folder = released
    path = folder / "downloads" / PACKAGE
    assert {name for name, _ in pyogrio.list_layers(path)} == {other.name for other in DOWNLOADS}
    wanted = expected(warehouse, download)
    meta, table = pyogrio.read_arrow(path, layer=download.name)
    assert meta["crs"] == "EPSG:4326"
    found = pl.from_arrow(table)
    assert isinstance(found, pl.DataFrame)
    assert_same_rows(found, without_outline(wanted))
    assert_same_shapes(list(shapely.from_wkb(found[meta["geometry_name"]].to_numpy())), wanted, download)


@pytest.mark.skipif(shutil.which("ogrinfo") is None, reason="no ogrinfo here: install gdal-bin")
def test_gdal_opens_geopackage_and_geoparquet(released: tuple[Warehouse, Path], download: Download):
    warehouse, folder = released
    count = expected(warehouse, download).height
    said = subprocess.run(
        ["ogrinfo", "-so", str(folder / "downloads" / PACKAGE), download.name],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert f"Feature Count: {count}" in said
    assert "WGS 84" in said
    formats = subprocess.run(["ogrinfo", "--formats"], capture_output=True, text=True, check=True).stdout
    if "Parquet" in formats:
        path = folder / "downloads" / f"{download.name}.parquet"
        said = subprocess.run(["ogrinfo", "-so", "-al", str(path)], capture_output=True, text=True, check=True).stdout
        assert f"Feature Count: {count}" in said


def test_geojson_reads_back(released: tuple[Warehouse, Path], download: Download):
    warehouse, folder = released
    collection = json.loads((folder / "downloads" / f"{download.name}.geojson").read_text(encoding="utf-8"))
    assert set(collection) == {"type", "features"}
    wanted = expected(warehouse, download)
    found = pl.DataFrame([feature["properties"] for feature in collection["features"]], infer_schema_length=None)
    found = found.with_columns(pl.col("month").str.to_date())
    assert_same_rows(found.cast(dict(without_outline(wanted).schema)), without_outline(wanted))
    shapes = [
        None if feature["geometry"] is None else shapely.from_geojson(json.dumps(feature["geometry"]))
        for feature in collection["features"]
    ]
    assert_same_shapes(shapes, wanted, download, tolerance=1e-5)


def test_the_workbook_reads_back(released: tuple[Warehouse, Path], download: Download):
    warehouse, folder = released
    wanted = without_outline(expected(warehouse, download))
    book = fastexcel.read_excel(folder / "downloads" / BOOK)
    assert book.sheet_names == [*(other.name for other in DOWNLOADS), "dictionary", "method", "notes"]
    found = book.load_sheet(download.name, dtypes="string").to_polars()
    as_text = [
        pl.col(name).replace_strict({"True": True, "False": False, "true": True, "false": False, "1": True, "0": False})
        if kind == pl.Boolean
        else pl.col(name).str.slice(0, 10).str.to_date()
        if kind == pl.Date
        else pl.col(name).cast(pl.Float64).cast(kind)
        if kind.is_numeric()
        else pl.col(name)
        for name, kind in wanted.schema.items()
    ]
    blank = pl.col(pl.String).fill_null("")
    # A workbook holds 15 to 16 significant digits.
    assert_frame_equal(
        found.select(as_text).with_columns(blank), wanted.with_columns(blank), check_exact=False, rel_tol=1e-12
    )


def test_no_cell_of_the_workbook_is_a_formula_or_a_link(released: tuple[Warehouse, Path]):
    _, folder = released
    with zipfile.ZipFile(folder / "downloads" / BOOK) as book:
        parts = {name: book.read(name).decode() for name in book.namelist()}
    sheets = [text for name, text in parts.items() if name.startswith("xl/worksheets/")]
    assert len(sheets) == len(DOWNLOADS) + 3
    for text in sheets:
        assert not re.search(r"<(\w+:)?(f|hyperlinks?|dataValidations?)[ >/]", text)
    assert not [name for name in parts if "external" in name.lower() or "rels/sheet" in name]
    assert "=HYPERLINK(" in parts["xl/sharedStrings.xml"]
    assert "\u202e" not in parts["xl/sharedStrings.xml"]
    assert 'quotePrefix="1"' in parts["xl/styles.xml"]


def test_dictionary_method_and_notes_say_what_a_reader_needs(released: tuple[Warehouse, Path]):
    _, folder = released
    book = fastexcel.read_excel(folder / "downloads" / BOOK)
    dictionary, method, notes = (book.load_sheet(name).to_polars() for name in ("dictionary", "method", "notes"))
    told = dict(dictionary.filter(pl.col("sheet") == "clusters").select("column", "meaning").iter_rows())
    assert told["employees"] == "Employees, rounded."
    values = dict(method.select("parameter", "dsit-v1").iter_rows())
    assert values["dominance_one_share"] == "0.75"
    told = {"licence", "what is not given", "known limitations", "where the figures come from", "attribution"}
    assert told == set(notes["about"])
    assert notes.filter(pl.col("note").str.contains("ONS postcode directory, 2025-05-01")).height == 1


def test_suppressed_figures_are_empty_beside_their_status_everywhere(released: tuple[Warehouse, Path]):
    warehouse, folder = released
    suppressed = expected(warehouse, DOWNLOADS[0]).filter(pl.col("employees_status") == "c")
    assert suppressed.height > 0
    found = pl.read_csv(folder / "downloads" / "clusters.csv").filter(pl.col("employees_status") == "c")
    assert found["cluster_id"].to_list() == suppressed["cluster_id"].to_list()
    assert found["employees"].null_count() == found.height


def test_the_corners_of_hulls_are_nowhere(released: tuple[Warehouse, Path]):
    _, folder = released
    assert not [path for path in folder.rglob("*") if path.is_file() and b"hull_wkt" in path.read_bytes()]


def test_the_data_package_describes_what_is_there(released: tuple[Warehouse, Path]):
    _, folder = released
    package = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    assert package["licenses"][0]["name"] == "CC-BY-4.0"
    assert {source["dataset"]: source["as_of"] for source in package["sources"]} == {
        "places": "2025-05-01",
        "postcodes": "2025-05-01",
    }
    on_disk = {str(path.relative_to(folder)) for path in (folder / "downloads").iterdir()}
    assert {resource["path"] for resource in package["resources"]} == on_disk
    assert len({resource["name"] for resource in package["resources"]}) == len(package["resources"])
    for resource in package["resources"]:
        content = (folder / resource["path"]).read_bytes()
        assert re.fullmatch(r"[a-z0-9.-]+", resource["name"])
        assert resource["bytes"] == len(content)
        assert resource["hash"] == f"sha256:{hashlib.sha256(content).hexdigest()}"
        if resource["format"] == "csv":
            check_table(resource, pl.read_csv(content, infer_schema=False))


def check_table(resource: dict[str, Any], rows: pl.DataFrame) -> None:
    """Fields are the columns, and every cell obeys its field's type and constraints."""
    schema = resource["schema"]
    assert [field["name"] for field in schema["fields"]] == rows.columns
    assert set(schema["primaryKey"]) <= set(rows.columns)
    assert rows.select(schema["primaryKey"]).is_unique().all()
    kinds = {"integer": pl.Int64, "number": pl.Float64, "date": pl.Date, "string": pl.String}
    for field in schema["fields"]:
        assert field["description"]
        cells = rows[field["name"]].replace("", None)
        if field["type"] == "boolean":
            required = field.get("constraints", {}).get("required")
            assert set(cells) <= ({"true", "false"} if required else {"true", "false", None})
            continue
        if field["type"] == "datetime":
            assert cells.str.to_datetime("%Y-%m-%dT%H:%M:%SZ").null_count() == cells.null_count()
            continue
        values = cells.str.to_date() if field["type"] == "date" else cells.cast(kinds[field["type"]])
        constraints = field.get("constraints", {})
        assert not (constraints.get("required") and values.null_count())
        assert set(values.drop_nulls()) <= set(constraints.get("enum", values.drop_nulls()))
        if values.len() > values.null_count() and field["type"] in ("integer", "number"):
            assert values.min() >= constraints.get("minimum", values.min())
            assert values.max() <= constraints.get("maximum", values.max())


def test_the_data_package_is_one_to_frictionless(released: tuple[Warehouse, Path]):
    """Metadata, and every cell of every table against its field: by a reader of data packages that others wrote."""
    _, folder = released
    package = frictionless.Package(str(folder / "datapackage.json"))
    tables = [resource for resource in package.resources if resource.format == "csv"]
    assert {resource.path for resource in tables} == {
        str(path.relative_to(folder)) for path in folder.glob("downloads/*.csv")
    }
    found = [resource.validate().flatten(["title", "message"]) for resource in tables]
    assert found == [[]] * len(tables)


def test_units_and_constraints_come_from_the_declarations(released: tuple[Warehouse, Path]):
    _, folder = released
    package = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    fields = {
        (resource["path"], field["name"]): field
        for resource in package["resources"]
        for field in resource.get("schema", {}).get("fields", [])
    }
    clusters = "downloads/clusters.csv"
    assert fields[clusters, "turnover_gbp"]["unit"] == "GBP"
    assert fields[clusters, "area_km2"]["unit"] == "km2"
    assert fields[clusters, "firms"]["constraints"] == {"required": True, "minimum": 10}
    assert fields[clusters, "employees_status"]["constraints"] == {"enum": ["c", "x"]}
    assert fields[clusters, "approach"]["constraints"]["enum"] == ["spatial", "network", "both"]
    assert fields["downloads/rankings.csv", "percentage"]["unit"] == "percent"
    assert fields["downloads/rankings.csv", "percentage"]["constraints"]["maximum"] == 100
    assert fields["downloads/rankings.csv", "rank"]["constraints"]["minimum"] == 1


@given(st.text())
def test_no_text_begins_a_formula_once_it_is_marked(text: str):
    marked = without_formulas(pl.DataFrame({"text": [visible(text)]}))["text"][0]
    assert not is_formula(marked)
    assert all(not part.lstrip().startswith(("=", "+", "-", "@")) for part in marked.split(";"))
    assert marked.replace("'", "") == visible(text).replace("'", "")
