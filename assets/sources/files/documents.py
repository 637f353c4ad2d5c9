"""Files of JSON, however they are filed: one object a line, or one document with line ends wherever.

What belongs here: telling the two apart by what stands in a file, and documents as lines. What does not: what an object
is (the readers), the lines of a file that has one object in each (`lines`).
"""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterator, Sequence

import polars as pl

from assets.sources.files.kinds import Part, bytes_of, json_content
from assets.sources.files.lines import LINE_KINDS

JSON_KINDS = (*LINE_KINDS, "json")
FIRST_BYTES = 1 << 20
"""Of a file, in which its first line is looked for; the first line of a file of lines may be longer."""
BATCH_CHARACTERS = 64_000_000
"""Of documents that are handed on together."""
SCHEMA = {"file": pl.String, "row": pl.Int64, "line": pl.String}


def is_json(part: Part) -> bool:
    """Whether a file is of JSON by its extension, or, where it has none, by how it begins."""
    return part.kind in JSON_KINDS or (not part.kind and _beginning(part)[:1] in (b"{", b"["))


def is_document(part: Part) -> bool:
    """Whether a file is to be read as one document: a list or an object that does not end with its first line, and
    what is all in one line of a file that is not said to be of lines."""
    beginning = _beginning(part)
    first, end, rest = beginning.partition(b"\n")
    is_list = beginning.startswith(b"[")
    if not end and len(beginning) >= FIRST_BYTES:
        return is_list or part.kind == "json"
    if not rest.strip() and (is_list or part.kind not in LINE_KINDS):
        return True
    if is_list:
        return not _is_whole(first)
    return not _is_whole(first) and (part.kind not in LINE_KINDS or first.strip() == b"{")


def documents(parts: Sequence[Part]) -> Iterator[pl.DataFrame]:
    """The documents of files as `file`, `row` and `line`, some at a time; of a list each of its members.

    The files are not packed. Raises DropError as `json_content`.
    """
    rows: list[tuple[str, int, str]] = []
    held = 0
    for part in parts:
        content = json_content(part)
        is_list = isinstance(content, list)
        lines = [json.dumps(item) for item in content] if is_list else [part.path.read_text(encoding="utf-8-sig")]
        for row, line in enumerate(lines, start=1):
            rows.append((part.name, row, line))
            held += len(line)
            if held > BATCH_CHARACTERS:
                yield pl.DataFrame(rows, schema=SCHEMA, orient="row")
                rows, held = [], 0
    if rows:
        yield pl.DataFrame(rows, schema=SCHEMA, orient="row")


def _is_whole(text: bytes) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _beginning(part: Part) -> bytes:
    """The first bytes of a file that are no space."""
    found = b""
    for chunk in bytes_of(part):
        found = (found + chunk).removeprefix(codecs.BOM_UTF8).lstrip()
        if len(found) >= FIRST_BYTES:
            break
    return found[:FIRST_BYTES]
