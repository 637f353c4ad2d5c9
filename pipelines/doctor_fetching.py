"""What `doctor` says of fetching: each dataset's newest drop, its age, when the next is due, what changed there."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

from assets.fetch.changes import said
from assets.fetch.limits import SETTINGS
from assets.fetch.problems import FetchError
from assets.fetch.provenance import read_from
from assets.fetch.registry import PUBLISHERS
from assets.fetch.releases import Publisher
from assets.fetch.shape_file import shape_beside
from assets.fetch.staging import under_way
from assets.fetch.transport import user_agent
from assets.sources import dated_drops
from pipelines.finding import Finding
from pipelines.settings import Settings


def fetching_findings(settings: Settings, today: date) -> Iterator[Finding]:
    """What is said of each dataset that has a publisher; of those without a drop only where fetching is set up."""
    if "://" in settings.sources:
        yield Finding("note", "fetching", f"{settings.sources} is no local folder: nothing can be fetched into it")
        return
    try:
        user_agent(settings.limits)
    except FetchError:
        is_set_up = False
        yield Finding("note", "fetching", f"off: {SETTINGS['contact']} names no one whom publishers can turn to")
    else:
        is_set_up = True
        first = f"; the monthly schedule fetches {', '.join(settings.fetched)} first" if settings.fetched else ""
        yield Finding("ok", "fetching", f"publishers can turn to {settings.limits.contact}{first}")
    for publisher in PUBLISHERS.values():
        yield from _of_dataset(publisher, Path(settings.sources), today, is_set_up)


def _of_dataset(publisher: Publisher, sources: Path, today: date, is_set_up: bool) -> Iterator[Finding]:
    what = f"fetch {publisher.dataset}"
    command = f"innovation-clusters fetch --dataset {publisher.dataset}"
    if (release := under_way(sources, publisher.dataset)) is not None:
        yield Finding("note", what, f"{release} is being fetched, or its fetch has stopped: {command} goes on with it")
    drops = dated_drops(sources / publisher.dataset)
    if not drops:
        if is_set_up:
            yield Finding("note", what, f"no drop yet: {command}")
        return
    newest = max(drops)
    shape = shape_beside(drops[newest])
    for change in shape.held() if shape else ():
        yield Finding("note", what, said(publisher.dataset, change))
    known = read_from(drops[newest])
    released = date.fromisoformat(known.dated) if known and known.dated else newest
    due = released + timedelta(days=publisher.every_days)
    name = f"{drops[newest].name} ({known.release})" if known else f"{drops[newest].name}, put there by hand"
    age = _age(newest, today)
    if due > today:
        yield Finding("ok", what, f"{name}, {age}; the publisher's next is due about {due}")
    else:
        yield Finding("note", what, f"{name}, {age}; the publisher's next was due about {due}: {command}")


def _age(newest: date, today: date) -> str:
    """How old a drop is; one of the month under way may bear a day to come, as that month's end."""
    days = (today - newest).days
    if days < 0:
        return "of the month under way, as of a day to come"
    return f"{days} day{'' if days == 1 else 's'} old"
