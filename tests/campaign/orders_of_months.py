"""Months made and remade in random orders: afterwards the history is that of making them in order."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

from tests.campaign.attempt import Attack, Attempt
from tests.typology.histories import MONTHS, VARIANTS, Histories, broken_by

ORDERS = 200
SEED = 20250501
LONGEST = 6


def attempts(folder: Path) -> Iterator[Attempt]:
    """Each order by its seed: which months, from which variants of their inputs, one after another."""
    histories = Histories(folder)
    for number in range(ORDERS):
        drawn = random.Random(SEED + number)
        makings = [
            (drawn.randrange(len(MONTHS)), drawn.choice(sorted(VARIANTS))) for _ in range(drawn.randint(2, LONGEST))
        ]
        broken = broken_by(histories, makings)
        what = ", ".join(f"{MONTHS[month]} {variant}" for month, variant in makings)
        yield Attempt(what, not broken, broken or f"as in order after each of {len(makings)} makings")


ATTACK = Attack(
    "orders-of-months",
    "up to four months are made and remade from changing inputs in a random order, two to six makings each; held: after"
    " every one, all rows of the typology are those of making the same months in order, anew",
    attempts,
)
