"""The lineage names columns that are there."""

from __future__ import annotations

import pytest

from assets.typology.history import cluster_history
from assets.typology.steps import clusters
from assets.warehouse.declarations import declared_tables
from assets.warehouse.lineage import query_lineage
from assets.warehouse.steps import Step


def columns_of(tables: tuple[str, ...]) -> set[str]:
    return {f"{name}.{column.name}" for name in tables for column in declared_tables()[name].columns}


@pytest.mark.parametrize("step", [clusters, cluster_history], ids=lambda step: step.name)
def test_lineage_goes_from_columns_the_step_reads_to_columns_it_makes(step: Step) -> None:
    assert set(step.lineage) <= columns_of(step.tables)
    given = {f"{name}.{column}" for name, query in step.inputs.items() for column in query_lineage(query)}
    assert {source for sources in step.lineage.values() for source in sources} <= given
