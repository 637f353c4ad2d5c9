"""Work that tests have done by an engine: functions of a module, as a cluster needs them, and what counts items."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field


def plus(item: int, shared: int) -> int:
    return item + shared


def fail(item: int, shared: int) -> int:
    if item == shared:
        raise ZeroDivisionError(f"item {item}")
    return item


def unhurried(item: int, shared: int) -> tuple[int, int]:
    """As `plus`, and which process it was."""
    time.sleep(0.05)
    return item + shared, os.getpid()


def deadly(item: int, shared: int) -> int:
    if item == shared:
        os.kill(os.getpid(), signal.SIGKILL)
    return item


@dataclass
class Counting:
    """Which items were taken and which are kept."""

    taken: list[int] = field(default_factory=list)
    kept: list[int] = field(default_factory=list)
    before_next: list[tuple[int, int]] = field(default_factory=list)
    """What was under way as each item but the first was asked for: its weight, and of how many items."""

    def items(self, weights: Iterable[int]) -> Iterator[int]:
        for weight in weights:
            if self.taken:
                self.before_next.append((sum(self.taken) - sum(self.kept), len(self.taken) - len(self.kept)))
            self.taken.append(weight)
            yield weight

    def keep(self, result: int) -> int:
        self.kept.append(result)
        return result


class SentOnce:
    """Shared by all items; counts how often it is made ready to be sent."""

    sent = 0

    def __reduce__(self) -> tuple[type[SentOnce], tuple[()]]:
        SentOnce.sent += 1
        return SentOnce, ()


def with_shared(item: int, shared: SentOnce) -> int:
    assert isinstance(shared, SentOnce)
    return item
