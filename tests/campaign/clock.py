"""Clocks that jump: the hours at which summer time begins and ends, a clock that is set back, other time zones."""

from __future__ import annotations

import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, time
from itertools import takewhile
from pathlib import Path
from zoneinfo import ZoneInfo

import dagster as dg
from dagster._utils.schedules import schedule_execution_time_iterator

from assets.months import TIME_ZONE, Month, month_range
from pipelines.jobs import monthly_refresh
from pipelines.schedules import monthly_schedule
from pipelines.settings import Settings
from tests.campaign.attempt import Attack, Attempt
from tests.campaign.command_line import PROGRAM, usual_environment
from tests.pipelines.few_drops import few_drops
from tests.sources.support import put
from tests.warehouse.killing import contents

LONDON = ZoneInfo(TIME_ZONE)
MONTHS = (Month(2025, 1), Month(2025, 2))
LIBRARIES = (
    Path("/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1"),
    Path("/usr/lib/aarch64-linux-gnu/faketime/libfaketime.so.1"),
)
NEEDS = "the command line's clock needs libfaketime"
MOMENTS = (
    ("the hour that summer time leaves out", TIME_ZONE, "2025-03-30 01:30:00", "2025-03-30 01:30:00"),
    ("half a minute before summer time", TIME_ZONE, "2025-03-30 00:59:45", "2025-03-30 00:59:45"),
    ("the hour that comes twice", TIME_ZONE, "2025-10-26 01:30:00", "2025-10-26 01:30:00"),
    ("a clock set back by a day between two months", TIME_ZONE, "2025-10-27 09:00:00", "2025-10-26 08:00:00"),
    ("a clock set back by an hour", "UTC", "2025-06-02 09:00:00", "2025-06-02 08:00:00"),
    ("fourteen hours before UTC", "Pacific/Kiritimati", "2025-03-30 14:30:00", "2025-03-30 15:30:00"),
    ("nine and a half hours behind", "Pacific/Marquesas", "2025-03-29 15:30:00", "2025-03-29 16:00:00"),
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
    library = next((path for path in LIBRARIES if path.exists()), None)
    if library is None:
        yield Attempt("months that are made at such moments", False, NEEDS)
        return
    base = work / "base"
    few_drops(base / "sources", MONTHS)
    alone = _made(base, work / "alone", {}, ("", ""))
    for what, zone, first, second in MOMENTS:
        preset = {"LD_PRELOAD": str(library), "TZ": zone, "FAKETIME_DONT_FAKE_MONOTONIC": "1", "NO_FAKE_STAT": "1"}
        found = _made(base, work / "at", preset, (f"@{first}", f"@{second}"))
        yield Attempt(
            f"{what} ({zone}, {first})", found == alone, "the same rows" if found == alone else str(found)[:600]
        )


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


def _made(base: Path, folder: Path, preset: Mapping[str, str], clocks: tuple[str, str]) -> Mapping[str, object]:
    """What two months are that are made at these times; what is said where one is not made."""
    shutil.copytree(base, folder)
    for month, clock in zip(MONTHS, clocks, strict=True):
        run = subprocess.run(
            [PROGRAM, "refresh", "--month", str(month), "--select", "sources,organisations", "--even-so"],
            cwd=folder,
            env={**usual_environment(), **preset, **({"FAKETIME": clock} if clock else {})},
            capture_output=True,
            text=True,
            check=False,
        )
        if run.returncode:
            return {"status": run.returncode, "said": run.stderr.strip()[-500:]}
    found = contents(folder / "warehouse.duckdb")
    shutil.rmtree(folder)
    return found


ATTACK = Attack(
    "clock",
    "the schedule's moments through two years at five hours, those at which summer time begins and ends among them; "
    "months that the command line makes in the hour that is left out, in the one that comes twice, with a clock that "
    "is set back, in zones far from UTC; held: every day has one moment, no month is missed, and the rows are the same",
    attempts,
)
