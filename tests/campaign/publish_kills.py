"""Kills as a month is published and approved, and while its release is put in its folder."""

from __future__ import annotations

import hashlib
import random
import shutil
from collections.abc import Iterator
from pathlib import Path

from assets.publication.approval import LEDGER
from assets.publication.approval import TABLE as APPROVAL
from assets.publication.folder import checksums
from assets.publication.steps.release import FILES
from assets.warehouse.database import Warehouse
from tests.campaign.attempt import Attack, Attempt
from tests.campaign.command_kills import killed, killed_commands
from tests.campaign.folder_kills import killed_folders
from tests.campaign.small_month import MADE_FROM, MONTH, PROFILE, SmallMonth, aim_of, country, refresh
from tests.warehouse.killing import contents

SEED = 20261202
FOLDERS, PUBLISHINGS, APPROVALS = 50, 35, 10
OF_A_PUBLISHING, SHARE = 5, 0.9
"""Kills come within this share of the seconds that the command takes, and so often of one month at the most."""
MADE = "sources,reference,organisations,spatial,network,typology,innovation_index"
PUBLISH = ("publish", "--month", str(MONTH), "--profile", PROFILE)
WITH_APPROVAL = "asked.toml"
APPROVE = ("approve", "--month", str(MONTH), "--by", "Ada", "--profile", WITH_APPROVAL)
TIMED = (APPROVAL, LEDGER, FILES, MADE_FROM)
"""Tables that say when a month was approved, or follow from that."""


def attempts(work: Path) -> Iterator[Attempt]:
    """Releases alone, then the command that makes one, then a person's approval."""
    draw = random.Random(SEED)
    (work / "folders").mkdir()
    yield from killed_folders(work / "folders", draw, FOLDERS)
    unpublished = country(work / "base")
    said = unpublished.run(*refresh(), "--select", MADE)
    assert not said, said
    aim = aim_of(unpublished, work / "published", PUBLISH)
    yield from killed_commands(work, aim, draw, PUBLISHINGS, OF_A_PUBLISHING, SHARE)
    yield from killed_approvals(work, unpublished, draw, aim.seconds)


def killed_approvals(work: Path, unpublished: SmallMonth, draw: random.Random, seconds: float) -> Iterator[Attempt]:
    """Approvals that are killed once, and given again."""
    waiting = unpublished.copied(work / "waiting")
    asked = (waiting.folder / PROFILE).read_text(encoding="utf-8") + "\n[publication]\napproval = true\n"
    (waiting.folder / WITH_APPROVAL).write_text(asked, encoding="utf-8")
    said = waiting.run("publish", "--month", str(MONTH), "--profile", WITH_APPROVAL)
    assert not said, said
    whole = waiting.copied(work / "approved")
    said = whole.run(*APPROVE)
    assert not said, said
    for number in range(APPROVALS):
        month = waiting.copied(work / f"approve-{number}")
        moment = draw.uniform(0.0, seconds)
        what = f"approve killed after {moment:.1f} s"
        what += "" if killed(month, APPROVE, moment, is_alone=False) else ", when it had ended"
        found = [] if not _shown(month) or _is_whole(month) else ["the release is torn"]
        said = month.run(*APPROVE)
        found += [said] if said and "needs no approval. Approved for publication by Ada" not in said else []
        found += _missed(month, whole)
        yield Attempt(what, not found, ", ".join(found[:5]) or "approved once and shown in the end")
        shutil.rmtree(month.folder)


def _shown(month: SmallMonth) -> dict[str, bytes]:
    """The files of the month's release that a reader comes to."""
    release = month.publication / str(MONTH)
    return {path.relative_to(release).as_posix(): path.read_bytes() for path in release.rglob("*") if path.is_file()}


def _is_whole(month: SmallMonth) -> bool:
    """Whether the release is what its own checksums say."""
    files = _shown(month)
    said = files.pop("checksums.txt", b"")
    return bool(files) and checksums(files) == said


def _missed(month: SmallMonth, whole: SmallMonth) -> list[str]:
    """What is not as after an approval that nothing killed, but for its time."""
    tables, theirs = contents(month.warehouse), contents(whole.warehouse)
    found = [name for name in theirs if name not in TIMED and tables.get(name) != theirs[name]]
    found += [name for name in TIMED if tables[name][0] != theirs[name][0]]
    rows = Warehouse(month.warehouse, threads=1).read(
        f"select path, sha256 from {FILES} where month = $month order by path", month=MONTH.first_day
    )
    files = {path: hashlib.sha256(content).hexdigest() for path, content in _shown(month).items()}
    found += [] if dict(rows.iter_rows()) == files and _is_whole(month) else ["the release is not the table's"]
    found += [f"left: {name}" for name in month.left()]
    return found + [f"process {pid}" for pid in month.processes_that_stay()]


ATTACK = Attack(
    "publish-kills",
    "kill -9 at a random moment of `publish`, alone or with all it started, of `approve`, and of a process that puts a "
    "release in its folder; held: a reader sees the release before or the new one, whole, as they do other months', "
    "every step's rows are all there or as they were, and the same command ends as an undisturbed one, without litter",
    attempts,
)
