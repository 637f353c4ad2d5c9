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

from assets.fetch.provenance import FILE as PROVENANCE
from assets.months import Month
from pipelines.settings import PUBLICATION, SOURCES, WAREHOUSE
from synthetic_uk import Settings, synthesise
from synthetic_uk.publishers.country import settings_for, sites_of
from synthetic_uk.publishers.server import serving
from tests.campaign.attempt import Attack, Attempt
from tests.campaign.command_line import PROGRAM
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
TIMES = re.compile(r"20\d\d-\d\d-\d\dT[0-9:.]+(?:Z|\+00:00)?|[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} 20\d\d [0-9:]{8} GMT")
"""When a file was fetched: by the clock here, and in the publisher's header."""


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

    def fetched_when(self, other: OpenMonth) -> list[str]:
        """Let what was fetched be fetched at the times of another month, and name what else its records tell otherwise.

        Map, report, workbook and checksums tell these times: two months that share them end with the same bytes.
        """
        found = []
        for record in sorted(other.folder.glob(f"sources/*/*/{PROVENANCE}")):
            mine = self.folder / record.relative_to(other.folder)
            told, theirs = (TIMES.sub("", path.read_text(encoding="utf-8")) for path in (mine, record))
            found += [] if told == theirs else [f"record: {record.parent.parent.name}"]
            shutil.copyfile(record, mine)
        return found

    def state(self) -> State:
        """What is there at the end."""
        published = {
            path.relative_to(self.folder).as_posix(): _digest(path.read_bytes())
            for path in sorted((self.folder / "publication").rglob("*"))
            if path.is_file()
        }
        return State(self.drops(), contents(self.folder / "warehouse.duckdb"), published)


@dataclass(frozen=True)
class Aim:
    """What killed months are to end like."""

    whole: OpenMonth
    """A month that nothing killed."""
    state: State
    latest: float
    """Seconds from the start of a command at which the last kill comes."""


FETCH = ("fetch", "--month", str(MONTH))
COMMANDS = (FETCH, ("refresh", "--month", str(MONTH), "--profile", "open.toml"))


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
        aim = Aim(whole, whole.state(), seconds * SHARE)
        draw, made = random.Random(SEED), 0
        while made < KILLS:
            month = OpenMonth(work / f"month-{made}", addresses)
            kills = list(_killed_month(month, aim, draw, min(A_MONTH, KILLS - made)))
            made += len(kills)
            yield from kills
            shutil.rmtree(month.folder)


def _killed_month(month: OpenMonth, aim: Aim, draw: random.Random, most: int) -> Iterator[Attempt]:
    """The kills of a month, at most so many, and whether it then ends with what one ends with that nothing kills."""
    kills: list[tuple[str, list[str]]] = []
    failed, differing = "", []
    for words in COMMANDS:
        while not failed:
            moment = draw.uniform(0.0, aim.latest) if len(kills) < most else None
            is_alone = draw.random() < 0.5
            said = month.run(words, moment, is_alone)
            if said is not None:
                failed = said
                break
            partial = [path for path, digest in month.drops().items() if aim.state.drops.get(path) != digest]
            kills.append((f"{words[0]} {'alone' if is_alone else 'with all of it'} after {moment:.1f} s", partial))
        if words is FETCH and not failed:
            differing += month.fetched_when(aim.whole)
    month.end()
    differing += [f"it ended with: {failed}"] if failed else month.state().differences(aim.state)
    said = ", ".join(differing[:5]) if differing else "the same bytes"
    for number, (what, partial) in enumerate(kills, start=1):
        seen = f"{f'not whole: {partial}; ' if partial else ''}in the end {said}"
        yield Attempt(f"kill {number} of {len(kills)} of a month: {what}", not partial and not differing, seen)


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


ATTACK = Attack(
    "open-kills",
    "from an empty folder a month is fetched from local publishers and made with profile `open`, and both commands are "
    "killed again and again, alone or with all they started; held: no drop is half there, and started again they end "
    "with the same drops, rows and published files",
    attempts,
)
