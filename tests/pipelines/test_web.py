"""Dagster's UI behind the guard: what a page of another site asks is refused, what the UI asks is answered."""

from __future__ import annotations

import base64
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import pytest

from pipelines.settings import UI_HOSTS, Settings
from tests.campaign.web_requests import (
    DELETE_BODY,
    GOOD,
    HOSTILE,
    JSON,
    NAMED,
    OWN,
    REPORT,
    RUNS,
    SOCKET,
    Request,
    Served,
    left_behind,
    served,
)
from tests.pipelines.proxy import PASSWORD, USER, nginx_path, proxied
from tests.publication.browser import browser, chromium_path

PROGRAM = str(Path(sys.executable).with_name("innovation-clusters"))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("ui")) as running:
        yield running
    assert left_behind(running.home) == [], "the daemon and the code's servers end with the command"


def test_hostile_requests_are_refused_and_change_nothing(server: Served):
    before = server.state()
    answers = {request.what: server.answer(request) for request in HOSTILE}
    # 400 is of the server itself, for what is no HTTP.
    assert {what: answer for what, answer in answers.items() if answer[0] not in (400, 403, 415, 421)} == {}
    assert server.state() == before == (True, 0)
    assert answers["a mutation by GET"] == (403, "refused: a query goes by POST, as JSON\n")
    assert answers["GET / under the name 'evil.example'"][1] == (
        f"refused: this server goes by other names; {UI_HOSTS} names more\n"
    )


def test_what_the_ui_and_programs_ask_is_answered(server: Served):
    answers = {request.what: server.answer(request) for request in GOOD}
    assert {what: answer for what, answer in answers.items() if answer[0] not in (101, 200)} == {}
    assert server.run_id in answers["what the page asks"][1]
    assert answers["the page's socket"][0] == answers["a program's socket"][0] == 101


def test_the_ui_works_in_a_browser(server: Served):
    if chromium_path() is None:
        pytest.skip("no Chromium")
    from playwright.sync_api import expect

    with browser() as chromium:
        page = chromium.new_page()
        refused, frames = [], []
        page.on("response", lambda answer: refused.append(answer.url) if answer.status >= 400 else None)
        page.on("websocket", lambda opened: opened.on("framereceived", lambda frame: frames.append(str(frame))))
        page.goto(f"http://127.0.0.1:{server.port}/assets", wait_until="networkidle")
        page.goto(f"http://127.0.0.1:{server.port}/runs/{server.run_id}", wait_until="networkidle")
        # The run's own log, which comes over the websocket. The page's title is set by two parts of the UI in turn.
        expect(page.get_by_text("Finished execution of run").first).to_be_visible(timeout=120_000)
        assert [url for url in refused if "favicon" not in url] == []
        assert any("connection_ack" in frame for frame in frames)


@pytest.mark.skipif(nginx_path() is None, reason="no nginx")
def test_the_shipped_proxy_refuses_the_same_and_lets_viewers_through(server: Served, tmp_path: Path):
    password = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
    who = {"Host": NAMED, "Authorization": f"Basic {password}"}
    own = {**who, "Origin": f"https://{NAMED}"}
    before = server.state()
    with proxied(tmp_path, server.port) as port:
        proxy = replace(server, port=port)

        def ask(headers: dict[str, str], request: Request) -> int:
            return proxy.answer(replace(request, headers={**request.headers, **headers}))[0]

        page, query = Request("page"), Request("query", "POST", "/graphql", JSON, RUNS)
        delete, opened = (
            Request("delete", "POST", "/graphql", JSON, DELETE_BODY),
            Request("socket", "GET", "/graphql", SOCKET),
        )
        by_get = Request("by GET", "GET", f"/graphql?query={quote('{ version }')}")
        report = Request("report", "POST", REPORT, JSON, "{}")
        assert [ask(own, each) for each in (page, query, opened)] == [200, 200, 101]
        assert [ask(who, each) for each in (page, query, opened)] == [200, 200, 101]
        assert [ask({"Host": NAMED}, each) for each in (page, query, opened)] == [401, 401, 401]
        for origin in ("http://evil.example", "null", f"https://{NAMED}.evil.example", f"http://{NAMED}"):
            foreign = {**who, "Origin": origin}
            assert [ask(foreign, each) for each in (page, query, delete, opened, by_get, report)] == [403] * 6
        for host in ("evil.example", f"{NAMED}.evil.example", "127.0.0.1", f"127.0.0.1:{port}"):
            assert [ask({**own, "Host": host}, each) for each in (page, query, delete, opened)] == [421] * 4
        crossing = {**who, "Sec-Fetch-Site": "cross-site"}
        assert [ask(crossing, each) for each in (page, query, opened, report)] == [403] * 4
        followed = {**crossing, "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
        assert [ask(followed, each) for each in (page, query)] == [200, 403]
        assert [ask(own, by_get), ask(own, replace(by_get, method="HEAD")), ask(own, report)] == [403, 403, 403]
        assert ask({**own, "Content-Type": "text/plain"}, delete) == 415
    assert server.state() == before


def test_a_page_of_another_site_cannot_delete_a_run_in_a_browser(server: Served):
    if chromium_path() is None:
        pytest.skip("no Chromium")
    with browser() as chromium, socket.create_server(("127.0.0.1", 0)) as other:
        page = chromium.new_page()
        # The page of another origin: an address of this machine too, which is the harder case.
        foreign = f"http://127.0.0.1:{other.getsockname()[1]}/"
        page.route(foreign, lambda route: route.fulfill(body="<title>foreign</title>", content_type="text/html"))
        page.goto(foreign)
        body = DELETE_BODY.replace("RUN", server.run_id)
        outcomes = page.evaluate(
            """async ([port, body, report]) => {
                const at = `http://127.0.0.1:${port}`;
                const tries = [
                    [`${at}/graphql`, {method: "POST", mode: "no-cors", body}],
                    [`${at}/graphql?query=${encodeURIComponent(JSON.parse(body).query)}`, {mode: "no-cors"}],
                    [`${at}${report}`, {method: "POST", mode: "no-cors", body: "{}"}],
                ];
                for (const [url, how] of tries) await fetch(url, how).catch(() => null);
                return await new Promise(done => {
                    const opened = new WebSocket(`ws://127.0.0.1:${port}/graphql`, "graphql-ws");
                    opened.onopen = () => done("open");
                    opened.onerror = () => done("refused");
                });
            }""",
            [server.port, body, REPORT],
        )
        assert outcomes == "refused"
    assert server.state() == (True, 0)


def test_its_own_page_may_delete_a_run(server: Served):
    """After all the others: it is the guard that held, not the server that was dead."""
    request = Request("own", "POST", "/graphql", {**JSON, **OWN}, DELETE_BODY)
    assert server.answer(request)[0] == 200
    assert server.state() == (False, 0)


def test_read_only_shows_and_changes_nothing(tmp_path: Path):
    with served(tmp_path, "--read-only") as running:
        assert running.run_id in running.answer(Request("runs", "POST", "/graphql", JSON, RUNS))[1]
        status, said = running.answer(Request("delete", "POST", "/graphql", JSON, DELETE_BODY))
        assert (status, "this server only shows" in said) == (400, True)
        status, said = running.answer(Request("report", "POST", REPORT, JSON, "{}"))
        assert (status, "this server only shows" in said) == (403, True)
        assert running.state() == (True, 0)


def test_a_port_that_is_taken_is_said_before_anything_is_started(tmp_path: Path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ended = subprocess.run(
            [PROGRAM, "ui", f"--port={port}"], cwd=tmp_path, capture_output=True, text=True, check=False
        )
    assert ended.returncode == 1
    assert f"port {port} cannot be used" in ended.stderr
    assert "open" not in ended.stdout
    assert [*tmp_path.iterdir()] == []


@pytest.mark.parametrize("given", ["https://map.example", "map.example:443", "*", "a b", "-a"])
def test_a_name_that_is_none_is_refused(monkeypatch: pytest.MonkeyPatch, given: str):
    monkeypatch.setenv(UI_HOSTS, f"good.example, {given}")
    with pytest.raises(ValueError, match="is no host name"):
        Settings.from_environment()
