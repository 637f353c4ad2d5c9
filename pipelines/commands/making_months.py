"""Months made one after the other, with what follows from them, as several commands do it, and what is said of it."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path

import typer
from rich.table import Table

from assets.manners import INTERRUPTED
from assets.months import Month
from pipelines.accepting import not_needed
from pipelines.commands.telling import console, fail, progress_of_steps, say, warn
from pipelines.commands.warehouse_rows import open_warehouse
from pipelines.output import plain
from pipelines.settings import Settings

TOP_AT_THE_END = 3
"""Clusters of the Index that a refresh names when it is done."""


def make_months(
    months: list[Month],
    settings: Settings,
    select: str | None,
    *,
    anew: bool = False,
    only: bool = False,
    even_so: bool = False,
    accepting: Mapping[str, str] | None = None,
) -> None:
    """Make months and what follows from them, as the only one to make months of the warehouse meanwhile."""
    from assets.sources.delivery.storage import file_system
    from assets.warehouse.turns import turn
    from pipelines.approving import what_waits
    from pipelines.renewal import nothing_new
    from pipelines.runs import takes_drops_in

    started = time.monotonic()
    span = str(months[0]) if len(months) == 1 else f"{months[0]} to {months[-1]}"
    try:
        # An address of a kind that is not known is told before a warehouse and a run are made for it.
        file_system(settings.sources)
        with turn(settings.warehouse, f"the making of {span}", warn):
            if not even_so and takes_drops_in(settings, select) and (problem := nothing_new(settings, months)):
                raise ValueError(problem)
            for month in months:
                make_month(month, settings, select, anew, accepting)
            _follow(months, settings, only)
            _keep_small(settings)
        for name in not_needed(open_warehouse(settings.warehouse), months, accepting) if accepting else ():
            warn(f"--accept {name} was not needed: no drop of these months was blocked or warned about for it")
        print_counts(settings, months[-1])
        for sentence in what_waits(settings):
            warn(sentence)
    except ValueError as error:
        fail(str(error))
    say(f"{time.monotonic() - started:.0f} s in all")
    print_how_to_look(settings)


def make_month(
    month: Month,
    settings: Settings,
    select: str | None,
    anew: bool = False,
    accepting: Mapping[str, str] | None = None,
    told: Mapping[str, Mapping[str, str]] | None = None,
) -> None:
    """Make a month and say how long it took; a month that is not made ends the command."""
    from pipelines.runs import run_month

    with progress_of_steps() as progress:
        task = progress.add_task(str(month), total=None)

        def show(step: str, done: int, steps: int) -> None:
            progress.update(task, description=f"{month}  {step}", completed=done, total=steps)

        outcome = run_month(settings, month, select, show, anew=anew, accepting=accepting, tell=warn, told=told)
    for warning in outcome.warnings:
        warn(warning)
    if outcome.is_interrupted:
        warn(f"{month} was not made: " + "\n".join(outcome.problems))
        raise typer.Exit(INTERRUPTED)
    if not outcome.succeeded:
        fail(f"{month} was not made: " + "\n".join(outcome.problems))
    taken_over = f", {outcome.taken_over} steps taken over from before" if outcome.taken_over else ""
    say(f"{month} made in {outcome.seconds:.1f} s{taken_over} (run {outcome.run_id})")


def _follow(made: list[Month], settings: Settings, only: bool) -> None:
    """Make again the later months that are out of date, or say which they are and why they stay so."""
    from pipelines.definitions import all_steps
    from pipelines.later_months import is_unfinished, months_to_follow

    reason = "--only leaves it as it is" if only else ""
    steps = all_steps(settings)
    for later in months_to_follow(settings, steps, made):
        if not reason and is_unfinished(settings, steps, made[-1]):
            reason = f"the rest of {made[-1]} has to be made first, without --select"
        if why := reason or later.hindrance:
            warn(f"{later.month} was made before this and is out of date ({why}): {_remedy(later.month)}")
            continue
        say(f"{later.month} was made before this and follows from it: it is made again")
        make_month(later.month, settings, ",".join(later.tables))


def _keep_small(settings: Settings) -> None:
    """Delete what is too old to be kept, and write the file anew where much of it is free."""
    from assets.disk import DiskFullError
    from assets.warehouse.faults import WarehouseHeldError
    from pipelines.upkeep import maintain as keep_small

    try:
        for done in keep_small(settings, warn, by_itself=True):
            say(done)
    except (DiskFullError, WarehouseHeldError) as error:
        warn(f"the months are made; rows of older ones stay until another time: {error}")


def _remedy(month: Month) -> str:
    return f"make it again (innovation-clusters refresh --month {month})"


def print_counts(settings: Settings, month: Month) -> None:
    """Print how many clusters of each type a month has, and who leads the Index."""
    from assets.reference import OVERALL
    from assets.warehouse.database import Warehouse
    from pipelines.rankings import top_clusters

    warehouse = Warehouse(settings.warehouse)
    counts = warehouse.read(
        "select profile, cluster_type, clusters from typology.cluster_counts where month = $month order by all",
        month=month.first_day,
    )
    if not counts.is_empty():
        counts = counts.pivot("cluster_type", index="profile", values="clusters")
        table = Table(*map(plain, counts.columns), title=f"Clusters by type, {month}")
        for row in counts.iter_rows():
            table.add_row(*(plain(value) for value in row))
        console.print(table)
    first = top_clusters(warehouse, month, (OVERALL,), TOP_AT_THE_END)
    if not first.is_empty():
        named = [f"{row['rank']} {row['cluster']} {row['percentage']}" for row in first.iter_rows(named=True)]
        say(f"the Index of {month}: {'; '.join(named)}")


def print_how_to_look(settings: Settings) -> None:
    """Say how the web UI and the map are opened."""
    given = "".join(
        f" --{name} {value}"
        for name, value, usual in (
            ("sources", settings.sources, Settings.sources),
            ("warehouse", settings.warehouse, Settings.warehouse),
            ("publication", settings.publication, Settings.publication),
        )
        if value != usual
    )
    say(f"look at it: innovation-clusters ui{given}, then http://127.0.0.1:3000")
    way_in = Path(settings.publication) / "index.html"
    if way_in.is_file():
        say(f"open the map: {way_in}")
