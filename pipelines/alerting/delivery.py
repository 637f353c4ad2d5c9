"""Handing a message to an address, through Apprise.

What belongs here: what Apprise is told and what it says, without a secret in it. What does not: which messages there
are. Apprise is imported where a message is sent: its hundred services take a while.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from pipelines.alerting.messages import Message
from pipelines.alerting.setting import ADDRESSES

if TYPE_CHECKING:
    from apprise import NotifyBase

APPLICATION = "Innovation clusters"
WHO_SAY_ADDRESSES = ("apprise", "urllib3", "urllib3.connectionpool", "urllib3.retry")
SHORTEST_SECRET = 4
"""Characters of a part of an address that are taken out of what is said of it."""


def deliver(address: str, place: int, message: Message) -> str | None:
    """Hand a message to the address at a place (from 0) of the setting; says why it could not, None where it could."""
    import apprise

    service = service_of(address)
    named = f"{ADDRESSES}, number {place + 1}"
    if service is None:
        return f"{named}: no service is known that has such an address"
    with _quiet(), apprise.LogCapture(level=logging.WARNING, fmt="%(message)s") as said:
        is_delivered = service.notify(body=message.text, title=message.title, notify_type=message.weight.value)
        why = _without_secrets(said.getvalue(), address)
    return None if is_delivered else f"{named} ({service.service_name}): not delivered: {why or 'it says no more'}"


def service_of(address: str) -> NotifyBase | None:
    """What Apprise makes of an address; None where it knows no such service. A webhook that is no service's own gets
    plain JSON."""
    import apprise

    asset = apprise.AppriseAsset(
        app_id=APPLICATION,
        app_desc=APPLICATION,
        app_url="",
        # No picture is loaded from elsewhere by whoever reads the message.
        image_url_mask="",
        image_url_logo="",
        async_mode=False,
        # What is to be read is sent as it is, whatever characters names have.
        body_format=apprise.NotifyFormat.TEXT,
    )
    with _quiet():
        service = apprise.Apprise.instantiate(address, asset=asset)
        if service is None and (hook := re.fullmatch(r"http(s?)(://.+)", address, re.IGNORECASE)):
            service = apprise.Apprise.instantiate(f"json{hook[1].lower()}{hook[2]}", asset=asset)
    return service


def name_of(address: str) -> str | None:
    """Which service an address is of, and no more of it; None where none is known."""
    service = service_of(address)
    return str(service.service_name) if service else None


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep what libraries say of addresses out of logs, whatever their level; warnings are in `deliver`'s words."""
    loggers = [logging.getLogger(name) for name in WHO_SAY_ADDRESSES]
    before = [(logger.level, logger.propagate) for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.WARNING)
        logger.propagate = False
    try:
        yield
    finally:
        for logger, (level, propagates) in zip(loggers, before, strict=True):
            logger.setLevel(level)
            logger.propagate = propagates


def _without_secrets(said: str, address: str) -> str:
    """What was said, on one line, without any part of the address but its host."""
    words = " ".join(said.split())
    parts = urlsplit(address)
    beside_host = [parts.username, parts.password, *re.split(r"[/?&=;,]+", f"{parts.path}?{parts.query}")]
    if "@" not in parts.netloc and parts.scheme.lower() not in ("http", "https", "json", "jsons", "mailto", "mailtos"):
        # Of some services the first token stands where others have the host.
        beside_host += re.split(r"[:.]+", parts.netloc)
    for part in sorted({part for part in beside_host if part}, key=len, reverse=True):
        for written in {part, unquote(part)}:
            if len(written) >= SHORTEST_SECRET:
                words = words.replace(written, "***")
    return words
