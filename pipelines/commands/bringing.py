"""Commands that bring a month's drops: a synthetic country's, the publishers'."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from assets.months import Month, unmakeable
from pipelines.commands.options import SourcesOption, months_between, read_month, settings_of
from pipelines.commands.telling import errors, fail, progress_of_fetching, progress_of_steps, say, warn
from pipelines.output import plain
from pipelines.settings import Settings

if TYPE_CHECKING:
    from assets.fetch.fetching import Outcome


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
    wanted = months_between(read_month(first), read_month(last or first), earliest)
    if until and until < wanted[-1]:
        raise typer.BadParameter(f"--until {until} is before the last month to be written, {wanted[-1]}")
    with progress_of_steps() as progress:
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
    say(f"drops of {wanted[0]} to {wanted[-1]} are in {out}, what was planted in {out / 'truth'}")


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
        fail(problem)
    try:
        names = publishers_named(dataset or [])
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
    failed = 0
    with progress_of_fetching() as progress:
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
                say(f"{outcome.dataset}: {_fetched_in_words(outcome)}")
                for change in outcome.changes:
                    warn(said(outcome.dataset, change))
    if failed:
        others = f"; the others are in {settings.sources}" if failed < len(names) else ""
        were = "dataset was" if len(names) == 1 else "datasets were"
        fail(f"{failed} of {len(names)} {were} not fetched for {wanted}{others}")


def _fetched_in_words(outcome: Outcome) -> str:
    from assets.sources import in_words

    if not outcome.is_new:
        by = f" ({outcome.provenance.release})" if outcome.provenance else ", put there by hand"
        return f"{outcome.path} is there already{by}"
    files = len(outcome.provenance.files) if outcome.provenance else 0
    what = f"{files} file{'s' if files != 1 else ''}, {in_words(outcome.bytes)}"
    return f"{outcome.path} fetched in {outcome.seconds:.1f} s: {what}"
