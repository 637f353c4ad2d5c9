"""What the tests of publishers share: a fetch from a local publisher, quick and quiet, and small files to serve."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from assets.fetch.fetching import Outcome, fetch
from assets.fetch.limits import Limits
from assets.fetch.registry import PUBLISHERS
from assets.months import Month
from synthetic_uk.publishers.server import LocalPublishers

MAY = Month(2025, 5)
TODAY = date(2025, 6, 6)
"""The day on which the month is fetched."""
QUICK = Limits(
    contact="tests@example.org",
    pace_s=0,
    first_wait_s=0.01,
    longest_wait_s=1.5,
    tries=3,
    timeout_s=60,
    free_disk_bytes=0,
)


@dataclass
class Fetcher:
    """Fetches one dataset from a local publisher into a folder."""

    dataset: str
    publishers: LocalPublishers
    path: str
    """Of what the address setting names, below the server's address."""
    sources: Path
    limits: Limits = QUICK
    today: date = TODAY
    told: list[str] = field(default_factory=list)

    def __call__(self, month: Month = MAY, **limits: object) -> Outcome:
        addresses = {self.dataset: f"{self.publishers.address}/{self.path}"}
        held = replace(self.limits, addresses=addresses, **limits)
        return fetch(PUBLISHERS[self.dataset], self.sources, month, held, lambda: self.today, self.told.append)

    def drops(self) -> dict[str, list[str]]:
        """The drops that lie there, with the names of their files of data."""
        folder = self.sources / self.dataset
        return {
            drop.name: sorted(file.name for file in drop.iterdir() if not file.name.startswith("_"))
            for drop in sorted(folder.iterdir() if folder.is_dir() else ())
        }


def zipped(members: Mapping[str, str | bytes]) -> bytes:
    """A ZIP file of members, the same bytes each time."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name, (2025, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)
    return packed.getvalue()
