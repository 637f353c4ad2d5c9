"""Publishers that answer questions: ArcGIS, Nomis, Gateway to Research, OpenAlex, Zenodo; paged as they page."""

from __future__ import annotations

import base64
import csv
import io
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Any

import polars as pl

from synthetic_uk.publishers.server import Answer, Asked

TAG = re.compile(r"tags:(\w+)")
"""How the question of a search begins."""


@dataclass
class ArcGis:
    """A search of items, their data behind a redirect, and feature services."""

    items: list[dict[str, Any]] = field(default_factory=list)
    """As the search gives them, the one changed last first."""
    data: dict[str, bytes | Path] = field(default_factory=dict)
    """Id of an item -> its data."""
    layers: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    """Name of a feature service -> its features, as GeoJSON."""
    features_at_once: int = 2000

    def answer(self, asked: Asked) -> Answer:
        """What one of its addresses gives."""
        steps = asked.path.split("/")
        match steps:
            case ["rest", "search"]:
                tag = TAG.match(asked.query.get("q", ""))
                found = [item for item in self.items if not tag or tag[1] in item.get("tags", [tag[1]])]
                return Answer.json({"total": len(found), "results": found})
            case ["rest", "content", "items", item, "data"] if item in self.data:
                return Answer.moved(f"{asked.mounted}/storage/{item}.zip")
            case ["storage", file] if file.removesuffix(".zip") in self.data:
                return Answer(self.data[file.removesuffix(".zip")], "application/zip")
            case ["services"]:
                return Answer.json({"services": [{"name": name, "type": "FeatureServer"} for name in self.layers]})
            case ["services", name, "FeatureServer", "0", "query"] if name in self.layers:
                return self._features(self.layers[name], asked.query)
        return Answer.json({"error": {"code": 400, "message": "Invalid URL", "details": []}})

    def _features(self, features: Sequence[dict[str, Any]], query: Mapping[str, str]) -> Answer:
        if query.get("returnCountOnly") == "true":
            return Answer.json({"count": len(features)})
        first = int(query.get("resultOffset", 0))
        end = first + min(int(query.get("resultRecordCount", 1 << 30)), self.features_at_once)
        found: dict[str, Any] = {"type": "FeatureCollection", "features": features[first:end]}
        if end < len(features):
            # At the top for f=json, here for f=geojson.
            found["properties"] = {"exceededTransferLimit": True}
        return Answer.json(found)


@dataclass
class Nomis:
    """One dataset: its definition, and its rows a page at a time."""

    dataset: str
    rows: pl.DataFrame
    """By the names of columns; `INDUSTRY_CODE` is the five digits, as in the dataset."""
    codes: Mapping[str, Mapping[str, str]]
    """Dimension -> code -> name; `industry` by Nomis's own ids."""
    rows_at_once: int = 25_000
    """Of a guest; who gives a uid gets four times as many."""

    def answer(self, asked: Asked) -> Answer:
        """A part of the definition, or rows."""
        if asked.path == f"{self.dataset}.data.csv":
            return self._data(asked.query)
        dimension = asked.path.removeprefix(f"{self.dataset}/").removesuffix(".def.sdmx.json")
        if dimension in self.codes:
            codes = [{"value": code, "description": {"value": name}} for code, name in self.codes[dimension].items()]
            return Answer.json({"structure": {"codelists": {"codelist": [{"id": dimension, "code": codes}]}}})
        return Answer.missing()

    def _data(self, query: Mapping[str, str]) -> Answer:
        industries = {self.codes["industry"][code][:5] for code in query["industry"].split(",")}
        bands = query["employment_sizeband"].split(",")
        wanted = self.rows.filter(
            pl.col("INDUSTRY_CODE").is_in(industries),
            pl.col("EMPLOYMENT_SIZEBAND_CODE").cast(pl.String).is_in(bands),
        ).with_columns(RECORD_OFFSET=pl.int_range(pl.len()), RECORD_COUNT=pl.len())
        page = wanted.slice(int(query.get("recordOffset", 0)), self.rows_at_once * (4 if query.get("uid") else 1))
        names = query["select"].split(",")
        text = io.StringIO(newline="")
        writer = csv.writer(text, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n")
        writer.writerow(names)
        known = (pl.col(name) if name in page.columns else pl.lit("").alias(name) for name in names)
        writer.writerows(page.select(known).iter_rows())
        return Answer(text.getvalue().encode(), "text/csv")


@dataclass
class Gateway:
    """Gateway to Research's API."""

    objects: Mapping[str, Sequence[dict[str, Any]]]
    """Kind in the plural, as it is asked for -> objects."""

    def answer(self, asked: Asked) -> Answer:
        """A page of objects, or an error in its own words."""
        if asked.path not in self.objects:
            return self._refused(HTTPStatus.NOT_FOUND, "Not found")
        if "vnd.rcuk.gtr.json-v7" not in asked.headers.get("accept", ""):
            return self._refused(HTTPStatus.BAD_REQUEST, "The version asked for is not known")
        size = int(asked.query.get("s", 20))
        if not 10 <= size <= 100:
            return self._refused(HTTPStatus.BAD_REQUEST, "fetchSize has to be from 10 to 100")
        objects = self.objects[asked.path]
        pages = -(-len(objects) // size)
        number = int(asked.query.get("p", 1))
        found = objects[(number - 1) * size : number * size]
        envelope = {"page": number, "size": len(found), "totalPages": pages, "totalSize": len(objects)}
        return Answer.json({**envelope, asked.path.removesuffix("s"): found})

    def _refused(self, status: int, text: str) -> Answer:
        return Answer.json({"text": text, "timestamp": 1_780_000_000_000}, status)


@dataclass
class OpenAlex:
    """OpenAlex's API: pages by cursor, and a number of calls a day; and its snapshot's files, where there is one."""

    objects: Mapping[str, Sequence[dict[str, Any]]]
    """`works` and `institutions`."""
    key: str | None = None
    """Without it in the request there are `calls` a day; any number with it."""
    calls: int = 1 << 30
    wait_s: int = 40_000
    """Until the calls are counted anew."""
    made: int = 0
    snapshot: Path | None = None
    """The folder that `jsonl` or `parquet` is in."""

    def answer(self, asked: Asked) -> Answer:
        """A page of results, or a file of the snapshot."""
        if asked.path.startswith(("jsonl/", "parquet/")):
            return self._file(asked.path)
        if asked.path not in self.objects:
            return Answer.json({"error": "Not found", "message": "No such entity"}, HTTPStatus.NOT_FOUND)
        has_key = self.key is not None and asked.query.get("api_key") == self.key
        self.made += not has_key
        if not has_key and self.made > self.calls:
            message = "You have used up today's calls"
            return Answer.json(
                {"error": "Rate limit exceeded", "message": message},
                HTTPStatus.TOO_MANY_REQUESTS,
                Retry_After=str(self.wait_s),
                X_RateLimit_Remaining="0",
            )
        return self._page(self.objects[asked.path], asked.query)

    def _file(self, path: str) -> Answer:
        if self.snapshot is None or ".." in path or not (self.snapshot / path).is_file():
            # The store's own words for what is not there.
            body = b"<?xml version='1.0'?><Error><Code>NoSuchKey</Code><Message>No such key.</Message></Error>"
            return Answer(body, "application/xml", HTTPStatus.NOT_FOUND)
        return Answer(self.snapshot / path, "application/json" if path.endswith(".json") else "binary/octet-stream")

    def _page(self, objects: Sequence[dict[str, Any]], query: Mapping[str, str]) -> Answer:
        cursor = query.get("cursor", "*")
        first = 0 if cursor == "*" else int(json.loads(base64.urlsafe_b64decode(cursor))["at"])
        size = int(query.get("per_page", 25))
        fields = query["select"].split(",")
        found = [{name: item[name] for name in fields if name in item} for item in objects[first : first + size]]
        following = base64.urlsafe_b64encode(json.dumps({"at": first + size}).encode()).decode() if found else None
        meta = {"count": len(objects), "per_page": size, "next_cursor": following}
        return Answer.json({"meta": meta, "results": found})


@dataclass
class Zenodo:
    """A community's records, and their files."""

    records: list[dict[str, Any]]
    """As they are listed, the newest first; files without links."""
    files: dict[str, bytes | Path]

    def answer(self, asked: Asked) -> Answer:
        """The list, or a file."""
        if asked.path == "records":
            host = f"http://{asked.headers['host']}{asked.mounted}"
            hits = [
                {
                    **record,
                    "files": [
                        {**file, "links": {"self": f"{host}/files/{file['key']}/content"}} for file in record["files"]
                    ],
                }
                for record in self.records
            ]
            return Answer.json({"hits": {"hits": hits, "total": len(hits)}})
        name = asked.path.removeprefix("files/").removesuffix("/content")
        return Answer(self.files[name], "application/octet-stream") if name in self.files else Answer.missing()
