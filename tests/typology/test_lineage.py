"""The lineage names columns that are there."""

from __future__ import annotations

from assets.typology.lineage import LINEAGE
from assets.typology.steps import STEPS
from assets.warehouse.declarations import declared_tables
from assets.warehouse.lineage import query_lineage


def columns_of(tables: tuple[str, ...]) -> set[str]:
    return {f"{name}.{column.name}" for name in tables for column in declared_tables()[name].columns}


def test_lineage_goes_from_columns_the_step_reads_to_columns_it_makes() -> None:
    clusters = STEPS[0]
    assert set(LINEAGE) <= columns_of(clusters.tables)
    given = {f"{name}.{column}" for name, query in clusters.inputs.items() for column in query_lineage(query)}
    assert {source for sources in LINEAGE.values() for source in sources} <= given
