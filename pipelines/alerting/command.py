"""What commands tell: a look without a daemon, a test message, a backup that failed.

What belongs here: what is said of it on the screen. What does not: the look (`telling`), the options (`cli`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from pipelines.alerting.delivery import deliver, name_of
from pipelines.alerting.messages import test_message
from pipelines.alerting.setting import ADDRESSES
from pipelines.alerting.telling import look, tell_backup_failed
from pipelines.dagster_home import dagster_home, opened
from pipelines.settings import Settings

Said = tuple[Sequence[str], Sequence[str]]
"""Sentences of what was done, and of what could not be."""


def send_test(settings: Settings) -> Said:
    """Send a test message to each address. Raises ValueError where there is none."""
    said, problems = [], []
    message = test_message(settings.alerts, settings.warehouse)
    for place, address in enumerate(_addresses(settings)):
        if problem := deliver(address, place, message):
            problems.append(problem)
        else:
            said.append(f"sent to number {place + 1} of {ADDRESSES} ({name_of(address)})")
    return said, problems


def look_once(settings: Settings) -> Said:
    """Look, and tell what is new. Raises ValueError where there is nobody to tell, or another process is telling."""
    _addresses(settings)
    with opened(dagster_home(settings)) as instance:
        found = look(instance, settings)
    said = [f"new: {title}" for title in found.new] or ["nothing new to tell"]
    delivered = [f"messages delivered: {found.delivered}"] if found.delivered else []
    return [*said, *delivered], found.problems


@contextmanager
def backup_failure_told(settings: Settings) -> Iterator[None]:
    """Tell, where somebody is to be told, that the backup which is made in here failed; the error goes on."""
    try:
        yield
    except ValueError as error:
        if settings.alerts.are_on:
            with opened(dagster_home(settings)) as instance:
                tell_backup_failed(instance, settings, str(error))
        raise


def _addresses(settings: Settings) -> Sequence[str]:
    if not settings.alerts.are_on:
        raise ValueError(f"nobody is to be told: give addresses in {ADDRESSES} (docs/operations.md)")
    return settings.alerts.addresses
