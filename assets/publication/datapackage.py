"""`datapackage.json`: the release as a Frictionless Data Package (version 1), for programs.

What belongs here: fields, units and constraints as the declarations say them, sources, licence, digests. What does not:
the data.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import polars as pl

from assets.months import Month
from assets.origins import OPEN_LICENCES
from assets.publication.downloads import MOMENT, Download
from assets.publication.notes import DATA_LICENCE
from assets.publication.source_drops import SourceDrop, web_address
from assets.publication.standing import Standing
from assets.warehouse.declarations import Column

TYPES = {
    "varchar": "string",
    "date": "date",
    "boolean": "boolean",
    "bigint": "integer",
    "integer": "integer",
    "double": "number",
    "timestamp": "datetime",
    "decimal(18,2)": "number",
}
CSV_DIALECT = {"delimiter": ",", "quoteChar": '"', "doubleQuote": True, "header": True}


def data_package(
    month: Month,
    tables: Mapping[str, tuple[Download, pl.DataFrame]],
    files: Mapping[str, bytes],
    media_types: Mapping[str, str],
    sources: Sequence[SourceDrop],
    standing: Standing,
) -> bytes:
    """The package of a month. `tables`: CSV path -> what it holds; `files`: every path that is a resource -> its bytes;
    `sources`: the drops that the month used."""
    package = {
        "profile": "data-package",
        "name": f"uk-innovation-clusters-{month}",
        "title": f"{standing.mark}UK innovation clusters, {month}",
        **_said(standing),
        "version": str(month),
        "licenses": [{"name": DATA_LICENCE.name, "title": DATA_LICENCE.title, "path": DATA_LICENCE.path}],
        "sources": [_source(drop) for drop in sources],
        "resources": [
            _resource(path, content, media_types[path], tables.get(path)) for path, content in sorted(files.items())
        ],
    }
    return (json.dumps(package, ensure_ascii=True, indent=2) + "\n").encode("ascii")


def _said(standing: Standing) -> dict[str, Any]:
    """`description`, and beside what the specification has: `synthetic`, and `approval` in words; nothing where there
    is nothing to say."""
    known = {
        "description": " ".join(standing.banners) or None,
        "synthetic": bool(standing.synthetic) or None,
        "approval": standing.approval or None,
    }
    return _known(known)


def _source(drop: SourceDrop) -> dict[str, Any]:
    """A drop: `title` and `path` as the specification has them, `licenses` as a package's, the rest beside them. What
    is not known of it is left out."""
    open_licence = OPEN_LICENCES.get(drop.licence_address)
    licence = {"name": open_licence and open_licence.name, "title": drop.licence, "path": drop.licence_address}
    known = {
        "title": drop.title,
        "path": web_address(drop.files[0]["address"]),
        "version": drop.release,
        "dataset": drop.dataset,
        "publisher": drop.publisher,
        "as_of": None if drop.as_of is None else str(drop.as_of),
        "released": None if drop.released is None else str(drop.released),
        "came": drop.came,
        "synthetic": drop.is_synthetic or None,
        "fetched_at": _moment(drop.fetched_at),
        "licence": drop.licence,
        "licenses": [_known(licence)] if drop.licence_address else None,
        "attribution": drop.attribution,
        "bytes": drop.bytes,
        "hash": f"sha256:{drop.sha256}",
        "files": [_file(file) for file in drop.files],
    }
    return _known(known)


def _file(file: Mapping[str, Any]) -> dict[str, Any]:
    headers = json.loads(file["headers"]) if file["headers"] else None
    return _known(
        {
            "name": file["file"],
            "path": web_address(file["address"]),
            "fetched_at": _moment(file["fetched_at"]),
            "bytes": file["bytes"],
            "hash": f"sha256:{file['sha256']}",
            "headers": headers,
        }
    )


def _known(found: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in found.items() if value is not None}


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else moment.strftime(MOMENT)


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
