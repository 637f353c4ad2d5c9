"""ZIPs of filings: how their members end, and which of some tags stand in a few of them.

What belongs here: names, and a look at some pages. What does not: figures (`readers/account_filings`).
"""

from __future__ import annotations

import re
import zipfile
from pathlib import PurePosixPath

from assets.sources.shapes.shape import FileKind, Found, Tally

FILING = re.compile(r"Prod\d+_\d+_[^_]+_\d{8}\.\w+")
FILINGS_LOOKED_AT = 200
"""Of a ZIP, evenly spaced over it."""
PAGE_BYTES = 4 << 20
"""Of a filing that are looked at; a page with pictures in it has more."""
TAG = re.compile(rb"""\bname=["'][\w.-]+:(\w+)["']""")
ENDING, NESTED, OTHERS = "ending", "zip of filings", "no filing's name"


def look_at_filings(found: Found, kind: FileKind, tally: Tally) -> None:
    """Add a ZIP's members: `ending` counts how they are named, and columns are the tags of `kind` that were seen."""
    with zipfile.ZipFile(found.path) as archive:
        members = [info for info in archive.infolist() if not info.is_dir()]
        names = [PurePosixPath(info.filename).name for info in members]
        endings = [_ending(name) for name in names]
        tally.add_words(ENDING, [(ending, endings.count(ending)) for ending in dict.fromkeys(endings)])
        tally.records += len(members)
        pages = [info for info, ending in zip(members, endings, strict=True) if ending in ("html", "xml")]
        seen: set[bytes] = set()
        for info in pages[:: max(1, len(pages) // FILINGS_LOOKED_AT)]:
            with archive.open(info) as page:
                seen |= set(TAG.findall(page.read(PAGE_BYTES)))
    for tag in kind.tags:
        if tag.encode() in seen:
            tally.columns[tag] = tally.columns.get(tag, 0) + 1


def _ending(name: str) -> str:
    ending = name.rpartition(".")[2].lower()
    if FILING.fullmatch(name):
        return ending
    return NESTED if ending == "zip" else OTHERS
