"""A disk of a few megabytes, to be filled. Shared by tests and attacks."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

BALLAST = "ballast"
NEEDS = "only root can mount a small disk"


def can_mount() -> bool:
    """Whether this process may mount a disk."""
    return os.geteuid() == 0 and shutil.which("mount") is not None


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[Path]:
    """An empty disk of that size, mounted on a new folder."""
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)], check=False, capture_output=True
    )
    if mounted.returncode:
        raise OSError(mounted.stderr.decode())
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def leave_free(disk: Path, size: int) -> None:
    """Fill a disk until so many bytes are free."""
    (disk / BALLAST).unlink(missing_ok=True)
    (disk / BALLAST).write_bytes(b"\1" * max(shutil.disk_usage(disk).free - size, 0))


def free(disk: Path) -> None:
    """Take away what fills the disk."""
    (disk / BALLAST).unlink()
