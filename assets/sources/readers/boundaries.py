"""`boundaries`: names of the areas whose codes the postcode directory gives, and outlines to draw them by.

GeoJSON, TopoJSON, GeoPackage, or a table (then without outlines), with codes and names under `code` and `name` or as
the ONS calls such columns (`LAD25CD`, `ITL125NM`). What kind of area a row is follows from its code, whatever its layer
is called.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterable, Mapping

import polars as pl

from assets.reference import shipped_list
from assets.sources.datasets import Dataset
from assets.sources.files.boundary_shapes import shapes
from assets.sources.files.kinds import SEND_AGAIN, Part, check_whole, json_content, plain_files, unreadable
from assets.sources.problems import DropError, Problem, shown
from assets.sources.reading.contract import Delivery, Desk, Reading
from assets.sources.values.columns import TEXT, Column
from assets.sources.values.ons_columns import AreaColumn, holds_areas
from assets.sources.values.tables import Table

TABLE = "reference.area_names"
OUTLINES = "reference.boundaries"
DRAWN = ("region", "local_authority")
COLUMNS = (
    Column("code", ("code", "areacd", AreaColumn("LAD25CD", "code")), TEXT),
    Column("name", ("name", "areanm", AreaColumn("LAD25NM", "name")), TEXT),
)
LAYERS = {
    "region": r"^(E12|W92|S92|N92)[0-9]{6}$|^[WSN]99999999$",
    "local_authority": r"^(E06|E07|E08|E09|W06|S12|N09)[0-9]{6}$",
    "travel_to_work_area": r"^(E30|W22|S22|N12|K01)[0-9]{6}$",
}
"""The kinds of area and the first characters of their ONS codes."""
TERRITORY = r"^(?:TL|UK)([C-N])$"
"""A first level territory (ITL1, before 2021 NUTS1): a region or nation under another code."""
REGIONS = {
    **{letter: f"E1200000{number}" for number, letter in enumerate("CDEFGHIJK", start=1)},
    "L": "W92000004",
    "M": "S92000003",
    "N": "N92000002",
}
"""The letter of a first level territory and the code of that region or nation."""
AREAS_SHOWN = 3
"""Of a file that gives nothing, the areas that are named."""
LAYER = pl.coalesce(
    pl.when(pl.col("code").str.contains(pattern)).then(pl.lit(kind)) for kind, pattern in LAYERS.items()
)
REGION_CODE = pl.coalesce(
    pl.col("code").str.extract(TERRITORY, 1).replace_strict(REGIONS, default=None, return_dtype=pl.String), "code"
).alias("code")
NAMED = {"code": pl.String, "name": pl.String}
OUTLINE_SCHEMA = {"layer": pl.String, "code": pl.String, "name": pl.String, "outline_wkt": pl.String}
PLAIN_PROPERTIES = {"code": ("code", "id", "areacd"), "name": ("name", "areanm")}
"""Properties that hold codes or names whatever the area is, beside those that the ONS names after it."""
GEOGRAPHIC = ("geojson", "topojson", "json")


def read(delivery: Delivery, desk: Desk) -> Reading:
    """Names by code: the drop's, and the twelve shipped regions where the drop has none for them; and outlines.

    A file of which no area is of a kind that the map uses is said to be so.
    """
    outlines = pl.DataFrame(schema=OUTLINE_SCHEMA)
    notes: list[str] = []
    if all(part.kind in (*GEOGRAPHIC, "gpkg") for part in delivery.parts):
        parts = plain_files(delivery.parts, desk.scratch)
        frames = [
            pl.DataFrame(_geopackage(part) if part.kind == "gpkg" else _geography(part), schema=NAMED, orient="row")
            for part in parts
        ]
        named, rejected = pl.concat(frames), Reading({}).rejected
        outlines, notes = area_outlines(parts)
        files = [(part.name, frame) for part, frame in zip(parts, frames, strict=True)]
    else:
        table = Table(delivery, COLUMNS, desk)
        named, rejected = table.rows.select("code", "name").collect(), table.rejected
        files = [(delivery.drop.path, named)]
    notes += [note for file, frame in files if (note := _of_no_use(file, frame))]
    return Reading({TABLE: area_names(named), OUTLINES: outlines}, rejected, tuple(notes))


def _of_no_use(file: str, named: pl.DataFrame) -> str | None:
    """What to say of a file of which no area is of a kind that the map uses; None where one is."""
    if named.with_columns(REGION_CODE).select(LAYER.is_not_null().any()).item():
        return None
    first = ", ".join(f"{shown(code)} {shown(name)}" for code, name in named.head(AREAS_SHOWN).iter_rows())
    return (
        f"boundaries: {file} gives nothing that the map uses: none of its areas ({named.height}: {first}"
        f"{', ...' if named.height > AREAS_SHOWN else ''}) has the code of a region or first level territory, a local "
        "authority district or a travel-to-work area"
    )


def area_names(named: pl.DataFrame) -> pl.DataFrame:
    """`layer, code, name` of the areas that the postcode directory has codes for; the first name of a code stands."""
    return (
        pl.concat([named, shipped_list("regions")])
        .with_columns(REGION_CODE)
        .with_columns(layer=LAYER)
        .drop_nulls()
        .unique("code", keep="first", maintain_order=True)
        .sort("layer", "code")
        .select("layer", "code", "name")
    )


def area_outlines(parts: Iterable[Part]) -> tuple[pl.DataFrame, list[str]]:
    """`layer, code, name, outline_wkt` of regions and local authorities, the first outline of a code; and a sentence
    for each file that has names and no shape that can be drawn."""
    rows: list[tuple[str, str, str]] = []
    notes = []
    for part in parts:
        before = len(rows)
        with contextlib.suppress(ValueError):
            rows += [(*pair, wkt) for properties, wkt in shapes(part) if (pair := _code_and_name(properties))]
        if len(rows) == before:
            notes.append(f"{part.name}: names are taken; it has no outlines in degrees, so none is drawn")
    found = pl.DataFrame(rows, schema={"code": pl.String, "name": pl.String, "outline_wkt": pl.String}, orient="row")
    drawn = (
        found.with_columns(REGION_CODE)
        .with_columns(layer=LAYER)
        .filter(pl.col("layer").is_in(DRAWN))
        .unique("code", keep="first", maintain_order=True)
        .sort("layer", "code")
    )
    return drawn.select(OUTLINE_SCHEMA.keys()), notes


def _geography(part: Part) -> list[tuple[str, str]]:
    content = json_content(part)
    layers = _items(content, "objects")
    found = [*_items(content, "features"), *(shape for layer in layers for shape in _items(layer, "geometries"))]
    properties = [shape.get("properties") for shape in found if isinstance(shape, dict)]
    pairs = [pair for item in properties if isinstance(item, dict) and (pair := _code_and_name(item))]
    if not pairs:
        raise _no_names(part)
    return pairs


def _items(content: object, name: str) -> list[object]:
    """The items of a list, or of an object, that stands in an object under a name; none where it does not."""
    found = content.get(name) if isinstance(content, dict) else None
    return list(found.values()) if isinstance(found, dict) else found if isinstance(found, list) else []


def _geopackage(part: Part) -> list[tuple[str, str]]:
    check_whole(part)
    pairs = []
    try:
        with contextlib.closing(sqlite3.connect(f"file:{part.path}?mode=ro", uri=True)) as database:
            database.row_factory = sqlite3.Row
            for (layer,) in database.execute("select table_name from gpkg_contents").fetchall():
                rows = database.execute('select * from "{}"'.format(layer.replace('"', '""')))
                pairs += [pair for row in rows if (pair := _code_and_name(dict(row)))]
    except sqlite3.DatabaseError as error:
        raise unreadable(part, error) from error
    if not pairs:
        raise _no_names(part)
    return pairs


def _code_and_name(properties: Mapping[str, object]) -> tuple[str, str] | None:
    """The first code and the first name of a shape: its own, where those of areas that it lies in come after."""
    code, name = (_property(properties, holds) for holds in ("code", "name"))
    return (code, name) if code and name else None


def _property(properties: Mapping[str, object], holds: str) -> str | None:
    for key, value in properties.items():
        is_it = key.lower() in PLAIN_PROPERTIES[holds] or holds_areas(key, holds)
        if is_it and isinstance(value, str):
            return value
    return None


def _no_names(part: Part) -> DropError:
    expected = "shapes with a code and a name (code, name; AREACD, AREANM; LAD24CD, LAD24NM; ...)"
    return DropError(Problem(part.name, "no shape has a code and a name", expected, SEND_AGAIN))


BOUNDARIES = Dataset(
    "boundaries",
    (TABLE, OUTLINES),
    read,
    lacking="names of local authorities: their codes stand instead",
    shipped="regions",
    reader_version=3,
)
