"""Fixtures of the whole suite."""

from __future__ import annotations

import os
import shutil
import socket
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from assets.warehouse.database import Warehouse

# What the user set for a system of their own, a demo or a real one, is not what is tested, nor where tests may write.
for variable in [name for name in os.environ if name.startswith(("INNOVATION_CLUSTERS_", "DAGSTER_HOME"))]:
    del os.environ[variable]

# Nor is what leads past this machine.
for variable in [name for name in os.environ if name.lower().endswith("_proxy")]:
    del os.environ[variable]

SHARED_DATA = Path(__file__).parents[2] / "shared" / "data"


class LeftTheMachineError(AssertionError):
    """A test asked for what is not on this machine."""


@pytest.fixture(scope="session", autouse=True)
def nothing_reaches_outside() -> Iterator[None]:
    """No test looks a name up or connects, but on this machine itself."""
    looked_up, connect = socket.getaddrinfo, socket.socket.connect
    own = {"localhost", "127.0.0.1", "::1", socket.gethostname()}

    def look_up(host: Any, *given: Any, **named: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        if name and name not in own and not name.startswith("127."):
            raise LeftTheMachineError(f"a test looked up {name}")
        return looked_up(host, *given, **named)

    def connected(self: socket.socket, address: Any) -> None:
        is_stream = self.family in (socket.AF_INET, socket.AF_INET6) and self.type & socket.SOCK_STREAM
        if is_stream and not (address[0] in own or address[0].startswith("127.")):
            raise LeftTheMachineError(f"a test connected to {address[0]}")
        connect(self, address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", look_up)
        patch.setattr(socket.socket, "connect", connected)
        yield


@pytest.fixture(scope="session")
def empty_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse's file with every declared table and no rows."""
    empty = Warehouse(tmp_path_factory.mktemp("empty") / "warehouse.duckdb", threads=1)
    empty.create()
    return empty.path


@pytest.fixture
def warehouse(empty_file: Path, tmp_path: Path) -> Warehouse:
    """An empty warehouse; a copy of one file is quicker than the tables of a new one."""
    return Warehouse(shutil.copy(empty_file, tmp_path / "warehouse.duckdb"), threads=1)


@pytest.fixture(scope="session")
def empty_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of Dagster's with the project's settings and no run: its own making of one takes seconds.

    To be copied with `copy_home`.
    """
    from pipelines.dagster_home import dagster_home
    from pipelines.held_storage import instance_of
    from pipelines.settings import Settings

    home = dagster_home(Settings(warehouse=str(tmp_path_factory.mktemp("empty_home") / "warehouse.duckdb")))
    with instance_of(home) as instance:
        assert instance.get_runs() == []
        assert not instance.all_instigator_state()
    for path in home.rglob("*.db"):
        with sqlite3.connect(path) as connection:
            connection.execute("pragma wal_checkpoint(truncate)")
    return home


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The real files beside the project; tests that use them skip where they are absent."""
    if not SHARED_DATA.is_dir():
        pytest.skip(f"no real files at {SHARED_DATA}: docs/real-data.md says which they are and where they come from")
    return SHARED_DATA
