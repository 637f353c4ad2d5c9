"""The attack, against what can be worked out by hand or in another way."""

from __future__ import annotations

import itertools

import polars as pl
import pytest
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st

from assets.methods.disclosure.attack import Published, bound, is_protected

NO_RELATION = pl.DataFrame(schema={"comparison": pl.Int64, "cell": pl.Int64, "sign": pl.Int64})


def published(
    given: list[int | None],
    sums: list[tuple[int, int]],
    figures: list[int] | None = None,
    inside: list[tuple[int, int]] | None = None,
    base: int = 10,
) -> Published:
    """Cells 0, 1, ... with what is given of each; `inside`: pairs of a greater cell and one that lies in it."""
    cells = pl.DataFrame(
        {
            "cell": range(len(given)),
            "figure": figures or list(range(len(given))),
            "given": given,
            "base": [base] * len(given),
        }
    )
    relations = [
        (row, cell, sign) for row, pair in enumerate(inside or []) for cell, sign in zip(pair, (1, -1), strict=True)
    ]
    return Published(
        cells.with_columns(pl.all().cast(pl.Int64)),
        pl.DataFrame(sums, schema={"total": pl.Int64, "part": pl.Int64}, orient="row"),
        pl.DataFrame(relations, schema=NO_RELATION.schema, orient="row"),
        base,
    )


def reach(known: Published, *cells: int) -> tuple[float | None, float | None]:
    """Bounds of the first cell less the others."""
    wanted = pl.DataFrame(
        {"target": [0] * len(cells), "cell": list(cells), "sign": [1] + [-1] * (len(cells) - 1)},
    )
    return bound(known, wanted).select("lower", "upper").row(0)


def test_a_single_hidden_part_follows_from_the_total() -> None:
    known = published([100, 60, None], [(0, 1), (0, 2)])
    assert reach(known, 2) == pytest.approx((30, 50))  # 95..105 less 55..65


def test_two_hidden_parts_hide_each_other() -> None:
    known = published([100, 60, None, None], [(0, 1), (0, 2), (0, 3)])
    assert reach(known, 2) == pytest.approx((0, 50))


def test_nothing_published_bounds_nothing() -> None:
    known = published([None, 60, None], [(0, 1), (0, 2)])
    assert reach(known, 2) == (0, None)


def test_a_second_total_over_the_same_parts_is_used() -> None:
    # Regions (4, 5) and (6, 7), sectors (4, 6) and (5, 7). The last leaves 20..40 of cell 5, and so 55..85 of cell 4.
    sums = [(0, 4), (0, 5), (1, 6), (1, 7), (2, 4), (2, 6), (3, 5), (3, 7)]
    known = published([100, 200, 120, 180, None, None, None, 150], sums)
    assert reach(known, 5) == pytest.approx((20, 40))
    assert reach(known, 4) == pytest.approx((55, 85))


def test_last_month_s_figure_of_the_same_businesses_is_used() -> None:
    known = published([None, 70], [], figures=[5, 5])
    assert reach(known, 0) == pytest.approx((65, 75))


def test_a_cluster_inside_another_is_no_greater() -> None:
    known = published([40, None, None], [], inside=[(0, 1), (2, 0)])
    assert reach(known, 1) == pytest.approx((0, 45))
    assert reach(known, 2)[0] == pytest.approx(35)


def test_a_difference_is_bounded_where_neither_term_is() -> None:
    # Both hidden figures appear with the same 50 in a published total: their difference is that of the totals.
    known = published([100, 180, None, None, 50], [(0, 2), (0, 4), (1, 3), (1, 4)])
    assert reach(known, 3, 2) == pytest.approx((70, 90))


def test_a_contradiction_is_an_error() -> None:
    with pytest.raises(ValueError, match="contradict"):
        reach(published([100, 60, 80, None], [(0, 1), (0, 2), (0, 3)]), 3)


@pytest.mark.parametrize(
    ("lower", "upper", "protected"),
    [(90.0, 110.0, True), (91.0, 110.0, False), (90.0, 109.0, False), (0.0, None, True)],
)
def test_protected_is_as_far_as_required_on_both_sides(lower: float, upper: float | None, protected: bool) -> None:
    row = {"lower": lower, "upper": upper, "required_lower": 90.0, "required_upper": 110.0}
    schema = dict.fromkeys(row, pl.Float64)
    assert pl.DataFrame([row], schema=schema).select(is_protected()).item() is protected


@settings(deadline=None, max_examples=40)
@for_all(st.lists(st.tuples(st.integers(0, 500), st.booleans()), min_size=1, max_size=6))
def test_one_total_is_interval_arithmetic(parts: list[tuple[int, bool]]) -> None:
    """With one sum, the bounds of a hidden part are those of the total less the other parts."""
    values = [value for value, _ in parts]
    rounded = [round_half_up(value) for value in values]
    hidden = [0, *(number for number, (_, is_hidden) in enumerate(parts) if is_hidden and number > 0)]
    given = [round_half_up(sum(values)), *(None if n in hidden else value for n, value in enumerate(rounded))]
    lower, upper = reach(published(given, [(0, n + 1) for n in range(len(parts))]), 1)
    shown = [value for number, value in enumerate(rounded) if number not in hidden]
    low_rest, high_rest = sum(max(value - 5, 0) for value in shown), sum(value + 5 for value in shown)
    low_total, high_total = max(given[0] - 5, 0), given[0] + 5  # type: ignore[operator]
    assert upper == pytest.approx(high_total - low_rest, abs=1e-6)
    assert lower == pytest.approx(max(low_total - high_rest, 0) if len(hidden) == 1 else 0, abs=1e-6)


@settings(deadline=None, max_examples=15)
@for_all(st.lists(st.integers(0, 4), min_size=4, max_size=4), st.sets(st.integers(0, 3), min_size=1))
def test_a_two_way_table_is_bounded_as_by_trying_every_table(values: list[int], hidden: set[int]) -> None:
    """Two sectors by two regions, exactly published (base far below 1): every whole table that agrees is tried."""
    sums = [(4, 0), (4, 1), (5, 2), (5, 3), (6, 0), (6, 2), (7, 1), (7, 3)]
    totals = [values[0] + values[1], values[2] + values[3], values[0] + values[2], values[1] + values[3]]
    scale = 1000  # a base of 1 in thousandths: rounding moves a bound by less than a hundredth
    given = [None if n in hidden else scale * value for n, value in enumerate(values)] + [scale * t for t in totals]
    known = published(given, sums, base=1)
    agreeing = [
        table
        for table in itertools.product(range(9), repeat=4)
        if [table[0] + table[1], table[2] + table[3], table[0] + table[2], table[1] + table[3]] == totals
        and all(table[n] == values[n] for n in range(4) if n not in hidden)
    ]
    for cell in hidden:
        lower, upper = reach(known, cell)
        assert lower is not None
        assert upper is not None
        # Such tables have whole corners, so the extremes over whole tables are the extremes.
        assert lower / scale == pytest.approx(min(table[cell] for table in agreeing), abs=0.01)
        assert upper / scale == pytest.approx(max(table[cell] for table in agreeing), abs=0.01)


def round_half_up(value: int) -> int:
    return (value + 5) // 10 * 10
