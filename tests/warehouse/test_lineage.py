from assets.warehouse.lineage import column_lineage
from assets.warehouse.steps import Step, step


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
