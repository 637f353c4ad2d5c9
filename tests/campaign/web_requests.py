"""Requests that a page of another site, or a name that it points here, can make of Dagster's web server.

Each has to be refused before the server looks at it: the run that is there stays, and no event comes to any asset.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import select
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import dagster as dg

from tests.campaign.attempt import Attack, Attempt

FOREIGN = "http://evil.example"
KEY = dg.AssetKey("reported")
REPORT = "/report_asset_materialization/reported"
JSON = {"Content-Type": "application/json"}
SOCKET = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Protocol": "graphql-ws",
}
RUNS = '{"query": "{ runsOrError { ... on Runs { results { runId } } } }"}'
DELETE = 'mutation { deleteRun(runId: "RUN") { __typename } }'
DELETE_BODY = json.dumps({"query": DELETE})
SECONDS_TO_START = 240


@dataclass(frozen=True)
class Request:
    """One request; PORT stands for the server's port and RUN for the run that is there."""

    what: str
    method: str = "GET"
    path: str = "/"
    headers: Mapping[str, str] = field(default_factory=dict)
    """`Host` in place of the usual one; of a header with line breaks, every line is a header of that name."""
    body: str = ""


def _from(origin: str, *requests: Request) -> Iterator[Request]:
    for request in requests:
        yield Request(
            f"{request.what} from {origin}",
            request.method,
            request.path,
            {**request.headers, "Origin": origin},
            request.body,
        )


_CALLS = (
    *(Request(f"{method} /", method) for method in ("GET", "HEAD", "OPTIONS", "PUT", "DELETE", "PATCH")),
    Request("POST of a mutation", "POST", "/graphql", JSON, DELETE_BODY),
    Request("POST of a mutation as text", "POST", "/graphql", {"Content-Type": "text/plain"}, DELETE_BODY),
    Request("POST of a mutation in the address", "POST", f"/graphql?query={quote(DELETE)}"),
    Request("POST of a query", "POST", "/graphql", JSON, RUNS),
    Request("POST of a materialization", "POST", REPORT, JSON, "{}"),
    Request("POST of a materialization as text", "POST", REPORT, {"Content-Type": "text/plain"}, "{}"),
    Request("POST of a check", "POST", "/report_asset_check/reported", JSON, '{"check_name": "a", "passed": true}'),
    Request("POST of an observation", "POST", "/report_asset_observation/reported", JSON, "{}"),
    Request("GET of a mutation", "GET", f"/graphql?query={quote(DELETE)}"),
    Request("a socket", "GET", "/graphql", SOCKET),
    Request("the log of a run", "GET", "/download_debug/RUN"),
)

HOSTILE = (
    *_from(FOREIGN, *_CALLS),
    *(
        request
        for origin in (
            "null",
            "file://",
            "https://evil.example:PORT",
            "http://127.0.0.1:1",
            "http://localhost:PORT",
            "https://127.0.0.1:80",
            "http://127.0.0.1.evil.example:PORT",
            "http://127.0.0.1:PORT@evil.example",
            "http://127.0.0.1:PORT\nhttp://evil.example",
            "http://evil.example\nhttp://127.0.0.1:PORT",
            "http://[::1",
            "",
        )
        for request in _from(origin, _CALLS[6], _CALLS[10], _CALLS[15])
    ),
    *(
        Request(
            f"{request.what} under the name {host!r}", request.method, request.path, {**request.headers, "Host": host}
        )
        for host in (
            "evil.example",
            "evil.example:PORT",
            "127.0.0.1.evil.example:PORT",
            "127.0.0.1:PORT@evil.example",
            "evil.example@127.0.0.1:PORT",
            "127.0.0.2:PORT",
            "0.0.0.0:PORT",
            "localhost.:PORT",
            "127.0.0.1:PORT\nevil.example",
            "evil.example\n127.0.0.1:PORT",
            "",
        )
        for request in (_CALLS[0], _CALLS[6], _CALLS[15])
    ),
    Request(
        "a mutation, no origin, under another name", "POST", "/graphql", {**JSON, "Host": "evil.example"}, DELETE_BODY
    ),
    Request("a mutation by GET", "GET", f"/graphql?query={quote(DELETE)}"),
    Request("a mutation by GET, a slash behind", "GET", f"/graphql/?query={quote(DELETE)}"),
    Request("a mutation by GET, written otherwise", "GET", f"/%67raphql?%71uery={quote(DELETE)}"),
    Request(
        "a mutation by GET, as a followed link", "GET", f"/graphql?query={quote(DELETE)}", {"Sec-Fetch-Site": "none"}
    ),
    Request("a mutation by HEAD", "HEAD", f"/graphql?query={quote(DELETE)}"),
    Request("a query by GET", "GET", f"/graphql?query={quote('{ version }')}"),
    Request("a mutation in the address of a POST", "POST", f"/graphql?query={quote(DELETE)}"),
    Request(
        "a mutation as a form", "POST", "/graphql", {"Content-Type": "application/x-www-form-urlencoded"}, DELETE_BODY
    ),
    Request("a mutation as text", "POST", "/graphql", {"Content-Type": "text/plain; application/json"}, DELETE_BODY),
    Request("a materialization as text", "POST", REPORT, {"Content-Type": "text/plain"}, "{}"),
    Request("a materialization without a body", "POST", f"{REPORT}?description=x"),
    *(
        Request(
            f"{request.what}, {site}",
            request.method,
            request.path,
            {**request.headers, "Sec-Fetch-Site": site},
            request.body,
        )
        for site in ("cross-site", "same-site")
        for request in (_CALLS[0], _CALLS[6], _CALLS[10], _CALLS[15])
    ),
    Request(
        "a page in a frame",
        headers={"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"},
    ),
    Request("a browser's socket without an origin", "GET", "/graphql", {**SOCKET, "Sec-Fetch-Site": "same-origin"}),
)

OWN = {"Origin": "http://127.0.0.1:PORT"}
GOOD = (
    Request("the front page"),
    Request("the front page under localhost", headers={"Host": "localhost:PORT"}),
    Request("the front page under ::1", headers={"Host": "[::1]:PORT"}),
    Request("the front page through a tunnel", headers={"Host": "localhost:8080", "Origin": "http://localhost:8080"}),
    Request(
        "a link followed from elsewhere",
        headers={"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"},
    ),
    Request("what the page asks", "POST", "/graphql", {**JSON, **OWN, "Sec-Fetch-Site": "same-origin"}, RUNS),
    Request("what a program asks", "POST", "/graphql", JSON, RUNS),
    Request(
        "what the page asks as GraphQL", "POST", "/graphql", {"Content-Type": "application/graphql"}, "{ version }"
    ),
    Request("the query page", "GET", "/graphql", {"Accept": "text/html"}),
    Request("the page's socket", "GET", "/graphql", {**SOCKET, **OWN}),
    Request("a program's socket", "GET", "/graphql", SOCKET),
    Request(
        "through a named proxy",
        "POST",
        "/graphql",
        {**JSON, "Host": "clusters.example", "Origin": "https://clusters.example"},
        RUNS,
    ),
    Request("the log of a run", "GET", "/download_debug/RUN"),
)
NAMED = "clusters.example"
"""What the servers here are told as a proxy's name."""


@dg.asset
def kept() -> int:
    """What the run that is there has made."""
    return 1


@dataclass(frozen=True)
class Served:
    """A server that runs."""

    port: int
    run_id: str
    home: Path

    def answer(self, request: Request) -> tuple[int, str]:
        """Status and text of the answer; a socket that is accepted answers 101."""

        def filled(text: str) -> str:
            return text.replace("PORT", str(self.port)).replace("RUN", self.run_id)

        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        with contextlib.closing(connection):
            body = filled(request.body).encode()
            connection.putrequest(request.method, filled(request.path), skip_host=True, skip_accept_encoding=True)
            headers = {
                "Host": "127.0.0.1:PORT",
                **({"Content-Length": str(len(body))} if body else {}),
                **request.headers,
            }
            for name, value in headers.items():
                for line in value.split("\n"):
                    connection.putheader(name, filled(line))
            connection.endheaders(body or None)
            response = connection.getresponse()
            return response.status, "" if response.status == 101 else response.read().decode(errors="replace")

    def state(self) -> tuple[bool, int]:
        """Whether the run is there, and how many events anyone reported."""
        with dg.DagsterInstance.from_config(str(self.home)) as instance:
            reported = instance.fetch_materializations(KEY, limit=10).records
            observed = instance.fetch_observations(KEY, limit=10).records
            return instance.get_run_by_id(self.run_id) is not None, len(reported) + len(observed)


@contextlib.contextmanager
def served(folder: Path, *options: str) -> Iterator[Served]:
    """`innovation-clusters ui` on a free port, with one run more in its history than lies in the folder."""
    home = folder / "dagster_home"
    home.mkdir(exist_ok=True)
    if not (home / "dagster.yaml").exists():
        (home / "dagster.yaml").write_text("telemetry: {enabled: false}\n", encoding="utf-8")
    with dg.DagsterInstance.from_config(str(home)) as instance:
        run_id = dg.materialize([kept], instance=instance).run_id
    environment = {name: value for name, value in os.environ.items() if not name.startswith("INNOVATION_CLUSTERS")}
    environment |= {"DAGSTER_HOME": str(home), "INNOVATION_CLUSTERS_UI_HOSTS": NAMED, "COLUMNS": "250"}
    program = Path(sys.executable).with_name("innovation-clusters")
    with (folder / "said").open("w", encoding="utf-8") as said:
        process = subprocess.Popen(
            [program, "ui", "--port=0", *options],
            cwd=folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=said,
            text=True,
        )
    try:
        assert process.stdout is not None
        ready, _, _ = select.select([process.stdout], [], [], SECONDS_TO_START)
        line = process.stdout.readline() if ready else "nothing was said"
        assert line.startswith("open http://127.0.0.1:"), line + (folder / "said").read_text(encoding="utf-8")
        yield Served(int(line.split(":")[2].split()[0]), run_id, home)
    finally:
        process.terminate()
        process.wait(timeout=60)


def left_behind(home: Path) -> list[str]:
    """Processes of an instance that live on: the daemon, the code's servers; some time to end is theirs."""
    mark = f"DAGSTER_HOME={home}\0".encode()
    left: list[str] = []
    for _ in range(60):
        left = []
        for path in Path("/proc").glob("[0-9]*/environ"):
            with contextlib.suppress(OSError):
                if mark in path.read_bytes():
                    left.append(path.parent.name)
        if not left:
            break
        time.sleep(0.5)
    return left


def attempts(folder: Path) -> Iterator[Attempt]:
    """Every hostile request at a server that lives, and what an honest one gets after them."""
    with served(folder) as server:
        before = server.state()
        for request in HOSTILE:
            status, said = server.answer(request)
            held = status in (400, 403, 415, 421) and server.state() == before
            yield Attempt(request.what.replace("\n", " and "), held, f"{status} {said.strip()[:100]}")
        for request in GOOD:
            status, said = server.answer(request)
            yield Attempt(f"answered: {request.what}", status in (101, 200), f"{status}")
    left = left_behind(server.home)
    yield Attempt("ended by SIGTERM", not left, f"{len(left)} processes were left")


ATTACK = Attack(
    "web-requests",
    "What a page of another site can ask of the web UI on this machine, with its own origin, under a name that points "
    "here, by GET, by a form, by a socket; held: refused, the run is still there, no event is added; and what the UI "
    "itself asks is answered",
    attempts,
)
