"""Fetching a dataset for a month: what the publisher has, whether it is here already, bringing it, moving it in.

What belongs here: the order of these, and the date that a drop bears. What does not: any publisher (`publishers`), what
is inside a drop (`sources`).

A drop bears the date of its publisher's release where that is not after the month's last day. What stands at a
publisher some days into the next month, as the register of companies or an answer of a live service, is the month's
too, and bears its last day: else nothing that is published monthly could be of the month that it is published for.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from assets.fetch.changes import Change
from assets.fetch.limits import SETTINGS, Limits
from assets.fetch.problems import FetchError
from assets.fetch.provenance import Provenance, read_from
from assets.fetch.releases import Publisher, Release, Visit
from assets.fetch.shape_file import look_at, shape_beside
from assets.fetch.staging import FOLDER, Staging, staging
from assets.fetch.transport import Client, Tell, nobody, user_agent
from assets.months import Month
from assets.sources import dated_drops
from assets.synthetic import HEADER, mark_folder

ADDRESS = re.compile(r"[a-z][a-z0-9+.-]+:/", re.IGNORECASE)
"""How the address of an object store begins, also where it was taken for a path: that has one stroke of the two."""


@dataclass(frozen=True)
class Outcome:
    """What became of a fetch."""

    dataset: str
    as_of: date
    path: Path
    """The drop."""
    is_new: bool
    """Whether it came now; it was here before otherwise."""
    provenance: Provenance | None
    """None of a drop that a person put there."""
    seconds: float = 0.0
    changes: tuple[Change, ...] = ()
    """What changed at the publisher with the drop; nothing of one that was not looked at when it came."""

    @property
    def bytes(self) -> int:
        """Bytes of the drop's files, where they were fetched."""
        return sum(file.bytes for file in self.provenance.files) if self.provenance else 0


def fetch(
    publisher: Publisher,
    sources: Path,
    month: Month,
    limits: Limits,
    today: Callable[[], date] = date.today,
    tell: Tell = nobody,
) -> Outcome:
    """Bring a dataset's newest release for a month into the sources, unless it is here already.

    Raises FetchError in one sentence for whatever hinders it; nothing that lies in the sources is changed.
    """
    started, day = time.monotonic(), today()
    if ADDRESS.match(str(sources)):
        raise FetchError(f"{sources} is no local folder: fetch into one, and move the drops on from there")
    user_agent(limits)
    with staging(sources, publisher.dataset) as held, Client(limits, sources / FOLDER, tell) as client:
        address = limits.addresses.get(publisher.dataset) or publisher.address
        visit = Visit(client, address, month, day, publisher.key())
        release = publisher.find(visit)
        as_of = dated_for(release, month, day, limits)
        here = _here(sources, publisher.dataset, release, as_of, month)
        if here is not None:
            return here
        held.begin({"name": release.name, "parts": dict(release.parts)})
        publisher.bring(visit, release, held)
        held.tidy()
        made = _provenance(publisher, release, held, day)
        made.write(held.drop)
        if any(HEADER in file.headers for file in held.files):
            mark_folder(held.drop)
        drops = sources / publisher.dataset
        tell(f"looking at what came of {release.name}")
        shape = look_at(publisher.dataset, held.drop, drops, as_of, release.dated or as_of, limits)
        shape.write(held.drop)
        target = drops / str(as_of)
        held.move_in(target)
    changed = tuple(shape.held())
    return Outcome(publisher.dataset, as_of, target, True, made, time.monotonic() - started, changed)


def dated_for(release: Release, month: Month, today: date, limits: Limits) -> date:
    """The date that a release bears as a drop of a month. Raises FetchError for one that is not of the month."""
    dated = release.dated or today
    if dated <= month.last_day:
        # A release of the month under way may bear its end: no drop is of a day to come.
        return min(dated, today)
    if dated - month.last_day > timedelta(days=limits.late_days):
        what = f"{release.name} is as of {dated}" if release.dated else f"{release.name} is as of today, {today}"
        raise FetchError(
            f"{what}, which is more than {limits.late_days} days ({SETTINGS['late_days']}) after {month}: the "
            "publisher does not offer what stood then; put a drop of that month in the sources by hand, if you have one"
        )
    return month.last_day


def _here(sources: Path, dataset: str, release: Release, as_of: date, month: Month) -> Outcome | None:
    """The drop that makes fetching needless: of the same date, or of the same release and not after the month."""
    for dated, path in sorted(dated_drops(sources / dataset).items(), reverse=True):
        known = read_from(path)
        is_release = known is not None and known.release == release.name and not release.is_live
        if dated == as_of or (is_release and dated <= month.last_day):
            shape = shape_beside(path)
            return Outcome(dataset, dated, path, False, known, changes=tuple(shape.held()) if shape else ())
    return None


def _provenance(publisher: Publisher, release: Release, held: Staging, today: date) -> Provenance:
    origin = publisher.origin
    return Provenance(
        publisher.dataset,
        release.name,
        str(release.dated) if release.dated else None,
        origin.publisher,
        origin.licence.title,
        origin.licence.path or "",
        origin.attribution_in((release.dated or today).year) or "",
        tuple(held.files),
    )
