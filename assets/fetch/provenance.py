"""Where a drop came from: written into it as it is fetched, read from it wherever it has been moved since.

What belongs here: the file `_provenance.json` of a drop's folder, whose name keeps it from being read as data. What
does not: the table that a month's drops fill from it (`steps`).
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path

from pydantic import TypeAdapter

from assets.fetch.downloads import Fetched

FILE = "_provenance.json"


@dataclass(frozen=True)
class Provenance:
    """What is known of a fetched drop."""

    dataset: str
    release: str
    """The publisher's own name of the release."""
    dated: str | None
    """Day that the publisher's release is as of; None of what is as of the moment at which it was asked for."""
    publisher: str
    licence: str
    licence_address: str
    attribution: str
    files: tuple[Fetched, ...]

    def write(self, folder: Path) -> None:
        """Write it into a drop's folder."""
        (folder / FILE).write_text(json.dumps(asdict(self), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def read_provenance(text: str) -> Provenance | None:
    """What a file says; None where it is not of this form, or names a file twice or none."""
    try:
        provenance = TypeAdapter(Provenance).validate_json(text, strict=True)
        for file in provenance.files:
            datetime.fromisoformat(file.fetched_at)
        if provenance.dated:
            date.fromisoformat(provenance.dated)
    except ValueError:
        return None
    names = {file.name for file in provenance.files}
    return provenance if names and len(names) == len(provenance.files) else None


def read_from(folder: Path) -> Provenance | None:
    """What is known of where a drop came from; None where it was not fetched."""
    try:
        return read_provenance((folder / FILE).read_text(encoding="utf-8"))
    except OSError:
        return None
