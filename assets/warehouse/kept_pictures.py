"""Pictures of assets, kept as files of their own: the history of runs names them, and would grow by each otherwise.

What belongs here: how a picture is kept and named, and which are not needed any more. What does not: drawing
(`assets.pictures`), serving (`pipelines.web`), how a page shows one.
"""

from __future__ import annotations

import hashlib
import io
import re
import tempfile
import time
from collections.abc import Collection
from pathlib import Path

ADDRESS = "/pictures/"
"""How the address begins under which the project's web server shows them."""
FOLDER = "pictures"
"""In the instance's storage."""
FILE = re.compile(r"[0-9a-f]{32}\.webp")
NAMED = re.compile(rf"{ADDRESS}({FILE.pattern})")
COLOURS = 48
"""More are not told apart in maps and charts of flat colours, and take twice the bytes."""
WIDEST, TALLEST = 1000, 1200
"""Pixels; a page of an asset shows a picture in a column of half its screen."""
DIGITS = 32
YOUNG_SECONDS = 24 * 3600
"""A file is written before the event that names it; one as young as this may be waiting for its event."""


def folder_in(storage: str | Path) -> Path:
    """Where pictures are in the storage of an instance."""
    return Path(storage) / FOLDER


def keep(folder: Path, png: bytes) -> str:
    """Keep a picture, and return the address under which it is shown; the same picture is kept once."""
    from PIL import Image

    with Image.open(io.BytesIO(png)) as image:
        shown = image.convert("RGB")
        shown.thumbnail((WIDEST, TALLEST))
        flat = shown.quantize(COLOURS, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    packed = io.BytesIO()
    flat.save(packed, format="WEBP", lossless=True)
    name = f"{hashlib.sha256(packed.getbuffer()).hexdigest()[:DIGITS]}.webp"
    target = folder / name
    if target.is_file():
        target.touch()
    else:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".", delete=False) as part:
            part.write(packed.getbuffer())
        Path(part.name).chmod(0o644)
        Path(part.name).replace(target)
    return f"{ADDRESS}{name}"


def named_in(text: str) -> set[str]:
    """The files that a text names."""
    return set(NAMED.findall(text))


def remove_others(folder: Path, needed: Collection[str]) -> int:
    """Remove the pictures that nothing names any more, and what a kill left of one; returns how many files."""
    if not folder.is_dir():
        return 0
    old = [path for path in folder.iterdir() if time.time() - path.stat().st_mtime > YOUNG_SECONDS]
    gone = [path for path in old if path.name not in needed]
    for path in gone:
        path.unlink(missing_ok=True)
    return len(gone)
