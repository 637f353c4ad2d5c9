"""The folder of the publication: a month's release put in whole, and shown all at once.

    index.html                        the way in: to the latest month, and a list
    months.js                         the months published, for the map's selector
    2025-05 -> .releases/2025-05-<digest>
    .releases/2025-05-<digest>/       the files; the digest is of their digests

A reader follows the link of a month and sees one release of it, never part of one. What belongs here: files, links, and
their order. What does not: what the files say.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path

from assets.disk import sync_folder
from assets.months import Month
from assets.publication.page import MONTHS_FILE, months_script
from assets.scratch import delete_dead, folders_left, scratch_folder

RELEASES = ".releases"
MAKING = ".making-"
INDEX = "index.html"
DIGEST_CHARACTERS = 12


@dataclass(frozen=True)
class Release:
    """A month's files, in the publication's folder and not shown yet."""

    publication: Path
    month: Month
    folder: str
    """Its name among the releases."""

    def show(self) -> None:
        """Turn the month's link to this release, then say so in the root; keep the release before it, delete older
        ones: a reader who has opened the one before can finish."""
        link = self.publication / str(self.month)
        before = link.readlink().name if link.is_symlink() else None
        if before != self.folder:
            with scratch_folder(self.publication / RELEASES, MAKING) as making:
                new_link = making / link.name
                new_link.symlink_to(Path(RELEASES) / self.folder)
                new_link.replace(link)
            sync_folder(self.publication)
        show_months(self.publication)
        for release in (self.publication / RELEASES).glob(f"{self.month}-*"):
            if release.name not in (self.folder, before):
                shutil.rmtree(release)


def put(publication: Path, month: Month, files: Mapping[str, bytes]) -> Release:
    """Write a release beside the others, to be shown later. The same files are the same release.

    Raises ValueError where something that is no link stands in the month's place, OSError where the folder cannot be
    written.
    """
    link = publication / str(month)
    if link.exists() and not link.is_symlink():
        raise ValueError(
            f"{link} is no link to a release, so it was not made here: move it away, or give another --publication"
        )
    releases = publication / RELEASES
    releases.mkdir(parents=True, exist_ok=True)
    delete_dead(releases, MAKING)
    name = f"{month}-{digest(files)[:DIGEST_CHARACTERS]}"
    number = 1
    while (releases / name).exists():
        if _holds(releases / name, files):
            return Release(publication, month, name)
        # Someone has changed the files of that name: they stay as they are until the link is turned away from them.
        number += 1
        name = f"{name.partition('_')[0]}_{number}"
    with scratch_folder(releases, MAKING) as making:
        for path, content in sorted(files.items()):
            _write(making / name / path, content)
        for folder, _, _ in os.walk(making / name, topdown=False):
            sync_folder(Path(folder))
        (making / name).rename(releases / name)
    sync_folder(releases)
    return Release(publication, month, name)


def waiting_folder(publication: Path) -> Path:
    """Beside the publication: where months that wait for approval can be looked at, and that no host shows."""
    return publication.absolute().with_name(f"{publication.absolute().name}-waiting")


def withdraw(publication: Path, month: Month) -> None:
    """Take a month out of a folder, with its releases; of the last month there the folder too."""
    link = publication / str(month)
    if not link.is_symlink():
        return
    link.unlink()
    for release in (publication / RELEASES).glob(f"{month}-*"):
        shutil.rmtree(release)
    if months_shown(publication):
        show_months(publication)
        return
    for name in (MONTHS_FILE, INDEX):
        (publication / name).unlink(missing_ok=True)
    with contextlib.suppress(OSError):  # What someone else has put there stays.
        (publication / RELEASES).rmdir()
        publication.rmdir()


def is_shown(publication: Path, month: Month, files: Mapping[str, str]) -> bool:
    """Whether the folder shows a release of the month with these files, path -> SHA-256, and no others, and says so."""
    shown = publication / str(month)
    if not shown.is_symlink() or not _is_release(shown):
        return False
    found = {path: hashlib.sha256(content).hexdigest() for path, content in _contents(shown).items()}
    return found == dict(files) and all(_has(publication / name, content) for name, content in _root_files(publication))


def left_in(publication: Path) -> list[Path]:
    """Folders in which a release was to be written by a process that is gone; changes nothing."""
    return folders_left(publication / RELEASES, MAKING)


def digest(files: Mapping[str, bytes]) -> str:
    """SHA-256 of the files' digests and paths."""
    return hashlib.sha256(checksums(files)).hexdigest()


def checksums(files: Mapping[str, bytes]) -> bytes:
    """A line for each file, as `sha256sum --check` reads them."""
    lines = [f"{hashlib.sha256(content).hexdigest()}  {path}\n" for path, content in sorted(files.items())]
    return "".join(lines).encode("utf-8")


def months_shown(publication: Path) -> list[Month]:
    """The months that have a release, the latest first."""
    return sorted(
        (Month.parse(entry.name) for entry in publication.glob("????-??") if _is_release(entry)),
        reverse=True,
    )


def release_shown(publication: Path, month: Month) -> str | None:
    """The name of the release that a month's link leads to, the same for the same files; None where none is shown."""
    link = publication / str(month)
    return link.readlink().name if link.is_symlink() and _is_release(link) else None


def show_months(publication: Path) -> None:
    """Write the root's files anew where they are not as the months shown say."""
    for name, content in _root_files(publication):
        target = publication / name
        if _has(target, content):
            continue
        with scratch_folder(publication / RELEASES, MAKING) as making:
            _write(making / name, content)
            (making / name).replace(target)
    sync_folder(publication)


def _root_files(publication: Path) -> list[tuple[str, bytes]]:
    months = months_shown(publication)
    return [(MONTHS_FILE, months_script(months)), (INDEX, _way_in(months))]


def _has(file: Path, content: bytes) -> bool:
    return file.is_file() and file.read_bytes() == content


def _way_in(months: list[Month]) -> bytes:
    latest = escape(str(months[0]))
    items = "\n".join(
        f'<li><a href="{month}/index.html">{month.first_day:%B %Y}</a> '
        f'(<a href="{month}/report.html">report</a>, <a href="{month}/downloads.html">downloads</a>)</li>'
        for month in months
    )
    return f"""<!doctype html>
<html lang="en-GB">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="0; url={latest}/index.html">
<title>UK innovation clusters</title>
</head>
<body>
<h1>UK innovation clusters</h1>
<p><a href="{latest}/index.html">The map of {months[0].first_day:%B %Y}</a>, the latest month. All months:</p>
<ul>
{items}
</ul>
</body>
</html>
""".encode()


def _is_release(entry: Path) -> bool:
    return re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", entry.name) is not None and (entry / INDEX).is_file()


def _holds(folder: Path, files: Mapping[str, bytes]) -> bool:
    return _contents(folder) == dict(files)


def _contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
