"""Commands that show, watch and tell: the map, Dagster's web UI, what is damaged, what is wrong."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from pipelines.commands.options import ProfileOption, PublicationOption, SourcesOption, WarehouseOption, settings_of
from pipelines.commands.telling import console, fail, say, warn
from pipelines.output import plain
from pipelines.settings import Settings

if TYPE_CHECKING:
    from pipelines.finding import Finding


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
        fail(str(error))
    say(f"open http://127.0.0.1:{server.server_port} (Ctrl-C ends it)")
    with server:
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            say("ended")


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
                        warn(ended)
                # What lies beside the warehouse is a matter of those who may write there.
                if workspace is None:
                    delete_left_beside(Path(settings.warehouse))
            with in_words(home):
                show(
                    listener,
                    settings,
                    home,
                    read_only,
                    lambda address: say(f"open {address} (Ctrl-C ends it)"),
                    workspace,
                )
    except ValueError as error:
        fail(str(error))
    except KeyboardInterrupt:
        say("ended")


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
        say(f"{finding.verdict} {finding.what}: {finding.found}")
    raise typer.Exit(0 if is_healthy(findings) else 1)


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
        fail(str(error))
    for line in said:
        say(line)
    for problem in problems:
        warn(problem)
    raise typer.Exit(1 if problems else 0)


def _examine_served(settings: Settings) -> list[Finding]:
    # Imported when it is first asked for: files are served without Dagster.
    from pipelines.health import examine_served

    return examine_served(settings)
