"""The publication's folder over HTTP on this machine: to look at it as a static web host shows it.

What belongs here: files of the folder, with headers that a public host should send too, and `/healthz`. What does not:
anything else that is made on request. It binds to 127.0.0.1 alone.
"""

from __future__ import annotations

import io
import json
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from pipelines.finding import Finding
from pipelines.health_answer import PATH, Examine, as_json, is_healthy, kept

HOST = "127.0.0.1"
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: https:; "
    "connect-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-cache",
}
"""Pages that allow less say so themselves; images of other hosts are an online base map's, which is off at first."""
TYPES = SimpleHTTPRequestHandler.extensions_map | {
    ".geojson": "application/geo+json",
    ".parquet": "application/vnd.apache.parquet",
    ".gpkg": "application/geopackage+sqlite3",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".js": "text/javascript; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".csv": "text/csv; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
}


class Handler(SimpleHTTPRequestHandler):
    """GET and HEAD of files that lie in the folder; links are followed as long as they stay in it."""

    server_version = "innovation-clusters"
    sys_version = ""
    extensions_map = TYPES

    def __init__(self, *given: Any, examine: Examine | None, **named: Any) -> None:
        # Answers within: what it is asked for has to be known first.
        self.examine = examine
        super().__init__(*given, **named)

    def send_head(self) -> Any:
        """The file's headers and its open file; 404 for what is hidden, or lies outside the folder."""
        asked = unquote(urlsplit(self.path).path)
        if asked == PATH and self.examine is not None:
            return self._send_health(self.examine())
        if self._is_refused(asked):
            self.send_error(HTTPStatus.NOT_FOUND)
            return None
        return super().send_head()

    def _send_health(self, findings: list[Finding]) -> io.BytesIO:
        """Headers and body of the answer whether all works: 200 or 503."""
        body = json.dumps(as_json(findings)).encode()
        self.send_response(HTTPStatus.OK if is_healthy(findings) else HTTPStatus.SERVICE_UNAVAILABLE)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        return io.BytesIO(body)

    def _is_refused(self, asked: str) -> bool:
        if "\0" in asked or any(part.startswith(".") for part in asked.split("/")):
            return True
        target = Path(self.translate_path(self.path)).resolve()
        return not target.is_relative_to(Path(self.directory).resolve())

    def list_directory(self, path: Any) -> None:
        """No folder is listed."""
        self.send_error(HTTPStatus.NOT_FOUND)

    def end_headers(self) -> None:
        """Every answer has the headers."""
        for name, value in HEADERS.items():
            self.send_header(name, value)
        super().end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing is logged: the person who looks is the one who started it."""


def make_server(folder: Path, port: int, examine: Examine | None = None) -> ThreadingHTTPServer:
    """A server of the folder, not serving yet; port 0 takes a free one. `examine` is what `/healthz` tells of.

    Raises ValueError where the folder has no release, or the port is taken.
    """
    if not (folder / "index.html").is_file():
        raise ValueError(f"no release in {folder}: make one with `innovation-clusters publish`, or give --publication")
    try:
        examined = kept(examine) if examine else None
        return ThreadingHTTPServer((HOST, port), partial(Handler, directory=str(folder), examine=examined))
    except (OSError, OverflowError) as error:
        raise ValueError(f"port {port} cannot be used: {error}: give another with --port") from error
