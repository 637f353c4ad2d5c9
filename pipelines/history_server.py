"""What to say where the history of runs is held by a server (PostgreSQL), and it cannot be used.

What belongs here: sentences for what the server, its driver and the instance file that names it raise. What does not:
files of DAGSTER_HOME (`dagster_home`), and how the server is set up (docs/deployment.md).
"""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path

import dagster as dg
import sqlalchemy
import yaml

NOT_SET = re.compile(r'environment variable "(\w+)" which is not set')
SERVERS = {"postgres", "mysql"}
"""Storages that are no files of DAGSTER_HOME, as an instance file names them."""
MISSING = {
    "dagster_postgres": "install the project with its extra `deploy`",
    "psycopg": "let its address begin with postgresql+psycopg2://",
}
"""What to do where a module is missing that the storage needs, by the module's name."""


def keeps_history_elsewhere(settings: Path) -> bool:
    """Whether an instance file names a server for the history of runs. Raises yaml.YAMLError for one that is none."""
    storage = (yaml.safe_load(settings.read_text(encoding="utf-8")) or {}).get("storage") or {}
    return bool(SERVERS & set(storage))


def of_server(settings: Path, error: BaseException) -> str | None:
    """The sentence for what a server's storage raises, by the instance file; None for what is not its doing.

    What the server says names hosts, roles and databases, and no password.
    """
    if isinstance(error, sqlalchemy.exc.DBAPIError) and not isinstance(error.orig, sqlite3.Error):
        why = str(error.orig).strip().partition("\n")[0]
        return (
            f"the server that holds the history of runs, by {settings}, does not serve ({why}): start it, or mend its "
            "address; the tables of the warehouse are not touched"
        )
    if isinstance(error, ModuleNotFoundError) and error.name in MISSING:
        return f"{settings} names a server that holds the history of runs: {MISSING[error.name]}"
    if isinstance(error, dg.DagsterInvalidConfigError) and (unset := NOT_SET.search(str(error))):
        return f"{settings} takes {unset[1]} from the environment, where it is not set: set it"
    return None
