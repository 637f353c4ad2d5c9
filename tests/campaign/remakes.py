"""Months that follow each other, and a month that is made again and again: how large the warehouse grows."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

from assets.months import Month, month_range
from synthetic_uk import synthesise
from tests.campaign.attempt import Attack, Attempt
from tests.campaign.small_month import SmallMonth
from tests.warehouse.killing import contents

SCALE, SEED = 0.05, 1
MONTHS = month_range(Month(2025, 3), Month(2025, 5))
PROFILE = ("--profile", "dsit-v1")
AGAIN = "organisations,spatial,network,typology"
"""What is made again of the last month: nearly all rows that a month writes but for those of its drops."""
LAYERS = f"sources,reference,{AGAIN}"
TIMES, MOST_TIMES = 20, 1.3
"""How often, and how many times as large the file may be in the end."""
MEGABYTE = 1_000_000
MOST_THAT_STAYS = 0.1
"""Results of a month over the working rows that go when it is old; at full size they are 1%."""


def attempts(work: Path) -> Iterator[Attempt]:
    """What each month adds, and what twenty makings of the last one do."""
    synthesise(work / "sources", MONTHS, SCALE, SEED)
    made = SmallMonth(work)
    yield of_months(made)
    yield of_one_again(made)


def of_months(made: SmallMonth) -> Attempt:
    """Make the months in order; held where little of a month stays for ever."""
    whole, of_one = list[float](), list[float]()
    for month in MONTHS:
        _refresh(made, month, LAYERS)
        _run(made, "maintain")
        whole.append(_megabytes(made.warehouse))
        of_one.append(_with_rows_of_one(made))
    working, results = (whole[-1] - of_one[-1]) / (len(MONTHS) - 1), of_one[-1] - of_one[-2]
    seen = (
        f"the file with working rows of all months {_listed(whole)} MB, of the newest alone {_listed(of_one)} MB: "
        f"a month adds {working:.1f} MB of working rows and {results:.1f} MB of results; the history of runs has "
        f"{_megabytes(made.home):.1f} MB"
    )
    return Attempt(f"{len(MONTHS)} months at 1:{1 / SCALE:.0f}", results < MOST_THAT_STAYS * working, seen)


def of_one_again(made: SmallMonth) -> Attempt:
    """Make the last month again and again, and then what keeps the file small."""
    before, rows = _megabytes(made.warehouse), contents(made.warehouse)
    sizes = []
    for _ in range(TIMES):
        _refresh(made, MONTHS[-1], AGAIN, "--anew")
        sizes.append(_megabytes(made.warehouse))
    _run(made, "maintain")
    after = _megabytes(made.warehouse)
    same = contents(made.warehouse) == rows
    seen = (
        f"{before:.0f} MB before, {_listed(sizes)} after each, {after:.0f} MB ({after / before:.2f} times) after "
        f"`maintain`; {'the same' if same else 'OTHER'} rows"
    )
    return Attempt(f"{MONTHS[-1]} made {TIMES} times", same and after < MOST_TIMES * before, seen)


def _with_rows_of_one(made: SmallMonth) -> float:
    """Megabytes of a copy in which the working rows of the newest month alone are kept."""
    copy = Path(shutil.copy(made.warehouse, made.folder / "copy.duckdb"))
    _run(made, "maintain", "--keep", "1", "--warehouse", copy.name)
    size = _megabytes(copy)
    copy.unlink()
    return size


def _refresh(made: SmallMonth, month: Month, layers: str, *how: str) -> None:
    _run(made, "refresh", "--month", str(month), *PROFILE, "--select", layers, *how)


def _run(made: SmallMonth, *words: str) -> None:
    said = made.run(*words)
    assert not said, said


def _megabytes(path: Path) -> float:
    """Of a file, or of all files in a folder."""
    files = [path] if path.is_file() else [found for found in path.rglob("*") if found.is_file()]
    return sum(file.lstat().st_size for file in files) / MEGABYTE


def _listed(sizes: list[float]) -> str:
    return ", ".join(f"{size:.1f}" for size in sizes)


ATTACK = Attack(
    "remakes",
    f"three months at 1:{1 / SCALE:.0f} are made, `dsit-v1` to the typology, and the last is made {TIMES} times anew "
    f"from its organisations on; held: less than a tenth of a month stays when it is old, the rows are the same, and "
    f"after `maintain` the file has less than {MOST_TIMES} times its size",
    attempts,
)
