"""What a step's failure came of, as Dagster's event tells it.

What belongs here: reading the event. What does not: the words for a person (`runs`, `alerting`).
"""

from __future__ import annotations

import dagster as dg
from dagster_shared.error import SerializableErrorInfo

from assets.manners import INTERRUPTIONS


def first_cause(event: dg.DagsterEvent) -> SerializableErrorInfo | None:
    """The error that a step's failure began with; None where the event has none."""
    error = event.step_failure_data.error
    while error is not None and error.cause is not None:
        error = error.cause
    return error


def is_interruption(event: dg.DagsterEvent) -> bool:
    """Whether a person ended the step, by Ctrl-C or a signal."""
    error = first_cause(event)
    return error is not None and error.cls_name in INTERRUPTIONS
