"""Which of the things in a local folder are read: files and folders, and links to such within the sources.

What belongs here: named pipes, devices, links, permissions. What does not: names (`drops`), what is inside a file.
A pipe keeps a reader waiting for ever, a device never ends, and a link can lead to what is no drop.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from pathlib import Path

from assets.sources.bounds import SETTINGS
from assets.sources.problems import Problem

FILE_OR_FOLDER = "a file, or a folder of files"
KINDS = (
    (stat.S_ISFIFO, "a named pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


def trouble_with(path: Path, name: str, roots: Sequence[Path]) -> Problem | None:
    """Why what lies at a path is not read, or None where it may be.

    `name` is the path as messages show it; `roots` are the folders, links resolved, that links may lead into.
    """
    try:
        real = path.resolve(strict=True)
        mode = real.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        if path.is_symlink():
            remedy = "Put the file itself there, or take the link out of the sources"
            return Problem(name, "the link leads to what is not there", FILE_OR_FOLDER, remedy)
        return Problem(name, "it is not there any more", FILE_OR_FOLDER, "Look who moves files, then run again")
    except PermissionError:
        return _forbidden(name)
    except (OSError, RuntimeError) as error:  # a loop of links is either, by Python's version
        remedy = "Put the file itself there, or take it out of the sources"
        return Problem(name, f"it cannot be looked at ({_reason(error)})", FILE_OR_FOLDER, remedy)
    return _outside(real, name, roots) or _no_file(real, name, mode)


def _outside(real: Path, name: str, roots: Sequence[Path]) -> Problem | None:
    if any(real.is_relative_to(root) for root in roots):
        return None
    return Problem(
        name,
        f"a link leads out of the sources, into the folder {real if real.is_dir() else real.parent}",
        "links to files within the sources",
        f"Put the file itself there, or name that folder in {SETTINGS['linked']} where it may be read",
    )


def _no_file(real: Path, name: str, mode: int) -> Problem | None:
    kind = next((words for is_kind, words in KINDS if is_kind(mode)), None)
    if kind or not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
        remedy = "Put a file in its place, or take it out of the sources"
        return Problem(name, f"it is {kind or 'no file'}, which has no end", FILE_OR_FOLDER, remedy)
    needed = os.R_OK | os.X_OK if stat.S_ISDIR(mode) else os.R_OK
    return None if os.access(real, needed) else _forbidden(name)


def _forbidden(name: str) -> Problem:
    found = "the user that runs this may not read it"
    return Problem(name, found, "a file or a folder with permission to read", "Give that user permission to read it")


def _reason(error: Exception) -> str:
    return os.strerror(error.errno) if isinstance(error, OSError) and error.errno else type(error).__name__
