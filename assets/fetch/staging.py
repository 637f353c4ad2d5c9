"""Where a drop is put together, and moving it in whole.

What belongs here: the folder of a fetch that is under way, what it keeps for the next start, the one rename. What does
not: what is asked of whom (`publishers`).

    <sources>/.fetch/<dataset>/                      held by one process at a time
    <sources>/.fetch/<dataset>/state.json            the release, and how far its fetch has come
    <sources>/.fetch/<dataset>/drop/                 the files, and what is said of them
    <sources>/<dataset>/<YYYY-MM-DD>/                the drop, once it is whole
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from assets.disk import full_disk_said, sync_folder
from assets.fetch.downloads import Fetched, download
from assets.fetch.problems import FetchError
from assets.fetch.provenance import Provenance, read_from
from assets.fetch.transport import Client

FOLDER = ".fetch"
"""In the sources; a name that begins with a point is passed over where drops are looked for."""
STATE, DROP, LOCK = "state.json", "drop", "lock"


class Staging:
    """A fetch under way; its files survive the process."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._state: dict[str, Any] = _read(folder / STATE)

    @property
    def drop(self) -> Path:
        """The folder of the files."""
        return self.folder / DROP

    @property
    def cursor(self) -> dict[str, Any]:
        """How far the fetch has come, in the words of the publisher's module; empty at its start."""
        found: dict[str, Any] = self._state.get("cursor", {})
        return found

    @property
    def files(self) -> list[Fetched]:
        """The files that are whole, in the order in which they came."""
        return [Fetched(**item) for item in self._state.get("files", [])]

    def begin(self, release: Mapping[str, Any]) -> None:
        """Go on with a release; what came of another is deleted."""
        if self._state.get("release") != release:
            self.start_anew()
            self._state = {"release": dict(release)}
            self._save()
        self.drop.mkdir(exist_ok=True)

    def start_anew(self) -> None:
        """Delete what has come of the release."""
        shutil.rmtree(self.drop, ignore_errors=True)
        self.drop.mkdir(parents=True)
        self._state = {name: self._state[name] for name in ("release",) if name in self._state}
        self._save()

    def bring(self, client: Client, address: str, name: str) -> Fetched:
        """Bring a file of the release, unless it has come before."""
        for file in self.files:
            if (file.name, file.address) == (name, address):
                return file
        target = self._place(name)
        file = replace(download(client, address, target), name=name)
        self.keep(file)
        return file

    def bring_or_link(self, client: Client, address: str, name: str) -> Fetched:
        """The same; a file that an earlier drop has from the same address is taken from there."""
        for folder, known in self.earlier_drops():
            for file in known.files:
                path = folder / file.name
                if (
                    (file.name, file.address) == (name, address)
                    and path.is_file()
                    and path.stat().st_size == file.bytes
                ):
                    self._link(file, path)
                    return file
        return self.bring(client, address, name)

    def earlier_drops(self) -> Iterator[tuple[Path, Provenance]]:
        """The drops of the dataset that were fetched before, and where each came from; the newest first."""
        drops = self.folder.parent.parent / self.folder.name
        for folder in sorted(drops.iterdir(), reverse=True) if drops.is_dir() else ():
            if (known := read_from(folder)) is not None:
                yield folder, known

    def drop_file(self, name: str) -> None:
        """Forget a file that came and is not what it should be."""
        (self.drop / inner_name(name)).unlink(missing_ok=True)
        self._state["files"] = [item for item in self._state.get("files", []) if item["name"] != name]
        self._save()

    def _place(self, name: str) -> Path:
        """Where a file of the drop goes, its folder made."""
        target = self.drop / inner_name(name)
        target.parent.mkdir(parents=True, exist_ok=True)
        return target

    def _link(self, file: Fetched, path: Path) -> None:
        target = self._place(file.name)
        target.unlink(missing_ok=True)
        try:
            target.hardlink_to(path)
        except OSError:  # The disk knows no second name of a file.
            shutil.copyfile(path, target)
        self.keep(file)

    def keep(self, *files: Fetched, cursor: Mapping[str, Any] | None = None) -> None:
        """Remember files that are whole, and how far the fetch has come."""
        names = {file.name for file in files}
        kept = [item for item in self._state.get("files", []) if item["name"] not in names]
        self._state["files"] = [*kept, *(asdict(file) for file in files)]
        if cursor is not None:
            self._state["cursor"] = dict(cursor)
        self._save()

    def write(self, name: str, body: bytes) -> Path:
        """Write a file of the drop, whole or not at all."""
        target = self._place(name)
        with full_disk_said(self.drop, f"{name} was fetched"):
            whole = target.with_name(f"{target.name}.part")
            whole.write_bytes(body)
            whole.rename(target)
        return target

    def tidy(self) -> None:
        """Delete what is no file of the drop: what broke off, and notes on how far a file has come."""
        known = {file.name for file in self.files}
        for path in [path for path in self.drop.rglob("*") if path.is_file()]:
            if path.relative_to(self.drop).as_posix() not in known:
                path.unlink()

    def move_in(self, target: Path) -> None:
        """Move the drop in. Raises FetchError where something lies there; what has come is kept."""
        target.parent.mkdir(parents=True, exist_ok=True)
        files = [path for path in self.drop.rglob("*") if path.is_file()]
        for path in files:
            _sync(path)
        for folder in {path.parent for path in files} | {self.drop}:
            sync_folder(folder)
        if target.exists():
            raise FetchError(f"{target} is there already, and is left as it is: move it away to have it fetched")
        # Over a folder with files in it the system renames nothing, whoever put it there meanwhile.
        self.drop.rename(target)
        sync_folder(target.parent)
        (self.folder / STATE).unlink(missing_ok=True)

    def _save(self) -> None:
        whole = self.folder / f"{STATE}.part"
        whole.write_text(json.dumps(self._state, indent=1), encoding="utf-8")
        whole.replace(self.folder / STATE)


@contextmanager
def staging(sources: Path, dataset: str) -> Iterator[Staging]:
    """The staging folder of a dataset, held while this lasts. Raises FetchError where another process has it."""
    folder = sources / FOLDER / dataset
    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / LOCK)
    try:
        lock.acquire(blocking=False)
    except Timeout:
        raise FetchError(f"another process fetches {dataset} into {sources}: wait for it") from None
    try:
        yield Staging(folder)
    finally:
        lock.release()


def under_way(sources: Path, dataset: str) -> str | None:
    """The release whose fetch is under way, or has stopped before its end; None where there is none."""
    release = _read(sources / FOLDER / dataset / STATE).get("release")
    return str(release.get("name")) if isinstance(release, dict) else None


def plain_name(name: str) -> str:
    """A publisher's name of a file. Raises FetchError for one that could lead out of a folder, or that is passed over
    where drops are read."""
    if not name or name != Path(name).name or name[0] in "._" or "\\" in name or not name.isprintable():
        raise FetchError(f"the publisher calls a file {name!r}, which is no name that a file of a drop can have")
    return name


def inner_name(name: str) -> str:
    """The same of a file in folders of the drop, with strokes between."""
    return "/".join(plain_name(step) for step in name.split("/"))


def _read(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
