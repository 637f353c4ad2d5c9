"""How fast the map page of a full month opens and moves, and how many bytes it is.

    python -m benchmarks.comparators.page [--clusters 3443] [--opens 3] [--phone]

Made-up clusters of two methods with outlines of 60 to 110 corners, and the Index's six tables, served compressed from
this machine to headless Chromium without a graphics processor. First map: from asking for the page to the first frame
with the clusters on it. A frame is the time between two animation frames while the map is dragged, or zoomed with the
wheel, by the mouse.
"""

from __future__ import annotations

import argparse
import gzip
import statistics
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table

from assets.months import Month
from assets.publication.page import months_script, page_files
from tests.publication.browser import DESKTOP, PHONE, browser, served
from tests.publication.page_example import OPTIONS, page_tables

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

MONTH = Month(2025, 5)
VIEWS = {"the whole country": "", "London": "#view=9/51.5/-0.1", "London, near": "#view=11/51.5/-0.1"}
MEASURE = """
window.frames = [];
const watch = (before) => requestAnimationFrame((now) => { window.frames.push(now - before); watch(now); });
new MutationObserver((_, observer) => {
  if (!document.documentElement?.dataset.ready) return;
  observer.disconnect();
  requestAnimationFrame(() => requestAnimationFrame((now) => { window.firstMap = now; watch(now); }));
}).observe(document, { attributes: true, childList: true, subtree: true });
"""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clusters", type=int, default=3443, help="clusters of each of the two methods")
    parser.add_argument("--opens", type=int, default=3, help="times the page is opened anew")
    parser.add_argument("--phone", action="store_true", help="a phone's screen in place of a desktop's")
    asked = parser.parse_args()

    files = page_files(MONTH, page_tables(asked.clusters), OPTIONS)
    published = {f"{MONTH}/{path}": content for path, content in files.items()}
    published["months.js"] = months_script([MONTH])
    console = Console()
    console.print(_sizes(files))
    screen = PHONE if asked.phone else DESKTOP
    with served(published) as address, browser() as chromium:
        url = f"{address}/{MONTH}/index.html"
        opened = [_first_map(chromium, url, screen) for _ in range(asked.opens)]
        console.print(f"first map: {min(opened):.0f} to {max(opened):.0f} ms, median {statistics.median(opened):.0f}")
        moves = Table("view", "pan: median", "pan: longest", "zoom: median", "zoom: longest", title="frames, ms")
        for name, view in VIEWS.items():
            moves.add_row(name, *_frames(chromium, url + view, screen))
        console.print(moves)


def _sizes(files: dict[str, bytes]) -> Table:
    table = Table("file", "KB", "KB compressed", title="bytes")
    packed = {path: len(gzip.compress(content, 6)) for path, content in files.items()}
    for path in sorted(packed, key=lambda path: -packed[path])[:6]:
        table.add_row(path, f"{len(files[path]) / 1000:,.0f}", f"{packed[path] / 1000:,.0f}")
    table.add_row("all", f"{sum(map(len, files.values())) / 1000:,.0f}", f"{sum(packed.values()) / 1000:,.0f}")
    return table


def _open(chromium: Browser, url: str, screen: dict[str, int]) -> Page:
    page = chromium.new_page(viewport=screen)  # type: ignore[arg-type]
    page.add_init_script(MEASURE)
    page.goto(url)
    while not page.evaluate("window.firstMap"):  # the page's policy forbids what wait_for_function would do
        page.wait_for_timeout(20)
    return page


def _first_map(chromium: Browser, url: str, screen: dict[str, int]) -> float:
    page = _open(chromium, url, screen)
    first: float = page.evaluate("window.firstMap")
    page.close()
    return first


def _frames(chromium: Browser, url: str, screen: dict[str, int]) -> list[str]:
    page = _open(chromium, url, screen)
    box: Any = page.locator("#map").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    page.wait_for_timeout(300)
    page.evaluate("window.frames.length = 0")
    for across, down in ((-0.4, 0.1), (0.4, -0.3), (0.3, 0.3), (-0.3, -0.2)):
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.move(x + across * box["width"], y + down * box["height"], steps=30)
        page.mouse.up()
        page.wait_for_timeout(300)
    panned: list[float] = page.evaluate("window.frames.splice(0)")
    for turn in (-300, -300, 300, 300):
        page.mouse.wheel(0, turn)
        page.wait_for_timeout(600)
    zoomed: list[float] = page.evaluate("window.frames")
    page.close()
    return [f"{figure:.0f}" for of in (panned, zoomed) for figure in (statistics.median(of), max(of))]


if __name__ == "__main__":
    main()
