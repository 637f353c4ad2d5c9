"""Asking publishers: waits that they ask for, budgets, redirects, who asks, names of files."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from assets.fetch.problems import FetchError, FetchPausedError
from assets.fetch.publishers.links import links_of
from assets.fetch.staging import plain_name
from assets.fetch.transport import Client, Page, retry_after
from synthetic_uk.publishers.files import FixedFiles
from synthetic_uk.publishers.server import Answer, Fault, serving
from tests.conftest import LeftTheMachineError
from tests.publishers.support import QUICK

NOW = datetime(2025, 6, 6, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("", None),
        ("0", 0),
        ("120", 120),
        ("1.5", 1.5),
        ("Fri, 06 Jun 2025 12:01:00 GMT", 60),
        ("Fri, 06 Jun 2025 11:00:00 GMT", 0),
        ("soon", None),
        ("-5", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(header: str | None, seconds: float | None):
    assert retry_after(header, NOW) == seconds


@pytest.mark.parametrize("contact", ["", "nobody", "a@b", "ftp://a.uk"])
def test_nothing_is_asked_without_a_contact(tmp_path: Path, contact: str):
    with pytest.raises(
        FetchError, match="nothing is fetched without a contact .* set INNOVATION_CLUSTERS_CONTACT to an"
    ):
        Client(replace(QUICK, contact=contact), tmp_path)
    assert not [*tmp_path.iterdir()]


def test_a_budget_that_is_spent_stops_the_fetch(tmp_path: Path):
    with serving({"at": FixedFiles({"a.json": b"x" * 3000})}) as publishers:
        address = f"{publishers.address}/at/a.json"
        with Client(replace(QUICK, budget_bytes=5000), tmp_path) as client:
            assert len(client.answer(address).body) == 3000
            with pytest.raises(
                FetchPausedError, match=r"the 5,000 bytes .*\(INNOVATION_CLUSTERS_FETCH_BYTES\) are spent"
            ):
                client.answer(address)
        with (
            Client(replace(QUICK, budget_s=1, first_wait_s=2), tmp_path) as client,
            pytest.raises(
                FetchPausedError, match=r"INNOVATION_CLUSTERS_FETCH_SECONDS\) are spent; what has come is kept"
            ),
        ):
            publishers.faults.append(Fault("a.json", answer=Answer.json({}, 503)))
            client.answer(address)


def test_redirects_are_followed_and_rings_of_them_are_said(tmp_path: Path):
    with serving({"at": FixedFiles({"a.json": b"[1]"})}) as publishers, Client(QUICK, tmp_path) as client:
        address = publishers.address
        publishers.faults.append(Fault("/old", answer=Answer.moved("/at/a.json", 301)))
        assert client.answer(f"{address}/old").json() == [1]
        publishers.faults.append(Fault("/ring", times=100, answer=Answer.moved("/ring")))
        with pytest.raises(FetchError, match="/ring leads from one address to the next without end"):
            client.answer(f"{address}/ring")


def test_a_server_that_is_not_there_is_tried_again_and_said(tmp_path: Path):
    with serving({}) as publishers:
        address = publishers.address
    with (
        Client(QUICK, tmp_path) as client,
        pytest.raises(FetchPausedError, match="could not be reached or broke off .* 3 t"),
    ):
        client.answer(f"{address}/a")


@pytest.mark.parametrize("name", ["", "..", "../a.zip", "a/b.zip", "_a.zip", ".a.zip", "a\\b", "a\n.zip"])
def test_a_name_that_could_lead_elsewhere_is_refused(name: str):
    with pytest.raises(FetchError, match="which is no name that a file of a drop can have"):
        plain_name(name)


def test_links_are_found_however_a_page_writes_them():
    body = (
        b'<A HREF="a%20b.zip">x</A><a href=" ../c.zip?v=2#d ">c</a><a>no</a><a href="mailto:a@b">m</a><a href="/">r</a>'
    )
    page = Page("https://example.org/pages/list.html", body, {})
    assert links_of(page) == {
        "a b.zip": "https://example.org/pages/a%20b.zip",
        "c.zip": "https://example.org/c.zip?v=2#d",
    }


def test_tests_do_not_leave_the_machine(tmp_path: Path):
    with Client(QUICK, tmp_path) as client, pytest.raises(LeftTheMachineError, match="a test looked up example.org"):
        client.answer("http://example.org/")
    with Client(QUICK, tmp_path) as client, pytest.raises(LeftTheMachineError):
        client.answer("http://192.0.2.1/")
