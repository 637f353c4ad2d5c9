"""Tables asked for rows of months, many at once."""

from __future__ import annotations

from datetime import date

import duckdb
import pytest

from assets.warehouse import presence
from assets.warehouse.presence import with_rows


@pytest.mark.parametrize("at_a_time", [1, 2, 100])
def test_each_table_and_month_is_told_apart(at_a_time: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(presence, "AT_A_TIME", at_a_time)
    with duckdb.connect() as connection:
        connection.execute("create table a (month date, n integer)")
        connection.execute("create table b (month date, n integer)")
        connection.execute("insert into a select date '2025-03-01', range from range(5)")
        connection.execute("insert into b values (date '2025-04-01', 1)")
        march, april = date(2025, 3, 1), date(2025, 4, 1)
        asked = [("a", march), ("a", april), ("b", april), ("b", march), ("a", march)]
        assert with_rows(connection, asked) == {("a", march), ("b", april)}
        assert with_rows(connection, []) == set()
