"""`over` by threads; by a cluster: `test_cluster`."""

from __future__ import annotations

import threading

import pytest

from assets.work import ALL_CORES, Engine, Threads, over
from tests.doing import Counting, fail, plus

ENGINES = [Threads(1), Threads(3), ALL_CORES]


@pytest.mark.parametrize("engine", ENGINES)
def test_results_stand_in_the_order_of_the_items(engine: Engine) -> None:
    assert over(range(200), plus, engine, 5) == list(range(5, 205))
    assert over(range(5), plus, engine, 1, keep=str) == ["1", "2", "3", "4", "5"]
    assert over([], plus, engine, 5) == []


def test_an_item_that_takes_long_holds_no_other_up() -> None:
    others_done = threading.Event()

    def work(item: int, shared: None) -> int:
        if item == 0:
            assert others_done.wait(60)
        elif item == 20:
            others_done.set()
        return item

    assert over(range(21), work, Threads(2), None) == list(range(21))


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("most", [1, 4, 7])
def test_no_more_than_so_much_is_under_way(engine: Engine, most: int) -> None:
    counting = Counting()
    weights = [1, 3, 2, 9, 1, 1, 4, 2, 2, 5]
    results = over(counting.items(weights), plus, engine, 0, keep=counting.keep, weigh=float, most=most)
    assert results == weights
    # An item is taken before it is known whether there is room for it.
    assert all(under_way <= most or of == 1 for under_way, of in counting.before_next)


@pytest.mark.parametrize("engine", ENGINES)
def test_what_work_raises_is_raised_and_the_rest_given_up(engine: Engine) -> None:
    counting = Counting()
    with pytest.raises(ZeroDivisionError, match="item 5"):
        over(counting.items(range(10_000)), fail, engine, 5)
    assert len(counting.taken) < 10_000


def test_what_keeping_raises_is_raised() -> None:
    def keep(result: int) -> int:
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space left"):
        over(range(100), plus, Threads(2), 0, keep=keep)
