"""Clocks that jump: the hours at which summer time begins and ends, a clock that is set back, other time zones."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, time
from itertools import takewhile, zip_longest
from pathlib import Path
from zoneinfo import ZoneInfo

import dagster as dg
from dagster._utils.schedules import schedule_execution_time_iterator

from assets.months import TIME_ZONE, Month, month_range
from assets.warehouse.database import Warehouse
from pipelines.jobs import monthly_refresh
from pipelines.schedules import monthly_schedule
from pipelines.settings import Settings
from tests.campaign.attempt import Attack, Attempt
from tests.campaign.team import Clock, Team
from tests.pipelines.few_drops import few_drops
from tests.sources.support import put
from tests.warehouse.killing import contents

LONDON = ZoneInfo(TIME_ZONE)
MONTHS = (Month(2025, 1), Month(2025, 2))
FAILED = "a month was not made"
NEEDS = "the command line's clock needs Debian's package faketime"
MOMENTS = (
    ("after the hour that summer time leaves out", TIME_ZONE, "2025-03-30T02:30:00+01:00", "2025-03-30T02:40:00+01:00"),
    ("seconds before summer time", TIME_ZONE, "2025-03-30T00:59:55+00:00", "2025-03-30T00:59:55+00:00"),
    ("the hour that comes twice", TIME_ZONE, "2025-10-26T01:30:00+01:00", "2025-10-26T01:30:00+00:00"),
    ("seconds before it comes again", TIME_ZONE, "2025-10-26T01:59:55+01:00", "2025-10-26T01:59:55+01:00"),
    (
        "a clock set back by a day between two months",
        TIME_ZONE,
        "2025-10-27T09:00:00+00:00",
        "2025-10-26T08:00:00+00:00",
    ),
    ("a clock set back by an hour", "UTC", "2025-06-02T09:00:00+00:00", "2025-06-02T08:00:00+00:00"),
    ("fourteen hours before UTC", "Pacific/Kiritimati", "2025-03-30T14:30:00+14:00", "2025-03-30T15:30:00+14:00"),
    ("nine and a half hours behind", "Pacific/Marquesas", "2025-03-29T15:30:00-09:30", "2025-03-29T16:00:00-09:30"),
)
"""What, the zone of the machine, its clock as the first month is made and as the second is."""
HOURS = (0, 1, 2, 4, 23)
"""Of the profile: at which the schedule looks; summer time begins and ends at 1."""
LAST = Month(2026, 10)
"""The schedule is asked about each month until this one."""


def attempts(work: Path) -> Iterator[Attempt]:
    """The schedule's own moments through two years, then months that the command line makes at such moments."""
    for hour in HOURS:
        yield scheduled(work / f"hour-{hour}", hour)
    (work / "clock").mkdir()
    clock = Clock.in_folder(work / "clock")
    if clock is None:
        yield Attempt("months that are made at such moments", False, NEEDS)
        return
    base = work / "base"
    few_drops(base / "sources", MONTHS)
    Warehouse(base / "warehouse.duckdb").create()
    alone = _made(Team(_copied(base, work / "alone")), None, ())
    assert FAILED not in alone, alone
    for what, zone, *moments in MOMENTS:
        team = Team(_copied(base, work / "at"), {**clock.environment, "TZ": zone})
        found = _made(team, clock, [datetime.fromisoformat(moment) for moment in moments])
        same = found == alone
        yield Attempt(f"{what} ({zone}, {moments[0]})", same, "the same rows" if same else _told(found, alone))


def scheduled(folder: Path, hour: int, last: Month = LAST) -> Attempt:
    """Each month, its drops there on the day after it: made once, and not left out."""
    months = month_range(Month(2025, 1), last)
    profile = put(folder, "hour.toml", f"[refresh]\nhour = {hour}\nwait_days = 0\n")
    settings = Settings(sources=str(folder / "sources"), profiles=(str(profile),))
    for month in months:
        for dataset in ("postcodes", "companies_house"):
            put(folder / "sources", f"{dataset}/{month}.csv", "")
    schedule = monthly_schedule(settings, monthly_refresh.name)
    end = datetime.combine(last.plus(2).first_day, time(), LONDON)
    start = datetime(2025, 2, 1, tzinfo=LONDON).timestamp()
    ticks = [
        *takewhile(
            lambda tick: tick < end, schedule_execution_time_iterator(start, str(schedule.cron_schedule), TIME_ZONE)
        )
    ]
    days = Counter(tick.astimezone(LONDON).date() for tick in ticks)
    twice = [str(day) for day, times in days.items() if times > 1]
    asked: Counter[str] = Counter()
    for tick in ticks:
        with dg.build_schedule_context(scheduled_execution_time=tick.astimezone(UTC)) as context:
            answer = schedule(context)
        if isinstance(answer, dg.RunRequest):
            asked[str(answer.run_key)] += 1
    wanted = {f"scheduled-{month}" for month in months}
    missed = sorted(wanted - set(asked))
    seen = f"{len(ticks)} ticks; days with two: {twice or 'none'}; months missed: {missed or 'none'}"
    return Attempt(f"the schedule at {hour:02d}:00 London time", set(asked) == wanted and not twice, seen)


def _copied(base: Path, folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    return Path(shutil.copytree(base, folder))


def _made(team: Team, clock: Clock | None, moments: Sequence[datetime]) -> Mapping[str, object]:
    """What two months are that are made at these moments; what is said where one is not made."""
    for month, moment in zip_longest(MONTHS, moments):
        if clock is not None and moment is not None:
            clock.set(moment)
        run = team.call("refresh", "--month", str(month), "--select", "sources,organisations", "--even-so")
        if run.returncode:
            return {FAILED: run.stdout.strip()[-500:]}
    return contents(team.folder / "warehouse.duckdb")


def _told(found: Mapping[str, object], alone: Mapping[str, object]) -> str:
    """What is not as it is with the machine's own clock."""
    if FAILED in found:
        return f"{FAILED}: {found[FAILED]}"
    return f"other rows in {', '.join(sorted(name for name in alone if found.get(name) != alone[name]))}"


ATTACK = Attack(
    "clock",
    "the schedule's moments through two years at five hours, those at which summer time begins and ends among them; "
    "months that the command line makes as summer time begins, in the hour that comes twice, with a clock that is set "
    "back between them, in zones far from UTC; held: every day has one moment, no month is missed, and the rows are "
    "those of the machine's own clock",
    attempts,
)
