"""The README's pictures of the map, from a publication's folder.

    python -m tools.pictures --publication publication [--month 2025-05] [--out docs/pictures]

Writes map-desktop.png, map-cluster.png, map-index.png, map-place.png and map-phone.png. The cluster is the largest
with an outline of profile `evidence`, which publishes only what is more than chance, or of the first; the town the
largest of all.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from assets.manners import begin, existing_folder, month_given
from tests.publication.browser import DESKTOP, PHONE, browser

if TYPE_CHECKING:
    from playwright.sync_api import Browser

SETTLED_MS = 600
LARGEST_CLUSTER = """() => {
    if (app.data.clusters("evidence").length) app.set({ profile: "evidence" });
    const clusters = app.data.clusters(app.state.profile).filter((cluster) => cluster.outlined);
    const largest = clusters.sort((a, b) => b.firms - a.firms)[0];
    if (!largest) return;
    app.set({ cluster: largest.cluster_id });
    app.zoomTo(largest);
}"""
INDEX = "() => document.querySelector('[data-tab=index]').click()"
LARGEST_TOWN = "() => app.openPlace(app.data.placeKey(app.data.places[0]))"
NOTHING = "() => {}"
PICTURES = {
    "map-desktop.png": (DESKTOP, NOTHING),
    "map-cluster.png": (DESKTOP, LARGEST_CLUSTER),
    "map-index.png": (DESKTOP, INDEX),
    "map-place.png": (DESKTOP, LARGEST_TOWN),
    "map-phone.png": (PHONE, NOTHING),
}
"""File, screen, and what is done on the page before the picture is taken."""


def main() -> None:
    """Take every picture."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--publication", type=existing_folder, required=True, help="folder of the months published")
    parser.add_argument("--month", type=month_given, metavar="YYYY-MM", help="the latest without it")
    parser.add_argument("--out", type=Path, default=Path("docs/pictures"))
    asked = parser.parse_args()
    months = sorted(path.parent for path in asked.publication.glob("[0-9]*-[0-9]*/index.html"))
    if asked.month:
        months = [folder for folder in months if folder.name == str(asked.month)]
    if not months:
        parser.error(
            f"{asked.publication} holds no page{f' of {asked.month}' if asked.month else ''}: publish it first"
        )
    asked.out.mkdir(parents=True, exist_ok=True)
    with browser() as chromium:
        for name, (screen, action) in PICTURES.items():
            picture(chromium, months[-1] / "index.html", screen, action, asked.out / name)
            print(asked.out / name)


def picture(chromium: Browser, page_file: Path, screen: dict[str, int], action: str, out: Path) -> None:
    """Open the page from disk on a screen, do something, and write what is seen."""
    page = chromium.new_page(viewport=screen, reduced_motion="reduce")  # type: ignore[arg-type]
    page.goto(page_file.resolve().as_uri())
    page.wait_for_selector("html[data-ready]")
    page.evaluate(action)
    page.wait_for_timeout(SETTLED_MS)
    page.screenshot(path=out)
    page.close()


if __name__ == "__main__":
    begin(main)
