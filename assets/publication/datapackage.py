"""`datapackage.json`: the release as a Frictionless Data Package (version 1), for programs.

What belongs here: fields, units and constraints as the declarations say them, sources, licence, digests. What does not:
the data.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from assets.months import Month
from assets.publication.downloads import Download
from assets.publication.notes import DATA_LICENCE
from assets.warehouse.declarations import Column

TYPES = {
    "varchar": "string",
    "date": "date",
    "boolean": "boolean",
    "bigint": "integer",
    "integer": "integer",
    "double": "number",
}
CSV_DIALECT = {"delimiter": ",", "quoteChar": '"', "doubleQuote": True, "header": True}


def data_package(
    month: Month,
    tables: Mapping[str, tuple[Download, pl.DataFrame]],
    files: Mapping[str, bytes],
    media_types: Mapping[str, str],
    sources: pl.DataFrame,
) -> bytes:
    """The package of a month. `tables`: CSV path -> what it holds; `files`: every path that is a resource -> its bytes;
    `sources`: `dataset, title, as_of, terms, sha256`."""
    package = {
        "profile": "data-package",
        "name": f"uk-innovation-clusters-{month}",
        "title": f"UK innovation clusters, {month}",
        "version": str(month),
        "licenses": [{"name": DATA_LICENCE.name, "title": DATA_LICENCE.title, "path": DATA_LICENCE.path}],
        "sources": [
            {
                "title": row["title"],
                "dataset": row["dataset"],
                "as_of": row["as_of"],
                "licence": row["terms"],
                "sha256": row["sha256"],
            }
            for row in sources.iter_rows(named=True)
        ],
        "resources": [
            _resource(path, content, media_types[path], tables.get(path)) for path, content in sorted(files.items())
        ],
    }
    return (json.dumps(package, ensure_ascii=True, indent=2) + "\n").encode("ascii")


def _resource(
    path: str, content: bytes, media_type: str, table: tuple[Download, pl.DataFrame] | None
) -> dict[str, Any]:
    name, _, kind = path.rpartition("/")[2].partition(".")
    resource: dict[str, Any] = {
        "name": f"{name}-{kind}".replace("_", "-"),
        "path": path,
        "format": kind,
        "mediatype": media_type,
        "bytes": len(content),
        "hash": f"sha256:{hashlib.sha256(content).hexdigest()}",
    }
    if table is None:
        return resource
    download, rows = table
    return resource | {
        "profile": "tabular-data-resource",
        "title": download.title,
        "description": f"{download.description} An apostrophe stands before text that a spreadsheet would take for a "
        "formula.",
        "encoding": "utf-8",
        "dialect": CSV_DIALECT,
        "rows": rows.height,
        "schema": {
            "fields": [_field(column, download.key) for column in download.columns],
            "primaryKey": list(download.key),
            "missingValues": [""],
        },
    }


def _field(column: Column, key: Sequence[str]) -> dict[str, Any]:
    field: dict[str, Any] = {
        "name": column.name,
        "type": TYPES[column.type],
        "description": column.description,
    }
    if column.unit is not None:
        field["unit"] = column.unit
    constraints = _constraints(column, key)
    return field | ({"constraints": constraints} if constraints else {})


def _constraints(column: Column, key: Sequence[str]) -> dict[str, Any]:
    """What the declaration demands. A text that may be empty is not `required`: in CSV, empty is null."""
    found: dict[str, Any] = {}
    values = re.findall(r"'((?:[^']|'')*)'", column.condition) if " IN (" in column.condition else []
    if not column.nullable and (column.type != "varchar" or column.name in key or (values and "" not in values)):
        found["required"] = True
    if values:
        found["enum"] = [value.replace("''", "'") for value in values if value]
    elif between := re.search(r"BETWEEN (\S+) AND (\S+?)\)*$", column.condition):
        found["minimum"], found["maximum"] = _number(between[1]), _number(between[2])
    elif least := re.search(r"(>=?) (-?[\d.]+)\)*$", column.condition):
        found["minimum"] = _number(least[2]) + (1 if least[1] == ">" and column.type != "double" else 0)
    elif most := re.search(r"<= (-?[\d.]+)\)*$", column.condition):
        found["maximum"] = _number(most[1])
    return found


def _number(text: str) -> float:
    value = float(text)
    return int(value) if value.is_integer() else value
