"""The benchmark's command line; what it measures is in `cases`, what is said of it in `page`.

python -m benchmarks [--scale 0.125] [--steps refresh-dsit-v1] [--against plain] [--runs 3]
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from assets.manners import begin
from benchmarks.against import Against
from benchmarks.call import Call, bench
from pipelines.output import plain, screen

FIGURES = Path(__file__).with_name("performance.json")
PAGE = Path("docs/performance.md")

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def main(
    scale: Annotated[
        list[float] | None,
        typer.Option(
            "--scale", min=0.001, max=1.0, help="Share of the full size; may be repeated. [default: 0.125, 1]"
        ),
    ] = None,
    steps: Annotated[
        str, typer.Option("--steps", help="Cases, separated by commas; all of them, or none for comparators alone.")
    ] = "all",
    against: Annotated[
        list[Against] | None, typer.Option("--against", help="Comparators; may be repeated. [default: none]")
    ] = None,
    runs: Annotated[int, typer.Option("--runs", min=1, help="Runs of each.")] = 1,
    timeout: Annotated[
        float,
        typer.Option(
            "--timeout", min=0.0, help="Minutes after which the plain route, or a part beside a library, is stopped."
        ),
    ] = 180.0,
    work: Annotated[Path, typer.Option("--work", help="Folder for drops and warehouses.")] = Path("bench"),
    figures: Annotated[
        Path, typer.Option("--figures", help="The JSON that figures are kept in, and added to.", show_default=False)
    ] = FIGURES,
    out: Annotated[Path, typer.Option("--out", help="The page; notes by hand stand beside it.")] = PAGE,
) -> None:
    """Measure what a month costs at several sizes, beside what anyone would pick instead, and write the page of it."""
    errors = screen(stderr=True)

    def tell(text: str) -> None:
        errors.print(plain(text), highlight=False, soft_wrap=True)

    try:
        bench(Call(scale or [0.125, 1.0], steps, against or [], runs, timeout, work, figures, out), tell)
    except (ValueError, RuntimeError) as error:
        errors.print(f"[red]error[/] {plain(str(error))}", soft_wrap=True)
        raise typer.Exit(1) from None
    screen().print(plain(f"the page is {out}, the figures are {figures}"), soft_wrap=True)


if __name__ == "__main__":
    begin(lambda: app(prog_name="python -m benchmarks"))
