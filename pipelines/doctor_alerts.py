"""What `doctor` says of whom is told that something is wrong: which services, and no address. Sends nothing."""

from __future__ import annotations

from collections.abc import Iterator

from pipelines.alerting.setting import ADDRESSES, METRICS
from pipelines.finding import Finding
from pipelines.settings import Settings


def alerts_findings(settings: Settings) -> Iterator[Finding]:
    """Whether anyone is told, through which services, and whether each address is one of a service that is known."""
    alerts = settings.alerts
    if not alerts.are_on:
        yield Finding("note", "alerts", f"off: nobody is told that something is wrong; {ADDRESSES} names whom to tell")
    else:
        from pipelines.alerting.delivery import name_of

        names = [name_of(address) for address in alerts.addresses]
        unknown = [f"number {place}" for place, name in enumerate(names, start=1) if name is None]
        if unknown:
            yield Finding(
                "bad", "alerts", f"{ADDRESSES}: no service is known that has the address {', '.join(unknown)}"
            )
        else:
            told = ", ".join(filter(None, names))
            yield Finding("ok", "alerts", f"on, by {told}; `innovation-clusters alert --test` tries them")
    if alerts.metrics:
        yield Finding("ok", "metrics", f"each run's figures go to {alerts.metrics} ({METRICS})")
