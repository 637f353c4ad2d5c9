"""Dagster's web UI on this machine, behind the guard, with the daemon that runs schedules and sensors.

What belongs here: how the two live and end together. What does not: who may ask what (web_guard), any page.
"""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from functools import partial
from http import HTTPStatus
from pathlib import Path
from types import FrameType
from typing import Any

import uvicorn
from dagster._core.workspace.context import WorkspaceProcessContext
from dagster._core.workspace.load_target import WorkspaceFileTarget, WorkspaceLoadTarget
from dagster_webserver.version import __version__
from dagster_webserver.webserver import DagsterWebserver
from graphql import ASTValidationRule, GraphQLError, OperationDefinitionNode, OperationType
from starlette.responses import FileResponse, PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from assets.warehouse.kept_pictures import ADDRESS, FILE, folder_in
from pipelines.code_location import target
from pipelines.daemon import daemon
from pipelines.health import examine_beside, examine_health
from pipelines.health_answer import kept
from pipelines.settings import Settings
from pipelines.slim_log import SlimSqliteStorage, instance_with
from pipelines.web_guard import Guard
from pipelines.web_health import WithHealth

HOST = "127.0.0.1"
POLL_MILLISECONDS = 2000
"""How often a page asks for what is new in its assets."""
STATEMENT_TIMEOUT, POOL_RECYCLE, POOL_OVERFLOW = 15000, 3600, 20
"""Milliseconds, seconds, connections for a storage that is a server's (PostgreSQL): those of Dagster's own command."""
SECONDS_TO_END = 10


class WebError(ValueError):
    """The UI cannot be shown; the message says why."""


class _NoMutation(ASTValidationRule):
    """Refuses what changes something: of some mutations Dagster does not ask whether it may only show."""

    def enter_operation_definition(self, node: OperationDefinitionNode, *_: Any) -> None:
        if node.operation == OperationType.MUTATION:
            self.report_error(GraphQLError("this server only shows: nothing can be changed here", node))


class Pictures:
    """Answers for the pictures that the history of runs names, and lets the application answer everything else."""

    def __init__(self, app: ASGIApp, folder: Path) -> None:
        """`folder` is where assets keep them."""
        self.app = app
        self.folder = folder

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with a file of the folder, 404 for what is none."""
        if scope["type"] != "http" or not scope["path"].startswith(ADDRESS):
            await self.app(scope, receive, send)
            return
        name = scope["path"].removeprefix(ADDRESS)
        found = self.folder / name
        if scope["method"] in ("GET", "HEAD") and FILE.fullmatch(name) and found.is_file():
            # Its name is its content's: what a browser has of it never changes.
            kept = {"Cache-Control": "private, max-age=31536000, immutable", "X-Content-Type-Options": "nosniff"}
            await FileResponse(found, headers=kept, media_type="image/webp")(scope, receive, send)
        else:
            await PlainTextResponse("there is no such picture\n", HTTPStatus.NOT_FOUND)(scope, receive, send)


class _ShowingWebserver(DagsterWebserver):
    """Dagster's web server without mutations."""

    def build_graphql_validation_rules(self) -> Collection[type[ASTValidationRule]]:
        return [*super().build_graphql_validation_rules(), _NoMutation]


def listen(port: int) -> socket.socket:
    """A socket on the loopback address, any free port for 0. Raises WebError where the port cannot be had."""
    try:
        return socket.create_server((HOST, port))
    except (OSError, OverflowError) as error:
        raise WebError(f"port {port} cannot be used: {error}: give another with --port") from error


def show(
    listener: socket.socket,
    settings: Settings,
    home: Path,
    read_only: bool,
    tell: Callable[[str], None],
    workspace: Path | None = None,
) -> None:
    """Show the UI until the process is told to end; `tell` is called with the address once pages are to be had.

    `read_only` shows without changing anything, and without a daemon: schedules are another process's matter. So they
    are with a `workspace`, the file that says where the code's servers listen: none is started here. Raises WebError
    where the daemon ends by itself.
    """
    os.environ.update({**settings.to_environment(), "DAGSTER_HOME": str(home.absolute())})
    with _ends_in_order(), instance_with(home.absolute(), SlimSqliteStorage) as instance:
        instance.optimize_for_webserver(STATEMENT_TIMEOUT, POOL_RECYCLE, POOL_OVERFLOW)
        with WorkspaceProcessContext(
            instance,
            _code(workspace),
            version=__version__,
            read_only=read_only,
            code_server_log_level="WARNING",
        ) as context:
            made = _ShowingWebserver if read_only else DagsterWebserver
            examined = kept(partial(examine_beside if workspace else examine_health, settings))
            pages = Pictures(
                made(context, "", POLL_MILLISECONDS).create_asgi_app(), folder_in(instance.storage_directory())
            )
            app = Guard(WithHealth(pages, examined), settings.ui_hosts, read_only)
            server = uvicorn.Server(
                uvicorn.Config(app, log_level="warning", server_header=False, timeout_graceful_shutdown=SECONDS_TO_END)
            )
            if read_only or workspace:
                tell(f"http://{HOST}:{listener.getsockname()[1]}")
                server.run([listener])
            else:
                with daemon(instance, partial(setattr, server, "should_exit", True)):
                    tell(f"http://{HOST}:{listener.getsockname()[1]}")
                    server.run([listener])


def _code(workspace: Path | None) -> WorkspaceLoadTarget:
    """Where the definitions come from: a server of their own that is started here, or those that a file names."""
    if workspace is not None:
        return WorkspaceFileTarget([str(workspace)])
    return target()


@contextmanager
def _ends_in_order() -> Iterator[None]:
    """Let SIGTERM end the process as Ctrl-C does, so that what it has started ends too."""

    def interrupt(_: int, __: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
