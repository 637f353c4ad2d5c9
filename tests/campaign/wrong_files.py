"""The attack `wrong-files`: drops that are wrong and look right, each in a month that follows a good one."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from assets.warehouse.database import Warehouse
from tests.campaign.attempt import Attack, Attempt
from tests.campaign.wrong_drops import GOOD, WRONG, WRONG_DROPS, WrongDrop

SCALE = "0.001"
WHY = "the register was delivered in pounds on purpose"
PROGRAM = str(Path(sys.executable).with_name("innovation-clusters"))


def attempts(folder: Path) -> Iterator[Attempt]:
    """Each drop after a good month, and the first of them let pass by a person."""
    good = folder / "good"
    _call(good, "synthesise", "--out", str(good / "sources"), "--scale", SCALE, "--months", GOOD)
    made = _refresh(good, GOOD)
    yield Attempt("the good month before them", made.returncode == 0, _last_words(made))
    for number, wrong in enumerate(WRONG_DROPS):
        yield _attempt(wrong, _copy(good, folder / f"wrong-{number}"))
    yield _let_pass(WRONG_DROPS[0], _copy(good, folder / "let-pass"))


def _attempt(wrong: WrongDrop, place: Path) -> Attempt:
    wrong.make(place / "sources", place / "sources")
    run = _refresh(place, WRONG)
    said = run.stdout + run.stderr
    patterns = () if wrong.end == "read" else (wrong.dataset, re.escape(wrong.column), *wrong.figures)
    lacking = [pattern for pattern in patterns if not re.search(pattern, said)]
    lacking += [] if (run.returncode != 0) == (wrong.end == "refused") else [f"the exit status {run.returncode}"]
    if wrong.end == "without it":
        lacking += [
            f"{wrong.dataset} in {name}" for name in ("report.html", "data.js") if not _is_told(place, name, wrong)
        ]
    if wrong.end == "read" and not _is_as_before(place, wrong):
        lacking.append("the total of the month before")
    return Attempt(wrong.what, not lacking, f"lacks {', '.join(lacking)}: {said}" if lacking else _last_words(run))


def _let_pass(wrong: WrongDrop, place: Path) -> Attempt:
    wrong.make(place / "sources", place / "sources")
    run = _refresh(place, WRONG, "--accept", f"{wrong.dataset}:{wrong.column}", WHY)
    told = [name for name in ("report.html", "data.js", "index.html") if WHY in _published(place, name)]
    held = run.returncode == 0 and len(told) == len(("report.html", "data.js", "index.html"))
    return Attempt(
        f"{wrong.what}, let pass with a reason", held, f"the reason stands in {', '.join(told) or 'nothing'}"
    )


def _is_told(place: Path, name: str, wrong: WrongDrop) -> bool:
    text = _published(place, name)
    return all(part in text for part in (wrong.dataset, wrong.column, "1 row refused", "2,000,000"))


def _is_as_before(place: Path, wrong: WrongDrop) -> bool:
    totals = Warehouse(place / "warehouse.duckdb").read(
        "select column_name, total from sources.drop_profiles where dataset = $dataset", dataset=wrong.dataset
    )
    return totals.height > 0 and totals.height == 2 * totals.unique().height


def _published(place: Path, name: str) -> str:
    return (place / "publication" / WRONG / name).read_text(encoding="utf-8")


def _refresh(place: Path, month: str, *further: str) -> subprocess.CompletedProcess[str]:
    options = {name: str(place / file) for name, file in (("sources", "sources"), ("warehouse", "warehouse.duckdb"))}
    given = [part for name, value in options.items() for part in (f"--{name}", value)]
    given += ["--publication", str(place / "publication"), "--profile", "dsit-v1"]
    return _call(place, "refresh", "--month", month, *given, *further)


def _call(place: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    place.mkdir(parents=True, exist_ok=True)
    environment = {**os.environ, "DAGSTER_HOME": str(place / "home"), "COLUMNS": "400"}
    return subprocess.run([PROGRAM, *arguments], env=environment, capture_output=True, text=True, check=False)


def _copy(good: Path, place: Path) -> Path:
    place.mkdir()
    shutil.copytree(good / "sources", place / "sources")
    shutil.copy(good / "warehouse.duckdb", place)
    return place


def _last_words(run: subprocess.CompletedProcess[str]) -> str:
    lines = [line.strip() for line in (run.stdout + run.stderr).splitlines() if "error" in line or "warning" in line]
    return " ".join(lines or [run.stdout.strip()])[:300]


ATTACK = Attack(
    "wrong-files",
    "eleven drops that are wrong and look right, each after a good month, and one let pass; held: the run names the "
    "dataset, the column and both figures, and where the month is made its report and page say so too",
    attempts,
)
