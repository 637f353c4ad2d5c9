"""Rows in the formats that people of the field open: CSV, GeoJSON, GeoParquet, GeoPackage. Same rows, same bytes.

What belongs here: one function a format, from rows to bytes. What does not: which rows (`downloads`), the workbook.
Longitude comes before latitude everywhere, on WGS84; outlines are wound as RFC 7946 wants them.
"""

from __future__ import annotations

import io
import json
import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from assets.months import Month
from assets.publication.downloads import MOMENT, OUTLINE, Download
from assets.text_safety import json_text, without_formulas

if TYPE_CHECKING:
    from numpy.typing import NDArray

GEOJSON_DECIMALS = 6
"""Decimals of a degree, as RFC 7946 advises (0.1 m)."""
LAYER_TYPES = {"outline": "MultiPolygon", "centre": "Point"}
GEOMETRY = "geometry"
JOINED = ",\n"


def to_csv(rows: pl.DataFrame) -> bytes:
    """UTF-8, commas, texts quoted, nothing for null. An apostrophe stands before text that a spreadsheet would take for
    a formula (see `without_formulas`)."""
    buffer = io.BytesIO()
    without_formulas(rows, ours=[OUTLINE]).write_csv(buffer, quote_style="non_numeric", datetime_format=MOMENT)
    return buffer.getvalue()


def to_geojson(rows: pl.DataFrame, download: Download, synthetic: str = "") -> bytes:
    """A feature collection of RFC 7946, a feature a line; the geometry is null where a row has no outline.

    `synthetic` is what is said of the country, as a member that programs pass over, where it is none that exists.
    """
    import numpy as np
    import shapely

    rounded = shapely.transform(_shapes(rows, download), lambda points: np.round(points, GEOJSON_DECIMALS))
    features = []
    for properties, shape in zip(_attributes(rows).iter_rows(named=True), rounded, strict=True):
        geometry = None if shape is None else json.loads(shapely.to_geojson(shape))
        plain = {name: _json_value(value) for name, value in properties.items()}
        features.append(json_text({"type": "Feature", "geometry": geometry, "properties": plain}))
    said = f'"synthetic":{json_text(synthetic)},' if synthetic else ""
    return f'{{"type":"FeatureCollection",{said}"features":[\n{JOINED.join(features)}\n]}}\n'.encode("ascii")


def to_geoparquet(rows: pl.DataFrame, download: Download, synthetic: str = "") -> bytes:
    """GeoParquet 1.1: WKB, OGC:CRS84 (the format's default); plain Parquet of rows that are nothing on a map.

    `synthetic` stands in the file's metadata, under that name.
    """
    import shapely

    said = {"synthetic": synthetic} if synthetic else {}
    if not download.is_on_map:
        return _parquet(_arrow(rows).replace_schema_metadata(said or None))
    shapes = _shapes(rows, download)
    found = shapes[shapely.get_type_id(shapes) >= 0]
    column: dict[str, Any] = {
        "encoding": "WKB",
        "geometry_types": sorted({str(shape.geom_type) for shape in found}),
        "orientation": "counterclockwise",
    }
    if len(found):
        column["bbox"] = shapely.total_bounds(found).tolist()
    geo = {"version": "1.1.0", "primary_column": GEOMETRY, "columns": {GEOMETRY: column}}
    table = _with_shapes(_arrow(_attributes(rows)), shapes)
    return _parquet(table.replace_schema_metadata({"geo": json.dumps(geo, sort_keys=True), **said}))


def _parquet(table: Any) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    buffer = pa.BufferOutputStream()
    pq.write_table(table, buffer, compression="zstd")
    return bytes(buffer.getvalue())


def to_geopackage(
    layers: Sequence[tuple[Download, pl.DataFrame]], month: Month, scratch: Path, synthetic: str = ""
) -> bytes:
    """A GeoPackage of a layer for each download, a table where its rows have no shape; outlines are multipolygons.

    Dated the month's first day. The description of each layer begins with `synthetic`.
    """
    import pyogrio

    path = scratch / "layers.gpkg"
    with _dated(month):
        for download, rows in layers:
            described = {"IDENTIFIER": download.title, "DESCRIPTION": f"{synthetic} {download.description}".lstrip()}
            pyogrio.write_arrow(
                path=path, layer=download.name, driver="GPKG", layer_options=described, **_layer(rows, download)
            )
    content = path.read_bytes()
    path.unlink()
    return content


def _layer(rows: pl.DataFrame, download: Download) -> dict[str, Any]:
    """The rows as a layer of outlines or points, or as a table without geometry."""
    if not download.is_on_map:
        return {"arrow_obj": _arrow(rows)}
    shapes = _shapes(rows, download)
    if download.shape == "outline":
        shapes = _multipolygons(shapes)
    return {
        "arrow_obj": _with_shapes(_arrow(_attributes(rows)), shapes),
        "geometry_name": GEOMETRY,
        "geometry_type": LAYER_TYPES[download.shape],
        "crs": "EPSG:4326",
    }


@contextmanager
def _dated(month: Month) -> Iterator[None]:
    """While it lasts GDAL takes the month's first day for today, and writes in one thread: same rows, same bytes."""
    import pyogrio

    wanted = {
        "OGR_CURRENT_DATE": f"{month.first_day}T00:00:00.000Z",
        "OGR_GPKG_ALLOW_THREADED_RTREE": "NO",
    }
    before = {name: pyogrio.get_gdal_config_option(name) for name in wanted}
    pyogrio.set_gdal_config_options(wanted)
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options(before)


def _shapes(rows: pl.DataFrame, download: Download) -> NDArray[Any]:
    """The geometry of each row, outlines counterclockwise; None where it has none."""
    import shapely

    if download.shape == "centre":
        return shapely.points(rows["longitude"].to_numpy(), rows["latitude"].to_numpy())
    return shapely.orient_polygons(shapely.from_wkt(rows[OUTLINE].to_numpy()), exterior_cw=False)


def _multipolygons(shapes: NDArray[Any]) -> NDArray[Any]:
    import numpy as np
    import shapely

    several = np.full(len(shapes), None, dtype=object)
    several[:] = [None if shape is None else shapely.multipolygons(shapely.get_parts(shape)) for shape in shapes]
    return several


def _attributes(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.drop(OUTLINE, strict=False)


def _arrow(rows: pl.DataFrame) -> Any:
    """Rows as an Arrow table, texts of the kind that every reader knows."""
    import pyarrow as pa

    table = rows.to_arrow(compat_level=pl.CompatLevel.oldest())
    for position, field in enumerate(table.schema):
        if pa.types.is_large_string(field.type):
            table = table.set_column(position, field.name, table.column(position).cast(pa.string()))
    return table


def _with_shapes(table: Any, shapes: NDArray[Any]) -> Any:
    """An Arrow table with `geometry`."""
    import pyarrow as pa
    import shapely

    return table.append_column(GEOMETRY, pa.array(shapely.to_wkb(shapes).tolist(), pa.binary()))


def _json_value(value: object) -> object:
    """A value as JSON has it: dates as ISO texts, and null for what JSON has no number for."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value.isoformat() if isinstance(value, date) else value
