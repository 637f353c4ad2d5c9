"""What an instance remembers of messages: nothing is told twice, nothing is lost at once, nothing is tried for ever."""

from __future__ import annotations

from pathlib import Path

import dagster as dg
import pytest

from pipelines.alerting.messages import Message
from pipelines.alerting.outbox import DAY, HOUR, OutboxHeldError, outbox
from tests.support import copy_home

NOW = 1_800_000_000.0
MESSAGE, OTHER, DISK = Message("run:1", "one", ("a",)), Message("run:2", "two", ("b",)), Message("disk:/", "full", ())


@pytest.fixture
def home(empty_home: Path, tmp_path: Path) -> Path:
    return copy_home(empty_home, tmp_path / "dagster_home")


class Addresses:
    """Takes messages, or refuses them."""

    def __init__(self) -> None:
        self.got: list[tuple[int, str]] = []
        self.dead: set[int] = set()

    def __call__(self, place: int, message: Message) -> str | None:
        if place in self.dead:
            return f"{place} is dead"
        self.got.append((place, message.title))
        return None


def session(home: Path, given: list[Message], addresses: Addresses, now: float) -> tuple[int, list[str]]:
    """A process of its own, as far as the outbox knows: everything is read anew."""
    with dg.DagsterInstance.from_config(str(home)) as instance, outbox(instance, now, 0) as box:
        for message in given:
            box.add(message, 2, now)
        box.forget(given, now)
        return box.deliver(addresses, 24, now)


def test_a_message_is_told_once_to_each_address_through_restarts(home: Path):
    addresses = Addresses()
    assert session(home, [MESSAGE], addresses, NOW) == (2, [])
    assert session(home, [MESSAGE, OTHER], addresses, NOW + HOUR) == (2, [])
    assert session(home, [OTHER], addresses, NOW + 30 * DAY) == (0, [])
    assert addresses.got == [(0, "one"), (1, "one"), (0, "two"), (1, "two")]


def test_an_address_that_does_not_take_it_is_tried_again_alone_and_not_for_ever(home: Path):
    addresses = Addresses()
    addresses.dead = {1}
    assert session(home, [MESSAGE, OTHER], addresses, NOW) == (2, ["1 is dead"])
    addresses.dead = set()
    assert session(home, [], addresses, NOW + HOUR) == (2, [])
    assert addresses.got == [(0, "one"), (0, "two"), (1, "one"), (1, "two")]
    third = Message("run:3", "three", ())
    addresses.dead = {0, 1}
    assert session(home, [third], addresses, NOW) == (0, ["0 is dead", "1 is dead"])
    last = session(home, [third], addresses, NOW + 25 * HOUR)
    assert last == (0, ["0 is dead", "1 is dead", "given up after 24 hours: three"])
    addresses.dead = set()
    assert session(home, [third], addresses, NOW + 26 * HOUR) == (0, [])


def test_a_state_that_ends_and_comes_back_is_told_anew(home: Path):
    addresses = Addresses()
    for hours in (0, 1, 20, 40):
        session(home, [DISK], addresses, NOW + hours * HOUR)
    assert addresses.got == [(0, "full"), (1, "full")], "while it lasts it is told once"
    session(home, [], addresses, NOW + 66 * HOUR)
    session(home, [DISK], addresses, NOW + 67 * HOUR)
    assert addresses.got[2:] == [(0, "full"), (1, "full")]


def test_one_process_tells_at_a_time_and_what_was_told_is_kept_where_it_fails(home: Path):
    with dg.DagsterInstance.from_config(str(home)) as instance:
        held = pytest.raises(OutboxHeldError, match="another process is telling")
        with outbox(instance, NOW, 0), held, outbox(instance, NOW, 0):
            raise AssertionError("two at a time")
        with pytest.raises(RuntimeError), outbox(instance, NOW, 0) as box:
            box.add(MESSAGE, 1, NOW)
            raise RuntimeError
        with outbox(instance, NOW, 0) as box:
            assert [waiting.message for waiting in box.waiting] == [MESSAGE]
