"""Which kind of file system a folder is on, and whether several machines share it.

What belongs here: asking the system. What does not: what is refused for it, and in which words.
SQLite's locks do not hold on network file systems, most of all NFS (https://www.sqlite.org/faq.html#q5,
https://www.sqlite.org/useovernet.html): a history of runs there is damaged sooner or later.
"""

from __future__ import annotations

import re
from pathlib import Path

MOUNTS = Path("/proc/self/mounts")
OF_NETWORKS = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ceph", "glusterfs", "lustre", "beegfs", "gpfs", "ocfs2"}
    | {"fuse.sshfs", "fuse.glusterfs", "fuse.ceph", "fuse.s3fs", "fuse.gcsfuse", "fuse.rclone", "fuse.davfs", "davfs"}
    | {"fuse.blobfuse", "fuse.blobfuse2", "fuse.mount-s3", "fuse.juicefs", "prl_fs", "vboxsf", "fuse.vmhgfs-fuse"}
)
"""Kinds that lie on another machine, as Linux names them; folders that a virtual machine shares with its host behave
like these."""


def kind_of(folder: Path) -> str | None:
    """The kind of file system that a folder is on (or is to be made on), as the system names it; None where it does
    not say."""
    try:
        lines = MOUNTS.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError:
        return None
    place, found, nearest = folder.resolve(), None, -1
    for _, point, kind, *_ in (line.split(" ") for line in lines):
        mounted = Path(re.sub(r"\\([0-7]{3})", lambda code: chr(int(code[1], 8)), point))
        # Of two on one folder the later one is seen.
        if place.is_relative_to(mounted) and len(mounted.parts) >= nearest:
            found, nearest = kind, len(mounted.parts)
    return found


def network_kind(folder: Path) -> str | None:
    """The kind of file system that a folder is on where that is a network's; else None."""
    kind = kind_of(folder)
    return kind if kind in OF_NETWORKS else None
