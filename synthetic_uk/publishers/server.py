"""The server of all local publishers: ranges, ETags, conditional requests, and faults.

A site answers for the addresses below its name. A fault takes the place of, or spoils, the answers to the next requests
whose path matches it.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import parse_qsl, unquote, urlsplit

HOST = "127.0.0.1"
CHUNK_BYTES = 1 << 16
BYTE_RANGE = re.compile(r"bytes=(\d+)-(\d*)")


@dataclass(frozen=True)
class Asked:
    """A request to a site."""

    path: str
    """Below the site's name, without a stroke before."""
    query: Mapping[str, str]
    headers: Mapping[str, str]
    """By name in lower case."""
    mounted: str = ""
    """Path of the site itself, with a stroke before."""


@dataclass(frozen=True)
class Answer:
    """What is answered: bytes, or a file."""

    body: bytes | Path = b""
    kind: str = "application/octet-stream"
    status: int = HTTPStatus.OK
    headers: Mapping[str, str] = field(default_factory=dict)
    etag: str | None = None
    """In place of the one that follows from the body; empty for none."""
    cut_after: int | None = None
    """Bytes of the body after which the connection ends."""
    has_ranges: bool = True
    delay_s: float = 0.0
    """Before the answer begins."""

    @classmethod
    def json(cls, content: Any, status: int = HTTPStatus.OK, **headers: str) -> Answer:
        """An answer of JSON."""
        body = json.dumps(content).encode()
        return cls(body, "application/json", status, {name.replace("_", "-"): value for name, value in headers.items()})

    @classmethod
    def html(cls, text: str) -> Answer:
        """A page."""
        return cls(f"<!DOCTYPE html><html><body>{text}</body></html>".encode(), "text/html; charset=utf-8")

    @classmethod
    def missing(cls) -> Answer:
        """404, as a page."""
        return replace(cls.html("Not found"), status=HTTPStatus.NOT_FOUND)

    @classmethod
    def moved(cls, to: str, status: int = HTTPStatus.FOUND) -> Answer:
        """A redirect."""
        return cls(b"", "text/plain", status, {"Location": to})


@dataclass
class Fault:
    """What goes wrong with requests whose path and query match, the next `times` of them after the first `skip`."""

    matching: str
    times: int = 1
    skip: int = 0
    answer: Answer | None = None
    """In place of the site's own."""
    changes: Mapping[str, Any] = field(default_factory=dict)
    """Fields of the site's own answer that are other than they should be."""


class Site(Protocol):
    """One publisher."""

    def answer(self, asked: Asked) -> Answer:
        """The answer to a request."""


@dataclass
class LocalPublishers:
    """A server under way."""

    sites: Mapping[str, Site]
    address: str = ""
    faults: list[Fault] = field(default_factory=list)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    """Path with query, and headers, of every request that came."""

    def answer(self, path: str, headers: dict[str, str]) -> Answer:
        """The answer to a request, as it is or spoiled."""
        self.asked.append((path, headers))
        parts = urlsplit(path)
        name, _, below = unquote(parts.path).lstrip("/").partition("/")
        site = self.sites.get(name)
        asked = Asked(below, dict(parse_qsl(parts.query, keep_blank_values=True)), headers, f"/{name}")
        fault = self._fault(path)
        if fault is not None and fault.answer is not None:
            return fault.answer
        found = site.answer(asked) if site else Answer.missing()
        return replace(found, **fault.changes) if fault else found

    def _fault(self, path: str) -> Fault | None:
        for fault in self.faults:
            if re.search(fault.matching, path) and fault.times:
                if fault.skip:
                    fault.skip -= 1
                    continue
                fault.times -= 1
                return fault
        return None

    def wait(self) -> None:
        """Serve until the process is interrupted."""
        with suppress(KeyboardInterrupt):
            threading.Event().wait()

    def times_asked(self, matching: str) -> int:
        """Requests whose path and query match."""
        return sum(1 for path, _ in self.asked if re.search(matching, path))


@contextmanager
def serving(sites: Mapping[str, Site], port: int = 0) -> Iterator[LocalPublishers]:
    """A server of sites on a port of the loopback address (a free one for 0), for as long as this lasts."""
    publishers = LocalPublishers(sites)
    lock = threading.Lock()

    class Handler(_Handler):
        def found(self) -> Answer:
            with lock:
                return publishers.answer(self.path, {name.lower(): value for name, value in self.headers.items()})

    with _Server((HOST, port), Handler) as server:
        publishers.address = f"http://{HOST}:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield publishers
        finally:
            server.shutdown()
            thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Who asked is gone: that is what tests do. Anything else is told."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "local-publishers"
    disable_nagle_algorithm = True
    """Else a short body waits for the acknowledgement of its headers, 40 ms, which no publisher does."""
    sys_version = ""

    def found(self) -> Answer:
        raise NotImplementedError

    def do_HEAD(self) -> None:
        answer = self.found()
        size = answer.body.stat().st_size if isinstance(answer.body, Path) else len(answer.body)
        self._begin(answer, answer.status, size, etag_of(answer, size))

    def do_GET(self) -> None:
        answer = self.found()
        time.sleep(answer.delay_s)
        size = answer.body.stat().st_size if isinstance(answer.body, Path) else len(answer.body)
        etag = etag_of(answer, size)
        if answer.status == HTTPStatus.OK and etag and self.headers.get("If-None-Match") == etag:
            self._begin(answer, HTTPStatus.NOT_MODIFIED, 0, etag)
            return
        first, last, status = self._part(answer, size, etag)
        if status == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
            self._begin(answer, status, 0, etag, f"bytes */{size}")
            return
        part = f"bytes {first}-{last}/{size}" if status == HTTPStatus.PARTIAL_CONTENT else None
        self._begin(answer, status, last - first + 1, etag, part)
        self._send(answer, first, last + 1)

    def _part(self, answer: Answer, size: int, etag: str) -> tuple[int, int, int]:
        """First and last byte to send, and the status."""
        wanted = BYTE_RANGE.fullmatch(self.headers.get("Range", ""))
        is_same = self.headers.get("If-Range", etag) == etag
        if wanted is None or not answer.has_ranges or not is_same or answer.status != HTTPStatus.OK:
            return 0, size - 1, answer.status
        first = int(wanted[1])
        if first >= size:
            return 0, 0, HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE
        return first, min(int(wanted[2] or size), size - 1), HTTPStatus.PARTIAL_CONTENT

    def _begin(self, answer: Answer, status: int, length: int, etag: str, part: str | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Type", answer.kind)
        if status != HTTPStatus.NOT_MODIFIED:
            self.send_header("Content-Length", str(length))
        if etag:
            self.send_header("ETag", etag)
        if part:
            self.send_header("Content-Range", part)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.end_headers()

    def _send(self, answer: Answer, first: int, end: int) -> None:
        stop = end if answer.cut_after is None else min(end, first + answer.cut_after)
        if isinstance(answer.body, Path):
            with answer.body.open("rb") as stream:
                stream.seek(first)
                while first < stop:
                    chunk = stream.read(min(CHUNK_BYTES, stop - first))
                    self.wfile.write(chunk)
                    first += len(chunk)
        else:
            self.wfile.write(answer.body[first:stop])
        if stop < end:
            self.close_connection = True

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing is logged: `asked` has it."""


def etag_of(answer: Answer, size: int) -> str:
    """The ETag of an answer: of a file by its size and time, of bytes by their digest."""
    if answer.etag is not None:
        return answer.etag
    if isinstance(answer.body, Path):
        return f'"{size:x}-{answer.body.stat().st_mtime_ns:x}"'
    return f'"{hashlib.sha256(answer.body).hexdigest()[:16]}"'
