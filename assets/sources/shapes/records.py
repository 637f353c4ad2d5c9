"""JSON: the keys of records by their path, and the words at some of these; a part of a large file stands for all.

What belongs here: a list of objects, one object a line, GeoJSON. What does not: pages of a service, which are taken
apart as they are fetched.
"""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterator
from typing import IO, Any

from assets.sources.files.kinds import Part, json_content
from assets.sources.shapes.shape import MOST_COLUMNS, FileKind, Found, Tally

BLOCK_BYTES = 1 << 20
"""Of a file of lines that is too large to be looked at whole: read at places evenly spaced over it."""
DEEPEST = 20
"""Objects in one another; what lies deeper is not looked at."""


def look_at_records(found: Found, kind: FileKind, tally: Tally, most_bytes: int) -> None:
    """Add the keys and words of a file's records, of at most so many bytes of them. Raises ValueError for no JSON."""
    before = tally.records
    with found.open() as stream:
        is_list = _first_byte(stream) == b"["
    with found.open() as stream:
        tally.is_whole &= found.size <= most_bytes
        records = _of_list(stream, most_bytes) if is_list else _of_lines(stream, found.size, most_bytes)
        for record in records:
            tally.records += 1
            _walk(record, "", kind, tally, 0)
    if found.size and tally.records == before:
        raise ValueError(f"{found.name} has no record of JSON")


def look_at_features(found: Found, kind: FileKind, tally: Tally) -> None:
    """Add the properties of a GeoJSON file's features. Raises DropError as a reader of it does."""
    content = json_content(Part(found.path, found.name))
    features = content.get("features") if isinstance(content, dict) else None
    if not isinstance(features, list):
        raise ValueError(f"{found.name} is no collection of features")
    for feature in features:
        tally.records += 1
        _walk(feature.get("properties") if isinstance(feature, dict) else None, "", kind, tally, 0)


def _walk(value: Any, path: str, kind: FileKind, tally: Tally, depth: int) -> None:
    """Count every key below a value. A list is of the path that it stands at."""
    if isinstance(value, dict):
        if path in kind.closed or depth > DEEPEST:
            return
        for key, inner in value.items():
            below = f"{path}.{key}" if path else key
            if below in tally.columns or len(tally.columns) < MOST_COLUMNS:
                tally.columns[below] = tally.columns.get(below, 0) + 1
            _walk(inner, below, kind, tally, depth + 1)
    elif isinstance(value, list):
        for item in value:
            _walk(item, path, kind, tally, depth + 1)
    elif path in kind.words and value is not None:
        tally.add_words(path, [(str(value), 1)])


def _first_byte(stream: IO[bytes]) -> bytes:
    return stream.read(BLOCK_BYTES).removeprefix(codecs.BOM_UTF8).lstrip()[:1]


def _of_lines(stream: IO[bytes], size: int, most_bytes: int) -> Iterator[Any]:
    """The records of lines: of all, or of those that stand whole in blocks spread over the file."""
    if size <= most_bytes:
        for line in stream:
            if line.strip():
                yield json.loads(line.removeprefix(codecs.BOM_UTF8))
        return
    blocks = max(1, most_bytes // BLOCK_BYTES)
    for number in range(blocks):
        stream.seek(number * (size - BLOCK_BYTES) // max(1, blocks - 1))
        block = stream.read(BLOCK_BYTES)
        whole = block.split(b"\n")[0 if number == 0 else 1 : -1]
        yield from (json.loads(line.removeprefix(codecs.BOM_UTF8)) for line in whole if line.strip())


def _of_list(stream: IO[bytes], most_bytes: int) -> Iterator[Any]:
    """The first objects of a list. One that is cut by the end of what is looked at is left out."""
    content = stream.read(most_bytes + 1)
    text = content[:most_bytes].decode("utf-8-sig", "ignore")
    decoder, place = json.JSONDecoder(), text.index("[") + 1
    while True:
        while place < len(text) and (text[place].isspace() or text[place] == ","):
            place += 1
        if place >= len(text) or text[place] == "]":
            return
        try:
            record, place = decoder.raw_decode(text, place)
        except ValueError:
            if len(content) > most_bytes:
                return
            raise
        yield record
