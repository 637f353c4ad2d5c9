"""The folder of Dagster's instance (DAGSTER_HOME): where it is, and what to say where it cannot be used.

What belongs here: making the folder, and sentences for what its files and its disk raise, at the start or in a run.
What does not: what stands in it (Dagster's own), the storage that a run holds open (held_storage).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path

import dagster as dg
import sqlalchemy
import yaml
from dagster_shared.serdes.errors import DeserializationError

from assets.disk import FULL
from pipelines.file_systems import network_kind
from pipelines.held_storage import instance_of
from pipelines.history_server import keeps_history_elsewhere, of_server
from pipelines.settings import Settings

SETTINGS = "dagster.yaml"
NO_SPACE = ("database or disk is full", "disk I/O error")
NO_RIGHT = ("unable to open database file", "readonly database", "permission denied")
IN_USE = ("database is locked",)
AWAY = "move the folder away and start again: the history of runs goes with it, the tables of the warehouse do not"


class HomeError(ValueError):
    """The folder cannot be used; the message names it and says what to do."""


def home_folder(settings: Settings) -> Path:
    """DAGSTER_HOME, else `dagster_home` beside the warehouse, whether it is there or not."""
    return Path(os.environ.get("DAGSTER_HOME") or Path(settings.warehouse).absolute().parent / "dagster_home")


def dagster_home(settings: Settings) -> Path:
    """The home's folder; made where missing, with the project's settings. Raises HomeError where it cannot be made."""
    home = home_folder(settings)
    if home.exists() and not home.is_dir():
        raise HomeError(f"{home} is to be the folder of Dagster's history, and is a file: give another DAGSTER_HOME")
    with in_words(home):
        home.mkdir(parents=True, exist_ok=True)
        instance_settings = home / SETTINGS
        if not instance_settings.exists():
            shipped = files("pipelines") / "instance" / SETTINGS
            instance_settings.write_text(shipped.read_text(encoding="utf-8"), encoding="utf-8")
        if (kind := network_kind(home)) and not keeps_history_elsewhere(instance_settings):
            raise HomeError(
                f"{home} is on a network file system ({kind}), on which SQLite, which keeps the history of runs, "
                "damages its files: give a DAGSTER_HOME on a disk of this machine, or keep the history in PostgreSQL "
                "(docs/deployment.md)"
            )
    return home


@contextmanager
def opened(home: Path) -> Iterator[dg.DagsterInstance]:
    """The folder's instance, its event log held open; raises HomeError for what its files and its disk raise."""
    with in_words(home), instance_of(home) as instance:
        yield instance


@contextmanager
def in_words(home: Path) -> Iterator[None]:
    """Raise HomeError in place of what the folder's files and its disk raise; what else is raised stays as it is."""
    try:
        yield
    except Exception as error:
        for cause in _causes(error):
            said = of_server(home / SETTINGS, cause) or _sentence(home, cause)
            if said is not None:
                raise HomeError(said) from error
        raise


def of_message(home: Path, message: str) -> str | None:
    """The sentence for an error of SQLite of which only the message is known; None where it is none."""
    return _of_database(home, message) if "(sqlite3." in message else None


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _sentence(home: Path, error: BaseException) -> str | None:
    if isinstance(error, sqlalchemy.exc.DBAPIError):
        return _of_database(home, str(error.orig))
    if isinstance(error, yaml.YAMLError | dg.DagsterInvalidConfigError) or _is_of_settings(home, error):
        why = " ".join(str(error).split())
        return f"{home / SETTINGS} cannot be read: {why}: mend the file, or move it away and it is written anew"
    if isinstance(error, DeserializationError):
        return f"the history of runs in {home} is damaged: {AWAY}"
    if isinstance(error, OSError) and _is_in(error.filename, home):
        if error.errno in FULL:
            return _of_database(home, NO_SPACE[0])
        return f"{home} cannot be used: {error.strerror}: let this user write it, or give another DAGSTER_HOME"
    return None


def _of_database(home: Path, message: str) -> str:
    why = message.splitlines()[0]
    if any(words in message for words in NO_SPACE):
        return f"the disk of {home} is full, or fails ({why}): free space and start again; what was made stays"
    if any(words in message for words in NO_RIGHT):
        return f"{home} cannot be written ({why}): let this user write it, or give another DAGSTER_HOME"
    if any(words in message for words in IN_USE):
        return f"another process holds the history of runs in {home} ({why}): wait, and start again"
    return f"the history of runs in {home} is damaged ({why}): {AWAY}"


def _is_of_settings(home: Path, error: BaseException) -> bool:
    return isinstance(error, UnicodeDecodeError) and error.object in (home / SETTINGS).read_bytes()


def _is_in(name: object, home: Path) -> bool:
    return isinstance(name, str | Path) and Path(name).absolute().is_relative_to(home.absolute())
