"""The few commands a person types. Each is a thin caller of Dagster or of the layers; none holds a rule."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, NoReturn

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from assets.manners import INTERRUPTED
from assets.months import Month, month_range, unmakeable
from pipelines.accepting import AcceptingCommand, accepted, not_needed
from pipelines.command_group import CommandGroup, show_version
from pipelines.output import GraphFormat, Layout, OutputFormat, plain, screen, taken, unwritable, write_rows
from pipelines.profiles import DEFAULT_PROFILES, PROFILES_FOLDER
from pipelines.settings import BACKUP, PUBLICATION, SOURCES, WAREHOUSE, Settings

if TYPE_CHECKING:
    import polars as pl

    from assets.fetch.fetching import Outcome
    from assets.warehouse.database import Warehouse
    from pipelines.finding import Finding

app = typer.Typer(
    help="The United Kingdom's innovation clusters, every month, from raw registers to a published map.",
    cls=CommandGroup,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    # One of the two libraries that read the command line names what is near; this would do so a second time.
    suggest_commands=False,
)
console = screen()
errors = screen(stderr=True)
TOP_AT_THE_END = 3
"""Clusters of the Index that a refresh names when it is done."""


def read_month(text: str) -> Month:
    """A month for an option; a bad one is refused as the option's error."""
    try:
        return Month.parse(text)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error


SourcesOption = Annotated[
    str,
    typer.Option("--sources", envvar=SOURCES, help="Folder or object-store address of the drops.", show_envvar=True),
]
WarehouseOption = Annotated[
    str, typer.Option("--warehouse", envvar=WAREHOUSE, help="The DuckDB file.", show_envvar=True)
]
PublicationOption = Annotated[
    str,
    typer.Option(
        "--publication", envvar=PUBLICATION, help="Folder that each month's release is put in.", show_envvar=True
    ),
]
ProfileOption = Annotated[
    list[str] | None,
    typer.Option(
        "--profile",
        help=f"Method profile, by name or .toml path; may be repeated. [default: {', '.join(DEFAULT_PROFILES)}]",
    ),
]
SelectOption = Annotated[
    str | None,
    typer.Option(
        "--select",
        help='Layers and tables ("spatial,network.edges") or Dagster\'s asset selection ("+key:typology/candidates").',
    ),
]
AnewOption = Annotated[
    bool, typer.Option("--anew", help="Make also what is there already, made from the same drops, parameters and code.")
]
OnlyOption = Annotated[
    bool,
    typer.Option(
        "--only", help="Leave later months in the warehouse as they are: those that follow from this are only named."
    ),
]
EvenSoOption = Annotated[
    bool, typer.Option("--even-so", help="Make also a month for which nothing new has arrived since the month before.")
]
FormatOption = Annotated[OutputFormat, typer.Option("--format", help="How to write the rows.")]
OutOption = Annotated[
    Path | None,
    typer.Option("--out", help="File for CSV, Markdown or Parquet; CSV and Markdown go to the screen without it."),
]
MadeMonthOption = Annotated[
    Month | None,
    typer.Option("--month", parser=read_month, metavar="YYYY-MM", help="Month. [default: the latest in the warehouse]"),
]


def settings_of(
    sources: str | None, warehouse: str, profile: list[str] | None, publication: str | None = None
) -> Settings:
    """The environment's settings with what the command line gives in their place."""
    try:
        given = Settings.from_environment()
    except ValueError as error:
        _fail(str(error))
    return replace(
        given,
        sources=sources or given.sources,
        warehouse=warehouse,
        publication=publication or given.publication,
        profiles=tuple(profile) if profile else given.profiles,
    )


@app.callback()
def options(
    _version: Annotated[
        bool, typer.Option("--version", callback=show_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """The United Kingdom's innovation clusters, every month, from raw registers to a published map."""


@app.command()
def synthesise(
    out: Annotated[Path, typer.Option("--out", help="Folder for the drops.")] = Path("sources"),
    scale: Annotated[
        float, typer.Option("--scale", min=0.001, max=1.0, help="Share of the full size: 0.05 is 1:20.")
    ] = 0.005,
    seed: Annotated[
        int,
        typer.Option("--seed", min=0, max=2**32 - 1, help="Same seed, same bytes."),
    ] = 1,
    months: Annotated[
        str, typer.Option("--months", metavar="YYYY-MM[:YYYY-MM]", help="A month, or a range from first to last.")
    ] = "2025-03:2025-05",
    until: Annotated[
        Month | None,
        typer.Option(
            "--until",
            parser=read_month,
            metavar="YYYY-MM",
            help="Month up to which the country is drawn: with the same one, months can be added later and those there "
            "stay the same. [default: as many whole years from the first month as the months need]",
        ),
    ] = None,
    rtic_sizes: Annotated[
        Literal["published", "large"],
        typer.Option(
            "--rtic-sizes",
            help="Emerging sectors as large as published, most firms being in none; or large, every firm in one.",
        ),
    ] = "published",
    public: Annotated[
        bool,
        typer.Option("--public", help="Write companies_house, business_counts, accounts and cordis too."),
    ] = False,
) -> None:
    """Write the drops of a synthetic United Kingdom with planted clusters, in the publishers' formats."""
    from synthetic_uk import Settings as Country
    from synthetic_uk import drawn_until
    from synthetic_uk import synthesise as write

    first, _, last = months.partition(":")
    earliest = settings_of(None, Settings.warehouse, None).first_month
    wanted = _range(read_month(first), read_month(last or first), earliest)
    if until and until < wanted[-1]:
        raise typer.BadParameter(f"--until {until} is before the last month to be written, {wanted[-1]}")
    with _progress() as progress:
        task = progress.add_task("synthesising", total=1.0)
        write(
            out,
            wanted,
            scale,
            seed,
            lambda what, share: progress.update(task, description=what, completed=share),
            Country(rtic_sizes=rtic_sizes, public=public),
            until or drawn_until(wanted),
        )
    _say(f"drops of {wanted[0]} to {wanted[-1]} are in {out}, what was planted in {out / 'truth'}")


@app.command()
def fetch(
    dataset: Annotated[
        list[str] | None, typer.Option("--dataset", help="Dataset to fetch; may be repeated. [default: all]")
    ] = None,
    month: Annotated[
        Month | None,
        typer.Option(
            "--month", parser=read_month, metavar="YYYY-MM", help="Month to fetch for. [default: the one before this]"
        ),
    ] = None,
    sources: SourcesOption = Settings.sources,
) -> None:
    """Bring the publishers' newest releases of a month into the sources; what is there already stays as it is."""
    from assets.fetch.changes import said
    from pipelines.fetched import fetch_all, publishers_named

    settings = settings_of(sources, Settings.warehouse, None)
    wanted = month or Month.of(date.today()).plus(-1)
    if problem := unmakeable(wanted, settings.first_month):
        _fail(problem)
    try:
        names = publishers_named(dataset or [])
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
    failed = 0
    with _fetching() as progress:
        task = progress.add_task(str(wanted), total=len(names))
        for done, outcome in enumerate(
            fetch_all(settings, names, wanted, lambda name, text: progress.update(task, description=f"{name}  {text}")),
            start=1,
        ):
            progress.update(task, completed=done)
            if isinstance(outcome, tuple):
                failed += 1
                errors.print(f"[red]error[/] {plain(outcome[0])}: {plain(str(outcome[1]))}", soft_wrap=True)
            else:
                _say(f"{outcome.dataset}: {_fetched_in_words(outcome)}")
                for change in outcome.changes:
                    _warn(said(outcome.dataset, change))
    if failed:
        others = f"; the others are in {settings.sources}" if failed < len(names) else ""
        were = "dataset was" if len(names) == 1 else "datasets were"
        _fail(f"{failed} of {len(names)} {were} not fetched for {wanted}{others}")


@app.command(cls=AcceptingCommand)
def refresh(
    context: typer.Context,
    month: Annotated[Month, typer.Option("--month", parser=read_month, metavar="YYYY-MM", help="Month to make.")],
    sources: SourcesOption = Settings.sources,
    warehouse: WarehouseOption = Settings.warehouse,
    publication: PublicationOption = Settings.publication,
    profile: ProfileOption = None,
    select: SelectOption = None,
    anew: AnewOption = False,
    only: OnlyOption = False,
    even_so: EvenSoOption = False,
) -> None:
    """Make one month: read the drops, and materialise every asset, or those selected.

    A month for which nothing new has arrived since the last made before it is made with --even-so alone. Later months
    that are there already, and follow from it, are made again.
    """
    settings = settings_of(sources, warehouse, profile, publication)
    _run([month], settings, select, anew=anew, only=only, even_so=even_so, accepting=accepted(context))


@app.command(cls=AcceptingCommand)
def backfill(
    context: typer.Context,
    first: Annotated[Month, typer.Option("--from", parser=read_month, metavar="YYYY-MM", help="First month.")],
    last: Annotated[Month, typer.Option("--to", parser=read_month, metavar="YYYY-MM", help="Last month.")],
    sources: SourcesOption = Settings.sources,
    warehouse: WarehouseOption = Settings.warehouse,
    publication: PublicationOption = Settings.publication,
    profile: ProfileOption = None,
    select: SelectOption = None,
    anew: AnewOption = False,
    only: OnlyOption = False,
    even_so: EvenSoOption = False,
) -> None:
    """Make a range of months, the earliest first, so that clusters keep their identity.

    A range with a month for which nothing new has arrived is made with --even-so alone. Later months that are there
    already, and follow from them, are made again.
    """
    settings = settings_of(sources, warehouse, profile, publication)
    months = _range(first, last, settings.first_month)
    _run(months, settings, select, anew=anew, only=only, even_so=even_so, accepting=accepted(context))


@app.command()
def publish(
    month: Annotated[
        Month, typer.Option("--month", parser=read_month, metavar="YYYY-MM", help="Month of the warehouse.")
    ],
    warehouse: WarehouseOption = Settings.warehouse,
    publication: PublicationOption = Settings.publication,
    profile: ProfileOption = None,
    only: OnlyOption = False,
) -> None:
    """Publish a month that is in the warehouse: disclosure control, map, downloads and report.

    Later months that are there already, and follow from it, are made and published again.
    """
    from pipelines.publish import unpublishable

    try:
        problem = unpublishable(_open(warehouse), month)
    except ValueError as error:
        _fail(str(error))
    if problem:
        _fail(problem)
    _run([month], settings_of(None, warehouse, profile, publication), "publication", only=only)


@app.command()
def approve(
    month: Annotated[
        Month, typer.Option("--month", parser=read_month, metavar="YYYY-MM", help="Month that waits for approval.")
    ],
    by: Annotated[
        str | None, typer.Option("--by", help="Who approves. [default: the user of the operating system]")
    ] = None,
    note: Annotated[str, typer.Option("--note", help="What to say of it; it stands in the release.")] = "",
    warehouse: WarehouseOption = Settings.warehouse,
    publication: PublicationOption = Settings.publication,
    profile: ProfileOption = None,
) -> None:
    """Publish a month that is made and waits for approval; name and note stand in its release.

    It holds for the rows that it is given for: made anew with others, the month waits again.
    """
    from pipelines.approving import standing_warnings, unapprovable

    settings = settings_of(None, warehouse, profile, publication)
    try:
        problem = unapprovable(_open(warehouse), month)
        warnings = [] if problem else standing_warnings(settings, month)
    except ValueError as error:
        _fail(str(error))
    if problem:
        _fail(problem)
    for warning in warnings:
        _warn(warning)
    _approve(month, settings, by, note, len(warnings))


@app.command()
def serve(
    publication: PublicationOption = Settings.publication,
    warehouse: WarehouseOption = Settings.warehouse,
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="Port on 127.0.0.1; 0 is any free one.")] = 8000,
) -> None:
    """Show the publication's folder on 127.0.0.1, as a static web host would; /healthz says whether all works."""
    from pipelines.serve import make_server

    try:
        settings = settings_of(None, warehouse, None, publication)
        server = make_server(Path(publication), port, partial(_examine_served, settings))
    except ValueError as error:
        _fail(str(error))
    _say(f"open http://127.0.0.1:{server.server_port} (Ctrl-C ends it)")
    with server:
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            _say("ended")


@app.command()
def ui(
    sources: SourcesOption = Settings.sources,
    warehouse: WarehouseOption = Settings.warehouse,
    publication: PublicationOption = Settings.publication,
    profile: ProfileOption = None,
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="Port on 127.0.0.1; 0 is any free one.")] = 3000,
    read_only: Annotated[
        bool, typer.Option("--read-only", help="Show, and let nothing be changed; no schedule or sensor runs.")
    ] = False,
    workspace: Annotated[
        Path | None,
        typer.Option(
            "--workspace",
            exists=True,
            dir_okay=False,
            help="Dagster's file that says where the code is served, for a deployment whose services are apart: "
            "neither a code server nor a daemon is started.",
        ),
    ] = None,
) -> None:
    """Open Dagster's web UI, with its daemon, on 127.0.0.1."""
    from assets.warehouse.litter import delete_left_beside
    from pipelines.dagster_home import dagster_home, in_words, opened
    from pipelines.live_runs import end_dead_runs
    from pipelines.web import listen, show

    settings = settings_of(sources, warehouse, profile, publication)
    try:
        with listen(port) as listener:
            home = dagster_home(settings)
            if not read_only:
                with opened(home) as instance:
                    for ended in end_dead_runs(instance, home):
                        _warn(ended)
                # What lies beside the warehouse is a matter of those who may write there.
                if workspace is None:
                    delete_left_beside(Path(settings.warehouse))
            with in_words(home):
                show(
                    listener,
                    settings,
                    home,
                    read_only,
                    lambda address: _say(f"open {address} (Ctrl-C ends it)"),
                    workspace,
                )
    except ValueError as error:
        _fail(str(error))
    except KeyboardInterrupt:
        _say("ended")


@app.command()
def doctor(
    sources: SourcesOption = Settings.sources,
    warehouse: WarehouseOption = Settings.warehouse,
    publication: PublicationOption = Settings.publication,
    profile: ProfileOption = None,
    quick: Annotated[bool, typer.Option("--quick", help="Do not read every row of the warehouse.")] = False,
) -> None:
    """Say what is missing or damaged: folders, drops, versions, locks, schema, blocks, history, litter, profiles."""
    from pipelines.doctor import examine

    table = Table("", "what", "found")
    findings = examine(settings_of(sources, warehouse, profile, publication), quick)
    for finding in findings:
        table.add_row(
            {"ok": "[green]ok[/]", "note": "[yellow]note[/]", "bad": "[red]bad[/]"}[finding.verdict],
            plain(finding.what),
            plain(finding.found),
        )
    console.print(table)
    raise typer.Exit(1 if any(finding.verdict == "bad" for finding in findings) else 0)


@app.command()
def health(
    warehouse: WarehouseOption = Settings.warehouse,
    publication: PublicationOption = Settings.publication,
    no_daemon: Annotated[
        bool, typer.Option("--no-daemon", help="Months are started by hand: no daemon need run.")
    ] = False,
) -> None:
    """Say whether all works, a line each, for a program that watches: exit code 0, or 1 where a person has to look."""
    from pipelines.health import examine_health
    from pipelines.health_answer import is_healthy

    findings = examine_health(settings_of(None, warehouse, None, publication), needs_daemon=not no_daemon)
    for finding in findings:
        _say(f"{finding.verdict} {finding.what}: {finding.found}")
    raise typer.Exit(0 if is_healthy(findings) else 1)


@app.command()
def alert(
    warehouse: WarehouseOption = Settings.warehouse,
    publication: PublicationOption = Settings.publication,
    profile: ProfileOption = None,
    test: Annotated[
        bool, typer.Option("--test", help="Send a test message to each address and say how it went.")
    ] = False,
) -> None:
    """Look once at what may be wrong, and tell those whom INNOVATION_CLUSTERS_ALERTS names what is new.

    Where `ui` runs, its daemon does so each minute.
    """
    from pipelines.alerting.command import look_once, send_test

    settings = settings_of(None, warehouse, profile, publication)
    try:
        said, problems = send_test(settings) if test else look_once(settings)
    except ValueError as error:
        _fail(str(error))
    for line in said:
        _say(line)
    for problem in problems:
        _warn(problem)
    raise typer.Exit(1 if problems else 0)


@app.command()
def maintain(
    warehouse: WarehouseOption = Settings.warehouse,
    profile: ProfileOption = None,
    keep: Annotated[
        int | None,
        typer.Option("--keep", min=1, help="Newest months whose working tables stay. [default: the profile's]"),
    ] = None,
) -> None:
    """Delete working rows of all but the newest months, and write the warehouse's file anew without free space.

    Results, what was released and what identifies a drop stay for ever.
    """
    from pipelines.upkeep import maintain as keep_small

    _open(warehouse)
    for done in keep_small(settings_of(None, warehouse, profile), _warn, working_months=keep):
        _say(done)


@app.command()
def backup(
    to: Annotated[
        Path, typer.Option("--to", envvar=BACKUP, help="Folder that the backup is put in, in one of its own.")
    ],
    warehouse: WarehouseOption = Settings.warehouse,
) -> None:
    """Copy the warehouse and the history of runs, and look at the copy; months may be made meanwhile."""
    from pipelines.alerting.command import backup_failure_told
    from pipelines.backups import take_backup

    settings = settings_of(None, warehouse, None)
    with backup_failure_told(settings):
        _say(f"the backup is in {take_backup(settings, to)}")


@app.command()
def restore(
    source: Annotated[
        Path, typer.Option("--from", help="Folder of a backup, or one with backups in it: the newest is taken.")
    ],
    replace_it: Annotated[
        bool, typer.Option("--replace", help="Move the warehouse and the history that are there aside.")
    ] = False,
    warehouse: WarehouseOption = Settings.warehouse,
) -> None:
    """Put a backup of the warehouse in place, and of the history of runs where there is none."""
    from pipelines.backups import newest_backup
    from pipelines.restoring import restore as put_back

    for done in put_back(settings_of(None, warehouse, None), newest_backup(source), replace=replace_it, tell=_warn):
        _say(done)


@app.command()
def query(
    sql: Annotated[str, typer.Argument(help="One SQL query; it reads the warehouse and nothing else.")],
    warehouse: WarehouseOption = Settings.warehouse,
    output_format: FormatOption = OutputFormat.table,
    out: OutOption = None,
) -> None:
    """Read the warehouse with SQL, to a table, CSV, Markdown or Parquet.

    Lists, structs and maps are written as JSON and blobs as hexadecimal digits, but in Parquet.
    """
    from assets.warehouse.reader import read_query
    from pipelines.pruned_notice import pruned_notice

    _check_output(output_format, out, warehouse)
    file = _open(warehouse)
    try:
        frame = read_query(file, sql, nested_as_text=output_format is not OutputFormat.parquet)
    except ValueError as error:
        _fail(str(error))
    if notice := pruned_notice(file, sql, frame.is_empty()):
        _warn(notice)
    _write(frame, output_format, out)


@app.command()
def rankings(
    category: Annotated[
        str | None, typer.Option("--category", help="One of the five categories, or Overall. [default: all six]")
    ] = None,
    month: MadeMonthOption = None,
    top: Annotated[
        int | None, typer.Option("--top", min=1, help="Clusters of each. [default: the profile's ranking_size]")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Every cluster of each.")] = False,
    output_format: FormatOption = OutputFormat.table,
    out: OutOption = None,
    warehouse: WarehouseOption = Settings.warehouse,
) -> None:
    """Print the rankings of the UK Tech Innovation Index, with what changed since the month before."""
    from assets.method import find_profiles, shared_method
    from pipelines.rankings import RANKING_LAYOUT, find_rankings

    _check_output(output_format, out, warehouse)
    if everything and top is not None:
        raise typer.BadParameter("give --top or --all, not both")
    try:
        if top is None and not everything:
            profiles = find_profiles(Settings.from_environment().profiles, PROFILES_FOLDER)
            top = shared_method(profiles).index.ranking_size
        frame = find_rankings(_open(warehouse), month, category, top)
    except ValueError as error:
        _fail(str(error))
    _write(frame, output_format, out, RANKING_LAYOUT)


@app.command()
def place(
    name: Annotated[str, typer.Option("--name", help="A town, for example Leeds.")],
    month: MadeMonthOption = None,
    output_format: FormatOption = OutputFormat.table,
    out: OutOption = None,
    warehouse: WarehouseOption = Settings.warehouse,
) -> None:
    """Find a town in the Index: its cluster in each category with rank and share, and what it is specialised in."""
    from pipelines.rankings import PLACE_LAYOUT, find_place

    _check_output(output_format, out, warehouse)
    try:
        frame = find_place(_open(warehouse), name, month)
    except ValueError as error:
        _fail(str(error))
    _write(frame, output_format, out, PLACE_LAYOUT)


@app.command()
def graph(
    out: Annotated[Path, typer.Option("--out", help="File to write.")],
    month: MadeMonthOption = None,
    profile: Annotated[
        str, typer.Option("--profile", help="Method profile, by name or .toml path.")
    ] = DEFAULT_PROFILES[0],
    graph_format: Annotated[GraphFormat, typer.Option("--format", help="What Gephi or networkx reads.")] = (
        GraphFormat.graphml
    ),
    confidential: Annotated[
        bool,
        typer.Option("--confidential", help="The whole graph with the register's organisations; not to be published."),
    ] = False,
    warehouse: WarehouseOption = Settings.warehouse,
) -> None:
    """Write the month's graph of collaboration, with communities, names, places and clusters.

    Without --confidential it has what funders publish of funded projects, and organisations that are surely no person.
    """
    from assets.method import find_profiles
    from pipelines.graph import collaboration_graph, write_graph

    if problem := taken(out, warehouse):
        raise typer.BadParameter(problem)
    try:
        method = find_profiles((profile,), PROFILES_FOLDER)[0]
        found = collaboration_graph(_open(warehouse), month, method, is_confidential=confidential)
    except ValueError as error:
        _fail(str(error))
    try:
        write_graph(found, graph_format, out)
    except OSError as error:
        _fail(f"{out} cannot be written: {error}")
    of = "confidential, not to be published" if confidential else "of what funders publish"
    _say(f"{found.number_of_nodes()} organisations and {found.number_of_edges()} pairs are in {out}: {of}")


def _examine_served(settings: Settings) -> list[Finding]:
    # Imported when it is first asked for: files are served without Dagster.
    from pipelines.health import examine_served

    return examine_served(settings)


def _fetched_in_words(outcome: Outcome) -> str:
    from assets.sources import in_words

    if not outcome.is_new:
        by = f" ({outcome.provenance.release})" if outcome.provenance else ", put there by hand"
        return f"{outcome.path} is there already{by}"
    files = len(outcome.provenance.files) if outcome.provenance else 0
    what = f"{files} file{'s' if files != 1 else ''}, {in_words(outcome.bytes)}"
    return f"{outcome.path} fetched in {outcome.seconds:.1f} s: {what}"


def _check_output(output_format: OutputFormat, out: Path | None, warehouse: str) -> None:
    problem = unwritable(output_format, out, warehouse)
    if problem:
        raise typer.BadParameter(problem)


def _open(path: str) -> Warehouse:
    from assets.warehouse.database import Warehouse
    from assets.warehouse.versions import refuse_later

    if not Path(path).exists():
        _fail(f"no warehouse at {path}: make one with `innovation-clusters refresh`, or give --warehouse")
    warehouse = Warehouse(path, tell=_warn)
    with warehouse.connect(read_only=True) as connection:
        refuse_later(connection, warehouse.path)
    return warehouse


def _write(frame: pl.DataFrame, output_format: OutputFormat, out: Path | None, layout: Layout | None = None) -> None:
    import polars as pl

    try:
        write_rows(frame, output_format, out, console, layout)
    except BrokenPipeError:  # Who reads has read enough.
        raise typer.Exit(1) from None
    except (OSError, pl.exceptions.PolarsError) as error:
        _fail(f"{out or 'the output'} cannot be written: {error}")


def _run(
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
        with turn(settings.warehouse, f"the making of {span}", _warn):
            if not even_so and takes_drops_in(settings, select) and (problem := nothing_new(settings, months)):
                raise ValueError(problem)
            for month in months:
                _make(month, settings, select, anew, accepting)
            _follow(months, settings, only)
            _keep_small(settings)
        for name in not_needed(_open(settings.warehouse), months, accepting) if accepting else ():
            _warn(f"--accept {name} was not needed: no drop of these months was blocked or warned about for it")
        _print_counts(settings, months[-1])
        for sentence in what_waits(settings):
            _warn(sentence)
    except ValueError as error:
        _fail(str(error))
    _say(f"{time.monotonic() - started:.0f} s in all")
    _print_how_to_look(settings)


def _make(
    month: Month,
    settings: Settings,
    select: str | None,
    anew: bool = False,
    accepting: Mapping[str, str] | None = None,
    told: Mapping[str, Mapping[str, str]] | None = None,
) -> None:
    from pipelines.runs import run_month

    with _progress() as progress:
        task = progress.add_task(str(month), total=None)

        def show(step: str, done: int, steps: int) -> None:
            progress.update(task, description=f"{month}  {step}", completed=done, total=steps)

        outcome = run_month(settings, month, select, show, anew=anew, accepting=accepting, tell=_warn, told=told)
    for warning in outcome.warnings:
        _warn(warning)
    if outcome.is_interrupted:
        _warn(f"{month} was not made: " + "\n".join(outcome.problems))
        raise typer.Exit(INTERRUPTED)
    if not outcome.succeeded:
        _fail(f"{month} was not made: " + "\n".join(outcome.problems))
    taken_over = f", {outcome.taken_over} steps taken over from before" if outcome.taken_over else ""
    _say(f"{month} made in {outcome.seconds:.1f} s{taken_over} (run {outcome.run_id})")


def _approve(month: Month, settings: Settings, by: str | None, note: str, warnings: int) -> None:
    """Make the release of rows that stay as they are, and show it."""
    from assets.sources.plausibility.accepting import accepted_by
    from pipelines.approving import OP, SELECTED, said

    who = accepted_by() if by is None else by
    if not who.strip():
        raise typer.BadParameter("--by is empty: say who approves")
    try:
        _make(month, settings, SELECTED, told={OP: said(who, note)})
    except ValueError as error:
        _fail(str(error))
    stood = f"; {warnings} check{'s' if warnings != 1 else ''} warned" if warnings else ""
    _say(f"{month} is approved by {who} and published{stood}")
    _print_how_to_look(settings)


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
            _warn(f"{later.month} was made before this and is out of date ({why}): {_remedy(later.month)}")
            continue
        _say(f"{later.month} was made before this and follows from it: it is made again")
        _make(later.month, settings, ",".join(later.tables))


def _keep_small(settings: Settings) -> None:
    """Delete what is too old to be kept, and write the file anew where much of it is free."""
    from assets.disk import DiskFullError
    from assets.warehouse.faults import WarehouseHeldError
    from pipelines.upkeep import maintain as keep_small

    try:
        for done in keep_small(settings, _warn, by_itself=True):
            _say(done)
    except (DiskFullError, WarehouseHeldError) as error:
        _warn(f"the months are made; rows of older ones stay until another time: {error}")


def _remedy(month: Month) -> str:
    return f"make it again (innovation-clusters refresh --month {month})"


def _print_counts(settings: Settings, month: Month) -> None:
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
        _say(f"the Index of {month}: {'; '.join(named)}")


def _print_how_to_look(settings: Settings) -> None:
    given = "".join(
        f" --{name} {value}"
        for name, value, usual in (
            ("sources", settings.sources, Settings.sources),
            ("warehouse", settings.warehouse, Settings.warehouse),
            ("publication", settings.publication, Settings.publication),
        )
        if value != usual
    )
    _say(f"look at it: innovation-clusters ui{given}, then http://127.0.0.1:3000")
    way_in = Path(settings.publication) / "index.html"
    if way_in.is_file():
        _say(f"open the map: {way_in}")


def _range(first: Month, last: Month, earliest: Month) -> list[Month]:
    for month in (first, last):
        if problem := unmakeable(month, earliest):
            _fail(problem)
    try:
        return month_range(first, last)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error


def _progress() -> Progress:
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=errors,
    )


def _fetching() -> Progress:
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        TimeElapsedColumn(),
        console=errors,
        transient=True,
    )


def _say(message: str) -> None:
    console.print(plain(message), soft_wrap=True)


def _warn(message: str) -> None:
    errors.print(f"[yellow]warning[/] {plain(message)}", soft_wrap=True)


def _fail(message: str) -> NoReturn:
    errors.print(f"[red]error[/] {plain(message)}", soft_wrap=True)
    raise typer.Exit(1)
