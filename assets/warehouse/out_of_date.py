"""A month is out of date once one before it was made otherwise: a check of the tables it is known by shows it.

What belongs here: that check, which later months it fails for, and telling the instance. What does not: what would be
made again, which is asked of each step (`following`).

Whatever a step reads, its rows follow from those of all months up to its own (`made_from`). So where a table's
fingerprint of a month changes, that of each later month no longer holds. The check fails for these in the run that
changed it, and passes in the run that makes them again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import dagster as dg
import duckdb
from dagster._core.definitions.asset_checks.asset_check_evaluation import AssetCheckEvaluationTargetMaterializationData

from assets.months import Month

CHECK = "earlier_months_stand"
RULE = "No month before this one was made otherwise since."
TABLES = ("typology.innovation_clusters", "innovation_index.clusters", "publication.files")
"""What a month is known by: the Map's clusters, the Index's, and the release."""


def made_as(connection: duckdb.DuckDBPyConnection, tables: Sequence[str], month: Month) -> set[tuple[str, str]]:
    """Of tables those that the ledger knows of the month, each with what it was made from."""
    found = connection.execute(
        "select table_name, fingerprint from ledger.made_from "
        "where month = $month and table_name in (select unnest($tables))",
        {"month": month.first_day, "tables": list(tables)},
    )
    return {(str(table), str(fingerprint)) for table, fingerprint in found.fetchall()}


def later_there(connection: duckdb.DuckDBPyConnection, month: Month) -> set[tuple[str, Month]]:
    """The tables by which later months are known, and those months."""
    found = connection.execute(
        "select table_name, month from ledger.made_from "
        "where month > $month and table_name in (select unnest($tables))",
        {"month": month.first_day, "tables": list(TABLES)},
    )
    return {(str(table), Month.of(first_day)) for table, first_day in found.fetchall()}


def passed(tables: Iterable[str]) -> list[dg.AssetCheckResult]:
    """The outcome for a month that has just been made, of those tables that have the check."""
    return [
        dg.AssetCheckResult(
            passed=True,
            asset_key=dg.AssetKey(table.split(".")),
            check_name=CHECK,
            severity=dg.AssetCheckSeverity.WARN,
            description=RULE,
        )
        for table in tables
        if table in TABLES
    ]


def mark(instance: dg.DagsterInstance, month: Month, later: Iterable[tuple[str, Month]]) -> None:
    """Let the check fail for later months, as this one was made otherwise; where it fails already, it stays as said."""
    months_of: dict[str, list[Month]] = {}
    for table, of_month in sorted(later):
        months_of.setdefault(table, []).append(of_month)
    for table, months in months_of.items():
        key = dg.AssetKey(table.split("."))
        known = instance.event_log_storage.get_asset_check_partition_info(
            [dg.AssetCheckKey(key, CHECK)], partition_keys=[*map(str, months)]
        )
        failing = {
            info.partition_key for info in known if info.is_current and info.latest_execution_status.value == "FAILED"
        }
        for of_month in months:
            if str(of_month) not in failing:
                _fail(instance, key, of_month, month)


def _fail(instance: dg.DagsterInstance, key: dg.AssetKey, month: Month, changed: Month) -> None:
    """Report the check's failure for a month that the instance knows to be made."""
    wanted = dg.AssetRecordsFilter(key, asset_partitions=[str(month)])
    for record in instance.fetch_materializations(wanted, limit=1).records:
        instance.report_runless_asset_event(
            dg.AssetCheckEvaluation(
                asset_key=key,
                check_name=CHECK,
                passed=False,
                # Without what it is of, the UI takes it for older than what it is of.
                target_materialization_data=AssetCheckEvaluationTargetMaterializationData(
                    storage_id=record.storage_id, run_id=record.run_id, timestamp=record.timestamp
                ),
                severity=dg.AssetCheckSeverity.WARN,
                description=f"{RULE} It does not hold: {changed} was. Make {month} again.",
                partition=str(month),
            )
        )
