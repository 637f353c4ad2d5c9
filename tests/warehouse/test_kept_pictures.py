"""Pictures as files: kept once, small, and gone once nothing names them."""

from __future__ import annotations

import io
import os
import time
from pathlib import Path

import matplotlib.image
import numpy as np
from PIL import Image

from assets.warehouse.kept_pictures import ADDRESS, YOUNG_SECONDS, keep, named_in, remove_others

SIDE = 120


def picture(shade: int) -> bytes:
    """Stripes of flat colours, as a chart has."""
    pixels = np.zeros((SIDE, SIDE, 3), dtype=np.uint8)
    for stripe in range(12):
        pixels[:, stripe * 10 : stripe * 10 + 10] = (shade, stripe * 20, 255 - stripe * 20)
    written = io.BytesIO()
    matplotlib.image.imsave(written, pixels)
    return written.getvalue()


def grow_old(path: Path) -> None:
    then = time.time() - YOUNG_SECONDS - 60
    os.utime(path, (then, then))


def test_a_picture_is_kept_once_and_looks_as_it_did(tmp_path: Path):
    addresses = [keep(tmp_path, picture(shade)) for shade in (10, 200, 10)]
    assert addresses[0] == addresses[2] != addresses[1]
    files = {path.name: path for path in tmp_path.iterdir()}
    assert set(files) == {address.removeprefix(ADDRESS) for address in addresses}
    with Image.open(files[addresses[0].removeprefix(ADDRESS)]) as kept, Image.open(io.BytesIO(picture(10))) as given:
        shown, drawn = np.asarray(kept.convert("RGB"), int), np.asarray(given.convert("RGB"), int)
    assert shown.shape == drawn.shape == (SIDE, SIDE, 3)
    assert abs(shown - drawn).max() <= 8


def test_what_nothing_names_goes_once_it_is_old(tmp_path: Path):
    named, old, young = (keep(tmp_path, picture(shade)).removeprefix(ADDRESS) for shade in (10, 100, 200))
    for name in (named, old):
        grow_old(tmp_path / name)
    (tmp_path / ".cut_short").write_bytes(b"half")
    grow_old(tmp_path / ".cut_short")
    needed = named_in(f"![map]({ADDRESS}{named}) and [other](/elsewhere/{old})")
    assert needed == {named}
    assert remove_others(tmp_path, needed) == 2
    assert {path.name for path in tmp_path.iterdir()} == {named, young}
    assert remove_others(tmp_path / "none", set()) == 0


def test_a_picture_that_is_drawn_again_is_young_again(tmp_path: Path):
    name = keep(tmp_path, picture(10)).removeprefix(ADDRESS)
    grow_old(tmp_path / name)
    keep(tmp_path, picture(10))
    assert remove_others(tmp_path, set()) == 0
