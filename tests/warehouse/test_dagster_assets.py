"""Steps as Dagster assets: what a run records, and what it leaves when a check fails."""

from collections.abc import Mapping
from pathlib import Path

import dagster as dg
import polars as pl
from matplotlib.figure import Figure

from assets.months import Month
from assets.pictures import png
from assets.warehouse.backfills import BACKFILL_TAG
from assets.warehouse.dagster_assets import MethodResource, WarehouseResource, asset_key, asset_of
from assets.warehouse.database import Warehouse
from assets.warehouse.declarations import declared_tables
from assets.warehouse.kept_pictures import folder_in, named_in
from assets.warehouse.out_of_date import CHECK
from assets.warehouse.steps import Rows, Step, StepContext, sql_step, step
from tests.support import AS_OF, MONTH, fill, use_drop

PROFILE = "name = 'one'"


def participations(*partners: int) -> Step:
    @step(tables=["network.participations"], reads=[], reaches_outside=True)
    def made(context: StepContext) -> Rows:
        """One application of several organisations."""
        for note in ["made by hand", *(f"note {number}" for number in range(2, 21))]:
            context.report.say(note)
        figure = Figure(figsize=(1, 1))
        context.report.picture("nothing much", png(figure))
        ids = [f"o{number}" for number in range(len(partners))]
        rows = pl.DataFrame({"application_id": ["a"] * len(ids), "organisation_id": ids, "partners": list(partners)})
        return {"network.participations": rows}

    return made


@step(tables=["network.edges"], reads=["network.participations"])
def edges(context: StepContext) -> Rows:
    """The one edge between two organisations."""
    frame = context.read(
        "select min(organisation_id) as organisation_a, max(organisation_id) as organisation_b, 1.0 as weight, "
        "1 as joint_projects from network.participations where month = $month"
    )
    return {"network.edges": frame}


def materialise(
    warehouse: Warehouse,
    instance: dg.DagsterInstance,
    *steps: Step,
    month: Month = MONTH,
    tags: Mapping[str, str] | None = None,
) -> dg.ExecuteInProcessResult:
    folder = warehouse.path.parent
    (folder / "one.toml").write_text(PROFILE)
    return dg.materialize(
        [asset_of(made) for made in steps],
        instance=instance,
        partition_key=str(month),
        tags=dict(tags or {}),
        resources={
            "warehouse": WarehouseResource(path=str(warehouse.path)),
            "method": MethodResource(profiles=["one"], folder=str(folder)),
        },
        raise_on_error=False,
    )


def test_a_failed_blocking_check_shows_evidence_stops_what_follows_and_keeps_the_rows(
    warehouse: Warehouse, tmp_path: Path
):
    use_drop(warehouse, "innovate_uk")
    with dg.DagsterInstance.ephemeral() as instance:
        good = materialise(warehouse, instance, participations(2, 2), edges)
        before = warehouse.read("from network.participations").rows()
        bad = materialise(warehouse, instance, participations(2, 3), edges)
    assert (good.success, bad.success) == (True, False)
    assert warehouse.read("from network.participations").rows() == before
    checks = {check.check_name: check for check in bad.get_asset_check_evaluations()}
    failed = checks["partners_are_counted"]
    assert (failed.passed, failed.blocking, failed.severity) == (False, True, dg.AssetCheckSeverity.ERROR)
    assert "expected" in failed.metadata["evidence"].md_str
    assert "It does not hold for: " in failed.description
    assert checks["key_is_unique"].passed
    assert bad.asset_materializations_for_node("network__edges") == []


def test_a_materialisation_tells_rows_drops_notes_and_cost(warehouse: Warehouse):
    with dg.DagsterInstance.ephemeral() as instance:
        made = materialise(warehouse, instance, participations(2, 2))
    metadata = made.asset_materializations_for_node("network__made")[0].metadata
    assert metadata["dagster/partition_row_count"].value == 2
    assert "| a | o0 | 2 |" in metadata["preview"].md_str.replace("| 2025-05-01 ", "")
    assert metadata["drops"].md_str == "[those of 2025-05](/assets/sources/drops?view=events&partition=2025-05)"
    assert "made by hand" in metadata["notes"].md_str
    assert metadata["notes"].md_str.endswith("- note 8\n- and 12 more in the run's log")
    assert metadata["seconds"].value >= 0


def test_the_history_of_runs_names_a_picture_and_does_not_hold_it(warehouse: Warehouse):
    with dg.DagsterInstance.ephemeral() as instance:
        made = materialise(warehouse, instance, participations(2, 2))
        (name,) = named_in(made.asset_materializations_for_node("network__made")[0].metadata["nothing much"].md_str)
        assert (folder_in(instance.storage_directory()) / name).read_bytes()[8:12] == b"WEBP"
    outputs = [event.step_output_data for event in made.all_events if event.event_type_value == "STEP_OUTPUT"]
    assert [output.metadata for output in outputs if output.metadata] == []


def test_an_asset_links_to_the_file_that_makes_it():
    def linked(made: Step, table: str) -> list[tuple[str, int | None]]:
        metadata = asset_of(made).specs_by_key[asset_key(table)].metadata
        references = metadata["dagster/code_references"].code_references
        return [(reference.file_path, reference.line_number) for reference in references]

    root = Path(__file__).parents[2]
    ((path, line),) = linked(edges, "network.edges")
    assert path == __file__
    assert "def edges" in "".join(Path(path).read_text(encoding="utf-8").splitlines()[line - 1 : line + 1])
    assert linked(sql_step("network.edges"), "network.edges") == [(str(root / "sql/network/edges.sql"), None)]


def test_a_month_whose_drops_were_not_taken_in_makes_nothing_of_them(warehouse: Warehouse):
    use_drop(warehouse, "innovate_uk")
    with warehouse.transaction() as connection:
        connection.execute("update sources.drops set month = month - interval 1 month")
    with dg.DagsterInstance.ephemeral() as instance:
        made = materialise(warehouse, instance, edges)
    failure = made.failure_data_for_node("network__edges")
    assert "the drops of 2025-05 have not been taken in" in failure.user_failure_data.description
    assert "--select sources" in failure.user_failure_data.description
    assert warehouse.read("from network.edges").is_empty()


def said_of(made: dg.ExecuteInProcessResult, node: str) -> str:
    return str(made.failure_data_for_node(node).user_failure_data.description)


def test_a_table_whose_input_was_not_made_for_the_month_is_refused_with_the_selection_that_makes_it(
    warehouse: Warehouse,
):
    use_drop(warehouse, "innovate_uk")
    with dg.DagsterInstance.ephemeral() as instance:
        refused = materialise(warehouse, instance, edges)
        said = said_of(refused, "network__edges")
        assert "network.participations of 2025-05 has not been made" in said
        assert "--select network.participations,network.edges" in said
        # Made in the same run, before it.
        assert materialise(warehouse, instance, participations(2, 2), edges).success
        # Made by an earlier run.
        assert materialise(warehouse, instance, edges).success


@step(tables=["network.participations"], reads=["sources.innovate_uk"])
def no_participations(context: StepContext) -> Rows:
    """None."""
    schema = {"application_id": pl.String, "organisation_id": pl.String, "partners": pl.Int64}
    return {"network.participations": pl.DataFrame(schema=schema)}


@step(tables=["network.edges"], reads=["network.participations"])
def no_edges(context: StepContext) -> Rows:
    """None."""
    schema = {
        "organisation_a": pl.String,
        "organisation_b": pl.String,
        "weight": pl.Float64,
        "joint_projects": pl.Int64,
    }
    return {"network.edges": pl.DataFrame(schema=schema)}


def test_a_table_that_was_made_without_rows_is_there_and_one_whose_rows_were_deleted_is_not(warehouse: Warehouse):
    use_drop(warehouse, "innovate_uk")
    with dg.DagsterInstance.ephemeral() as instance:
        assert materialise(warehouse, instance, no_participations).success
        assert materialise(warehouse, instance, no_edges).success
        with warehouse.transaction() as connection:
            connection.execute("update ledger.made_from set row_count = 2 where table_name = 'network.participations'")
        deleted = materialise(warehouse, instance, no_edges)
    assert "network.participations of 2025-05 has not been made" in said_of(deleted, "network__no_edges")


def test_a_step_goes_without_what_it_may_lack(warehouse: Warehouse):
    use_drop(warehouse, "innovate_uk")
    reads = ("network.participations", "organisations.sites")
    with dg.DagsterInstance.ephemeral() as instance:
        for may_lack in ("all", "any"):
            made = Step(**{**vars(no_edges), "reads": reads, "may_lack": may_lack})
            assert materialise(warehouse, instance, made).success
        assert materialise(warehouse, instance, no_participations).success
        partly = Step(**{**vars(no_edges), "reads": reads, "may_lack": "all"})
        refused = materialise(warehouse, instance, partly)
    assert "organisations.sites of 2025-05 has not been made" in said_of(refused, "network__no_edges")


NEXT, AFTER = MONTH.plus(1), MONTH.plus(2)


def use_drop_of(warehouse: Warehouse, *months: Month) -> None:
    """Say that each of the months uses the same drop."""
    of_drop = {"dataset": "innovate_uk", "as_of": AS_OF, "path": "a.csv", "sha256": "0", "bytes": 1, "rows_read": 1}
    fill(warehouse, "sources.drops", [{**of_drop, "month": month.first_day, "rows_rejected": 0} for month in months])


def outcomes(instance: dg.DagsterInstance, table: str, check: str) -> dict[str, str]:
    """What the UI shows of a check for each month: only what is of the month's latest materialisation."""
    key = dg.AssetCheckKey(dg.AssetKey(table.split(".")), check)
    found = instance.event_log_storage.get_asset_check_partition_info([key])
    return {str(info.partition_key): info.latest_execution_status.value for info in found if info.is_current}


@step(tables=["network.participations"], reads=["sources.innovate_uk"])
def more_each_month(context: StepContext) -> Rows:
    """Twice as many as the month before, with a warning for it."""
    before = context.read("select count(*) as n from network.participations where month < $month").item()
    ids = [f"o{number}" for number in range(2 + 2 * before)]
    rows = pl.DataFrame({"application_id": ["a"] * len(ids), "organisation_id": ids, "partners": [len(ids)] * len(ids)})
    return {"network.participations": rows}


def test_a_months_warning_stands_when_another_month_is_made(warehouse: Warehouse):
    use_drop_of(warehouse, MONTH, NEXT)
    with dg.DagsterInstance.ephemeral() as instance:
        for month in (MONTH, NEXT, MONTH):
            assert materialise(warehouse, instance, more_each_month, month=month).success
        assert outcomes(instance, "network.participations", "row_count_band") == {
            str(MONTH): "SUCCEEDED",
            str(NEXT): "FAILED",
        }


@step(tables=["innovation_index.clusters"], reads=["sources.innovate_uk"])
def no_clusters(context: StepContext) -> Rows:
    """None."""
    columns = [column.name for column in declared_tables()["innovation_index.clusters"].columns]
    given = {name: pl.String for name in columns if name not in ("month", "profile_fingerprint")}
    return {"innovation_index.clusters": pl.DataFrame(schema=given)}


def test_months_after_one_that_was_made_otherwise_are_shown_as_out_of_date_until_they_are_made_again(
    warehouse: Warehouse,
):
    use_drop_of(warehouse, MONTH, NEXT, AFTER)
    with dg.DagsterInstance.ephemeral() as instance:

        def shown() -> list[str]:
            found = outcomes(instance, "innovation_index.clusters", CHECK)
            return [found.get(str(month), "") for month in (MONTH, NEXT, AFTER)]

        for month in (MONTH, NEXT, AFTER):
            assert materialise(warehouse, instance, no_clusters, month=month).success
        assert shown() == ["SUCCEEDED"] * 3
        materialise(warehouse, instance, no_clusters, month=MONTH)
        assert shown() == ["SUCCEEDED"] * 3, "taken over: nothing is otherwise"
        with warehouse.transaction() as connection:
            connection.execute("update sources.drops set sha256 = '1' where month = $month", {"month": MONTH.first_day})
        materialise(warehouse, instance, no_clusters, month=MONTH)
        assert shown() == ["SUCCEEDED", "FAILED", "FAILED"]
        materialise(warehouse, instance, no_clusters, month=NEXT)
        assert shown() == ["SUCCEEDED", "SUCCEEDED", "FAILED"]
        key = dg.AssetCheckKey(dg.AssetKey(["innovation_index", "clusters"]), CHECK)
        history = instance.event_log_storage.get_asset_check_execution_history(key, limit=100)
        assert [record.partition for record in history].count(str(AFTER)) == 2, "it is told once"
        materialise(warehouse, instance, no_clusters, month=AFTER)
        assert shown() == ["SUCCEEDED"] * 3


@step(tables=["network.participations"], reads=["sources.innovate_uk"])
def refused_first(context: StepContext) -> Rows:
    """Nothing of the first month, one application of any other."""
    if context.month == MONTH:
        raise ValueError("a bad drop")
    rows = pl.DataFrame({"application_id": ["a", "a"], "organisation_id": ["o", "p"], "partners": [2, 2]})
    return {"network.participations": rows}


def test_a_month_of_a_backfill_is_not_made_while_one_before_it_is_not(warehouse: Warehouse):
    use_drop_of(warehouse, MONTH, NEXT, AFTER)
    tags = {BACKFILL_TAG: "b"}
    with dg.DagsterInstance.ephemeral() as instance:
        failed = materialise(warehouse, instance, refused_first, edges, month=MONTH, tags=tags)
        refused = materialise(warehouse, instance, refused_first, edges, month=NEXT, tags=tags)
        said = said_of(refused, "network__refused_first")
        assert f"{NEXT} is not made: {MONTH} comes before it in the same backfill" in said
        assert failed.run_id in said
        assert f"make {MONTH} first, then {NEXT}" in said
        assert warehouse.read("from network.participations").is_empty()
        assert materialise(warehouse, instance, refused_first, edges, month=NEXT, tags={BACKFILL_TAG: "other"}).success
        # A part of what the failed run was to make is not all of it.
        assert materialise(warehouse, instance, participations(2, 2), month=MONTH).success
        assert not materialise(warehouse, instance, refused_first, edges, month=AFTER, tags=tags).success
        assert materialise(warehouse, instance, participations(2, 2), edges, month=MONTH).success
        assert materialise(warehouse, instance, refused_first, edges, month=NEXT, tags=tags).success
        assert materialise(warehouse, instance, refused_first, edges, month=AFTER, tags=tags).success
