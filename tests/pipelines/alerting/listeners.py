"""Real listeners on this machine: of webhooks, by HTTP or HTTPS or as the proxy that leads to them, and of mail."""

from __future__ import annotations

import contextlib
import email.policy
import json
import queue
import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

SECONDS_TO_WAIT = 600


class Hooks:
    """What was posted: addresses and JSON bodies, in order."""

    def __init__(self) -> None:
        self.posts: list[tuple[str, Any]] = []
        self.came: queue.Queue[tuple[str, Any]] = queue.Queue()
        self.status = 200
        self.port = 0
        self.tls: ssl.SSLContext | None = None

    def next(self) -> tuple[str, Any]:
        """What is posted next; waits for it."""
        return self.came.get(timeout=SECONDS_TO_WAIT)

    @property
    def bodies(self) -> list[Any]:
        return [body for _, body in self.posts]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    hooks: Hooks

    def do_CONNECT(self) -> None:
        """Be the host that is asked for: what follows is TLS with it."""
        assert self.hooks.tls is not None
        self.send_response(200)
        self.end_headers()
        self.wfile.flush()
        self.asked_for = self.path
        self.connection = self.hooks.tls.wrap_socket(self.connection, server_side=True)
        self.rfile, self.wfile = self.connection.makefile("rb"), self.connection.makefile("wb", buffering=0)
        self.close_connection = False

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        posted = (getattr(self, "asked_for", "") + self.path, body)
        if self.hooks.status == 200:
            self.hooks.posts.append(posted)
            self.hooks.came.put(posted)
        said = b"ok"
        self.send_response(self.hooks.status)
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing."""


@contextlib.contextmanager
def hooks(certificate: Path | None = None, is_proxy: bool = False) -> Iterator[Hooks]:
    """A listener; with a certificate by HTTPS, as a proxy by HTTPS after CONNECT."""
    told = Hooks()
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        told.tls = context
    handler = type("Handler", (_Handler,), {"hooks": told})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        told.port = server.server_port
        if told.tls is not None and not is_proxy:
            server.socket = told.tls.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield told
        finally:
            server.shutdown()
            thread.join()


def certificate_of(folder: Path, host: str) -> Path | None:
    """A file with a key and a certificate of a host that nobody vouches for; None where there is no OpenSSL."""
    if shutil.which("openssl") is None:
        return None
    both = folder / "both.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"),
            *("-keyout", folder / "key.pem", "-out", folder / "certificate.pem", "-days", "2"),
            *("-subj", f"/CN={host}", "-addext", f"subjectAltName=DNS:{host}"),
        ],
        check=True,
        capture_output=True,
    )
    both.write_bytes((folder / "key.pem").read_bytes() + (folder / "certificate.pem").read_bytes())
    return both


class Post:
    """A mailbox of everyone."""

    def __init__(self) -> None:
        self.mails: list[tuple[list[str], EmailMessage]] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        parsed = email.message_from_bytes(envelope.content, policy=email.policy.default)
        assert isinstance(parsed, EmailMessage)
        self.mails.append((envelope.rcpt_tos, parsed))
        return "250 taken"


@contextlib.contextmanager
def post() -> Iterator[tuple[Post, int]]:
    """A mail server, and its port."""
    from aiosmtpd.controller import Controller

    box = Post()
    # The controller connects to the port that it was given.
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield box, port
    finally:
        controller.stop()
