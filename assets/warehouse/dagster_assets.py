"""Dagster assets from steps: keys, dependencies, checks, pool, retries, what the UI shows. No rule of any layer."""

import base64
import json
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import dagster as dg
import polars as pl
from pydantic import PrivateAttr

from assets.cluster import USUAL_WAIT_S, Cluster
from assets.disk import full_disk_said
from assets.method import MethodProfile, find_profiles
from assets.months import FIRST_MONTH, TIME_ZONE, Month
from assets.warehouse.checks import CheckOutcome, ChecksFailedError, rules_of
from assets.warehouse.database import Warehouse
from assets.warehouse.declarations import Table, declared_tables
from assets.warehouse.faults import WarehouseHeldError
from assets.warehouse.lineage import column_lineage
from assets.warehouse.made_before import pruned_inputs, unmade
from assets.warehouse.markdown import markdown_table
from assets.warehouse.running import StepResult, run_step, taken_over
from assets.warehouse.step_code import step_code
from assets.warehouse.steps import Report, Step
from assets.warehouse.turns import turn
from assets.warehouse.upstream import upstream_of
from assets.work import Engine, Threads

POOL = "warehouse"
CODE_DIGITS = 16
"""Of the digest of a step's code, which is what Dagster is told as its version."""
ANEW_TAG = "innovation-clusters/anew"
"""Tag of a run; where it is `true`, no rows are taken over."""
PARTITION_TAG = "dagster/partition"
ACCEPT_TAG = "innovation-clusters/accept"
"""Tag of a run: a JSON object of what a person lets pass (`dataset:column`) and why."""
ACCEPT_EXAMPLE = '{"idbr_enterprises:turnover_gbp": "why"}'
MADE_BY = "taken over from run"
OWNER = "team:innovation-clusters"
PREVIEW_ROWS = 8
WIDEST_CELL = 64
"""As long as a digest."""
ROWS_IN_WORDS = 4
"""Failing rows that a check's description tells of; its evidence has more."""
LOCK_RETRIES, LOCK_RETRY_SECONDS = 5, 30
NETWORK_RETRIES, NETWORK_RETRY_SECONDS = 3, 10

# One month beyond the last complete one: a drop dated this month can be refreshed as soon as it arrives.
MONTHLY = dg.MonthlyPartitionsDefinition(start_date=FIRST_MONTH, fmt="%Y-%m", timezone=TIME_ZONE, end_offset=1)


class WarehouseResource(dg.ConfigurableResource):
    """The DuckDB file that every asset reads and writes, and what works on it; a run that has it is alone in making
    months of it."""

    path: str
    memory_limit: str | None = None
    threads: int | None = None
    cluster: str | None = None
    """Address of the scheduler of a Dask cluster that works where work is done item by item; threads where None."""
    cluster_wait_s: float = USUAL_WAIT_S
    _is_whole: bool = PrivateAttr(default=False)
    """Whether the run has seen to it that every declared table is there: its first step does."""

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Generator["WarehouseResource", None, None]:
        """Wait for the run's turn before its first step: one that waited in a step would hold the pool meanwhile."""
        run, log = context.run, context.log
        month = f" of {run.tags[PARTITION_TAG]}" if run and PARTITION_TAG in run.tags else ""
        with turn(self.path, f"run {context.run_id}{month}", log.warning if log else print):
            yield self

    def warehouse(self, tell: Callable[[str], None]) -> Warehouse:
        """The file, with every declared table in it; `tell` is called where it is waited for."""
        warehouse = Warehouse(self.path, self.memory_limit, self.threads, tell)
        if not self._is_whole:
            warehouse.create()
            self._is_whole = True
        return warehouse

    def engine(self) -> Engine:
        """What works where work is done item by item."""
        return Cluster(self.cluster, self.threads, self.cluster_wait_s) if self.cluster else Threads(self.threads)


class MethodResource(dg.ConfigurableResource):
    """The method profiles a run is made with: names of TOML files in a folder, or paths of others."""

    profiles: list[str]
    folder: str

    def load(self) -> list[MethodProfile]:
        """The profiles."""
        return find_profiles(self.profiles, Path(self.folder))


def asset_of(step: Step) -> dg.AssetsDefinition:
    """The assets of a step: one a table, all made by one op that also makes the tables' checks."""
    tables = [declared_tables()[table] for table in step.tables]
    check_specs = [
        dg.AssetCheckSpec(rule.name, asset=asset_key(rule.table), description=rule.description, blocking=rule.blocking)
        for rule in rules_of(step.tables)
    ]

    upstream = upstream_of(step)

    @dg.multi_asset(
        name=f"{step.layer}__{step.name}",
        specs=[_spec(step, table, upstream[table.name]) for table in tables],
        check_specs=check_specs,
        partitions_def=MONTHLY,
        pool=POOL,
        backfill_policy=dg.BackfillPolicy.multi_run(1),
    )
    def run(
        context: dg.AssetExecutionContext, warehouse: WarehouseResource, method: MethodResource
    ) -> Iterator[dg.AssetCheckResult | dg.MaterializeResult]:
        with _faults_as_dagster_takes_them(Path(warehouse.path).parent):
            month, profiles = Month.parse(context.partition_key), method.load()
            file = warehouse.warehouse(context.log.warning)
            with file.connect(read_only=True) as connection:
                if problem := unmade(connection, step, month):
                    raise dg.Failure(problem, allow_retries=False)
                shown = {} if context.run.tags.get(ANEW_TAG) == "true" else _shown_before(context, tables)
                may_take_over = set(shown) == {table.name for table in tables}
                result = taken_over(connection, step, month, profiles) if may_take_over else None
                if result is None and (problem := pruned_inputs(connection, step, month)):
                    raise dg.Failure(problem, allow_retries=False)
            try:
                if result is None:
                    accepting = _accepted(context.run.tags.get(ACCEPT_TAG))
                    result = run_step(step, file, month, profiles, _made_by_run(context), accepting, warehouse.engine())
            except ChecksFailedError as error:
                yield from (_check_result(outcome) for outcome in error.outcomes)
                raise dg.Failure(str(error), allow_retries=False) from error
            for report in result.reports.values():
                for message in report.messages:
                    context.log.info(message)
            for outcome in result.checks:
                yield _check_result(outcome)
            if result.is_taken_over:
                context.log.info("Made from the same as before: rows are taken over.")
                metadata = shown
            else:
                with file.connect(read_only=True):
                    metadata = {table.name: _materialisation(result, table, file, month) for table in tables}
            for name, of_table in metadata.items():
                yield dg.MaterializeResult(asset_key(name), metadata=of_table)

    return run


@contextmanager
def _faults_as_dagster_takes_them(folder: Path) -> Iterator[None]:
    """What passes by itself is tried again; what a person has to see to ends the run with its sentence alone."""
    try:
        with full_disk_said(folder):
            yield
    except WarehouseHeldError as error:
        raise dg.RetryRequested(LOCK_RETRIES, LOCK_RETRY_SECONDS) from error
    except (ConnectionError, TimeoutError) as error:
        raise dg.RetryRequested(NETWORK_RETRIES, NETWORK_RETRY_SECONDS) from error
    except ValueError as error:
        raise dg.Failure(str(error), allow_retries=False) from error


def _shown_before(context: dg.AssetExecutionContext, tables: Sequence[Table]) -> dict[str, dict[str, Any]]:
    """What the instance shows of the tables' last materialisation for the month; without those it knows none of.

    It is shown again where rows are taken over, with the run that made them.
    """
    found = {}
    for table in tables:
        wanted = dg.AssetRecordsFilter(asset_key(table.name), asset_partitions=[context.partition_key])
        for record in context.instance.fetch_materializations(wanted, limit=1).records:
            if (made := record.asset_materialization) is not None:
                found[table.name] = {MADE_BY: record.run_id, **made.metadata}
    return found


def _accepted(tag: str | None) -> dict[str, str]:
    """What the run's tag lets pass, and why; raises ValueError for a tag that is no JSON object of texts."""
    try:
        given = json.loads(tag or "{}")
    except json.JSONDecodeError as error:
        raise ValueError(f"the tag {ACCEPT_TAG} is no JSON ({error}): expected {ACCEPT_EXAMPLE}") from error
    if not isinstance(given, dict) or not all(isinstance(reason, str) for reason in given.values()):
        raise ValueError(f"the tag {ACCEPT_TAG} is {tag}: expected {ACCEPT_EXAMPLE}")
    return given


def _made_by_run(context: dg.AssetExecutionContext) -> frozenset[str]:
    """The tables that the run makes, whoever started it: the job's own selection narrowed to the launch's."""
    return frozenset(".".join(key.path) for key in context.job_def.asset_layer.selected_asset_keys)


def asset_key(table: str) -> dg.AssetKey:
    """`layer.table` -> `layer/table`."""
    return dg.AssetKey(table.split("."))


def _spec(step: Step, table: Table, upstream: Sequence[str]) -> dg.AssetSpec:
    schema = dg.TableSchema(
        columns=[
            dg.TableColumn(
                column.name,
                column.type,
                description=column.description,
                constraints=dg.TableColumnConstraints(nullable=column.nullable),
            )
            for column in table.columns
        ]
    )
    metadata: dict[str, Any] = {
        "dagster/column_schema": schema,
        "dagster/table_name": table.name,
        "key": ", ".join(table.key) or "none",
    }
    if step.query:
        metadata["query"] = dg.MetadataValue.md(f"```sql\n{step.query.strip()}\n```")
    description = table.description
    if step.query is None and step.description:
        description += f"\n\n{step.description}"
    return dg.AssetSpec(
        asset_key(table.name),
        deps=[asset_key(name) for name in upstream],
        description=description,
        group_name=table.layer,
        owners=[OWNER],
        kinds={"duckdb", "sql" if step.query else "python"},
        metadata=metadata,
        code_version=step_code(step)[:CODE_DIGITS],
    )


def _materialisation(result: StepResult, table: Table, warehouse: Warehouse, month: Month) -> dict[str, Any]:
    step, written = result.step, result.rows.get(table.name, 0)
    sources = column_lineage(step, table.name)
    drops = warehouse.read(
        "select dataset, as_of, path, sha256 from sources.drops where month = $month order by dataset",
        month=month.first_day,
    )
    parameters = {"month": month.first_day, "datasets": list(step.datasets.get(table.name, ()))}
    of_month = f"from {table.name} where {_scope(table)}"
    preview = warehouse.read(f"select * {of_month} limit {PREVIEW_ROWS}", **parameters)
    metadata: dict[str, Any] = {
        "dagster/partition_row_count": warehouse.read(f"select count(*) {of_month}", **parameters).item(),
        "rows written": written,
        "dagster/column_lineage": dg.TableColumnLineage(
            {
                column: [dg.TableColumnDep(asset_key(name), source) for name, source in deps]
                for column, deps in sources.items()
            }
        ),
        "column sources": dg.MetadataValue.md(_lineage_table(sources)),
        "drops": dg.MetadataValue.md(markdown_table(drops, WIDEST_CELL)),
        "preview": dg.MetadataValue.md(markdown_table(preview, WIDEST_CELL)),
        "seconds": round(result.seconds, 2),
        "peak memory (MB)": round(result.peak_memory_mb),
    }
    for profile, report in result.reports.items():
        prefix = f"{profile}: " if profile else ""
        metadata |= report_metadata(report, prefix)
        if table.name in report.of_tables:
            metadata |= report_metadata(report.of_tables[table.name], prefix)
    return metadata


def _scope(table: Table) -> str:
    """Which of a table's rows are a month's: its own, or those of the drops that it uses."""
    columns = {column.name for column in table.columns}
    if "month" in columns:
        return "month = $month"
    of_drops = "from sources.drops where month = $month and dataset in $datasets"
    if "dataset" in columns:
        return f"(dataset, as_of) in (select (dataset, as_of) {of_drops})"
    return f"as_of in (select as_of {of_drops})"


def report_metadata(report: Report, prefix: str = "") -> dict[str, Any]:
    """What a report tells, as the UI shows it: frames, pages and messages as Markdown."""
    metadata: dict[str, Any] = {}
    for name, value in report.figures.items():
        shown = dg.MetadataValue.md(markdown_table(value, WIDEST_CELL)) if isinstance(value, pl.DataFrame) else value
        metadata[prefix + name] = shown
    for name, png in report.pictures.items():
        encoded = base64.b64encode(png).decode()
        metadata[prefix + name] = dg.MetadataValue.md(f"![{name}](data:image/png;base64,{encoded})")
    metadata |= {prefix + name: dg.MetadataValue.md(text) for name, text in report.pages.items()}
    if report.messages:
        metadata[prefix + "notes"] = dg.MetadataValue.md("\n".join(f"- {message}" for message in report.messages))
    return metadata


def _check_result(outcome: CheckOutcome) -> dg.AssetCheckResult:
    metadata: dict[str, Any] = {"failing rows": outcome.failing_rows}
    description = outcome.description
    if not outcome.passed:
        metadata["evidence"] = dg.MetadataValue.md(markdown_table(outcome.evidence, WIDEST_CELL))
        rows = outcome.evidence.head(ROWS_IN_WORDS).iter_rows(named=True)
        first = "; ".join(", ".join(f"{column} {value}" for column, value in row.items()) for row in rows)
        more = outcome.failing_rows - ROWS_IN_WORDS
        description += f" It does not hold for: {first}{f'; and {more} more' if more > 0 else ''}."
    return dg.AssetCheckResult(
        passed=outcome.passed,
        asset_key=asset_key(outcome.table),
        check_name=outcome.name,
        severity=dg.AssetCheckSeverity.ERROR if outcome.blocking else dg.AssetCheckSeverity.WARN,
        description=description,
        metadata=metadata,
    )


def _lineage_table(sources: dict[str, list[tuple[str, str]]]) -> str:
    lines = ["| column | from |", "|---|---|"]
    for column, deps in sources.items():
        lines.append(f"| {column} | {', '.join(f'{table}.{source}' for table, source in deps) or 'computed'} |")
    return "\n".join(lines)
