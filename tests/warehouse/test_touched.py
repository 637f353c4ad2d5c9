"""What a query touches, by its parse and not by its text."""

from __future__ import annotations

import pytest

from assets.warehouse.touched import tables_touched


@pytest.mark.parametrize(
    ("query", "touched"),
    [
        ("select * from spatial.groups where month = $month", {"spatial.groups"}),
        ("from typology.candidates", {"typology.candidates"}),
        ("table sources.drops", {"sources.drops"}),
        ("select 1 -- spatial.groups\n /* network.edges */", set()),
        ("select 'typology.cluster_counts' as name, $text as other", set()),
        ("select typology.candidates.month from typology.candidates", {"typology.candidates"}),
        ("with groups as (from spatial.groups) select * from groups", {"spatial.groups"}),
        ("select (select max(month) from a.b), exists (from network.edges)", {"a.b", "network.edges"}),
        (
            "select * from spatial.runs where sector in (select sector from spatial.groups) "
            "union all by name from spatial.points "
            "qualify row_number() over (order by (select max(a) from sources.x)) = 1",
            {"spatial.runs", "spatial.groups", "spatial.points", "sources.x"},
        ),
        ("select * from a.b as one, lateral (select one.c from d.e) left join f.g using (h)", {"a.b", "d.e", "f.g"}),
        ('select * from "Typology"."CANDIDATES"', {"typology.candidates"}),
        ("select * from warehouse.typology.candidates", {"typology.candidates"}),
        ("from (from network.edges) pivot (sum(weight) for organisation_a in ('x'))", {"network.edges"}),
        ("with recursive up as (from a.b union all select * from up join c.d using (e)) from up", {"a.b", "c.d"}),
        ("select 1; from typology.candidates", {"typology.candidates"}),
        ("describe typology.candidates", {"typology.candidates"}),
    ],
)
def test_every_table_is_seen_and_nothing_else(query: str, touched: set[str]):
    assert tables_touched(query) == touched


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("delete from typology.candidates", "Only SELECT statements"),
        ("copy typology.candidates to 'file.csv'", "Only SELECT statements"),
        ("select month from", "syntax error at end of input: select month from"),
        ("from query('from typology.candidates')", r"query\(...\) takes them as a text"),
        ("from query_table('typology.candidates')", r"query_table\(...\) takes them as a text"),
    ],
)
def test_what_cannot_be_looked_through_is_refused(query: str, said: str):
    with pytest.raises(ValueError, match=said):
        tables_touched(query)
