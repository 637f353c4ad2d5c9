"""Where drops lie: a local folder or an object store, through fsspec.

What belongs here: listing, bringing files to the local disk, digests. What does not: what names or bytes mean.
"""

from __future__ import annotations

import hashlib
import posixpath
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import fsspec.core
from fsspec.implementations.local import LocalFileSystem


class SourcesAddressError(ValueError):
    """The address of the sources cannot be read."""


@dataclass(frozen=True)
class Entry:
    """A file or folder directly inside a folder of the sources."""

    name: str
    is_folder: bool


class Storage:
    """The folder that `address` names; all paths given and returned are relative to it, with `/`.

    Raises SourcesAddressError where the address names a protocol whose package is not installed, or no folder.
    """

    def __init__(self, address: str) -> None:
        try:
            self._files, root = fsspec.core.url_to_fs(address)
        except ImportError as error:
            raise SourcesAddressError(
                f"{address}: the package for this kind of address is not installed ({error}): "
                "install it beside this project, or name a local folder"
            ) from error
        except ValueError as error:
            raise SourcesAddressError(
                f"{address}: {error}: expected a local folder or an address with s3://, gs:// or az://"
            ) from error
        self.address = address
        self._root = root.rstrip("/") or "/"
        self._files.invalidate_cache()
        if not self._files.isdir(self._root):
            raise SourcesAddressError(
                f"{address}: there is no such folder: make it, with a folder for each dataset in it "
                "(for example postcodes/2025-05.zip), or name another"
            )

    def entries(self, folder: str = "") -> list[Entry]:
        """What lies directly in a folder, by name."""
        within = self._path(folder)
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
        """All files in a folder and in the folders inside it, by path."""
        within = self._path(folder)
        return sorted(posixpath.join(folder, path[len(within) :].lstrip("/")) for path in self._files.find(within))

    def bring(self, path: str, scratch: Path) -> Path:
        """The file on the local disk: itself where the sources are local, else a copy under `scratch`."""
        if isinstance(self._files, LocalFileSystem):
            return Path(self._path(path))
        target = scratch / path
        target.parent.mkdir(parents=True, exist_ok=True)
        self._files.get_file(self._path(path), str(target))
        return target

    def _path(self, relative: str) -> str:
        return posixpath.join(self._root, relative) if relative else self._root


def sha256_of_file(path: Path) -> str:
    """SHA-256 of a file's bytes, in hex."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def sha256_of_parts(parts: Sequence[tuple[str, str]]) -> str:
    """SHA-256 of parts' names and digests, in the order given."""
    lines = "".join(f"{name}\n{digest}\n" for name, digest in parts)
    return hashlib.sha256(lines.encode()).hexdigest()
