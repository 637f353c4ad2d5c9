"""Kills of an open month: from an empty folder, while it is fetched and while it is made, again and again."""

from __future__ import annotations

import hashlib
import os
import random
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from assets.months import Month
from assets.warehouse.database import Warehouse
from pipelines.settings import PUBLICATION, SOURCES, WAREHOUSE
from synthetic_uk import Settings, synthesise
from synthetic_uk.publishers.country import settings_for, sites_of
from synthetic_uk.publishers.server import serving
from tests.attack.attempt import Attack, Attempt
from tests.attack.command_line import PROGRAM
from tests.warehouse.killing import contents

KILLS, SEED = 30, 20261205
SCALE, MONTH = 0.001, Month(2025, 5)
"""The smallest country: it ends in clusters with a type."""
SHARE, A_MONTH = 0.3, 6
"""A kill comes within this share of the seconds that both commands take which nothing kills, from when a command is
started, and a month is killed so often at the most: so what one kill left is gone on with by a command that is killed
as well, and kills fall everywhere."""
SHIPPED = Path("pipelines/profiles/open.toml")
FEWER = {
    "spatial": "scan_null_draws = 20\nscan_null_sizes = 2\n",
    "network": "community_null_draws = 2\ncollaboration_draws = 39\n",
    "index": "kmeans_starts = 2\nstability_draws = 1\n",
}
"""Draws of null data that only take time: every step is made and every table written all the same."""
FETCHED = "sources.fetched_files"
TIMES = re.compile(rb"20\d\d-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|\+00:00)?")
"""When a file was fetched, wherever that is told."""
TEXTS = {".html", ".js", ".json", ".csv", ".md", ".txt", ".geojson", ".xml"}


@dataclass(frozen=True)
class State:
    """What two commands end with."""

    drops: Mapping[str, str]
    """Files of data of all drops, and their digests."""
    tables: Mapping[str, tuple[int, int]]
    """Rows of each table, and their digest."""
    published: Mapping[str, str]
    """Files of the publication, and their digests."""

    def differences(self, other: State) -> list[str]:
        """What is not the same, by name."""
        found = []
        for what in ("drops", "tables", "published"):
            mine, theirs = getattr(self, what), getattr(other, what)
            found += [f"{what}: {name}" for name in sorted({*mine, *theirs}) if mine.get(name) != theirs.get(name)]
        return found


@dataclass
class OpenMonth:
    """A folder in which a month is fetched and made."""

    folder: Path
    addresses: Mapping[str, str]
    """The environment variables by which the local publishers are asked."""
    groups: list[int] = field(default_factory=list)
    """Process groups of commands that were killed alone."""

    def __post_init__(self) -> None:
        """Make the folder, with the profile in it."""
        self.folder.mkdir()
        profile = SHIPPED.read_text(encoding="utf-8") + "\n[index]\n"
        for section, lines in FEWER.items():
            profile = profile.replace(f"[{section}]\n", f"[{section}]\n{lines}")
        (self.folder / "open.toml").write_text(profile, encoding="utf-8")

    def run(self, words: tuple[str, ...], killed_after: float | None, is_alone: bool) -> str | None:
        """Run a command, and kill it, alone or with all that it started, after so many seconds.

        Returns what it says where it ends otherwise than well, an empty text where it ends well; None where it was
        killed.
        """
        usual = {name: value for name, value in os.environ.items() if not name.startswith("INNOVATION_CLUSTERS")}
        places = {SOURCES: "sources", WAREHOUSE: "warehouse.duckdb", PUBLICATION: "publication"}
        home = {"DAGSTER_HOME": str(self.folder.absolute() / "dagster_home")}
        with (self.folder / "said").open("wb") as said:
            process = subprocess.Popen(
                [PROGRAM, *words],
                cwd=self.folder,
                env={**usual, **self.addresses, **places, **home},
                stdout=said,
                stderr=said,
                start_new_session=True,
            )
            try:
                code = process.wait(killed_after)
            except subprocess.TimeoutExpired:
                self.groups.append(process.pid)
                process.kill() if is_alone else os.killpg(process.pid, signal.SIGKILL)
                process.wait()
                return None
        return "" if code == 0 else (self.folder / "said").read_text(errors="replace")[-2000:]

    def end(self) -> None:
        """End what commands that were killed alone have left running."""
        for group in self.groups:
            with suppress(ProcessLookupError):
                os.killpg(group, signal.SIGKILL)

    def drops(self) -> dict[str, str]:
        """The files of data that lie in the sources, and their digests."""
        sources = self.folder / "sources"
        return {
            path.relative_to(sources).as_posix(): _digest(path.read_bytes())
            for path in sorted(sources.rglob("*") if sources.is_dir() else ())
            if path.is_file() and not any(part[0] in "._" for part in path.relative_to(sources).parts)
        }

    def state(self) -> State:
        """What is there at the end."""
        warehouse = self.folder / "warehouse.duckdb"
        tables = contents(warehouse)
        untimed = f"select count(*), bit_xor(hash(t)) from (select * exclude (fetched_at, headers) from {FETCHED}) as t"
        count, digest = Warehouse(warehouse, threads=1).read(untimed).row(0)
        published = {
            path.relative_to(self.folder).as_posix(): _digest(_untimed(path))
            for path in sorted((self.folder / "publication").rglob("*"))
            if path.is_file()
        }
        return State(self.drops(), {**tables, FETCHED: (count, digest)}, published)


COMMANDS = (("fetch", "--month", str(MONTH)), ("refresh", "--month", str(MONTH), "--profile", "open.toml"))


def attempts(work: Path) -> Iterator[Attempt]:
    """Months that are killed, each as often as it comes, until there are as many kills as there are to be."""
    synthesise(work / "published", [MONTH], SCALE, 1, settings=Settings(public=True))
    (work / "scratch").mkdir()
    with serving(sites_of(work / "published", MONTH, work / "scratch")) as publishers:
        addresses = settings_for(publishers)
        whole = OpenMonth(work / "whole", addresses)
        started = time.monotonic()
        for words in COMMANDS:
            said = whole.run(words, None, True)
            assert not said, said
        seconds = time.monotonic() - started
        state = whole.state()
        draw, made = random.Random(SEED), 0
        while made < KILLS:
            month = OpenMonth(work / f"month-{made}", addresses)
            kills = list(_killed_month(month, state, draw, seconds, min(A_MONTH, KILLS - made)))
            made += len(kills)
            yield from kills
            shutil.rmtree(month.folder)


def _killed_month(month: OpenMonth, whole: State, draw: random.Random, seconds: float, most: int) -> Iterator[Attempt]:
    """The kills of a month, at most so many, and whether it then ends with what one ends with that nothing kills."""
    kills: list[tuple[str, list[str]]] = []
    failed = ""
    for words in COMMANDS:
        while not failed:
            moment = draw.uniform(0.0, seconds * SHARE) if len(kills) < most else None
            is_alone = draw.random() < 0.5
            said = month.run(words, moment, is_alone)
            if said is not None:
                failed = said
                break
            partial = [path for path, digest in month.drops().items() if whole.drops.get(path) != digest]
            kills.append((f"{words[0]} {'alone' if is_alone else 'with all of it'} after {moment:.1f} s", partial))
    month.end()
    differing = [f"it ended with: {failed}"] if failed else month.state().differences(whole)
    said = ", ".join(differing[:5]) if differing else "the same bytes"
    for number, (what, partial) in enumerate(kills, start=1):
        seen = f"{f'not whole: {partial}; ' if partial else ''}in the end {said}"
        yield Attempt(f"kill {number} of {len(kills)} of a month: {what}", not partial and not differing, seen)


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _untimed(path: Path) -> bytes:
    content = path.read_bytes()
    return TIMES.sub(b"", content) if path.suffix in TEXTS else content


ATTACK = Attack(
    "open-kills",
    "from an empty folder a month is fetched from local publishers and made with profile `open`, and both commands are "
    "killed again and again, alone or with all they started; held: no drop is half there, and started again they end "
    "with the same drops, rows and published files",
    attempts,
)
