"""Dagster assets from steps: keys, dependencies, checks, pool, retries, what the UI shows. No rule of any layer."""

import json
import warnings
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import dagster as dg
import polars as pl
from pydantic import PrivateAttr

from assets.cluster import USUAL_WAIT_S, Cluster
from assets.disk import full_disk_said
from assets.method import MethodProfile, find_profiles
from assets.months import TIME_ZONE, USUAL_FIRST_MONTH, Month
from assets.synthetic import WORD
from assets.text_safety import markdown_text
from assets.warehouse.backfills import PARTITION_TAG, end_what_follows, hindrance
from assets.warehouse.checks import CheckOutcome, ChecksFailedError, rules_of
from assets.warehouse.code_references import code_references
from assets.warehouse.database import Warehouse
from assets.warehouse.declarations import Table, declared_tables
from assets.warehouse.faults import WarehouseHeldError
from assets.warehouse.kept_pictures import folder_in, keep
from assets.warehouse.live_runs import alive
from assets.warehouse.made_before import pruned_inputs, unmade
from assets.warehouse.markdown import markdown_table
from assets.warehouse.out_of_date import CHECK, RULE, TABLES, later_there, made_as, mark, passed
from assets.warehouse.running import StepResult, run_step, taken_over
from assets.warehouse.step_code import step_code
from assets.warehouse.steps import Report, Step
from assets.warehouse.turns import turn
from assets.warehouse.upstream import column_sources_of, upstream_of
from assets.work import Engine, Threads

POOL = "warehouse"
CODE_DIGITS = 16
"""Of the digest of a step's code, which is what Dagster is told as its version."""
ANEW_TAG = "innovation-clusters/anew"
"""Tag of a run; where it is `true`, no rows are taken over."""
ACCEPT_TAG = "innovation-clusters/accept"
"""Tag of a run: a JSON object of what a person lets pass (`dataset:column`) and why."""
ACCEPT_EXAMPLE = '{"idbr_enterprises:turnover_gbp": "why"}'
MADE_BY = "taken over from run"
OWNER = "team:innovation-clusters"
PREVIEW_ROWS = 3
WIDEST_CELL = 64
"""As long as a digest."""
DROPS = "sources.drops"
"""The drops that a month used: all of them are told there."""
DIGEST_SHOWN = 12
"""Of a drop's digest at a table of its rows: enough to tell files apart; the rows of `sources.drops` have all of it."""
ROWS_IN_WORDS = 4
"""Failing rows that a check's description tells of; its evidence has more."""
DIGITS = 6
"""Significant digits of a figure."""
NOTES_SHOWN = 8
"""Of a report's sentences; the run's log has all. They stand at every table of the step, in every month's history."""
LOCK_RETRIES, LOCK_RETRY_SECONDS = 5, 30
NETWORK_RETRIES, NETWORK_RETRY_SECONDS = 3, 10


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
    _hindrance: str | None = PrivateAttr(default=None)
    """Why none of the run's steps is to make anything."""
    _out_of_date: dict[Month, set[tuple[str, Month]]] = PrivateAttr(default_factory=dict)
    """The month that the run made otherwise, and what there is of later months."""

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Generator["WarehouseResource", None, None]:
        """Show that the run lives, and wait for its turn before its first step: one that waited in a step would hold
        the pool meanwhile."""
        run, tell = context.run, context.log.warning if context.log else print
        month = f" of {run.tags[PARTITION_TAG]}" if run and PARTITION_TAG in run.tags else ""
        instance = context.instance
        if run and instance and (why := hindrance(instance, run, tell)):
            self._hindrance = why
            for later in end_what_follows(instance, run, why):
                tell(f"the run of {later} is cancelled with it")
        with ExitStack() as held:
            if run and instance:
                held.enter_context(alive(Path(instance.root_directory), run.run_id))
            if not self._hindrance:
                held.enter_context(turn(self.path, f"run {context.run_id}{month}", tell))
            try:
                yield self
            finally:
                for changed, later_months in self._out_of_date.items():
                    if instance:
                        mark(instance, changed, later_months)

    def refuse(self) -> None:
        """Raise Failure where the run is not to make its month: one before it, of the same backfill, was not made."""
        if self._hindrance:
            raise dg.Failure(self._hindrance, allow_retries=False)

    def has_changed(self, month: Month, later: set[tuple[str, Month]]) -> None:
        """Keep that a step has made its month otherwise, so that what is there of later months is out of date."""
        self._out_of_date.setdefault(month, set()).update(later)

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


def monthly(first: Month) -> dg.MonthlyPartitionsDefinition:
    """The months that can be made, as partitions: from the first to the one under way.

    A drop dated this month can be refreshed as soon as it arrives.
    """
    return dg.MonthlyPartitionsDefinition(start_date=str(first), fmt="%Y-%m", timezone=TIME_ZONE, end_offset=1)


def monthly_check(
    name: str, asset: dg.AssetKey, description: str, months: dg.PartitionsDefinition, *, blocking: bool = False
) -> dg.AssetCheckSpec:
    """A check that has an outcome for each month: that of one month stands when another is made."""
    with warnings.catch_warnings():
        # Dagster says of each that such checks are new.
        warnings.simplefilter("ignore", dg.PreviewWarning)
        return dg.AssetCheckSpec(name, asset=asset, description=description, blocking=blocking, partitions_def=months)


def asset_of(step: Step, first: Month = USUAL_FIRST_MONTH) -> dg.AssetsDefinition:
    """The assets of a step: one a table, all made by one op that also makes the tables' checks, each for a month.

    It has no backfill policy: by one, Dagster would start a run of a range, whose checks are of no month.
    """
    months = monthly(first)
    tables = [declared_tables()[table] for table in step.tables]
    check_specs = [
        monthly_check(rule.name, asset_key(rule.table), rule.description, months, blocking=rule.blocking)
        for rule in rules_of(step.tables)
    ]
    check_specs += [monthly_check(CHECK, asset_key(table), RULE, months) for table in step.tables if table in TABLES]

    upstream, columns = upstream_of(step), column_sources_of(step)

    @dg.multi_asset(
        name=f"{step.layer}__{step.name}",
        specs=[_spec(step, table, upstream[table.name], columns[table.name]) for table in tables],
        check_specs=check_specs,
        partitions_def=months,
        pool=POOL,
        config_schema=_config(step) or None,
    )
    def run(
        context: dg.AssetExecutionContext, warehouse: WarehouseResource, method: MethodResource
    ) -> Iterator[dg.AssetCheckResult | dg.MaterializeResult]:
        warehouse.refuse()
        with _faults_as_dagster_takes_them(Path(warehouse.path).parent):
            yield from _events(step, context, warehouse, method.load())

    return run


def _events(
    step: Step, context: dg.AssetExecutionContext, warehouse: WarehouseResource, profiles: Sequence[MethodProfile]
) -> Iterator[dg.AssetCheckResult | dg.MaterializeResult]:
    """Run a step, or take its rows over; what it made, and then what the checks say of that."""
    month, tables = Month.parse(context.partition_key), [declared_tables()[table] for table in step.tables]
    file = warehouse.warehouse(context.log.warning)
    with file.connect(read_only=True) as connection:
        if problem := unmade(connection, step, month):
            raise dg.Failure(problem, allow_retries=False)
        shown = {} if context.run.tags.get(ANEW_TAG) == "true" else _shown_before(context, tables)
        told = _told(context)
        may_take_over = set(shown) == {table.name for table in tables} and not told
        before = made_as(connection, step.tables, month)
        result = taken_over(connection, step, month, profiles) if may_take_over else None
        if result is None and (problem := pruned_inputs(connection, step, month)):
            raise dg.Failure(problem, allow_retries=False)
    try:
        if result is None:
            accepting = _accepted(context.run.tags.get(ACCEPT_TAG))
            making, engine = _made_by_run(context), warehouse.engine()
            result = run_step(step, file, month, profiles, making, accepting, engine, told)
    except ChecksFailedError as error:
        yield from (_check_result(outcome) for outcome in error.outcomes)
        raise dg.Failure(str(error), allow_retries=False) from error
    for report in result.reports.values():
        for message in report.messages:
            context.log.info(message)
    if result.is_taken_over:
        context.log.info("Made from the same as before: rows are taken over.")
        metadata = shown
    else:
        pictures = folder_in(context.instance.storage_directory())
        with file.connect(read_only=True) as connection:
            metadata = {table.name: _materialisation(result, table, file, month, pictures) for table in tables}
            if made_as(connection, step.tables, month) != before:
                warehouse.has_changed(month, later_there(connection, month))
    for name, of_table in metadata.items():
        # Given with the result, Dagster would write it into the step's output too.
        context.add_asset_metadata(of_table, asset_key(name))
        yield dg.MaterializeResult(asset_key(name))
    # After what they are of: the UI takes a check that comes before for one of what was there.
    yield from (_check_result(outcome) for outcome in result.checks)
    yield from passed(step.tables)


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


def _config(step: Step) -> dict[str, dg.Field]:
    """What a person may say to the step, as the configuration of its assets; nothing has to be said."""
    return {
        name: dg.Field(str, is_required=False, default_value="", description=meaning)
        for name, meaning in step.asks.items()
    }


def _told(context: dg.AssetExecutionContext) -> dict[str, str]:
    """What a person says to the step in this run; empty where nothing."""
    given: dict[str, str] = context.op_execution_context.op_config or {}
    return {name: text for name, text in given.items() if text.strip()}


def _made_by_run(context: dg.AssetExecutionContext) -> frozenset[str]:
    """The tables that the run makes, whoever started it: the job's own selection narrowed to the launch's."""
    return frozenset(".".join(key.path) for key in context.job_def.asset_layer.selected_asset_keys)


def asset_key(table: str) -> dg.AssetKey:
    """`layer.table` -> `layer/table`."""
    return dg.AssetKey(table.split("."))


def _spec(step: Step, table: Table, upstream: Sequence[str], column_sources: str) -> dg.AssetSpec:
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
        "column sources": dg.MetadataValue.md(column_sources),
        **code_references(step),
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


def _materialisation(
    result: StepResult, table: Table, warehouse: Warehouse, month: Month, pictures: Path
) -> dict[str, Any]:
    step, written = result.step, result.rows.get(table.name, 0)
    parameters = {"month": month.first_day, "datasets": list(step.datasets.get(table.name, ()))}
    of_month = f"from {table.name} where {_scope(table)}"
    preview = warehouse.read(f"select * {of_month} limit {PREVIEW_ROWS}", **parameters)
    count = warehouse.read(f"select count(*) {of_month}", **parameters).item()
    metadata: dict[str, Any] = {
        "dagster/partition_row_count": count,
        # A month's rows are written whole; of those of drops, what is there stays.
        **({"rows written": written} if table.name in step.datasets else {}),
        "drops": dg.MetadataValue.md(_drops_told(table, warehouse, month, parameters)),
        "preview": dg.MetadataValue.md(markdown_table(preview, WIDEST_CELL)),
        "seconds": round(result.seconds, 2),
        "peak memory (MB)": round(result.peak_memory_mb),
    }
    synthetic = warehouse.read("select count(*) from used.synthetic_drops where month = $month", **parameters).item()
    if synthetic:
        metadata[WORD] = f"made of {synthetic} drops of the synthetic United Kingdom"
    for profile, report in result.reports.items():
        prefix = f"{profile}: " if profile else ""
        for told in (report, report.of_tables.get(table.name)):
            if told is not None:
                metadata |= report_metadata(told, prefix) | _shown(told, pictures, prefix)
    return metadata


def _drops_told(table: Table, warehouse: Warehouse, month: Month, parameters: Mapping[str, Any]) -> str:
    """The drops that a table's rows of the month are of; of a table that is made of others, where those of the month
    stand: said at each, the same list would be a sixth of the history."""
    drops = "select path, dataset, left(sha256, $digits) as digest from sources.drops where month = $month"
    found = warehouse.read(f"{drops} order by path", month=month.first_day, digits=DIGEST_SHOWN)
    if table.name != DROPS:
        found = found.filter(pl.col("dataset").is_in(parameters["datasets"]))
    if found.is_empty():
        return f"[those of {month}](/assets/{'/'.join(DROPS.split('.'))}?view=events&partition={month})"
    return ", ".join(f"{markdown_text(path)} {digest}" for path, _, digest in found.iter_rows())


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
    """What a report tells but for its pictures, as the UI shows it: frames, pages and messages as Markdown."""
    metadata: dict[str, Any] = {}
    for name, value in report.figures.items():
        metadata[prefix + name] = _figure(value)
    metadata |= {prefix + name: dg.MetadataValue.md(text) for name, text in report.pages.items()}
    if report.messages:
        more = len(report.messages) - NOTES_SHOWN
        lines = [*report.messages[:NOTES_SHOWN], *([f"and {more} more in the run's log"] if more > 0 else [])]
        metadata[prefix + "notes"] = dg.MetadataValue.md("\n".join(f"- {line}" for line in lines))
    return metadata


def _figure(value: Any) -> Any:
    """A figure as the UI shows it: a frame as a table, a number with as many digits as a person reads."""
    if isinstance(value, pl.DataFrame):
        return dg.MetadataValue.md(markdown_table(value, WIDEST_CELL))
    return float(f"{value:.{DIGITS}g}") if isinstance(value, float) else value


def _shown(report: Report, folder: Path, prefix: str) -> dict[str, Any]:
    """A report's pictures, kept as files: a picture in the history of runs would be in it thrice a table."""
    return {
        prefix + name: dg.MetadataValue.md(f"![{name}]({keep(folder, png)})") for name, png in report.pictures.items()
    }


def _check_result(outcome: CheckOutcome) -> dg.AssetCheckResult:
    # The check's own description says what held; said again with every outcome, it is a tenth of the history.
    metadata: dict[str, Any] = {}
    description = None
    if not outcome.passed:
        metadata["failing rows"] = outcome.failing_rows
        metadata["evidence"] = dg.MetadataValue.md(markdown_table(outcome.evidence, WIDEST_CELL))
        rows = outcome.evidence.head(ROWS_IN_WORDS).iter_rows(named=True)
        first = "; ".join(", ".join(f"{column} {value}" for column, value in row.items()) for row in rows)
        more = outcome.failing_rows - ROWS_IN_WORDS
        description = f"{outcome.description} It does not hold for: {first}{f'; and {more} more' if more > 0 else ''}."
    return dg.AssetCheckResult(
        passed=outcome.passed,
        asset_key=asset_key(outcome.table),
        check_name=outcome.name,
        severity=dg.AssetCheckSeverity.ERROR if outcome.blocking else dg.AssetCheckSeverity.WARN,
        description=description,
        metadata=metadata,
    )
