"""Commands that question the typology: why a cluster is one, and what other thresholds would make of the month."""

from __future__ import annotations

from typing import Annotated

import typer

from pipelines.commands.options import FormatOption, MadeMonthOption, OutOption, WarehouseOption
from pipelines.commands.telling import advise, fail, warn
from pipelines.commands.warehouse_rows import check_output, open_warehouse, write_named
from pipelines.output import OutputFormat
from pipelines.profiles import PROFILES_FOLDER
from pipelines.settings import Settings


def why(
    what: Annotated[str, typer.Argument(help="A cluster's id or name, a group's id, or a town.", metavar="CLUSTER")],
    month: MadeMonthOption = None,
    profile: Annotated[
        str | None,
        typer.Option("--profile", help="Method profile, by name or .toml path. [default: the first that has it]"),
    ] = None,
    output_format: FormatOption = OutputFormat.table,
    out: OutOption = None,
    warehouse: WarehouseOption = Settings.warehouse,
) -> None:
    """Say why a group is the cluster that it is, or is none: each criterion's figure, threshold and margin.

    A figure is marked as near where the type would be another, were its threshold a tenth (near_margin) higher or
    lower. A town, or a name, of one cluster tells of that one; of several it lists them, to ask for one by its id.
    CSV and Parquet hold the criteria alone, or that list.
    """
    from assets.method import find_profiles
    from pipelines.made_months import made_profiles, usual_profiles
    from pipelines.why import why as answer

    check_output(output_format, out, warehouse)
    file = open_warehouse(warehouse)
    try:
        if profile is not None:
            names = [find_profiles((profile,), PROFILES_FOLDER)[0].name]
        else:
            names = made_profiles(file, "trust.criteria", month, usual_profiles())
        answered = answer(file, month, names, what)
    except ValueError as error:
        fail(str(error))
    write_named(answered.tables, output_format, out)
    if answered.to_ask:
        options = "".join(f" {name} {value}" for name, value in (("--month", month), ("--profile", profile)) if value)
        advise(
            f"{len(answered.to_ask)} to choose from: ask for one by its id, as "
            f"`innovation-clusters why {answered.to_ask[0]}{options}`"
        )


def what_if(
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="SECTION.PARAMETER=VALUE", help="A parameter; may be repeated."),
    ] = None,
    month: MadeMonthOption = None,
    profile: Annotated[
        str | None,
        typer.Option(
            "--profile", help="Method profile that is changed, by name or .toml path. [default: the month's first]"
        ),
    ] = None,
    output_format: FormatOption = OutputFormat.table,
    out: OutOption = None,
    warehouse: WarehouseOption = Settings.warehouse,
) -> None:
    """Type a month's groups with other thresholds: clusters of each type before and after, and what would change.

    Groups stay as they are, and the warehouse is only read. It answers the parameters of the section typology; the
    thresholds of joint work, co-location and quotients (network.min_joint_projects, min_joint_pairs,
    collaboration_alpha, colocated_min_share, colocated_min_firms; spatial.lq_alpha); more firms of a group of sites
    (spatial.min_firms), and more of a community of the consensus (network.community_min_firms). CSV and Parquet hold
    the changes alone.
    """
    from assets.method import find_profiles
    from pipelines.made_months import made_profiles, usual_profiles
    from pipelines.what_if import what_if as answer

    check_output(output_format, out, warehouse)
    file = open_warehouse(warehouse)
    try:
        wanted = profile
        if wanted is None:
            wanted = made_profiles(file, "typology.candidates", month, usual_profiles())[0]
        found = answer(file, month, find_profiles((wanted,), PROFILES_FOLDER)[0], settings or [])
    except ValueError as error:
        fail(str(error))
    for note in found.notes:
        warn(note)
    write_named({f"clusters by type, {found.month}": found.counts, "changes": found.changes}, output_format, out)
