"""The mark of the synthetic United Kingdom: how its files, and what is made of them, say that no country is like that.

What belongs here: the mark, where it stands in a file, in a folder and in an answer of a publisher, and the words for
readers. What does not: which drops bear it (`sources`), writing the country (`synthetic_uk`), layouts.

The mark stands where a format has room that its readers pass over: the comment of a ZIP (a workbook is one), the name
inside a gzip file, the metadata of Parquet. It goes wherever the file goes, and a real file has none. What has no such
room lies in a folder with the file `_synthetic.json`.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path

MARK = "SYNTHETIC data of a country that does not exist, by innovation-clusters synthesise"
"""ASCII, and no name of a file that a real publisher gives."""
WORD = "SYNTHETIC"
"""What readers are shown in capitals."""
FILE = "_synthetic.json"
"""In a drop's folder: all its files are synthetic. The name keeps it from being read as data."""
HEADER = "x-synthetic"
"""Of an answer of a local publisher that serves a synthetic country; its value is the mark."""
HEAD_BYTES, TAIL_BYTES = 1 << 12, 1 << 16
"""How far from a file's ends the mark is looked for: a name of gzip stands in the first, comments and metadata in the
last."""


def is_marked(path: Path) -> bool:
    """Whether a file bears the mark. Raises OSError where it cannot be read."""
    mark = MARK.encode()
    with path.open("rb") as file:
        if mark in file.read(HEAD_BYTES):
            return True
        file.seek(max(0, file.seek(0, os.SEEK_END) - TAIL_BYTES))
        return mark in file.read(TAIL_BYTES)


def mark_folder(folder: Path) -> None:
    """Write the mark into a drop's folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / FILE).write_text(json.dumps({"synthetic": MARK}) + "\n", encoding="utf-8")


def synthetic_words(synthetic: Sequence[str], others: Sequence[str]) -> str:
    """The sentence for readers of what is made of drops of these datasets, by title; empty where none is synthetic.

    `others` are the datasets of the month that are real.
    """
    if not synthetic:
        return ""
    if not others:
        return f"{WORD}: made of the files of a made-up United Kingdom. No firm and no figure here is real."
    return (
        f"{WORD} in part, so no figure here is of the real country: {'; '.join(synthetic)} "
        f"{'is' if len(synthetic) == 1 else 'are'} made up. Real: {'; '.join(others)}."
    )
