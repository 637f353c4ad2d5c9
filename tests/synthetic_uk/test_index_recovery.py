"""The measure of the Index's recovery, on hand-worked rows; its page."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from assets.reference import CATEGORIES
from synthetic_uk.index_recovery import (
    MONTHS,
    MonthRecovery,
    carried_by_category,
    f1_by_category,
    report,
    true_categories,
)
from tests.synthetic_uk.test_drops import objects, table

ROWS = {"kind": pl.String, "key": pl.String, "category": pl.String}
POINTS = ["item_id", "category", "cluster_id", "latitude", "longitude"]


def test_f1_is_that_of_hand_worked_rows() -> None:
    ai, green = "AI and Data", "Clean Growth"
    predicted = [("business", "1", ai), ("business", "2", ai), ("event", "1", ai), ("paper", "9", None)]
    true = [("business", "1", ai), ("event", "1", green), ("event", "7", ai), ("paper", "9", green)]
    f1 = f1_by_category(*(pl.DataFrame(rows, schema=ROWS, orient="row") for rows in (predicted, true)))
    # AI and Data: one right, two wrong, one missed; Clean Growth: two missed; nothing to say of the others.
    assert f1 == {category: pytest.approx(2 / 5 if category == ai else 0.0) for category in CATEGORIES}


def test_carried_counts_only_items_that_stay_in_place_and_category() -> None:
    before = [
        ("a", "X", "1", 51.0, 0.0),
        ("b", "X", "1", 52.0, 0.0),
        ("c", "X", "2", 53.0, 0.0),
        ("d", "Y", "1", 54.0, 0.0),
    ]
    after = [
        ("a", "X", "1", 51.0, 0.0),
        ("b", "X", "2", 52.0, 0.0),
        ("c", "X", "2", 53.1, 0.0),
        ("d", "X", "1", 54.0, 0.0),
        ("e", "Y", "1", 54.0, 0.0),
    ]
    carried = carried_by_category(*(pl.DataFrame(rows, schema=POINTS, orient="row") for rows in (before, after)))
    assert carried.rows() == [("X", 2, 1)]


def test_keys_are_those_that_readers_of_the_drops_make(drops: Path) -> None:
    true = true_categories(drops, MONTHS[0])
    assert true.height == pl.read_csv(drops / "truth" / str(MONTHS[0]) / "index_items.csv.gz").height
    keys = {kind: set(rows["key"]) for (kind,), rows in true.group_by("kind")}
    assert keys["business"] == set(table(drops, "rtic_companies")["company_number"])
    assert keys["paper"] == {work["id"].rsplit("/", 1)[1] for work in objects(drops, "publications", "works")}
    assert all(len(key) == 64 for key in keys["event"])
    assert set(true["categories"].explode().drop_nulls()) == set(CATEGORIES)


def test_the_page_has_figures_beside_targets() -> None:
    f1 = dict.fromkeys(CATEGORIES, 0.9)
    months = [
        MonthRecovery(MONTHS[0], 1_000, f1, 0, None, None, 1.0),
        MonthRecovery(MONTHS[1], 1_000, f1, 500, 0.98, ("Clean Growth", 0.97), 2.0),
    ]
    page = report([(5, months)], 0.05, 12.3)
    assert "| macro F1 on texts not seen in training | 0.85 | 0.900 | 0.900 |" in page
    assert "| unchanged items whose cluster stays, month to month | 95% | 98.0% | 98.0% |" in page
    assert "| 5 | 2025-04 | 1,000 | 0.900 |" in page
    table_lines = [line for line in page.splitlines() if line.startswith("| 5 ") or line.startswith("| seed")]
    assert len({line.count("|") for line in table_lines}) == 1
