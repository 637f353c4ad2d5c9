"""Work that is done item by item, wherever it is done: one function, and an engine that says where.

What belongs here: `over`, what an engine offers, and the engine that every machine has, threads of this process. What
does not: the engine that is a cluster (`cluster`), any work. Steps and methods know engines by what stands here alone.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

Item = TypeVar("Item")
Shared = TypeVar("Shared")
Result = TypeVar("Result")

AHEAD = 2
"""Items under way to each that works on them, where nothing is said of their weight: one to do and one at hand."""
LOOK_EVERY_S = 1.0
"""How long an item is waited for before the engine is asked whether anything still works."""


class Hands(Protocol):
    """What works on the items of one call of `over`."""

    @property
    def count(self) -> int:
        """How many items are worked on at a time."""

    def submit(self, work: Callable[[Item, Any], Result], item: Item) -> Future[Result]:
        """Have an item worked on, with what the call shares."""

    def look(self) -> None:
        """Raise where nothing works any more."""


class Engine(Protocol):
    """Where work is done."""

    def __hash__(self) -> int:
        """Engines are values."""

    @property
    def threads(self) -> int | None:
        """Threads of this process, for what a method does side by side within itself; None for one a core."""

    def hands(self, shared: object) -> AbstractContextManager[Hands]:
        """What works, for one call: `shared` goes to each machine once. At the end what is not done is given up."""


def over(
    items: Iterable[Item],
    work: Callable[[Item, Shared], Result],
    engine: Engine,
    shared: Shared,
    *,
    keep: Callable[[Result], Any] | None = None,
    weigh: Callable[[Item], float] | None = None,
    most: float | None = None,
) -> list[Any]:
    """`work(item, shared)` of each item, in the order of the items; the same whatever the engine.

    An engine may be other machines: `work` is a function of a module, or a `functools.partial` of one, and it, items,
    `shared` and results can be pickled. It depends on its arguments alone, and writes nothing.

    Items are taken as they are needed. What is under way at a time weighs at most `most` by `weigh`, or is a single
    item; without them it is two items to each that works. `keep` is called here, in no fixed order, with each
    result as soon as it is there, and what it gives back stands in the result's place.

    What `work` raises is raised here as it is, and the other items are given up.
    """
    with engine.hands(shared) as hands:
        limit = most if most is not None else AHEAD * hands.count
        under_way = _UnderWay(hands, keep or _as_it_is)
        for number, item in enumerate(items):
            weight = weigh(item) if weigh else 1.0
            under_way.make_room(limit - weight)
            under_way.add(number, weight, hands.submit(work, item))
        under_way.make_room(0)
    return [under_way.kept[number] for number in range(len(under_way.kept))]


def _as_it_is(result: Result) -> Result:
    return result


@dataclass
class _UnderWay:
    """The items that are worked on, and what came of those before."""

    hands: Hands
    keep: Callable[[Any], Any]
    futures: dict[Future[Any], tuple[int, float]] = field(default_factory=dict)
    """Number and weight of each."""
    kept: dict[int, Any] = field(default_factory=dict)

    def add(self, number: int, weight: float, future: Future[Any]) -> None:
        self.futures[future] = number, weight
        self._take([future for future in self.futures if future.done()])

    def make_room(self, most: float) -> None:
        """Wait until what is under way weighs no more than that, or nothing is."""
        while self.futures and sum(weight for _, weight in self.futures.values()) > most:
            done, _ = wait(self.futures, LOOK_EVERY_S, FIRST_COMPLETED)
            if not done:
                self.hands.look()
            self._take(done)

    def _take(self, done: Iterable[Future[Any]]) -> None:
        for future in sorted(done, key=self.futures.__getitem__):
            number, _ = self.futures.pop(future)
            self.kept[number] = self.keep(future.result())


@dataclass(frozen=True)
class Threads:
    """Threads of this process; None for one a core."""

    threads: int | None = None

    @contextmanager
    def hands(self, shared: object) -> Iterator[Hands]:
        """As `Engine` says; nothing is copied."""
        count = self.threads or os.cpu_count() or 1
        with ThreadPoolExecutor(count) as pool:
            try:
                yield _OfThreads(pool, count, shared)
            finally:
                pool.shutdown(cancel_futures=True)


ALL_CORES = Threads()
"""A thread of this process for each core."""


@dataclass(frozen=True)
class _OfThreads:
    pool: ThreadPoolExecutor
    count: int
    shared: Any

    def submit(self, work: Callable[[Item, Any], Result], item: Item) -> Future[Result]:
        return self.pool.submit(work, item, self.shared)

    def look(self) -> None:
        """A thread that works is alive."""
