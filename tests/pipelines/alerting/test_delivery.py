"""Messages as real listeners get them: Slack's and Teams' webhooks, plain JSON, mail."""

from __future__ import annotations

import json
import logging
import socket
from pathlib import Path

import pytest

from pipelines.alerting.delivery import deliver, name_of
from pipelines.alerting.messages import MOST_LINES, Message, Weight
from tests.pipelines.alerting.listeners import certificate_of, hooks, post

MESSAGE = Message("run:1", "Innovation clusters: 2025-05 was not made", ("- step <a & b>", "run: 1"))
SLACK = "T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ"


def test_plain_json_comes_to_a_webhook_with_title_lines_and_weight():
    with hooks() as told:
        for address in (f"json://127.0.0.1:{told.port}/in", f"http://127.0.0.1:{told.port}/in"):
            assert deliver(address, 0, MESSAGE) is None
    assert [path for path, _ in told.posts] == ["/in", "/in"]
    for body in told.bodies:
        assert (body["title"], body["message"]) == (MESSAGE.title, "- step <a & b>\nrun: 1")
        assert body["type"] == "failure"


@pytest.mark.parametrize(
    "address",
    [f"slack://{SLACK}/?verify=no", f"https://hooks.slack.com/services/{SLACK}?verify=no"],
    ids=["apprise", "slack"],
)
def test_slack_gets_its_own_form_through_a_proxy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, address: str):
    certificate = certificate_of(tmp_path, "hooks.slack.com")
    if certificate is None:
        pytest.skip("no OpenSSL")
    with hooks(certificate, is_proxy=True) as told:
        monkeypatch.setenv("https_proxy", f"http://127.0.0.1:{told.port}")
        assert deliver(address, 0, MESSAGE) is None
    (path, body), *more = told.posts
    assert (path, more) == (f"hooks.slack.com:443/services/{SLACK}", [])
    said = json.dumps(body)
    assert MESSAGE.title in said and "run: 1" in said
    assert "http" not in said, "no picture is loaded from elsewhere"


def test_teams_gets_an_adaptive_card(tmp_path: Path):
    certificate = certificate_of(tmp_path, "127.0.0.1")
    if certificate is None:
        pytest.skip("no OpenSSL")
    with hooks(certificate) as told:
        assert deliver(f"workflows://127.0.0.1:{told.port}/643e69f83c8944/KbmAkaXFJsMQ?verify=no", 0, MESSAGE) is None
    ((path, body),) = told.posts
    assert path.startswith("/workflows/643e69f83c8944/triggers/manual/paths/invoke")
    card = body["attachments"][0]["content"]
    assert card["type"] == "AdaptiveCard"
    assert MESSAGE.title in json.dumps(card) and "run: 1" in json.dumps(card)


def test_mail_comes_to_everyone_named():
    with post() as (box, port):
        address = f"mailto://127.0.0.1:{port}?from=clusters@example.org&to=one@example.org,two@example.org"
        assert deliver(address, 0, MESSAGE) is None
    assert sorted(who for to, _ in box.mails for who in to) == ["one@example.org", "two@example.org"]
    mail = box.mails[0][1]
    assert mail["Subject"] == MESSAGE.title
    assert "clusters@example.org" in mail["From"]
    body = mail.get_body(("plain", "html"))
    assert body is not None and "run: 1" in body.get_content()


def test_what_is_said_of_a_failure_has_no_part_of_the_address(caplog: pytest.LogCaptureFixture):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with hooks() as refusing, caplog.at_level(logging.DEBUG):
        refusing.status = 403
        for address in (
            f"json://operator:hunter22@127.0.0.1:{port}/hidden-path?-token=hidden-token",
            f"json://operator:hunter22@127.0.0.1:{refusing.port}/hidden-path?-token=hidden-token",
            f"mailto://operator:hunter22@127.0.0.1:{port}?from=a@example.org&to=b@example.org",
        ):
            problem = deliver(address, 1, MESSAGE)
            assert problem is not None
            assert problem.startswith("INNOVATION_CLUSTERS_ALERTS, number 2 (")
            assert "not delivered" in problem
            for secret in ("hunter22", "operator", "hidden-path", "hidden-token"):
                assert secret not in problem
                assert secret not in caplog.text
    assert refusing.posts == []
    assert deliver("gopher://127.0.0.1/hidden-path", 0, MESSAGE) == (
        "INNOVATION_CLUSTERS_ALERTS, number 1: no service is known that has such an address"
    )
    assert name_of(f"slack://{SLACK}") == "Slack"
    assert name_of("gopher://hidden") is None


def test_a_long_message_is_cut_and_still_says_where_to_look():
    look = ("run: 1", "look: /runs/1", "on: here")
    message = Message("a", "b", (*(f"- check {number} {'x' * 600}" for number in range(100)), *look), Weight.warning)
    lines = message.text.splitlines()
    assert len(lines) == MOST_LINES
    assert tuple(lines[-3:]) == look
    assert lines[-4] == f"- and {103 - MOST_LINES + 1} more"
    assert max(map(len, lines)) == 500
