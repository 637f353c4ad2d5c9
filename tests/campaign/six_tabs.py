"""Six pages of the UI open in a browser while months are made that were started from one of them."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import dagster as dg

from assets.months import Month, month_range
from tests.campaign.attempt import Attack, Attempt
from tests.campaign.running_ui import RunningUi, start_ui
from tests.pipelines.few_drops import few_drops
from tests.publication.browser import browser, chromium_path

if TYPE_CHECKING:
    from playwright.sync_api import Page

MONTHS = month_range(Month(2025, 2), Month(2025, 5))
LAYERS = ("sources", "reference")
PAGES = {
    "assets": "/assets",
    "runs": "/runs",
    "timeline": "/overview/activity/timeline",
    "an asset": "/assets/sources/idbr_enterprises?view=events",
    "checks": "/assets/sources/drops?view=checks",
    "automation": "/automation",
}
NODES = "{ assetNodes { assetKey { path } groupName } }"
LAUNCH = """mutation ($given: LaunchBackfillParams!) { launchPartitionBackfill(backfillParams: $given) {
    __typename ... on LaunchBackfillSuccess { backfillId } ... on PythonError { message } } }"""
FETCH = """async ([query, given]) => (await (await fetch('/graphql', {method: 'POST',
    headers: {'Content-Type': 'application/json'}, body: JSON.stringify({query, variables: {given}})})).json())"""
"""How a page asks, as the UI's own script does."""
WRONG = re.compile(r"(?:unexpected|GraphQL|network) error|error (?:has )?occurred", re.IGNORECASE)
"""What a page shows where something went wrong in it."""
LOOK_EVERY_SECONDS, SECONDS, NEEDS = 3.0, 1500, "no Chromium"
MOST_GROWTH_MB = 300
"""By how much the web server's memory may grow with six pages open."""


def attempts(work: Path) -> Iterator[Attempt]:
    """One backfill, watched from six pages."""
    if chromium_path() is None:
        yield Attempt("a browser", False, NEEDS)
        return
    few_drops(work / "sources", MONTHS)
    (work / "dagster_home").mkdir()
    ui = start_ui(work)
    try:
        with browser() as chromium:
            context = chromium.new_context(viewport={"width": 1200, "height": 800})
            yield from _watched(ui, {name: context.new_page() for name in PAGES})
    finally:
        ui.process.terminate()
        ui.process.wait()


def _watched(ui: RunningUi, pages: dict[str, Page]) -> Iterator[Attempt]:
    troubles: dict[str, list[str]] = {name: [] for name in pages}
    for name, page in pages.items():
        _listen(page, troubles[name])
        page.goto(f"http://127.0.0.1:{ui.port}{PAGES[name]}", wait_until="domcontentloaded", timeout=180_000)
    first = next(iter(pages.values()))
    nodes = _asked(first, NODES, None)["assetNodes"]
    keys = [{"path": node["assetKey"]["path"]} for node in nodes if node["groupName"] in LAYERS]
    before = _memory_mb(ui.process.pid)
    given = {"assetSelection": keys, "partitionNames": [str(month) for month in reversed(MONTHS)]}
    backfill = _asked(first, LAUNCH, given)["launchPartitionBackfill"]["backfillId"]
    most, runs, latest = before, list[dg.DagsterRun](), time.monotonic() + SECONDS
    while time.monotonic() < latest and not (len(runs) == len(MONTHS) and all(run.is_finished for run in runs)):
        first.wait_for_timeout(LOOK_EVERY_SECONDS * 1000)
        most = max(most, _memory_mb(ui.process.pid))
        runs = _runs(ui.home, backfill)
        for name, page in pages.items():
            if shown := WRONG.search(page.locator("body").inner_text(timeout=180_000)):
                troubles[name].append(f"shows {shown[0]!r}")
    for name, found in troubles.items():
        yield Attempt(
            f"the page of {name}", not found, "; ".join(found[:3]) or "no error was shown, logged or answered"
        )
    made = [f"{run.tags['dagster/partition']} {run.status.value}" for run in runs]
    expected = [f"{month} {dg.DagsterRunStatus.SUCCESS.value}" for month in MONTHS]
    yield Attempt("the months, in order", made == expected, ", ".join(made))
    seen = f"{before:.0f} MB before the backfill, {most:.0f} MB at the most"
    yield Attempt("the web server's memory", most - before < MOST_GROWTH_MB, seen)


def _listen(page: Page, troubles: list[str]) -> None:
    """Note what goes wrong in a page: exceptions of its script, and answers that are errors."""
    page.on("pageerror", lambda error: troubles.append(f"exception {error}"))
    page.on(
        "response", lambda answer: troubles.append(f"{answer.status} {answer.url}") if answer.status >= 400 else None
    )


def _asked(page: Page, query: str, given: Any) -> dict[str, Any]:
    answer = page.evaluate(FETCH, [query, given])
    assert "errors" not in answer, answer
    return dict(answer["data"])


def _runs(home: Path, backfill: str) -> list[dg.DagsterRun]:
    """The backfill's runs in the order in which they were started."""
    with dg.DagsterInstance.from_config(str(home)) as instance:
        records = instance.get_run_records(dg.RunsFilter(tags={"dagster/backfill": backfill}))
    ordered = sorted(records, key=lambda record: (record.start_time or float("inf"), record.create_timestamp))
    return [record.dagster_run for record in ordered]


def _memory_mb(pid: int) -> float:
    """What a process holds in memory."""
    found = re.search(r"^VmRSS:\s+(\d+) kB$", Path(f"/proc/{pid}/status").read_text(encoding="ascii"), re.MULTILINE)
    assert found
    return int(found[1]) / 1000


ATTACK = Attack(
    "six-tabs",
    "six pages of the UI (assets, runs, timeline, an asset, its checks, automation) stay open in Chromium while a "
    "backfill of four months, started from one of them, the latest month first, goes on; held: no page shows an error, "
    "none is answered with one, the months are made in order, and the web server's memory grows by less than 300 MB",
    attempts,
)
