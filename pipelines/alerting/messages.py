"""One thing to tell a person, and the words around it.

What belongs here: the message, and where its reader is sent to look. What does not: what there is to tell (`of_runs`,
`of_state`). A message goes to services of others, so it has no value of a drop and no row of a register: names of
steps, tables and rules, counts, months, runs.
"""

from __future__ import annotations

import socket
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from assets.text_safety import visible
from pipelines.alerting.setting import UI_ADDRESS, Alerts

MOST_LINES, MOST_CHARACTERS = 20, 500
"""Of a message, and of one of its lines: services cut what is long, or refuse it."""
OF_STATES = ("disk:", "tick:")
"""How the keys of messages begin that tell of a state: it may end and come back, and is then told anew."""


class Weight(StrEnum):
    """How a service marks a message; the words are Apprise's."""

    failure = "failure"
    warning = "warning"
    info = "info"


@dataclass(frozen=True)
class Message:
    """What happened, in a sentence and lines beneath it."""

    key: str
    """What it is about: a message of a key is sent once."""
    title: str
    lines: tuple[str, ...]
    weight: Weight = Weight.failure

    @property
    def text(self) -> str:
        """The lines, no more of them and none longer than a service takes."""
        shown = [_cut(visible(line)) for line in self.lines]
        if len(shown) > MOST_LINES:
            # The last lines say where to look.
            left_out = len(shown) - MOST_LINES + 1
            shown = [*shown[: MOST_LINES - 4], f"- and {left_out} more", *shown[-3:]]
        return "\n".join(shown)


def where_to_look(alerts: Alerts, warehouse: str, run_id: str | None = None, page: str = "") -> Sequence[str]:
    """The last lines of a message: run, page of the UI, machine and warehouse."""
    path = f"/runs/{run_id}" if run_id else page
    look = f"{alerts.ui_address}{path}" if alerts.ui_address else f"innovation-clusters ui, page {path or '/'}"
    return [
        *([f"run: {run_id}"] if run_id else []),
        f"look: {look}",
        f"on: {socket.gethostname()}, warehouse {warehouse}",
    ]


def test_message(alerts: Alerts, warehouse: str) -> Message:
    """What `alert --test` sends."""
    hint = [] if alerts.ui_address else [f"Set {UI_ADDRESS} to have links to the UI in messages."]
    return Message(
        "test",
        "Innovation clusters: a test",
        ("Messages arrive. Nothing is wrong.", *hint, *where_to_look(alerts, warehouse)),
        Weight.info,
    )


def _cut(line: str) -> str:
    return line if len(line) <= MOST_CHARACTERS else f"{line[: MOST_CHARACTERS - 1]}…"
