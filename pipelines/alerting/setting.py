"""Whom to tell that something is wrong, and when: settings of the environment.

What belongs here: names, defaults and reading. What does not: whether an address can be reached (`delivery`).
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from assets.warehouse.memory import parse_bytes

ADDRESSES, DETAILS, FREE_DISK, HOURS, UI_ADDRESS, METRICS = (
    f"INNOVATION_CLUSTERS_{name}"
    for name in ("ALERTS", "ALERT_DETAILS", "ALERT_FREE_DISK", "ALERT_HOURS", "UI_ADDRESS", "METRICS")
)
USUAL_FREE_DISK = "5GB"
ADDRESS = r"[a-z][a-z0-9+.-]*://\S+"


@dataclass(frozen=True, kw_only=True)
class Alerts:
    """Whom to tell, and when."""

    addresses: tuple[str, ...] = field(default=(), repr=False)
    """Apprise's addresses (`slack://...`, `workflows://...`, `json://...`, `mailto://...`), or those of webhooks. They
    hold secrets: they are shown, logged and written nowhere."""
    tells_details: bool = False
    """Whether messages have what went wrong value by value, which may be of single businesses."""
    free_disk_bytes: int = parse_bytes(USUAL_FREE_DISK)
    """A disk with less room is nearly full."""
    hours: int = 24
    """How long a message that cannot be delivered is tried again."""
    ui_address: str | None = None
    """Where people reach Dagster's UI."""
    metrics: str | None = None
    """Folder for each run's metrics file."""

    @property
    def are_on(self) -> bool:
        """Whether there is anyone to tell."""
        return bool(self.addresses)


NO_ALERTS = Alerts()


def alerts_from(environment: Mapping[str, str] = os.environ) -> Alerts:
    """The settings. Raises ValueError for what cannot be read; an address is named by its place, for it is a secret."""
    addresses = tuple(environment.get(ADDRESSES, "").split())
    for place, address in enumerate(addresses, start=1):
        if re.fullmatch(ADDRESS, address, re.IGNORECASE) is None:
            raise ValueError(
                f"{ADDRESSES}: number {place} of {len(addresses)} is no address: give slack://..., mailto://..., "
                "json://... or https://..., with spaces between"
            )
    free, hours, details = (environment.get(name) or None for name in (FREE_DISK, HOURS, DETAILS))
    try:
        free_disk_bytes = parse_bytes(free or USUAL_FREE_DISK)
    except ValueError as error:
        raise ValueError(f"{FREE_DISK}: {error}") from error
    if hours and (re.fullmatch(r"[0-9]{1,4}", hours) is None or not int(hours)):
        raise ValueError(f"{HOURS}={hours!r} is not a number of hours: give 1 or more")
    if details not in (None, "0", "1"):
        raise ValueError(f"{DETAILS}={details!r} is not known: give 1 or 0")
    ui_address = environment.get(UI_ADDRESS) or None
    if ui_address and re.fullmatch(r"https?://[^\s/]+(/\S*)?", ui_address) is None:
        raise ValueError(f"{UI_ADDRESS}={ui_address!r} is no address: it begins with https:// or http://")
    return Alerts(
        addresses=addresses,
        tells_details=details == "1",
        free_disk_bytes=free_disk_bytes,
        hours=int(hours) if hours else NO_ALERTS.hours,
        ui_address=ui_address.rstrip("/") if ui_address else None,
        metrics=environment.get(METRICS) or None,
    )


def environment_of(alerts: Alerts) -> dict[str, str]:
    """The same settings as environment variables, for a process started with them."""
    given = {
        ADDRESSES: " ".join(alerts.addresses),
        DETAILS: "1" if alerts.tells_details else "",
        FREE_DISK: f"{alerts.free_disk_bytes}B" if alerts.free_disk_bytes != NO_ALERTS.free_disk_bytes else "",
        HOURS: str(alerts.hours) if alerts.hours != NO_ALERTS.hours else "",
        UI_ADDRESS: alerts.ui_address or "",
        METRICS: alerts.metrics or "",
    }
    return {name: value for name, value in given.items() if value}
