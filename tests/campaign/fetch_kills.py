"""Kills while drops are fetched."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator, Mapping
from multiprocessing.connection import Connection
from pathlib import Path

from assets.fetch.fetching import fetch
from assets.fetch.limits import Limits
from assets.fetch.registry import PUBLISHERS
from assets.fetch.shape_file import FILE as SHAPE_FILE
from synthetic_uk.publishers.files import ListedFiles
from synthetic_uk.publishers.server import serving
from synthetic_uk.publishers.services import Gateway
from tests.campaign.attempt import Attack, Attempt
from tests.publishers.support import MAY, QUICK, TODAY
from tests.publishers.test_companies_house import part
from tests.warehouse.killing import killed

KILLS, SEED = 60, 20261128
PARTS, OBJECTS = 7, {"projects": 3000, "funds": 2000, "organisations": 1000}
BEYOND_THE_END = 1.1
"""Kills fall between the start of a fetch and a little after the seconds that one takes which nothing kills."""


def attempts(work: Path) -> Iterator[Attempt]:
    """Kill a process that fetches two datasets, and fetch again: the drops are those of a fetch that nothing killed."""
    house = ListedFiles("en_output.html", dict(part(number, parts=PARTS) for number in range(1, PARTS + 1)))
    gateway = Gateway({kind: [{"id": f"{kind}-{n}"} for n in range(count)] for kind, count in OBJECTS.items()})
    with serving({"house": house, "gtr": gateway}) as publishers:
        addresses = {
            "companies_house": f"{publishers.address}/house/en_output.html",
            "ukri": f"{publishers.address}/gtr",
        }
        seconds = _fetched(work / "whole", addresses, None)
        assert seconds is not None
        whole = _content(work / "whole")
        draw = random.Random(SEED)
        for number in range(KILLS):
            sources = work / f"kill-{number}"
            moment = draw.uniform(0.0, seconds * BEYOND_THE_END)
            ended = _fetched(sources, addresses, moment)
            seconds = ended or seconds
            left = _content(sources)
            is_whole = all(whole.get(path) == content for path, content in left.items())
            _fetched(sources, addresses, None)
            is_same = _content(sources) == whole
            what = f"kill {number} after {moment:.3f} s" + ("" if ended is None else ", when it had ended")
            seen = f"{len(left)} of {len(whole)} files were in; then {'the same bytes' if is_same else 'other bytes'}"
            yield Attempt(what, is_whole and is_same, seen)
            shutil.rmtree(sources, ignore_errors=True)


def _fetched(sources: Path, addresses: Mapping[str, str], killed_after: float | None) -> float | None:
    """Have a process fetch, and kill it after so many seconds; the seconds that it took, None where it was killed."""
    return killed(_fetch, (sources, dict(addresses)), killed_after)


def _fetch(sources: Path, addresses: dict[str, str], ready: Connection) -> None:
    ready.send(None)
    limits = Limits(contact=QUICK.contact, pace_s=0, first_wait_s=0.01, free_disk_bytes=0, addresses=addresses)
    for dataset in addresses:
        fetch(PUBLISHERS[dataset], sources, MAY, limits, lambda: TODAY)


def _content(sources: Path) -> dict[str, bytes]:
    """The files of data of all drops that lie there, and what these look like."""
    return {
        path.relative_to(sources).as_posix(): path.read_bytes()
        for dataset in ("companies_house", "ukri")
        for path in sorted((sources / dataset).rglob("*"))
        if path.is_file() and (path.name[0] not in "._" or path.name == SHAPE_FILE)
    }


ATTACK = Attack(
    "fetch-kills",
    "a process that fetches from local publishers is killed at any moment; held: what lies in the sources is whole "
    "drops alone, and the next fetch ends with the same bytes",
    attempts,
)
