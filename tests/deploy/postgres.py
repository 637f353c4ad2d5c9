"""A real PostgreSQL server of a test's own: Debian's programs, a folder of its own, a socket and no port."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

OWNER = "postgres"
"""As whom the server runs where the test is root's: PostgreSQL refuses to be root's."""
DATABASE = "innovation-clusters"


def programs() -> Path | None:
    """The folder with the newest initdb; None where there is none."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4]))
    if found:
        return found[-1].parent
    one = shutil.which("initdb")
    return Path(one).parent if one else None


def missing() -> str | None:
    """Why there can be no server here; None where there can."""
    if programs() is None:
        return "no PostgreSQL server"
    if os.getuid() == 0 and shutil.which("runuser") is None:
        return "no runuser: PostgreSQL does not run as root"
    return None


def run(program: str, *arguments: str) -> None:
    """Run one of PostgreSQL's programs as the server's user."""
    folder = programs()
    assert folder is not None
    command: Sequence[str] = [str(folder / program), *arguments]
    if os.getuid() == 0:
        command = ["runuser", "-u", OWNER, "--", *command]
    ended = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, cwd="/")
    assert ended.returncode == 0, ended.stdout


@contextlib.contextmanager
def server() -> Iterator[Path]:
    """The folder of a server's socket, with a database that is empty; the server and its folder go at the end."""
    # A socket's path has 107 characters at most, and the server's user has to get there: no folder of the tests'.
    folder = Path(tempfile.mkdtemp(prefix="postgres-"))
    if os.getuid() == 0:
        shutil.chown(folder, OWNER, OWNER)
    try:
        data = str(folder / "data")
        run("initdb", f"--pgdata={data}", "--auth=trust", "--no-sync", "--encoding=UTF8", f"--username={OWNER}")
        options = f"-c listen_addresses='' -c unix_socket_directories={folder} -c fsync=off"
        run("pg_ctl", f"--pgdata={data}", "--wait", f"--log={folder}/log", f"--options={options}", "start")
        # What starts the services needs not be the server's user.
        folder.chmod(0o755)
        try:
            of_server = (f"--host={folder}", f"--username={OWNER}")
            run("createuser", *of_server, DATABASE)
            run("createdb", *of_server, f"--owner={DATABASE}", DATABASE)
            yield folder
        finally:
            run("pg_ctl", f"--pgdata={data}", "--wait", "--mode=immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def address(folder: Path) -> str:
    """The address of the database for Dagster, as deploy/environment gives it."""
    return f"postgresql+psycopg2://{DATABASE}@/{DATABASE}?host={folder}"
