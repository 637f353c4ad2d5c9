"""Where drops lie: a local folder or an object store, through fsspec.

What belongs here: listing, bringing files to the local disk, digests. What does not: what names or bytes mean; which
things in a local folder are files (`regular`).
"""

from __future__ import annotations

import hashlib
import os
import posixpath
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import fsspec
import fsspec.core
from fsspec.implementations.local import LocalFileSystem

from assets.disk import full_disk_said
from assets.sources.delivery.regular import trouble_with
from assets.sources.problems import DropError, Problem

CHUNK_BYTES = 1 << 20
NOT_DATA = (".", "_")
"""How the names of files begin that programs leave in a drop's folder."""


class SourcesAddressError(ValueError):
    """The address of the sources cannot be read."""


@dataclass(frozen=True)
class Entry:
    """A file or folder directly inside a folder of the sources."""

    name: str
    is_folder: bool
    trouble: Problem | None = None
    """Why it is not read, where it is none: a pipe, a link that leads elsewhere, no permission."""
    is_link: bool = False


@dataclass(frozen=True)
class Stamp:
    """What tells a file that is unchanged from one that was replaced or written to."""

    device: int
    inode: int
    size: int
    modified_ns: int
    changed_ns: int

    @classmethod
    def of(cls, status: os.stat_result) -> Stamp:
        """The stamp in a file's status."""
        return cls(status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)


def file_system(address: str) -> tuple[fsspec.AbstractFileSystem, str]:
    """What holds the files at an address, and the path there; nothing is asked of it.

    Raises SourcesAddressError for a kind of address that is not known, and for one whose package is not installed.
    """
    try:
        files, root = fsspec.core.url_to_fs(address)
    except ImportError as error:
        raise SourcesAddressError(
            f"{address}: the package for this kind of address is not installed ({error}): "
            "install it beside this project, or name a local folder"
        ) from error
    except ValueError as error:
        raise SourcesAddressError(
            f"{address}: {error}: expected a local folder or an address with s3://, gs:// or az://"
        ) from error
    return files, str(root)


class Storage:
    """The folder that `address` names; all paths given and returned are relative to it, with `/`.

    Links in a local folder may lead to what lies in it, and into the folders `linked`. Raises SourcesAddressError where
    the address names a protocol whose package is not installed, no folder, or one that may not be read.
    """

    def __init__(self, address: str, linked: Sequence[str] = ()) -> None:
        self._files, root = file_system(address)
        self.address = address
        self._root = root.rstrip("/") or "/"
        self._files.invalidate_cache()
        is_local = isinstance(self._files, LocalFileSystem)
        self._roots = tuple(Path(place).resolve() for place in (self._root, *linked)) if is_local else ()
        """Folders that links may lead into; none where there are no links."""
        if is_local and Path(self._root).is_dir() and not os.access(self._root, os.R_OK | os.X_OK):
            raise SourcesAddressError(f"{address}: the user that runs this may not read the folder: give permission to")
        if not self._files.isdir(self._root):
            raise SourcesAddressError(
                f"{address}: there is no such folder: make it, with a folder for each dataset in it "
                "(for example postcodes/2025-05.zip), or name another"
            )

    @property
    def is_local(self) -> bool:
        """Whether the sources lie in a folder of this machine."""
        return bool(self._roots)

    def entries(self, folder: str = "") -> list[Entry]:
        """What lies directly in a folder, by name. Raises DropError where the folder cannot be listed."""
        within = self._path(folder)
        if self._roots:
            try:
                names = sorted(item.name for item in Path(within).iterdir())
            except OSError as error:
                raise DropError(_unlistable(folder or self.address, error)) from error
            return [self._local_entry(posixpath.join(folder, name)) for name in names]
        found = {item["name"].rstrip("/"): item["type"] == "directory" for item in self._files.ls(within, detail=True)}
        return sorted(
            (Entry(posixpath.basename(path), is_folder) for path, is_folder in found.items() if path != within),
            key=lambda entry: entry.name,
        )

    def is_folder(self, path: str) -> bool:
        """Whether there is a folder of that path."""
        return bool(self._files.isdir(self._path(path)))

    def is_file(self, path: str) -> bool:
        """Whether there is a file of that path."""
        return bool(self._files.isfile(self._path(path)))

    def files_under(self, folder: str) -> list[str]:
        """All files with data in a folder and in the folders inside it, by path.

        Raises DropError where one of them is none, and where a link leads back to a folder that it lies in.
        """
        if self._roots:
            return sorted(self._local_files(folder, ()))
        within = self._path(folder)
        found = (posixpath.join(folder, path[len(within) :].lstrip("/")) for path in self._files.find(within))
        return sorted(path for path in found if not posixpath.basename(path).startswith(NOT_DATA))

    def size(self, path: str) -> int:
        """Bytes of a file. Raises DropError where it is none that may be read."""
        if not self._roots:
            return int(self._files.size(self._path(path)) or 0)
        try:
            return self._local(path).stat().st_size
        except OSError as error:
            # It was there a moment ago.
            raise DropError(_unlistable(path, error)) from error

    def bring(self, path: str, scratch: Path) -> Path:
        """The file on the local disk: itself where the sources are local, else a copy under `scratch`.

        Raises DropError where it is none that may be read, DiskFullError where there is no room for the copy.
        """
        if self._roots:
            return self._local(path)
        target = scratch / path
        with full_disk_said(scratch, f"{path} was brought"):
            target.parent.mkdir(parents=True, exist_ok=True)
            self._files.get_file(self._path(path), str(target))
        return target

    def _local(self, path: str) -> Path:
        local = Path(self._path(path))
        trouble = trouble_with(local, path, self._roots)
        if trouble:
            raise DropError(trouble)
        return local

    def _local_entry(self, path: str) -> Entry:
        local = Path(self._path(path))
        trouble = trouble_with(local, path, self._roots)
        return Entry(posixpath.basename(path), trouble is None and local.is_dir(), trouble, local.is_symlink())

    def _local_files(self, folder: str, above: tuple[Path, ...]) -> Iterator[str]:
        real = Path(self._path(folder)).resolve()
        if real in above:
            remedy = "Take the link out of the folder"
            raise DropError(Problem(folder, "a link leads back to a folder that it lies in", "a folder", remedy))
        for entry in self.entries(folder):
            path = posixpath.join(folder, entry.name)
            if entry.is_folder:
                yield from self._local_files(path, (*above, real))
            elif not entry.name.startswith(NOT_DATA):
                if entry.trouble:
                    raise DropError(entry.trouble)
                yield path

    def _path(self, relative: str) -> str:
        return posixpath.join(self._root, relative) if relative else self._root


def digest_of_file(path: Path, name: str) -> tuple[str, Stamp]:
    """SHA-256 of a file's bytes, in hex, and the stamp that it had while they were read.

    Raises DropError where what lies there is no file, or changes meanwhile. Nothing keeps it waiting: a pipe that has
    taken the file's place is opened without.
    """
    digest, read = hashlib.sha256(), 0
    try:
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb", buffering=0) as stream:
            before = os.fstat(stream.fileno())
            if not stat.S_ISREG(before.st_mode):
                raise DropError(changed(name))
            while read <= before.st_size and (chunk := stream.read(CHUNK_BYTES)):
                digest.update(chunk)
                read += len(chunk)
            after = os.fstat(stream.fileno())
    except OSError as error:
        raise DropError(_unlistable(name, error)) from error
    if read != before.st_size or Stamp.of(before) != Stamp.of(after):
        raise DropError(changed(name))
    return digest.hexdigest(), Stamp.of(before)


def changed(name: str) -> Problem:
    """What is wrong with a file, or a folder, that did not stay as it was while it was read."""
    found = "it changed while it was read, so what was read of it is not kept"
    remedy = "Write a file elsewhere and move it in once it is whole, then run again"
    return Problem(name, found, "a file that stays as it is", remedy)


def _unlistable(name: str, error: OSError) -> Problem:
    reason = os.strerror(error.errno) if error.errno else type(error).__name__
    found = f"it cannot be read ({reason})"
    return Problem(name, found, "a file or a folder that can be read", "Look at its disk and permissions, run again")


def sha256_of_parts(parts: Sequence[tuple[str, str]]) -> str:
    """SHA-256 of parts' names and digests, in the order given."""
    lines = "".join(f"{name}\n{digest}\n" for name, digest in parts)
    return hashlib.sha256(lines.encode()).hexdigest()
