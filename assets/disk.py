"""A full disk: telling it from what else libraries raise, and saying it.

What belongs here: the signs of a disk, or of a quota, that has no room. What does not: what was being written.
"""

from __future__ import annotations

import errno
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

FULL = (errno.ENOSPC, errno.EDQUOT)
SIGNS = re.compile(
    r"no space left on device|disk quota exceeded|os error (?:28|122)\b|errno:? (?:28|122)\b", re.IGNORECASE
)
"""How libraries in other languages pass the system's answer on."""


class DiskFullError(ValueError):
    """There is no room to write. A ValueError, as all that a person has to put right before the month can be made."""

    def __init__(self, folder: Path, doing: str) -> None:
        self.folder, self.doing = folder, doing
        try:
            free = f"{shutil.disk_usage(folder).free // 1_000_000} MB are free"
        except OSError:
            free = "it cannot be asked how much is free"
        super().__init__(
            f"the disk is full: there was no room in {folder} ({free}) while {doing}. No drop is at fault: make room "
            "on that disk, or move the warehouse to a larger one, then make the month again"
        )

    def __reduce__(self) -> tuple[type[DiskFullError], tuple[Path, str]]:
        return DiskFullError, (self.folder, self.doing)


def is_full(error: BaseException) -> bool:
    """Whether an error, or what caused it, says that a disk is full."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, DiskFullError) or (isinstance(seen, OSError) and seen.errno in FULL):
            return True
        if not isinstance(seen, ValueError) and SIGNS.search(str(seen)):
            return True
        seen = seen.__cause__ or seen.__context__
    return False


@contextmanager
def room_in(folder: Path, doing: str) -> Iterator[None]:
    """Raise DiskFullError, in words, where what is done inside finds the disk full."""
    try:
        yield
    except DiskFullError:
        raise
    except Exception as error:
        if is_full(error):
            raise DiskFullError(folder, doing) from None
        raise
