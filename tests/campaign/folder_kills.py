"""Kills while a release is put in the publication's folder and shown, and nothing else goes on."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator, Mapping
from multiprocessing.connection import Connection
from pathlib import Path

from assets.months import Month
from assets.publication.folder import INDEX, RELEASES, left_in, put
from tests.campaign.attempt import Attempt
from tests.warehouse.killing import killed, seconds_of

BEFORE, MONTH = Month(2025, 4), Month(2025, 5)
FILES, BYTES = 40, 200_000
BEYOND_THE_END = 1.1


def killed_folders(work: Path, draw: random.Random, kills: int) -> Iterator[Attempt]:
    """A month is published anew over its release before, killed, and published again."""
    old, new = (
        {INDEX: word, **{f"data/{number}.csv": word * (BYTES // len(word)) for number in range(FILES)}}
        for word in (b"the release before\n", b"the new release\n")
    )
    before = work / "before"
    for month in (BEFORE, MONTH):
        put(before, month, old).show()
    whole = Path(shutil.copytree(before, work / "whole", symlinks=True))
    seconds = seconds_of(lambda: killed(_publish, (whole, new), None))
    for number in range(kills):
        folder = Path(shutil.copytree(before, work / f"kill-{number}", symlinks=True))
        moment = draw.uniform(0.0, seconds * BEYOND_THE_END)
        outcome = killed(_publish, (folder, new), moment)
        shown = _files(folder / str(MONTH))
        torn = [] if shown in (old, new) else ["the month's release is torn"]
        torn += [] if _files(folder / str(BEFORE)) == old else ["another month's release is torn"]
        killed(_publish, (folder, new), None)
        missed = [] if _seen(folder) == _seen(whole) else ["the folder is not as undisturbed"]
        missed += [f"{release.name} is torn" for release in _releases(folder) if _files(release) not in (old, new)]
        missed += [f"left: {path.name}" for path in left_in(folder)]
        what = f"publishing killed after {moment * 1000:.0f} ms" + ("" if outcome is None else ", when it had ended")
        seen = f"{'the new' if shown == new else 'the earlier'} release was shown; then {', '.join(missed) or 'whole'}"
        yield Attempt(what, not torn and not missed, "; ".join([*torn, seen]))
        shutil.rmtree(folder)


def _publish(folder: Path, files: dict[str, bytes], ready: Connection) -> None:
    ready.send(None)
    put(folder, MONTH, files).show()


def _files(folder: Path) -> Mapping[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def _seen(folder: Path) -> Mapping[str, bytes]:
    """Every file that a reader comes to, through the months' links."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for shown in folder.glob("[!.]*")
        for path in ([shown] if shown.is_file() else shown.rglob("*"))
        if path.is_file()
    }


def _releases(folder: Path) -> list[Path]:
    """Those that are kept: the one shown, and the one before it."""
    return sorted((folder / RELEASES).iterdir())
