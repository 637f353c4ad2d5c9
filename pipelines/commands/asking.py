"""Commands that ask the warehouse: SQL, rankings, a place, the graph."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipelines.commands.options import FormatOption, MadeMonthOption, OutOption, WarehouseOption
from pipelines.commands.telling import fail, say, warn
from pipelines.commands.warehouse_rows import check_output, open_warehouse, write
from pipelines.output import GraphFormat, OutputFormat, taken
from pipelines.profiles import DEFAULT_PROFILES, PROFILES_FOLDER
from pipelines.settings import Settings


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

    check_output(output_format, out, warehouse)
    file = open_warehouse(warehouse)
    try:
        frame = read_query(file, sql, nested_as_text=output_format is not OutputFormat.parquet)
    except ValueError as error:
        fail(str(error))
    if notice := pruned_notice(file, sql, frame.is_empty()):
        warn(notice)
    write(frame, output_format, out)


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

    check_output(output_format, out, warehouse)
    if everything and top is not None:
        raise typer.BadParameter("give --top or --all, not both")
    try:
        if top is None and not everything:
            profiles = find_profiles(Settings.from_environment().profiles, PROFILES_FOLDER)
            top = shared_method(profiles).index.ranking_size
        frame = find_rankings(open_warehouse(warehouse), month, category, top)
    except ValueError as error:
        fail(str(error))
    write(frame, output_format, out, RANKING_LAYOUT)


def place(
    name: Annotated[str, typer.Option("--name", help="A town, for example Leeds.")],
    month: MadeMonthOption = None,
    output_format: FormatOption = OutputFormat.table,
    out: OutOption = None,
    warehouse: WarehouseOption = Settings.warehouse,
) -> None:
    """Find a town in the Index: its cluster in each category with rank and share, and what it is specialised in."""
    from pipelines.rankings import PLACE_LAYOUT, find_place

    check_output(output_format, out, warehouse)
    try:
        frame = find_place(open_warehouse(warehouse), name, month)
    except ValueError as error:
        fail(str(error))
    write(frame, output_format, out, PLACE_LAYOUT)


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
        found = collaboration_graph(open_warehouse(warehouse), month, method, is_confidential=confidential)
    except ValueError as error:
        fail(str(error))
    try:
        write_graph(found, graph_format, out)
    except OSError as error:
        fail(f"{out} cannot be written: {error}")
    of = "confidential, not to be published" if confidential else "of what funders publish"
    say(f"{found.number_of_nodes()} organisations and {found.number_of_edges()} pairs are in {out}: {of}")
