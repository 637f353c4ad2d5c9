"""Who may ask Dagster's web server what: a page of another site that someone visits may ask it nothing.

What belongs here: a layer around any ASGI application that judges a request by its method, path and headers. What does
not: the application, the server, who may log in (a proxy's matter).

The server has no login and listens on the loopback address, where every page that a browser shows can send requests. A
browser says on its own which site a request comes from (`Origin`, `Sec-Fetch-Site`), and which name it was sent to
(`Host`): a name of another site that points to this machine is no name of ours. A program that is no browser does not
say where a request comes from.
"""

from __future__ import annotations

from collections.abc import Collection
from http import HTTPStatus
from urllib.parse import parse_qs, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pipelines.settings import UI_HOSTS

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
GRAPHQL = "/graphql"
REPORTS = "/report_asset_"
"""How the paths begin under which anyone may add events to an asset."""
BODIES = ("application/json", "application/graphql")
"""What a form of a page cannot send."""
PORTS = {"http": 80, "https": 443}
POLICY_VIOLATION = 1008

Refusal = tuple[HTTPStatus, str]


class Guard:
    """Lets through what may be asked; everything else ends with 403, 415 or 421 and a sentence that says why."""

    def __init__(self, app: ASGIApp, hosts: Collection[str] = (), read_only: bool = False) -> None:
        """`hosts` are names beside the loopback ones under which the server is reached, through a proxy."""
        self.app = app
        self.named = frozenset(hosts)
        self.read_only = read_only

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a refusal, or call the application."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        refusal = self.refusal(scope)
        if refusal is None:
            await self.app(scope, receive, _unframed(send))
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": POLICY_VIOLATION, "reason": refusal[1]})
        else:
            status, why = refusal
            await PlainTextResponse(f"refused: {why}\n", status)(scope, receive, _unframed(send))

    def refusal(self, scope: Scope) -> Refusal | None:
        """Why a request is refused; None where it is not."""
        headers = Headers(scope=scope)
        host = _single(headers, "host")
        name = _name_and_port(host)[0] if host else None
        if name is None or name not in LOOPBACK | self.named:
            return HTTPStatus.MISDIRECTED_REQUEST, f"this server goes by other names; {UI_HOSTS} names more"
        if self._is_foreign(scope, headers, host or ""):
            return HTTPStatus.FORBIDDEN, "the request comes from a page of another site"
        if scope["type"] == "http":
            return self._refused_method(scope, headers)
        return None

    def _is_foreign(self, scope: Scope, headers: Headers, host: str) -> bool:
        """Whether a page of another site has made the request; links to a page may be followed from anywhere."""
        site = headers.get("sec-fetch-site")
        if "origin" in headers:
            origin = _single(headers, "origin")
            return origin is None or not self._is_own(origin, host)
        if scope["type"] == "websocket":
            # A browser says for every socket which page opens it.
            return site is not None
        if site is None or site in ("same-origin", "none"):
            return False
        is_followed = headers.get("sec-fetch-mode") == "navigate" and headers.get("sec-fetch-dest") == "document"
        return not (is_followed and scope["method"] in ("GET", "HEAD"))

    def _is_own(self, origin: str, host: str) -> bool:
        """Whether an origin is the one that the request was sent to, or has a name that the setting gives."""
        try:
            parts = urlsplit(origin)
            port = parts.port or PORTS.get(parts.scheme)
        except ValueError:
            return False
        if parts.scheme not in PORTS or parts.hostname is None:
            return False
        name, given = _name_and_port(host)
        return parts.hostname in self.named or (parts.hostname == name and port == (given or PORTS[parts.scheme]))

    def _refused_method(self, scope: Scope, headers: Headers) -> Refusal | None:
        method, path = scope["method"], scope["path"].rstrip("/")
        if method in ("GET", "HEAD"):
            if path == GRAPHQL and "query" in parse_qs(scope["query_string"].decode("latin-1"), keep_blank_values=True):
                return HTTPStatus.FORBIDDEN, "a query goes by POST, as JSON"
            return None
        if self.read_only and path.startswith(REPORTS):
            return HTTPStatus.FORBIDDEN, "this server only shows"
        body = headers.get("content-type", "").partition(";")[0].strip().lower()
        if method == "POST" and body not in BODIES:
            return HTTPStatus.UNSUPPORTED_MEDIA_TYPE, f"send {' or '.join(BODIES)}, and say so in Content-Type"
        return None


def _single(headers: Headers, name: str) -> str | None:
    """A header's value where it is given once."""
    values = headers.getlist(name)
    return values[0] if len(values) == 1 else None


def _name_and_port(host: str) -> tuple[str | None, int | None]:
    """The name in lower case and the port of a Host header; no name where it cannot be read."""
    try:
        parts = urlsplit(f"//{host}")
        if parts.netloc != host or "@" in host:
            return None, None
        return parts.hostname, parts.port
    except ValueError:
        return None, None


def _unframed(send: Send) -> Send:
    """Sends that no page may be shown inside another's."""

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message)["X-Frame-Options"] = "DENY"
        await send(message)

    return sending
