"""Shapes of areas from a boundary file, in degrees and simplified: for drawing, not for measuring.

What belongs here: geometry out of any kind of file that GDAL reads. What does not: which areas are kept, or their names
(`readers/boundaries.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from assets.sources.files.kinds import Part

TOLERANCE_DEGREES = 0.002
"""A corner nearer than this to the line without it is left out: 220 m north to south."""
DEGREES = (-180.0, -90.0, 180.0, 90.0)
WGS84 = "EPSG:4326"


def shapes(part: Part) -> Iterator[tuple[Mapping[str, Any], str]]:
    """Properties and outline (WKT, longitude and latitude, WGS84, simplified) of each area of a file.

    An area without a shape is passed over, as is a whole layer whose shapes are not in degrees and that does not say
    in what they are. Raises ValueError where GDAL cannot read the file, or its shapes are none.
    """
    import pyogrio
    import pyproj.exceptions
    import shapely.errors

    try:
        for layer, _ in pyogrio.list_layers(part.path):
            meta, _, geometry, columns = pyogrio.raw.read(part.path, layer=layer)
            outlines = _in_degrees(shapely.from_wkb(geometry), meta["crs"])
            simple = shapely.simplify(outlines, TOLERANCE_DEGREES, preserve_topology=True)
            for row, outline in enumerate(simple):
                if outline is not None and not outline.is_empty:
                    properties = {name: column[row] for name, column in zip(meta["fields"], columns, strict=True)}
                    yield properties, shapely.to_wkt(outline, rounding_precision=4)
    except (
        pyogrio.errors.DataSourceError,
        pyogrio.errors.DataLayerError,
        pyproj.exceptions.ProjError,
        shapely.errors.ShapelyError,
        UnicodeError,
    ) as error:
        raise ValueError(str(error)) from error


def _in_degrees(outlines: Any, reference: str | None) -> Any:
    import numpy as np
    import pyproj
    import shapely

    if reference and reference != WGS84:
        turn = pyproj.Transformer.from_crs(reference, WGS84, always_xy=True).transform
        return shapely.transform(outlines, lambda points: np.column_stack(turn(points[:, 0], points[:, 1])))
    west, south, east, north = shapely.total_bounds(outlines)
    is_degrees = west >= DEGREES[0] and south >= DEGREES[1] and east <= DEGREES[2] and north <= DEGREES[3]
    return outlines if is_degrees else np.full(len(outlines), None)
