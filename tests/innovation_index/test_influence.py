"""Institutions: papers and citations worked by hand."""

from __future__ import annotations

import pytest

from assets.innovation_index.steps.influence import influence
from assets.method import MethodProfile
from assets.warehouse.checks import run_checks
from assets.warehouse.database import Warehouse
from assets.warehouse.steps import step_parameters
from tests.innovation_index.small_index import AI, CITATIONS, CLEAN, fill_index
from tests.support import MONTH, make

COLUMNS = "institution_key, category, name, cluster_id, place, papers, citations"


def test_papers_and_citations_are_those_worked_by_hand(warehouse: Warehouse):
    fill_index(warehouse, CITATIONS)
    result = make(warehouse, influence)
    assert warehouse.read(f"select {COLUMNS} from innovation_index.institution_influence order by all").rows() == [
        ("I1", AI, "University of Leeds", "ai-north", "Leeds", 2, 12),
        # One of its papers lies in each cluster: of equals the first. Nobody counted the citations of the other.
        ("I1", CLEAN, "University of Leeds", "clean", "Leeds", 2, 2),
        # Without a name of its own it goes by its key. Its other paper is of no category.
        ("I2", AI, "I2", "ai-north", "Bradford", 1, 10),
    ]
    figures = warehouse.read(
        "select citations_per_paper, relative_citations, share_of_papers "
        "from innovation_index.institution_influence order by institution_key, category"
    ).rows()
    # W1, of two institutions, is one of the two papers of the category: six citations each.
    assert figures[0] == pytest.approx((6.0, 1.0, 1.0))
    assert figures[1] == pytest.approx((1.0, 1.0, 1.0))
    assert figures[2] == pytest.approx((10.0, 10 / 6, 0.5))
    assert result.reports[""].figures["most cited institutions"]["name"].to_list() == [
        "University of Leeds",
        "I2",
        "University of Leeds",
    ]
    assert all(check.passed for check in result.checks)


@pytest.mark.parametrize(("citations", "per_paper"), [({}, None), ({"W1": 0, "W2": 0, "W3": 0}, 0.0)])
def test_citations_nobody_knows_are_null_by_paper_and_none_are_none(
    warehouse: Warehouse, citations: dict[str, int], per_paper: float | None
):
    fill_index(warehouse, citations)
    make(warehouse, influence)
    assert warehouse.read(
        "select distinct citations, citations_per_paper, relative_citations from innovation_index.institution_influence"
    ).rows() == [(0, per_paper, None)]


def test_items_classified_elsewhere_have_no_institutions(warehouse: Warehouse):
    fill_index(warehouse, CITATIONS)
    with warehouse.transaction() as connection:
        connection.execute("update innovation_index.items set institution_key = null")
    assert make(warehouse, influence).rows == {"innovation_index.institution_influence": 0}


def test_a_paper_that_is_lost_fails_the_check(warehouse: Warehouse):
    fill_index(warehouse, CITATIONS)
    make(warehouse, influence)
    with warehouse.transaction() as connection:
        connection.execute("delete from innovation_index.institution_influence where institution_key = 'I2'")
        parameters = step_parameters(MONTH, MethodProfile(name="test"))
        checks = {check.name: check for check in run_checks(connection, influence.tables, parameters, ["test"])}
    assert checks["papers_of_institutions_are_the_items"].evidence.rows() == [(AI, 3, 2)]
