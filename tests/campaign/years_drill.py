"""The whole story of a month, by the words of the operations page: scheduled, late, made, approved, published, backed
up, its warehouse lost and put back, and what every program that is asked says of it at each stage.

Nothing here stands in for anything: the real daemon goes by a clock that is set on, messages arrive at a real listener,
and every command stands in the page as it is typed here.
"""

from __future__ import annotations

import re
import shlex
import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from assets.months import TIME_ZONE, Month
from pipelines.health_answer import KEPT_SECONDS
from tests.campaign.attempt import Attack, Attempt
from tests.campaign.team import Clock, Team, Ui, until
from tests.campaign.web_requests import left_behind
from tests.pipelines.alerting.listeners import Hooks, hooks
from tests.pipelines.few_drops import few_drops
from tests.publication.browser import DESKTOP, browser, chromium_path
from tests.warehouse.killing import contents

MAY = Month(2025, 5)
PAGE = Path(__file__).parents[2] / "docs" / "operations.md"
SECTION = "## The first months, step by step"
SECONDS_TO_TELL, SECONDS_TO_MAKE = 600, 1800
START = """mutation($of: ScheduleSelector!) { startSchedule(scheduleSelector: $of) {
  ... on ScheduleStateResult { scheduleState { status } } ... on PythonError { message } } }"""
TICKS = """query($of: ScheduleSelector!) { scheduleOrError(scheduleSelector: $of) { ... on Schedule {
  scheduleState { status ticks(limit: 9) { status timestamp skipReason runIds error { message } } } } } }"""
RUNS = "{ runsOrError { ... on Runs { results { runId pipelineName status tags { key value } } } } }"
LOG = """query($run: ID!) { logsForRun(runId: $run) { ... on EventConnection { events {
  ... on MessageEvent { message level } } } } }"""


@dataclass(frozen=True)
class Story:
    """A team's folder, its clock and whom it has told."""

    team: Team
    clock: Clock
    told: Hooks
    page: str
    """The section of the operations page that is walked through."""

    def typed(self, command: str) -> str:
        """What a command of the page says, with its exit code before it."""
        assert f"innovation-clusters {command}" in self.page, f"the page has no {command}"
        said = self.team.call(*shlex.split(command))
        return f"{said.returncode}: {said.stdout}"

    def stage(self, what: str, seen: Sequence[tuple[str, str]]) -> Attempt:
        """An attempt: each text has its pattern; what does not is shown whole."""
        lacking = [f"`{pattern}` not in: {text.strip()}" for pattern, text in seen if not re.search(pattern, text)]
        return Attempt(what, not lacking, " ".join(lacking) or f"{len(seen)} things as the page says")

    def asked(self, health: str, healthz: str, doctor: str, ui: Ui) -> list[tuple[str, str]]:
        """What `health`, `/healthz` and `doctor` say, each with its pattern."""
        # Whether it lives the daemon says every half minute, by the clock that may just have been set on.
        until(lambda: _fresh_healthz(ui)[1]["daemon"] == "ok" or None, SECONDS_TO_TELL, "the daemon gives no sign")
        found = [(health, self.typed("health")), (healthz, str(_fresh_healthz(ui)))]
        return [*found, (doctor, self.typed("doctor").replace("│", ""))]

    def hears(self, pattern: str) -> tuple[str, str]:
        """A pattern and the title of the message that has it, once that comes; others are passed over."""
        while not re.search(pattern, title := str(self.told.next()[1]["title"])):
            continue
        return pattern, title


def attempts(work: Path) -> Iterator[Attempt]:
    """The stages, one after the other, in one folder."""
    clock = Clock.in_folder(work)
    if clock is None:
        yield Attempt("a clock that can be set", False, "install Debian's package faketime")
        return
    with ExitStack() as stack:
        told = stack.enter_context(hooks())
        yield from story(work / "team", clock, told)


def story(folder: Path, clock: Clock, told: Hooks) -> Iterator[Attempt]:
    """Each stage of it."""
    few_drops(folder / "arriving", [MAY])
    (folder / "ours.toml").write_text("[publication]\napproval = true\n", encoding="utf-8")
    (folder / "sources").mkdir()
    settings = {
        "INNOVATION_CLUSTERS_PROFILE": "ours.toml",
        "INNOVATION_CLUSTERS_FIRST_MONTH": str(MAY),
        "INNOVATION_CLUSTERS_ALERTS": f"json://127.0.0.1:{told.port}",
        "INNOVATION_CLUSTERS_ALERT_FREE_DISK": "0",
        "INNOVATION_CLUSTERS_BACKUP": "backups",
        "INNOVATION_CLUSTERS_METRICS": "metrics",
        **clock.environment,
    }
    section = PAGE.read_text(encoding="utf-8").partition(SECTION)[2].partition("\n## ")[0]
    told_story = Story(Team(folder, settings), clock, told, section)
    clock.set(_london(5, 20, "09:00"))
    test = told_story.typed("alert --test")
    yield told_story.stage("a test message arrives", [("^0: ", test), told_story.hears("a test$")])
    with told_story.team.ui() as ui:
        yield from _scheduled(told_story, ui)
        yield from _made(told_story, ui)
        yield from _backed_up(told_story, ui)
    yield from _lost_and_restored(told_story)
    left = left_behind(told_story.team.home)
    yield Attempt("the UI is ended", not left, f"{len(left)} processes were left")


def _scheduled(story: Story, ui: Ui) -> Iterator[Attempt]:
    of = ui.selector(scheduleName="monthly_refresh")
    started = str(ui.ask(START, of=of)["startSchedule"])
    none_yet = "^1: (?s:.*)no month has been made(?s:.*)ok publication: .*nothing is published(?s:.*)ok daemon"
    said = story.asked(none_yet, r"^\(503", "warehouse.duckdb is not there yet", ui)
    yield story.stage("the schedule is turned on", [("RUNNING", started), *said])

    story.clock.set(_london(6, 6, "04:59:45"))
    skipped = _skipped(ui, "monthly_refresh", _london(6, 6, "05:00:00"))
    said = story.asked(none_yet, r"^\(503", "note +month 2025-05 +not ready: ", ui)
    yield story.stage("its day, and no drop: not started", [("^2025-05 is not ready: ", skipped), *said])

    story.clock.set(_london(6, 19, "04:59:45"))
    told = story.hears("2025-05 is late$")
    ill = story.asked(
        "^1: (?s:.*)bad publication: .* 2025-05 is late", r"^\(503", "note +month 2025-05 +not ready: ", ui
    )
    yield story.stage("late: told by a message", [told, *ill])


def _made(story: Story, ui: Ui) -> Iterator[Attempt]:
    _arrive(story.team.folder, MAY)
    ready = [("ok +month 2025-05 +ready", story.typed("doctor").replace("│", ""))]
    story.clock.set(_london(6, 20, "04:59:45"))
    until(lambda: _ended(ui, "monthly_refresh", MAY), SECONDS_TO_MAKE, "2025-05 was not made")
    told = story.hears("2025-05 waits for approval$")
    late = "^1: (?s:.*)2025-05 is late\n(?s:.*)note approval: 2025-05"
    waiting = story.asked(late, r"^\(503", "note +approval +2025-05 is made and waits", ui)
    shown = (story.team.folder / "publication-waiting" / str(MAY) / "index.html").read_text(encoding="utf-8")
    yield story.stage("its drops are there: made, and waits", [*ready, told, *waiting, ("NOT PUBLISHED", shown)])

    approved = story.typed('approve --month 2025-05 --by "Ada Reader" --note "London\'s merger looked into"')
    well = story.asked("^0: (?s:.*)2025-05 is the latest month", r"^\(200", "ok +publication +publication: 2025-05", ui)
    page = (story.team.folder / "publication" / str(MAY) / "report.html").read_text(encoding="utf-8")
    figures = (story.team.folder / "metrics" / "innovation_clusters_monthly_refresh.prom").read_text(encoding="utf-8")
    seen = [("^0: ", approved), *well, ("Ada Reader", page), ('month="2025-05"', figures)]
    yield story.stage("approved: published", seen)


def _backed_up(story: Story, ui: Ui) -> Iterator[Attempt]:
    story.clock.set(_london(6, 21, "03:59:45"))
    until(lambda: _newest_backup(story), SECONDS_TO_MAKE, "no backup was taken after the 20th")
    until(lambda: _ended(ui, "backup", None), SECONDS_TO_MAKE, "the backup did not end")
    well = story.asked("^0: ", r"^\(200", "ok +schema", ui)
    yield story.stage("the night after: backed up by the schedule", well)


def _lost_and_restored(story: Story) -> Iterator[Attempt]:
    folder = story.team.folder
    warehouse = folder / "warehouse.duckdb"
    rows, published = contents(warehouse), _published(folder)
    warehouse.unlink()
    why = "warehouse:? +warehouse.duckdb is not there, and 2025-05 is published"
    with story.team.ui() as ui:
        ill = story.asked(f"^1: (?s:.*)bad {why}", r"^\(503", f"bad +{why}", ui)
    yield story.stage("the warehouse is lost", ill)

    restored = story.typed("restore --from backups")
    is_same = str(contents(warehouse) == rows)
    again = story.typed("publish --month 2025-05")
    bytes_of = str(_published(folder) == published)
    with story.team.ui() as ui:
        until(lambda: _fresh_healthz(ui)[0] == 200 or None, SECONDS_TO_TELL, f"not well: {_fresh_healthz(ui)}")
        well = story.asked("^0: ", r"^\(200", "ok +schema", ui)
        state = str(ui.ask(TICKS, of=ui.selector(scheduleName="monthly_refresh")))
        well += [("'status': 'RUNNING'", state), *_shown(ui)]
    seen = [("^0: (?s:.*)months 2025-05", restored), ("True", is_same), ("^0: ", again), ("True", bytes_of)]
    yield story.stage("put back: the same rows, the same release, the schedule still on", [*seen, *well])


def _shown(ui: Ui) -> list[tuple[str, str]]:
    """What a person sees of the release in the UI, where there is a browser."""
    if chromium_path() is None:
        return []
    with browser() as chromium:
        tab = chromium.new_page(viewport={"width": DESKTOP["width"], "height": DESKTOP["height"]})
        tab.goto(f"{ui.address}/assets/publication/files?view=events&partition={MAY}")
        tab.get_by_text("Approved for publication by Ada Reader").first.wait_for(timeout=240_000)
        return [("Approved for publication by Ada Reader", tab.content())]


def _arrive(folder: Path, month: Month) -> None:
    """Move a month's drops in, each once it is whole."""
    for drop in sorted((folder / "arriving").glob(f"*/{month}*")):
        target = folder / "sources" / drop.parent.name
        target.mkdir(parents=True, exist_ok=True)
        shutil.move(drop, target / drop.name)


def _london(month: int, day: int, time: str) -> datetime:
    return datetime.fromisoformat(f"2025-{month:02}-{day:02}T{time}").replace(tzinfo=ZoneInfo(TIME_ZONE))


def _skipped(ui: Ui, schedule: str, moment: datetime) -> str:
    """Why a schedule started nothing at a moment, once it has looked."""
    of = ui.selector(scheduleName=schedule)

    def reason() -> str | None:
        ticks = ui.ask(TICKS, of=of)["scheduleOrError"]["scheduleState"]["ticks"]
        (found, *_) = [*[tick for tick in ticks if tick["timestamp"] == moment.timestamp()], {"status": ""}]
        return str(found["skipReason"]) if found["status"] == "SKIPPED" else None

    return until(reason, SECONDS_TO_TELL, f"{schedule} was not skipped at {moment}")


def _ended(ui: Ui, job: str, month: Month | None) -> bool | None:
    """Whether the last run of a job has succeeded; None while there is none or it goes on."""
    for run in ui.ask(RUNS)["runsOrError"]["results"]:
        tags = {tag["key"]: tag["value"] for tag in run["tags"]}
        if run["pipelineName"] == job and (month is None or tags.get("dagster/partition") == str(month)):
            assert run["status"] not in ("FAILURE", "CANCELED"), f"{job}: {run['status']}: {_why(ui, run['runId'])}"
            return True if run["status"] == "SUCCESS" else None
    return None


def _why(ui: Ui, run: str) -> str:
    """What a run says last."""
    events = ui.ask(LOG, run=run)["logsForRun"]["events"]
    return " ".join(str(event.get("message")) for event in events[-4:])


def _newest_backup(story: Story) -> Path | None:
    """The newest backup, where it is of the last night."""
    found = sorted((story.team.folder / "backups").glob("backup-*"))
    return found[-1] if found and found[-1].name >= "backup-20250621" else None


def _fresh_healthz(ui: Ui) -> tuple[int, dict[str, str]]:
    """What `/healthz` answers once the answer before no longer holds."""
    time.sleep(KEPT_SECONDS)
    return ui.healthz()


def _published(folder: Path) -> dict[str, bytes]:
    """The files that the publication's links lead to."""
    publication = folder / "publication"
    return {
        path.relative_to(publication).as_posix(): path.read_bytes()
        for path in sorted((publication / str(MAY)).rglob("*"))
        if path.is_file()
    }


ATTACK = Attack(
    "years-drill",
    "by the operations page's words alone a month is scheduled, late, made, approved, published, backed up by the "
    "schedule, its warehouse lost and put back, with the real daemon on a clock that is set on and a real listener; "
    "held: at each stage commands, messages, `health`, `/healthz` and `doctor` say what the page says",
    attempts,
)
