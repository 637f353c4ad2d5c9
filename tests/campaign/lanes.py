"""Attempts of several kinds side by side: one that waits for much leaves a machine to another."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator

from tests.campaign.attempt import Attempt


def side_by_side(*lanes: Callable[[], Iterator[Attempt]]) -> Iterator[Attempt]:
    """The attempts of all lanes as they come; what a lane raises is raised once all have ended."""
    found: queue.Queue[Attempt | BaseException | None] = queue.Queue()

    def follow(lane: Callable[[], Iterator[Attempt]]) -> None:
        try:
            for attempt in lane():
                found.put(attempt)
        except BaseException as error:
            found.put(error)
        finally:
            found.put(None)

    threads = [threading.Thread(target=follow, args=(lane,), daemon=True) for lane in lanes]
    for thread in threads:
        thread.start()
    under_way, errors = len(threads), list[BaseException]()
    while under_way:
        one = found.get()
        if one is None:
            under_way -= 1
        elif isinstance(one, BaseException):
            errors.append(one)
        else:
            yield one
    if errors:
        raise errors[0]
