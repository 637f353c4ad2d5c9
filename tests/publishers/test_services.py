"""Publishers that answer page by page: what comes, how it goes on, and each thing that can go wrong."""

from __future__ import annotations

import csv
import itertools
import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from assets.fetch.problems import FetchError, FetchPausedError
from assets.fetch.registry import PUBLISHERS
from assets.months import Month
from synthetic_uk.publishers.server import Answer, Fault, serving
from synthetic_uk.publishers.services import Gateway, Nomis, OpenAlex
from tests.publishers.support import Fetcher

KEY = "a/secret+key"


def of_lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.fixture
def gateway() -> Gateway:
    kinds = {"projects": 250, "funds": 120, "organisations": 30}
    return Gateway({kind: [{"id": f"{kind}-{n}", "title": "Ä"} for n in range(count)] for kind, count in kinds.items()})


@pytest.fixture
def research(gateway: Gateway, tmp_path: Path) -> Iterator[Fetcher]:
    with serving({"gtr": gateway}) as publishers:
        yield Fetcher("ukri", publishers, "gtr", tmp_path / "sources")


def test_all_pages_of_projects_funds_and_organisations_come(gateway: Gateway, research: Fetcher):
    outcome = research()
    assert research.drops() == {"2025-05-31": ["funds.jsonl", "organisations.jsonl", "projects.jsonl"]}
    for kind, objects in gateway.objects.items():
        assert of_lines(outcome.path / f"{kind}.jsonl") == objects
    assert research.publishers.times_asked("projects") == 3


def test_a_service_that_is_busy_is_waited_for(research: Fetcher):
    busy = Answer.json({"text": "busy"}, 503)
    slow_down = Answer.json({"text": "too many"}, 429, Retry_After="0")
    research.publishers.faults.extend([Fault("p=2", answer=busy), Fault("p=3", answer=slow_down)])
    assert research().is_new
    assert any("try 2 of 3" in told for told in research.told)


def test_a_wait_of_hours_stops_the_fetch_which_goes_on_from_its_page(gateway: Gateway, research: Fetcher):
    research.publishers.faults.append(Fault("projects.p=2", answer=Answer.json({}, 429, Retry_After="7200")))
    with pytest.raises(FetchPausedError) as paused:
        research()
    assert paused.value.until is not None
    assert "429 Too Many Requests, and asks for a wait longer than 2 s" in str(paused.value)
    assert f"start the fetch again from {paused.value.until:%Y-%m-%d %H:%M} UTC on" in str(paused.value)
    assert research.drops() == {}
    outcome = research()
    assert research.publishers.times_asked("projects.p=1") == 1
    assert of_lines(outcome.path / "projects.jsonl") == gateway.objects["projects"]


def test_a_date_to_wait_for_is_read_as_one(research: Fetcher):
    research.publishers.faults.append(
        Fault("projects", answer=Answer.json({}, 503, Retry_After="Fri, 01 Jan 2100 00:00:00 GMT"))
    )
    with pytest.raises(FetchPausedError, match="start the fetch again from 2100-01-01 00:0"):
        research()


def test_what_a_service_says_of_a_refusal_is_told(research: Fetcher):
    refusal = Answer.json({"text": "The version asked for is not known", "timestamp": 1}, 400)
    research.publishers.faults.append(Fault("projects", answer=refusal))
    with pytest.raises(FetchError, match=r"answered 400 Bad Request \(The version asked for is not known\): look"):
        research()


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (Answer.json({"page": 2, "totalPages": 3, "totalSize": 250, "project": []}), "is page 2 of 3, and empty"),
        (Answer.json({"page": 2, "totalPages": 3, "totalSize": 250, "project": None}), "is page 2 of 3, and empty"),
        (Answer.json({"text": "no"}), r"answered with no page of objects \(no\)"),
        (Answer(b'{"page": 2, "totalPa', "application/json"), r"answered with no JSON \(20 bytes"),
        (Answer.html("busy"), r"answered with no JSON \(it is a page of HTML"),
    ],
)
def test_a_page_that_is_none_is_asked_for_again_and_then_said(research: Fetcher, answer: Answer, said: str):
    research.publishers.faults.append(Fault("projects.p=2", times=3, answer=answer))
    with pytest.raises(FetchPausedError, match=said):
        research()
    assert research().is_new
    assert research.publishers.times_asked("projects.p=1") == 1


def test_one_object_where_a_list_is_usual_counts(gateway: Gateway, research: Fetcher):
    gateway.objects["organisations"] = gateway.objects["organisations"][:1]
    only = {"page": 1, "totalPages": 1, "totalSize": 1, "organisation": gateway.objects["organisations"][0]}
    research.publishers.faults.append(Fault("organisations", answer=Answer.json(only)))
    assert of_lines(research().path / "organisations.jsonl") == gateway.objects["organisations"]


def test_projects_that_are_added_meanwhile_move_others_to_later_pages(gateway: Gateway, research: Fetcher):
    before = gateway.objects["projects"]
    first = {"page": 1, "totalPages": 3, "totalSize": 250, "project": before[:100]}
    gateway.objects["projects"] = [{"id": f"new-{n}"} for n in range(60)] + before
    research.publishers.faults.append(Fault("projects.p=1", answer=Answer.json(first)))
    with pytest.raises(FetchError, match="has 310 projects, and gave 250 different ones: they changed while"):
        research()
    outcome = research()
    assert of_lines(outcome.path / "projects.jsonl") == gateway.objects["projects"]


@pytest.fixture
def alex() -> OpenAlex:
    works = [{"id": f"https://openalex.org/W{n}", "title": f"Work {n}", "authorships": []} for n in range(450)]
    institutions = [{"id": f"https://openalex.org/I{n}", "display_name": f"University {n}"} for n in range(3)]
    return OpenAlex({"works": works, "institutions": institutions}, key=KEY)


@pytest.fixture
def papers(alex: OpenAlex, tmp_path: Path) -> Iterator[Fetcher]:
    with serving({"alex": alex}) as publishers:
        yield Fetcher("publications", publishers, "alex", tmp_path / "sources")


def test_works_come_by_cursor_and_go_on_on_another_day(alex: OpenAlex, papers: Fetcher):
    alex.calls = 5
    with pytest.raises(FetchPausedError, match=r"answered 429 Too Many Requests, and asks for a wait longer than"):
        papers()
    asked = papers.publishers.times_asked("works")
    alex.made = 0
    outcome = papers()
    assert papers.publishers.times_asked("cursor=%2A") == 2
    assert papers.publishers.times_asked("works") == 7
    assert asked == 4
    assert of_lines(outcome.path / "works.jsonl") == alex.objects["works"]
    assert of_lines(outcome.path / "institutions.jsonl") == alex.objects["institutions"]


def test_a_key_is_sent_and_stands_nowhere_else(
    alex: OpenAlex, papers: Fetcher, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    alex.calls = 0
    monkeypatch.setenv("INNOVATION_CLUSTERS_OPENALEX_KEY", KEY)
    caplog.set_level(logging.DEBUG)
    refusal = Answer.json({"message": f"the key {KEY} has a limit"}, 400)
    papers.publishers.faults.append(Fault("works.*cursor=ey", answer=refusal))
    with pytest.raises(FetchError) as refused:
        papers()
    assert papers().is_new
    hidden = (KEY, "a%2Fsecret%2Bkey")
    told = [str(refused.value), caplog.text, *papers.told]
    assert caplog.text
    assert not [text for text in told for key in hidden if key in text]
    for path in papers.sources.rglob("*"):
        assert not [key for key in hidden if path.is_file() and key.encode() in path.read_bytes()], path
        assert not [key for key in hidden if key in path.name]


def test_an_empty_page_that_says_that_more_follows_is_asked_for_again(alex: OpenAlex, papers: Fetcher):
    empty = Answer.json({"meta": {"count": 450, "next_cursor": "x"}, "results": []})
    papers.publishers.faults.append(Fault("works.*cursor=ey", answer=empty))
    assert len(of_lines(papers().path / "works.jsonl")) == len(alex.objects["works"])


def test_pages_that_end_too_soon_are_no_drop(papers: Fetcher):
    last = Answer.json({"meta": {"count": 450, "next_cursor": None}, "results": []})
    papers.publishers.faults.append(Fault("works.*cursor=ey", answer=last))
    with pytest.raises(FetchError, match="counts 450 works and gave 100: fetch again, which begins anew"):
        papers()
    assert papers.drops() == {}
    assert papers().is_new


def counts() -> Nomis:
    areas = {f"E0200{n:04d}": f"Area {n}" for n in range(12)}
    industries = {"146801": "01110 : Growing of cereals", "146802": "62012 : Software", "146803": "23410 : Ceramics"}
    rows = [
        {
            "DATE": "2025",
            "GEOGRAPHY_CODE": area,
            "GEOGRAPHY_NAME": name,
            "GEOGRAPHY_TYPE": "2021 super output areas - middle layer",
            "INDUSTRY_CODE": industry[:5],
            "INDUSTRY_NAME": industry,
            "EMPLOYMENT_SIZEBAND_CODE": band,
            "EMPLOYMENT_SIZEBAND_NAME": f"Band {band}",
            "MEASURES": 20100,
            "OBS_VALUE": 5 * ((number + band) % 3),
        }
        for number, ((area, name), industry) in enumerate(itertools.product(areas.items(), industries.values()))
        for band in range(10)
    ]
    codes = {
        "time": {"2024": "2024", "2025": "2025", "2026": "2026"},
        "geography/TYPE": {
            "TYPE297": "2011 super output areas - middle layer",
            "TYPE150": "2021 super output areas - middle layer",
            "TYPE464": "local authorities: district / unitary (as of April 2023)",
        },
        "industry": {"37748736": "Total", "150995": "01 : Crop and animal production", **industries},
    }
    return Nomis("NM_141_1", pl.DataFrame(rows), codes, rows_at_once=50)


@pytest.fixture
def nomis() -> Nomis:
    return counts()


@pytest.fixture
def units(nomis: Nomis, tmp_path: Path) -> Iterator[Fetcher]:
    with serving({"nomis": nomis}) as publishers:
        yield Fetcher("business_counts", publishers, "nomis/NM_141_1", tmp_path / "sources")


def table(path: Path) -> list[dict[str, str]]:
    with (path / "business_counts.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_counts_come_in_pages_without_the_cells_of_0(nomis: Nomis, units: Fetcher):
    outcome = units()
    assert (str(outcome.as_of), outcome.is_new) == ("2025-03-01", True)
    wanted = [
        (row["GEOGRAPHY_CODE"], row["INDUSTRY_CODE"], str(row["EMPLOYMENT_SIZEBAND_CODE"]), str(row["OBS_VALUE"]))
        for row in nomis.rows.iter_rows(named=True)
        if row["EMPLOYMENT_SIZEBAND_CODE"] and row["OBS_VALUE"]
    ]
    found = table(outcome.path)
    names = ("GEOGRAPHY_CODE", "INDUSTRY_CODE", "EMPLOYMENT_SIZEBAND_CODE", "OBS_VALUE")
    assert [tuple(row[name] for name in names) for row in found] == wanted
    path = next(path for path, _ in units.publishers.asked if "recordOffset=250" in path)
    assert "geography=TYPE150" in path
    assert "industry=146801%2C146802%2C146803" in path


def test_a_uid_brings_larger_pages(units: Fetcher, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("INNOVATION_CLUSTERS_NOMIS_UID", KEY)
    units()
    assert units.publishers.times_asked("recordOffset") == 2
    assert PUBLISHERS["business_counts"].key_setting == "INNOVATION_CLUSTERS_NOMIS_UID"


def body_of(nomis: Nomis, offset: int) -> bytes:
    query = {
        "industry": "146801,146802,146803",
        "employment_sizeband": "1,2,3,4,5,6,7,8,9",
        "recordOffset": str(offset),
        "select": "DATE,GEOGRAPHY_CODE,INDUSTRY_CODE,OBS_VALUE,RECORD_OFFSET,RECORD_COUNT",
    }
    body = nomis._data(query).body
    assert isinstance(body, bytes)
    return body


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda body: body[:-20], "stops in the middle of a row"),
        (lambda body: body.splitlines(True)[0], "gives no rows from record 50 on"),
        (lambda body: b"Cell limit exceeded\r\n", "answered with no CSV: 'Cell limit exceeded"),
        (lambda body: b"<html>An error</html>", "answered with no CSV"),
        (
            lambda body: b"".join(body.splitlines(True)[:1] + body.splitlines(True)[3:]),
            "gives records 52 to 99 in 48 rows",
        ),
    ],
)
def test_a_page_of_counts_that_is_not_whole_is_asked_for_again_and_then_said(
    nomis: Nomis, units: Fetcher, spoil: Any, said: str
):
    units.publishers.faults.append(
        Fault("recordOffset=50", times=3, answer=Answer(spoil(body_of(nomis, 50)), "text/csv"))
    )
    with pytest.raises(FetchPausedError, match=said):
        units()
    assert units().is_new
    assert units.publishers.times_asked("recordOffset=0") == 1


def test_shorter_pages_make_the_same_drop(nomis: Nomis, units: Fetcher):
    clean = units().path
    units.sources = units.sources.with_name("others")
    nomis.rows_at_once = 30
    again = units().path
    assert (again / "business_counts.csv").read_bytes() == (clean / "business_counts.csv").read_bytes()


def test_a_number_of_records_that_changes_begins_anew(nomis: Nomis, units: Fetcher):
    other = body_of(nomis, 50).replace(b",324\r\n", b",330\r\n")
    units.publishers.faults.append(Fault("recordOffset=50", answer=Answer(other, "text/csv")))
    with pytest.raises(FetchError, match="had 324 records and has 330 by now: .* which begins anew"):
        units()
    assert units().is_new
    assert units.publishers.times_asked("recordOffset=0") == 2


@pytest.mark.parametrize(
    ("dimension", "codes", "said"),
    [
        ("time", {"2026": "2026"}, r"looked for a year up to 2025-05 in .*time\.def\.sdmx\.json: it has 2026"),
        (
            "geography/TYPE",
            {"TYPE464": "districts"},
            "looked for areas called '2021 super output areas - middle layer'",
        ),
        ("industry", {"37748736": "Total"}, "looked for industries called '01110 : Growing of cereals'"),
    ],
)
def test_a_definition_that_lacks_something_says_what(
    nomis: Nomis, units: Fetcher, dimension: str, codes: dict[str, str], said: str
):
    nomis.codes = {**nomis.codes, dimension: codes}
    with pytest.raises(FetchError, match=said):
        units()


def test_no_counts_at_all_are_said(nomis: Nomis, units: Fetcher):
    nomis.rows = nomis.rows.clear()
    with pytest.raises(FetchError, match="gives no rows at all: its codes are not those of the dataset any more"):
        units()


def test_an_answer_of_a_service_is_not_of_a_month_long_gone(units: Fetcher, research: Fetcher):
    with pytest.raises(FetchError, match=r"is as of today, 2025-06-06, which is more than 14 days .* after 2024-02"):
        research(Month(2024, 2))
