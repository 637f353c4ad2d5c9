"""Kinds of file: unpacking and encodings.

What belongs here: bytes, archives, and what can be wrong with them. What does not: how far a file may unpack
(`unpacking`), what is looked at before a library reads it (`spreadsheets`, `parquet_files`), a table as columns of text
(`text_tables`).
"""

from __future__ import annotations

import codecs
import gzip
import hashlib
import json
import lzma
import re
import zipfile
import zlib
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np

from assets.disk import full_disk_said
from assets.sources.bounds import USUAL_BOUNDS, Bounds, in_words, raise_it
from assets.sources.files.unpacking import Unpacking, chunks_of
from assets.sources.problems import DropError, Problem
from assets.text_safety import BEGINNING_BYTES, looks_like_html

CHUNK_BYTES = 1 << 20
LINE_END = ord("\n")
LONGEST_SUFFIX = 16
"""Characters of the extension that an unpacked file keeps: libraries tell kinds by it."""
ENCRYPTED = 1
"""The bit of a zip's member that says that it has a password."""
GZIP = ".gz"
DEEPEST_PACKING = 4
"""Archives in one another at the most: an archive can be made that holds itself."""
SEND_AGAIN = "Fetch or export the file again, whole, and put it in this one's place"
SAVE_AS_UTF8 = "Save the file as UTF-8 and put it in this one's place"
PAGES = ("html", "htm", "xhtml", "xml")
"""Kinds of file that may well begin as a page of HTML does."""
FIRST_BYTES = {
    b"PK\x03\x04": ("an Excel workbook or a zip", ".xlsx or .zip"),
    b"\xd0\xcf\x11\xe0": ("an Excel workbook of before 2007", ".xlsx, once it is saved as one"),
    b"PAR1": ("a Parquet file", ".parquet"),
    b"\x1f\x8b": ("a gzip file", ".gz at its end"),
}
"""What a file that is no text starts with: what it is, and how it would be named."""


@dataclass(frozen=True)
class Part:
    """A file of a drop on the local disk."""

    path: Path
    name: str
    """Where it stands in the sources, as messages show it; a member of an archive is `archive.zip/member.csv`. What is
    packed keeps its name when it is unpacked, for a person looks for the file as it lies there."""
    bounds: Bounds = USUAL_BOUNDS
    """How far it may unpack, and what of it may be held in memory."""
    unpacked: int = 0
    """Endings `.gz` of its name that are unpacked already."""
    held_as: str = ""
    """Kind of the file at `path` where another stands in for the one of that name."""

    @property
    def kind(self) -> str:
        """Extension without any `.gz`: csv, parquet, xlsx, zip, jsonl, ..."""
        if self.held_as:
            return self.held_as
        suffixes = [suffix.lower().lstrip(".") for suffix in PurePosixPath(self.name).suffixes]
        return next((suffix for suffix in reversed(suffixes) if suffix != "gz"), "")

    @property
    def is_gzip(self) -> bool:
        """Whether the file is packed with gzip."""
        return self.name.lower().removesuffix(GZIP * self.unpacked).endswith(GZIP)


Choose = Callable[[Sequence[str]], Collection[str]]
"""Which of the names in a folder or an archive hold what is read."""


def everything(names: Sequence[str]) -> Sequence[str]:
    """The choice of all."""
    return names


def plain_files(parts: Sequence[Part], scratch: Path, choose: Choose = everything) -> list[Part]:
    """The chosen files of a drop: gzip and zip taken apart under `scratch`, anything else as it is.

    Raises DropError for an archive that is cut short, damaged or empty, or unpacks past its bounds, and for an empty
    file; DiskFullError where there is no room.
    """
    chosen = set(choose([part.name for part in parts]))
    unpacking = Unpacking(parts[0].bounds if parts else USUAL_BOUNDS)
    with full_disk_said(scratch, "packed files were unpacked"):
        return [plain for part in parts if part.name in chosen for plain in _unpack(part, scratch, choose, unpacking)]


def _unpack(part: Part, scratch: Path, choose: Choose, unpacking: Unpacking, depth: int = 0) -> list[Part]:
    if part.path.stat().st_size == 0:
        raise _empty(part)
    if part.kind != "zip" and not part.is_gzip:
        return [part]
    if depth >= DEEPEST_PACKING:
        found, remedy = "there are archives in archives without end", "Pack the files themselves, once"
        raise DropError(Problem(part.name, found, f"at most {DEEPEST_PACKING} in one another", remedy))
    if part.is_gzip:
        plain_name = part.name[: -len(GZIP) * (part.unpacked + 1)]
        inside = replace(part, path=_place_for(plain_name, scratch), unpacked=part.unpacked + 1)
        unpacking.write(_gunzipped(part), inside.path, part.name, part.path.stat().st_size)
        return _unpack(inside, scratch, choose, unpacking, depth + 1)
    members = _unzip(part, scratch, choose, unpacking)
    return [plain for member in members for plain in _unpack(member, scratch, choose, unpacking, depth + 1)]


def gunzipped(part: Part) -> Iterator[bytes]:
    """The bytes of a gzip file, unpacked, in chunks; raises DropError where it is cut short, damaged or too large."""
    yield from Unpacking(part.bounds).counted(_gunzipped(part), part.name, part.path.stat().st_size)


def bytes_of(part: Part) -> Iterator[bytes]:
    """The bytes of a file, those of a gzip unpacked, in chunks; raises as `gunzipped`."""
    return gunzipped(part) if part.is_gzip else _chunks(part.path)


def _gunzipped(part: Part) -> Iterator[bytes]:
    done = 0
    try:
        with gzip.open(part.path) as packed:
            for chunk in chunks_of(packed.read, CHUNK_BYTES):
                done += len(chunk)
                yield chunk
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        found = f"the gzip is cut short or damaged after {done} unpacked bytes ({error})"
        raise DropError(Problem(part.name, found, "a whole gzip file", SEND_AGAIN)) from error


def check_utf8(part: Part, look: Callable[[bytes], None] | None = None) -> int:
    """The number of line ends in a file, unpacked; `look` is given its bytes in passing.

    Raises DropError, naming byte and row, where it is not UTF-8 or has a NUL in it, and where a line is too long or
    ends with CR alone.
    """
    decoder = codecs.getincrementaldecoder("utf-8")()
    start, line, line_start, has_lone_ends = 0, 1, 0, False
    nul: DropError | None = None
    for chunk in bytes_of(part):
        if look is not None:
            look(chunk)
        held = len(decoder.getstate()[0])
        # Most of a register is plain ASCII, which is seen in a fraction of the time that decoding takes.
        if held or not chunk.isascii():
            try:
                decoder.decode(chunk)
            except UnicodeDecodeError as error:
                raise _not_utf8(part, error, start - held, line) from error
        if nul is None and b"\0" in chunk:
            # Told at the end: what is past a bound is no text at all.
            nul = _has_nul(part, chunk, start, line)
        first_end, last_end = chunk.find(b"\n"), chunk.rfind(b"\n")
        # Two ends in one chunk are nearer than the bound, so a line that passes it is seen at a chunk's first or end.
        reach = start + (first_end if first_end >= 0 else len(chunk))
        if reach - line_start > part.bounds.line_bytes:
            raise _line_too_long(part, line)
        has_lone_ends = has_lone_ends or (line == 1 and b"\r" in chunk)
        line += int(np.count_nonzero(np.frombuffer(chunk, np.uint8) == LINE_END))
        line_start = start + last_end + 1 if last_end >= 0 else line_start
        start += len(chunk)
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        raise _not_utf8(part, error, start - len(error.object), line) from error
    if nul is not None:
        raise nul
    if line == 1 and has_lone_ends:
        found, expected = "its lines end with CR alone, as on Macs of old", "lines that end with LF or CR and LF"
        raise DropError(Problem(part.name, found, expected, SAVE_AS_UTF8))
    return line - 1


def json_content(part: Part) -> Any:
    """What a JSON file holds; raises DropError where it is not UTF-8, no JSON, nested without end, or too large."""
    check_whole(part)
    check_utf8(part)
    try:
        return json.loads(part.path.read_text(encoding="utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise unreadable(part, error) from error


def check_begins_as_data(part: Part, *, may_be_empty: bool) -> None:
    """Raise DropError for a file with nothing in it, and for a page of the Web that stands in a file's place."""
    with part.path.open("rb") as stream:
        beginning = stream.read(BEGINNING_BYTES)
    if not beginning and not may_be_empty:
        raise _empty(part)
    if part.kind not in PAGES and looks_like_html(beginning):
        found = "it is a page of HTML, as publishers send it in place of a file"
        raise DropError(Problem(part.name, found, f"a {part.kind} file" if part.kind else "a file of data", SEND_AGAIN))


def check_whole(part: Part) -> None:
    """Raise DropError where a file that is held in memory whole is too large for it."""
    size = part.path.stat().st_size
    if size > part.bounds.whole_bytes:
        found, most = f"the file has {in_words(size)}", f"at most {in_words(part.bounds.whole_bytes)}"
        remedy = f"Give it as lines or as a table, which are read in pieces; {raise_it('whole_bytes')}"
        raise DropError(Problem(part.name, found, f"{most} of a file that is held in memory whole", remedy))


def unreadable(part: Part, error: BaseException) -> DropError:
    """The refusal of a file that a library could not read."""
    reason = next(iter(str(error).strip().splitlines()), type(error).__name__)
    return DropError(Problem(part.name, f"the file cannot be read ({reason})", f"a whole {part.kind} file", SEND_AGAIN))


def _unzip(part: Part, scratch: Path, choose: Choose, unpacking: Unpacking) -> list[Part]:
    try:
        with zipfile.ZipFile(part.path) as archive:
            members = _members(part, archive)
            chosen = set(choose(list(members)))
            found = []
            for member in (info for name, info in members.items() if name in chosen):
                name = f"{part.name}/{member.filename}"
                inside = replace(part, path=_place_for(name, scratch), name=name, unpacked=0)
                with archive.open(member) as packed:
                    # What the archive says a member's packed size is may be a lie: it is no more than the archive's.
                    packed_bytes = min(member.compress_size, part.path.stat().st_size)
                    unpacking.write(chunks_of(packed.read, CHUNK_BYTES), inside.path, name, packed_bytes)
                found.append(inside)
    except (zipfile.BadZipFile, EOFError, zlib.error, lzma.LZMAError, NotImplementedError, RuntimeError) as error:
        damage = f"the zip is cut short or damaged ({error})"
        raise DropError(Problem(part.name, damage, "a whole zip file", SEND_AGAIN)) from error
    if not found:
        raise DropError(Problem(part.name, "the zip has no file with data in it", "a zip of csv files", SEND_AGAIN))
    return found


def _members(part: Part, archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    """The members of an archive that hold data, by name; raises DropError for two of one name, and one with a lock."""
    members: dict[str, zipfile.ZipInfo] = {}
    for info in archive.infolist():
        if not info.file_size or _is_litter(info):
            continue
        name = f"{part.name}/{info.filename}"
        if info.filename in members:
            raise DropError(Problem(name, "the name stands twice in the zip", "every name once", SEND_AGAIN))
        if info.flag_bits & ENCRYPTED:
            raise DropError(Problem(name, "it is encrypted", "a zip without a password", "Pack it without a password"))
        members[info.filename] = info
    return members


def _place_for(name: str, scratch: Path) -> Path:
    """Where an unpacked file goes: a name in an archive may hold `..`, or be too long, so it is not used as a path."""
    folder = scratch / "unpacked"
    folder.mkdir(parents=True, exist_ok=True)
    suffix = re.sub(r"[^.a-zA-Z0-9]", "", PurePosixPath(name).suffix[:LONGEST_SUFFIX])
    return folder / f"{hashlib.sha256(name.encode(errors='surrogateescape')).hexdigest()}{suffix}"


def _is_litter(info: zipfile.ZipInfo) -> bool:
    return info.filename.startswith("__MACOSX/") or PurePosixPath(info.filename).name.startswith(".")


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as stream:
        yield from chunks_of(stream.read, CHUNK_BYTES)


def _empty(part: Part) -> DropError:
    return DropError(Problem(part.name, "the file is empty (0 bytes)", "a file with data", SEND_AGAIN))


def _line_too_long(part: Part, line: int) -> DropError:
    found, most = "the line has no end", f"at most {in_words(part.bounds.line_bytes)} a line"
    remedy = f"Look whether this is the file that is meant; {raise_it('line_bytes')}"
    return DropError(Problem(part.name, found, most, remedy, row=line))


def _has_nul(part: Part, chunk: bytes, start: int, line: int) -> DropError:
    at = chunk.index(b"\0")
    found = f"byte {start + at} is a NUL, which is no character of a text"
    return DropError(Problem(part.name, found, "text in UTF-8", SAVE_AS_UTF8, row=line + chunk[:at].count(b"\n")))


def _not_utf8(part: Part, error: UnicodeDecodeError, start: int, line: int) -> DropError:
    first = next(bytes_of(part))
    for mark, (what, ending) in FIRST_BYTES.items():
        if first.startswith(mark):
            remedy = f"Export it as text, or give it the name of what it is ({ending})"
            return DropError(Problem(part.name, f"it starts as {what} does", "text in UTF-8, as its name says", remedy))
    found = f"byte {start + error.start} is 0x{error.object[error.start]:02x}, which is not UTF-8"
    row = line + error.object[: error.start].count(b"\n")
    return DropError(Problem(part.name, found, "text in UTF-8", SAVE_AS_UTF8, row=row))
