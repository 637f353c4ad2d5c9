"""Whatever the order in which months are made and remade, the history is that of making them in order."""

from __future__ import annotations

import pytest

from assets.typology.steps import STEPS, clusters
from assets.warehouse.database import Warehouse
from tests.support import make_or_take_over
from tests.typology.histories import METHOD, MONTHS, Histories, broken_by, content


@pytest.fixture(scope="module")
def histories(tmp_path_factory: pytest.TempPathFactory) -> Histories:
    return Histories(tmp_path_factory.mktemp("histories"))


def test_after_another_order_the_history_is_that_of_making_in_order(histories: Histories):
    """One order, since each month is made for real: `tests/attack/orders_of_months.py` has many at random."""
    makings = [(2, "whole"), (0, "whole"), (1, "without a group"), (0, "apart")]
    assert broken_by(histories, makings) == ""


def events(warehouse: Warehouse, number: int) -> dict[str, int]:
    found = warehouse.read(
        "select event, count(*) from typology.cluster_events where month = $month group by event",
        month=MONTHS[number].first_day,
    )
    return {str(event): int(count) for event, count in found.iter_rows()}


def test_a_month_made_half_is_looked_back_at_all_the_same(histories: Histories):
    """Its clusters are there and their counts are not: as a run leaves it that ended in between."""
    counts = next(step for step in STEPS if step.name == "cluster_counts")
    warehouse = histories.new()
    histories.make(warehouse, (0, "whole"))
    with warehouse.transaction() as connection:
        connection.execute("delete from typology.cluster_counts")
        connection.execute("delete from ledger.made_from where table_name = 'typology.cluster_counts'")
    histories.make(warehouse, (1, "whole"))
    assert events(warehouse, 1) == {"continuation": 5}
    make_or_take_over(warehouse, counts, METHOD, month=MONTHS[0])
    assert make_or_take_over(warehouse, clusters, METHOD, month=MONTHS[0]).is_taken_over
    assert make_or_take_over(warehouse, clusters, METHOD, month=MONTHS[1]).is_taken_over
    assert content(warehouse) == histories.in_order([(0, "whole"), (1, "whole")])


def test_clusters_that_ended_in_a_month_without_any_stay_ended(histories: Histories):
    warehouse = histories.new()
    for number, variant in enumerate(("whole", "without a group", "whole")):
        histories.make(warehouse, (number, variant))
    assert [events(warehouse, number) for number in range(3)] == [{"birth": 5}, {"death": 5}, {"birth": 5}]


def test_a_month_that_does_not_follow_from_what_changed_is_not_made_again(histories: Histories):
    warehouse = histories.new()
    for number in range(3):
        histories.make(warehouse, (number, "whole"))
    ledger = "from ledger.made_from where table_name like 'typology.%' order by all"
    before = warehouse.read(ledger)
    histories.make(warehouse, (0, "whole"))
    assert warehouse.read(ledger).equals(before)
