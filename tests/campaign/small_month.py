"""A small month to be killed: a folder with the month before it made, what it ends like when nothing kills it, and
whether another folder is whole.

What belongs here: preparing, copying, comparing. What does not: any fault.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from assets.months import Month
from assets.publication.folder import MAKING as MAKING_RELEASE
from assets.publication.folder import RELEASES
from assets.scratch import folders_left
from assets.warehouse.database import Warehouse
from assets.warehouse.litter import left_beside, spilled
from assets.warehouse.live_runs import LOCKS
from pipelines.definitions import all_steps
from pipelines.settings import Settings
from synthetic_uk import synthesise
from tests.campaign.command_line import PROGRAM, usual_environment
from tests.campaign.running_ui import processes_of
from tests.warehouse.killing import contents

SCALE, SEED = 0.001, 1
BEFORE, MONTH = Month(2025, 4), Month(2025, 5)
USED = ("boundaries", "idbr_enterprises", "idbr_local_units", "innovate_uk", "postcodes", "ukri")
"""Datasets that a map needs which ends in clusters of every type; without the others a month takes half as long."""
PROFILE = "dsit-v1.toml"
FEWER = """description = "As dsit-v1, with few draws"

[network]
community_null_draws = 2
collaboration_draws = 39

[index]
kmeans_starts = 2
stability_draws = 1
"""
"""Draws of null data that only take time: every step is made and every table written all the same."""
MADE_FROM = "ledger.made_from"
"""Its rows of a month come step by step."""
SECONDS_TO_GO = 90
"""A code server ends some time after what started it is gone."""


@dataclass(frozen=True)
class SmallMonth:
    """A folder as a person works in it."""

    folder: Path

    @property
    def home(self) -> Path:
        """Its history of runs."""
        return self.folder.absolute() / "dagster_home"

    @property
    def warehouse(self) -> Path:
        """Its file."""
        return self.folder / "warehouse.duckdb"

    @property
    def publication(self) -> Path:
        """Where it publishes."""
        return self.folder / "publication"

    def copied(self, target: Path) -> SmallMonth:
        """The same in another folder."""
        return SmallMonth(Path(shutil.copytree(self.folder, target, symlinks=True)))

    def start(self, *words: str) -> subprocess.Popen[bytes]:
        """A command, in a session of its own; what it says goes to the file `said`."""
        environment = {**usual_environment(), "DAGSTER_HOME": str(self.home)}
        with (self.folder / "said").open("wb") as said:
            return subprocess.Popen(
                [PROGRAM, *words], cwd=self.folder, env=environment, stdout=said, stderr=said, start_new_session=True
            )

    def run(self, *words: str) -> str:
        """Have a command end; what it says where it ends otherwise than well."""
        return "" if self.start(*words).wait() == 0 else self.said()

    def said(self) -> str:
        """What the last command said."""
        return (self.folder / "said").read_text(errors="replace")[-2000:]

    def left(self) -> list[str]:
        """What is litter once a run has ended."""
        releases = self.publication / RELEASES
        found = [*left_beside(self.warehouse), *spilled(self.warehouse), *folders_left(releases, MAKING_RELEASE)]
        found += [
            *self._releases_not_shown(),
            *(self.home / LOCKS).glob("*"),
            *self.folder.glob("*.turn"),
            *self.folder.glob("*.wal"),
        ]
        return [str(path.relative_to(self.folder.absolute() if path.is_absolute() else self.folder)) for path in found]

    def _releases_not_shown(self) -> list[Path]:
        """Folders of releases but for the one that each month shows and the one before it."""
        found: dict[str, list[Path]] = {}
        for release in sorted((self.publication / RELEASES).glob("*")):
            found.setdefault(release.name[:7], []).append(release)
        return [release for releases in found.values() for release in releases[2:]]

    def processes_that_stay(self) -> list[int]:
        """Processes of it that are there after the time that they have to end."""
        latest = time.monotonic() + SECONDS_TO_GO
        while (found := processes_of(self.home)) and time.monotonic() < latest:
            time.sleep(0.2)
        return found

    def rows(self) -> dict[str, tuple[tuple[int, int], tuple[int, int]]]:
        """Table that has months -> rows of the month and their digest, and the same of all other months."""
        with Warehouse(self.warehouse, threads=1).connect(read_only=True) as connection:
            names = connection.execute(
                "select schema_name || '.' || table_name from duckdb_columns() join duckdb_tables() "
                "using (schema_name, table_name) where column_name = 'month'"
            ).fetchall()
            return {
                name: tuple(
                    connection.execute(
                        f"select count(*), bit_xor(hash(t)) from {name} as t where (month = $month) = $is_of_it",
                        {"month": MONTH.first_day, "is_of_it": is_of_it},
                    ).fetchall()[0]
                    for is_of_it in (True, False)
                )
                for (name,) in names
            }

    def published(self) -> dict[str, str]:
        """What a reader comes to, through the months' links: files by path, and their digests."""
        return {
            path.relative_to(self.publication).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
            for shown in sorted(self.publication.glob("[!.]*"))
            for path in ([shown] if shown.is_file() else sorted(shown.rglob("*")))
            if path.is_file()
        }


@dataclass(frozen=True)
class Aim:
    """Where killed months begin, and what they are to end like."""

    base: SmallMonth
    """The month before it is made, and it is not."""
    command: Sequence[str]
    """What makes it."""
    rows: Mapping[str, tuple[tuple[int, int], tuple[int, int]]]
    tables: Mapping[str, tuple[int, int]]
    published: Mapping[str, str]
    earlier: Mapping[str, str]
    """What was published before."""
    seconds: float
    """That the command takes which nothing kills."""

    def torn(self, month: SmallMonth) -> list[str]:
        """What is neither as it was nor as it is to be, in a folder in which something was killed."""
        found, rows = [], month.rows()
        found += [f"{name} of other months" for name in self.rows if rows[name][1] != self.rows[name][1]]
        begun = self.base.rows()
        is_new = {
            name: rows[name][0] == self.rows[name][0]
            for name in self.rows
            if name != MADE_FROM and begun[name][0] != self.rows[name][0]
        }
        found += [name for name, it in is_new.items() if not it and rows[name][0] != begun[name][0]]
        for step in all_steps(Settings()):
            of_step = {name: is_new[name] for name in step.tables if name in is_new}
            if len(set(of_step.values())) > 1:
                found.append(f"{step.layer}.{step.name} in part: {of_step}")
        return found + self.torn_release(month)

    def torn_release(self, month: SmallMonth) -> list[str]:
        """What a reader sees of a month that is neither the release before nor the new one, nor the earlier months."""
        shown = month.published()
        mine, theirs, before = (
            {path: digest for path, digest in which.items() if path.startswith(f"{MONTH}/")}
            for which in (shown, self.published, self.earlier)
        )
        found = [] if mine in (theirs, before) else [f"release: {len(mine)} of {len(theirs)} files"]
        others = {path: digest for path, digest in shown.items() if path not in mine}
        return found + [
            path for path, digest in others.items() if digest not in (self.published.get(path), self.earlier.get(path))
        ]

    def missed(self, month: SmallMonth) -> list[str]:
        """What is not as it is to be in the end, litter and processes among it."""
        tables, published = contents(month.warehouse), month.published()
        found = [name for name in sorted({*tables, *self.tables}) if tables.get(name) != self.tables.get(name)]
        names = sorted({*published, *self.published})
        found += [name for name in names if published.get(name) != self.published.get(name)]
        found += [f"left: {name}" for name in month.left()]
        return found + [f"process {pid}" for pid in month.processes_that_stay()]


def country(folder: Path) -> SmallMonth:
    """Drops and profile, with the month before made."""
    made = drops_and_profile(folder, [BEFORE, MONTH], SCALE)
    said = made.run(*refresh(BEFORE))
    assert not said, said
    return made


def drops_and_profile(folder: Path, months: Sequence[Month], scale: float) -> SmallMonth:
    """What months of a country are made from, and none of them made."""
    synthesise(folder / "sources", months, scale, SEED)
    for dataset in (folder / "sources").iterdir():
        if dataset.name not in USED:
            shutil.rmtree(dataset)
    (folder / PROFILE).write_text(FEWER, encoding="utf-8")
    return SmallMonth(folder)


def refresh(month: Month = MONTH, profile: str = PROFILE) -> tuple[str, ...]:
    """The command that makes a month."""
    return ("refresh", "--month", str(month), "--profile", profile)


def aim_of(base: SmallMonth, whole: Path, command: Sequence[str]) -> Aim:
    """What a command makes of a folder that nothing kills."""
    made = base.copied(whole)
    started = time.monotonic()
    said = made.run(*command)
    assert not said, said
    seconds = time.monotonic() - started
    return Aim(base, command, made.rows(), contents(made.warehouse), made.published(), base.published(), seconds)
