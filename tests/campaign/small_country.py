"""The smallest country that ends in a published map, made quickly: what several attacks begin with.

What belongs here: its drops, its profile, copies of it. What does not: any fault.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Sequence
from pathlib import Path

from assets.months import Month
from tests.campaign.command_line import call
from tests.pipelines.few_drops import few_drops

PROFILE = "quick.toml"
QUICK = """description = "Few draws of null data: every step is made all the same"

[spatial]
scan_null_draws = 20
scan_null_sizes = 2

[network]
community_null_draws = 2
collaboration_draws = 39
"""
GIVEN = ("--profile", PROFILE)
MONTHS = (Month(2025, 4), Month(2025, 5))


def write_country(folder: Path, months: Sequence[Month] = MONTHS) -> Path:
    """A new folder with the drops of the months and the profile; returns the folder."""
    folder.mkdir(parents=True)
    few_drops(folder / "sources", months)
    (folder / PROFILE).write_text(QUICK, encoding="utf-8")
    return folder


def make_month(folder: Path, month: Month, *words: str) -> None:
    """Make and publish a month of the country. Raises AssertionError with what is said where it is not made."""
    run = call(folder, "refresh", "--month", str(month), *GIVEN, *words)
    assert run.returncode == 0, run.stderr


def copy_of(folder: Path, target: Path) -> Path:
    """A copy of a country, with all that was made of it; returns the copy."""
    return Path(shutil.copytree(folder, target, ignore=shutil.ignore_patterns("*-wal", "*-shm"), symlinks=True))


def published(folder: Path) -> dict[str, str]:
    """The files of the publication as a web host shows them, and their digests."""
    place = folder / "publication"
    shown = [path for path in sorted(place.glob("*")) if not path.name.startswith(".")]
    return {
        f"{path.name}/{file.relative_to(path).as_posix()}": hashlib.sha256(file.read_bytes()).hexdigest()
        for path in shown
        for file in sorted([path] if path.is_file() else path.glob("**/*"))
        if file.is_file()
    }
