"""Asking a publisher over HTTP: who asks, at what pace, how often, how long, and what an answer must be.

What belongs here: requests, retries, waits that publishers ask for, budgets, keys. What does not: files that are
resumed (`downloads`), what a publisher's pages say (`publishers`).

Pages that are searched for the newest release go through a cache that asks the publisher each time whether they have
changed. A key goes into the request that is sent and nowhere else: no message, no log, no file has it.
"""

from __future__ import annotations

import json
import logging
import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

import httpx
import stamina
from hishel import CacheOptions, SqliteStorage
from hishel.httpx import CacheClient

from assets.fetch.limits import SETTINGS, Limits
from assets.fetch.problems import FaultError, FetchError, FetchPausedError
from assets.synthetic import HEADER
from assets.text_safety import looks_like_html

CACHE_FILE = "pages.db"
CHUNK_BYTES = 1 << 20
LARGEST_PAGE_BYTES = 256_000_000
"""Of an answer that is held in memory: a page of 200 works of OpenAlex has some 5 MB, of 100,000 counts 20 MB."""
TELL_EVERY_S = 5.0
MAY_PASS = {408, 425, 429, 500, 502, 503, 504}
CONTACT = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+|https?://\S+")
KEPT_HEADERS = ("etag", "last-modified", "date", "content-type", "content-length", "content-disposition", HEADER)
"""Of an answer, for provenance. None can hold a key or a cookie."""
Answer = TypeVar("Answer")
Tell = Callable[[str], None]
"""Called with a sentence about what goes on."""


def nobody(_: str) -> None:
    """Where nobody is to be told."""


@dataclass(frozen=True)
class Page:
    """An answer, whole, held in memory."""

    address: str
    """What was asked for, without any key."""
    body: bytes
    headers: Mapping[str, str]
    """By name in lower case; those of `KEPT_HEADERS`."""

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode("utf-8-sig", "replace")

    def json(self) -> Any:
        """The body as JSON. Raises FaultError where it is none, as where a server cuts it short."""
        try:
            return json.loads(self.body)
        except ValueError as error:
            looks = "it is a page of HTML" if looks_like_html(self.body) else f"{len(self.body)} bytes"
            raise FaultError(f"{self.address} answered with no JSON ({looks}: {error})") from None


@dataclass
class Budget:
    """What is left of a fetch's bytes and time."""

    limits: Limits
    started: float = field(default_factory=time.monotonic)
    bytes: int = 0

    def spend(self, count: int) -> None:
        """Count bytes that came. Raises FetchPausedError where the budget is spent."""
        self.bytes += count
        if self.bytes > self.limits.budget_bytes:
            raise self._spent("budget_bytes", f"{self.limits.budget_bytes:,} bytes")
        self.look()

    def look(self, ahead_s: float = 0.0) -> None:
        """Raise FetchPausedError where the time is spent, or would be in `ahead_s` seconds."""
        if time.monotonic() - self.started + ahead_s > self.limits.budget_s:
            raise self._spent("budget_s", f"{self.limits.budget_s:,.0f} seconds")

    def _spent(self, limit: str, what: str) -> FetchPausedError:
        return FetchPausedError(f"the {what} that one fetch may take ({SETTINGS[limit]}) are spent")


class Client:
    """What asks one publisher. To be closed; `cache` is a folder for the pages that are searched."""

    def __init__(self, limits: Limits, cache: Path, tell: Tell = nobody) -> None:
        self.limits, self.tell, self.budget = limits, tell, Budget(limits)
        self._asked_at = self._told_at = 0.0
        self._keys: set[str] = set()
        given: dict[str, Any] = {
            "headers": {"User-Agent": user_agent(limits)},
            "follow_redirects": True,
            "timeout": httpx.Timeout(limits.timeout_s),
            "event_hooks": {"response": [_refuse_unsafe_redirect]},
        }
        # Tries are told of here; else each would be a line of the library's own on the screen.
        stamina.instrumentation.set_on_retry_hooks(())
        cache.mkdir(parents=True, exist_ok=True)
        storage = SqliteStorage(database_path=cache / CACHE_FILE)
        self._cached = CacheClient(storage=storage, rfc=CacheOptions(shared=False), **given)
        self._plain = httpx.Client(**given)
        self._redact = _Redact(self._keys)
        logging.getLogger("httpx").addFilter(self._redact)

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self._cached.close()
        self._plain.close()
        logging.getLogger("httpx").removeFilter(self._redact)

    def progress(self, sentence: str) -> None:
        """Tell how far a fetch is, now and then."""
        now = time.monotonic()
        if now - self._told_at >= TELL_EVERY_S:
            self._told_at = now
            self.tell(sentence)

    def page(self, address: str, params: Mapping[str, Any] | None = None) -> Page:
        """A page that is searched, from the cache where the publisher says that it has not changed."""
        # Else a page without an expiry would count as fresh for a tenth of its age.
        return self._get(self._cached, address, params or {}, {"Cache-Control": "no-cache"})

    def answer(
        self,
        address: str,
        params: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        key: Mapping[str, str] | None = None,
        read: Callable[[Page], Answer] = lambda page: page,  # type: ignore[assignment,return-value]
    ) -> Answer:
        """What `read` makes of an answer that no cache keeps; asked for again where it raises FaultError.

        `key` are parameters that nothing else may show.
        """
        return self._get(self._plain, address, params or {}, headers or {}, key or {}, read)

    def head(self, address: str) -> dict[str, str]:
        """What a publisher says of a file without giving it: the headers of `KEPT_HEADERS`."""

        def attempt() -> dict[str, str]:
            self._wait_for_turn()
            try:
                response = self._plain.head(address, headers={"Accept-Encoding": "identity"})
            except httpx.TransportError as error:
                raise FaultError(self._said(error, address)) from None
            self.refuse(response, address)
            return kept_headers(response)

        return self.tried(attempt, address)

    @contextmanager
    def stream(self, address: str, headers: Mapping[str, str]) -> Iterator[httpx.Response]:
        """The answer to one request, its body still to come. Raises FaultError and FetchError as `tried` takes them."""
        self._wait_for_turn()
        try:
            with self._plain.stream("GET", address, headers=dict(headers)) as response:
                yield response
        except httpx.TransportError as error:
            raise FaultError(self._said(error, address)) from None

    def tried(self, attempt: Callable[[], Answer], address: str) -> Answer:
        """What an attempt gives, made again while it raises FaultError and there are tries and time left.

        Raises FetchPausedError where the publisher asks for a longer wait than the limits allow, or does not recover.
        """
        limits = self.limits

        def wait(error: Exception) -> bool | float:
            if not isinstance(error, FaultError):
                return False
            if error.wait_s is None:
                return True
            # The clocks of both ends may differ by a second.
            return error.wait_s + 1

        try:
            for trial in stamina.retry_context(
                on=wait,
                attempts=limits.tries,
                timeout=None,
                wait_initial=limits.first_wait_s,
                wait_max=limits.longest_wait_s,
                wait_jitter=limits.first_wait_s / 10,
            ):
                with trial:
                    if trial.num > 1:
                        self.tell(f"{address}: try {trial.num} of {limits.tries}")
                    try:
                        return attempt()
                    except FaultError as error:
                        self._refuse_long_wait(error)
                        self.budget.look(error.wait_s or trial.next_wait)
                        raise
        except FaultError as error:
            raise FetchPausedError(f"{error}, {limits.tries} times in a row") from None
        raise AssertionError("an attempt returns or raises")

    def refuse(self, response: httpx.Response, address: str) -> None:
        """Raise FaultError for a status that may pass, FetchError for any other that is no success."""
        status = response.status_code
        if response.is_success:
            return
        what = f"{address} answered {status} {response.reason_phrase}".rstrip()
        if status in MAY_PASS:
            raise FaultError(what, retry_after(response.headers.get("retry-after"), datetime.now(UTC)))
        said = self._words(response)
        raise FetchError(f"{what}{said}: look whether the publisher has moved it, and give the address that holds now")

    def _get(
        self,
        client: httpx.Client,
        address: str,
        params: Mapping[str, Any],
        headers: Mapping[str, str],
        key: Mapping[str, str] | None = None,
        read: Callable[[Page], Answer] = lambda page: page,  # type: ignore[assignment,return-value]
    ) -> Answer:
        shown = str(httpx.URL(address, params=dict(params))) if params else address
        for value in (key or {}).values():
            self._keys.update({value, quote(value, safe="")})

        def attempt() -> Answer:
            self._wait_for_turn()
            try:
                sent = {**params, **(key or {})} or None
                with client.stream("GET", address, params=sent, headers=dict(headers)) as response:
                    body = self._body(response, shown)
                    self.refuse(response, shown)
                    return read(Page(shown, body, kept_headers(response)))
            except (httpx.TransportError, httpx.DecodingError) as error:
                raise FaultError(self._said(error, shown)) from None
            except httpx.TooManyRedirects:
                raise FetchError(f"{shown} leads from one address to the next without end") from None
            except httpx.InvalidURL as error:
                raise FetchError(f"{address} is no address: {error}") from None

        return self.tried(attempt, shown)

    def _body(self, response: httpx.Response, shown: str) -> bytes:
        body = bytearray()
        for chunk in response.iter_bytes(CHUNK_BYTES):
            self.budget.spend(len(chunk))
            body += chunk
            if len(body) > LARGEST_PAGE_BYTES:
                raise FetchError(f"{shown} is larger than {LARGEST_PAGE_BYTES:,} bytes, which no page of it should be")
        response._content = bytes(body)
        return bytes(body)

    def _wait_for_turn(self) -> None:
        wait = self._asked_at + self.limits.pace_s - time.monotonic()
        if wait > 0:
            self.budget.look(wait)
            time.sleep(wait)
        self.budget.look()
        self._asked_at = time.monotonic()

    def _refuse_long_wait(self, error: FaultError) -> None:
        longest = self.limits.longest_wait_s
        if error.wait_s is not None and error.wait_s > longest:
            until = datetime.fromtimestamp(time.time() + error.wait_s, UTC)
            setting = SETTINGS["longest_wait_s"]
            raise FetchPausedError(f"{error}, and asks for a wait longer than {longest:.0f} s ({setting})", until)

    def _said(self, error: Exception, shown: str) -> str:
        reason = str(error) or type(error).__name__
        for key in self._keys:
            reason = reason.replace(key, "***")
        return f"{shown} could not be reached or broke off ({reason})"

    def _words(self, response: httpx.Response) -> str:
        """What the publisher says of a refusal, in a few words of its own, where it says so in JSON."""
        try:
            said = json.loads(response.content)
        except (ValueError, httpx.ResponseNotRead):
            return ""
        words = [str(said[name]) for name in ("message", "error", "text") if isinstance(said, dict) and said.get(name)]
        shown = " ".join(words)[:200]
        for key in self._keys:
            shown = shown.replace(key, "***")
        return f" ({shown})" if shown else ""


def user_agent(limits: Limits) -> str:
    """Who asks. Raises FetchError where no contact is set: publishers ask programs to name one."""
    if not CONTACT.fullmatch(limits.contact):
        found = f"{limits.contact!r} is neither" if limits.contact else "there is none"
        raise FetchError(
            f"nothing is fetched without a contact that publishers can turn to ({found}): set {SETTINGS['contact']} to "
            "an e-mail address or to the address of a page"
        )
    return f"innovation-clusters/{version('innovation-clusters')} ({limits.contact})"


def retry_after(value: str | None, now: datetime) -> float | None:
    """Seconds that a Retry-After header asks for, given as seconds or as a date; None where it says neither."""
    if not value:
        return None
    if re.fullmatch(r"\d+(\.\d+)?", value.strip()):
        return float(value)
    try:
        at = parsedate_to_datetime(value)
    except ValueError:
        return None
    return max(0.0, (at.replace(tzinfo=at.tzinfo or UTC) - now).total_seconds())


def kept_headers(response: httpx.Response) -> dict[str, str]:
    """The headers of an answer that provenance keeps."""
    return {name: response.headers[name] for name in KEPT_HEADERS if name in response.headers}


def _refuse_unsafe_redirect(response: httpx.Response) -> None:
    target = response.next_request
    if target is not None and response.request.url.scheme == "https" and target.url.scheme != "https":
        raise FetchError(f"{response.request.url.copy_with(query=None)} leads to an address without encryption")


class _Redact(logging.Filter):
    """Takes keys out of what httpx logs."""

    def __init__(self, keys: set[str]) -> None:
        super().__init__()
        self._keys = keys

    def filter(self, record: logging.LogRecord) -> bool:
        text = record.getMessage()
        for key in self._keys:
            text = text.replace(key, "***")
        record.msg, record.args = text, ()
        return True
