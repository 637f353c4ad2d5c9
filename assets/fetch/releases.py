"""What a publisher offers, and how it is brought: the contract of every module in `publishers`.

What belongs here: what a publisher's module is given and gives. What does not: any publisher.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from assets.fetch.limits import address_setting
from assets.fetch.staging import Staging
from assets.fetch.transport import Client
from assets.months import Month
from assets.origins import Origin


@dataclass(frozen=True)
class Visit:
    """A call on a publisher for a month."""

    client: Client
    address: str
    """Where the publisher is: the setting's, else its own."""
    month: Month
    today: date
    key: str = ""
    """What the environment gives for the publisher to know who asks; empty where it gives none."""


@dataclass(frozen=True)
class Release:
    """What a publisher has, found but not brought."""

    name: str
    """The publisher's own name of it, which no other release has."""
    dated: date | None = None
    """Day that it is as of; None of what is as of the moment at which it is asked for."""
    is_live: bool = False
    """Whether it is an answer of a service, which is another one each time."""
    parts: Mapping[str, Any] = field(default_factory=dict)
    """What the publisher's module needs to bring it. Has to be fit for JSON."""


@dataclass(frozen=True)
class Publisher:
    """Where a dataset is fetched from, and how."""

    dataset: str
    origin: Origin
    """Whose it is, and under which licence."""
    address: str
    every_days: int
    """Days from one release to the next, about."""
    find: Callable[[Visit], Release]
    """The newest release that is not after the month's last day; raises FetchError that says what was looked for."""
    bring: Callable[[Visit, Release, Staging], None]
    """Bring a release's files into the staging folder; goes on where an earlier call stopped."""
    key_setting: str | None = None
    """The environment variable of its key, where it has such."""

    @property
    def title(self) -> str:
        """Who publishes what."""
        return self.origin.publisher

    @property
    def setting(self) -> str:
        """The environment variable of its address."""
        return address_setting(self.dataset)

    def key(self) -> str:
        """Its key, from the environment alone."""
        return os.environ.get(self.key_setting, "").strip() if self.key_setting else ""
