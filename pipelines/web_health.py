"""`/healthz` in front of Dagster's web server.

What belongs here: the answer to that one path. What does not: what is looked at (`health`), who may ask (`web_guard`).
"""

from __future__ import annotations

from http import HTTPStatus

from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from pipelines.health_answer import PATH, Examine, as_json, is_healthy


class WithHealth:
    """Answers whether all of it works, with 200 or 503; everything else is the application's."""

    def __init__(self, app: ASGIApp, examine: Examine) -> None:
        self.app = app
        self.examine = examine

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or call the application."""
        if scope["type"] != "http" or scope["path"] != PATH or scope["method"] not in ("GET", "HEAD"):
            await self.app(scope, receive, send)
            return
        findings = await run_in_threadpool(self.examine)
        status = HTTPStatus.OK if is_healthy(findings) else HTTPStatus.SERVICE_UNAVAILABLE
        await JSONResponse(as_json(findings), status, {"Cache-Control": "no-store"})(scope, receive, send)
