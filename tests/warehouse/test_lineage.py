import pytest

from assets.warehouse.lineage import column_lineage
from assets.warehouse.steps import Step, step
from pipelines.definitions import all_steps
from pipelines.settings import Settings


def test_columns_are_followed_through_joins_ctes_and_expressions():
    query = """
        with named as (
            select application_id, organisation_id, 1 / (partners - 1) as share
            from network.participations where month = $month
        )
        select
            a.organisation_id as organisation_a,
            b.organisation_id as organisation_b,
            sum(a.share) as weight,
            count(*) as joint_projects
        from named as a inner join named as b on a.application_id = b.application_id
        group by all
    """
    made = Step("edges", ("network.edges",), ("network.participations",), False, lambda context: {}, "", query)
    lineage = column_lineage(made, "network.edges")
    assert lineage["organisation_b"] == [("network.participations", "organisation_id")]
    assert lineage["weight"] == [("network.participations", "partners")]


def test_a_python_step_takes_columns_of_the_same_name_or_what_it_states():
    @step(
        tables=["spatial.group_members"],
        reads=["spatial.points"],
        lineage={"spatial.group_members.group_id": ["spatial.points.scheme", "spatial.points.sector"]},
    )
    def groups(context):
        """Group."""
        return {}

    lineage = column_lineage(groups, "spatial.group_members")
    assert lineage["site_id"] == [("spatial.points", "site_id")]
    assert lineage["group_id"] == [("spatial.points", "scheme"), ("spatial.points", "sector")]


def test_a_python_step_is_followed_through_its_inputs():
    from assets.network.steps import communities

    lineage = column_lineage(communities, "network.group_members")
    assert lineage["organisation_id"] == [
        ("network.participations", "organisation_id"),
        ("organisations.organisations", "organisation_id"),
    ]
    stated = Step(**{**vars(communities), "lineage": {"network.group_members.group_id": ["firms.organisation_id"]}})
    assert column_lineage(stated, "network.group_members")["group_id"] == [
        ("organisations.organisations", "organisation_id")
    ]
    wrong = Step(**{**vars(communities), "lineage": {"network.group_members.group_id": ["firms.nothing"]}})
    with pytest.raises(ValueError, match=r"names firms\.nothing, which is a column of none of its inputs"):
        column_lineage(wrong, "network.group_members")


def test_every_step_s_lineage_names_what_there_is():
    for each in all_steps(Settings()):
        for table in each.tables:
            column_lineage(each, table)
