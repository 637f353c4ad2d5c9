"""What totals leave of suppressed clusters: worked by hand."""

from __future__ import annotations

from datetime import date

import polars as pl

from assets.method import PublicationMethod
from assets.methods.disclosure.attack import Published
from assets.methods.disclosure.residues import forbidden, residues

LABELS = ["all: all", "sector: X", "sector: Y", "a", "b", "c", "d"]
ALL, X, Y, A, B, C, D = range(len(LABELS))
SUMS = [(ALL, A), (ALL, B), (ALL, C), (ALL, D), (X, A), (X, B), (Y, C), (Y, D)]


def left(*hidden: int, figures: list[int] | None = None) -> dict[tuple[int, ...], tuple[int, str | None]]:
    """Residues where these cells are suppressed: figures -> the total and the dimension."""
    cells = pl.DataFrame(
        {
            "cell": range(len(LABELS)),
            "figure": figures or list(range(len(LABELS))),
            "given": [None if cell in hidden else 100 for cell in range(len(LABELS))],
            "label": LABELS,
            "month": date(2025, 5, 1),
            "profile": "p",
            "is_now": True,
            "base": 10,
        }
    )
    sums = pl.DataFrame(SUMS, schema={"total": pl.Int64, "part": pl.Int64}, orient="row")
    nothing = pl.DataFrame(schema={"comparison": pl.Int64, "cell": pl.Int64, "sign": pl.Int64})
    found = residues(Published(cells.select("cell", "figure", "given", "base"), sums, nothing, 10), cells)
    return {tuple(row["residue"]): (row["total"], row["dimension"]) for row in found.iter_rows(named=True)}


def test_a_given_total_leaves_the_sum_of_its_suppressed_clusters() -> None:
    assert left(A, B) == {(A, B): (ALL, None)}  # of sector X too: one sum is one row
    assert left(A, B, C) == {(A, B, C): (ALL, None), (A, B): (X, None)}


def test_the_total_of_all_leaves_the_suppressed_clusters_of_suppressed_totals() -> None:
    # 400 less the given sector Y is a and b together, and that without c, although c is suppressed as well.
    assert left(A, B, C, D, X) == {(A, B, C, D): (ALL, None), (C, D): (Y, None), (A, B): (ALL, "sector")}
    assert left(ALL, A, B, X) == {}


def test_a_cluster_alone_is_no_sum_and_one_given_elsewhere_is_not_suppressed() -> None:
    assert left(A) == {}
    assert left(A, B, figures=[0, 1, 2, 3, 4, 3, 6]) == {}  # c is the same businesses' as a, and given


def test_the_rules_look_at_what_each_business_holds_of_the_sum() -> None:
    found = pl.DataFrame({"residue": [[1, 2], [2, 3]], "total": 0, "dimension": "sector", "parts": [[1, 2], [2, 3]]})
    small = [(cell, 10 * cell + number, 100) for cell in (1, 2, 3) for number in range(10)]
    rows = [*small, (1, 99, 1500), (2, 99, 5000)]
    held = pl.DataFrame(rows, schema=["vector", "organisation", "value"], orient="row")
    cells = pl.DataFrame({"cell": [1, 2, 3], "vector": [1, 2, 3]})
    # Of 1 and 2 it holds 6,500 of 8,500, that is 76%; of 2 and 3 5,000 of 7,000.
    assert forbidden(found, cells, held, PublicationMethod()).select("parts", "value").rows() == [([1, 2], 8500)]
