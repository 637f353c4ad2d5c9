"""A publisher's file, streamed to the disk: resumed where it broke off, begun anew where it changed meanwhile.

What belongs here: ranges, what is kept of a file that has not come whole, what a whole file must be. What does not:
which file (`publishers`), where it goes (`staging`).

    <name>.part     what has come of the file
    <name>.json     what the publisher said of it: which version of it the bytes are of
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import zipfile
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx

from assets.disk import full_disk_said
from assets.fetch.problems import FaultError, FetchError
from assets.fetch.transport import CHUNK_BYTES, Client, kept_headers
from assets.text_safety import looks_like_html

PARTIAL, OK, RANGE_NOT_SATISFIABLE = 206, 200, 416
RANGE = re.compile(r"bytes (\d+)-\d+/(\d+|\*)")
MEGABYTE = 1_000_000


@dataclass(frozen=True)
class Fetched:
    """A file that came whole."""

    name: str
    address: str
    bytes: int
    sha256: str
    fetched_at: str
    """When it was whole, ISO 8601 in UTC."""
    headers: dict[str, str]
    """What the publisher's answer said of it."""


@dataclass
class _Known:
    """What is known of a file that has begun to come."""

    address: str
    validator: str = ""
    """Its strong ETag, else its Last-Modified: what a range of the same version is asked for by."""
    total: int | None = None


def download(client: Client, address: str, target: Path) -> Fetched:
    """Bring a file to `target`, whole. What came before of the same version is not asked for again.

    Raises FetchPausedError where it does not come whole for now, FetchError for what is no such file at all.
    """

    def attempt() -> Fetched:
        return _Download(client, address, target).run()

    with full_disk_said(target.parent, f"{target.name} was fetched"):
        return client.tried(attempt, address)


class _Download:
    """One attempt at a file."""

    def __init__(self, client: Client, address: str, target: Path) -> None:
        self.client, self.address, self.target = client, address, target
        self.part = target.with_name(f"{target.name}.part")
        self.note = target.with_name(f"{target.name}.json")

    def run(self) -> Fetched:
        known, digest = self._known(), hashlib.sha256()
        done = self._held(digest) if known.validator else 0
        headers = {"Accept-Encoding": "identity"}
        if done:
            headers |= {"Range": f"bytes={done}-", "If-Range": known.validator}
        with self.client.stream(self.address, headers) as response:
            if response.status_code == RANGE_NOT_SATISFIABLE:
                self._forget()
                raise FaultError(f"{self.address} does not give the rest of what came before; it is begun anew")
            self.client.refuse(response, self.address)
            if not (done and response.status_code == PARTIAL and self._continues(response, known, done)):
                if response.status_code == PARTIAL:
                    self._forget()
                    raise FaultError(f"{self.address} answered with another part than was asked for; it is begun anew")
                # The server knows no ranges, or has another version by now.
                done, digest = 0, hashlib.sha256()
                known = self._begin(response)
            done = self._write(response, known, done, digest)
            headers = kept_headers(response)
        return self._whole(known, done, digest.hexdigest(), headers)

    def _known(self) -> _Known:
        try:
            known = _Known(**json.loads(self.note.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return _Known(self.address)
        return known if known.address == self.address else _Known(self.address)

    def _held(self, digest: hashlib._Hash) -> int:
        """Bytes that came before; they go into the digest."""
        done = 0
        if self.part.is_file():
            with self.part.open("rb") as stream:
                while chunk := stream.read(CHUNK_BYTES):
                    digest.update(chunk)
                    done += len(chunk)
        return done

    def _continues(self, response: httpx.Response, known: _Known, done: int) -> bool:
        """Whether a part is the one asked for, of the version that came before."""
        given = RANGE.fullmatch(response.headers.get("content-range", ""))
        is_same = known.validator in (validator(response), "") or not validator(response)
        return given is not None and int(given[1]) == done and is_same

    def _begin(self, response: httpx.Response) -> _Known:
        self._refuse_html(response.headers.get("content-type", ""))
        length = response.headers.get("content-length", "")
        known = _Known(self.address, validator(response), int(length) if length.isdigit() else None)
        free = shutil.disk_usage(self.target.parent).free
        if known.total and known.total + self.client.limits.free_disk_bytes > free:
            raise FetchError(
                f"{self.address} has {known.total / MEGABYTE:,.0f} MB, and the disk of {self.target.parent} has "
                f"{free / MEGABYTE:,.0f} MB free: free some of it, and fetch again"
            )
        self.part.write_bytes(b"")
        self.note.write_text(json.dumps(asdict(known)), encoding="utf-8")
        return known

    def _write(self, response: httpx.Response, known: _Known, done: int, digest: hashlib._Hash) -> int:
        """Bytes that are there once the answer ends, or breaks off."""
        with self.part.open("ab", buffering=0) as stream:
            try:
                for chunk in response.iter_raw():
                    if not done and looks_like_html(chunk):
                        self._refuse_html("text/html")
                    stream.write(chunk)
                    digest.update(chunk)
                    done += len(chunk)
                    self.client.budget.spend(len(chunk))
                    of = f" of {known.total / MEGABYTE:,.0f}" if known.total else ""
                    self.client.progress(f"{self.target.name}: {done / MEGABYTE:,.0f}{of} MB")
            except httpx.TransportError:
                if known.total is None:
                    raise
        return done

    def _whole(self, known: _Known, done: int, sha256: str, headers: dict[str, str]) -> Fetched:
        """The file, moved to its place. Raises FaultError where it is not whole, FetchError where it never will be."""
        if known.total is not None and done != known.total:
            if done > known.total or not known.validator:
                self._forget()
            raise FaultError(f"{self.address} stopped after {done:,} of {known.total:,} bytes")
        if self.target.suffix in (".zip", ".xlsx") and not _is_whole_archive(self.part):
            self._forget()
            kind = self.target.suffix.lstrip(".").upper()
            raise FaultError(f"{self.address} gave {done:,} bytes that are no whole {kind} file")
        self.part.rename(self.target)
        self.note.unlink(missing_ok=True)
        at = datetime.now(UTC).isoformat(timespec="seconds")
        return Fetched(self.target.name, self.address, done, sha256, at, headers)

    def _refuse_html(self, content_type: str) -> None:
        if content_type.split(";", maxsplit=1)[0].strip().lower() == "text/html":
            self._forget()
            raise FetchError(
                f"{self.address} answered with a page of HTML in place of the file {self.target.name}: look at that "
                "page in a browser, and fetch again, or give the address that holds now"
            )

    def _forget(self) -> None:
        self.part.unlink(missing_ok=True)
        self.note.unlink(missing_ok=True)


def validator(response: httpx.Response) -> str:
    """What a range of the same version can be asked for by; empty where the server gives nothing that is sure."""
    etag = str(response.headers.get("etag", ""))
    if etag:
        return "" if etag.startswith("W/") else etag
    return str(response.headers.get("last-modified", ""))


def _is_whole_archive(path: Path) -> bool:
    # The list of members stands at the end of the file.
    try:
        with zipfile.ZipFile(path) as archive:
            return bool(archive.infolist())
    except (zipfile.BadZipFile, OSError, ValueError):
        return False
