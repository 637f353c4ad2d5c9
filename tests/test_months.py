from datetime import date

import pytest

from assets.months import Month, month_range


def test_a_month_reads_and_writes_its_partition_key():
    month = Month.parse("2024-02")
    assert str(month) == "2024-02"
    assert (month.first_day, month.last_day) == (date(2024, 2, 1), date(2024, 2, 29))
    assert Month.of(date(2024, 2, 17)) == month


@pytest.mark.parametrize("text", ["2024-13", "2024-2", "24-02", "2024-02-01", ""])
def test_what_is_not_a_month_is_named(text):
    with pytest.raises(ValueError, match="expected YYYY-MM"):
        Month.parse(text)


def test_months_are_counted_over_the_turn_of_the_year():
    assert Month(2024, 11).plus(3) == Month(2025, 2)
    assert Month(2024, 1).plus(-1) == Month(2023, 12)
    assert [str(month) for month in month_range(Month(2024, 12), Month(2025, 2))] == ["2024-12", "2025-01", "2025-02"]
    with pytest.raises(ValueError, match="ends .* before it begins"):
        month_range(Month(2025, 2), Month(2025, 1))
