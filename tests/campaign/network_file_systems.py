"""A history of runs on file systems of networks, on which SQLite is not safe.

No other machine can be reached here, and the kernel knows no NFS: what is mounted is a real file system of FUSE under
the name that those of networks have, and what NFS looks like is read from a list of mounts.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.campaign.attempt import Attack, Attempt
from tests.campaign.command_line import call, with_home
from tests.pipelines.few_drops import few_drops
from tests.small_disk import can_mount
from tests.support import MONTH

NEEDS = "only root can mount a file system of FUSE, with bindfs"
MOUNTED = ("sshfs", "glusterfs", "s3fs")
REFRESH = ("refresh", "--month", str(MONTH), "--select", "sources")
COMMANDS = (REFRESH, ("ui", "--port=0"), ("backfill", "--from", str(MONTH), "--to", str(MONTH)))


def can_mount_fuse() -> bool:
    """Whether this process may mount a file system of FUSE."""
    return can_mount() and shutil.which("bindfs") is not None and Path("/dev/fuse").exists()


def attempts(work: Path) -> Iterator[Attempt]:
    """Each kind; commands that write the history; and one that is like those of networks and is none."""
    if not can_mount_fuse():
        yield Attempt("a file system of a network", False, NEEDS)
        return
    few_drops(work / "sources", [MONTH])
    for kind in MOUNTED:
        yield refused(work, kind, REFRESH)
    for words in COMMANDS[1:]:
        yield refused(work, MOUNTED[0], words)
    with fuse(work / "home", "local"):
        run = with_home(work, work / "home", *REFRESH)
    yield Attempt("a file system of FUSE that is this machine's", run.returncode == 0, run.stderr.strip()[-300:])
    run = call(work, *REFRESH, "--anew")
    yield Attempt("a disk of this machine", run.returncode == 0, run.stderr.strip()[-300:])


def refused(work: Path, kind: str, words: tuple[str, ...]) -> Attempt:
    """A command whose history would lie on such a file system."""
    with fuse(work / "home", kind):
        run = with_home(work, work / "home", *words)
        left = [path.name for path in (work / "home").iterdir() if path.suffix == ".db"]
    said = " ".join(run.stderr.split())
    is_said = f"is on a network file system (fuse.{kind})" in said and "DAGSTER_HOME" in said
    held = run.returncode == 1 and is_said and "Traceback" not in said and not left
    return Attempt(f"{words[0]} on fuse.{kind}", held, said[:400])


@contextmanager
def fuse(folder: Path, kind: str) -> Iterator[None]:
    """A file system of FUSE of that name, mounted on a new folder."""
    behind = folder.with_name(f"behind-{folder.name}")
    for made in (folder, behind):
        made.mkdir()
    subprocess.run(["bindfs", "-o", f"subtype={kind}", str(behind), str(folder)], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)
        folder.rmdir()
        shutil.rmtree(behind)


ATTACK = Attack(
    "network-file-system",
    "the history of runs on file systems of FUSE that are named as those of networks are (sshfs, GlusterFS, S3; "
    "NFS by the list of mounts, in the suite), asked by refresh, backfill and the UI; held: one sentence names "
    "the folder and its file system, and what to do; no file of the history is made; a FUSE of this machine is taken",
    attempts,
)
